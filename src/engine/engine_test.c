#include "base/base_test.h"

#include <dirent.h>
#include <unistd.h>

#include "engine/engine.h"

static struct bln_engine *opened(struct bln_engine_settings settings)
{
	struct bln_engine *engine;
	struct bln_err err = { 0 };

	if (settings.memory_bytes == 0)
		settings.memory_bytes = INT64_C(256) << 20;
	if (settings.threads == 0)
		settings.threads = 2;
	assert_ok(bln_engine_open(&settings, &engine, &err), &err);
	return engine;
}

static void rows_stream_typed_and_with_nulls(void **state)
{
	struct bln_engine *engine = opened((struct bln_engine_settings){ 0 });
	struct bln_rows *rows;
	struct bln_err err = { 0 };
	size_t count;
	int64_t seen = 0;
	(void)state;

	assert_ok(bln_engine_query(
			  engine,
			  "SELECT i AS n, CASE WHEN i % 2 = 0 THEN 'text long enough for the heap ' || i END AS t, "
			  "i > 5 AS b FROM range(10000) r(i)",
			  &rows, &err),
		  &err);
	assert_int_equal(bln_rows_column_count(rows), 3);
	for (;;) {
		assert_ok(bln_rows_next(rows, &count, &err), &err);
		if (count == 0)
			break;
		for (size_t row = 0; row < count; row++, seen++) {
			char text[64];

			assert_int_equal(bln_rows_int64(rows, 0, row), seen);
			assert_int_equal(bln_rows_is_null(rows, 1, row), seen % 2);
			snprintf(text, sizeof(text), "text long enough for the heap %lld", (long long)seen);
			if (seen % 2 == 0)
				assert_true(bln_slice_is(bln_rows_text(rows, 1, row), text));
			assert_int_equal(bln_rows_bool(rows, 2, row), seen > 5);
		}
	}
	assert_int_equal(seen, 10000);
	bln_rows_destroy(rows);
	bln_engine_close(engine);
}

static void what_duckdb_refuses_is_told(void **state)
{
	struct bln_engine *engine = opened((struct bln_engine_settings){ 0 });
	struct bln_rows *rows;
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_engine_query(engine, "SELECT nonsense", &rows, &err), BLN_INVALID);
	assert_says(err.message, "nonsense");
	assert_int_equal(bln_engine_exec(engine, "SELEC 1", &err), BLN_INVALID);
	assert_int_equal(bln_engine_query(engine, "SELECT error('boom')", &rows, &err), BLN_INVALID);
	assert_says(err.message, "boom");
	bln_engine_close(engine);
}

/* What goes wrong after a statement began comes without a word about results that are closed. */
static void what_fails_late_is_told_for_what_it_is(void **state)
{
	struct bln_engine *engine = opened((struct bln_engine_settings){ 0 });
	struct bln_rows *rows;
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(
		bln_engine_query(engine,
				 "SELECT sum(CASE WHEN i = 90000 THEN error('late') END) FROM range(100000) t(i)",
				 &rows, &err),
		BLN_INVALID);
	assert_string_equal(err.message, "Invalid Input Error: late");
	assert_int_equal(bln_engine_query(engine, "FROM read_csv('/nowhere/a.csv', columns = {'a': 'INT'})", &rows,
					  &err),
			 BLN_IO);
	bln_engine_close(engine);
}

static void a_statement_is_checked_as_it_stands(void **state)
{
	struct bln_engine *engine = opened((struct bln_engine_settings){ 0 });
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_engine_check(engine, "SELECT error('only when it runs')", &err), &err);
	assert_int_equal(bln_engine_check(engine, "SELECT 1,\n  nonsense", &err), BLN_INVALID);
	assert_says(err.message, "LINE 2:   nonsense");
	bln_engine_close(engine);
}

static void cancelling_ends_a_statement_and_leaves_the_engine_usable(void **state)
{
	struct bln_cancel cancel = { 0 };
	struct bln_engine *engine = opened((struct bln_engine_settings){ .cancel = &cancel });
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	bln_cancel_set_timeout(&cancel, bln_clock_system(), 50000);
	assert_int_equal(bln_engine_query_int64(engine,
						"SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) "
						"WHERE hash(i + j) % 7 = 3",
						&value, NULL, &err),
			 BLN_CANCELLED);
	assert_string_equal(err.message, "out of time");
	cancel.clock = NULL;
	assert_ok(bln_engine_query_int64(engine, "SELECT 41 + 1", &value, NULL, &err), &err);
	assert_int_equal(value, 42);
	bln_engine_close(engine);
}

static void memory_has_a_limit(void **state)
{
	struct bln_engine *engine = opened((struct bln_engine_settings){ .memory_bytes = INT64_C(64) << 20 });
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	assert_int_equal(bln_engine_query_int64(engine, "SELECT len(list(i)) FROM range(200000000) r(i)", &value, NULL,
						&err),
			 BLN_NO_MEMORY);
	bln_engine_close(engine);
}

static double most;

static void progress_told(void *context, double percent)
{
	(void)context;
	most = percent > most ? percent : most;
}

static void long_work_tells_its_progress(void **state)
{
	struct bln_engine *engine = opened((struct bln_engine_settings){ .on_progress = progress_told });
	struct bln_err err = { 0 };
	int64_t value;
	(void)state;

	assert_ok(bln_engine_exec(engine, "CREATE TABLE t AS SELECT i FROM range(3000000) r(i)", &err), &err);
	assert_ok(bln_engine_query_int64(engine, "SELECT count(DISTINCT hash(i)) FROM t", &value, NULL, &err), &err);
	assert_int_equal(value, 3000000);
	assert_true(most > 0);
	bln_engine_close(engine);
}

static void statements_run_side_by_side(void **state)
{
	enum { COUNT = 5 };
	const char *const sql[COUNT] = { "SELECT 10::BIGINT, current_setting('TimeZone')", "SELECT 11::BIGINT",
					 "SELECT count(*) + 12 FROM range(1000000) r(i) WHERE i < 0",
					 "SELECT 13::BIGINT WHERE 1 = 2", "SELECT 14::BIGINT" };
	struct bln_engine *engine = opened((struct bln_engine_settings){ 0 });
	struct bln_rows *rows[COUNT];
	struct bln_err err = { 0 };
	size_t count;
	(void)state;

	assert_ok(bln_engine_query_all(engine, sql, COUNT, rows, &err), &err);
	for (size_t i = 0; i < COUNT; i++) {
		assert_ok(bln_rows_next(rows[i], &count, &err), &err);
		assert_int_equal(count, i == 3 ? 0 : 1);
		if (count)
			assert_int_equal(bln_rows_int64(rows[i], 0, 0), 10 + i);
		if (i == 0)
			assert_true(bln_slice_is(bln_rows_text(rows[i], 1, 0), "UTC"));
		bln_rows_destroy(rows[i]);
	}
	assert_ok(bln_engine_query_all(engine, sql, 0, rows, &err), &err);
	bln_engine_close(engine);
}

static void one_of_several_that_fails_is_told(void **state)
{
	const char *const sql[] = { "SELECT 1", "SELECT error('boom')", "SELECT 3" };
	struct bln_cancel cancel = { 0 };
	struct bln_engine *engine = opened((struct bln_engine_settings){ .cancel = &cancel });
	struct bln_rows *rows[3];
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_engine_query_all(engine, sql, 3, rows, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "boom"));
	for (size_t i = 0; i < 3; i++)
		bln_rows_destroy(rows[i]);
	bln_cancel_request(&cancel);
	assert_int_equal(bln_engine_query_all(engine, sql, 1, rows, &err), BLN_CANCELLED);
	assert_null(rows[0]);
	bln_engine_close(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_stream_typed_and_with_nulls),
		cmocka_unit_test(what_duckdb_refuses_is_told),
		cmocka_unit_test(what_fails_late_is_told_for_what_it_is),
		cmocka_unit_test(a_statement_is_checked_as_it_stands),
		cmocka_unit_test(cancelling_ends_a_statement_and_leaves_the_engine_usable),
		cmocka_unit_test(memory_has_a_limit),
		cmocka_unit_test(statements_run_side_by_side),
		cmocka_unit_test(one_of_several_that_fails_is_told),
		cmocka_unit_test(long_work_tells_its_progress),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
