#include "delta/segment.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum { LAST_CHECKPOINT_BYTES_MAX = 1 << 20 };

/* The files of a listing that matter, in the order of their names, which is the order of their versions. */
struct files {
	struct bln_log_file *items;
	size_t count;
	size_t capacity;
};

char *bln_table_key(const struct bln_table *table, struct bln_arena *arena, const char *name)
{
	return bln_arena_printf(arena, "%s%s%s", table->prefix, table->prefix[0] ? "/" : "", name);
}

char *bln_table_log_key(const struct bln_table *table, struct bln_arena *arena, const char *name)
{
	return bln_arena_printf(arena, "%s%s" BLN_LOG_FOLDER "/%s", table->prefix, table->prefix[0] ? "/" : "", name);
}

static const char *table_name(const struct bln_table *table)
{
	return table->prefix[0] ? table->prefix : "the table";
}

static struct bln_slice last_part(const char *key)
{
	const char *slash = strrchr(key, '/');

	return bln_slice_of(slash ? slash + 1 : key);
}

static enum bln_status file_add(struct files *files, const struct bln_object *object, struct bln_arena *arena,
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

/* Lists the log from version FROM on. */
static enum bln_status log_list(const struct bln_table *table, int64_t from, struct bln_arena *arena,
                                struct files *files, struct bln_err *err)
{
	struct bln_list_options options = { .is_shallow = true };
	struct bln_listing *listing = NULL;
	const struct bln_object *object;
	enum bln_status status = BLN_OK;
	char start[32];

	files->count = 0;
	snprintf(start, sizeof(start), "%020" PRId64, from); /* every name of that version is longer, so sorts behind it */
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

/* The version _last_checkpoint names, or -1: whatever is wrong with it, the log itself can tell. */
static enum bln_status hint_read(const struct bln_table *table, struct bln_arena *arena, int64_t *version,
                                 struct bln_err *err)
{
	const char *key = bln_table_log_key(table, arena, BLN_LAST_CHECKPOINT);
	struct bln_text bytes = { 0 };
	enum bln_status status;
	json_t *json = NULL;

	*version = -1;
	if (!key)
		return bln_err_memory(err);
	status = bln_store_get(table->store, key, LAST_CHECKPOINT_BYTES_MAX, &bytes, err);
	if (status == BLN_OK && bln_json_parse(bytes.at, bytes.length, BLN_LAST_CHECKPOINT, &json, NULL) == BLN_OK) {
		const json_t *value = json_object_get(json, "version");

		if (json_is_integer(value) && json_integer_value(value) >= 0)
			*version = json_integer_value(value);
	}
	json_decref(json);
	bln_text_clean_up(&bytes);
	return status == BLN_NO_MEMORY ? status : BLN_OK;
}

static bool is_checkpoint(enum bln_log_kind kind)
{
	return kind == BLN_LOG_CHECKPOINT || kind == BLN_LOG_CHECKPOINT_PART || kind == BLN_LOG_CHECKPOINT_V2 ||
	       kind == BLN_LOG_CHECKPOINT_V2_JSON;
}

/* Among the files of one version, from FIRST on, a whole checkpoint: where it begins and of how many files it is. Parts of
 * one checkpoint lie side by side, as their names sort so. */
static bool checkpoint_at(const struct files *files, size_t first, size_t *begin, size_t *count)
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

static enum bln_status checkpoint_choose(const struct files *files, int64_t version, int64_t below,
                                         struct bln_arena *arena, struct bln_segment *segment, struct bln_err *err)
{
	size_t begin = 0;
	size_t count = 0;
	struct bln_log_file *parts;

	segment->checkpoint_version = -1;
	for (size_t i = 0; i < files->count; i++) {
		const struct bln_log_name *name = &files->items[i].name;

		if (name->version >= below || (version >= 0 && name->version > version))
			break;
		if (name->version > segment->checkpoint_version && is_checkpoint(name->kind) &&
		    checkpoint_at(files, i, &begin, &count))
			segment->checkpoint_version = name->version;
	}
	if (segment->checkpoint_version < 0)
		return BLN_OK;

	parts = bln_arena_alloc(arena, count * sizeof(*parts));
	if (!parts)
		return bln_err_memory(err);
	segment->checkpoint = parts;
	for (size_t i = begin; segment->checkpoint_count < count; i++)
		if (files->items[i].name.kind == files->items[begin].name.kind &&
		    files->items[i].name.parts == files->items[begin].name.parts)
			parts[segment->checkpoint_count++] = files->items[i];
	return BLN_OK;
}

/* Whether FILE serves for VERSION and leads further than BEST does, not beyond LAST (if that is not -1). */
static bool serves_better(const struct bln_log_file *file, int64_t version, int64_t last, const struct bln_log_file *best)
{
	if (file->name.version != version || (file->name.kind != BLN_LOG_COMMIT && file->name.kind != BLN_LOG_COMPACTION))
		return false;
	if (last >= 0 && file->name.version_to > last)
		return false;
	return !best || file->name.version_to > best->name.version_to;
}

/* Takes the commits behind VERSION up to LAST (-1: as far as they go), each version once. */
static enum bln_status commits_choose(const struct files *files, int64_t version, int64_t last, struct bln_arena *arena,
                                      struct bln_segment *segment, struct bln_err *err)
{
	struct bln_log_file *commits = bln_arena_alloc(arena, (files->count + 1) * sizeof(*commits));
	size_t i = 0;

	if (!commits)
		return bln_err_memory(err);
	segment->commits = commits;
	segment->version = version;
	for (;;) {
		const struct bln_log_file *best = NULL;

		while (i < files->count && files->items[i].name.version <= segment->version)
			i++;
		for (size_t j = i; j < files->count && files->items[j].name.version == segment->version + 1; j++)
			if (serves_better(&files->items[j], segment->version + 1, last, best))
				best = &files->items[j];
		if (!best)
			return BLN_OK;
		commits[segment->commit_count++] = *best;
		segment->version = best->name.version_to;
	}
}

/* The highest version that any file of the listing speaks of; -1 for none. */
static int64_t version_max(const struct files *files)
{
	int64_t max = -1;

	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].name.version_to > max)
			max = files->items[i].name.version_to;
	return max;
}

/* Says why the files do not make VERSION. */
static enum bln_status incomplete(const struct bln_table *table, const struct files *files, int64_t version,
                                  const struct bln_segment *segment, struct bln_err *err)
{
	int64_t max = version_max(files);
	int64_t first = files->count ? files->items[0].name.version : -1;

	if (max < 0)
		return bln_err_set(err, BLN_NOT_FOUND, "no Delta table at '%s'", table_name(table));
	if (version > max)
		return bln_err_set(err, BLN_NOT_FOUND, "%s has no version %" PRId64 ": the latest is %" PRId64,
		                   table_name(table), version, max);
	if (segment->checkpoint_version < 0 && first > 0)
		return bln_err_set(err, BLN_NOT_FOUND,
		                   "%s: the history before version %" PRId64 " was cleaned up, and no checkpoint leads to "
		                   "the version asked for",
		                   table_name(table), first);
	return bln_err_set(err, BLN_CORRUPT, "%s: version %" PRId64 " is missing from its log (%" PRId64 " exists)",
	                   table_name(table), segment->version + 1, max);
}

enum bln_status bln_segment_find(const struct bln_table *table, int64_t version, int64_t checkpoint_below,
                                 struct bln_arena *arena, struct bln_segment *segment, struct bln_err *err)
{
	struct files files = { 0 };
	enum bln_status status;
	int64_t hint = -1;
	bool is_hinted = false;

	if (version == BLN_VERSION_LATEST && checkpoint_below == INT64_MAX)
		BLN_TRY(hint_read(table, arena, &hint, err));
	is_hinted = hint >= 0;
again:
	*segment = (struct bln_segment){ 0 };
	BLN_TRY(log_list(table, is_hinted ? hint : 0, arena, &files, err));
	BLN_TRY(checkpoint_choose(&files, version, checkpoint_below, arena, segment, err));
	if (is_hinted && segment->checkpoint_version < 0) {
		is_hinted = false; /* the hint lies: look at all of the log */
		goto again;
	}
	BLN_TRY(commits_choose(&files, segment->checkpoint_version, version, arena, segment, err));
	if (segment->version < 0 || (version >= 0 ? segment->version != version : segment->version < version_max(&files)))
		status = incomplete(table, &files, version, segment, err);
done:
	bln_mem_free(files.items);
	return status;
}

enum bln_status bln_segment_after(const struct bln_table *table, int64_t version, struct bln_arena *arena,
                                  struct bln_segment *segment, struct bln_err *err)
{
	struct files files = { 0 };
	enum bln_status status;

	*segment = (struct bln_segment){ .checkpoint_version = version };
	BLN_TRY(log_list(table, version + 1, arena, &files, err));
	BLN_TRY(commits_choose(&files, version, -1, arena, segment, err));
done:
	bln_mem_free(files.items);
	return status;
}
