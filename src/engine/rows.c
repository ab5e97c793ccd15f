/* Rows out of a statement. */
#include <string.h>

#include "base/mem.h"
#include "engine/engine_private.h"

static enum bln_status query(struct bln_engine *engine, const char *sql, bool is_streaming, struct bln_rows **out,
			     struct bln_err *err)
{
	struct bln_rows *rows = bln_mem_calloc(1, sizeof(*rows));
	enum bln_status status;

	*out = NULL;
	if (!rows)
		return bln_err_memory(err);
	rows->engine = engine;
	BLN_TRY(bln_engine_run(engine, sql, is_streaming, &rows->result, err));
	rows->column_count = engine->db.column_count(&rows->result);
	if (rows->column_count > BLN_ROWS_COLUMNS_MAX) {
		status = bln_err_set(err, BLN_UNSUPPORTED, "a result of more than %d columns", BLN_ROWS_COLUMNS_MAX);
		goto done;
	}
	rows->columns = bln_mem_calloc(rows->column_count + 1, sizeof(*rows->columns));
	if (!rows->columns) {
		status = bln_err_memory(err);
		goto done;
	}
	*out = rows;
	rows = NULL;
done:
	bln_rows_destroy(rows);
	return status;
}

enum bln_status bln_engine_query(struct bln_engine *engine, const char *sql, struct bln_rows **out, struct bln_err *err)
{
	return query(engine, sql, true, out, err);
}

enum bln_status bln_engine_query_held(struct bln_engine *engine, const char *sql, struct bln_rows **out,
				      struct bln_err *err)
{
	return query(engine, sql, false, out, err);
}

void bln_rows_destroy(struct bln_rows *rows)
{
	if (!rows)
		return;
	if (rows->chunk)
		rows->engine->db.destroy_data_chunk(&rows->chunk);
	rows->engine->db.destroy_result(&rows->result);
	BLN_TAKE_BACK();
	bln_mem_free(rows->columns);
	bln_mem_free(rows);
}

size_t bln_rows_column_count(const struct bln_rows *rows)
{
	return rows->column_count;
}

enum bln_status bln_rows_next(struct bln_rows *rows, size_t *count, struct bln_err *err)
{
	const struct bln_duckdb *db = &rows->engine->db;
	enum bln_status status;
	const char *message;

	*count = 0;
	if (rows->chunk)
		db->destroy_data_chunk(&rows->chunk);
	BLN_TRY(bln_cancel_check(rows->engine->cancel, err));
	BLN_HAND_TO_THREADS();
	rows->chunk = db->fetch_chunk(rows->result);
	BLN_TAKE_BACK();
	if (!rows->chunk) {
		message = db->result_error(&rows->result);
		return message ? bln_engine_failed(rows->engine, message, err) : BLN_OK;
	}
	*count = db->data_chunk_get_size(rows->chunk);
	for (size_t i = 0; i < rows->column_count; i++)
		rows->columns[i] = bln_vector_column(db, rows->chunk, i);
done:
	return status;
}

bool bln_rows_is_null(const struct bln_rows *rows, size_t column, size_t row)
{
	return bln_vector_is_null(&rows->columns[column], row);
}

struct bln_slice bln_rows_text(const struct bln_rows *rows, size_t column, size_t row)
{
	return bln_vector_text(&rows->columns[column], row);
}

int64_t bln_rows_int64(const struct bln_rows *rows, size_t column, size_t row)
{
	return bln_vector_int64(&rows->columns[column], row);
}

bool bln_rows_bool(const struct bln_rows *rows, size_t column, size_t row)
{
	return bln_vector_bool(&rows->columns[column], row);
}

enum bln_status bln_engine_query_int64(struct bln_engine *engine, const char *sql, int64_t *out, bool *is_null,
				       struct bln_err *err)
{
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count;
	bool is_absent;

	BLN_TRY(bln_engine_query(engine, sql, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	is_absent = count == 0 || bln_rows_is_null(rows, 0, 0);
	*out = is_absent ? 0 : bln_rows_int64(rows, 0, 0);
	if (is_null)
		*is_null = is_absent;
done:
	bln_rows_destroy(rows);
	return status;
}

/* Several statements at once are not prepared but run by the text: used for settings and small set-up only. */
enum bln_status bln_engine_exec(struct bln_engine *engine, const char *sql, struct bln_err *err)
{
	const struct bln_duckdb *db = &engine->db;
	duckdb_result result = { 0 };
	enum bln_status status = BLN_OK;

	BLN_HAND_TO_THREADS();
	if (db->query(engine->connection, sql, &result) == DuckDBError)
		status = bln_engine_failed(engine, db->result_error(&result), err);
	db->destroy_result(&result);
	BLN_TAKE_BACK();
	return status;
}
