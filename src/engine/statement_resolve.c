/* Making the tables of a statement known to DuckDB: each a view, and the functions macros that lead to views. */
#include <stdio.h>
#include <string.h>

#include "engine/scan.h"
#include "engine/statement_private.h"

const char *const bln_relation_schemas[BLN_RELATION_KINDS] = {
	[BLN_RELATION_CHANGES] = "bln_changes",
	[BLN_RELATION_EXISTING] = "bln_existing",
	[BLN_RELATION_FILES] = "bln_files",
	[BLN_RELATION_DELTA] = "bln_delta",
};

/* query_table understands no quote within quotes: what is named in a text goes by its bytes. */
static const char macros[] =
	"CREATE SCHEMA IF NOT EXISTS bln_changes; CREATE SCHEMA IF NOT EXISTS bln_existing;"
	"CREATE SCHEMA IF NOT EXISTS bln_files; CREATE SCHEMA IF NOT EXISTS bln_delta;"
	"CREATE OR REPLACE MACRO changes(t) AS TABLE FROM query_table('bln_changes.n' || hex(t));"
	"CREATE OR REPLACE MACRO existing(t) AS TABLE FROM query_table('bln_existing.n' || hex(t));"
	"CREATE OR REPLACE MACRO files(t) AS TABLE FROM query_table('bln_files.n' || hex(t));"
	"CREATE OR REPLACE MACRO delta(t) AS TABLE FROM query_table('bln_delta.n' || hex(t));";

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

/* "n" and NAME in hexadecimal, as the macros have it. */
static const char *view_name(const char *name, struct bln_arena *arena)
{
	size_t length = strlen(name);
	char *hex = bln_arena_alloc(arena, 2 * length + 2);

	if (!hex)
		return NULL;
	hex[0] = 'n';
	hex[1] = '\0';
	for (size_t i = 0; i < length; i++)
		snprintf(hex + 1 + 2 * i, 3, "%02X", (unsigned)(unsigned char)name[i]);
	return hex;
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

	if (schema) {
		name = view_name(name, arena);
	} else { /* layer.table */
		const char *dot = strchr(name, '.');

		schema = dot ? bln_arena_strndup(arena, name, (size_t)(dot - name)) : "main";
		name = dot ? dot + 1 : name;
	}
	if (!schema || !name)
		return bln_err_memory(err);
	if (relation->kind == BLN_RELATION_FILES)
		return bln_statement_files(engine, schema, name, resolved, err);
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

/* The part of a snapshot that RESOLVED stands for, as a snapshot. */
static enum bln_status part_make(const struct bln_resolved *resolved, struct bln_arena *arena,
				 struct bln_snapshot *part, struct bln_err *err)
{
	struct bln_add *files;

	*part = *resolved->snapshot;
	if (resolved->is_all)
		return BLN_OK;
	files = bln_arena_calloc(arena, resolved->file_count + 1, sizeof(*files));
	if (!files)
		return bln_err_memory(err);
	for (size_t i = 0; i < resolved->file_count; i++)
		files[i] = *resolved->files[i];
	part->files = files;
	part->file_count = resolved->file_count;
	return BLN_OK;
}

/* Leaves out of RESOLVED the files in which no row can pass what the statement asks of the relation. */
static enum bln_status files_prune(const struct bln_relation *relation, struct bln_resolved *resolved,
				   struct bln_arena *arena, struct bln_err *err)
{
	struct bln_predicate *known = bln_arena_calloc(arena, relation->predicate_count + 1, sizeof(*known));
	struct bln_snapshot part;
	enum bln_status status;
	size_t count = 0;

	if (!known)
		return bln_err_memory(err);
	/* A name that is no column of it is another table's, or DuckDB's to refuse. */
	for (size_t i = 0; i < relation->predicate_count; i++)
		if (bln_schema_find(&resolved->snapshot->schema, bln_slice_of(relation->predicates[i].column)))
			known[count++] = relation->predicates[i];
	if (count == 0)
		return BLN_OK;
	BLN_TRY(part_make(resolved, arena, &part, err));
	BLN_TRY(bln_prune(&part, known, count, arena, &resolved->files, &resolved->file_count, err));
	resolved->is_all = false;
done:
	return status;
}

/* Puts where the text names RELATION before the message. */
static enum bln_status at_relation(const struct bln_relation *relation, enum bln_status status, struct bln_err *err)
{
	if (status == BLN_OK || relation->line == 0)
		return status;
	return bln_err_where(err, status, "line %d, column %d", relation->line, relation->column);
}

static enum bln_status relation_resolve(struct bln_engine *engine, const struct bln_relation *relation,
					const struct bln_resolver *resolver, struct bln_arena *arena,
					struct bln_err *err)
{
	struct bln_resolved resolved = { 0 };
	enum bln_status status;

	BLN_TRY(resolver->resolve(resolver->context, relation, &resolved, err));
	BLN_TRY(files_prune(relation, &resolved, arena, err));
	BLN_TRY(relation_make(engine, relation, &resolved, arena, err));
done:
	return at_relation(relation, status, err);
}

enum bln_status bln_statement_resolve(struct bln_engine *engine, const char *sql,
				      const struct bln_statement_options *options, const struct bln_resolver *resolver,
				      struct bln_arena *arena, struct bln_relations *out, struct bln_err *err)
{
	struct bln_relations relations = { 0 };
	enum bln_status status;

	BLN_TRY(bln_statement_analyse(engine, sql, options, arena, &relations, err));
	BLN_TRY(bln_engine_exec(engine, macros, err));
	for (size_t i = 0; i < relations.count; i++)
		BLN_TRY(relation_resolve(engine, &relations.items[i], resolver, arena, err));
	if (out)
		*out = relations;
done:
	return status;
}
