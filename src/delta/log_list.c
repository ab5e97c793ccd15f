#include "delta/log_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

char *bln_table_key(const struct bln_table *table, struct bln_arena *arena, const char *name)
{
	return bln_arena_printf(arena, "%s%s%s", table->prefix, table->prefix[0] ? "/" : "", name);
}

char *bln_table_log_key(const struct bln_table *table, struct bln_arena *arena, const char *name)
{
	return bln_arena_printf(arena, "%s%s" BLN_LOG_FOLDER "/%s", table->prefix, table->prefix[0] ? "/" : "", name);
}

const char *bln_table_name(const struct bln_table *table)
{
	return table->name ? table->name : table->prefix[0] ? table->prefix : "the table";
}

static struct bln_slice last_part(const char *key)
{
	const char *slash = strrchr(key, '/');

	return bln_slice_of(slash ? slash + 1 : key);
}

static enum bln_status file_add(struct bln_log_files *files, const struct bln_object *object, struct bln_arena *arena,
				struct bln_err *err)
{
	struct bln_log_file file = {
		.name = bln_log_name_parse(last_part(object->key)),
		.size_bytes = object->size_bytes,
		.modified_us = object->modified_us,
	};

	if (file.name.kind == BLN_LOG_OTHER)
		return BLN_OK;
	if (files->count >= BLN_LOG_FILES_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED, "a log of more than %d files", BLN_LOG_FILES_MAX);
	file.key = bln_arena_strdup(arena, object->key);
	if (!file.key || !bln_mem_grow(&files->items, files->count, &files->capacity, sizeof(*files->items)))
		return bln_err_memory(err);
	files->items[files->count++] = file;
	return BLN_OK;
}

enum bln_status bln_log_list(const struct bln_table *table, int64_t from, struct bln_arena *arena,
			     struct bln_log_files *files, struct bln_err *err)
{
	struct bln_list_options options = { .is_shallow = true };
	struct bln_listing *listing = NULL;
	const struct bln_object *object;
	enum bln_status status = BLN_OK;
	char start[32];

	files->count = 0;
	snprintf(start, sizeof(start), "%020" PRId64,
		 from); /* every name of that version is longer, so sorts behind it */
	options.prefix = bln_table_log_key(table, arena, "");
	options.start_after = bln_table_log_key(table, arena, start);
	if (!options.prefix || !options.start_after)
		return bln_err_memory(err);
	BLN_TRY(bln_store_list(table->store, &options, &listing, err));
	for (;;) {
		BLN_TRY(bln_listing_next(listing, &object, err));
		if (!object)
			break;
		if (!object->is_folder)
			BLN_TRY(file_add(files, object, arena, err));
	}
done:
	bln_listing_close(listing);
	return status;
}

static bool is_checkpoint(enum bln_log_kind kind)
{
	return kind == BLN_LOG_CHECKPOINT || kind == BLN_LOG_CHECKPOINT_PART || kind == BLN_LOG_CHECKPOINT_V2 ||
	       kind == BLN_LOG_CHECKPOINT_V2_JSON;
}

bool bln_log_checkpoint_at(const struct bln_log_files *files, size_t first, size_t *begin, size_t *count)
{
	int64_t version = files->items[first].name.version;

	for (size_t i = first; i < files->count && files->items[i].name.version == version; i++) {
		const struct bln_log_name *name = &files->items[i].name;
		size_t parts = 0;

		if (!is_checkpoint(name->kind))
			continue;
		*begin = i;
		*count = 1;
		if (name->kind != BLN_LOG_CHECKPOINT_PART)
			return true;
		/* Parts of checkpoints with another number of parts may lie in between. */
		for (size_t j = i; j < files->count && files->items[j].name.version == version; j++)
			if (files->items[j].name.kind == BLN_LOG_CHECKPOINT_PART &&
			    files->items[j].name.parts == name->parts)
				parts++;
		if (name->part == 1 && parts == (size_t)name->parts) {
			*count = parts;
			return true;
		}
	}
	return false;
}

void bln_log_files_clean_up(struct bln_log_files *files)
{
	bln_mem_free(files->items);
	*files = (struct bln_log_files){ 0 };
}
