#include "delta/create.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "delta/commit_text.h"
#include "delta/log_put.h"
#include "delta/property.h"
#include "delta/schema_check.h"

enum { FEATURES_MAX = 16, READER_FEATURES = 3, WRITER_FEATURES = 7 };

/* The protocol that grows with what is asked. */
struct needs {
	struct bln_protocol protocol;
	struct bln_slice readers[FEATURES_MAX];
	struct bln_slice writers[FEATURES_MAX];
};

static void feature_add(struct needs *needs, struct bln_property_need need)
{
	struct bln_protocol *protocol = &needs->protocol;
	struct bln_slice name = bln_slice_of(need.feature);

	if (!need.feature || bln_slices_have(protocol->writer_features, need.feature))
		return;
	needs->writers[protocol->writer_features.count++] = name;
	if (need.reader >= READER_FEATURES)
		needs->readers[protocol->reader_features.count++] = name;
	if (need.reader > protocol->reader)
		protocol->reader = need.reader;
	if (need.writer > protocol->writer)
		protocol->writer = need.writer;
}

static enum bln_status needs_find(const struct bln_table_spec *spec, struct needs *needs, struct bln_err *err)
{
	struct bln_protocol *protocol = &needs->protocol;
	enum bln_status status = BLN_OK;

	*protocol = (struct bln_protocol){ .reader = 1, .writer = 2 };
	protocol->reader_features.items = needs->readers;
	protocol->writer_features.items = needs->writers;
	/* Writer 2 has these two; with features they must be said. */
	feature_add(needs, (struct bln_property_need){ "appendOnly", 1, 2 });
	feature_add(needs, (struct bln_property_need){ "invariants", 1, 2 });
	for (size_t i = 0; i < spec->configuration.count; i++) {
		const struct bln_pair *pair = &spec->configuration.items[i];
		struct bln_property_need need;

		BLN_TRY(bln_property_check(pair->key, pair->value, &need, err));
		feature_add(needs, need);
	}
	if (bln_schema_has_kind(spec->schema, BLN_TYPE_TIMESTAMP_NTZ))
		feature_add(needs, (struct bln_property_need){ "timestampNtz", 3, 7 });
done:
	return status;
}

/* A log of which version 0 was cleaned up is a table too: a new version 0 in it would be a lie. */
static enum bln_status absence_check(const struct bln_table *table, struct bln_arena *arena, struct bln_err *err)
{
	struct bln_list_options options = { .is_shallow = true, .names_only = true };
	struct bln_listing *listing = NULL;
	const struct bln_object *object;
	enum bln_status status;

	options.prefix = bln_table_log_key(table, arena, "");
	if (!options.prefix)
		return bln_err_memory(err);
	BLN_TRY(bln_store_list(table->store, &options, &listing, err));
	for (;;) {
		const char *name;

		BLN_TRY(bln_listing_next(listing, &object, err));
		if (!object)
			break;
		name = object->key + strlen(options.prefix);
		if (bln_log_name_parse(bln_slice_of(name)).kind == BLN_LOG_OTHER)
			continue;
		status = bln_err_set(err, BLN_EXISTS, "there is a table at '%s' already",
				     bln_quote(table->prefix, strlen(table->prefix)).text);
		break;
	}
done:
	bln_listing_close(listing);
	return status;
}

static enum bln_status texts_json(struct bln_slices texts, struct bln_text *text, struct bln_err *err)
{
	bln_text_add(text, "[");
	for (size_t i = 0; i < texts.count; i++) {
		bln_text_add(text, i ? "," : "");
		bln_json_add_string(text, texts.items[i].at, texts.items[i].length);
	}
	bln_text_add(text, "]");
	return bln_text_check(text, err);
}

static enum bln_status content_make(const struct bln_table_spec *spec, const struct needs *needs,
				    struct bln_text *content, struct bln_err *err)
{
	int64_t now_ms = bln_clock_now_us(spec->clock) / BLN_US_PER_MS;
	char table_id[BLN_UUID_TEXT_SIZE];
	char commit_id[BLN_UUID_TEXT_SIZE];
	struct bln_text schema = { 0 };
	struct bln_text partition = { 0 };
	struct bln_commit_stamp stamp = { .time_ms = now_ms, .read_version = -1, .id = commit_id };
	struct bln_action actions[2] = { { .kind = BLN_ACTION_PROTOCOL, .protocol = needs->protocol },
					 { .kind = BLN_ACTION_METADATA } };
	struct bln_pair parameter;
	struct bln_commit commit = { .actions = actions, .action_count = 2, .operation = "CREATE TABLE" };
	enum bln_status status;

	bln_uuid_make(spec->random, table_id);
	bln_uuid_make(spec->random, commit_id);
	bln_schema_format(spec->schema, &schema);
	BLN_TRY(bln_text_check(&schema, err));
	BLN_TRY(texts_json(spec->partition_columns, &partition, err));
	actions[1].metadata = (struct bln_metadata){
		.id = bln_slice_of(table_id),
		.name = bln_slice_of(spec->name),
		.description = bln_slice_of(spec->description),
		.format = bln_slice_of("parquet"),
		.schema = { schema.at, schema.length },
		.partition_columns = spec->partition_columns,
		.configuration = spec->configuration,
		.created_ms = now_ms,
	};
	parameter =
		(struct bln_pair){ .key = bln_slice_of("partitionBy"), .value = { partition.at, partition.length } };
	commit.parameters = (struct bln_pairs){ &parameter, 1 };
	stamp.has_in_commit_time = bln_protocol_has_commit_timestamps(&needs->protocol, &actions[1].metadata);
	BLN_TRY(bln_commit_text(&commit, &stamp, content, err));
done:
	bln_text_clean_up(&schema);
	bln_text_clean_up(&partition);
	return status;
}

enum bln_status bln_table_create(const struct bln_table *table, const struct bln_table_spec *spec, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct bln_text content = { 0 };
	struct bln_text other = { 0 };
	struct needs needs = { 0 };
	struct bln_log_put put = {
		.table = table, .clock = spec->clock, .random = spec->random, .content = &content, .other = &other
	};
	enum bln_status status;

	BLN_TRY(bln_schema_check_names(spec->schema, err));
	BLN_TRY(bln_schema_check_partition(spec->schema, spec->partition_columns, err));
	BLN_TRY(needs_find(spec, &needs, err));
	BLN_TRY(absence_check(table, &arena, err));
	BLN_TRY(content_make(spec, &needs, &content, err));
	BLN_TRY(bln_log_put_version(&put, 0, err));
done:
	if (status == BLN_EXISTS)
		status = bln_err_set(err, BLN_EXISTS, "there is a table at '%s' already",
				     bln_quote(table->prefix, strlen(table->prefix)).text);
	bln_text_clean_up(&content);
	bln_text_clean_up(&other);
	bln_arena_clean_up(&arena);
	return status;
}
