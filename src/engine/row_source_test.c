#include "base/base_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "engine/row_source.h"

/* Units of rows are handed out to whoever asks; a row knows its unit and its place in it. */
enum { UNITS = 40, UNIT_ROWS = 7000 };

enum {
	COLUMN_UNIT,
	COLUMN_PLACE,
	COLUMN_TIME,
	COLUMN_SHORT,
	COLUMN_LONG,
	COLUMN_DOUBLE,
	COLUMN_DATE,
	COLUMN_FLAG,
	COLUMN_NOTHING,
	COLUMNS
};

static const struct bln_row_column columns[COLUMNS] = {
	[COLUMN_UNIT] = { "unit", BLN_ROW_BIGINT, false },	[COLUMN_PLACE] = { "place", BLN_ROW_INTEGER, false },
	[COLUMN_TIME] = { "time", BLN_ROW_TIMESTAMPTZ, true },	[COLUMN_SHORT] = { "short", BLN_ROW_VARCHAR, false },
	[COLUMN_LONG] = { "long", BLN_ROW_VARCHAR, true },	[COLUMN_DOUBLE] = { "number", BLN_ROW_DOUBLE, false },
	[COLUMN_DATE] = { "day", BLN_ROW_DATE, false },		[COLUMN_FLAG] = { "flag", BLN_ROW_BOOLEAN, false },
	[COLUMN_NOTHING] = { "nothing", BLN_ROW_DOUBLE, true },
};

struct units {
	atomic_int next;
	atomic_int opened, closed;
	int fails_at; /* the unit that cannot be read; 0: none */
	bool is_endless;
	atomic_bool asked[COLUMNS];
};

struct unit_thread {
	struct units *units;
	int unit;
	int place;
};

static enum bln_status unit_open(void *context, const bool *wanted, void **out, struct bln_err *err)
{
	struct units *units = context;
	struct unit_thread *thread = bln_mem_calloc(1, sizeof(*thread));

	if (!thread)
		return bln_err_memory(err);
	for (size_t i = 0; i < COLUMNS; i++)
		if (wanted[i])
			units->asked[i] = true;
	*thread = (struct unit_thread){ .units = units, .place = UNIT_ROWS };
	units->opened++;
	*out = thread;
	return BLN_OK;
}

static void unit_close(void *data)
{
	struct unit_thread *thread = data;

	thread->units->closed++;
	bln_mem_free(thread);
}

static void unit_fill(const struct unit_thread *thread, struct bln_row_block *block)
{
	for (size_t row = 0; row < block->count; row++) {
		int place = thread->place + (int)row;
		char text[64];

		if (block->columns[COLUMN_PLACE].values)
			((int32_t *)block->columns[COLUMN_PLACE].values)[row] = place;
		if (block->columns[COLUMN_TIME].values) {
			((int64_t *)block->columns[COLUMN_TIME].values)[row] = place;
			if (place % 3 == 0)
				block->columns[COLUMN_TIME].validity[row / 64] &= ~(UINT64_C(1) << (row % 64));
		}
		snprintf(text, sizeof(text), "%d", place);
		bln_row_block_set_text(block, COLUMN_SHORT, row, text, strlen(text));
		snprintf(text, sizeof(text), "a text that lies on the heap: %d", place);
		bln_row_block_set_text(block, COLUMN_LONG, row, text, strlen(text));
		if (block->columns[COLUMN_DOUBLE].values)
			((double *)block->columns[COLUMN_DOUBLE].values)[row] = place / 4.0;
	}
	bln_row_block_set_constant_int64(block, COLUMN_UNIT, thread->unit);
	bln_row_block_set_constant_int64(block, COLUMN_DATE, 19000 + thread->unit);
	bln_row_block_set_constant_int64(block, COLUMN_FLAG, thread->unit % 2);
	bln_row_block_set_constant_null(block, COLUMN_NOTHING);
}

static enum bln_status unit_next(void *data, struct bln_row_block *block, struct bln_err *err)
{
	struct unit_thread *thread = data;
	int left;

	if (thread->place == UNIT_ROWS) {
		thread->unit = ++thread->units->next;
		thread->place = 0;
	}
	if (thread->units->fails_at && thread->unit == thread->units->fails_at)
		return bln_err_set(err, BLN_CORRUPT, "unit %d is 100%% torn", thread->unit);
	if (thread->unit > UNITS && !thread->units->is_endless)
		return BLN_OK;
	left = UNIT_ROWS - thread->place;
	block->count = left < BLN_ROWS_CHUNK ? (size_t)left : BLN_ROWS_CHUNK;
	unit_fill(thread, block);
	thread->place += (int)block->count;
	return BLN_OK;
}

static struct bln_row_source source_of(struct units *units)
{
	return (struct bln_row_source){
		.name = "units",
		.columns = columns,
		.column_count = COLUMNS,
		.context = units,
		.thread_open = unit_open,
		.next = unit_next,
		.thread_close = unit_close,
	};
}

static struct bln_engine *opened(struct bln_cancel *cancel)
{
	struct bln_engine_settings settings = { .memory_bytes = INT64_C(256) << 20, .threads = 2, .cancel = cancel };
	struct bln_engine *engine;
	struct bln_err err = { 0 };

	assert_ok(bln_engine_open(&settings, &engine, &err), &err);
	return engine;
}

static int64_t number(struct bln_engine *engine, const char *sql)
{
	struct bln_err err = { 0 };
	int64_t value = -1;

	assert_ok(bln_engine_query_int64(engine, sql, &value, NULL, &err), &err);
	return value;
}

static void every_row_comes_once_with_its_values(void **state)
{
	struct bln_engine *engine = opened(NULL);
	struct units units = { 0 };
	struct bln_row_source source = source_of(&units);
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	assert_int_equal(number(engine,
				"SELECT count(*) FROM (SELECT * FROM units() WHERE number = place / 4.0 "
				"AND short = place::VARCHAR AND long = 'a text that lies on the heap: ' || place "
				"AND (time IS NULL) = (place % 3 = 0) AND (time IS NULL OR epoch_us(time) = place) "
				"AND day = DATE '2022-01-08' + unit::INT AND flag = (unit % 2 = 1) AND nothing IS NULL "
				"GROUP BY ALL)"),
			 UNITS * UNIT_ROWS);
	bln_row_source_remove(engine, "units"); /* which waits for DuckDB's threads to let go */
	assert_int_equal(units.opened, units.closed);
	for (size_t i = 0; i < COLUMNS; i++)
		assert_true(units.asked[i]);
	bln_engine_close(engine);
}

static void only_the_columns_asked_for_are_asked_for(void **state)
{
	struct bln_engine *engine = opened(NULL);
	struct units units = { 0 };
	struct bln_row_source source = source_of(&units);
	struct bln_err err = { 0 };
	size_t asked = 0;
	(void)state;

	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	assert_int_equal(number(engine, "SELECT count(*) FROM units()"), UNITS * UNIT_ROWS);
	for (size_t i = 0; i < COLUMNS; i++)
		asked += units.asked[i];
	assert_in_range(asked, 0, 1); /* counting alone, DuckDB reads one column where it finds no cheaper one */
	units = (struct units){ 0 };
	assert_int_equal(number(engine, "SELECT sum(length(short) * 0 + place + unit * 0)::BIGINT FROM units()"),
			 INT64_C(1) * UNITS * UNIT_ROWS * (UNIT_ROWS - 1) / 2);
	assert_true(units.asked[COLUMN_PLACE] && units.asked[COLUMN_SHORT] && units.asked[COLUMN_UNIT]);
	assert_false(units.asked[COLUMN_LONG] || units.asked[COLUMN_TIME] || units.asked[COLUMN_DOUBLE]);
	bln_engine_close(engine);
}

/* What staging relies on: each thread's file has the rows of a unit together and in their order. */
static void a_thread_keeps_the_rows_of_a_unit_together(void **state)
{
	struct bln_engine *engine = opened(NULL);
	struct units units = { 0 };
	struct bln_row_source source = source_of(&units);
	struct bln_err err = { 0 };
	char folder[] = "/tmp/bln-row-source-XXXXXX";
	char sql[512];
	(void)state;

	assert_non_null(mkdtemp(folder));
	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	assert_ok(bln_engine_exec(engine, "SET preserve_insertion_order = false", &err), &err);
	snprintf(sql, sizeof(sql),
		 "COPY (FROM units()) TO '%s/out' (FORMAT parquet, PER_THREAD_OUTPUT, ROW_GROUP_SIZE 4096)", folder);
	assert_ok(bln_engine_exec(engine, sql, &err), &err);
	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FILTER (unit <> before_unit OR place <> before_place + 1) FROM (SELECT unit, place, "
		 "lag(unit) OVER w AS before_unit, lag(place) OVER w AS before_place "
		 "FROM read_parquet('%s/out/*.parquet', filename = true, file_row_number = true) "
		 "WINDOW w AS (PARTITION BY filename ORDER BY file_row_number))",
		 folder);
	assert_in_range(number(engine, sql), UNITS - 2, UNITS);
	snprintf(sql, sizeof(sql), "rm -r %s", folder);
	assert_int_equal(system(sql), 0);
	bln_engine_close(engine);
}

static void an_error_comes_out_as_it_was_said(void **state)
{
	struct bln_engine *engine = opened(NULL);
	struct units units = { .fails_at = 7 };
	struct bln_row_source source = source_of(&units);
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	assert_int_equal(bln_engine_query_int64(engine, "SELECT count(*) FROM units()", &value, NULL, &err),
			 BLN_CORRUPT);
	assert_string_equal(err.message, "unit 7 is 100% torn");
	/* It is said once: the next failure is its own. */
	assert_int_equal(bln_engine_query_int64(engine, "SELECT error('other')", &value, NULL, &err), BLN_INVALID);
	assert_says(err.message, "other");
	units.next = 0;
	assert_int_equal(bln_engine_exec(engine, "CREATE TABLE t AS FROM units()", &err), BLN_CORRUPT);
	assert_string_equal(err.message, "unit 7 is 100% torn");
	bln_row_source_remove(engine, "units"); /* which waits for DuckDB's threads to let go */
	assert_int_equal(units.opened, units.closed);
	bln_engine_close(engine);
}

static void endless_rows_can_be_stopped(void **state)
{
	struct bln_cancel cancel = { 0 };
	struct bln_engine *engine = opened(&cancel);
	struct units units = { .is_endless = true };
	struct bln_row_source source = source_of(&units);
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	bln_cancel_set_timeout(&cancel, bln_clock_system(), 50000);
	assert_int_equal(bln_engine_query_int64(engine, "SELECT count(*) FROM units()", &value, NULL, &err),
			 BLN_CANCELLED);
	assert_string_equal(err.message, "out of time");
	bln_row_source_remove(engine, "units"); /* which waits for DuckDB's threads to let go */
	assert_int_equal(units.opened, units.closed);
	bln_engine_close(engine);
}

static void a_name_can_be_given_other_rows_and_be_taken_away(void **state)
{
	static const struct bln_row_column one[] = { { "unit", BLN_ROW_BIGINT, false } };
	struct bln_engine *engine = opened(NULL);
	struct units units = { 0 };
	struct bln_row_source source = source_of(&units);
	struct bln_row_source none = source;
	struct units ended = { .next = UNITS };
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	assert_int_equal(number(engine, "SELECT count(*) FROM (DESCRIBE FROM units())"), COLUMNS);
	none.columns = one;
	none.column_count = 1;
	none.context = &ended;
	assert_ok(bln_row_source_add(engine, &none, &err), &err);
	assert_int_equal(number(engine, "SELECT count(*) FROM (DESCRIBE FROM units())"), 1);
	bln_row_source_remove(engine, "units");
	assert_int_equal(bln_engine_query_int64(engine, "SELECT count(*) FROM units()", &value, NULL, &err),
			 BLN_INVALID);
	assert_says(err.message, "no longer there");
	none.column_count = 0;
	assert_int_equal(bln_row_source_add(engine, &none, &err), BLN_INVALID);
	bln_engine_close(engine);
}

static void without_memory_a_thread_fails_and_nothing_leaks(void **state)
{
	struct bln_engine *engine = opened(NULL);
	struct units units = { 0 };
	struct bln_row_source source = source_of(&units);
	struct bln_err err = { 0 };
	int64_t value;
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	assert_ok(bln_row_source_add(engine, &source, &err), &err);
	for (uint64_t nth = 1; status == BLN_NO_MEMORY && nth < 100; nth++) {
		units.next = 0;
		bln_mem_fail_at(nth, true);
		status = bln_engine_query_int64(engine, "SELECT count(*) FROM units()", &value, NULL, &err);
		bln_mem_fail_at(0, false);
	}
	assert_ok(status, &err);
	assert_int_equal(value, UNITS * UNIT_ROWS);
	bln_row_source_remove(engine, "units"); /* which waits for DuckDB's threads to let go */
	assert_int_equal(units.opened, units.closed);
	bln_engine_close(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_comes_once_with_its_values),
		cmocka_unit_test(only_the_columns_asked_for_are_asked_for),
		cmocka_unit_test(a_thread_keeps_the_rows_of_a_unit_together),
		cmocka_unit_test(an_error_comes_out_as_it_was_said),
		cmocka_unit_test(endless_rows_can_be_stopped),
		cmocka_unit_test(a_name_can_be_given_other_rows_and_be_taken_away),
		cmocka_unit_test(without_memory_a_thread_fails_and_nothing_leaks),
	};

	return cmocka_run_group_tests_name("row_source", tests, NULL, NULL);
}
