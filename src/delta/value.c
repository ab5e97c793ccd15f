#include "delta/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/time.h"

static bool integer_fits(int64_t value, enum bln_type_kind kind)
{
	switch (kind) {
	case BLN_TYPE_BYTE:
		return value >= INT8_MIN && value <= INT8_MAX;
	case BLN_TYPE_SHORT:
		return value >= INT16_MIN && value <= INT16_MAX;
	case BLN_TYPE_INTEGER:
		return value >= INT32_MIN && value <= INT32_MAX;
	default:
		return true;
	}
}

/* As Java writes them, which is what a partition of Spark's has, and as Rust does. */
static bool special_parse(struct bln_slice text, double *out)
{
	static const struct {
		const char *text;
		double value;
	} specials[] = {
		{ "NaN", NAN },	     { "Infinity", INFINITY }, { "-Infinity", -INFINITY },
		{ "inf", INFINITY }, { "-inf", -INFINITY },
	};

	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		if (bln_slice_is(text, specials[i].text)) {
			*out = specials[i].value;
			return true;
		}
	}
	return false;
}

/* Whether a time says its zone, which stands behind the time of day. */
static bool has_zone(struct bln_slice text)
{
	size_t i = 0;

	while (i < text.length && text.at[i] != 'T' && text.at[i] != ' ')
		i++;
	for (; i < text.length; i++)
		if (text.at[i] == 'Z' || text.at[i] == '+' || text.at[i] == '-')
			return true;
	return false;
}

bool bln_value_parse(struct bln_slice text, const struct bln_type *type, struct bln_value *value)
{
	struct bln_value found = { 0 };
	bool is_good = true;

	if (text.length == 0) {
		*value = (struct bln_value){ .is_null = true };
		return type->kind != BLN_TYPE_STRUCT && type->kind != BLN_TYPE_ARRAY && type->kind != BLN_TYPE_MAP;
	}
	switch (type->kind) {
	case BLN_TYPE_STRING:
	case BLN_TYPE_BINARY:
		found.bytes = text;
		break;
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
		is_good = bln_int64_parse(text.at, text.length, &found.integer) &&
			  integer_fits(found.integer, type->kind);
		break;
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		is_good = bln_double_parse(text.at, text.length, &found.real) || special_parse(text, &found.real);
		if (type->kind == BLN_TYPE_FLOAT)
			found.real = (double)(float)found.real;
		break;
	case BLN_TYPE_DECIMAL:
		is_good = bln_decimal_parse(text, type->precision, type->scale, &found.decimal);
		break;
	case BLN_TYPE_BOOLEAN:
		found.integer = text.length == 4 && strncasecmp(text.at, "true", 4) == 0;
		is_good = found.integer || (text.length == 5 && strncasecmp(text.at, "false", 5) == 0);
		break;
	case BLN_TYPE_DATE:
		is_good = bln_date_parse(text.at, text.length, &found.integer, NULL) == BLN_OK;
		break;
	case BLN_TYPE_TIMESTAMP_NTZ:
	case BLN_TYPE_TIMESTAMP:
		is_good = (type->kind == BLN_TYPE_TIMESTAMP || !has_zone(text)) &&
			  bln_time_parse(text.at, text.length, &found.integer, NULL) == BLN_OK;
		break;
	default:
		is_good = false;
	}
	if (is_good)
		*value = found;
	return is_good;
}

/* A float has the digits that tell it from its neighbours among floats, not among doubles. */
static void real_format(double value, bool is_float, struct bln_text *text)
{
	char digits[BLN_NUMBER_TEXT_SIZE];
	double back = 0;

	if (isnan(value) || isinf(value)) {
		bln_text_add(text, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
		return;
	}
	bln_double_format(value, digits);
	for (int precision = 6; is_float && precision <= 9; precision++) {
		int length = snprintf(digits, sizeof(digits), "%.*g", precision, value);

		if (bln_double_parse(digits, (size_t)length, &back) && (float)back == (float)value)
			break;
	}
	bln_text_add(text, digits);
}

static void wall_clock_format(int64_t time_us, struct bln_text *text)
{
	char iso[BLN_TIME_TEXT_SIZE];
	char *t;

	bln_time_format(time_us, iso);
	t = strchr(iso, 'T');
	if (t)
		*t = ' ';
	if (time_us % BLN_US_PER_SECOND != 0) { /* six digits or none, as Spark's readers expect */
		bln_time_format_us(time_us, iso);
		t = strchr(iso, 'T');
		if (t)
			*t = ' ';
	}
	bln_text_add_bytes(text, iso, strcspn(iso, "Z"));
}

void bln_value_format(const struct bln_value *value, const struct bln_type *type, struct bln_text *text)
{
	char buffer[BLN_TIME_TEXT_SIZE];

	switch (type->kind) {
	case BLN_TYPE_STRING:
	case BLN_TYPE_BINARY:
		bln_text_add_bytes(text, value->bytes.at, value->bytes.length);
		break;
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		real_format(value->real, type->kind == BLN_TYPE_FLOAT, text);
		break;
	case BLN_TYPE_DECIMAL:
		bln_decimal_format(value->decimal, type->scale, text);
		break;
	case BLN_TYPE_BOOLEAN:
		bln_text_add(text, value->integer ? "true" : "false");
		break;
	case BLN_TYPE_DATE:
		bln_date_format(value->integer, buffer);
		bln_text_add(text, buffer);
		break;
	case BLN_TYPE_TIMESTAMP:
		bln_time_format_us(value->integer, buffer);
		bln_text_add(text, buffer);
		break;
	case BLN_TYPE_TIMESTAMP_NTZ:
		wall_clock_format(value->integer, text);
		break;
	default:
		bln_text_add_format(text, "%" PRId64, value->integer);
	}
}

bool bln_value_from_json(const json_t *json, const struct bln_type *type, struct bln_value *value)
{
	struct bln_value found = { 0 };

	if (json_is_string(json)) {
		struct bln_slice text = { json_string_value(json), json_string_length(json) };

		/* Here the empty string is a value. */
		if (type->kind == BLN_TYPE_STRING) {
			*value = (struct bln_value){ .bytes = text };
			return true;
		}
		return text.length && type->kind != BLN_TYPE_BINARY && bln_value_parse(text, type, value);
	}
	switch (type->kind) {
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
		if (!json_is_integer(json) || !integer_fits(json_integer_value(json), type->kind))
			return false;
		found.integer = json_integer_value(json);
		break;
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		if (!json_is_number(json))
			return false;
		found.real = json_number_value(json);
		if (type->kind == BLN_TYPE_FLOAT) /* 0.1 and 0.10000000149011612 are one float */
			found.real = (double)(float)found.real;
		break;
	case BLN_TYPE_BOOLEAN:
		if (!json_is_boolean(json))
			return false;
		found.integer = json_is_true(json);
		break;
	default:
		return false; /* also decimals: a JSON number went through a double, and may have been rounded either way */
	}
	*value = found;
	return true;
}

/* Before this, zones had offsets with seconds: Monrovia's was the last, until 1972-01-07. */
#define OFFSETS_HAD_SECONDS_UNTIL_US (737 * BLN_US_PER_DAY)

static int64_t offset_error_us(int64_t time_us, const struct bln_type *type)
{
	return type->kind == BLN_TYPE_TIMESTAMP && time_us < OFFSETS_HAD_SECONDS_UNTIL_US
		       ? BLN_US_PER_MINUTE - BLN_US_PER_SECOND
		       : 0;
}

int64_t bln_stats_time_min(int64_t time_us, const struct bln_type *type)
{
	return time_us - offset_error_us(time_us, type);
}

int64_t bln_stats_time_max(int64_t time_us, const struct bln_type *type)
{
	bool is_cut = time_us % BLN_US_PER_MS == 0;

	return time_us + offset_error_us(time_us, type) + (is_cut ? BLN_US_PER_MS - 1 : 0);
}

struct bln_slice bln_stats_text_cut(struct bln_slice max)
{
	enum { CUT_BYTES_MIN = 32 };
	static const char greatest[] = "\xef\xbf\xbd"; /* U+FFFD */
	const struct bln_slice whole = { 0 };

	if (max.length < CUT_BYTES_MIN)
		return whole;
	if (!bln_slice_ends(max, greatest))
		return max;
	max.length -= strlen(greatest);
	if (bln_slice_ends(max, "?")) /* half a character beyond U+FFFF, cut in two, is written so */
		max.length--;
	return max;
}

static int real_compare(double a, double b)
{
	if (isnan(a) || isnan(b))
		return (isnan(a) ? 1 : 0) - (isnan(b) ? 1 : 0);
	return (a > b) - (a < b);
}

static int bytes_compare(struct bln_slice a, struct bln_slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter ? memcmp(a.at, b.at, shorter) : 0;

	return order ? order : (a.length > b.length) - (a.length < b.length);
}

bool bln_type_has_one_text(const struct bln_type *type)
{
	switch (type->kind) {
	case BLN_TYPE_STRING:
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
	case BLN_TYPE_DATE:
	case BLN_TYPE_BOOLEAN:
		return true;
	default:
		return false;
	}
}

int bln_value_compare(const struct bln_value *a, const struct bln_value *b, const struct bln_type *type)
{
	if (a->is_null || b->is_null)
		return (b->is_null ? 1 : 0) - (a->is_null ? 1 : 0);
	switch (type->kind) {
	case BLN_TYPE_STRING:
	case BLN_TYPE_BINARY:
		return bytes_compare(a->bytes, b->bytes);
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		return real_compare(a->real, b->real);
	case BLN_TYPE_DECIMAL:
		return (a->decimal > b->decimal) - (a->decimal < b->decimal);
	default:
		return (a->integer > b->integer) - (a->integer < b->integer);
	}
}
