/* A table that is not there yet. What it looks like is said, each before the next, by the job, by `tables` of the project, by the
 * table's standard (catalog/standard.h), and by the rows themselves. */
#include <string.h>

#include "delta/create.h"
#include "job/write/table_look.h"
#include "job/write/table_write_private.h"

/* The standard's properties, then the project's; of one name the project's counts. */
static enum bln_status configuration_make(struct bln_table_writer *writer, const struct bln_standard_table *look,
					  const struct bln_node *properties, struct bln_pairs *out, struct bln_err *err)
{
	const struct bln_expander *expander = writer->context->expander;
	size_t given = properties ? properties->count : 0;
	size_t known = look->configuration.count;
	struct bln_pair *pairs = bln_arena_calloc(&writer->arena, given + known + 1, sizeof(*pairs));
	enum bln_status status = BLN_OK;
	size_t count = 0;

	if (!pairs)
		return bln_err_memory(err);
	for (size_t i = 0; i < given; i++) {
		const struct bln_entry *entry = &properties->entries[i];
		const char *value;

		BLN_TRY(bln_expand(expander, entry->value->text, entry->key, entry->value->place, false, &value, err));
		pairs[count++] = (struct bln_pair){ .key = bln_slice_of(entry->key), .value = bln_slice_of(value) };
	}
	for (size_t i = 0; i < known; i++) {
		const struct bln_pair *pair = &look->configuration.items[i];

		if (!properties || !bln_node_find(properties, pair->key.at))
			pairs[count++] = *pair;
	}
	*out = (struct bln_pairs){ pairs, count };
done:
	return status;
}

static enum bln_status partition_make(struct bln_table_writer *writer, const struct bln_standard_table *look,
				      struct bln_slices *out, struct bln_err *err)
{
	struct bln_setting_list partition = writer->spec->partition;
	struct bln_slice *columns;

	if (partition.count == 0)
		partition = look->partition;
	columns = bln_arena_calloc(&writer->arena, partition.count + 1, sizeof(*columns));
	if (!columns)
		return bln_err_memory(err);
	for (size_t i = 0; i < partition.count; i++)
		columns[i] = bln_slice_of(partition.items[i]);
	*out = (struct bln_slices){ columns, partition.count };
	return BLN_OK;
}

enum bln_status bln_table_make(struct bln_table_writer *writer, const char *sql, struct bln_err *err)
{
	const struct bln_job_context *context = writer->context;
	const char *name = writer->spec->table;
	const struct bln_project_table *wanted = bln_project_table(context->project, name);
	struct bln_standard_table look;
	struct bln_schema schema = { 0 };
	struct bln_table_spec spec = { .schema = &schema,
				       .description = wanted ? wanted->comment : NULL,
				       .clock = context->clock,
				       .random = context->random };
	enum bln_status status;

	BLN_TRY(bln_table_look(context->project, name, &writer->arena, &look, err));
	if (look.column_count)
		BLN_TRY(bln_standard_schema(&look, &writer->arena, &schema, err));
	else
		BLN_TRY(bln_stage_schema(context->engine, sql, &writer->arena, &schema, err));
	BLN_TRY(bln_table_owned_fits(writer, &schema, err));
	BLN_TRY(configuration_make(writer, &look, wanted ? wanted->properties : NULL, &spec.configuration, err));
	BLN_TRY(partition_make(writer, &look, &spec.partition_columns, err));
	status = bln_table_create(&writer->table, &spec, err);
	if (status != BLN_OK && status != BLN_EXISTS) /* there by now: somebody else's first rows */
		goto done;
	BLN_TRY(bln_lake_snapshot(context->lake, name, 0, &writer->owned, err));
	if (writer->owned->file_count) {
		status = bln_err_set(err, BLN_CONFLICT, "others made the table meanwhile, with rows");
		goto done;
	}
	bln_table_writer_base(writer, writer->owned);
done:
	return status;
}
