#include <inttypes.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/lake.h"
#include "cli/tables.h"

int64_t bln_cli_rows_of(const struct bln_snapshot *snapshot)
{
	int64_t rows = 0;

	for (size_t i = 0; i < snapshot->file_count; i++) {
		const struct bln_add *file = &snapshot->files[i];
		json_t *json = NULL;
		int64_t count = -1;

		if (file->stats.length &&
		    bln_json_parse(file->stats.at, file->stats.length, "stats", &json, NULL) == BLN_OK)
			(void)!bln_json_get_int(json, "numRecords", &count, NULL);
		json_decref(json);
		if (count < 0)
			return -1;
		rows += count - file->dv.cardinality;
	}
	return rows;
}

static void table_add(struct bln_cli *cli, struct bln_cli_lake *lake, const char *name, struct bln_grid *grid)
{
	struct bln_snapshot *snapshot = NULL;
	struct bln_err err = { 0 };
	struct bln_text by = { 0 };
	struct bln_text json = { 0 };
	int64_t bytes = 0;

	bln_grid_add(grid, name);
	if (bln_lake_snapshot(&lake->lake, name, BLN_VERSION_LATEST, &snapshot, &err) != BLN_OK) {
		for (int i = 0; i < 6; i++)
			bln_grid_add(grid, NULL);
		bln_cli_warn(cli, "%s", err.message);
		return;
	}
	for (size_t i = 0; i < snapshot->file_count; i++)
		bytes += snapshot->files[i].size_bytes;
	for (size_t i = 0; i < snapshot->metadata.partition_columns.count; i++) {
		struct bln_slice column = snapshot->metadata.partition_columns.items[i];

		bln_text_add(&json, i ? "," : "[");
		bln_json_add_string(&json, column.at, column.length);
		bln_text_add(&by, i ? "," : "");
		bln_text_add_bytes(&by, column.at, column.length);
	}
	bln_grid_add_int(grid, snapshot->version);
	if (bln_cli_rows_of(snapshot) < 0)
		bln_grid_add(grid, NULL);
	else
		bln_grid_add_int(grid, bln_cli_rows_of(snapshot));
	bln_grid_add_int(grid, (int64_t)snapshot->file_count);
	bln_grid_add_int(grid, bytes);
	bln_text_add(&json, json.length ? "]" : "[]");
	bln_grid_add(grid, by.at);
	bln_grid_add(grid, json.at);
	bln_text_clean_up(&by);
	bln_text_clean_up(&json);
	bln_snapshot_destroy(snapshot);
}

static enum bln_exit run(struct bln_cli *cli)
{
	static const struct bln_column columns[] = {
		{ .name = "table" },
		{ .name = "version", .type = BLN_COLUMN_NUMBER },
		{ .name = "rows", .type = BLN_COLUMN_NUMBER },
		{ .name = "files", .type = BLN_COLUMN_NUMBER },
		{ .name = "bytes", .type = BLN_COLUMN_NUMBER },
		{ .name = "partitioned_by", .only = BLN_COLUMN_ONLY_TEXT },
		{ .name = "partition_columns", .type = BLN_COLUMN_JSON, .only = BLN_COLUMN_ONLY_JSON },
	};
	struct bln_grid grid = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]) };
	struct bln_cli_lake lake;
	struct bln_err err = { 0 };
	const char *const *names;
	size_t count = 0;
	enum bln_exit result = bln_cli_lake_open(cli, &lake);

	if (result == BLN_EXIT_DONE && bln_lake_tables(&lake.lake, &cli->arena, &names, &count, &err) != BLN_OK)
		result = bln_cli_fail(cli, &err);
	for (size_t i = 0; i < count && result == BLN_EXIT_DONE; i++)
		table_add(cli, &lake, names[i], &grid);
	bln_cli_lake_close(&lake);
	if (result == BLN_EXIT_DONE) {
		const char *empty = bln_arena_printf(&cli->arena, "there are no tables yet in %s", lake.url);

		return bln_cli_print_grid(cli, &grid, empty ? empty : "there are no tables yet");
	}
	bln_grid_clean_up(&grid);
	return result;
}

const struct bln_command bln_command_table_list = {
	.name = "table list",
	.summary = "the tables of the lake",
	.description = "Lists the Delta tables of the lake with their version, rows, files and size. Only the\n"
		       "logs are read.",
	.json = "[{table, version, rows, files, bytes, partition_columns}]",
	.examples = "bullion table list\nwhat there is\nbullion table list --json\nfor scripts",
	.run = run,
};
