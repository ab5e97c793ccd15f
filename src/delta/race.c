#include "delta/race.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "delta/path.h"

/* Two writers may encode one path differently. */
static enum bln_status path_of(struct bln_slice path, struct bln_arena *arena, struct bln_slice *out,
			       struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	bln_path_decode(path, &text);
	status = bln_text_keep(&text, arena, out, err);
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status put(struct bln_map *map, struct bln_slice key, const void *value, struct bln_err *err)
{
	return bln_map_put(map, key.at, key.length, (void *)value) ? BLN_OK : bln_err_memory(err);
}

static enum bln_status action_note(struct bln_race_rules *rules, const struct bln_action *action, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	struct bln_slice path;

	switch (action->kind) {
	case BLN_ACTION_REMOVE:
		BLN_TRY(path_of(action->remove.path, &rules->arena, &path, err));
		BLN_TRY(put(&rules->removed, path, action, err));
		break;
	case BLN_ACTION_TXN:
		BLN_TRY(put(&rules->app_ids, action->txn.app_id, action, err));
		break;
	case BLN_ACTION_DOMAIN:
		BLN_TRY(put(&rules->domains, action->domain.name, action, err));
		break;
	default:
		break;
	}
done:
	return status;
}

static bool has_read(const struct bln_commit *commit)
{
	return commit->read && (commit->read->is_whole_table || commit->read->range_count > 0);
}

enum bln_status bln_race_rules_init(struct bln_race_rules *rules, const struct bln_snapshot *base,
				    const struct bln_commit *commit, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	*rules = (struct bln_race_rules){ .base = base, .commit = commit };
	for (size_t i = 0; i < commit->action_count; i++)
		BLN_TRY(action_note(rules, &commit->actions[i], err));
	/* Only ranges need to know what was in a file that is gone. */
	for (size_t i = 0; has_read(commit) && !commit->read->is_whole_table && i < base->file_count; i++) {
		struct bln_slice path;

		BLN_TRY(path_of(base->files[i].path, &rules->arena, &path, err));
		BLN_TRY(put(&rules->files, path, &base->files[i], err));
	}
done:
	if (status != BLN_OK)
		bln_race_rules_clean_up(rules);
	return status;
}

void bln_race_rules_clean_up(struct bln_race_rules *rules)
{
	bln_map_clean_up(&rules->removed);
	bln_map_clean_up(&rules->app_ids);
	bln_map_clean_up(&rules->domains);
	bln_map_clean_up(&rules->files);
	bln_arena_clean_up(&rules->arena);
}

static void found(struct bln_rival *rival, enum bln_race race, const char *does, struct bln_slice what)
{
	if (rival->race != BLN_RACE_NONE && rival->race <= race)
		return;
	rival->race = race;
	snprintf(rival->what, sizeof(rival->what), "%s%s%s%s", does, what.length ? " '" : "",
		 bln_quote(what.at, what.length).text, what.length ? "'" : "");
}

static enum bln_status remove_judge(const struct bln_race_rules *rules, const struct bln_remove *remove,
				    struct bln_arena *arena, struct bln_rival *rival, struct bln_err *err)
{
	enum bln_status status;
	const struct bln_add *file;
	struct bln_slice path;

	BLN_TRY(path_of(remove->path, arena, &path, err));
	if (bln_map_find(&rules->removed, path.at, path.length)) {
		found(rival, BLN_RACE_FILES, "removed a file that this commit removes,", remove->path);
		goto done;
	}
	if (!remove->is_data_change || !has_read(rules->commit))
		goto done;
	/* A file that is neither in the base nor moved to was added since, and judged then. */
	file = bln_map_get(&rules->files, path.at, path.length);
	if (rules->commit->read->is_whole_table ||
	    (file && bln_read_set_meets(rules->commit->read, file, &rules->base->schema)))
		found(rival, BLN_RACE_FILES, "removed rows that this commit had read,", remove->path);
done:
	return status;
}

/* Remembers a file that another's commit moved rows to: a later one may take them away there. */
static enum bln_status moved_note(struct bln_race_rules *rules, struct bln_slice line, const char *what,
				  struct bln_err *err)
{
	struct bln_action *action = bln_arena_alloc(&rules->arena, sizeof(*action));
	enum bln_status status;
	struct bln_slice path;

	if (!action)
		return bln_err_memory(err);
	BLN_TRY(bln_action_parse(line, what, &rules->arena, action, err));
	BLN_TRY(path_of(action->add.path, &rules->arena, &path, err));
	BLN_TRY(put(&rules->files, path, &action->add, err));
done:
	return status;
}

static enum bln_status action_judge(const struct bln_race_rules *rules, const struct bln_action *action,
				    struct bln_arena *arena, struct bln_rival *rival, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	switch (action->kind) {
	case BLN_ACTION_METADATA:
		found(rival, BLN_RACE_METADATA, "changed the table's metadata", (struct bln_slice){ 0 });
		break;
	case BLN_ACTION_PROTOCOL:
		found(rival, BLN_RACE_METADATA, "changed the table's protocol", (struct bln_slice){ 0 });
		break;
	case BLN_ACTION_DOMAIN:
		if (bln_map_find(&rules->domains, action->domain.name.at, action->domain.name.length))
			found(rival, BLN_RACE_METADATA, "changed the domain", action->domain.name);
		break;
	case BLN_ACTION_TXN:
		if (!bln_map_find(&rules->app_ids, action->txn.app_id.at, action->txn.app_id.length))
			break;
		found(rival, BLN_RACE_APP_ID, "did work of", action->txn.app_id);
		if (action->txn.version > rival->txn_version)
			rival->txn_version = action->txn.version;
		break;
	case BLN_ACTION_REMOVE:
		BLN_TRY(remove_judge(rules, &action->remove, arena, rival, err));
		break;
	case BLN_ACTION_ADD:
		if (action->add.is_data_change && has_read(rules->commit) &&
		    bln_read_set_meets(rules->commit->read, &action->add, &rules->base->schema))
			found(rival, BLN_RACE_FILES, "added rows where this commit had read,", action->add.path);
		break;
	default:
		break;
	}
done:
	return status;
}

static void info_take(const struct bln_commit_info *info, struct bln_rival *rival)
{
	json_t *json = NULL;
	struct bln_slice operation = { 0 };

	rival->in_commit_time_ms = info->in_commit_timestamp_ms;
	if (bln_json_parse(info->json.at, info->json.length, "commitInfo", &json, NULL) == BLN_OK &&
	    bln_json_get_text(json, "operation", &operation, NULL) == BLN_OK)
		snprintf(rival->operation, sizeof(rival->operation), "%s",
			 bln_quote(operation.at, operation.length).text);
	json_decref(json);
}

enum bln_status bln_race_judge(struct bln_race_rules *rules, int64_t version, const struct bln_text *bytes,
			       struct bln_rival *rival, struct bln_err *err)
{
	struct bln_slice rest = { bytes->at, bytes->length };
	struct bln_arena arena = { 0 };
	enum bln_status status = BLN_OK;
	char what[64];

	*rival = (struct bln_rival){ .txn_version = -1, .in_commit_time_ms = -1 };
	snprintf(what, sizeof(what), "version %" PRId64, version);
	while (rest.at && rest.length) {
		struct bln_slice line = bln_slice_cut(&rest, '\n');
		struct bln_action action;

		if (line.length <= 1)
			continue;
		BLN_TRY(bln_action_parse(line, what, &arena, &action, err));
		if (action.kind == BLN_ACTION_COMMIT_INFO)
			info_take(&action.commit_info, rival);
		BLN_TRY(action_judge(rules, &action, &arena, rival, err));
		if (action.kind == BLN_ACTION_ADD && !action.add.is_data_change && has_read(rules->commit))
			BLN_TRY(moved_note(rules, line, what, err));
	}
done:
	bln_arena_clean_up(&arena);
	return status;
}
