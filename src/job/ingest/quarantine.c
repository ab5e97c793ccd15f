#include "job/ingest/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "job/work.h"
#include "job/write/table_write.h"

enum { PENDING_MAX = 1 << 18, WRITES_MAX = 8 };

enum bln_status bln_quarantine_open(struct bln_job_context *context, struct bln_quarantine *quarantine,
				    struct bln_err *err)
{
	const char *folder;
	enum bln_status status;

	*quarantine = (struct bln_quarantine){ .fd = -1 };
	pthread_mutex_init(&quarantine->lock, NULL);
	BLN_TRY(bln_work_part(context->work, context->arena, &folder, err));
	quarantine->path = bln_arena_printf(context->arena, "%s/refused.json", folder);
	if (!quarantine->path)
		return bln_err_memory(err);
	quarantine->fd = open(quarantine->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (quarantine->fd < 0)
		status = bln_err_errno(err, errno, "cannot make %s", quarantine->path);
done:
	return status;
}

void bln_quarantine_close(struct bln_quarantine *quarantine)
{
	if (!quarantine->path)
		return;
	if (quarantine->fd >= 0)
		close(quarantine->fd);
	bln_text_clean_up(&quarantine->pending);
	pthread_mutex_destroy(&quarantine->lock);
	*quarantine = (struct bln_quarantine){ .fd = -1 };
}

static enum bln_status pending_write(struct bln_quarantine *quarantine, struct bln_err *err)
{
	const char *at = quarantine->pending.at;
	size_t left = quarantine->pending.length;
	enum bln_status status = bln_text_check(&quarantine->pending, err);

	while (status == BLN_OK && left) {
		ssize_t written = write(quarantine->fd, at, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return bln_err_errno(err, errno, "cannot write %s", quarantine->path);
		at += written;
		left -= (size_t)written;
	}
	bln_text_clear(&quarantine->pending);
	return status;
}

static void add_member(struct bln_text *text, const char *key, const char *value)
{
	bln_text_add_format(text, ",\"%s\":", key);
	bln_json_add_string(text, value, strlen(value));
}

static void add_after(struct bln_text *text, int64_t after_us)
{
	bln_text_add(text, ",\"is_unplaced\":true");
	if (after_us != INT64_MIN)
		bln_text_add_format(text, ",\"after\":%" PRId64, after_us);
}

static enum bln_status line_end(struct bln_quarantine *quarantine, struct bln_err *err)
{
	bln_text_add(&quarantine->pending, "}\n");
	if (quarantine->pending.length >= PENDING_MAX || quarantine->pending.has_failed)
		return pending_write(quarantine, err);
	return BLN_OK;
}

/* A refusal is called UNIT:LINE:REASON. */
static size_t unit_length(const char *id)
{
	const char *reason = strrchr(id, ':');
	const char *line = reason ? memrchr(id, ':', (size_t)(reason - id)) : NULL;

	return line ? (size_t)(line - id) : strlen(id);
}

enum bln_status bln_quarantine_add(struct bln_quarantine *quarantine, const struct bln_refusal *refusal,
				   struct bln_err *err)
{
	const struct bln_unit *unit = refusal->unit;
	struct bln_text *text = &quarantine->pending;
	enum bln_status status;

	pthread_mutex_lock(&quarantine->lock);
	bln_text_add_format(text, "{\"line\":%" PRId64 ",\"is_kept\":%s", refusal->line,
			    refusal->is_kept ? "true" : "false");
	add_member(text, "id", refusal->id);
	add_member(text, "reason", bln_reason_code(refusal->reason));
	bln_text_add(text, ",\"unit\":");
	bln_json_add_string(text, refusal->id, unit_length(refusal->id));
	add_member(text, "source", unit->source);
	add_member(text, "symbol", unit->symbol);
	add_member(text, "frequency", unit->frequency);
	bln_text_add(text, ",\"path\":");
	if (unit->entry) {
		struct bln_text path = { 0 };

		bln_text_add_format(&path, "%s:%s", unit->path, unit->entry);
		bln_json_add_string(text, path.at ? path.at : "", path.length);
		bln_text_clean_up(&path);
	} else {
		bln_json_add_string(text, unit->path, strlen(unit->path));
	}
	bln_text_add(text, ",\"raw\":");
	bln_json_add_string(text, refusal->raw, refusal->raw_length);
	if (refusal->is_unplaced)
		add_after(text, refusal->after_us);
	quarantine->count++;
	status = line_end(quarantine, err);
	pthread_mutex_unlock(&quarantine->lock);
	return status;
}

enum bln_status bln_quarantine_place(struct bln_quarantine *quarantine, const struct bln_unplaced *unplaced,
				     struct bln_err *err)
{
	struct bln_text *text = &quarantine->pending;
	char id[BLN_UNIT_ID_SIZE];
	enum bln_status status;

	bln_unit_id(unplaced->unit, id);
	pthread_mutex_lock(&quarantine->lock);
	bln_text_add_format(text, "{\"before\":%" PRId64, unplaced->before_us);
	add_member(text, "unit", id);
	add_after(text, unplaced->after_us);
	status = line_end(quarantine, err);
	pthread_mutex_unlock(&quarantine->lock);
	return status;
}

/* One try: BLN_CONFLICT where others added to the table meanwhile, perhaps the same. */
static enum bln_status rows_add(struct bln_job_context *context, const char *table, const char *sql,
				struct bln_err *err)
{
	static const char *const key[] = { "id" };
	const struct bln_write_spec spec = { .table = table, .mode = BLN_WRITE_ADD_NEW, .key = { key, 1 } };
	const struct bln_write_commit commit = { 0 };
	struct bln_table_writer *writer = NULL;
	struct bln_commit_result result;
	enum bln_status status;

	BLN_TRY(bln_table_writer_open(context, &spec, NULL, &writer, err));
	BLN_TRY(bln_table_writer_add(writer, sql, err));
	BLN_TRY(bln_table_writer_commit(writer, &commit, &result, err));
done:
	bln_table_writer_close(writer);
	return status;
}

/* Rows without an id say where those of their unit lie that stand behind the same candle. */
static void sql_make(const struct bln_quarantine *quarantine, int64_t loaded_at_us, struct bln_text *sql)
{
	bln_text_add(sql, "WITH told AS NOT MATERIALIZED (FROM read_json(");
	bln_text_add_quoted(sql, '\'', quarantine->path, strlen(quarantine->path));
	bln_text_add_format(
		sql,
		", format = 'newline_delimited', columns = {id: 'VARCHAR', reason: 'VARCHAR', is_kept: 'BOOLEAN', "
		"unit: 'VARCHAR', source: 'VARCHAR', symbol: 'VARCHAR', frequency: 'VARCHAR', path: 'VARCHAR', "
		"line: 'BIGINT', raw: 'VARCHAR', is_unplaced: 'BOOLEAN', \"after\": 'BIGINT', \"before\": 'BIGINT'})) "
		"SELECT r.id, r.reason, r.is_kept, r.unit, r.source, r.symbol, r.frequency, r.path, r.line, r.raw, "
		"make_timestamptz(%" PRId64 ") AS loaded_at, make_timestamptz(r.\"after\") AS after_datetime, "
		"make_timestamptz(p.\"before\") AS before_datetime "
		"FROM told r LEFT JOIN (FROM told WHERE id IS NULL) p ON p.unit = r.unit AND p.is_unplaced = r.is_unplaced "
		"AND p.\"after\" IS NOT DISTINCT FROM r.\"after\" WHERE r.id IS NOT NULL",
		loaded_at_us);
}

enum bln_status bln_quarantine_write(struct bln_job_context *context, struct bln_quarantine *quarantine,
				     const char *table, int64_t loaded_at_us, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	enum bln_status status;

	if (quarantine->count == 0)
		return BLN_OK;
	BLN_TRY(pending_write(quarantine, err));
	sql_make(quarantine, loaded_at_us, &sql);
	BLN_TRY(bln_text_check(&sql, err));
	status = BLN_CONFLICT;
	for (int i = 0; i < WRITES_MAX && status == BLN_CONFLICT; i++)
		status = rows_add(context, table, sql.at, err);
done:
	bln_text_clean_up(&sql);
	return status;
}
