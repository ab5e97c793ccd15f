/* What a commit costs beyond making its bytes durable: commit_bench DIRECTORY [COMMITS].
 *
 * Commits and bare writes of as many bytes (a new file, fsync, rename, fsync of the folder) take turns, so that both meet
 * the same disk. Printed are the medians; the goal is a ratio of at most 2. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "delta/commit.h"
#include "delta/create.h"

enum { COMMITS_MAX = 10000, BARE_BYTES = 600 };

static int order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t now_us(void)
{
	return bln_clock_monotonic_us(bln_clock_system());
}

static int bare_write(int dir, int number)
{
	static const char bytes[BARE_BYTES] = { 0 };
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "bare-%d", number);
	fd = openat(dir, "bare-temp", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, bytes, sizeof(bytes)) != BARE_BYTES || fsync(fd) != 0 || close(fd) != 0)
		return -1;
	return renameat(dir, "bare-temp", dir, name) != 0 || fsync(dir) != 0 ? -1 : 0;
}

static enum bln_status table_make(const struct bln_table *table, struct bln_random *random, struct bln_err *err)
{
	const struct bln_field field = { .name = "close",
					 .physical_name = "close",
					 .id = -1,
					 .is_nullable = true,
					 .type = { .kind = BLN_TYPE_DOUBLE },
					 .metadata = "{}" };
	const struct bln_schema schema = { .fields = &field, .field_count = 1 };
	const struct bln_table_spec spec = { .schema = &schema, .clock = bln_clock_system(), .random = random };

	return bln_table_create(table, &spec, err);
}

/* One commit; its time is *TOOK_US. Loading is not part of it. */
static enum bln_status commit_one(const struct bln_table *table, struct bln_random *random, int64_t *took_us,
				  struct bln_err *err)
{
	struct bln_action action = { .kind = BLN_ACTION_ADD };
	struct bln_commit commit = { .actions = &action,
				     .action_count = 1,
				     .operation = "WRITE",
				     .clock = bln_clock_system(),
				     .random = random };
	struct bln_commit_result result;
	struct bln_snapshot *base;
	enum bln_status status;
	char path[32];

	BLN_TRY(bln_snapshot_load(table, BLN_VERSION_LATEST, NULL, &base, err));
	snprintf(path, sizeof(path), "%" PRId64 ".parquet", base->version);
	action.add = (struct bln_add){ .path = bln_slice_of(path),
				       .size_bytes = 1,
				       .is_data_change = true,
				       .stats = bln_slice_of("{\"numRecords\":1}") };
	*took_us = now_us();
	status = bln_log_commit(base, &commit, &result, err);
	*took_us = now_us() - *took_us;
	bln_snapshot_destroy(base);
done:
	return status;
}

int main(int argc, char **argv)
{
	static int64_t commits_us[COMMITS_MAX], bare_us[COMMITS_MAX];
	const int count = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 200;
	const size_t middle = (size_t)count / 2;
	struct bln_store *store = NULL;
	struct bln_random random;
	struct bln_table table = { .prefix = "table" };
	struct bln_err err = { 0 };
	int dir = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	uint64_t seed;

	if (dir < 0 || count < 1 || count > COMMITS_MAX) {
		fprintf(stderr, "commit_bench DIRECTORY [COMMITS, up to %d]\n", COMMITS_MAX);
		return 2;
	}
	if (bln_random_seed_system(&seed, &err) != BLN_OK || bln_store_open(argv[1], NULL, &store, &err) != BLN_OK)
		goto failed;
	bln_random_init(&random, seed);
	table.store = store;
	if (table_make(&table, &random, &err) != BLN_OK)
		goto failed;
	for (int i = 0; i < count; i++) {
		if (commit_one(&table, &random, &commits_us[i], &err) != BLN_OK)
			goto failed;
		bare_us[i] = now_us();
		if (bare_write(dir, i) != 0) {
			perror("bare write");
			return 1;
		}
		bare_us[i] = now_us() - bare_us[i];
	}
	qsort(commits_us, (size_t)count, sizeof(*commits_us), order);
	qsort(bare_us, (size_t)count, sizeof(*bare_us), order);
	printf("commit %" PRId64 " us, bare write %" PRId64 " us, ratio %.2f\n", commits_us[middle], bare_us[middle],
	       (double)commits_us[middle] / (double)bare_us[middle]);
	bln_store_close(store);
	close(dir);
	return 0;
failed:
	fprintf(stderr, "%s\n", err.message);
	bln_store_close(store);
	close(dir);
	return 1;
}
