/* Which tables a statement names, and what it says of each in its WHERE: a walk over its tree. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "engine/statement_private.h"

enum { DEPTH_MAX = 1000 };

/* Table functions that open no file and tell nothing of the program. Where files may be read, any other goes, too. */
static const char *const harmless_functions[] = {
	"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "pg_timezone_names",
};

static const char *const relation_functions[BLN_RELATION_KINDS] = {
	[BLN_RELATION_CHANGES] = "changes",
	[BLN_RELATION_EXISTING] = "existing",
	[BLN_RELATION_FILES] = "files",
	[BLN_RELATION_DELTA] = "delta",
};

/* Names of common table expressions, innermost first. */
struct scope {
	const struct scope *outer;
	const json_t *names; /* an array of {"key": name, …} */
};

/* A relation, and where and how often the text names it. */
struct mention {
	struct bln_relation relation;
	int64_t location;
	size_t uses;
};

struct analysis {
	const char *sql;
	const struct bln_statement_options *options;
	struct bln_arena *arena;
	struct mention *mentions;
	size_t count;
	size_t capacity;
	struct bln_err *err;
};

static bool is_type(const json_t *node, const char *type)
{
	return strcmp(bln_node_text(node, "type"), type) == 0;
}

/* Puts where NODE stands before the message. */
static enum bln_status at_node(const struct analysis *analysis, const json_t *node, enum bln_status status)
{
	int line, column;

	bln_statement_place(analysis->sql, bln_node_location(node), &line, &column);
	return line ? bln_err_where(analysis->err, status, "line %d, column %d", line, column) : status;
}

/* Names of tables are the same whatever their capitals, as DuckDB has it; paths and what stands in texts are not. */
static struct mention *mention_find(const struct analysis *analysis, enum bln_relation_kind kind, const char *name)
{
	for (size_t i = 0; i < analysis->count; i++) {
		const struct bln_relation *relation = &analysis->mentions[i].relation;

		if (relation->kind == kind &&
		    (kind == BLN_RELATION_TABLE ? strcasecmp(relation->name, name) : strcmp(relation->name, name)) == 0)
			return &analysis->mentions[i];
	}
	return NULL;
}

static enum bln_status mention_add(struct analysis *analysis, enum bln_relation_kind kind, const char *name,
				   const json_t *node)
{
	struct mention *mention = mention_find(analysis, kind, name);
	struct bln_relation relation = { .kind = kind };
	int64_t location = bln_node_location(node);

	if (mention) {
		mention->uses++;
		return BLN_OK;
	}
	if (analysis->count == BLN_STATEMENT_RELATIONS_MAX)
		return bln_err_set(analysis->err, BLN_INVALID, "the statement names more than %d tables",
				   BLN_STATEMENT_RELATIONS_MAX);
	bln_statement_place(analysis->sql, location, &relation.line, &relation.column);
	relation.name = bln_arena_strdup(analysis->arena, name);
	if (!relation.name ||
	    !bln_mem_grow(&analysis->mentions, analysis->count, &analysis->capacity, sizeof(*analysis->mentions)))
		return bln_err_memory(analysis->err);
	analysis->mentions[analysis->count++] =
		(struct mention){ .relation = relation, .location = location, .uses = 1 };
	return BLN_OK;
}

static bool is_in_scope(const struct scope *scope, const char *name)
{
	for (; scope; scope = scope->outer)
		for (size_t i = 0; i < json_array_size(scope->names); i++)
			if (strcasecmp(bln_node_text(json_array_get(scope->names, i), "key"), name) == 0)
				return true;
	return false;
}

static enum bln_status denied(const struct analysis *analysis, const json_t *node, const char *what)
{
	bln_err_set(analysis->err, BLN_DENIED,
		    "'%s' could read files, which is not allowed here: name tables as layer.table",
		    bln_quote(what, strlen(what)).text);
	return at_node(analysis, node, BLN_DENIED);
}

/* The relation that FROM a.b or FROM a names, in *NAME; NULL for what is none of ours. */
static enum bln_status base_table_name(const struct analysis *analysis, const json_t *node, const struct scope *scope,
				       const char **name)
{
	const char *catalog = bln_node_text(node, "catalog_name");
	const char *schema = bln_node_text(node, "schema_name");
	const char *table = bln_node_text(node, "table_name");

	*name = NULL;
	if (catalog[0] || json_is_object(json_object_get(node, "at_clause"))) {
		bln_err_set(analysis->err, BLN_UNSUPPORTED,
			    catalog[0] ? "tables are named layer.table, in two parts"
				       : "AT is not understood: use --as-of");
		return at_node(analysis, node, BLN_UNSUPPORTED);
	}
	if (schema[0] == '\0') {
		if (is_in_scope(scope, table))
			return BLN_OK;
		if (strpbrk(table, "./*:")) /* DuckDB takes it for a file */
			return analysis->options->may_read_files ? BLN_OK : denied(analysis, node, table);
		*name = table;
		return BLN_OK;
	}
	if (strcasecmp(schema, "information_schema") == 0 || strcasecmp(schema, "pg_catalog") == 0)
		return analysis->options->may_read_files ? BLN_OK : denied(analysis, node, schema);
	*name = bln_arena_printf(analysis->arena, "%s.%s", schema, table);
	return *name ? BLN_OK : bln_err_memory(analysis->err);
}

/* The same for FROM changes('a.b') and its like. */
static enum bln_status table_function_name(const struct analysis *analysis, const json_t *node, const char **name,
					   enum bln_relation_kind *kind)
{
	const json_t *function = json_object_get(node, "function");
	const char *called = bln_node_text(function, "function_name");
	const json_t *arguments = json_object_get(function, "children");
	const json_t *argument = json_array_get(arguments, 0);
	const json_t *value = json_object_get(json_object_get(argument, "value"), "value");

	*name = NULL;
	for (int k = 0; k < BLN_RELATION_KINDS; k++) {
		if (!relation_functions[k] || strcasecmp(called, relation_functions[k]) != 0)
			continue;
		if (json_array_size(arguments) != 1 || !is_type(argument, "VALUE_CONSTANT") || !json_is_string(value) ||
		    strcmp(bln_node_text(json_object_get(json_object_get(argument, "value"), "type"), "id"),
			   "VARCHAR") != 0 ||
		    bln_node_text(argument, "alias")[0] ||
		    strlen(json_string_value(value)) != json_string_length(value)) {
			bln_err_set(analysis->err, BLN_INVALID, "%s(…) takes one text, as in %s('%s')",
				    relation_functions[k], relation_functions[k],
				    k == BLN_RELATION_DELTA ? "/data/table" : "bronze.cryptos");
			return at_node(analysis, node, BLN_INVALID);
		}
		*kind = (enum bln_relation_kind)k;
		*name = json_string_value(value);
		return BLN_OK;
	}
	for (size_t i = 0; i < sizeof(harmless_functions) / sizeof(harmless_functions[0]); i++)
		if (strcasecmp(called, harmless_functions[i]) == 0)
			return BLN_OK;
	return analysis->options->may_read_files ? BLN_OK : denied(analysis, node, called);
}

static enum bln_status name_of(const struct analysis *analysis, const json_t *node, const struct scope *scope,
			       const char **name, enum bln_relation_kind *kind)
{
	*name = NULL;
	*kind = BLN_RELATION_TABLE;
	if (is_type(node, "BASE_TABLE"))
		return base_table_name(analysis, node, scope, name);
	if (is_type(node, "TABLE_FUNCTION"))
		return table_function_name(analysis, node, name, kind);
	return BLN_OK;
}

static enum bln_status table_take(struct analysis *analysis, const json_t *node, const struct scope *scope)
{
	enum bln_relation_kind kind;
	enum bln_status status;
	const char *name;

	if (is_type(node, "SHOW_REF") && !json_is_object(json_object_get(node, "query"))) {
		bln_err_set(analysis->err, BLN_INVALID, "SHOW knows nothing of the lake: see bullion table list");
		return at_node(analysis, node, BLN_INVALID);
	}
	BLN_TRY(name_of(analysis, node, scope, &name, &kind));
	if (name)
		BLN_TRY(mention_add(analysis, kind, name, node));
done:
	return status;
}

/* What WHERE says of the table at NODE. Where it is named again elsewhere this is thrown away in the end. */
static enum bln_status where_take(struct analysis *analysis, const json_t *node, const json_t *where, bool is_alone,
				  const struct scope *scope)
{
	const char *alias = bln_node_text(node, "alias");
	struct bln_from from = { .node = node, .is_alone = is_alone };
	enum bln_relation_kind kind;
	struct mention *mention;
	enum bln_status status;
	const char *name;

	BLN_TRY(name_of(analysis, node, scope, &name, &kind));
	mention = name ? mention_find(analysis, kind, name) : NULL;
	if (!mention || kind == BLN_RELATION_FILES)
		goto done;
	from.alias = alias[0]			  ? alias
		     : kind == BLN_RELATION_TABLE ? bln_node_text(node, "table_name")
						  : relation_functions[kind];
	BLN_TRY(bln_statement_where(where, &from, analysis->arena, &mention->relation.predicates,
				    &mention->relation.predicate_count, analysis->err));
done:
	return status;
}

/* Goes to the tables of a FROM whose rows WHERE sees as they are: outer joins fill the other side up with nulls, and
 * which rows meet in a positional or ASOF join depends on all of them. */
static enum bln_status from_take(struct analysis *analysis, const json_t *from, const json_t *where, bool is_alone,
				 const struct scope *scope, int depth)
{
	const char *join = bln_node_text(from, "join_type");
	const char *kind = bln_node_text(from, "ref_type");
	bool is_plain = strcmp(kind, "REGULAR") == 0 || strcmp(kind, "CROSS") == 0 || strcmp(kind, "NATURAL") == 0;
	bool is_inner = strcmp(join, "INNER") == 0;
	enum bln_status status = BLN_OK;

	if (depth > DEPTH_MAX)
		return BLN_OK;
	if (is_type(from, "BASE_TABLE") || is_type(from, "TABLE_FUNCTION"))
		return where_take(analysis, from, where, is_alone, scope);
	if (!is_type(from, "JOIN") || !is_plain)
		return BLN_OK;
	if (is_inner || strcmp(join, "LEFT") == 0 || strcmp(join, "SEMI") == 0 || strcmp(join, "ANTI") == 0)
		BLN_TRY(from_take(analysis, json_object_get(from, "left"), where, false, scope, depth + 1));
	if (is_inner || strcmp(join, "RIGHT") == 0)
		BLN_TRY(from_take(analysis, json_object_get(from, "right"), where, false, scope, depth + 1));
done:
	return status;
}

static enum bln_status node_walk(struct analysis *analysis, const json_t *node, const struct scope *outer, int depth)
{
	struct scope own = { .outer = outer, .names = json_object_get(json_object_get(node, "cte_map"), "map") };
	const struct scope *scope = own.names ? &own : outer;
	enum bln_status status = BLN_OK;
	const char *key;
	const json_t *value;
	size_t index;

	if (depth > DEPTH_MAX)
		return bln_err_set(analysis->err, BLN_INVALID, "the statement is nested too deeply");
	json_array_foreach(node, index, value) BLN_TRY(node_walk(analysis, value, outer, depth + 1));
	if (!json_is_object(node))
		goto done;
	BLN_TRY(table_take(analysis, node, scope));
	json_object_foreach((json_t *)(uintptr_t)node, key, value)
		BLN_TRY(node_walk(analysis, value, scope, depth + 1));
	if (is_type(node, "SELECT_NODE") && !json_is_object(json_object_get(node, "sample")))
		BLN_TRY(from_take(analysis, json_object_get(node, "from_table"), json_object_get(node, "where_clause"),
				  true, scope, 0));
done:
	return status;
}

static int mention_compare(const void *a, const void *b)
{
	const struct mention *x = a, *y = b;

	return x->location < y->location ? -1 : x->location > y->location;
}

static enum bln_status relations_give(struct analysis *analysis, struct bln_relations *out)
{
	struct bln_relation *items = bln_arena_calloc(analysis->arena, analysis->count + 1, sizeof(*items));

	if (!items)
		return bln_err_memory(analysis->err);
	if (analysis->count)
		qsort(analysis->mentions, analysis->count, sizeof(*analysis->mentions), mention_compare);
	for (size_t i = 0; i < analysis->count; i++) {
		items[i] = analysis->mentions[i].relation;
		if (analysis->mentions[i].uses != 1)
			items[i].predicate_count = 0;
	}
	*out = (struct bln_relations){ .items = items, .count = analysis->count };
	return BLN_OK;
}

enum bln_status bln_statement_analyse(struct bln_engine *engine, const char *sql,
				      const struct bln_statement_options *options, struct bln_arena *arena,
				      struct bln_relations *out, struct bln_err *err)
{
	struct analysis analysis = { .sql = sql, .options = options, .arena = arena, .err = err };
	json_t *tree = NULL;
	enum bln_status status;

	BLN_TRY(bln_statement_tree(engine, sql, &tree, err));
	BLN_TRY(node_walk(&analysis, json_object_get(tree, "statements"), NULL, 0));
	BLN_TRY(relations_give(&analysis, out));
done:
	json_decref(tree);
	bln_mem_free(analysis.mentions);
	return status;
}
