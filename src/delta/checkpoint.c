#include "delta/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/time.h"
#include "base/uuid.h"
#include "delta/property.h"

enum { LAST_CHECKPOINT_BYTES_MAX = 1 << 20, LINES_BYTES = 1 << 20 };

/* The lines of a checkpoint on their way to the local disk, LINES_BYTES at a time. */
struct lines {
	const char *path;
	FILE *file;
	struct bln_text text;
	struct bln_checkpoint_written written;
	struct bln_err *err;
};

bool bln_checkpoint_is_due(const struct bln_metadata *metadata, int64_t version)
{
	int64_t interval;

	/* A property that cannot be read must not keep a log from having checkpoints. */
	if (bln_property_count(metadata, "delta.checkpointInterval", BLN_CHECKPOINT_INTERVAL, &interval, NULL) !=
	    BLN_OK)
		interval = BLN_CHECKPOINT_INTERVAL;
	return version > 0 && version % interval == 0;
}

/* What struct bln_action does not carry, or the port does not write, would be gone for good once the log is cleaned up. */
static enum bln_status may_write(const struct bln_snapshot *snapshot, struct bln_err *err)
{
	const struct bln_metadata *metadata = &snapshot->metadata;
	enum bln_status status;

	BLN_TRY(bln_protocol_check_write(&snapshot->protocol, metadata, &snapshot->schema, BLN_WRITE_REARRANGE, err));
	if (bln_slices_have(snapshot->protocol.writer_features, "clustering"))
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "the table uses the feature 'clustering': this version writes no checkpoints of it");
	if (bln_metadata_is_on(metadata, "delta.checkpoint.writeStatsAsStruct"))
		return bln_err_set(
			err, BLN_UNSUPPORTED,
			"the table has delta.checkpoint.writeStatsAsStruct: this version writes no such checkpoints");
done:
	return status;
}

static enum bln_status lines_flush(struct lines *lines)
{
	enum bln_status status;

	BLN_TRY(bln_text_check(&lines->text, lines->err));
	if (lines->text.length && fwrite(lines->text.at, 1, lines->text.length, lines->file) != lines->text.length)
		return bln_err_errno(lines->err, errno, "cannot write %s", lines->path);
	bln_text_clear(&lines->text);
done:
	return status;
}

static enum bln_status lines_add(struct lines *lines, const struct bln_action *action)
{
	bln_action_format(action, &lines->text);
	lines->written.actions++;
	return lines->text.length < LINES_BYTES && !lines->text.has_failed ? BLN_OK : lines_flush(lines);
}

static enum bln_status files_add(const struct bln_snapshot *snapshot, struct lines *lines)
{
	const struct bln_pair *as_json =
		bln_pairs_find(snapshot->metadata.configuration, "delta.checkpoint.writeStatsAsJson");
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < snapshot->file_count; i++) {
		struct bln_action action = { .kind = BLN_ACTION_ADD, .add = snapshot->files[i] };

		action.add.is_data_change = false; /* a checkpoint changes nothing */
		if (as_json && bln_slice_is(as_json->value, "false"))
			action.add.stats = (struct bln_slice){ 0 };
		BLN_TRY(lines_add(lines, &action));
		lines->written.files++;
	}
done:
	return status;
}

/* Those that somebody still needs who reads an older version, and that vacuum goes by. */
static enum bln_status tombstones_add(const struct bln_snapshot *snapshot, int64_t now_us, struct lines *lines)
{
	enum bln_status status = BLN_OK;
	int64_t retention_us;
	int64_t expired_ms;

	if (bln_property_duration(&snapshot->metadata, "delta.deletedFileRetentionDuration",
				  BLN_RETENTION_TOMBSTONES_US, &retention_us, NULL) != BLN_OK)
		retention_us = BLN_TIME_US_MAX; /* it cannot be read: all are kept */
	expired_ms = (now_us - retention_us) / BLN_US_PER_MS;
	for (size_t i = 0; i < snapshot->tombstone_count; i++) {
		struct bln_action action = { .kind = BLN_ACTION_REMOVE, .remove = snapshot->tombstones[i] };

		if (action.remove.deleted_ms <= expired_ms)
			continue;
		action.remove.is_data_change = false;
		BLN_TRY(lines_add(lines, &action));
	}
done:
	return status;
}

static enum bln_status actions_add(const struct bln_snapshot *snapshot, int64_t now_us, struct lines *lines)
{
	struct bln_action action = { .kind = BLN_ACTION_PROTOCOL, .protocol = snapshot->protocol };
	enum bln_status status;

	BLN_TRY(lines_add(lines, &action));
	action = (struct bln_action){ .kind = BLN_ACTION_METADATA, .metadata = snapshot->metadata };
	BLN_TRY(lines_add(lines, &action));
	for (size_t i = 0; i < snapshot->txn_count; i++) {
		action = (struct bln_action){ .kind = BLN_ACTION_TXN, .txn = snapshot->txns[i] };
		BLN_TRY(lines_add(lines, &action));
	}
	for (size_t i = 0; i < snapshot->domain_count; i++) {
		action = (struct bln_action){ .kind = BLN_ACTION_DOMAIN, .domain = snapshot->domains[i] };
		BLN_TRY(lines_add(lines, &action));
	}
	BLN_TRY(files_add(snapshot, lines));
	BLN_TRY(tombstones_add(snapshot, now_us, lines));
	BLN_TRY(lines_flush(lines));
done:
	return status;
}

static enum bln_status lines_write(const struct bln_snapshot *snapshot, int64_t now_us, struct lines *lines)
{
	enum bln_status status;

	lines->file = fopen(lines->path, "wbxe");
	if (!lines->file)
		return bln_err_errno(lines->err, errno, "cannot make %s", lines->path);
	status = actions_add(snapshot, now_us, lines);
	if (fclose(lines->file) != 0 && status == BLN_OK)
		status = bln_err_errno(lines->err, errno, "cannot write %s", lines->path);
	bln_text_clean_up(&lines->text);
	return status;
}

enum bln_status bln_last_checkpoint_read(const struct bln_table *table, int64_t *version, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct bln_text bytes = { 0 };
	const char *key = bln_table_log_key(table, &arena, BLN_LAST_CHECKPOINT);
	enum bln_status status;
	json_t *json = NULL;

	*version = -1;
	if (!key)
		return bln_err_memory(err);
	status = bln_store_get(table->store, key, LAST_CHECKPOINT_BYTES_MAX, &bytes, err);
	if (status == BLN_OK && bln_json_parse(bytes.at, bytes.length, BLN_LAST_CHECKPOINT, &json, NULL) == BLN_OK &&
	    bln_json_get_int(json, "version", version, NULL) != BLN_OK)
		*version = -1;
	if (status == BLN_NOT_FOUND || status == BLN_CORRUPT)
		status = BLN_OK;
	json_decref(json);
	bln_text_clean_up(&bytes);
	bln_arena_clean_up(&arena);
	return status;
}

static enum bln_status last_checkpoint_write(const struct bln_snapshot *snapshot,
					     const struct bln_checkpoint_written *written, struct bln_arena *arena,
					     struct bln_err *err)
{
	const char *key = bln_table_log_key(&snapshot->table, arena, BLN_LAST_CHECKPOINT);
	const char *json = bln_arena_printf(arena,
					    "{\"version\":%" PRId64 ",\"size\":%" PRId64 ",\"sizeInBytes\":%" PRId64
					    ",\"numOfAddFiles\":%" PRId64 "}",
					    snapshot->version, written->actions, written->size_bytes, written->files);
	enum bln_status status;
	int64_t there;

	if (!key || !json)
		return bln_err_memory(err);
	/* A slow writer must not point readers back; if it does in spite of this, they only read more. */
	BLN_TRY(bln_last_checkpoint_read(&snapshot->table, &there, err));
	if (there < snapshot->version)
		BLN_TRY(bln_store_put(snapshot->table.store, key, json, strlen(json), err));
done:
	return status;
}

static enum bln_status publish(const struct bln_snapshot *snapshot, const char *parquet_path,
			       struct bln_checkpoint_written *written, struct bln_arena *arena, struct bln_err *err)
{
	const struct bln_log_name name = { .kind = BLN_LOG_CHECKPOINT,
					   .version = snapshot->version,
					   .version_to = snapshot->version };
	char text[BLN_LOG_NAME_SIZE];
	enum bln_status status;
	struct stat stat_of;
	const char *key;

	bln_log_name_format(&name, text);
	key = bln_table_log_key(&snapshot->table, arena, text);
	if (!key)
		return bln_err_memory(err);
	if (stat(parquet_path, &stat_of) != 0)
		return bln_err_errno(err, errno, "cannot look at %s", parquet_path);
	written->size_bytes = stat_of.st_size;
	BLN_TRY(bln_store_put_file(snapshot->table.store, key, parquet_path, err));
	BLN_TRY(last_checkpoint_write(snapshot, written, arena, err));
done:
	return status;
}

enum bln_status bln_log_checkpoint(const struct bln_snapshot *snapshot, const struct bln_checkpoint_spec *spec,
				   struct bln_checkpoint_written *written, struct bln_err *err)
{
	struct lines lines = { .err = err };
	struct bln_arena arena = { 0 };
	char id[BLN_UUID_TEXT_SIZE];
	const char *parquet_path = NULL;
	enum bln_status status;

	BLN_TRY(may_write(snapshot, err));
	bln_uuid_make(spec->random, id);
	lines.path = bln_arena_printf(&arena, "%s/checkpoint-%s.json", spec->staging, id);
	parquet_path = bln_arena_printf(&arena, "%s/checkpoint-%s.parquet", spec->staging, id);
	if (!lines.path || !parquet_path) {
		status = bln_err_memory(err);
		goto done;
	}
	BLN_TRY(lines_write(snapshot, bln_clock_now_us(spec->clock), &lines));
	BLN_TRY(spec->parquet->actions_write(spec->parquet->context, lines.path, parquet_path, err));
	BLN_TRY(publish(snapshot, parquet_path, &lines.written, &arena, err));
	if (written)
		*written = lines.written;
done:
	if (lines.path)
		(void)unlink(lines.path);
	if (parquet_path)
		(void)unlink(parquet_path);
	bln_arena_clean_up(&arena);
	return status;
}
