#include <inttypes.h>

#include "cli/commands.h"
#include "cli/lake.h"
#include "cli/time.h"
#include "delta/history.h"

enum { ENTRIES_MAX = 1000000, ENTRIES_SHOWN = 20 };

struct showing {
	struct bln_cli *cli;
	struct bln_grid grid;
};

static void slice_add(struct showing *showing, struct bln_slice slice)
{
	bln_grid_add(&showing->grid, slice.at ? bln_arena_strndup(&showing->cli->arena, slice.at, slice.length) : NULL);
}

static void count_add(struct showing *showing, int64_t count)
{
	if (count < 0)
		bln_grid_add(&showing->grid, NULL);
	else
		bln_grid_add_int(&showing->grid, count);
}

static enum bln_status take(void *context, const struct bln_history_entry *entry, struct bln_err *err)
{
	struct showing *showing = context;

	(void)err;
	bln_grid_add_int(&showing->grid, entry->version);
	bln_grid_add(&showing->grid, bln_cli_time_exact(showing->cli, entry->time_us));
	slice_add(showing, entry->operation);
	count_add(showing, entry->rows_added);
	count_add(showing, entry->rows_removed);
	bln_grid_add_int(&showing->grid, entry->files_added);
	bln_grid_add_int(&showing->grid, entry->files_removed);
	bln_grid_add_int(&showing->grid, entry->bytes_added);
	slice_add(showing, entry->engine);
	slice_add(showing, entry->parameters);
	slice_add(showing, entry->metrics);
	slice_add(showing, entry->user_metadata);
	return BLN_OK;
}

static enum bln_exit run(struct bln_cli *cli)
{
	static const struct bln_column columns[] = {
		{ .name = "version", .type = BLN_COLUMN_NUMBER },
		{ .name = "time" },
		{ .name = "operation" },
		{ .name = "rows_added", .type = BLN_COLUMN_NUMBER },
		{ .name = "rows_removed", .type = BLN_COLUMN_NUMBER },
		{ .name = "files_added", .type = BLN_COLUMN_NUMBER },
		{ .name = "files_removed", .type = BLN_COLUMN_NUMBER },
		{ .name = "bytes_added", .type = BLN_COLUMN_NUMBER },
		{ .name = "engine" },
		{ .name = "parameters", .type = BLN_COLUMN_JSON, .only = BLN_COLUMN_ONLY_JSON },
		{ .name = "metrics", .type = BLN_COLUMN_JSON, .only = BLN_COLUMN_ONLY_JSON },
		{ .name = "user_metadata", .only = BLN_COLUMN_ONLY_JSON },
	};
	struct showing showing = {
		.cli = cli, .grid = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]) }
	};
	struct bln_cli_lake lake;
	struct bln_snapshot *snapshot = NULL;
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };
	int64_t limit = ENTRIES_SHOWN;
	enum bln_exit result = bln_cli_lake_open(cli, &lake);

	if (result == BLN_EXIT_DONE &&
	    bln_args_int(&cli->args, "limit", 0, ENTRIES_MAX, ENTRIES_SHOWN, &limit, &err) != BLN_OK)
		result = bln_cli_fail(cli, &err);
	if (result == BLN_EXIT_DONE)
		result = bln_cli_snapshot(cli, &lake, bln_args_word(&cli->args, 0), NULL, &snapshot, &store);
	if (result == BLN_EXIT_DONE && bln_history_read(snapshot, (size_t)limit, take, &showing, &err) != BLN_OK)
		result = bln_cli_fail(cli, &err);
	bln_snapshot_destroy(snapshot);
	bln_store_close(store);
	bln_cli_lake_close(&lake);
	if (result == BLN_EXIT_DONE)
		return bln_cli_print_grid(cli, &showing.grid, "the log has no commits any more, only a checkpoint");
	bln_grid_clean_up(&showing.grid);
	return result;
}

static const struct bln_option options[] = {
	{ .name = "limit",
	  .letter = 'n',
	  .value = "COUNT",
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "at most so many, the newest; 0 for all; 20 otherwise" },
};

static const struct bln_argument arguments[] = {
	{ .name = "NAME",
	  .help = "a table as layer.table, or the path of any Delta table",
	  .complete = BLN_COMPLETE_TABLE },
};

const struct bln_command bln_command_table_history = {
	.name = "table history",
	.summary = "what happened to a table, newest first",
	.description = "Lists the commits of a Delta table, as far as its log still has them.",
	.json = "[{version, time, operation, rows_added, rows_removed, files_added, files_removed,\n"
		"bytes_added, engine, parameters, metrics, user_metadata}]",
	.examples = "bullion table history silver.cryptos -n 5\nthe last five commits\n"
		    "bullion table history silver.cryptos --json\nwith parameters and metrics",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
