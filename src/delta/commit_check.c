#include "delta/commit_check.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"

/* One check's state. What reconciles with what (protocol, "Delta Log Entries"): a name per action, in one map. */
struct check {
	const struct bln_snapshot *base;
	const struct bln_commit *commit;
	struct bln_err *err;
	struct bln_arena arena;
	struct bln_map names;
	const struct bln_metadata *metadata; /* the commit's, else the base's */
	const struct bln_protocol *protocol; /* likewise */
	size_t removes;
};

/* Notes that NAME of KIND is in the commit; BLN_INVALID when it was already. */
static enum bln_status once(struct check *check, char kind, const char *noun, struct bln_slice name)
{
	char *key = bln_arena_printf(&check->arena, "%c", kind);
	bool is_new = false;

	if (name.length) {
		key = bln_arena_alloc(&check->arena, name.length + 1);
		if (key) {
			key[0] = kind;
			memcpy(key + 1, name.at, name.length);
		}
	}
	if (!key || !bln_map_insert(&check->names, key, name.length + 1, &is_new))
		return bln_err_memory(check->err);
	if (!is_new)
		return bln_err_set(check->err, BLN_INVALID, "the commit has two actions for the %s '%s'", noun,
				   bln_quote(name.at, name.length).text);
	return BLN_OK;
}

static enum bln_status file_once(struct check *check, struct bln_slice path, const struct bln_dv_ref *dv)
{
	enum bln_status status;
	struct bln_slice key;

	if (path.length == 0)
		return bln_err_set(check->err, BLN_INVALID, "the commit has a file without a path");
	BLN_TRY(bln_file_key(path, dv, &check->arena, &key, check->err));
	BLN_TRY(once(check, 'f', "file", key));
done:
	return status;
}

static enum bln_status data_change_check(const struct check *check, bool is_data_change, struct bln_slice path)
{
	if (check->commit->kind == BLN_WRITE_REARRANGE && is_data_change)
		return bln_err_set(check->err, BLN_INVALID,
				   "the commit only moves rows, but '%s' is said to change data",
				   bln_quote(path.at, path.length).text);
	return BLN_OK;
}

/* Protocol, "Consistency Between Table Metadata and Data Files": a value for each partition column and no other. */
static enum bln_status partition_check(const struct check *check, const struct bln_add *add)
{
	const struct bln_slices columns = check->metadata->partition_columns;

	for (size_t i = 0; i < columns.count; i++) {
		bool is_there = false;

		for (size_t j = 0; j < add->partition.count; j++)
			is_there = is_there || bln_slice_equals(add->partition.items[j].key, columns.items[i]);
		if (!is_there)
			return bln_err_set(check->err, BLN_INVALID,
					   "the file '%s' has no value for the partition column '%s'",
					   bln_quote(add->path.at, add->path.length).text,
					   bln_quote(columns.items[i].at, columns.items[i].length).text);
	}
	if (add->partition.count != columns.count)
		return bln_err_set(check->err, BLN_INVALID,
				   "the file '%s' has values for %zu partition columns, the table %zu",
				   bln_quote(add->path.at, add->path.length).text, add->partition.count, columns.count);
	return BLN_OK;
}

static enum bln_status action_check(struct check *check, const struct bln_action *action)
{
	const struct bln_slice only_one = { 0 };
	enum bln_status status = BLN_OK;

	switch (action->kind) {
	case BLN_ACTION_ADD:
		BLN_TRY(file_once(check, action->add.path, &action->add.dv));
		BLN_TRY(data_change_check(check, action->add.is_data_change, action->add.path));
		BLN_TRY(partition_check(check, &action->add));
		break;
	case BLN_ACTION_REMOVE:
		BLN_TRY(file_once(check, action->remove.path, &action->remove.dv));
		BLN_TRY(data_change_check(check, action->remove.is_data_change, action->remove.path));
		if (check->commit->kind == BLN_WRITE_APPEND)
			return bln_err_set(check->err, BLN_INVALID, "the commit only appends, but removes '%s'",
					   bln_quote(action->remove.path.at, action->remove.path.length).text);
		check->removes++;
		break;
	case BLN_ACTION_METADATA:
		BLN_TRY(once(check, 'm', "metadata", only_one));
		break;
	case BLN_ACTION_PROTOCOL:
		BLN_TRY(once(check, 'p', "protocol", only_one));
		break;
	case BLN_ACTION_TXN:
		if (action->txn.app_id.length == 0)
			return bln_err_set(check->err, BLN_INVALID, "the commit has a txn without an application id");
		BLN_TRY(once(check, 't', "application id", action->txn.app_id));
		break;
	case BLN_ACTION_DOMAIN:
		if (action->domain.name.length == 0)
			return bln_err_set(check->err, BLN_INVALID, "the commit has a domain without a name");
		if (!bln_slices_have(check->protocol->writer_features, "domainMetadata"))
			return bln_err_set(check->err, BLN_UNSUPPORTED,
					   "the table has not the feature 'domainMetadata', which a domain needs");
		BLN_TRY(once(check, 'd', "domain", action->domain.name));
		break;
	default:
		return bln_err_set(check->err, BLN_INVALID, "the commit has an action that nobody but the log writes");
	}
done:
	return status;
}

/* A file that is not there cannot be removed: who tries has planned on another version, and rows would be there twice. */
static enum bln_status removes_check(struct check *check)
{
	enum bln_status status = BLN_OK;
	struct bln_map present = { 0 };

	for (size_t i = 0; check->removes && i < check->base->file_count; i++) {
		const struct bln_add *file = &check->base->files[i];
		struct bln_slice key;

		BLN_TRY(bln_file_key(file->path, &file->dv, &check->arena, &key, check->err));
		if (!bln_map_put(&present, key.at, key.length, (void *)file)) {
			status = bln_err_memory(check->err);
			goto done;
		}
	}
	for (size_t i = 0; check->removes && i < check->commit->action_count; i++) {
		const struct bln_remove *remove = &check->commit->actions[i].remove;
		struct bln_slice key;

		if (check->commit->actions[i].kind != BLN_ACTION_REMOVE)
			continue;
		BLN_TRY(bln_file_key(remove->path, &remove->dv, &check->arena, &key, check->err));
		if (!bln_map_find(&present, key.at, key.length)) {
			status =
				bln_err_set(check->err, BLN_INVALID,
					    "the commit removes '%s', which is not in version %" PRId64 " of the table",
					    bln_quote(remove->path.at, remove->path.length).text, check->base->version);
			goto done;
		}
	}
done:
	bln_map_clean_up(&present);
	return status;
}

/* What the table is after the commit must be something that we may write, too. */
static enum bln_status table_check(struct check *check)
{
	const struct bln_snapshot *base = check->base;
	enum bln_status status = BLN_OK;
	struct bln_schema schema;

	BLN_TRY(bln_protocol_check_write(&base->protocol, &base->metadata, &base->schema, check->commit->kind,
					 check->err));
	if (check->metadata == &base->metadata && check->protocol == &base->protocol)
		goto done;
	BLN_TRY(bln_schema_parse(check->metadata->schema, false, &check->arena, &schema, check->err));
	BLN_TRY(bln_protocol_check_write(check->protocol, check->metadata, &schema, BLN_WRITE_APPEND, check->err));
	if (bln_protocol_has_commit_timestamps(check->protocol, check->metadata) &&
	    !bln_protocol_has_commit_timestamps(&base->protocol, &base->metadata))
		status = bln_err_set(check->err, BLN_UNSUPPORTED,
				     "delta.enableInCommitTimestamps can be set only when a table is made");
done:
	return status;
}

/* It becomes part of a line: it must be an object, on one line. */
static enum bln_status bullion_check(const struct bln_commit *commit, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	json_t *json = NULL;

	if (commit->bullion.length == 0)
		return BLN_OK;
	if (memchr(commit->bullion.at, '\n', commit->bullion.length))
		return bln_err_set(err, BLN_INVALID, "the commit's own record is not on one line");
	status = bln_json_parse(commit->bullion.at, commit->bullion.length, "the commit's own record", &json, err);
	if (status == BLN_CORRUPT || (status == BLN_OK && !json_is_object(json)))
		status = bln_err_set(err, BLN_INVALID, "the commit's own record is not a JSON object");
	json_decref(json);
	return status;
}

enum bln_status bln_commit_check(const struct bln_snapshot *base, const struct bln_commit *commit, struct bln_err *err)
{
	struct check check = { .base = base, .commit = commit, .err = err };
	enum bln_status status;

	if (!commit->operation || !commit->operation[0])
		return bln_err_set(err, BLN_INVALID, "the commit does not say its operation");
	check.metadata = &base->metadata;
	check.protocol = &base->protocol;
	for (size_t i = 0; i < commit->action_count; i++) {
		if (commit->actions[i].kind == BLN_ACTION_METADATA)
			check.metadata = &commit->actions[i].metadata;
		if (commit->actions[i].kind == BLN_ACTION_PROTOCOL)
			check.protocol = &commit->actions[i].protocol;
	}
	BLN_TRY(table_check(&check));
	for (size_t i = 0; i < commit->action_count; i++)
		BLN_TRY(action_check(&check, &commit->actions[i]));
	BLN_TRY(removes_check(&check));
	BLN_TRY(bullion_check(commit, err));
done:
	bln_map_clean_up(&check.names);
	bln_arena_clean_up(&check.arena);
	return status;
}
