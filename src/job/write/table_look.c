#include "job/write/table_look.h"

#include <string.h>

#include "base/nearest.h"

static enum bln_status columns_take(const struct bln_project_table *table, struct bln_arena *arena,
				    struct bln_standard_table *look, struct bln_err *err)
{
	struct bln_standard_column *columns = bln_arena_calloc(arena, table->column_count, sizeof(*columns));

	if (!columns)
		return bln_err_memory(err);
	for (size_t i = 0; i < table->column_count; i++)
		columns[i] = (struct bln_standard_column){ table->columns[i].name, table->columns[i].type };
	look->columns = columns;
	look->column_count = table->column_count;
	return BLN_OK;
}

enum bln_status bln_table_look_check(const struct bln_project_table *table, struct bln_err *err)
{
	if (table->column_count == 0 || !bln_standard_find(table->name))
		return BLN_OK;
	return bln_err_set(err, BLN_INVALID,
			   "table '%s': columns: which ones it has is bullion's to say: leave 'columns' out",
			   table->name);
}

enum bln_status bln_table_look(const struct bln_project *project, const char *name, struct bln_arena *arena,
			       struct bln_standard_table *look, struct bln_err *err)
{
	const struct bln_standard_table *standard = bln_standard_find(name);
	const struct bln_project_table *table = bln_project_table(project, name);
	enum bln_status status;

	*look = standard ? *standard : (struct bln_standard_table){ 0 };
	if (!table)
		return BLN_OK;
	status = bln_table_look_check(table, err);
	if (status != BLN_OK)
		return bln_project_where(project, table->columns_place, err, status);
	if (table->partition_by.count)
		look->partition = table->partition_by;
	if (table->split_by.count)
		look->split = table->split_by;
	if (table->column_count)
		status = columns_take(table, arena, look, err);
	return status;
}

enum bln_status bln_table_owns_check(const struct bln_schema *schema, const struct bln_job *job,
				     struct bln_place *place, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; job->owns && i < job->owns->count && status == BLN_OK; i++) {
		*place = job->owns->entries[i].place;
		status = bln_table_look_for(schema, bln_slice_of(job->owns->entries[i].key), err);
	}
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "owns: %s", job->into);
}

enum bln_status bln_table_look_for(const struct bln_schema *schema, struct bln_slice name, struct bln_err *err)
{
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	if (bln_schema_find(schema, name))
		return BLN_OK;
	for (size_t i = 0; i < schema->field_count; i++)
		bln_nearest_try(name, schema->fields[i].name, &meant, &distance);
	return bln_err_set(err, BLN_INVALID, "there is no column '%s' in the table%s%s%s",
			   bln_quote(name.at, name.length).text, meant ? "; did you mean '" : "", meant ? meant : "",
			   meant ? "'?" : "");
}
