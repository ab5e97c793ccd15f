/* What Parquet says of a file's columns, as Delta's statistics (protocol, "Per-file Statistics").
 *
 * A bound that is written holds for every row of the file; where one cannot be told in Delta's form it is left out. Of
 * nested types only structs have statistics, member by member: what Parquet counts in lists are elements, not rows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "base/utf8.h"
#include "delta/value.h"
#include "engine/stage_private.h"

enum { COLUMNS_DEFAULT = 32, TEXT_CHARACTERS = 32 };

/* The greatest character. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

enum pass { PASS_MIN, PASS_MAX, PASS_NULLS, PASSES };
static const char *const pass_names[PASSES] = { "minValues", "maxValues", "nullCount" };

struct walk {
	struct bln_vector keys, values; /* of the row's map: column → (statistic → text) */
	idx_t first, count;
	enum pass pass;
	int64_t leaves_left;
	struct bln_text path; /* of the column, as DuckDB quotes it */
	struct bln_text *json;
};

static bool statistic_find(const struct walk *walk, const char *name, struct bln_slice *out)
{
	for (idx_t i = walk->first; i < walk->first + walk->count; i++) {
		struct bln_slice key = bln_vector_text(&walk->keys, i);
		struct bln_vector child, keys, values;
		idx_t first, count;

		if (key.length != walk->path.length || memcmp(key.at, walk->path.at, key.length) != 0)
			continue;
		child = bln_vector_list_child(&walk->values);
		keys = bln_vector_member(&child, 0);
		values = bln_vector_member(&child, 1);
		bln_vector_list(&walk->values, i, &first, &count);
		for (idx_t j = first; j < first + count; j++) {
			if (bln_slice_is(bln_vector_text(&keys, j), name)) {
				*out = bln_vector_text(&values, j);
				return out->at != NULL;
			}
		}
		return false;
	}
	return false;
}

/* How many bytes the first LIMIT characters take. */
static size_t characters_length(struct bln_slice text, size_t limit)
{
	size_t at = 0;

	for (size_t i = 0; i < limit && at < text.length; i++) {
		size_t length = bln_utf8_character(text.at + at, text.length - at);

		at += length ? length : 1;
	}
	return at;
}

/* Long texts are cut as Delta cuts them; the greatest gets the last character behind it, so that it is no less than what
 * was cut. Where the text goes on with that character itself, so does the bound. */
static void text_add(struct bln_slice text, bool is_max, struct bln_text *json)
{
	size_t length = characters_length(text, TEXT_CHARACTERS);
	size_t tie = strlen(LAST_CHARACTER);
	struct bln_text cut = { 0 };

	while (is_max && text.length - length >= tie && memcmp(text.at + length, LAST_CHARACTER, tie) == 0)
		length += tie;
	bln_text_add_bytes(&cut, text.at, length);
	if (is_max && length < text.length)
		bln_text_add(&cut, LAST_CHARACTER);
	bln_json_add_string(json, cut.at ? cut.at : "", cut.length);
	json->has_failed = json->has_failed || cut.has_failed;
	bln_text_clean_up(&cut);
}

/* Delta's times have milliseconds: the least is rounded down, the greatest up. False beyond the years with four digits. */
static bool time_add(int64_t time_us, bool is_max, bool has_zone, struct bln_text *json)
{
	int64_t ms = time_us / BLN_US_PER_MS - (time_us % BLN_US_PER_MS < 0);
	struct bln_civil civil;

	if (is_max && ms * BLN_US_PER_MS < time_us)
		ms++;
	civil = bln_time_to_civil(ms * BLN_US_PER_MS);
	if (civil.year < 0 || civil.year > 9999)
		return false;
	bln_text_add_format(json, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03d%s\"", civil.year, civil.month, civil.day,
			    civil.hour, civil.minute, civil.second, civil.microsecond / 1000, has_zone ? "Z" : "");
	return true;
}

static bool real_add(const struct walk *walk, double value, struct bln_text *json)
{
	char digits[BLN_NUMBER_TEXT_SIZE];
	struct bln_slice has_nan;

	/* NaN is greater than all numbers to some readers and not counted by others: then no bound is one to all. */
	if (!isfinite(value) || (statistic_find(walk, "has_nan", &has_nan) && bln_slice_is(has_nan, "true")))
		return false;
	bln_double_format(value, digits);
	bln_text_add(json, digits);
	return true;
}

/* Appends the bound that DuckDB printed as PRINTED; false, nothing appended, where Delta has no form for it. */
static bool bound_add(const struct walk *walk, const struct bln_type *type, struct bln_slice printed,
		      struct bln_text *json)
{
	struct bln_value value = { 0 };
	bool is_max = walk->pass == PASS_MAX;

	if (type->kind == BLN_TYPE_STRING) {
		text_add(printed, is_max, json);
		return true;
	}
	if (!bln_value_parse(printed, type, &value) || value.is_null)
		return false;
	switch (type->kind) {
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
	case BLN_TYPE_DECIMAL:
		bln_value_format(&value, type, json);
		return true;
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		return real_add(walk, value.real, json);
	case BLN_TYPE_DATE:
		if (printed.length != strlen("2024-01-31"))
			return false;
		bln_json_add_string(json, printed.at, printed.length);
		return true;
	case BLN_TYPE_TIMESTAMP:
	case BLN_TYPE_TIMESTAMP_NTZ:
		return time_add(value.integer, is_max, type->kind == BLN_TYPE_TIMESTAMP, json);
	default:
		return false; /* Delta has no bounds for booleans and binary */
	}
}

static bool leaf_add(struct walk *walk, const struct bln_field *field)
{
	static const char *const statistics[PASSES] = { "min", "max", "null_count" };
	struct bln_slice printed;
	int64_t nulls;

	if (!statistic_find(walk, statistics[walk->pass], &printed))
		return false;
	if (walk->pass != PASS_NULLS)
		return bound_add(walk, &field->type, printed, walk->json);
	if (!bln_int64_parse(printed.at, printed.length, &nulls))
		return false;
	bln_text_add_bytes(walk->json, printed.at, printed.length);
	return true;
}

static bool field_add(struct walk *walk, const struct bln_field *field, bool is_first);

static bool members_add(struct walk *walk, const struct bln_field *field)
{
	bool has_any = false;

	bln_text_add(walk->json, "{");
	for (size_t i = 0; i < field->type.field_count; i++)
		has_any = field_add(walk, &field->type.fields[i], !has_any) || has_any;
	bln_text_add(walk->json, "}");
	return has_any;
}

static void text_cut(struct bln_text *text, size_t length)
{
	if (text->at && length < text->length) {
		text->length = length;
		text->at[length] = '\0';
	}
}

/* Appends "name":value; false, with nothing appended, where there is nothing to say. */
static bool field_add(struct walk *walk, const struct bln_field *field, bool is_first)
{
	size_t json_before = walk->json->length;
	size_t path_before = walk->path.length;
	bool has_any = false;

	bln_text_add(&walk->path, path_before ? "." : "");
	bln_text_add_quoted(&walk->path, '"', field->name, strlen(field->name));
	bln_text_add(walk->json, is_first ? "" : ",");
	bln_json_add_string(walk->json, field->name, strlen(field->name));
	bln_text_add(walk->json, ":");
	if (field->type.kind == BLN_TYPE_STRUCT)
		has_any = members_add(walk, field);
	else if (walk->leaves_left-- > 0 && field->type.field_count == 0)
		has_any = leaf_add(walk, field);
	text_cut(&walk->path, path_before);
	if (!has_any)
		text_cut(walk->json, json_before);
	return has_any;
}

/* Partition columns are not in the files. */
static bool is_in_files(const struct bln_stage *stage, const struct bln_field *field)
{
	for (size_t i = 0; i < stage->spec->partition_count; i++)
		if (stage->partition[i] == field)
			return false;
	return true;
}

static void pass_add(struct walk *walk, const struct bln_stage *stage, enum pass pass)
{
	const struct bln_schema *schema = stage->spec->schema;
	bool has_any = false;

	walk->pass = pass;
	walk->leaves_left = stage->spec->stats_columns_max == 0	 ? COLUMNS_DEFAULT
			    : stage->spec->stats_columns_max < 0 ? BLN_SCHEMA_FIELDS_MAX
								 : stage->spec->stats_columns_max;
	bln_text_add_format(walk->json, ",\"%s\":{", pass_names[pass]);
	for (size_t i = 0; i < schema->field_count; i++)
		if (is_in_files(stage, &schema->fields[i]))
			has_any = field_add(walk, &schema->fields[i], !has_any) || has_any;
	bln_text_add(walk->json, "}");
}

static enum bln_status nulls_check(struct walk *walk, const struct bln_stage *stage, struct bln_err *err)
{
	const struct bln_schema *schema = stage->spec->schema;

	for (size_t i = 0; i < schema->field_count; i++) {
		const struct bln_field *field = &schema->fields[i];
		struct bln_slice nulls = bln_slice_of("0");

		if (field->is_nullable || field->type.field_count || !is_in_files(stage, field))
			continue;
		bln_text_clear(&walk->path);
		bln_text_add_quoted(&walk->path, '"', field->name, strlen(field->name));
		if (!statistic_find(walk, "null_count", &nulls))
			return bln_err_set(err, BLN_BUG, "DuckDB does not say how often '%s' is null", field->name);
		if (!bln_slice_is(nulls, "0"))
			return bln_err_set(err, BLN_INVALID, "column '%s' must not be null, and is in %.*s rows",
					   field->name, (int)nulls.length, nulls.at);
	}
	bln_text_clear(&walk->path);
	return BLN_OK;
}

enum bln_status bln_stage_stats(const struct bln_stage *stage, const struct bln_vector *statistics, idx_t row,
				int64_t rows, struct bln_slice *out, struct bln_err *err)
{
	struct bln_vector child = bln_vector_list_child(statistics);
	struct bln_text json = { 0 };
	struct walk walk = {
		.keys = bln_vector_member(&child, 0),
		.values = bln_vector_member(&child, 1),
		.json = &json,
	};
	enum bln_status status;

	bln_vector_list(statistics, row, &walk.first, &walk.count);
	BLN_TRY(nulls_check(&walk, stage, err));
	bln_text_add_format(&json, "{\"numRecords\":%lld", (long long)rows);
	for (enum pass pass = 0; pass < PASSES; pass++)
		pass_add(&walk, stage, pass);
	bln_text_add(&json, "}");
	BLN_TRY(bln_text_check(&walk.path, err));
	status = bln_text_keep(&json, stage->arena, out, err);
done:
	bln_text_clean_up(&walk.path);
	bln_text_clean_up(&json);
	return status;
}

/* How DuckDB prints what is no number, and how Java does. */
static struct bln_slice special_renamed(struct bln_slice printed)
{
	static const char *const specials[][2] = {
		{ "nan", "NaN" },
		{ "-nan", "NaN" },
		{ "inf", "Infinity" },
		{ "-inf", "-Infinity" },
	};

	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		if (bln_slice_is(printed, specials[i][0]))
			return bln_slice_of(specials[i][1]);
	return printed;
}

enum bln_status bln_stage_value(const struct bln_stage *stage, const struct bln_field *field, struct bln_slice printed,
				struct bln_pair *pair, struct bln_err *err)
{
	bool is_real = field->type.kind == BLN_TYPE_DOUBLE || field->type.kind == BLN_TYPE_FLOAT;
	struct bln_text text = { 0 };
	struct bln_value value;
	enum bln_status status;

	*pair = (struct bln_pair){ .key = bln_slice_of(field->name), .is_null = printed.at == NULL };
	if (pair->is_null)
		return field->is_nullable
			       ? BLN_OK
			       : bln_err_set(err, BLN_INVALID, "column '%s' must not be null, and is", field->name);
	if (printed.length == 0)
		return bln_err_set(err, BLN_INVALID,
				   "column '%s' has an empty text, which a partition cannot tell from null",
				   field->name);
	if (!bln_value_parse(is_real ? special_renamed(printed) : printed, &field->type, &value))
		return bln_err_set(err, BLN_UNSUPPORTED, "column '%s' has the value %s, which a partition cannot have",
				   field->name, bln_quote(printed.at, printed.length).text);
	bln_value_format(&value, &field->type, &text);
	status = bln_text_keep(&text, stage->arena, &pair->value, err);
	bln_text_clean_up(&text);
	return status;
}
