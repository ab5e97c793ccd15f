/* What tests of src/delta share: tables in a folder of their own, written line by line, and checkpoints that are lines too. */
#ifndef BLN_DELTA_TEST_KIT_H
#define BLN_DELTA_TEST_KIT_H

#include "base/folder_test_kit.h"

#include <inttypes.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "delta/log_list.h"
#include "delta/snapshot.h"
#include "store/local.h"

/* Lines of a log. */
#define KIT_PROTOCOL "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
#define KIT_SCHEMA                                                                                                     \
	"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"c\\\",\\\"type\\\":\\\"long\\\","              \
	"\\\"nullable\\\":true,\\\"metadata\\\":{}}]}"
#define KIT_METADATA_WITH(id, configuration)                                                                           \
	"{\"metaData\":{\"id\":\"" id                                                                                  \
	"\",\"format\":{\"provider\":\"parquet\",\"options\":{}},\"schemaString\":\"" KIT_SCHEMA                       \
	"\",\"partitionColumns\":[],\"configuration\":" configuration "}}\n"
#define KIT_METADATA KIT_METADATA_WITH("m", "{}")
#define KIT_ADD(path)                                                                                                  \
	"{\"add\":{\"path\":\"" path                                                                                   \
	"\",\"partitionValues\":{},\"size\":1,\"modificationTime\":1,\"dataChange\":true}}\n"
#define KIT_REMOVE(path) "{\"remove\":{\"path\":\"" path "\",\"deletionTimestamp\":1,\"dataChange\":true}}\n"
#define KIT_DV(id)                                                                                                     \
	"\"deletionVector\":{\"storageType\":\"u\",\"pathOrInlineDv\":\"" id                                           \
	"\",\"offset\":1,\"sizeInBytes\":2,\"cardinality\":1}"
#define KIT_ADD_DV(path, id)                                                                                           \
	"{\"add\":{\"path\":\"" path "\",\"size\":1,\"modificationTime\":1,\"dataChange\":true," KIT_DV(id) "}}\n"
#define KIT_REMOVE_DV(path, id) "{\"remove\":{\"path\":\"" path "\",\"dataChange\":true," KIT_DV(id) "}}\n"
#define KIT_TXN(app, version) "{\"txn\":{\"appId\":\"" app "\",\"version\":" #version "}}\n"
#define KIT_DOMAIN(name, is_removed)                                                                                   \
	"{\"domainMetadata\":{\"domain\":\"" name "\",\"configuration\":\"{}\",\"removed\":" #is_removed "}}\n"
#define KIT_INFO "{\"commitInfo\":{\"operation\":\"WRITE\"}}\n"
#define KIT_V(number) "000000000000000000" #number /* with two digits */
#define KIT_UUID "016ae953-37a9-438e-8683-9a9a4a79a395"

struct kit {
	char folder[64];
	struct bln_store *store;
	struct bln_table table; /* in the folder "t" of the store */
	struct bln_parquet parquet; /* "Parquet files" that are lines as of a commit */
	int reads; /* how many of them were read */
	int takes_max; /* fail with BLN_IO after so many actions of one, if not 0 */
};

static inline void kit_path(const struct kit *kit, const char *name, char path[static 256])
{
	assert_true(snprintf(path, 256, "%s/t/_delta_log/%s", kit->folder, name) < 256);
}

/* Writes NAME into the log. */
static inline void kit_put_bytes(const struct kit *kit, const char *name, const char *bytes, size_t length)
{
	char path[256];
	FILE *file;

	kit_path(kit, name, path);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static inline void kit_put(const struct kit *kit, const char *name, const char *text)
{
	kit_put_bytes(kit, name, text, strlen(text));
}

static inline void kit_commit(const struct kit *kit, int64_t version, const char *lines)
{
	char name[32];

	snprintf(name, sizeof(name), "%020" PRId64 ".json", version);
	kit_put(kit, name, lines);
}

static inline void kit_remove_file(const struct kit *kit, const char *name)
{
	char path[256];

	kit_path(kit, name, path);
	assert_int_equal(unlink(path), 0);
}

/* Sets when a commit's file was written. */
static inline void kit_touch(const struct kit *kit, int64_t version, int64_t time_us)
{
	struct timespec times[2];
	char name[32];
	char path[256];

	times[0] = times[1] = (struct timespec){ .tv_sec = time_us / 1000000, .tv_nsec = time_us % 1000000 * 1000 };
	snprintf(name, sizeof(name), "%020" PRId64 ".json", version);
	kit_path(kit, name, path);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Reads lines for a Parquet file, as the port promises: an action and its text are gone after TAKE. */
static inline enum bln_status kit_actions_read(void *context, struct bln_store *store, const char *key,
					       const struct bln_action_sink *sink, struct bln_err *err)
{
	struct kit *kit = context;
	struct bln_text bytes = { 0 };
	struct bln_slice rest;
	enum bln_status status;
	int taken = 0;

	kit->reads++;
	BLN_TRY(bln_store_get(store, key, 1 << 30, &bytes, err));
	rest = (struct bln_slice){ bytes.at, bytes.length };
	while (rest.at && rest.length) {
		struct bln_slice line = bln_slice_cut(&rest, '\n');
		struct bln_arena arena = { 0 };
		struct bln_action action;

		status = bln_action_parse(line, key, &arena, &action, err);
		if (status == BLN_OK)
			status = sink->take(sink->context, &action, err);
		bln_arena_clean_up(&arena);
		if (status == BLN_OK && ++taken == kit->takes_max)
			status = bln_err_set(err, BLN_IO, "the disk is gone");
		if (status != BLN_OK)
			goto done;
	}
done:
	bln_text_clean_up(&bytes);
	return status;
}

/* An empty table: not even a commit. */
static inline struct kit *kit_new(void)
{
	struct kit *kit = calloc(1, sizeof(*kit));
	struct bln_err err = { 0 };
	char path[256];

	assert_non_null(kit);
	test_folder_make(kit->folder, sizeof(kit->folder), "delta");
	assert_ok(bln_local_open(kit->folder, &(struct bln_store_options){ .threads = 2 }, &kit->store, &err), &err);
	kit->table = (struct bln_table){ .store = kit->store, .prefix = "t" };
	kit->parquet = (struct bln_parquet){ .context = kit, .actions_read = kit_actions_read };
	snprintf(path, sizeof(path), "%s/t", kit->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	kit_path(kit, "", path);
	assert_int_equal(mkdir(path, 0700), 0);
	kit_path(kit, "_sidecars", path);
	assert_int_equal(mkdir(path, 0700), 0);
	return kit;
}

static inline void kit_destroy(struct kit *kit)
{
	bln_store_close(kit->store);
	test_folder_remove(kit->folder);
	free(kit);
}

static inline struct bln_snapshot *kit_load(struct kit *kit, int64_t version)
{
	struct bln_snapshot *snapshot = NULL;
	struct bln_err err = { 0 };

	assert_ok(bln_snapshot_load(&kit->table, version, &kit->parquet, &snapshot, &err), &err);
	return snapshot;
}

/* The snapshot's files in their order, as "a b c"; '+' behind those with a deletion vector. */
static inline const char *kit_files(const struct bln_snapshot *snapshot, char text[static 256])
{
	text[0] = '\0';
	for (size_t i = 0; i < snapshot->file_count; i++) {
		const struct bln_add *add = &snapshot->files[i];
		size_t used = strlen(text);

		snprintf(text + used, 256 - used, "%s%.*s%s", i ? " " : "", (int)add->path.length, add->path.at,
			 add->dv.storage ? "+" : "");
	}
	return text;
}

/* Loads VERSION and holds its number and files against what is expected. */
static inline void kit_expect(struct kit *kit, int64_t version, int64_t expected, const char *files)
{
	struct bln_snapshot *snapshot = kit_load(kit, version);
	char text[256];

	assert_int_equal(snapshot->version, expected);
	assert_string_equal(kit_files(snapshot, text), files);
	bln_snapshot_destroy(snapshot);
}

/* Loads VERSION, which fails with STATUS and says SAID. */
static inline void kit_expect_failure(struct kit *kit, int64_t version, enum bln_status expected, const char *said)
{
	struct bln_snapshot *snapshot = NULL;
	struct bln_err err = { 0 };
	enum bln_status status = bln_snapshot_load(&kit->table, version, &kit->parquet, &snapshot, &err);

	if (status != expected)
		fail_msg("%s (%s), not %s", bln_status_name(status), err.message, bln_status_name(expected));
	assert_null(snapshot);
	assert_says(err.message, said);
}

#endif
