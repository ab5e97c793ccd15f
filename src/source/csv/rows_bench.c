/* How fast rows are parsed: rows_bench [FILE.csv [STEP_SECONDS]] prints MB/s and rows/s of the best of several passes
 * over FILE, or over rows made on the spot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/number.h"
#include "source/csv/rows.h"

enum { PASSES = 7, MADE_ROWS = 400000, BLOCK_SIZE = 256 * 1024, STEP_S = 900 };

static char *file_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *bytes = NULL;
	long size;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) <= 0 || fseek(file, 0, SEEK_SET) != 0)
		exit(1);
	bytes = bln_mem_alloc((size_t)size);
	if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
		exit(1);
	fclose(file);
	*length = (size_t)size;
	return bytes;
}

static char *rows_make(size_t *length)
{
	char *bytes = bln_mem_alloc((size_t)MADE_ROWS * 96);
	size_t used = 0;
	unsigned seed = 7;

	if (!bytes)
		exit(1);
	for (int i = 0; i < MADE_ROWS; i++) {
		double low, more, volume;

		seed = seed * 1664525u + 1013904223u;
		low = 16000 + (seed >> 8) % 100000 / 10.0;
		more = (seed >> 12) % 1000 / 10.0;
		volume = (seed >> 4) % 100000000 / 1e6;
		used += (size_t)snprintf(bytes + used, 96, "%d,%.1f,%.1f,%.1f,%.1f,%.8f,%u\n", 1388534400 + i * STEP_S,
					 low, low + more, low, low + more / 2, volume, (seed >> 9) % 1000);
	}
	*length = used;
	return bytes;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double pass(const char *bytes, size_t length, int64_t step_s, struct bln_chunk *chunk, struct bln_csv_rows *rows)
{
	const double start = now_s();

	for (size_t at = 0; at < length;) {
		const size_t block = length - at < BLOCK_SIZE ? length - at : BLOCK_SIZE;
		size_t used = 0;

		chunk->count = 0;
		if (bln_csv_rows_feed(rows, bytes + at, block, &used, chunk, NULL) != BLN_OK)
			exit(1);
		at += used;
	}
	(void)step_s;
	return now_s() - start;
}

int main(int argc, char **argv)
{
	size_t length = 0;
	char *bytes = argc > 1 ? file_read(argv[1], &length) : rows_make(&length);
	const int64_t step_s = argc > 2 ? strtol(argv[2], NULL, 10) : STEP_S;
	struct bln_chunk *chunk = bln_chunk_new();
	struct bln_csv_rows rows = { 0 };
	double best_s = 1e9;

	for (int i = 0; i < PASSES && chunk; i++) {
		double took_s;

		bln_csv_rows_init(&rows, step_s, INT64_MAX, NULL, NULL);
		took_s = pass(bytes, length, step_s, chunk, &rows);
		best_s = took_s < best_s ? took_s : best_s;
	}
	printf("%.0f MB/s, %.1f M rows/s (%lld rows, %lld refused)\n", (double)length / best_s / 1e6,
	       (double)rows.accepted / best_s / 1e6, (long long)rows.accepted, (long long)rows.refused);
	bln_mem_free(chunk);
	bln_mem_free(bytes);
	return 0;
}
