/* What a query gives, as text that a test can compare. */
#ifndef BLN_ENGINE_ROWS_TEST_KIT_H
#define BLN_ENGINE_ROWS_TEST_KIT_H

#include "base/base_test.h"

#include "base/text.h"
#include "engine/engine.h"

/* Puts the rows of SQL into OUT, of SIZE bytes: columns with '|' between, rows with '\n' behind. */
static inline void test_rows(struct bln_engine *engine, const char *sql, char *out, size_t size)
{
	struct bln_text wrapped = { 0 };
	struct bln_rows *rows;
	struct bln_err err = { 0 };
	size_t length = 0;
	size_t count;

	bln_text_add_format(&wrapped, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (%s)", sql);
	assert_ok(bln_engine_query(engine, wrapped.at, &rows, &err), &err);
	out[0] = '\0';
	for (;;) {
		assert_ok(bln_rows_next(rows, &count, &err), &err);
		if (count == 0)
			break;
		for (size_t row = 0; row < count; row++) {
			for (size_t column = 0; column < bln_rows_column_count(rows); column++) {
				struct bln_slice text = bln_rows_text(rows, column, row);

				assert_true(length + text.length + 16 < size);
				length += (size_t)snprintf(out + length, size - length, "%s%.*s", column ? "|" : "",
							   text.at ? (int)text.length : 4, text.at ? text.at : "NULL");
			}
			length += (size_t)snprintf(out + length, size - length, "\n");
		}
	}
	bln_rows_destroy(rows);
	bln_text_clean_up(&wrapped);
}

#endif
