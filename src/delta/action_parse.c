/* Actions out of a commit's JSON. Each action is a table of members; the tables are the format. */
#include "delta/action.h"

#include <string.h>

#include "delta/member.h"

static const struct bln_member add_members[] = {
	{ "path", BLN_MEMBER_TEXT, offsetof(struct bln_add, path), true },
	{ "partitionValues", BLN_MEMBER_PAIRS, offsetof(struct bln_add, partition), false },
	{ "size", BLN_MEMBER_INT, offsetof(struct bln_add, size_bytes), true },
	{ "modificationTime", BLN_MEMBER_INT, offsetof(struct bln_add, modified_ms), false },
	{ "dataChange", BLN_MEMBER_BOOL, offsetof(struct bln_add, is_data_change), false },
	{ "stats", BLN_MEMBER_TEXT, offsetof(struct bln_add, stats), false },
	{ "tags", BLN_MEMBER_PAIRS, offsetof(struct bln_add, tags), false },
	{ "deletionVector", BLN_MEMBER_DV, offsetof(struct bln_add, dv), false },
};

static const struct bln_member remove_members[] = {
	{ "path", BLN_MEMBER_TEXT, offsetof(struct bln_remove, path), true },
	{ "deletionTimestamp", BLN_MEMBER_INT, offsetof(struct bln_remove, deleted_ms), false },
	{ "dataChange", BLN_MEMBER_BOOL, offsetof(struct bln_remove, is_data_change), false },
	{ "extendedFileMetadata", BLN_MEMBER_BOOL, offsetof(struct bln_remove, has_extended), false },
	{ "partitionValues", BLN_MEMBER_PAIRS, offsetof(struct bln_remove, partition), false },
	{ "size", BLN_MEMBER_INT, offsetof(struct bln_remove, size_bytes), false },
	{ "stats", BLN_MEMBER_TEXT, offsetof(struct bln_remove, stats), false },
	{ "deletionVector", BLN_MEMBER_DV, offsetof(struct bln_remove, dv), false },
};

static const struct bln_member metadata_members[] = {
	{ "id", BLN_MEMBER_TEXT, offsetof(struct bln_metadata, id), true },
	{ "name", BLN_MEMBER_TEXT, offsetof(struct bln_metadata, name), false },
	{ "description", BLN_MEMBER_TEXT, offsetof(struct bln_metadata, description), false },
	{ "format", BLN_MEMBER_FORMAT, offsetof(struct bln_metadata, format), false },
	{ "schemaString", BLN_MEMBER_TEXT, offsetof(struct bln_metadata, schema), true },
	{ "partitionColumns", BLN_MEMBER_TEXTS, offsetof(struct bln_metadata, partition_columns), false },
	{ "configuration", BLN_MEMBER_PAIRS, offsetof(struct bln_metadata, configuration), false },
	{ "createdTime", BLN_MEMBER_INT, offsetof(struct bln_metadata, created_ms), false },
};

static const struct bln_member protocol_members[] = {
	{ "minReaderVersion", BLN_MEMBER_INT, offsetof(struct bln_protocol, reader), true },
	{ "minWriterVersion", BLN_MEMBER_INT, offsetof(struct bln_protocol, writer), true },
	{ "readerFeatures", BLN_MEMBER_TEXTS, offsetof(struct bln_protocol, reader_features), false },
	{ "writerFeatures", BLN_MEMBER_TEXTS, offsetof(struct bln_protocol, writer_features), false },
};

static const struct bln_member txn_members[] = {
	{ "appId", BLN_MEMBER_TEXT, offsetof(struct bln_txn, app_id), true },
	{ "version", BLN_MEMBER_INT, offsetof(struct bln_txn, version), true },
	{ "lastUpdated", BLN_MEMBER_INT, offsetof(struct bln_txn, updated_ms), false },
};

static const struct bln_member commit_info_members[] = {
	{ "timestamp", BLN_MEMBER_ANY_INT, offsetof(struct bln_commit_info, timestamp_ms), false },
	{ "inCommitTimestamp", BLN_MEMBER_INT, offsetof(struct bln_commit_info, in_commit_timestamp_ms), false },
};

static const struct bln_member domain_members[] = {
	{ "domain", BLN_MEMBER_TEXT, offsetof(struct bln_domain, name), true },
	{ "configuration", BLN_MEMBER_TEXT, offsetof(struct bln_domain, configuration), false },
	{ "removed", BLN_MEMBER_BOOL, offsetof(struct bln_domain, is_removed), false },
};

static const struct bln_member sidecar_members[] = {
	{ "path", BLN_MEMBER_TEXT, offsetof(struct bln_sidecar, path), true },
	{ "sizeInBytes", BLN_MEMBER_INT, offsetof(struct bln_sidecar, size_bytes), true },
	{ "modificationTime", BLN_MEMBER_INT, offsetof(struct bln_sidecar, modified_ms), false },
};

#define MEMBERS(table) .members = (table), .member_count = sizeof(table) / sizeof((table)[0])

static const struct {
	const char *key;
	enum bln_action_kind kind;
	const struct bln_member *members;
	size_t member_count;
} actions[] = {
	{ .key = "add", .kind = BLN_ACTION_ADD, MEMBERS(add_members) },
	{ .key = "remove", .kind = BLN_ACTION_REMOVE, MEMBERS(remove_members) },
	{ .key = "metaData", .kind = BLN_ACTION_METADATA, MEMBERS(metadata_members) },
	{ .key = "protocol", .kind = BLN_ACTION_PROTOCOL, MEMBERS(protocol_members) },
	{ .key = "txn", .kind = BLN_ACTION_TXN, MEMBERS(txn_members) },
	{ .key = "commitInfo", .kind = BLN_ACTION_COMMIT_INFO, MEMBERS(commit_info_members) },
	{ .key = "domainMetadata", .kind = BLN_ACTION_DOMAIN, MEMBERS(domain_members) },
	{ .key = "sidecar", .kind = BLN_ACTION_SIDECAR, MEMBERS(sidecar_members) },
	{ .key = "cdc", .kind = BLN_ACTION_CDC },
};
enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

const struct bln_pair *bln_pairs_find(struct bln_pairs pairs, const char *key)
{
	for (size_t i = 0; i < pairs.count; i++)
		if (bln_slice_is(pairs.items[i].key, key))
			return &pairs.items[i];
	return NULL;
}

bool bln_slices_have(struct bln_slices slices, const char *text)
{
	for (size_t i = 0; i < slices.count; i++)
		if (bln_slice_is(slices.items[i], text))
			return true;
	return false;
}

/* What holds before any member is read. */
static void defaults_set(struct bln_action *action)
{
	switch (action->kind) {
	case BLN_ACTION_ADD:
		action->add.is_data_change = true;
		break;
	case BLN_ACTION_REMOVE:
		action->remove.is_data_change = true;
		break;
	case BLN_ACTION_METADATA:
		action->metadata.created_ms = -1;
		action->metadata.format = bln_slice_of("parquet");
		break;
	case BLN_ACTION_TXN:
		action->txn.updated_ms = -1;
		break;
	case BLN_ACTION_COMMIT_INFO:
		action->commit_info.timestamp_ms = -1;
		action->commit_info.in_commit_timestamp_ms = -1;
		break;
	default:
		break;
	}
}

static enum bln_status action_read(struct bln_member_parser *parser, size_t which, struct bln_action *action)
{
	struct bln_json_reader *reader = &parser->reader;
	const char *from;
	enum bln_status status;

	if (action->kind != BLN_ACTION_NONE)
		return bln_err_set(parser->err, BLN_CORRUPT, "a second action in one line");
	if (bln_json_reader_peek(reader) == BLN_JSON_OBJECT)
		from = reader->at;
	else
		return bln_json_reader_skip(reader, NULL) ? bln_err_set(parser->err, BLN_CORRUPT, "not an object")
							  : bln_json_reader_error(reader, parser->what, parser->err);
	*action = (struct bln_action){ .kind = actions[which].kind };
	defaults_set(action);
	status = bln_members_read(parser, actions[which].key, actions[which].members, actions[which].member_count,
				  &action->add);
	if (status != BLN_OK)
		return status;
	if (action->kind == BLN_ACTION_ADD && action->add.size_bytes < 0)
		return bln_err_set(parser->err, BLN_CORRUPT, "'size' is negative");
	if (action->kind == BLN_ACTION_COMMIT_INFO) { /* it belongs to whoever wrote it: it is kept whole */
		action->commit_info.json.length = (size_t)(reader->at - from);
		action->commit_info.json.at = bln_arena_strndup(reader->arena, from, action->commit_info.json.length);
		if (!action->commit_info.json.at)
			return bln_err_memory(parser->err);
	}
	return BLN_OK;
}

enum bln_status bln_action_parse(struct bln_slice line, const char *what, struct bln_arena *arena,
				 struct bln_action *action, struct bln_err *err)
{
	struct bln_member_parser parser = { .what = what, .err = err };
	struct bln_json_reader *reader = &parser.reader;
	enum bln_status status = BLN_OK;
	struct bln_slice key;

	*action = (struct bln_action){ .kind = BLN_ACTION_NONE };
	bln_json_reader_init(reader, line.at, line.length, arena);
	if (bln_json_reader_peek(reader) != BLN_JSON_OBJECT)
		return bln_json_reader_skip(reader, NULL)
			       ? bln_err_set(err, BLN_CORRUPT, "%s: an action is not an object", what)
			       : bln_json_reader_error(reader, what, err);
	bln_json_reader_open(reader);
	while (bln_json_reader_member(reader, &key)) {
		size_t i = 0;

		while (i < ACTIONS && !bln_slice_is(key, actions[i].key))
			i++;
		if (i == ACTIONS || bln_json_reader_peek(reader) == BLN_JSON_NULL) {
			(void)bln_json_reader_skip(reader, NULL);
			continue;
		}
		status = action_read(&parser, i, action);
		if (status != BLN_OK && !reader->wrong)
			return bln_err_where(err, status, "%s: %s", what, actions[i].key);
		if (status != BLN_OK)
			return status;
	}
	return bln_json_reader_end(reader) ? BLN_OK : bln_json_reader_error(reader, what, err);
}
