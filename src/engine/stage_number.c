/* Each combination of partition and split values gets a number while its rows pass by, and COPY tells files apart by that
 * number alone: it makes boxed values of the columns that it partitions by, row by row, which of three columns cost more than
 * writing the rows.
 *
 * The function is the engine's, since DuckDB cannot forget one; what it counts is the stage's that runs. */
#include <pthread.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "engine/stage_private.h"

#define NUMBER_FUNCTION "bln_file_number"

struct bln_stage_numbers {
	pthread_mutex_t lock; /* of all: DuckDB's threads call at once */
	struct bln_map by_key; /* the values, written one behind the other → number */
	struct bln_arena arena;
	const struct bln_slice **values; /* COLUMNS per number; { NULL, 0 } is null */
	size_t count, capacity;
	size_t columns;
};

/* Appends what no other value has at this place of a key. */
static void key_add(struct bln_text *key, struct bln_slice value)
{
	const size_t length = value.at ? value.length : SIZE_MAX;

	bln_text_add_bytes(key, (const char *)&length, sizeof(length));
	bln_text_add_bytes(key, value.at ? value.at : "", value.length);
}

static bool values_keep(struct bln_stage_numbers *numbers, const struct bln_vector *columns, idx_t row)
{
	struct bln_slice *values = bln_arena_calloc(&numbers->arena, numbers->columns, sizeof(*values));

	if (!values || !bln_mem_grow(&numbers->values, numbers->count, &numbers->capacity, sizeof(*numbers->values)))
		return false;
	for (size_t i = 0; i < numbers->columns; i++) {
		values[i] = bln_vector_text(&columns[i], row);
		if (values[i].at &&
		    !(values[i].at = bln_arena_strndup(&numbers->arena, values[i].at, values[i].length)))
			return false;
	}
	numbers->values[numbers->count] = values;
	return true;
}

/* The number of ROW's values, a new one where they come for the first time; -1: out of memory. KEY is the thread's room. */
static int32_t number_find(struct bln_stage_numbers *numbers, const struct bln_vector *columns, idx_t row,
			   struct bln_text *key)
{
	struct bln_map_entry *entry;
	int32_t number = -1;
	bool is_new;

	bln_text_clear(key);
	for (size_t i = 0; i < numbers->columns; i++)
		key_add(key, bln_vector_text(&columns[i], row));
	if (key->has_failed)
		return -1;
	pthread_mutex_lock(&numbers->lock);
	entry = bln_map_find(&numbers->by_key, key->at, key->length);
	if (!entry && numbers->count < BLN_STAGE_FILES_MAX && values_keep(numbers, columns, row)) {
		const char *copy = bln_arena_strndup(&numbers->arena, key->at, key->length);

		entry = copy ? bln_map_insert(&numbers->by_key, copy, key->length, &is_new) : NULL;
		if (entry)
			entry->number = numbers->count++;
	}
	if (entry)
		number = (int32_t)entry->number;
	pthread_mutex_unlock(&numbers->lock);
	return number;
}

/* Rows mostly come in runs, and DuckDB's texts of one value are mostly the same bytes: short ones lie in them. */
static bool is_as_before(const struct bln_vector *columns, size_t count, idx_t row)
{
	for (size_t i = 0; i < count; i++) {
		const duckdb_string_t *texts = columns[i].data;
		bool is_null = bln_vector_is_null(&columns[i], row);

		if (is_null != bln_vector_is_null(&columns[i], row - 1) ||
		    (!is_null && memcmp(&texts[row], &texts[row - 1], sizeof(*texts)) != 0))
			return false;
	}
	return true;
}

static void number_function(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
	const struct bln_duckdb *db = bln_duckdb_loaded();
	struct bln_stage_numbers *numbers = db->scalar_function_get_extra_info(info);
	struct bln_vector columns[2 * BLN_STAGE_KEYS_MAX];
	idx_t count = db->data_chunk_get_size(input);
	int32_t *out = db->vector_get_data(output);
	struct bln_text key = { 0 };
	size_t column_count;

	BLN_TAKE_FROM_CALLER();
	column_count = numbers->columns;
	for (size_t i = 0; i < column_count; i++)
		columns[i] = bln_vector_column(db, input, i);
	for (idx_t row = 0; row < count; row++) {
		out[row] = row > 0 && is_as_before(columns, column_count, row)
				   ? out[row - 1]
				   : number_find(numbers, columns, row, &key);
		if (out[row] < 0) {
			db->scalar_function_set_error(info, "Out of Memory: the files cannot be numbered");
			break;
		}
	}
	bln_text_clean_up(&key);
	BLN_HAND_BACK();
}

static enum bln_status function_register(struct bln_engine *engine, struct bln_err *err)
{
	const struct bln_duckdb *db = &engine->db;
	duckdb_scalar_function function = db->create_scalar_function();
	duckdb_logical_type text = db->create_logical_type(DUCKDB_TYPE_VARCHAR);
	duckdb_logical_type number = db->create_logical_type(DUCKDB_TYPE_INTEGER);
	enum bln_status status = BLN_OK;

	db->scalar_function_set_name(function, NUMBER_FUNCTION);
	db->scalar_function_set_varargs(function, text);
	db->scalar_function_set_special_handling(function); /* a null is a value */
	db->scalar_function_set_return_type(function, number);
	db->scalar_function_set_extra_info(function, engine->stage_numbers, NULL);
	db->scalar_function_set_function(function, number_function);
	if (db->register_scalar_function(engine->connection, function) == DuckDBError)
		status = bln_err_set(err, BLN_BUG, "DuckDB refuses the function " NUMBER_FUNCTION);
	db->destroy_logical_type(&number);
	db->destroy_logical_type(&text);
	db->destroy_scalar_function(&function);
	return status;
}

static void numbers_clear(struct bln_stage_numbers *numbers)
{
	bln_map_clean_up(&numbers->by_key);
	bln_arena_clean_up(&numbers->arena);
	bln_mem_free(numbers->values);
	numbers->values = NULL;
	numbers->count = 0;
	numbers->capacity = 0;
}

enum bln_status bln_stage_numbers_begin(struct bln_engine *engine, size_t columns, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	if (!engine->stage_numbers) {
		engine->stage_numbers = bln_mem_calloc(1, sizeof(*engine->stage_numbers));
		if (!engine->stage_numbers)
			return bln_err_memory(err);
		pthread_mutex_init(&engine->stage_numbers->lock, NULL);
		status = function_register(engine, err);
	}
	numbers_clear(engine->stage_numbers);
	engine->stage_numbers->columns = columns;
	return status;
}

const struct bln_slice *bln_stage_numbers_values(const struct bln_engine *engine, int64_t number)
{
	const struct bln_stage_numbers *numbers = engine->stage_numbers;

	return number >= 0 && (size_t)number < numbers->count ? numbers->values[number] : NULL;
}

void bln_stage_numbers_add_call(const char *arguments, struct bln_text *sql)
{
	bln_text_add_format(sql, NUMBER_FUNCTION "(%s)", arguments);
}

void bln_stage_numbers_destroy(struct bln_stage_numbers *numbers)
{
	if (!numbers)
		return;
	numbers_clear(numbers);
	pthread_mutex_destroy(&numbers->lock);
	bln_mem_free(numbers);
}
