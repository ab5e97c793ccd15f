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

/* "CREATE OR REPLACE VIEW schema.name AS BODY" */
static enum bln_status view_make(struct bln_engine *engine, const char *schema, const char *name, const char *body,
				 struct bln_err *err)
{
	struct bln_text sql = { 0 };
	enum bln_status status;

	bln_text_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
	bln_text_add_quoted(&sql, '"', schema, strlen(schema));
	bln_text_add(&sql, "; CREATE OR REPLACE VIEW ");
	bln_text_add_quoted(&sql, '"', schema, strlen(schema));
	bln_text_add(&sql, ".");
	bln_text_add_quoted(&sql, '"', name, strlen(name));
	bln_text_add_format(&sql, " AS %s", body);
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

/* "SELECT *MORE FROM bln_scan.name WHERE …", of a view that is made of SCAN. */
static enum bln_status add_scan(struct bln_engine *engine, const char *name, const struct bln_scan *scan,
				const char *more, const char *where, struct bln_text *body, struct bln_err *err)
{
	bln_text_add_format(body, "SELECT *%s FROM bln_scan.", more);
	bln_text_add_quoted(body, '"', name, strlen(name));
	if (where)
		bln_text_add_format(body, " WHERE %s", where);
	return bln_scan_view(engine, "bln_scan", name, scan, err);
}

/* A view of the files' rows that are to be seen. What is rewritten is counted, each kind of row up where it was written and down
 * where it was replaced: one pass, which spills where there is no room. EXCEPT ALL would number all rows first. */
static enum bln_status filtered_make(struct bln_engine *engine, const char *schema, const char *name,
				     const struct bln_resolved *resolved, struct bln_arena *arena, struct bln_err *err)
{
	struct bln_scan scan = { .snapshot = resolved->snapshot };
	struct bln_text body = { 0 };
	const char *inner = bln_arena_printf(arena, "%s.%s", schema, name);
	const char *written = bln_arena_printf(arena, "%s.%s written", schema, name);
	const char *replaced = bln_arena_printf(arena, "%s.%s replaced", schema, name);
	bool has_plain = resolved->is_all || resolved->file_count || resolved->written_count == 0;
	enum bln_status status;

	if (!inner || !written || !replaced)
		return bln_err_memory(err);
	if (has_plain) {
		scan.files = resolved->files;
		scan.file_count = resolved->file_count;
		scan.is_all = resolved->is_all;
		BLN_TRY(add_scan(engine, inner, &scan, "", resolved->where, &body, err));
	}
	scan = (struct bln_scan){ .snapshot = resolved->snapshot,
				  .files = resolved->written,
				  .file_count = resolved->written_count };
	bln_text_add(&body, has_plain && scan.file_count ? " UNION ALL " : "");
	if (scan.file_count && resolved->replaced_count == 0) {
		BLN_TRY(add_scan(engine, written, &scan, "", resolved->where, &body, err));
	} else if (scan.file_count) {
		bln_text_add(
			&body,
			"SELECT * EXCLUDE (\"bln n\", \"bln i\") FROM (SELECT *, unnest(range(\"bln n\")) AS \"bln i\" FROM "
			"(SELECT * EXCLUDE (\"bln w\"), CAST(sum(\"bln w\") AS BIGINT) AS \"bln n\" FROM (");
		BLN_TRY(add_scan(engine, written, &scan, ", 1 AS \"bln w\"", resolved->where, &body, err));
		scan.files = resolved->replaced;
		scan.file_count = resolved->replaced_count;
		bln_text_add(&body, " UNION ALL ");
		BLN_TRY(add_scan(engine, replaced, &scan, ", -1 AS \"bln w\"", resolved->where, &body, err));
		bln_text_add(&body, ") GROUP BY ALL HAVING sum(\"bln w\") > 0))");
	}
	BLN_TRY(bln_text_check(&body, err));
	BLN_TRY(view_make(engine, schema, name, body.at, err));
done:
	bln_text_clean_up(&body);
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
	if (!resolved->where && resolved->written_count == 0)
		return bln_scan_view(engine, schema, name, &scan, err);
	return filtered_make(engine, schema, name, resolved, arena, err);
}

/* FILES in which a row may pass. */
static enum bln_status list_prune(const struct bln_snapshot *snapshot, const struct bln_predicate *known,
				  size_t known_count, struct bln_arena *arena, const struct bln_add *const **files,
				  size_t *count, struct bln_err *err)
{
	struct bln_snapshot part = *snapshot;
	struct bln_add *copies = bln_arena_calloc(arena, *count + 1, sizeof(*copies));

	if (!copies)
		return bln_err_memory(err);
	for (size_t i = 0; i < *count; i++)
		copies[i] = *(*files)[i];
	part.files = copies;
	part.file_count = *count;
	return bln_prune(&part, known, known_count, arena, files, count, err);
}

/* Leaves out of RESOLVED the files in which no row can pass what the statement asks of the relation. */
static enum bln_status files_prune(const struct bln_relation *relation, struct bln_resolved *resolved,
				   struct bln_arena *arena, struct bln_err *err)
{
	struct bln_predicate *known = bln_arena_calloc(arena, relation->predicate_count + 1, sizeof(*known));
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
	if (resolved->is_all)
		BLN_TRY(bln_prune(resolved->snapshot, known, count, arena, &resolved->files, &resolved->file_count,
				  err));
	else
		BLN_TRY(list_prune(resolved->snapshot, known, count, arena, &resolved->files, &resolved->file_count,
				   err));
	resolved->is_all = false;
	BLN_TRY(list_prune(resolved->snapshot, known, count, arena, &resolved->written, &resolved->written_count, err));
	BLN_TRY(list_prune(resolved->snapshot, known, count, arena, &resolved->replaced, &resolved->replaced_count,
			   err));
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

static enum bln_status relation_resolve(struct bln_engine *engine, struct bln_relation *relation,
					const struct bln_resolver *resolver, struct bln_arena *arena,
					struct bln_err *err)
{
	struct bln_resolved resolved = { 0 };
	enum bln_status status;

	BLN_TRY(resolver->resolve(resolver->context, relation, &resolved, err));
	BLN_TRY(files_prune(relation, &resolved, arena, err));
	BLN_TRY(relation_make(engine, relation, &resolved, arena, err));
	relation->file_total = resolved.snapshot->file_count;
	relation->file_count = resolved.is_all ? relation->file_total
					       : resolved.file_count + resolved.written_count + resolved.replaced_count;
done:
	return at_relation(relation, status, err);
}

enum bln_status bln_statement_resolve(struct bln_engine *engine, const char *sql,
				      const struct bln_statement_options *options, const struct bln_resolver *resolver,
				      struct bln_arena *arena, struct bln_relations *out, struct bln_err *err)
{
	struct bln_relations relations = { 0 };
	struct bln_relation *items;
	enum bln_status status;

	BLN_TRY(bln_statement_analyse(engine, sql, options, arena, &relations, err));
	BLN_TRY(bln_engine_exec(engine, macros, err));
	items = bln_arena_calloc(arena, relations.count + 1, sizeof(*items));
	if (!items)
		return bln_err_memory(err);
	for (size_t i = 0; i < relations.count; i++) {
		items[i] = relations.items[i];
		BLN_TRY(relation_resolve(engine, &items[i], resolver, arena, err));
	}
	if (out)
		*out = (struct bln_relations){ .items = items, .count = relations.count };
done:
	return status;
}
