/* What a data file calls its columns, and their ids: the tree of Parquet's SchemaElements, as DuckDB tells it. */
#include "engine/scan_footer.h"

#include <string.h>

#include "base/mem.h"

enum { COLUMN_FILE, COLUMN_NAME, COLUMN_CHILDREN, COLUMN_ID, COLUMN_NUMBER };

static void query_add(const struct bln_scan_files *files, struct bln_text *sql)
{
	bln_text_add(sql, "SELECT file_name, name, coalesce(num_children, 0)::BIGINT, coalesce(field_id, -1)::BIGINT, "
			  "column_id::BIGINT FROM parquet_schema([");
	for (size_t i = 0; i < files->count; i++) {
		bln_text_add(sql, i ? ", " : "");
		bln_text_add_quoted(sql, '\'', files->items[i].path, strlen(files->items[i].path));
	}
	bln_text_add(sql, "]) ORDER BY file_name, column_id");
}

/* Where the children of each node end. Nodes stand before their children, so the last come first. */
static bool ends_find(struct bln_footer *footer)
{
	for (size_t i = footer->count; i-- > 0;) {
		size_t end = i + 1;

		for (int64_t child = 0; child < footer->nodes[i].child_count; child++) {
			if (end >= footer->count)
				return false;
			end = footer->nodes[end].end;
		}
		footer->nodes[i].end = end;
	}
	return footer->count > 0;
}

static enum bln_status node_add(struct bln_footer *footer, const struct bln_rows *rows, size_t row, struct bln_err *err)
{
	struct bln_slice name = bln_rows_text(rows, COLUMN_NAME, row);
	struct bln_footer_node *node;

	if (footer->count >= BLN_FOOTER_NODES_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED, "the file has more than %d columns", BLN_FOOTER_NODES_MAX);
	if (!bln_mem_grow(&footer->nodes, footer->count, &footer->capacity, sizeof(*footer->nodes)))
		return bln_err_memory(err);
	node = &footer->nodes[footer->count];
	*node = (struct bln_footer_node){
		.name = bln_arena_strndup(&footer->names, name.at ? name.at : "", name.length),
		.id = bln_rows_int64(rows, COLUMN_ID, row),
		.child_count = bln_rows_int64(rows, COLUMN_CHILDREN, row),
	};
	if (!node->name)
		return bln_err_memory(err);
	footer->count++;
	return BLN_OK;
}

/* A footer is whole. */
static enum bln_status footer_give(struct bln_footer *footer, bln_footer_call *call, void *context, struct bln_err *err)
{
	enum bln_status status;

	if (!footer->file)
		return BLN_OK;
	status = ends_find(footer) ? call(context, footer, err)
				   : bln_err_set(err, BLN_CORRUPT, "what its footer says of columns is no tree");
	if (status != BLN_OK)
		status = bln_err_where(err, status, "data file %s", footer->file->path);
	footer->count = 0;
	bln_arena_clean_up(&footer->names);
	return status;
}

enum bln_status bln_scan_footers_read(struct bln_engine *engine, const struct bln_scan_files *files,
				      bln_footer_call *call, void *context, struct bln_err *err)
{
	struct bln_footer footer = { 0 };
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count = 0;

	query_add(files, &sql);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query(engine, sql.at, &rows, err));
	do {
		BLN_TRY(bln_rows_next(rows, &count, err));
		for (size_t row = 0; row < count; row++) {
			if (bln_rows_int64(rows, COLUMN_NUMBER, row) == 0) {
				struct bln_slice path = bln_rows_text(rows, COLUMN_FILE, row);

				BLN_TRY(footer_give(&footer, call, context, err));
				footer.file = bln_map_get(&files->by_path, path.at, path.length);
				if (!footer.file) {
					status = bln_err_set(err, BLN_BUG,
							     "DuckDB tells of a file that was not asked for: %s",
							     bln_quote(path.at, path.length).text);
					goto done;
				}
			}
			BLN_TRY(node_add(&footer, rows, row, err));
		}
	} while (count);
	status = footer_give(&footer, call, context, err);
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	bln_arena_clean_up(&footer.names);
	bln_mem_free(footer.nodes);
	return status;
}
