/* Actions out of a commit's JSON. Each action is a table of members; the tables are the format. */
#include "delta/action.h"

#include <string.h>

#include "base/json.h"

struct parser {
	struct bln_arena *arena;
	struct bln_err *err;
};

enum member_kind { TEXT, INT, BOOL, PAIRS, TEXTS, DV };

/* One member of an action: where it goes, and whether the action is nothing without it. */
struct member {
	const char *key;
	enum member_kind kind;
	size_t offset;
	bool is_required;
};

static const struct member add_members[] = {
	{ "path", TEXT, offsetof(struct bln_add, path), true },
	{ "partitionValues", PAIRS, offsetof(struct bln_add, partition), false },
	{ "size", INT, offsetof(struct bln_add, size_bytes), true },
	{ "modificationTime", INT, offsetof(struct bln_add, modified_ms), false },
	{ "dataChange", BOOL, offsetof(struct bln_add, is_data_change), false },
	{ "stats", TEXT, offsetof(struct bln_add, stats), false },
	{ "tags", PAIRS, offsetof(struct bln_add, tags), false },
	{ "deletionVector", DV, offsetof(struct bln_add, dv), false },
};

static const struct member remove_members[] = {
	{ "path", TEXT, offsetof(struct bln_remove, path), true },
	{ "deletionTimestamp", INT, offsetof(struct bln_remove, deleted_ms), false },
	{ "dataChange", BOOL, offsetof(struct bln_remove, is_data_change), false },
	{ "extendedFileMetadata", BOOL, offsetof(struct bln_remove, has_extended), false },
	{ "partitionValues", PAIRS, offsetof(struct bln_remove, partition), false },
	{ "size", INT, offsetof(struct bln_remove, size_bytes), false },
	{ "stats", TEXT, offsetof(struct bln_remove, stats), false },
	{ "deletionVector", DV, offsetof(struct bln_remove, dv), false },
};

static const struct member metadata_members[] = {
	{ "id", TEXT, offsetof(struct bln_metadata, id), true },
	{ "name", TEXT, offsetof(struct bln_metadata, name), false },
	{ "description", TEXT, offsetof(struct bln_metadata, description), false },
	{ "schemaString", TEXT, offsetof(struct bln_metadata, schema), true },
	{ "partitionColumns", TEXTS, offsetof(struct bln_metadata, partition_columns), false },
	{ "configuration", PAIRS, offsetof(struct bln_metadata, configuration), false },
	{ "createdTime", INT, offsetof(struct bln_metadata, created_ms), false },
};

static const struct member protocol_members[] = {
	{ "minReaderVersion", INT, offsetof(struct bln_protocol, reader), true },
	{ "minWriterVersion", INT, offsetof(struct bln_protocol, writer), true },
	{ "readerFeatures", TEXTS, offsetof(struct bln_protocol, reader_features), false },
	{ "writerFeatures", TEXTS, offsetof(struct bln_protocol, writer_features), false },
};

static const struct member txn_members[] = {
	{ "appId", TEXT, offsetof(struct bln_txn, app_id), true },
	{ "version", INT, offsetof(struct bln_txn, version), true },
	{ "lastUpdated", INT, offsetof(struct bln_txn, updated_ms), false },
};

static const struct member commit_info_members[] = {
	{ "inCommitTimestamp", INT, offsetof(struct bln_commit_info, in_commit_timestamp_ms), false },
};

static const struct member domain_members[] = {
	{ "domain", TEXT, offsetof(struct bln_domain, name), true },
	{ "configuration", TEXT, offsetof(struct bln_domain, configuration), false },
	{ "removed", BOOL, offsetof(struct bln_domain, is_removed), false },
};

static const struct member sidecar_members[] = {
	{ "path", TEXT, offsetof(struct bln_sidecar, path), true },
	{ "sizeInBytes", INT, offsetof(struct bln_sidecar, size_bytes), true },
	{ "modificationTime", INT, offsetof(struct bln_sidecar, modified_ms), false },
};

#define MEMBERS(table) .members = (table), .member_count = sizeof(table) / sizeof((table)[0])

static const struct {
	const char *key;
	enum bln_action_kind kind;
	const struct member *members;
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

static enum bln_status keep(struct parser *parser, const char *bytes, size_t length, struct bln_slice *out)
{
	out->at = bln_arena_strndup(parser->arena, bytes, length);
	out->length = length;
	return out->at ? BLN_OK : bln_err_memory(parser->err);
}

static enum bln_status pairs_parse(struct parser *parser, json_t *object, const char *key, struct bln_pairs *pairs)
{
	enum bln_status status = BLN_OK;
	struct bln_pair *items;
	const char *name;
	json_t *value;
	size_t i = 0;

	*pairs = (struct bln_pairs){ 0 };
	if (json_object_size(object) == 0)
		return BLN_OK;
	items = bln_arena_calloc(parser->arena, json_object_size(object), sizeof(*items));
	if (!items)
		return bln_err_memory(parser->err);
	json_object_foreach(object, name, value)
	{
		BLN_TRY(keep(parser, name, strlen(name), &items[i].key));
		if (json_is_null(value))
			items[i].is_null = true;
		else if (json_is_string(value))
			BLN_TRY(keep(parser, json_string_value(value), json_string_length(value), &items[i].value));
		else
			return bln_err_set(parser->err, BLN_CORRUPT, "'%s' has a value that is not text", key);
		i++;
	}
	*pairs = (struct bln_pairs){ .items = items, .count = i };
done:
	return status;
}

static enum bln_status texts_parse(struct parser *parser, const json_t *array, const char *key, struct bln_slices *texts)
{
	enum bln_status status = BLN_OK;
	size_t count = json_array_size(array);
	struct bln_slice *items;

	*texts = (struct bln_slices){ 0 };
	if (count == 0)
		return BLN_OK;
	items = bln_arena_calloc(parser->arena, count, sizeof(*items));
	if (!items)
		return bln_err_memory(parser->err);
	for (size_t i = 0; i < count; i++) {
		const json_t *value = json_array_get(array, i);

		if (!json_is_string(value))
			return bln_err_set(parser->err, BLN_CORRUPT, "'%s' has a member that is not text", key);
		BLN_TRY(keep(parser, json_string_value(value), json_string_length(value), &items[i]));
	}
	*texts = (struct bln_slices){ .items = items, .count = count };
done:
	return status;
}

static enum bln_status dv_parse(struct parser *parser, const json_t *object, struct bln_dv_ref *dv)
{
	enum bln_status status = BLN_OK;
	struct bln_slice storage = { 0 };
	struct bln_slice place = { 0 };

	*dv = (struct bln_dv_ref){ .offset = -1 };
	BLN_TRY(bln_json_get_text(object, "storageType", &storage, parser->err));
	BLN_TRY(bln_json_get_text(object, "pathOrInlineDv", &place, parser->err));
	BLN_TRY(bln_json_get_int(object, "offset", &dv->offset, parser->err));
	BLN_TRY(bln_json_get_int(object, "sizeInBytes", &dv->size_bytes, parser->err));
	BLN_TRY(bln_json_get_int(object, "cardinality", &dv->cardinality, parser->err));
	if (storage.length != 1 || !strchr("uip", storage.at[0]) || !place.at)
		return bln_err_set(parser->err, BLN_CORRUPT, "'deletionVector' has an unknown storage type or no place");
	dv->storage = storage.at[0];
	BLN_TRY(keep(parser, place.at, place.length, &dv->path_or_inline));
done:
	return status;
}

static enum bln_status member_parse(struct parser *parser, const json_t *object, const struct member *member, void *out)
{
	void *at = (char *)out + member->offset;
	struct bln_slice text = { 0 };
	enum bln_status status = BLN_OK;
	json_t *nested = NULL;

	switch (member->kind) {
	case TEXT:
		BLN_TRY(bln_json_get_text(object, member->key, &text, parser->err));
		if (text.at)
			BLN_TRY(keep(parser, text.at, text.length, at));
		break;
	case INT:
		BLN_TRY(bln_json_get_int(object, member->key, at, parser->err));
		break;
	case BOOL:
		BLN_TRY(bln_json_get_bool(object, member->key, at, parser->err));
		break;
	case PAIRS:
		BLN_TRY(bln_json_get_object(object, member->key, &nested, parser->err));
		BLN_TRY(pairs_parse(parser, nested, member->key, at));
		break;
	case TEXTS:
		BLN_TRY(bln_json_get_array(object, member->key, &nested, parser->err));
		BLN_TRY(texts_parse(parser, nested, member->key, at));
		break;
	case DV:
		BLN_TRY(bln_json_get_object(object, member->key, &nested, parser->err));
		if (nested)
			BLN_TRY(dv_parse(parser, nested, at));
		break;
	}
	if (member->is_required && json_is_null(json_object_get(object, member->key)))
		status = bln_err_set(parser->err, BLN_CORRUPT, "'%s' is null", member->key);
	else if (member->is_required && !json_object_get(object, member->key))
		status = bln_err_set(parser->err, BLN_CORRUPT, "'%s' is missing", member->key);
done:
	return status;
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

static enum bln_status format_parse(struct parser *parser, const json_t *object, struct bln_metadata *metadata)
{
	enum bln_status status = BLN_OK;
	struct bln_slice provider = { 0 };
	json_t *format;

	BLN_TRY(bln_json_get_object(object, "format", &format, parser->err));
	if (format)
		BLN_TRY(bln_json_get_text(format, "provider", &provider, parser->err));
	if (provider.at)
		BLN_TRY(keep(parser, provider.at, provider.length, &metadata->format));
done:
	return status;
}

/* commitInfo belongs to whoever wrote it: it is kept whole, and nothing in it but its time can be wrong. */
static enum bln_status commit_info_parse(struct parser *parser, const json_t *object, struct bln_commit_info *info)
{
	const json_t *timestamp = json_object_get(object, "timestamp");
	struct bln_text text = { 0 };
	enum bln_status status;

	if (json_is_integer(timestamp))
		info->timestamp_ms = json_integer_value(timestamp);
	bln_json_add(&text, object);
	BLN_TRY(bln_text_check(&text, parser->err));
	BLN_TRY(keep(parser, text.at, text.length, &info->json));
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status object_parse(struct parser *parser, const json_t *object, size_t which, struct bln_action *action)
{
	enum bln_status status = BLN_OK;

	memset(action, 0, sizeof(*action));
	action->kind = actions[which].kind;
	defaults_set(action);
	if (!json_is_object(object))
		return bln_err_set(parser->err, BLN_CORRUPT, "not an object");
	for (size_t i = 0; i < actions[which].member_count; i++)
		BLN_TRY(member_parse(parser, object, &actions[which].members[i], &action->add));
	if (action->kind == BLN_ACTION_METADATA)
		BLN_TRY(format_parse(parser, object, &action->metadata));
	if (action->kind == BLN_ACTION_COMMIT_INFO)
		BLN_TRY(commit_info_parse(parser, object, &action->commit_info));
	if (action->kind == BLN_ACTION_ADD && action->add.size_bytes < 0)
		status = bln_err_set(parser->err, BLN_CORRUPT, "'size' is negative");
done:
	return status;
}

enum bln_status bln_action_parse(struct bln_slice line, const char *what, struct bln_arena *arena,
                                 struct bln_action *action, struct bln_err *err)
{
	struct parser parser = { .arena = arena, .err = err };
	enum bln_status status = BLN_OK;
	json_t *json = NULL;

	*action = (struct bln_action){ .kind = BLN_ACTION_NONE };
	BLN_TRY(bln_json_parse(line.at, line.length, what, &json, err));
	if (!json_is_object(json)) {
		status = bln_err_set(err, BLN_CORRUPT, "%s: an action is not an object", what);
		goto done;
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		const json_t *object = json_object_get(json, actions[i].key);

		if (!object || json_is_null(object))
			continue;
		status = object_parse(&parser, object, i, action);
		if (status != BLN_OK)
			status = bln_err_where(err, status, "%s: %s", what, actions[i].key);
		break;
	}
done:
	json_decref(json);
	return status;
}
