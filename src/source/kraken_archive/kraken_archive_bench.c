/* How fast an archive is read: kraken_archive_bench PATH [THREADS] lists it and reads all units, and prints rows/s
 * and MB/s of content, by the clock and by processor time (which other work on the machine disturbs less), for each
 * of a few passes. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "source/source.h"

enum { PASSES = 3 };

struct bench {
	struct bln_source *source;
	struct bln_unit *units;
	size_t count;
};

static enum bln_status unit_read(void *context, size_t index, struct bln_err *err)
{
	struct bench *bench = context;
	struct bln_source_reader *reader = NULL;
	struct bln_chunk *chunk = bln_chunk_new();
	enum bln_status status;

	if (!chunk)
		return bln_err_memory(err);
	BLN_TRY(bln_source_reader_open(bench->source, &bench->units[index], NULL, NULL, NULL, &reader, err));
	do
		BLN_TRY(bln_source_reader_next(reader, chunk, err));
	while (chunk->count > 0);
done:
	bln_source_reader_close(reader);
	bln_mem_free(chunk);
	return status;
}

static enum bln_status run(const char *path, int threads, struct bln_err *err)
{
	struct bln_clock *wall = bln_clock_system();
	struct bench bench = { 0 };
	const struct bln_source_ops *ops;
	const struct bln_source_value value = { .name = bln_slice_of("path"), .text = bln_slice_of(path) };
	enum bln_status status;
	int64_t start_us;

	BLN_TRY(bln_source_find(bln_slice_of("kraken_archive"), &ops, err));
	BLN_TRY(bln_source_open(ops, ".", &value, 1, wall, &bench.source, err));
	for (int pass = 0; pass < PASSES; pass++) {
		int64_t rows = 0, bytes = 0, listed_us, read_us, settled_us;
		double cpu_s;

		start_us = bln_clock_monotonic_us(wall);
		BLN_TRY(bln_source_list(bench.source, &(struct bln_source_filter){ 0 }, NULL, NULL, &bench.units,
					&bench.count, err));
		listed_us = bln_clock_monotonic_us(wall);
		cpu_s = (double)clock() / CLOCKS_PER_SEC;
		BLN_TRY(bln_parallel_run(bench.count, threads, unit_read, &bench, err));
		read_us = bln_clock_monotonic_us(wall);
		cpu_s = (double)clock() / CLOCKS_PER_SEC - cpu_s;
		BLN_TRY(bln_source_settle(bench.source, bench.units, bench.count, err));
		settled_us = bln_clock_monotonic_us(wall);
		for (size_t i = 0; i < bench.count; i++) {
			rows += bench.units[i].rows;
			bytes += bench.units[i].content_bytes;
		}
		printf("%zu units listed in %.1f ms, %lld rows read in %.0f ms (%.1f M rows/s, %.0f MB/s; by processor "
		       "time "
		       "%.1f M rows/s, %.0f MB/s), settled in %.1f ms\n",
		       bench.count, (double)(listed_us - start_us) / 1e3, (long long)rows,
		       (double)(read_us - listed_us) / 1e3, (double)rows / (double)(read_us - listed_us),
		       (double)bytes / (double)(read_us - listed_us), (double)rows / cpu_s / 1e6,
		       (double)bytes / cpu_s / 1e6, (double)(settled_us - read_us) / 1e3);
	}
done:
	bln_source_close(bench.source);
	return status;
}

int main(int count, char **arguments)
{
	struct bln_err err = { 0 };

	if (count < 2) {
		fprintf(stderr, "usage: kraken_archive_bench PATH [THREADS]\n");
		return 2;
	}
	if (run(arguments[1], count > 2 ? (int)strtol(arguments[2], NULL, 10) : 1, &err) == BLN_OK)
		return 0;
	fprintf(stderr, "%s\n", err.message);
	return 1;
}
