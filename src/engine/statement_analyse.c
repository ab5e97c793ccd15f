/* Which tables a statement names. DuckDB parses it and gives the tree as JSON; here the tree is walked. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "engine/statement_private.h"

enum { NO_LOCATION = -1, DEPTH_MAX = 1000 };

/* Functions that open what their arguments name. */
static const char *const file_functions[] = {
	"read_csv",      "read_csv_auto",     "sniff_csv",         "read_parquet",    "parquet_scan",
	"parquet_metadata", "parquet_schema", "parquet_file_metadata", "parquet_kv_metadata", "parquet_bloom_probe",
	"parquet_full_metadata", "read_json", "read_json_auto",    "read_json_objects", "read_json_objects_auto",
	"read_ndjson",   "read_ndjson_auto",  "read_ndjson_objects", "read_text",     "read_blob",
	"glob",          "read_duckdb",       "seq_scan",
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

struct analysis {
	const char *sql;
	const struct bln_statement_options *options;
	struct bln_arena *arena;
	struct bln_relation *relations;
	size_t count;
	size_t capacity;
	struct bln_err *err;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void place_find(const char *sql, const json_t *location, int *line, int *column)
{
	double at = json_is_number(location) ? json_number_value(location) : NO_LOCATION;

	*line = *column = 0;
	if (!(at >= 0 && at <= (double)strlen(sql)))
		return;
	*line = *column = 1;
	for (size_t i = 0; i < (size_t)at; i++) {
		if (sql[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)sql[i] & 0xc0) != 0x80) { /* a character, not a byte of one */
			++*column;
		}
	}
}

static enum bln_status relation_add(struct analysis *analysis, enum bln_relation_kind kind, const char *name,
                                    const json_t *location)
{
	struct bln_relation relation = { .kind = kind };

	for (size_t i = 0; i < analysis->count; i++)
		if (analysis->relations[i].kind == kind && strcmp(analysis->relations[i].name, name) == 0)
			return BLN_OK;
	if (analysis->count == BLN_STATEMENT_RELATIONS_MAX)
		return bln_err_set(analysis->err, BLN_INVALID, "the statement names more than %d tables",
		                   BLN_STATEMENT_RELATIONS_MAX);
	place_find(analysis->sql, location, &relation.line, &relation.column);
	relation.name = bln_arena_strdup(analysis->arena, name);
	if (!relation.name || !bln_mem_grow(&analysis->relations, analysis->count, &analysis->capacity,
	                                    sizeof(*analysis->relations)))
		return bln_err_memory(analysis->err);
	analysis->relations[analysis->count++] = relation;
	return BLN_OK;
}

static bool is_in_scope(const struct scope *scope, const char *name)
{
	for (; scope; scope = scope->outer)
		for (size_t i = 0; i < json_array_size(scope->names); i++)
			if (strcasecmp(text_of(json_array_get(scope->names, i), "key"), name) == 0)
				return true;
	return false;
}

static enum bln_status files_denied(struct analysis *analysis, const json_t *node, const char *what)
{
	int line;
	int column;

	place_find(analysis->sql, json_object_get(node, "query_location"), &line, &column);
	return bln_err_set(analysis->err, BLN_DENIED, "line %d, column %d: '%s' reads files, which is not allowed here: name "
	                                              "tables as layer.table",
	                   line, column, bln_quote(what, strlen(what)).text);
}

/* FROM a, FROM a.b, FROM 'file.parquet' */
static enum bln_status base_table_take(struct analysis *analysis, const json_t *node, const struct scope *scope)
{
	const char *schema = text_of(node, "schema_name");
	const char *table = text_of(node, "table_name");
	const json_t *location = json_object_get(node, "query_location");
	const char *name = table;

	if (schema[0] == '\0') {
		if (is_in_scope(scope, table))
			return BLN_OK;
		if (strchr(table, '.') || strchr(table, '/')) /* DuckDB takes it for a file */
			return analysis->options->may_read_files ? BLN_OK : files_denied(analysis, node, table);
	} else {
		if (strcasecmp(schema, "information_schema") == 0 || strcasecmp(schema, "pg_catalog") == 0)
			return BLN_OK;
		name = bln_arena_printf(analysis->arena, "%s.%s", schema, table);
		if (!name)
			return bln_err_memory(analysis->err);
	}
	return relation_add(analysis, BLN_RELATION_TABLE, name, location);
}

static enum bln_status table_function_take(struct analysis *analysis, const json_t *node)
{
	const json_t *function = json_object_get(node, "function");
	const char *name = text_of(function, "function_name");
	const json_t *argument = json_array_get(json_object_get(function, "children"), 0);
	const json_t *value = json_object_get(argument, "value");

	for (int kind = 0; kind < BLN_RELATION_KINDS; kind++) {
		if (!relation_functions[kind] || strcasecmp(name, relation_functions[kind]) != 0)
			continue;
		if (json_array_size(json_object_get(function, "children")) != 1 ||
		    strcmp(text_of(argument, "type"), "VALUE_CONSTANT") != 0 ||
		    !json_is_string(json_object_get(value, "value")))
			return bln_err_set(analysis->err, BLN_INVALID, "%s(…) takes one text, as in %s('%s')", name, name,
			                   kind == BLN_RELATION_DELTA ? "/data/table" : "bronze.cryptos");
		return relation_add(analysis, (enum bln_relation_kind)kind, text_of(value, "value"),
		                    json_object_get(node, "query_location"));
	}
	for (size_t i = 0; i < sizeof(file_functions) / sizeof(file_functions[0]); i++)
		if (strcasecmp(name, file_functions[i]) == 0 && !analysis->options->may_read_files)
			return files_denied(analysis, node, name);
	return BLN_OK;
}

static enum bln_status node_walk(struct analysis *analysis, const json_t *node, const struct scope *outer, int depth)
{
	struct scope scope = { .outer = outer };
	enum bln_status status = BLN_OK;
	const char *type;
	const char *key;
	const json_t *value;
	size_t index;

	if (depth > DEPTH_MAX)
		return bln_err_set(analysis->err, BLN_INVALID, "the statement is nested too deeply");
	if (json_is_array(node)) {
		json_array_foreach(node, index, value)
			BLN_TRY(node_walk(analysis, value, outer, depth + 1));
		goto done;
	}
	if (!json_is_object(node))
		return BLN_OK;
	type = text_of(node, "type");
	scope.names = json_object_get(json_object_get(node, "cte_map"), "map");
	if (strcmp(type, "BASE_TABLE") == 0)
		BLN_TRY(base_table_take(analysis, node, outer));
	else if (strcmp(type, "TABLE_FUNCTION") == 0)
		BLN_TRY(table_function_take(analysis, node));
	json_object_foreach((json_t *)node, key, value)
		BLN_TRY(node_walk(analysis, value, scope.names ? &scope : outer, depth + 1));
done:
	return status;
}

/* DuckDB's "SELECT …" errors name no line; its position does. */
static enum bln_status parse_failed(struct analysis *analysis, const json_t *tree)
{
	const char *message = text_of(tree, "error_message");
	const char *position = json_string_value(json_object_get(tree, "position"));
	json_t *location = json_integer(position ? strtoll(position, NULL, 10) : NO_LOCATION);
	int line;
	int column;

	place_find(analysis->sql, location, &line, &column);
	json_decref(location);
	if (strstr(message, "Only SELECT"))
		return bln_err_set(analysis->err, BLN_INVALID,
		                   "only a SELECT can be run here: tables are written by jobs (bullion run)");
	if (line)
		return bln_err_set(analysis->err, BLN_INVALID, "line %d, column %d: %s", line, column, message);
	return bln_err_set(analysis->err, BLN_INVALID, "%s", message);
}

static enum bln_status tree_get(struct bln_engine *engine, const char *sql, json_t **tree, struct bln_err *err)
{
	struct bln_text query = { 0 };
	struct bln_rows *rows = NULL;
	struct bln_slice text;
	enum bln_status status;
	size_t count;

	bln_text_add(&query, "SELECT CAST(json_serialize_sql(");
	bln_text_add_quoted(&query, '\'', sql, strlen(sql));
	bln_text_add(&query, ") AS VARCHAR)");
	BLN_TRY(bln_text_check(&query, err));
	BLN_TRY(bln_engine_query(engine, query.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	if (count != 1) {
		status = bln_err_set(err, BLN_BUG, "DuckDB gives no tree for a statement");
		goto done;
	}
	text = bln_rows_text(rows, 0, 0);
	/* Locations that DuckDB does not know are the largest 64-bit number, which is no integer of jansson's. */
	status = bln_json_parse_reals(text.at, text.length, "the statement's tree", tree, err);
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&query);
	return status;
}

enum bln_status bln_statement_analyse(struct bln_engine *engine, const char *sql,
                                      const struct bln_statement_options *options, struct bln_arena *arena,
                                      struct bln_relations *out, struct bln_err *err)
{
	struct analysis analysis = { .sql = sql, .options = options, .arena = arena, .err = err };
	struct bln_relation *kept;
	json_t *tree = NULL;
	const json_t *statements;
	enum bln_status status;

	if (strlen(sql) > BLN_STATEMENT_SIZE_MAX)
		return bln_err_set(err, BLN_INVALID, "the statement is longer than %d bytes", BLN_STATEMENT_SIZE_MAX);
	BLN_TRY(tree_get(engine, sql, &tree, err));
	statements = json_object_get(tree, "statements");
	if (json_is_true(json_object_get(tree, "error")))
		status = parse_failed(&analysis, tree);
	else if (json_array_size(statements) != 1)
		status = bln_err_set(err, BLN_INVALID, "one statement is wanted, not %zu", json_array_size(statements));
	else
		status = node_walk(&analysis, statements, NULL, 0);
	if (status != BLN_OK)
		goto done;
	kept = bln_arena_calloc(arena, analysis.count + 1, sizeof(*kept));
	if (!kept) {
		status = bln_err_memory(err);
		goto done;
	}
	if (analysis.count)
		memcpy(kept, analysis.relations, analysis.count * sizeof(*kept));
	*out = (struct bln_relations){ .items = kept, .count = analysis.count };
done:
	json_decref(tree);
	bln_mem_free(analysis.relations);
	return status;
}
