/* How long opening a table takes: snapshot_bench DIRECTORY [TIMES]. Checkpoints need the engine and are not read here. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "delta/snapshot.h"
#include "store/local.h"

int main(int argc, char **argv)
{
	const int times = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };

	if (argc < 2 || bln_store_open(argv[1], NULL, &store, &err) != BLN_OK) {
		fprintf(stderr, "snapshot_bench DIRECTORY [TIMES]: %s\n", err.message);
		return 2;
	}
	for (int i = 0; i < times; i++) {
		const struct bln_table table = { .store = store, .prefix = "" };
		int64_t start = bln_clock_monotonic_us(bln_clock_system());
		struct bln_snapshot *snapshot = NULL;

		if (bln_snapshot_load(&table, BLN_VERSION_LATEST, NULL, &snapshot, &err) != BLN_OK) {
			fprintf(stderr, "%s\n", err.message);
			bln_store_close(store);
			return 1;
		}
		printf("version %" PRId64 ", %zu files, %zu KiB: %" PRId64 " us\n", snapshot->version,
		       snapshot->file_count, snapshot->arena.used_bytes / 1024,
		       bln_clock_monotonic_us(bln_clock_system()) - start);
		bln_snapshot_destroy(snapshot);
	}
	bln_store_close(store);
	return 0;
}
