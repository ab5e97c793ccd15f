/* What a WHERE says of a table by itself: conjuncts that compare one of its columns with constants, from which files can be
 * left out before they are opened. Anything else is passed over; DuckDB filters the rows in any case. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "engine/statement_private.h"

enum { DEPTH_MAX = 200, FRACTION_DIGITS_MAX = 6 };

struct collector {
	const struct bln_from *from;
	struct bln_arena *arena;
	struct bln_predicate *items;
	size_t count;
	bool is_out_of_memory;
};

static bool is_type(const json_t *node, const char *type)
{
	return strcmp(bln_node_text(node, "type"), type) == 0;
}

static const char *name_of(const json_t *names, size_t i)
{
	const char *name = json_string_value(json_array_get(names, i));

	return name ? name : "";
}

/* The column of the table that NODE refers to, or NULL. */
static const char *column_of(const struct collector *collector, const json_t *node)
{
	const struct bln_from *from = collector->from;
	const json_t *names = json_object_get(node, "column_names");
	size_t count = json_array_size(names);

	if (!is_type(node, "COLUMN_REF"))
		return NULL;
	if (count == 1 && from->is_alone)
		return name_of(names, 0);
	if (count == 2 && strcasecmp(name_of(names, 0), from->alias) == 0)
		return name_of(names, 1);
	if (count == 3 && bln_node_text(from->node, "alias")[0] == '\0' &&
	    strcasecmp(name_of(names, 0), bln_node_text(from->node, "schema_name")) == 0 &&
	    strcasecmp(name_of(names, 1), bln_node_text(from->node, "table_name")) == 0)
		return name_of(names, 2);
	return NULL;
}

static char *text_keep(struct collector *collector, const char *text)
{
	char *copy = bln_arena_strdup(collector->arena, text);

	collector->is_out_of_memory = collector->is_out_of_memory || !copy;
	return copy;
}

static bool text_literal(struct collector *collector, const char *text, struct bln_literal *literal)
{
	*literal = (struct bln_literal){ .kind = BLN_LITERAL_TEXT, .text = bln_slice_of(text_keep(collector, text)) };
	return literal->text.at != NULL;
}

/* Beyond microseconds DuckDB and we might round differently. */
static bool is_exact_time(const char *text)
{
	const char *point = strchr(text, '.');

	return !point || strspn(point + 1, "0123456789") <= FRACTION_DIGITS_MAX;
}

static bool number_literal(const char *id, const json_t *node, const json_t *value, struct bln_literal *literal)
{
	const json_t *scale = json_object_get(json_object_get(json_object_get(node, "type"), "type_info"), "scale");
	char digits[64];

	if (strcmp(id, "DECIMAL") == 0 && json_is_integer(value)) {
		int length = snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT "e-%" JSON_INTEGER_FORMAT,
				      json_integer_value(value), json_integer_value(scale));

		literal->kind = BLN_LITERAL_DOUBLE;
		return length > 0 && (size_t)length < sizeof(digits) &&
		       bln_double_parse(digits, (size_t)length, &literal->number);
	}
	if (strcmp(id, "DOUBLE") == 0 && json_is_string(value)) {
		literal->kind = BLN_LITERAL_DOUBLE;
		return bln_double_parse(json_string_value(value), json_string_length(value), &literal->number);
	}
	literal->kind = BLN_LITERAL_INT;
	literal->integer = json_integer_value(value);
	return json_is_integer(value) && strstr(id, "INT") != NULL;
}

static bool constant_literal(struct collector *collector, const json_t *constant, struct bln_literal *literal)
{
	const json_t *node = json_object_get(constant, "value");
	const json_t *value = json_object_get(node, "value");
	const char *id = bln_node_text(json_object_get(node, "type"), "id");

	if (!is_type(constant, "VALUE_CONSTANT") || json_is_true(json_object_get(node, "is_null")))
		return false;
	if (strcmp(id, "VARCHAR") == 0)
		return json_is_string(value) && is_exact_time(json_string_value(value)) &&
		       text_literal(collector, json_string_value(value), literal);
	if (strcmp(id, "BOOLEAN") == 0 && json_is_boolean(value)) {
		*literal = (struct bln_literal){ .kind = BLN_LITERAL_BOOL, .boolean = json_is_true(value) };
		return true;
	}
	return number_literal(id, node, value, literal);
}

/* TIMESTAMP '…', DATE '…', true, false: casts of texts in DuckDB's tree. */
static bool cast_literal(struct collector *collector, const json_t *cast, struct bln_literal *literal)
{
	const char *id = bln_node_text(json_object_get(cast, "cast_type"), "id");
	const json_t *child = json_object_get(cast, "child");

	if (!is_type(cast, "OPERATOR_CAST") || json_is_true(json_object_get(cast, "try_cast")) ||
	    !constant_literal(collector, child, literal) || literal->kind != BLN_LITERAL_TEXT)
		return false;
	if (strcmp(id, "BOOLEAN") == 0) {
		bool is_true = bln_slice_is(literal->text, "t");

		if (!is_true && !bln_slice_is(literal->text, "f"))
			return false;
		*literal = (struct bln_literal){ .kind = BLN_LITERAL_BOOL, .boolean = is_true };
		return true;
	}
	return strcmp(id, "DATE") == 0 || strcmp(id, "TIMESTAMP") == 0 || strcmp(id, "TIMESTAMP WITH TIME ZONE") == 0;
}

static bool literal_of(struct collector *collector, const json_t *node, struct bln_literal *literal)
{
	return constant_literal(collector, node, literal) || cast_literal(collector, node, literal);
}

/* Adds COLUMN OP and the COUNT nodes from FIRST on of NODES, if each is a constant. */
static void add(struct collector *collector, const char *column, enum bln_predicate_op op, const json_t *const *nodes,
		size_t count)
{
	struct bln_literal *values = bln_arena_calloc(collector->arena, count + 1, sizeof(*values));
	char *name = text_keep(collector, column);

	collector->is_out_of_memory = collector->is_out_of_memory || !values;
	if (collector->is_out_of_memory || collector->count == BLN_PREDICATES_MAX)
		return;
	for (size_t i = 0; i < count; i++)
		if (!literal_of(collector, nodes[i], &values[i]))
			return;
	collector->items[collector->count++] =
		(struct bln_predicate){ .column = name, .op = op, .values = values, .value_count = count };
}

static void comparison_take(struct collector *collector, const json_t *node)
{
	static const struct {
		const char *type;
		enum bln_predicate_op op, flipped;
	} comparisons[] = {
		{ "COMPARE_EQUAL", BLN_OP_EQ, BLN_OP_EQ },
		{ "COMPARE_LESSTHAN", BLN_OP_LT, BLN_OP_GT },
		{ "COMPARE_LESSTHANOREQUALTO", BLN_OP_LE, BLN_OP_GE },
		{ "COMPARE_GREATERTHAN", BLN_OP_GT, BLN_OP_LT },
		{ "COMPARE_GREATERTHANOREQUALTO", BLN_OP_GE, BLN_OP_LE },
	};
	const json_t *left = json_object_get(node, "left");
	const json_t *right = json_object_get(node, "right");

	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		if (!is_type(node, comparisons[i].type))
			continue;
		if (column_of(collector, left))
			add(collector, column_of(collector, left), comparisons[i].op, &right, 1);
		else if (column_of(collector, right))
			add(collector, column_of(collector, right), comparisons[i].flipped, &left, 1);
	}
}

static void between_take(struct collector *collector, const json_t *node)
{
	const char *column = column_of(collector, json_object_get(node, "input"));
	const json_t *lower = json_object_get(node, "lower");
	const json_t *upper = json_object_get(node, "upper");

	if (!column)
		return;
	add(collector, column, BLN_OP_GE, &lower, 1);
	add(collector, column, BLN_OP_LE, &upper, 1);
}

static void operator_take(struct collector *collector, const json_t *node)
{
	const json_t *children = json_object_get(node, "children");
	const char *column = column_of(collector, json_array_get(children, 0));
	size_t count = json_array_size(children);
	const json_t **values;

	if (!column || count == 0)
		return;
	if (is_type(node, "OPERATOR_IS_NULL") || is_type(node, "OPERATOR_IS_NOT_NULL")) {
		add(collector, column, is_type(node, "OPERATOR_IS_NULL") ? BLN_OP_IS_NULL : BLN_OP_IS_NOT_NULL, NULL,
		    0);
	} else if (is_type(node, "COMPARE_IN")) {
		values = bln_arena_calloc(collector->arena, count, sizeof(json_t *));
		collector->is_out_of_memory = collector->is_out_of_memory || !values;
		for (size_t i = 1; values && i < count; i++)
			values[i - 1] = json_array_get(children, i);
		if (values)
			add(collector, column, BLN_OP_IN, values, count - 1);
	}
}

static void conjunct_take(struct collector *collector, const json_t *node, int depth)
{
	const json_t *child;
	size_t i;

	if (depth > DEPTH_MAX)
		return;
	if (is_type(node, "CONJUNCTION_AND")) {
		json_array_foreach(json_object_get(node, "children"), i, child)
			conjunct_take(collector, child, depth + 1);
	} else if (is_type(node, "COMPARE_BETWEEN")) {
		between_take(collector, node);
	} else if (strcmp(bln_node_text(node, "class"), "OPERATOR") == 0) {
		operator_take(collector, node);
	} else {
		comparison_take(collector, node);
	}
}

enum bln_status bln_statement_where(const json_t *where, const struct bln_from *from, struct bln_arena *arena,
				    const struct bln_predicate **predicates, size_t *count, struct bln_err *err)
{
	struct collector collector = { .from = from, .arena = arena };

	*predicates = NULL;
	*count = 0;
	/* Columns under other names, and samples of rows, which depend on which files there are. */
	if (!where || json_array_size(json_object_get(from->node, "column_name_alias")) ||
	    json_is_object(json_object_get(from->node, "sample")))
		return BLN_OK;
	collector.items = bln_arena_calloc(arena, BLN_PREDICATES_MAX, sizeof(*collector.items));
	if (!collector.items)
		return bln_err_memory(err);
	conjunct_take(&collector, where, 0);
	if (collector.is_out_of_memory)
		return bln_err_memory(err);
	*predicates = collector.items;
	*count = collector.count;
	return BLN_OK;
}
