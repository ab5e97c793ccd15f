/* How long staging takes: stage_bench FOLDER [SYMBOLS], 400,000 candles each, made in C. First as bronze has them (rows as
 * they come, by what each thread writes), then as silver has them (partitioned, split and sorted), each beside the plain COPY of
 * the same rows. FOLDER exists; what is written into it is removed. */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/row_source.h"
#include "engine/stage.h"

enum { SYMBOL_ROWS = 400000, SYMBOLS_MAX = 1000, BENCH_THREADS = 2 };

static const struct bln_row_column columns[] = {
	{ "symbol", BLN_ROW_VARCHAR, false },	   { "datetime", BLN_ROW_TIMESTAMPTZ, false },
	{ "open", BLN_ROW_DOUBLE, false },	   { "high", BLN_ROW_DOUBLE, false },
	{ "low", BLN_ROW_DOUBLE, false },	   { "close", BLN_ROW_DOUBLE, false },
	{ "volume", BLN_ROW_DOUBLE, false },	   { "vwap", BLN_ROW_DOUBLE, true },
	{ "trades", BLN_ROW_BIGINT, true },	   { "frequency", BLN_ROW_VARCHAR, false },
	{ "source_unit", BLN_ROW_VARCHAR, false }, { "loaded_at", BLN_ROW_TIMESTAMPTZ, false },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct units {
	atomic_int next;
	int count;
};

struct reader {
	struct units *units;
	int unit;
	int64_t row;
	uint64_t state;
};

static enum bln_status reader_open(void *context, const bool *wanted, void **out, struct bln_err *err)
{
	struct reader *reader = bln_mem_calloc(1, sizeof(*reader));
	(void)wanted;

	if (!reader)
		return bln_err_memory(err);
	*reader = (struct reader){ .units = context, .row = SYMBOL_ROWS, .state = 88172645463325252u };
	*out = reader;
	return BLN_OK;
}

static double price(struct reader *reader)
{
	const int64_t drift = reader->row / 50;

	reader->state ^= reader->state << 13;
	reader->state ^= reader->state >> 7;
	reader->state ^= reader->state << 17;
	return (double)(10000 + drift + (int64_t)(reader->state % 1000)) / 100;
}

static enum bln_status reader_next(void *data, struct bln_row_block *block, struct bln_err *err)
{
	static const size_t reals[] = { 2, 3, 4, 5, 6 };
	struct reader *reader = data;
	char text[64];
	(void)err;

	if (reader->row == SYMBOL_ROWS) {
		reader->unit = reader->units->next++;
		reader->row = 0;
	}
	if (reader->unit >= reader->units->count)
		return BLN_OK;
	block->count =
		SYMBOL_ROWS - reader->row < BLN_ROWS_CHUNK ? (size_t)(SYMBOL_ROWS - reader->row) : BLN_ROWS_CHUNK;
	for (size_t i = 0; i < block->count; i++, reader->row++) {
		if (block->columns[1].values)
			((int64_t *)block->columns[1].values)[i] = (INT64_C(1388534400) + reader->row * 900) * 1000000;
		for (size_t j = 0; j < sizeof(reals) / sizeof(reals[0]); j++)
			if (block->columns[reals[j]].values)
				((double *)block->columns[reals[j]].values)[i] = price(reader);
		if (block->columns[8].values)
			((int64_t *)block->columns[8].values)[i] = (int64_t)(reader->state % 500);
	}
	snprintf(text, sizeof(text), "S%03dUSD", reader->unit);
	bln_row_block_set_constant_text(block, 0, text, strlen(text));
	bln_row_block_set_constant_null(block, 7);
	bln_row_block_set_constant_text(block, 9, "15m", 3);
	snprintf(text, sizeof(text), "kraken/S%03dUSD/15m/0123456789abcdef0123456789abcdef", reader->unit);
	bln_row_block_set_constant_text(block, 10, text, strlen(text));
	bln_row_block_set_constant_int64(block, 11, INT64_C(1700000000000000));
	return BLN_OK;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct bench {
	struct bln_engine *engine;
	struct bln_arena arena;
	struct units units;
	const char *folder;
	struct bln_err err;
};

static void told(const char *what, double wall_us, double cpu, size_t files, int64_t bytes)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-44s %6.1f s, %6.1f s of CPU, %4zu files, %5" PRId64 " MiB; peak %ld MiB\n", what, wall_us / 1e6, cpu,
	       files, bytes >> 20, usage.ru_maxrss / 1024);
	fflush(stdout);
}

static enum bln_status staged(struct bench *bench, const char *what, const char *sql, const struct bln_stage_spec *spec)
{
	int64_t start = bln_clock_monotonic_us(bln_clock_system());
	double cpu = cpu_seconds();
	struct bln_staged_list list;
	enum bln_status status;

	bench->units.next = 0;
	BLN_TRY(bln_stage(bench->engine, sql, spec, &bench->arena, &list, &bench->err));
	told(what, (double)(bln_clock_monotonic_us(bln_clock_system()) - start), cpu_seconds() - cpu, list.count,
	     list.size_bytes);
	for (size_t i = 0; i < list.count; i++)
		unlink(list.items[i].path);
done:
	return status;
}

static enum bln_status plain(struct bench *bench, const char *what, const char *sql, const char *options)
{
	int64_t start = bln_clock_monotonic_us(bln_clock_system());
	double cpu = cpu_seconds();
	const char *copy =
		bln_arena_printf(&bench->arena, "COPY (%s) TO '%s/plain' (FORMAT parquet, COMPRESSION zstd%s)", sql,
				 bench->folder, options);
	const char *clean = bln_arena_printf(&bench->arena, "rm -rf '%s/plain'", bench->folder);
	enum bln_status status;

	bench->units.next = 0;
	if (!copy || !clean)
		return bln_err_memory(&bench->err);
	BLN_TRY(bln_engine_exec(bench->engine, "SET preserve_insertion_order = false", &bench->err));
	BLN_TRY(bln_engine_exec(bench->engine, copy, &bench->err));
	told(what, (double)(bln_clock_monotonic_us(bln_clock_system()) - start), cpu_seconds() - cpu, 0, 0);
	if (system(clean) != 0)
		status = bln_err_set(&bench->err, BLN_IO, "cannot remove %s/plain", bench->folder);
done:
	return status;
}

#define DERIVED "FROM (SELECT *, make_timestamp(epoch_us(datetime)) AS wall FROM candles())"
#define SILVER                                                                                                          \
	"SELECT symbol, datetime, CAST(year(wall) AS INT) AS year, frequency, CAST(wall AS DATE) AS date, open, high, " \
	"low, close, volume, vwap, trades, loaded_at " DERIVED

static enum bln_status bench_run(struct bench *bench)
{
	static const char *const by_day[] = { "load_date" };
	static const char *const by_symbol_year[] = { "symbol", "year" };
	static const char *const by_frequency[] = { "frequency" };
	static const char *const by_time[] = { "datetime" };
	static const char bronze[] = "SELECT *, DATE '2024-05-06' AS load_date FROM candles()";
	const struct bln_pair day = { bln_slice_of("load_date"), bln_slice_of("2024-05-06"), false };
	struct bln_schema schema;
	struct bln_stage_spec spec = { .folder = bench->folder, .schema = &schema };
	enum bln_status status;

	BLN_TRY(bln_stage_schema(bench->engine, bronze, &bench->arena, &schema, &bench->err));
	spec.partition = by_day;
	spec.partition_count = 1;
	spec.is_clustered = true;
	BLN_TRY(staged(bench, "bronze, the partition in the query", bronze, &spec));
	spec.fixed = (struct bln_pairs){ &day, 1 };
	BLN_TRY(staged(bench, "bronze, the partition fixed", "SELECT * FROM candles()", &spec));
	spec.compression = BLN_COMPRESSION_SNAPPY;
	BLN_TRY(staged(bench, "bronze, the partition fixed, snappy", "SELECT * FROM candles()", &spec));
	BLN_TRY(plain(bench, "bronze, plain COPY", bronze, ", PARTITION_BY (load_date)"));

	BLN_TRY(bln_stage_schema(bench->engine, SILVER, &bench->arena, &schema, &bench->err));
	spec = (struct bln_stage_spec){ .folder = bench->folder,
					.schema = &schema,
					.partition = by_symbol_year,
					.partition_count = 2,
					.split = by_frequency,
					.split_count = 1,
					.sort = by_time,
					.sort_count = 1 };
	BLN_TRY(staged(bench, "silver", SILVER, &spec));
	BLN_TRY(plain(bench, "silver, plain COPY of sorted rows", SILVER " ORDER BY symbol, year, frequency, datetime",
		      ", PARTITION_BY (symbol, year)"));
done:
	return status;
}

int main(int argc, char **argv)
{
	const int symbols = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 15;
	struct bln_engine_settings settings = { .memory_bytes = INT64_C(1500) << 20, .threads = BENCH_THREADS };
	struct bench bench = { .folder = argc > 1 ? argv[1] : "" };
	const struct bln_row_source source = {
		.name = "candles",
		.columns = columns,
		.column_count = COLUMNS,
		.context = &bench.units,
		.thread_open = reader_open,
		.next = reader_next,
		.thread_close = bln_mem_free,
	};
	enum bln_status status;

	if (argc < 2 || symbols < 1 || symbols > SYMBOLS_MAX) {
		fprintf(stderr, "stage_bench FOLDER [SYMBOLS]\n");
		return 2;
	}
	bench.units.count = symbols;
	settings.spill_dir = bench.folder;
	BLN_TRY(bln_engine_open(&settings, &bench.engine, &bench.err));
	BLN_TRY(bln_row_source_add(bench.engine, &source, &bench.err));
	BLN_TRY(bench_run(&bench));
done:
	if (status != BLN_OK)
		fprintf(stderr, "%s\n", bench.err.message);
	bln_engine_close(bench.engine);
	bln_arena_clean_up(&bench.arena);
	return status == BLN_OK ? 0 : 1;
}
