#include "engine/prune_bounds.h"

#include <math.h>
#include <string.h>

static bool is_real(const struct bln_type *type)
{
	return type->kind == BLN_TYPE_FLOAT || type->kind == BLN_TYPE_DOUBLE;
}

static bool is_time(const struct bln_type *type)
{
	return type->kind == BLN_TYPE_TIMESTAMP || type->kind == BLN_TYPE_TIMESTAMP_NTZ;
}

void bln_bounds_widen(struct bln_bounds *bounds)
{
	bool is_float = bounds->type->kind == BLN_TYPE_FLOAT;

	if (is_real(bounds->type)) {
		bounds->has_low = bounds->has_low && !isnan(bounds->low.real);
		bounds->has_high = bounds->has_high && !isnan(bounds->high.real);
	}
	if (bounds->has_low && bounds->has_high && bln_value_compare(&bounds->low, &bounds->high, bounds->type) > 0)
		bounds->has_low = bounds->has_high = false;
	if (is_real(bounds->type)) {
		double low = bounds->low.real;
		double high = bounds->high.real;

		bounds->low.real = is_float ? (double)nextafterf((float)low, -INFINITY) : nextafter(low, -INFINITY);
		bounds->high.real = is_float ? (double)nextafterf((float)high, INFINITY) : nextafter(high, INFINITY);
	} else if (is_time(bounds->type) && !bounds->is_exact) {
		if (bounds->has_low)
			bounds->low.integer = bln_stats_time_min(bounds->low.integer, bounds->type);
		if (bounds->has_high)
			bounds->high.integer = bln_stats_time_max(bounds->high.integer, bounds->type);
	}
}

/* A literal as a value of the column's type. */
struct point {
	struct bln_value value;
	double real; /* instead, where IS_REAL: an integer column and a literal that is none */
	bool is_real;
	bool is_loose; /* it may have been rounded: strict comparisons let its equals pass */
};

static bool decimal_from_int(int64_t integer, const struct bln_type *type, struct bln_value *value)
{
	bln_int128 limit = 1;

	for (int i = 0; i < type->precision; i++)
		limit *= 10;
	value->decimal = integer;
	for (int i = 0; i < type->scale; i++) {
		if (value->decimal > limit / 10 || value->decimal < -limit / 10)
			return false;
		value->decimal *= 10;
	}
	return true;
}

static bool point_from_int(int64_t integer, const struct bln_type *type, struct point *point)
{
	switch (type->kind) {
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
	case BLN_TYPE_DATE:
	case BLN_TYPE_TIMESTAMP:
	case BLN_TYPE_TIMESTAMP_NTZ:
		point->value.integer = integer;
		return true;
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		point->value.real = (double)integer;
		point->is_loose = true;
		return true;
	case BLN_TYPE_DECIMAL:
		return decimal_from_int(integer, type, &point->value);
	default:
		return false;
	}
}

static bool point_from_double(double number, const struct bln_type *type, struct point *point)
{
	point->is_loose = true;
	switch (type->kind) {
	case BLN_TYPE_LONG:
	case BLN_TYPE_INTEGER:
	case BLN_TYPE_SHORT:
	case BLN_TYPE_BYTE:
		point->real = number;
		point->is_real = true;
		return !isnan(number);
	case BLN_TYPE_FLOAT:
	case BLN_TYPE_DOUBLE:
		point->value.real = number;
		return !isnan(number);
	default:
		return false;
	}
}

static bool point_from_text(struct bln_slice text, const struct bln_type *type, struct point *point)
{
	if (type->kind == BLN_TYPE_STRING) {
		point->value.bytes = text; /* the empty one too */
		return true;
	}
	point->is_loose = is_real(type) || is_time(type);
	return text.length > 0 && type->kind != BLN_TYPE_BINARY && bln_value_parse(text, type, &point->value) &&
	       !(is_real(type) && isnan(point->value.real));
}

/* False for a literal that does not compare with the column as far as we know. */
static bool point_make(const struct bln_literal *literal, const struct bln_type *type, struct point *point)
{
	*point = (struct point){ 0 };
	switch (literal->kind) {
	case BLN_LITERAL_INT:
		return point_from_int(literal->integer, type, point);
	case BLN_LITERAL_DOUBLE:
		return point_from_double(literal->number, type, point);
	case BLN_LITERAL_TEXT:
		return point_from_text(literal->text, type, point);
	case BLN_LITERAL_BOOL:
		point->value.integer = literal->boolean;
		return type->kind == BLN_TYPE_BOOLEAN;
	}
	return false;
}

static int compare(const struct bln_value *bound, const struct point *point, const struct bln_type *type)
{
	double real = (double)bound->integer;

	if (point->is_real)
		return (real > point->real) - (real < point->real);
	return bln_value_compare(bound, &point->value, type);
}

/* Like compare; a bound that may be cut off is greater than all that begins with it. */
static int compare_high(const struct bln_bounds *bounds, const struct point *point)
{
	if (bounds->type->kind == BLN_TYPE_STRING && !bounds->is_exact) {
		struct bln_slice cut = bln_stats_text_cut(bounds->high.bytes);
		struct bln_slice text = point->value.bytes;

		if (cut.length && text.length >= cut.length && memcmp(cut.at, text.at, cut.length) == 0)
			return 1;
	}
	return compare(&bounds->high, point, bounds->type);
}

/* NaN is greater than all numbers, and statistics may leave it out: reals have no upper bound. */
static bool has_ceiling(const struct bln_bounds *bounds)
{
	return bounds->has_high && !(is_real(bounds->type) && !bounds->is_exact);
}

static bool one_can_match(const struct bln_bounds *bounds, enum bln_predicate_op op, const struct bln_literal *literal)
{
	struct point point;
	int low = -1; /* the bounds, as they compare with the literal; without them */
	int high = 1;

	if (!point_make(literal, bounds->type, &point))
		return true;
	if (bounds->has_low)
		low = compare(&bounds->low, &point, bounds->type);
	if (bounds->has_high)
		high = compare_high(bounds, &point);
	switch (op) {
	case BLN_OP_EQ:
	case BLN_OP_IN:
		return low <= 0 && high >= 0;
	case BLN_OP_LT:
		return low < 0 || (point.is_loose && low == 0);
	case BLN_OP_LE:
		return low <= 0;
	case BLN_OP_GT:
		return !has_ceiling(bounds) || high > 0 || (point.is_loose && high == 0);
	case BLN_OP_GE:
		return !has_ceiling(bounds) || high >= 0;
	default:
		return true;
	}
}

bool bln_bounds_can_match(const struct bln_bounds *bounds, const struct bln_predicate *predicate)
{
	if (predicate->op == BLN_OP_IS_NULL)
		return bounds->has_nulls;
	if (!bounds->has_values)
		return false;
	if (predicate->op == BLN_OP_IS_NOT_NULL)
		return true;
	for (size_t i = 0; i < predicate->value_count; i++)
		if (one_can_match(bounds, predicate->op, &predicate->values[i]))
			return true;
	return false;
}
