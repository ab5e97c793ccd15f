#include "delta/segment.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

enum { LAST_CHECKPOINT_BYTES_MAX = 1 << 20 };

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
	status = bln_store_get(table->store, key, LAST_CHECKPOINT_BYTES_MAX, &bytes, NULL);
	if (status == BLN_OK && bln_json_parse(bytes.at, bytes.length, BLN_LAST_CHECKPOINT, &json, NULL) == BLN_OK) {
		const json_t *value = json_object_get(json, "version");

		if (json_is_integer(value) && json_integer_value(value) >= 0)
			*version = json_integer_value(value);
	}
	json_decref(json);
	bln_text_clean_up(&bytes);
	return status == BLN_NO_MEMORY ? bln_err_memory(err) : BLN_OK;
}

static enum bln_status checkpoint_choose(const struct bln_log_files *files, int64_t version, int64_t below,
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
		if (name->version > segment->checkpoint_version && bln_log_checkpoint_at(files, i, &begin, &count))
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

/* Whether FILE, a commit or compaction that begins where we stand, leads further than BEST does, but not beyond LAST. */
static bool serves_better(const struct bln_log_file *file, int64_t last, const struct bln_log_file *best)
{
	if ((file->name.kind != BLN_LOG_COMMIT && file->name.kind != BLN_LOG_COMPACTION) ||
	    file->name.version_to > last)
		return false;
	return !best || file->name.version_to > best->name.version_to;
}

/* The newest commit up to VERSION (-1: of all), or NULL. A compaction is no proof of what it compacts having happened. */
static const struct bln_log_file *commit_newest(const struct bln_log_files *files, int64_t version)
{
	const struct bln_log_file *newest = NULL;

	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].name.kind == BLN_LOG_COMMIT &&
		    (version < 0 || files->items[i].name.version <= version))
			newest = &files->items[i];
	return newest;
}

/* Takes the commits behind VERSION up to LAST (-1: as far as they go), each version once. */
static enum bln_status commits_choose(const struct bln_log_files *files, int64_t version, int64_t last,
				      struct bln_arena *arena, struct bln_segment *segment, struct bln_err *err)
{
	struct bln_log_file *commits = bln_arena_alloc(arena, (files->count + 1) * sizeof(*commits));
	const struct bln_log_file *newest = commit_newest(files, last);
	struct bln_log_file *newest_kept = bln_arena_alloc(arena, sizeof(*newest_kept));
	size_t i = 0;

	if (!commits || !newest_kept)
		return bln_err_memory(err);
	segment->commits = commits;
	segment->version = version;
	while (newest) {
		const struct bln_log_file *best = NULL;

		while (i < files->count && files->items[i].name.version <= segment->version)
			i++;
		for (size_t j = i; j < files->count && files->items[j].name.version == segment->version + 1; j++)
			if (serves_better(&files->items[j], newest->name.version, best))
				best = &files->items[j];
		if (!best)
			break;
		commits[segment->commit_count++] = *best;
		segment->version = best->name.version_to;
	}
	if (newest && newest->name.version == segment->version) {
		*newest_kept = *newest;
		segment->newest = newest_kept;
	}
	return BLN_OK;
}

/* The highest version that was surely committed: there is its commit or a checkpoint of it; -1 for none. */
static int64_t version_max(const struct bln_log_files *files)
{
	int64_t max = -1;

	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].name.kind != BLN_LOG_COMPACTION && files->items[i].name.version > max)
			max = files->items[i].name.version;
	return max;
}

/* Says why the files do not make VERSION. That there is no table is said only where there is none: whoever hears it may
 * make one. */
static enum bln_status incomplete(const struct bln_table *table, const struct bln_log_files *files, int64_t version,
				  const struct bln_segment *segment, struct bln_err *err)
{
	int64_t max = version_max(files);
	int64_t first = files->count ? files->items[0].name.version : -1;

	if (max < 0)
		return bln_err_set(err, BLN_NOT_FOUND, "no Delta table at '%s'", bln_table_name(table));
	if (version > max)
		return bln_err_set(err, BLN_NOT_FOUND, "%s has no version %" PRId64 ": the latest is %" PRId64,
				   bln_table_name(table), version, max);
	if (version >= 0 && segment->checkpoint_version < 0 && first > 0)
		return bln_err_set(err, BLN_NOT_FOUND,
				   "%s: the history that led to version %" PRId64
				   " was cleaned up: the log begins at version %" PRId64,
				   bln_table_name(table), version, first);
	return bln_err_set(err, BLN_CORRUPT, "%s: version %" PRId64 " is missing from its log (%" PRId64 " exists)",
			   bln_table_name(table), segment->version + 1, max);
}

static bool is_complete(const struct bln_segment *segment, const struct bln_log_files *files, int64_t version)
{
	return segment->version >= 0 && segment->version == (version >= 0 ? version : version_max(files));
}

enum bln_status bln_segment_find(const struct bln_table *table, int64_t version, int64_t checkpoint_below,
				 struct bln_arena *arena, struct bln_segment *segment, struct bln_err *err)
{
	struct bln_log_files files = { 0 };
	enum bln_status status = BLN_OK;
	int64_t from = 0;

	if (checkpoint_below == INT64_MAX)
		BLN_TRY(hint_read(table, arena, &from, err));
	if (from < 0 || (version >= 0 && from > version))
		from = 0;
	/* From the hint on; if no checkpoint is there, for the hint lies, all of the log; and once more if a commit is
	 * missing, as a listing may see a commit and not the one before that was made while it went on. */
	for (int tries = 0; tries < 3; tries++) {
		*segment = (struct bln_segment){ 0 };
		BLN_TRY(bln_log_list(table, from, arena, &files, err));
		BLN_TRY(checkpoint_choose(&files, version, checkpoint_below, arena, segment, err));
		BLN_TRY(commits_choose(&files, segment->checkpoint_version, version, arena, segment, err));
		if (is_complete(segment, &files, version))
			goto done;
		if (from == 0 && version_max(&files) < (version >= 0 ? version : 0))
			break; /* not there, whatever happens in between */
		from = 0;
	}
	status = incomplete(table, &files, version, segment, err);
done:
	bln_log_files_clean_up(&files);
	return status;
}
