/* Any bytes as a schema, the first of which says whether columns are mapped: what is read and written again is the same.
 * Corpus: tests/corpus/schema. */
#include <stdint.h>
#include <stdlib.h>

#include "delta/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bln_schema first;
	struct bln_schema second;
	struct bln_arena arena = { 0 };
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status;
	bool is_mapped;

	if (size == 0)
		return 0;
	is_mapped = data[0] == 'm';
	status = bln_schema_parse((struct bln_slice){ (const char *)data + 1, size - 1 }, is_mapped, &arena, &first,
				  &err);
	if (status != BLN_OK && status != BLN_CORRUPT && status != BLN_UNSUPPORTED)
		abort();
	if (status == BLN_OK) {
		bln_schema_format(&first, &text);
		if (bln_schema_parse((struct bln_slice){ text.at, text.length }, is_mapped, &arena, &second, &err) !=
			    BLN_OK ||
		    first.field_count != second.field_count)
			abort();
		for (size_t i = 0; i < first.field_count; i++)
			if (!bln_type_equals(&first.fields[i].type, &second.fields[i].type))
				abort();
	}
	bln_text_clean_up(&text);
	bln_arena_clean_up(&arena);
	return 0;
}
