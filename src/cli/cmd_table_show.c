#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/quantity.h"
#include "cli/commands.h"
#include "cli/lake.h"
#include "cli/tables.h"
#include "cli/time.h"

static void slice_json(struct bln_text *text, struct bln_slice slice)
{
	if (slice.at)
		bln_json_add_string(text, slice.at, slice.length);
	else
		bln_text_add(text, "null");
}

static void slices_json(struct bln_text *text, struct bln_slices slices)
{
	bln_text_add(text, "[");
	for (size_t i = 0; i < slices.count; i++) {
		bln_text_add(text, i ? "," : "");
		slice_json(text, slices.items[i]);
	}
	bln_text_add(text, "]");
}

static int64_t bytes_of(const struct bln_snapshot *snapshot)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < snapshot->file_count; i++)
		bytes += snapshot->files[i].size_bytes;
	return bytes;
}

static enum bln_exit show_json(struct bln_cli *cli, const struct bln_snapshot *snapshot, const char *name,
			       const char *url)
{
	const int64_t rows = bln_cli_rows_of(snapshot);
	const char *time = bln_cli_time_exact(cli, snapshot->modified_us);
	struct bln_text text = { 0 };

	bln_text_add(&text, "{\"table\":");
	bln_json_add_string(&text, name, strlen(name));
	bln_text_add(&text, ",\"location\":");
	bln_json_add_string(&text, url, strlen(url));
	bln_text_add(&text, ",\"id\":");
	slice_json(&text, snapshot->metadata.id);
	bln_text_add_format(&text, ",\"version\":%" PRId64 ",\"modified_at\":\"%s\",\"rows\":", snapshot->version,
			    time ? time : "");
	if (rows < 0)
		bln_text_add(&text, "null");
	else
		bln_text_add_format(&text, "%" PRId64, rows);
	bln_text_add_format(&text,
			    ",\"files\":%zu,\"bytes\":%" PRId64 ",\"reader_version\":%" PRId64
			    ",\"writer_version\":%" PRId64 ",\"reader_features\":",
			    snapshot->file_count, bytes_of(snapshot), snapshot->protocol.reader,
			    snapshot->protocol.writer);
	slices_json(&text, snapshot->protocol.reader_features);
	bln_text_add(&text, ",\"writer_features\":");
	slices_json(&text, snapshot->protocol.writer_features);
	bln_text_add(&text, ",\"partition_columns\":");
	slices_json(&text, snapshot->metadata.partition_columns);
	bln_text_add(&text, ",\"properties\":{");
	for (size_t i = 0; i < snapshot->metadata.configuration.count; i++) {
		const struct bln_pair *pair = &snapshot->metadata.configuration.items[i];

		bln_text_add(&text, i ? "," : "");
		slice_json(&text, pair->key);
		bln_text_add(&text, ":");
		slice_json(&text, pair->is_null ? (struct bln_slice){ 0 } : pair->value);
	}
	bln_text_add(&text, "},\"txns\":{");
	for (size_t i = 0; i < snapshot->txn_count; i++) {
		bln_text_add(&text, i ? "," : "");
		slice_json(&text, snapshot->txns[i].app_id);
		bln_text_add_format(&text, ":%" PRId64, snapshot->txns[i].version);
	}
	bln_text_add(&text, "},\"schema\":");
	bln_schema_format(&snapshot->schema, &text);
	bln_text_add(&text, "}\n");
	return bln_cli_print(cli, &text);
}

static void line(struct bln_text *text, const char *label, const char *format, ...) BLN_PRINTF(3, 4);

static void line(struct bln_text *text, const char *label, const char *format, ...)
{
	char value[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	bln_text_add_format(text, "%-12s %s\n", label, value);
}

static bool is_partition(const struct bln_snapshot *snapshot, const char *name)
{
	return bln_slices_have(snapshot->metadata.partition_columns, name);
}

static enum bln_exit show_text(struct bln_cli *cli, const struct bln_snapshot *snapshot, const char *name,
			       const char *url)
{
	static const struct bln_column columns[] = { { .name = "column" }, { .name = "type" }, { .name = "notes" } };
	struct bln_grid grid = { .columns = columns, .column_count = sizeof(columns) / sizeof(columns[0]) };
	const int64_t rows = bln_cli_rows_of(snapshot);
	struct bln_text text = { 0 };
	struct bln_text type = { 0 };
	char size[BLN_QUANTITY_TEXT_SIZE];
	const char *time = bln_cli_time_exact(cli, snapshot->modified_us);
	enum bln_exit result;

	bln_size_format(bytes_of(snapshot), size);
	line(&text, "table", "%s", name);
	line(&text, "location", "%s", url);
	line(&text, "version", "%" PRId64 " (%s)", snapshot->version, time ? time : "");
	if (rows < 0)
		line(&text, "rows", "unknown: the log does not say how many a file has");
	else
		line(&text, "rows", "%" PRId64, rows);
	line(&text, "files", "%zu, %s", snapshot->file_count, size);
	line(&text, "protocol", "reader %" PRId64 ", writer %" PRId64, snapshot->protocol.reader,
	     snapshot->protocol.writer);
	for (size_t i = 0; i < snapshot->protocol.writer_features.count; i++)
		line(&text, i ? "" : "features", "%.*s", (int)snapshot->protocol.writer_features.items[i].length,
		     snapshot->protocol.writer_features.items[i].at);
	for (size_t i = 0; i < snapshot->metadata.configuration.count; i++) {
		const struct bln_pair *pair = &snapshot->metadata.configuration.items[i];

		line(&text, i ? "" : "properties", "%.*s = %.*s", (int)pair->key.length, pair->key.at,
		     (int)pair->value.length, pair->value.at ? pair->value.at : "");
	}
	for (size_t i = 0; i < snapshot->txn_count; i++)
		line(&text, i ? "" : "consumed", "%.*s at %" PRId64, (int)snapshot->txns[i].app_id.length,
		     snapshot->txns[i].app_id.at, snapshot->txns[i].version);
	bln_text_add(&text, "\n");
	result = bln_cli_print(cli, &text);
	for (size_t i = 0; i < snapshot->schema.field_count; i++) {
		const struct bln_field *field = &snapshot->schema.fields[i];

		bln_text_clear(&type);
		bln_type_format(&field->type, &type);
		bln_grid_add(&grid, field->name);
		if (type.length > 1 && type.at[0] == '"') { /* a primitive type's JSON is its name in quotes */
			type.at[type.length - 1] = '\0';
			bln_grid_add(&grid, type.at + 1);
		} else {
			bln_grid_add(&grid, type.at);
		}
		bln_grid_add(&grid, is_partition(snapshot, field->name) ? "partition"
				    : field->is_nullable		? ""
									: "not null");
	}
	bln_text_clean_up(&type);
	if (result == BLN_EXIT_DONE)
		return bln_cli_print_grid(cli, &grid, NULL);
	bln_grid_clean_up(&grid);
	return result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	const char *name = bln_args_word(&cli->args, 0);
	struct bln_cli_lake lake;
	struct bln_snapshot *snapshot = NULL;
	struct bln_store *store = NULL;
	struct bln_text url = { 0 };
	struct bln_err err = { 0 };
	enum bln_exit result = bln_cli_lake_open(cli, &lake);

	if (result == BLN_EXIT_DONE)
		result = bln_cli_snapshot(cli, &lake, name, bln_args_value(&cli->args, "as-of"), &snapshot, &store);
	if (result == BLN_EXIT_DONE &&
	    bln_store_url(snapshot->table.store, snapshot->table.prefix[0] ? snapshot->table.prefix : NULL, &url,
			  &err) != BLN_OK)
		result = bln_cli_fail(cli, &err);
	if (result == BLN_EXIT_DONE)
		result = cli->is_json ? show_json(cli, snapshot, name, url.at) : show_text(cli, snapshot, name, url.at);
	bln_text_clean_up(&url);
	bln_snapshot_destroy(snapshot);
	bln_store_close(store);
	bln_cli_lake_close(&lake);
	return result;
}

static const struct bln_option options[] = {
	{ .name = "as-of",
	  .value = "VERSION|TIME",
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "the table as it was then" },
};

static const struct bln_argument arguments[] = {
	{ .name = "NAME",
	  .help = "a table as layer.table, or the path of any Delta table",
	  .complete = BLN_COMPLETE_TABLE },
};

const struct bln_command bln_command_table_show = {
	.name = "table show",
	.summary = "one table: where it is, how large, its columns",
	.description = "Shows what the log of a Delta table says: version, size, protocol, properties, what\n"
		       "jobs have consumed for it, and its columns.",
	.json = "{table, location, id, version, modified_at, rows, files, bytes, reader_version,\n"
		"writer_version, reader_features, writer_features, partition_columns,\n"
		"properties, txns, schema}",
	.examples =
		"bullion table show silver.cryptos\nby name\nbullion table show /data/sales --as-of 3\nany Delta table, as it was",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
