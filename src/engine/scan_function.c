/* The two functions through which a scan's view asks for what is known of a file. They run on DuckDB's threads. */
#include <string.h>

#include "engine/scan_private.h"

/* Rows come file by file: most often the file is that of the row before, its path even by the same pointer. */
struct cursor {
	const struct bln_scan_files *files;
	struct bln_slice path;
	const struct bln_scan_file *file;
	size_t range; /* of the file's deleted rows, that was looked at last */
};

/* Whether the path of ROW names a file of the scan, which the cursor then is at. */
static bool cursor_move(struct cursor *cursor, const struct bln_vector *paths, idx_t row)
{
	struct bln_slice path = bln_vector_text(paths, row);

	if (cursor->file && path.at == cursor->path.at && path.length == cursor->path.length)
		return true;
	cursor->path = path;
	cursor->file = path.at ? bln_map_get(&cursor->files->by_path, path.at, path.length) : NULL;
	cursor->range = 0;
	return cursor->file;
}

static const struct bln_scan_files *slot_files(const struct bln_duckdb *db, duckdb_function_info info)
{
	static const struct bln_scan_files none; /* somebody called the function before there was a view */
	const struct bln_scan_slot *slot;

	BLN_TAKE_FROM_CALLER();
	slot = db->scalar_function_get_extra_info(info);
	return slot->files ? slot->files : &none;
}

static void refuse(duckdb_function_info info)
{
	bln_duckdb_loaded()->scalar_function_set_error(info,
						       "what was asked for is no file, or no column, of this scan");
}

/* Whether all rows ask for the same. */
static bool is_same(const struct bln_vector *paths, const int32_t *columns, idx_t count)
{
	struct bln_slice first = bln_vector_text(paths, 0);

	for (idx_t row = 1; row < count; row++) {
		struct bln_slice path = bln_vector_text(paths, row);

		if (path.at != first.at || path.length != first.length || columns[row] != columns[0])
			return false;
	}
	return true;
}

/* One value for all rows: DuckDB then casts and compares it once. */
static void value_repeat(const struct bln_duckdb *db, struct bln_slice text, duckdb_vector output)
{
	duckdb_value value = text.at ? db->create_varchar_length(text.at, text.length) : db->create_null_value();

	db->vector_reference_value(output, value);
	db->destroy_value(&value);
}

static void value_assign(const struct bln_duckdb *db, struct bln_slice text, duckdb_vector output, idx_t row)
{
	if (text.at) {
		db->vector_assign_string_element_len(output, row, text.at, text.length);
		return;
	}
	db->vector_ensure_validity_writable(output);
	db->validity_set_row_invalid(db->vector_get_validity(output), row);
}

/* (path, n) → the value of partition column n, as text. */
static void value_function(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const struct bln_duckdb *db = bln_duckdb_loaded();
	const struct bln_scan_files *files = slot_files(db, info);
	struct bln_vector paths = bln_vector_column(db, input, 0);
	const int32_t *columns = bln_vector_column(db, input, 1).data;
	idx_t count = db->data_chunk_get_size(input);
	struct cursor cursor = { .files = files };
	bool is_repeated = count > 0 && is_same(&paths, columns, count);

	for (idx_t row = 0; row < count; row++) {
		if (!cursor_move(&cursor, &paths, row) || columns[row] < 0 ||
		    (size_t)columns[row] >= files->partition_count) {
			refuse(info);
			return;
		}
		if (is_repeated) {
			value_repeat(db, cursor.file->values[columns[0]], output);
			break;
		}
		value_assign(db, cursor.file->values[columns[row]], output, row);
	}
	BLN_HAND_BACK();
}

/* Whether ROW is in none of the ranges of DV. *RANGE is where the last one was found, and is moved. */
static bool row_lives(const struct bln_dv *dv, int64_t row, size_t *range)
{
	size_t low = 0;
	size_t high = dv->range_count; /* the first range that begins behind ROW lies in LOW to HIGH */

	if (*range < high && dv->ranges[*range].first <= row) /* the next row is most often in the same place */
		low = *range + 1;
	if (low < high && low == *range + 1 && dv->ranges[low].first > row)
		high = low;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (dv->ranges[middle].first <= row)
			low = middle + 1;
		else
			high = middle;
	}
	*range = low > 0 ? low - 1 : 0;
	return low == 0 || row > dv->ranges[low - 1].last;
}

/* (path, row) → whether row, from 0, is not deleted. */
static void lives_function(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const struct bln_duckdb *db = bln_duckdb_loaded();
	struct bln_vector paths = bln_vector_column(db, input, 0);
	struct bln_vector rows = bln_vector_column(db, input, 1);
	idx_t count = db->data_chunk_get_size(input);
	struct cursor cursor = { .files = slot_files(db, info) };
	bool *lives = db->vector_get_data(output);

	for (idx_t row = 0; row < count; row++) {
		if (!cursor_move(&cursor, &paths, row)) {
			refuse(info);
			return;
		}
		lives[row] = row_lives(&cursor.file->dv, bln_vector_int64(&rows, row), &cursor.range);
	}
	BLN_HAND_BACK();
}

static enum bln_status function_register(struct bln_engine *engine, struct bln_scan_slot *slot, const char *name,
					 duckdb_type second, duckdb_type returns, duckdb_scalar_function_t call,
					 struct bln_err *err)
{
	const struct bln_duckdb *db = &engine->db;
	duckdb_scalar_function function = db->create_scalar_function();
	duckdb_logical_type path_type = db->create_logical_type(DUCKDB_TYPE_VARCHAR);
	duckdb_logical_type second_type = db->create_logical_type(second);
	duckdb_logical_type return_type = db->create_logical_type(returns);
	enum bln_status status = BLN_OK;

	db->scalar_function_set_name(function, name);
	db->scalar_function_add_parameter(function, path_type);
	db->scalar_function_add_parameter(function, second_type);
	db->scalar_function_set_return_type(function, return_type);
	db->scalar_function_set_extra_info(function, slot, NULL); /* the engine's */
	db->scalar_function_set_function(function, call);
	if (db->register_scalar_function(engine->connection, function) == DuckDBError)
		status = bln_err_set(err, BLN_BUG, "DuckDB refuses the function %s", name);
	db->destroy_logical_type(&path_type);
	db->destroy_logical_type(&second_type);
	db->destroy_logical_type(&return_type);
	db->destroy_scalar_function(&function);
	return status;
}

enum bln_status bln_scan_functions_register(struct bln_engine *engine, struct bln_scan_slot *slot, struct bln_err *err)
{
	enum bln_status status;

	BLN_TRY(function_register(engine, slot, slot->value_name, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_VARCHAR,
				  value_function, err));
	BLN_TRY(function_register(engine, slot, slot->lives_name, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BOOLEAN,
				  lives_function, err));
done:
	return status;
}
