/* Making the tables of a statement known to DuckDB: each a view, and the functions macros that lead to views. */
#include <string.h>

#include "engine/scan.h"
#include "engine/statement_private.h"

const char *const bln_relation_schemas[BLN_RELATION_KINDS] = {
	[BLN_RELATION_CHANGES] = "bln_changes",
	[BLN_RELATION_EXISTING] = "bln_existing",
	[BLN_RELATION_FILES] = "bln_files",
	[BLN_RELATION_DELTA] = "bln_delta",
};

static const char macros[] =
	"CREATE SCHEMA IF NOT EXISTS bln_changes; CREATE SCHEMA IF NOT EXISTS bln_existing;"
	"CREATE SCHEMA IF NOT EXISTS bln_files; CREATE SCHEMA IF NOT EXISTS bln_delta;"
	"CREATE OR REPLACE MACRO changes(t) AS TABLE FROM query_table('bln_changes.\"' || replace(t, '\"', '\"\"') || '\"');"
	"CREATE OR REPLACE MACRO existing(t) AS TABLE FROM query_table('bln_existing.\"' || replace(t, '\"', '\"\"') || '\"');"
	"CREATE OR REPLACE MACRO files(t) AS TABLE FROM query_table('bln_files.\"' || replace(t, '\"', '\"\"') || '\"');"
	"CREATE OR REPLACE MACRO delta(t) AS TABLE FROM query_table('bln_delta.\"' || replace(t, '\"', '\"\"') || '\"');";

/* "CREATE OR REPLACE VIEW schema.name AS SELECT * FROM bln_scan.name WHERE …" */
static enum bln_status filtered_view(struct bln_engine *engine, const char *schema, const char *name, const char *inner,
                                     const char *where, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	enum bln_status status;

	bln_text_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
	bln_text_add_quoted(&sql, '"', schema, strlen(schema));
	bln_text_add(&sql, "; CREATE OR REPLACE VIEW ");
	bln_text_add_quoted(&sql, '"', schema, strlen(schema));
	bln_text_add(&sql, ".");
	bln_text_add_quoted(&sql, '"', name, strlen(name));
	bln_text_add(&sql, " AS SELECT * FROM bln_scan.");
	bln_text_add_quoted(&sql, '"', inner, strlen(inner));
	bln_text_add_format(&sql, " WHERE %s", where);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_exec(engine, sql.at, err));
done:
	bln_text_clean_up(&sql);
	return status;
}

static enum bln_status relation_make(struct bln_engine *engine, const struct bln_relation *relation,
                                     const struct bln_resolved *resolved, struct bln_arena *arena, struct bln_err *err)
{
	const struct bln_scan scan = { .snapshot = resolved->snapshot,
		                       .files = resolved->files,
		                       .file_count = resolved->file_count,
		                       .is_all = resolved->is_all };
	const char *schema = bln_relation_schemas[relation->kind];
	const char *name = relation->name;
	const char *inner;
	enum bln_status status;

	if (relation->kind == BLN_RELATION_FILES)
		return bln_statement_files(engine, schema, name, resolved, err);
	if (!schema) { /* layer.table */
		const char *dot = strchr(name, '.');

		schema = dot ? bln_arena_strndup(arena, name, (size_t)(dot - name)) : "main";
		name = dot ? dot + 1 : name;
		if (!schema)
			return bln_err_memory(err);
	}
	if (!resolved->where)
		return bln_scan_view(engine, schema, name, &scan, err);
	inner = bln_arena_printf(arena, "%s.%s", schema, name);
	if (!inner)
		return bln_err_memory(err);
	BLN_TRY(bln_scan_view(engine, "bln_scan", inner, &scan, err));
	BLN_TRY(filtered_view(engine, schema, name, inner, resolved->where, err));
done:
	return status;
}

enum bln_status bln_statement_resolve(struct bln_engine *engine, const char *sql,
                                      const struct bln_statement_options *options,
                                      const struct bln_resolver *resolver, struct bln_arena *arena,
                                      struct bln_relations *out, struct bln_err *err)
{
	struct bln_relations relations = { 0 };
	enum bln_status status;

	BLN_TRY(bln_statement_analyse(engine, sql, options, arena, &relations, err));
	BLN_TRY(bln_engine_exec(engine, macros, err));
	for (size_t i = 0; i < relations.count; i++) {
		struct bln_resolved resolved = { 0 };

		BLN_TRY(resolver->resolve(resolver->context, &relations.items[i], &resolved, err));
		BLN_TRY(relation_make(engine, &relations.items[i], &resolved, arena, err));
	}
	if (out)
		*out = relations;
done:
	return status;
}
