/* Partition texts and folders from outside: whatever is taken as a value is written as text that is the same value again. */
#include "delta/partition.h"
#include "delta/property.h"
#include "delta/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void value_check(struct bln_slice text, const struct bln_type *type)
{
	struct bln_value value;
	struct bln_value again;
	struct bln_text written = { 0 };

	if (!bln_value_parse(text, type, &value) || value.is_null)
		return;
	bln_value_format(&value, type, &written);
	if (!bln_value_parse((struct bln_slice){ written.at, written.length }, type, &again) ||
	    bln_value_compare(&value, &again, type) != 0)
		__builtin_trap();
	bln_text_clean_up(&written);
}

/* The first byte is the type, the second a decimal's precision and scale, the rest the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bln_arena arena = { 0 };
	struct bln_type type = { 0 };
	struct bln_slice text;
	struct bln_pairs pairs;
	int64_t us;

	if (size < 2)
		return 0;
	type.kind = (enum bln_type_kind)(data[0] % BLN_TYPE_STRUCT);
	if (type.kind == BLN_TYPE_DECIMAL) {
		type.precision = 1 + data[1] % 38;
		type.scale = data[1] / 38 % (type.precision + 1);
	}
	text = (struct bln_slice){ (const char *)data + 2, size - 2 };
	value_check(text, &type);
	(void)bln_interval_parse(text, &us);
	if (bln_partition_folder_parse(text, &arena, &pairs, NULL) == BLN_OK)
		for (size_t i = 0; i < pairs.count; i++)
			value_check(pairs.items[i].value, &type);
	bln_arena_clean_up(&arena);
	return 0;
}
