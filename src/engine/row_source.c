/* Table functions whose rows come from C. DuckDB cannot forget a function, so each name has a slot that lives as long as the
 * engine; sources are put into it and taken out. Read bln_row_source_add, then on_bind, on_thread, on_block. */
#include "engine/row_source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "engine/engine_private.h"

enum { SLOTS_MAX = 64, NAME_SIZE = 64, THREADS_MAX = 1024, WAIT_US = 100, WAITS_MAX = 100000 };

struct slot {
	struct bln_engine *engine;
	const struct bln_row_source *source; /* NULL: removed */
	char name[NAME_SIZE];
};

struct bln_row_sources {
	struct slot slots[SLOTS_MAX]; /* never move: DuckDB points to them */
	size_t count;
	pthread_mutex_t lock; /* of ERR: any of DuckDB's threads may fail */
	struct bln_err err; /* what the first callback that failed said */
	atomic_int reader_count; /* not yet destroyed */
};

/* One of DuckDB's threads on its way through a source. */
struct reader {
	struct bln_engine *engine;
	const struct bln_row_source *source;
	void *thread;
	bool is_open;
	bool is_done;
	bool wanted[BLN_ROW_COLUMNS_MAX];
	idx_t places[BLN_ROW_COLUMNS_MAX]; /* of the wanted columns in DuckDB's chunk */
	struct bln_row_vector vectors[BLN_ROW_COLUMNS_MAX];
};

/* DuckDB's callbacks carry nothing that can be read without its functions: these are the ones that lead from a callback to
 * its engine. The library is one for the whole process and stays loaded. */
static struct {
	_Atomic(__typeof__(&duckdb_bind_get_extra_info)) of_bind;
	_Atomic(__typeof__(&duckdb_init_get_extra_info)) of_init;
	_Atomic(__typeof__(&duckdb_function_get_local_init_data)) of_function;
} leads;

static const duckdb_type types[BLN_ROW_TYPES] = {
	[BLN_ROW_VARCHAR] = DUCKDB_TYPE_VARCHAR,	  [BLN_ROW_BIGINT] = DUCKDB_TYPE_BIGINT,
	[BLN_ROW_INTEGER] = DUCKDB_TYPE_INTEGER,	  [BLN_ROW_DOUBLE] = DUCKDB_TYPE_DOUBLE,
	[BLN_ROW_TIMESTAMPTZ] = DUCKDB_TYPE_TIMESTAMP_TZ, [BLN_ROW_DATE] = DUCKDB_TYPE_DATE,
	[BLN_ROW_BOOLEAN] = DUCKDB_TYPE_BOOLEAN,
};

static void error_keep(struct bln_row_sources *sources, enum bln_status status, const struct bln_err *err)
{
	pthread_mutex_lock(&sources->lock);
	if (sources->err.status == BLN_OK) {
		sources->err = *err;
		sources->err.status = status;
	}
	pthread_mutex_unlock(&sources->lock);
}

enum bln_status bln_row_sources_take_error(struct bln_engine *engine, struct bln_err *err)
{
	struct bln_row_sources *sources = engine->row_sources;
	enum bln_status status;

	if (!sources)
		return BLN_OK;
	pthread_mutex_lock(&sources->lock);
	status = sources->err.status;
	if (status != BLN_OK && err)
		*err = sources->err;
	sources->err = (struct bln_err){ 0 };
	pthread_mutex_unlock(&sources->lock);
	return status;
}

static void on_bind(duckdb_bind_info info)
{
	const struct slot *slot = leads.of_bind(info);
	const struct bln_duckdb *db = &slot->engine->db;
	const struct bln_row_source *source = slot->source;

	if (!source) {
		db->bind_set_error(info, "this function's rows are no longer there");
		return;
	}
	for (size_t i = 0; i < source->column_count; i++) {
		duckdb_logical_type type = db->create_logical_type(types[source->columns[i].type]);

		db->bind_add_result_column(info, source->columns[i].name, type);
		db->destroy_logical_type(&type);
	}
	if (source->rows_estimate > 0)
		db->bind_set_cardinality(info, (idx_t)source->rows_estimate, false);
}

static void on_start(duckdb_init_info info)
{
	const struct slot *slot;
	const struct bln_row_source *source;

	BLN_TAKE_FROM_CALLER();
	slot = leads.of_init(info);
	source = slot->source;
	slot->engine->db.init_set_max_threads(info, source && source->threads_max > 0 ? (idx_t)source->threads_max
										      : THREADS_MAX);
}

static void reader_destroy(void *data)
{
	struct reader *reader = data;

	if (reader->is_open && reader->source->thread_close)
		reader->source->thread_close(reader->thread);
	BLN_HAND_BACK();
	atomic_fetch_sub(&reader->engine->row_sources->reader_count, 1);
	bln_mem_free(reader);
}

/* DuckDB lets go of a reader when the task that has it is dropped by its thread, which may be a moment after the statement
 * has returned to us. Whoever wants to free a source must let that moment pass. */
static void readers_wait(struct bln_row_sources *sources)
{
	for (int i = 0; sources && i < WAITS_MAX && atomic_load(&sources->reader_count) > 0; i++)
		bln_clock_sleep_us(bln_clock_system(), WAIT_US);
}

/* A thread begins. DuckDB asks for the columns it wants in an order of its own; a column that is none of ours stands for
 * rows that are only counted. */
static void on_thread(duckdb_init_info info)
{
	struct reader *reader = bln_mem_calloc(1, sizeof(*reader));
	const struct bln_duckdb *db;
	const struct slot *slot;
	struct bln_err err = { 0 };
	enum bln_status status;

	BLN_TAKE_FROM_CALLER();
	slot = leads.of_init(info);
	db = &slot->engine->db;
	if (!reader || !slot->source) {
		status = reader ? bln_err_set(&err, BLN_INVALID, "%s() has no rows any more", slot->name)
				: bln_err_memory(&err);
		goto done;
	}
	reader->engine = slot->engine;
	reader->source = slot->source;
	for (idx_t place = 0; place < db->init_get_column_count(info); place++) {
		idx_t column = db->init_get_column_index(info, place);

		if (column < reader->source->column_count) {
			reader->wanted[column] = true;
			reader->places[column] = place;
		}
	}
	BLN_TRY(reader->source->thread_open(reader->source->context, reader->wanted, &reader->thread, &err));
	reader->is_open = true;
	atomic_fetch_add(&slot->engine->row_sources->reader_count, 1);
	db->init_set_init_data(info, reader, reader_destroy);
	BLN_HAND_BACK();
	return;
done:
	bln_mem_free(reader);
	error_keep(slot->engine->row_sources, status, &err);
	db->init_set_error(info, err.message);
}

static void vectors_bind(struct reader *reader, duckdb_data_chunk chunk)
{
	const struct bln_duckdb *db = &reader->engine->db;
	const struct bln_row_source *source = reader->source;

	for (size_t i = 0; i < source->column_count; i++) {
		struct bln_row_vector *vector = &reader->vectors[i];
		duckdb_vector of_duckdb;

		if (!reader->wanted[i])
			continue;
		of_duckdb = db->data_chunk_get_vector(chunk, reader->places[i]);
		vector->vector = of_duckdb;
		vector->values = db->vector_get_data(of_duckdb);
		if (source->columns[i].is_nullable) {
			db->vector_ensure_validity_writable(of_duckdb);
			vector->validity = db->vector_get_validity(of_duckdb);
		}
	}
}

static void on_block(duckdb_function_info info, duckdb_data_chunk chunk)
{
	struct reader *reader = leads.of_function(info);
	const struct bln_duckdb *db = &reader->engine->db;
	struct bln_row_block block = {
		.columns = reader->vectors,
		.column_count = reader->source->column_count,
		.types = reader->source->columns,
		.db = db,
	};
	struct bln_err err = { 0 };
	enum bln_status status = BLN_OK;

	if (reader->is_done)
		goto done;
	BLN_TRY(bln_cancel_check(reader->engine->cancel, &err));
	vectors_bind(reader, chunk);
	BLN_TRY(reader->source->next(reader->thread, &block, &err));
	if (block.count > BLN_ROWS_CHUNK)
		BLN_TRY(bln_err_set(&err, BLN_BUG, "%s() gave a block of %zu rows", reader->source->name, block.count));
done:
	reader->is_done = reader->is_done || status != BLN_OK || block.count == 0;
	if (status != BLN_OK) {
		error_keep(reader->engine->row_sources, status, &err);
		db->function_set_error(info, err.message);
	}
	db->data_chunk_set_size(chunk, reader->is_done ? 0 : block.count);
	BLN_HAND_BACK();
}

static enum bln_status function_register(struct slot *slot, struct bln_err *err)
{
	const struct bln_duckdb *db = &slot->engine->db;
	duckdb_table_function function = db->create_table_function();
	duckdb_state state;

	leads.of_bind = db->bind_get_extra_info;
	leads.of_init = db->init_get_extra_info;
	leads.of_function = db->function_get_local_init_data;
	db->table_function_set_name(function, slot->name);
	db->table_function_set_extra_info(function, slot, NULL);
	db->table_function_set_bind(function, on_bind);
	db->table_function_set_init(function, on_start);
	db->table_function_set_local_init(function, on_thread);
	db->table_function_set_function(function, on_block);
	db->table_function_supports_projection_pushdown(function, true);
	state = db->register_table_function(slot->engine->connection, function);
	db->destroy_table_function(&function);
	if (state == DuckDBError)
		return bln_err_set(err, BLN_INVALID, "DuckDB refuses a function of the name %s", slot->name);
	return BLN_OK;
}

static struct slot *slot_find(const struct bln_engine *engine, const char *name)
{
	struct bln_row_sources *sources = engine->row_sources;

	for (size_t i = 0; sources && i < sources->count; i++)
		if (strcmp(sources->slots[i].name, name) == 0)
			return &sources->slots[i];
	return NULL;
}

static enum bln_status slot_add(struct bln_engine *engine, const char *name, struct slot **out, struct bln_err *err)
{
	struct bln_row_sources *sources = engine->row_sources;
	struct slot *slot;
	enum bln_status status;

	if (!sources) {
		sources = bln_mem_calloc(1, sizeof(*sources));
		if (!sources)
			return bln_err_memory(err);
		pthread_mutex_init(&sources->lock, NULL);
		engine->row_sources = sources;
	}
	if (sources->count == SLOTS_MAX || strlen(name) >= NAME_SIZE)
		return bln_err_set(err, BLN_INVALID, "%s: at most %d functions of names under %d bytes", name,
				   SLOTS_MAX, NAME_SIZE);
	slot = &sources->slots[sources->count];
	slot->engine = engine;
	memcpy(slot->name, name, strlen(name) + 1);
	BLN_TRY(function_register(slot, err));
	sources->count++;
	*out = slot;
done:
	return status;
}

enum bln_status bln_row_source_add(struct bln_engine *engine, const struct bln_row_source *source, struct bln_err *err)
{
	struct slot *slot = slot_find(engine, source->name);
	enum bln_status status = BLN_OK;

	if (source->column_count == 0 || source->column_count > BLN_ROW_COLUMNS_MAX)
		return bln_err_set(err, BLN_INVALID, "%s() has %zu columns: 1 to %d are possible", source->name,
				   source->column_count, BLN_ROW_COLUMNS_MAX);
	readers_wait(engine->row_sources);
	if (!slot)
		BLN_TRY(slot_add(engine, source->name, &slot, err));
	slot->source = source;
done:
	return status;
}

void bln_row_source_remove(struct bln_engine *engine, const char *name)
{
	struct slot *slot = slot_find(engine, name);

	readers_wait(engine->row_sources);
	if (slot)
		slot->source = NULL;
}

void bln_row_sources_destroy(struct bln_row_sources *sources)
{
	if (!sources)
		return;
	pthread_mutex_destroy(&sources->lock);
	bln_mem_free(sources);
}
