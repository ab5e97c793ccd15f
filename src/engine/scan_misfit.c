/* A value that a data file has and its table's type has not: DuckDB tells it with advice for who calls read_parquet. */
#include <string.h>

#include "engine/scan_private.h"

/* The scan that reads the file PATH. */
static const struct bln_scan_files *files_find(const struct bln_engine *engine, struct bln_slice path)
{
	for (const struct bln_scan_slot *slot = engine->scans; slot; slot = slot->next)
		if (slot->files && bln_map_find(&slot->files->by_path, path.at, path.length))
			return slot->files;
	return NULL;
}

/* Sets *TEXT to what stands before the first MARK in *REST, and *REST to what stands behind it. */
static bool text_take(struct bln_slice *rest, const char *mark, struct bln_slice *text)
{
	const char *found = memmem(rest->at, rest->length, mark, strlen(mark));

	if (!found)
		return false;
	*text = (struct bln_slice){ rest->at, (size_t)(found - rest->at) };
	rest->at = found + strlen(mark);
	rest->length -= text->length + strlen(mark);
	return true;
}

bool bln_scan_misfit(const struct bln_engine *engine, const char *message, struct bln_err *err)
{
	struct bln_slice rest = { message, strcspn(message, "\n") };
	struct bln_slice ignored, path, column, types;
	const struct bln_scan_files *files;

	if (!text_take(&rest, "Error while reading file \"", &ignored) ||
	    !text_take(&rest, "\": failed to cast column \"", &path) || !text_take(&rest, "\" from type ", &column) ||
	    !text_take(&rest, ": : ", &types))
		return false;
	files = files_find(engine, path);
	if (!files)
		return false;
	for (size_t i = 0; i < files->renamed.count; i++)
		if (bln_slice_equals(files->renamed.items[i].key, column))
			column = files->renamed.items[i].value;
	(void)bln_err_set(
		err, BLN_CORRUPT,
		"table %.200s: data file %.*s: what column '%s' has there cannot be read as what it is by the log, "
		"%.*s: %.*s",
		files->table, (int)(path.length < 300 ? path.length : 300), path.at,
		bln_quote(column.at, column.length).text, (int)(types.length < 200 ? types.length : 200), types.at,
		(int)(rest.length < 200 ? rest.length : 200), rest.at);
	return true;
}
