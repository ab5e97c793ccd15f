/* Any bytes as a log: files parted by bytes 0x1e, the first line of each its name, "Parquet files" too are lines of actions.
 * What loads has no file twice. Corpus: tests/corpus/snapshot. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "delta/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES_MAX = 64, KEY_MAX = 128 };

struct file {
	char key[KEY_MAX];
	struct bln_slice bytes;
};

/* A log in memory: just as much of a store as reading a log takes. */
struct memory {
	struct bln_store base;
	struct file files[FILES_MAX];
	size_t count;
};

struct memory_listing {
	struct bln_listing base;
	char start_after[KEY_MAX];
	size_t next;
	struct bln_object object;
};

static enum bln_status memory_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
				  struct bln_err *err)
{
	const struct memory *memory = (const struct memory *)store;

	for (size_t i = 0; i < memory->count; i++) {
		if (strcmp(memory->files[i].key, key) != 0)
			continue;
		if (memory->files[i].bytes.length > size_max)
			return bln_err_set(err, BLN_CORRUPT, "too large");
		bln_text_clear(bytes);
		bln_text_add_bytes(bytes, memory->files[i].bytes.at, memory->files[i].bytes.length);
		return bln_text_check(bytes, err);
	}
	return bln_err_set(err, BLN_NOT_FOUND, "no '%s'", key);
}

static enum bln_status memory_list(struct bln_store *store, const struct bln_list_options *options,
				   struct bln_listing **out, struct bln_err *err)
{
	struct memory_listing *listing = bln_mem_calloc(1, sizeof(*listing));

	if (!listing)
		return bln_err_memory(err);
	listing->base.store = store;
	strncpy(listing->start_after, options->start_after, KEY_MAX - 1);
	*out = &listing->base;
	return BLN_OK;
}

static enum bln_status memory_next(struct bln_listing *base, const struct bln_object **object, struct bln_err *err)
{
	struct memory_listing *listing = (struct memory_listing *)base;
	const struct memory *memory = (const struct memory *)base->store;

	(void)err;
	*object = NULL;
	while (listing->next < memory->count && strcmp(memory->files[listing->next].key, listing->start_after) <= 0)
		listing->next++;
	if (listing->next < memory->count) {
		const struct file *file = &memory->files[listing->next++];

		listing->object = (struct bln_object){ .key = file->key, .size_bytes = (int64_t)file->bytes.length };
		*object = &listing->object;
	}
	return BLN_OK;
}

static void memory_listing_close(struct bln_listing *listing)
{
	bln_mem_free(listing);
}

static const struct bln_store_ops memory_ops = {
	.name = "memory",
	.get = memory_get,
	.list = memory_list,
	.listing_next = memory_next,
	.listing_close = memory_listing_close,
};

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->key, ((const struct file *)b)->key);
}

static void memory_fill(struct memory *memory, struct bln_slice rest)
{
	size_t kept = 0;

	memory->base.ops = &memory_ops;
	while (rest.at && memory->count < FILES_MAX) {
		struct bln_slice bytes = bln_slice_cut(&rest, 0x1e);
		struct bln_slice name = bln_slice_cut(&bytes, '\n');

		if (name.length == 0 || name.length > 100 || memchr(name.at, '\0', name.length))
			continue;
		snprintf(memory->files[memory->count].key, KEY_MAX, "_delta_log/%.*s", (int)name.length, name.at);
		memory->files[memory->count++].bytes = bytes;
	}
	qsort(memory->files, memory->count, sizeof(memory->files[0]), by_key);
	for (size_t i = 0; i < memory->count; i++) /* a store has no two objects of one key */
		if (kept == 0 || strcmp(memory->files[kept - 1].key, memory->files[i].key) != 0)
			memory->files[kept++] = memory->files[i];
	memory->count = kept;
}

static enum bln_status actions_read(void *context, struct bln_store *store, const char *key,
				    const struct bln_action_sink *sink, struct bln_err *err)
{
	struct bln_text bytes = { 0 };
	struct bln_arena arena = { 0 };
	struct bln_slice rest;
	enum bln_status status;

	(void)context;
	BLN_TRY(bln_store_get(store, key, 1 << 20, &bytes, err));
	rest = (struct bln_slice){ bytes.at, bytes.length };
	while (rest.at && rest.length) {
		struct bln_action action;

		BLN_TRY(bln_action_parse(bln_slice_cut(&rest, '\n'), key, &arena, &action, err));
		BLN_TRY(sink->take(sink->context, &action, err));
	}
done:
	bln_arena_clean_up(&arena);
	bln_text_clean_up(&bytes);
	return status;
}

static void files_check(const struct bln_snapshot *snapshot)
{
	struct bln_arena arena = { 0 };
	struct bln_map seen = { 0 };

	for (size_t i = 0; i < snapshot->file_count + snapshot->tombstone_count; i++) {
		bool is_tombstone = i >= snapshot->file_count;
		struct bln_slice key;
		bool is_new = false;
		enum bln_status status;

		if (is_tombstone) {
			const struct bln_remove *remove = &snapshot->tombstones[i - snapshot->file_count];

			status = bln_file_key(remove->path, &remove->dv, &arena, &key, NULL);
		} else {
			status = bln_file_key(snapshot->files[i].path, &snapshot->files[i].dv, &arena, &key, NULL);
		}
		if (status != BLN_OK || !bln_map_insert(&seen, key.at, key.length, &is_new) || !is_new)
			abort();
	}
	bln_map_clean_up(&seen);
	bln_arena_clean_up(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bln_parquet parquet = { .actions_read = actions_read };
	struct memory *memory = bln_mem_calloc(1, sizeof(*memory));
	struct bln_snapshot *latest = NULL;
	struct bln_table table = { .prefix = "" };

	if (!memory)
		return 0;
	memory_fill(memory, (struct bln_slice){ (const char *)data, size });
	table.store = &memory->base;
	if (bln_snapshot_load(&table, BLN_VERSION_LATEST, &parquet, &latest, NULL) == BLN_OK)
		files_check(latest);
	bln_snapshot_destroy(latest);
	bln_mem_free(memory);
	return 0;
}
