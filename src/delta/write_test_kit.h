/* What the tests of writing share: a table in a folder of its own, commits said in a few words, and a Parquet port whose
 * "Parquet" is the lines of JSON (the real one is tested where it lives, in src/engine). */
#ifndef BLN_DELTA_WRITE_TEST_KIT_H
#define BLN_DELTA_WRITE_TEST_KIT_H

#include "base/folder_test_kit.h"

#include "base/mem.h"
#include "base/random.h"
#include "delta/commit.h"
#include "delta/create.h"
#include "delta/parquet.h"
#include "delta/snapshot.h"
#include "store/store.h"

#define T0_US INT64_C(1700000000000000)

struct kit {
	char root[64];
	struct bln_store *store;
	struct bln_table table;
	struct bln_clock_virtual clock;
	struct bln_random random;
	struct bln_arena arena;
	int files; /* made so far: names */
};

static inline void kit_store(struct kit *kit, const char *faults)
{
	const struct bln_store_options options = { .faults = faults };
	struct bln_err err = { 0 };

	bln_store_close(kit->store);
	assert_ok(bln_store_open(kit->root, &options, &kit->store, &err), &err);
	kit->table = (struct bln_table){ .store = kit->store, .prefix = "silver/t" };
}

static inline void kit_init(struct kit *kit)
{
	memset(kit, 0, sizeof(*kit));
	test_folder_make(kit->root, sizeof(kit->root), "delta");
	bln_clock_virtual_init(&kit->clock, T0_US);
	bln_random_init(&kit->random, 1);
	kit_store(kit, NULL);
}

static inline void kit_clean_up(struct kit *kit)
{
	bln_store_close(kit->store);
	bln_arena_clean_up(&kit->arena);
	test_folder_remove(kit->root);
}

static inline struct bln_schema kit_schema(struct kit *kit, const char *fields)
{
	char *json = bln_arena_printf(&kit->arena, "{\"type\":\"struct\",\"fields\":[%s]}", fields);
	struct bln_schema schema;
	struct bln_err err = { 0 };

	assert_ok(bln_schema_parse(bln_slice_of(json), false, &kit->arena, &schema, &err), &err);
	return schema;
}

#define KIT_FIELDS                                                                                                     \
	"{\"name\":\"symbol\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},"                                 \
	"{\"name\":\"datetime\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}},"                            \
	"{\"name\":\"close\",\"type\":\"double\",\"nullable\":true,\"metadata\":{}}"

/* A table of KIT_FIELDS partitioned by symbol; KEY is a property or NULL. */
static inline void kit_create(struct kit *kit, const char *key, const char *value)
{
	static const struct bln_slice columns[] = { { "symbol", 6 } };
	const struct bln_pair property = { .key = bln_slice_of(key), .value = bln_slice_of(value) };
	struct bln_schema schema = kit_schema(kit, KIT_FIELDS);
	const struct bln_table_spec spec = {
		.schema = &schema,
		.partition_columns = { columns, 1 },
		.configuration = { &property, key != NULL },
		.clock = &kit->clock.clock,
		.random = &kit->random,
	};
	struct bln_err err = { 0 };

	assert_ok(bln_table_create(&kit->table, &spec, &err), &err);
}

/* --- Actions. Text is the kit's. --- */

static inline struct bln_pairs kit_pair(struct kit *kit, const char *key, const char *value)
{
	struct bln_pair *pair = bln_arena_calloc(&kit->arena, 1, sizeof(*pair));

	*pair = (struct bln_pair){ .key = bln_slice_of(key), .value = bln_slice_of(value), .is_null = !value };
	return (struct bln_pairs){ pair, 1 };
}

/* A file of SYMBOL with closes from LOW to HIGH (LOW above HIGH: without statistics). */
static inline struct bln_action kit_add(struct kit *kit, const char *symbol, int low, int high)
{
	struct bln_action action = { .kind = BLN_ACTION_ADD };
	char *path = bln_arena_printf(&kit->arena, "symbol=%s/%d-%d.parquet", symbol, (int)getpid(), kit->files++);
	char *stats =
		bln_arena_printf(&kit->arena,
				 "{\"numRecords\":3,\"minValues\":{\"close\":%d.5},\"maxValues\":{\"close\":%d.5},"
				 "\"nullCount\":{\"close\":0}}",
				 low, high);

	action.add = (struct bln_add){
		.path = bln_slice_of(path),
		.partition = kit_pair(kit, "symbol", symbol),
		.size_bytes = 100,
		.modified_ms = T0_US / 1000,
		.is_data_change = true,
		.stats = bln_slice_of(low <= high ? stats : ""),
	};
	return action;
}

static inline struct bln_action kit_txn(const char *app_id, int64_t version)
{
	return (struct bln_action){ .kind = BLN_ACTION_TXN,
				    .txn = { .app_id = bln_slice_of(app_id), .version = version, .updated_ms = 5 } };
}

static inline struct bln_snapshot *kit_load_with(struct kit *kit, const struct bln_parquet *parquet)
{
	struct bln_snapshot *snapshot;
	struct bln_err err = { 0 };

	assert_ok(bln_snapshot_load(&kit->table, BLN_VERSION_LATEST, parquet, &snapshot, &err), &err);
	return snapshot;
}

static inline struct bln_commit kit_commit(struct kit *kit, enum bln_write_kind kind, const struct bln_action *actions,
					   size_t count)
{
	return (struct bln_commit){
		.kind = kind,
		.actions = actions,
		.action_count = count,
		.operation = "WRITE",
		.clock = &kit->clock.clock,
		.random = &kit->random,
	};
}

/* Commits on top of what is there now; returns the version. */
static inline int64_t kit_write(struct kit *kit, enum bln_write_kind kind, const struct bln_action *actions,
				size_t count)
{
	const struct bln_commit commit = kit_commit(kit, kind, actions, count);
	struct bln_snapshot *base = kit_load_with(kit, NULL);
	struct bln_commit_result result;
	struct bln_err err = { 0 };

	assert_ok(bln_log_commit(base, &commit, &result, &err), &err);
	bln_snapshot_destroy(base);
	return result.version;
}

/* The text of a file of the log. */
static inline char *kit_log(struct kit *kit, const char *name)
{
	struct bln_text bytes = { 0 };
	struct bln_err err = { 0 };
	char *copy;

	assert_ok(bln_store_get(kit->store, bln_table_log_key(&kit->table, &kit->arena, name), 1 << 24, &bytes, &err),
		  &err);
	copy = bln_arena_strndup(&kit->arena, bytes.at ? bytes.at : "", bytes.length);
	bln_text_clean_up(&bytes);
	return copy;
}

/* --- The port. --- */

static inline enum bln_status kit_actions_read(void *context, struct bln_store *store, const char *key,
					       const struct bln_action_sink *sink, struct bln_err *err)
{
	struct bln_text bytes = { 0 };
	struct bln_slice rest;
	enum bln_status status;
	(void)context;

	BLN_TRY(bln_store_get(store, key, (size_t)1 << 30, &bytes, err));
	rest = (struct bln_slice){ bytes.at, bytes.length };
	while (rest.at && rest.length && status == BLN_OK) {
		struct bln_slice line = bln_slice_cut(&rest, '\n');
		struct bln_arena arena = { 0 };
		struct bln_action action;

		status = bln_action_parse(line, key, &arena, &action, err);
		if (status == BLN_OK)
			status = sink->take(sink->context, &action, err);
		bln_arena_clean_up(&arena);
	}
done:
	bln_text_clean_up(&bytes);
	return status;
}

static inline enum bln_status kit_actions_write(void *context, const char *json_path, const char *parquet_path,
						struct bln_err *err)
{
	FILE *from = fopen(json_path, "r");
	FILE *to = fopen(parquet_path, "w");
	int c;
	(void)context;

	if (!from || !to)
		return bln_err_set(err, BLN_IO, "cannot copy %s to %s", json_path, parquet_path);
	while ((c = fgetc(from)) != EOF)
		fputc(c, to);
	fclose(from);
	fclose(to);
	return BLN_OK;
}

static inline struct bln_parquet kit_parquet(void)
{
	return (struct bln_parquet){ .actions_read = kit_actions_read, .actions_write = kit_actions_write };
}

#endif
