#include "catalog/standard.h"

#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(literal)                                                                                                  \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}
#define LIST(...)                                                                                                      \
	{                                                                                                              \
		.items = (const char *const[]){ __VA_ARGS__ },                                                         \
		.count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)                           \
	}

/* One per asset class, in each layer. */
static const char *const classes[] = { "cryptos", "indices", "forex", "commodities", NULL };
static const char *const class_types[] = { "crypto", "index", "forex", "commodity" };

static const struct bln_standard_column bronze_candles[] = {
	{ "symbol", "string" },	   { "datetime", "timestamp" },	 { "open", "double" },
	{ "high", "double" },	   { "low", "double" },		 { "close", "double" },
	{ "volume", "double" },	   { "vwap", "double" },	 { "trades", "long" },
	{ "frequency", "string" }, { "origin", "string" },	 { "base_currency", "string" },
	{ "type", "string" },	   { "source", "string" },	 { "source_unit", "string" },
	{ "load_date", "date" },   { "loaded_at", "timestamp" },
};

/* Behind the contract's columns: the table it was said for, of what it is, its file, its first and last candle, and what was
 * refused. */
static const struct bln_standard_column bronze_units[] = {
	{ "unit", "string" },
	{ "source", "string" },
	{ "symbol", "string" },
	{ "frequency", "string" },
	{ "from", "timestamp" },
	{ "to", "timestamp" },
	{ "rows", "long" },
	{ "hash", "string" },
	{ "loaded_at", "timestamp" },
	{ "table_name", "string" },
	{ "base_currency", "string" },
	{ "type", "string" },
	{ "path", "string" },
	{ "first_datetime", "timestamp" },
	{ "last_datetime", "timestamp" },
	{ "refused", "long" },
};

static const struct bln_standard_column silver_candles[] = {
	{ "symbol", "string" }, { "base_currency", "string" }, { "type", "string" },	  { "datetime", "timestamp" },
	{ "date", "date" },	{ "time", "string" },	       { "frequency", "string" }, { "year", "integer" },
	{ "month", "integer" }, { "day", "integer" },	       { "open", "double" },	  { "high", "double" },
	{ "low", "double" },	{ "close", "double" },	       { "volume", "double" },	  { "vwap", "double" },
	{ "trades", "long" },	{ "origin", "string" },	       { "source", "string" },	  { "audit_time", "timestamp" },
};

static const struct bln_standard_column silver_quarantine[] = {
	{ "id", "string" },
	{ "reason", "string" },
	{ "is_kept", "boolean" },
	{ "unit", "string" },
	{ "source", "string" },
	{ "symbol", "string" },
	{ "frequency", "string" },
	{ "path", "string" },
	{ "line", "long" },
	{ "raw", "string" },
	{ "loaded_at", "timestamp" },
	/* where no time can be read in the row: the rows of its unit between which it stands */
	{ "after_datetime", "timestamp" },
	{ "before_datetime", "timestamp" },
};

static const struct bln_standard_column silver_restatements[] = {
	{ "id", "string" },
	{ "symbol", "string" },
	{ "frequency", "string" },
	{ "datetime", "timestamp" },
	{ "field", "string" },
	{ "old_value", "double" },
	{ "new_value", "double" },
	{ "old_origin", "string" },
	{ "new_origin", "string" },
	{ "old_source", "string" },
	{ "new_source", "string" },
	{ "source_unit", "string" },
	{ "old_loaded_at", "timestamp" },
	{ "new_loaded_at", "timestamp" },
};

static const struct bln_standard_column gold_info[] = {
	{ "stage", "string" },
	{ "table", "string" },
	{ "symbol", "string" },
	{ "base_currency", "string" },
	{ "type", "string" },
	{ "frequency", "string" },
	{ "init_datetime", "timestamp" },
	{ "end_datetime", "timestamp" },
	{ "rows", "long" },
	{ "expected", "long" },
	{ "confirmed_empty", "long" },
	{ "missing", "long" },
};

static const struct bln_standard_column gold_coverage[] = {
	{ "table", "string" },	 { "symbol", "string" }, { "frequency", "string" }, { "year", "integer" },
	{ "from", "timestamp" }, { "to", "timestamp" },	 { "state", "string" },	    { "candles", "long" },
};

static const struct bln_standard_column gold_candles[] = {
	{ "symbol", "string" },	   { "base_currency", "string" }, { "type", "string" },
	{ "frequency", "string" }, { "datetime", "timestamp" },	  { "year", "integer" },
	{ "open", "double" },	   { "high", "double" },	  { "low", "double" },
	{ "close", "double" },	   { "volume", "double" },	  { "vwap", "double" },
	{ "trades", "long" },	   { "source", "string" },	  { "available_at", "timestamp" },
};

/* The units of a commit are in its commitInfo, which no checkpoint keeps: other writers must not clean the log up. */
static const struct bln_pair bronze_configuration[] = {
	{ .key = TEXT("delta.enableExpiredLogCleanup"), .value = TEXT("false") },
};

static const struct bln_standard_table tables[] = {
	{ .layer = "bronze",
	  .tables = classes,
	  .columns = bronze_candles,
	  .column_count = COUNT(bronze_candles),
	  .partition = LIST("load_date"),
	  .configuration = { bronze_configuration, COUNT(bronze_configuration) } },
	{ .layer = "bronze",
	  .tables = (const char *const[]){ "units", NULL },
	  .columns = bronze_units,
	  .column_count = COUNT(bronze_units) },
	{ .layer = "silver",
	  .tables = classes,
	  .columns = silver_candles,
	  .column_count = COUNT(silver_candles),
	  .partition = LIST("symbol", "year"),
	  .split = LIST("frequency") },
	{ .layer = "silver",
	  .tables = (const char *const[]){ "quarantine", NULL },
	  .columns = silver_quarantine,
	  .column_count = COUNT(silver_quarantine) },
	{ .layer = "silver",
	  .tables = (const char *const[]){ "restatements", NULL },
	  .columns = silver_restatements,
	  .column_count = COUNT(silver_restatements) },
	{ .layer = "gold",
	  .tables = (const char *const[]){ "info", NULL },
	  .columns = gold_info,
	  .column_count = COUNT(gold_info) },
	{ .layer = "gold",
	  .tables = (const char *const[]){ "coverage", NULL },
	  .columns = gold_coverage,
	  .column_count = COUNT(gold_coverage),
	  .partition = LIST("symbol", "year"),
	  .split = LIST("frequency") },
	{ .layer = "gold",
	  .tables = (const char *const[]){ "candles", NULL },
	  .columns = gold_candles,
	  .column_count = COUNT(gold_candles),
	  .partition = LIST("symbol", "year"),
	  .split = LIST("frequency") },
};

const struct bln_standard_table *bln_standard_find(const char *name)
{
	struct bln_slice rest = bln_slice_of(name);
	struct bln_slice layer = bln_slice_cut(&rest, '.');

	for (size_t i = 0; i < COUNT(tables); i++) {
		if (!bln_slice_is(layer, tables[i].layer))
			continue;
		for (size_t j = 0; tables[i].tables[j]; j++)
			if (bln_slice_is(rest, tables[i].tables[j]))
				return &tables[i];
	}
	return NULL;
}

const char *bln_standard_type(const char *name)
{
	const struct bln_standard_table *table = bln_standard_find(name);

	for (size_t i = 0; table && table->tables == classes && i < COUNT(class_types); i++)
		if (strcmp(strchr(name, '.') + 1, classes[i]) == 0)
			return class_types[i];
	return NULL;
}

enum bln_status bln_standard_check_received(const char *name, struct bln_err *err)
{
	static const char *const received[] = { "bronze.cryptos", "bronze.indices", "bronze.forex",
						"bronze.commodities" };
	const char *meant = bln_nearest(bln_slice_of(name), received, COUNT(received));

	for (size_t i = 0; i < COUNT(received); i++)
		if (strcmp(name, received[i]) == 0)
			return BLN_OK;
	return bln_err_set(
		err, BLN_INVALID,
		"'%s' takes no candles as they are received%s%s%s; there are: bronze.cryptos, bronze.indices, "
		"bronze.forex, bronze.commodities",
		bln_quote(name, strlen(name)).text, meant ? "; did you mean '" : "", meant ? meant : "",
		meant ? "'?" : "");
}

enum bln_status bln_standard_schema(const struct bln_standard_table *table, struct bln_arena *arena,
				    struct bln_schema *schema, struct bln_err *err)
{
	struct bln_field *fields = bln_arena_calloc(arena, table->column_count, sizeof(*fields));

	if (!fields)
		return bln_err_memory(err);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct bln_standard_column *column = &table->columns[i];

		fields[i] = (struct bln_field){ .name = column->name,
						.physical_name = column->name,
						.id = -1,
						.is_nullable = true,
						.metadata = "{}" };
		if (!bln_type_parse_primitive(bln_slice_of(column->type), &fields[i].type))
			return bln_err_set(err, BLN_BUG, "column %s: '%s' is no type", column->name, column->type);
	}
	*schema = (struct bln_schema){ .fields = fields, .field_count = table->column_count };
	return BLN_OK;
}

enum bln_status bln_standard_empty(const struct bln_standard_table *table, struct bln_snapshot **out,
				   struct bln_err *err)
{
	struct bln_snapshot *snapshot = NULL;
	struct bln_slice *partition;
	enum bln_status status;

	*out = NULL;
	snapshot = bln_mem_calloc(1, sizeof(*snapshot));
	if (!snapshot)
		return bln_err_memory(err);
	snapshot->version = -1;
	snapshot->checkpoint_version = -1;
	snapshot->table.prefix = "";
	snapshot->metadata.format = bln_slice_of("parquet");
	snapshot->metadata.configuration = table->configuration;
	snapshot->protocol = (struct bln_protocol){ .reader = 1, .writer = 2 };
	BLN_TRY(bln_standard_schema(table, &snapshot->arena, &snapshot->schema, err));
	partition = bln_arena_calloc(&snapshot->arena, table->partition.count + 1, sizeof(*partition));
	if (!partition) {
		status = bln_err_memory(err);
		goto done;
	}
	for (size_t i = 0; i < table->partition.count; i++)
		partition[i] = bln_slice_of(table->partition.items[i]);
	snapshot->metadata.partition_columns = (struct bln_slices){ partition, table->partition.count };
	*out = snapshot;
	snapshot = NULL;
done:
	bln_snapshot_destroy(snapshot);
	return status;
}
