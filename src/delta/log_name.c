#include "delta/log_name.h"

#include <inttypes.h>
#include <stdio.h>

enum { VERSION_DIGITS = 20, PART_DIGITS = 10, UUID_LENGTH = 36, PARTS_MAX = 1000000 };
#define VERSION_MAX (INT64_MAX - 1) /* there must be a next one */

/* LENGTH digits that make a number up to MAX; false for anything else. */
static bool number_take(struct bln_slice text, size_t length, int64_t max, int64_t *number)
{
	*number = 0;
	if (text.length != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		int digit = text.at[i] - '0';

		if (digit < 0 || digit > 9 || *number > (max - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

static bool is_uuid(struct bln_slice text)
{
	if (text.length != UUID_LENGTH)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		char c = text.at[i];

		if (!(c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
	}
	return true;
}

/* What stands behind "N.checkpoint.". */
static void checkpoint_parse(struct bln_slice rest, struct bln_log_name *name)
{
	struct bln_slice first = bln_slice_cut(&rest, '.');
	struct bln_slice second = bln_slice_cut(&rest, '.');
	int64_t part;
	int64_t parts;

	if (!second.at) {
		if (bln_slice_is(first, "parquet"))
			name->kind = BLN_LOG_CHECKPOINT;
	} else if (!rest.at && is_uuid(first)) {
		if (bln_slice_is(second, "parquet"))
			name->kind = BLN_LOG_CHECKPOINT_V2;
		else if (bln_slice_is(second, "json"))
			name->kind = BLN_LOG_CHECKPOINT_V2_JSON;
	} else if (bln_slice_is(rest, "parquet") && number_take(first, PART_DIGITS, PARTS_MAX, &part) &&
		   number_take(second, PART_DIGITS, PARTS_MAX, &parts) && part >= 1 && part <= parts) {
		name->kind = BLN_LOG_CHECKPOINT_PART;
		name->part = (int)part;
		name->parts = (int)parts;
	}
}

struct bln_log_name bln_log_name_parse(struct bln_slice text)
{
	struct bln_log_name name = { .kind = BLN_LOG_OTHER };
	struct bln_slice rest = text;
	struct bln_slice second;

	if (!number_take(bln_slice_cut(&rest, '.'), VERSION_DIGITS, VERSION_MAX, &name.version) || !rest.at)
		return name;
	name.version_to = name.version;
	if (bln_slice_is(rest, "json")) {
		name.kind = BLN_LOG_COMMIT;
		return name;
	}
	second = bln_slice_cut(&rest, '.');
	if (bln_slice_is(second, "checkpoint"))
		checkpoint_parse(rest, &name);
	else if (bln_slice_is(rest, "compacted.json") &&
		 number_take(second, VERSION_DIGITS, VERSION_MAX, &name.version_to) && name.version_to >= name.version)
		name.kind = BLN_LOG_COMPACTION;
	return name;
}

void bln_log_name_format(const struct bln_log_name *name, char text[static BLN_LOG_NAME_SIZE])
{
	switch (name->kind) {
	case BLN_LOG_COMMIT:
		snprintf(text, BLN_LOG_NAME_SIZE, "%020" PRId64 ".json", name->version);
		break;
	case BLN_LOG_COMPACTION:
		snprintf(text, BLN_LOG_NAME_SIZE, "%020" PRId64 ".%020" PRId64 ".compacted.json", name->version,
			 name->version_to);
		break;
	case BLN_LOG_CHECKPOINT:
		snprintf(text, BLN_LOG_NAME_SIZE, "%020" PRId64 ".checkpoint.parquet", name->version);
		break;
	case BLN_LOG_CHECKPOINT_PART:
		snprintf(text, BLN_LOG_NAME_SIZE, "%020" PRId64 ".checkpoint.%010d.%010d.parquet", name->version,
			 name->part, name->parts);
		break;
	default:
		text[0] = '\0';
	}
}
