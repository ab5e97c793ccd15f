/* Examples say what is skipped; the property says that nothing is that could match: random files and filters against all
 * rows, with statistics as different writers make them. */
#include "base/base_test.h"

#include <inttypes.h>
#include <math.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "base/time.h"
#include "engine/prune.h"

static const char schema_json[] = "{\"type\":\"struct\",\"fields\":["
				  "{\"name\":\"n\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"x\",\"type\":\"double\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"f\",\"type\":\"float\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"s\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"t\",\"type\":\"timestamp\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"d\",\"type\":\"date\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"m\",\"type\":\"decimal(10,2)\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"b\",\"type\":\"boolean\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"p\",\"type\":\"integer\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"q\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"r\",\"type\":\"float\",\"nullable\":true,\"metadata\":{}},"
				  "{\"name\":\"u\",\"type\":\"decimal(38,10)\",\"nullable\":true,\"metadata\":{}}]}";

struct fixture {
	struct bln_snapshot snapshot;
	struct bln_add adds[64];
};

static void begin(struct fixture *f)
{
	static const char *const partition[] = { "p", "q", "r", "u" };
	struct bln_slice *names;
	struct bln_err err = { 0 };

	memset(f, 0, sizeof(*f));
	f->snapshot.files = f->adds;
	assert_ok(bln_schema_parse(bln_slice_of(schema_json), false, &f->snapshot.arena, &f->snapshot.schema, &err),
		  &err);
	names = bln_arena_alloc(&f->snapshot.arena, sizeof(*names) * 4);
	assert_non_null(names);
	for (int i = 0; i < 4; i++)
		names[i] = bln_slice_of(partition[i]);
	f->snapshot.metadata.partition_columns = (struct bln_slices){ names, 4 };
}

static void add_file(struct fixture *f, const char *partition, const char *stats)
{
	struct bln_add *add = &f->adds[f->snapshot.file_count++];
	struct bln_pair *pairs = bln_arena_calloc(&f->snapshot.arena, 4, sizeof(*pairs));
	struct bln_slice rest = bln_slice_of(bln_arena_strdup(&f->snapshot.arena, partition));
	size_t count = 0;

	assert_non_null(pairs);
	while (rest.length) { /* "p=1;q" : q is null */
		struct bln_slice pair = bln_slice_cut(&rest, ';');

		pairs[count].key = bln_slice_cut(&pair, '=');
		pairs[count].value = pair;
		pairs[count].is_null = !pair.at;
		count++;
	}
	*add = (struct bln_add){ .path = bln_slice_of("x"), .partition = { pairs, count } };
	add->stats = bln_slice_of(bln_arena_strdup(&f->snapshot.arena, stats));
}

/* Whether the one file of F is kept. */
static bool kept(struct fixture *f, const char *column, enum bln_predicate_op op, struct bln_literal literal)
{
	const struct bln_predicate predicate = { .column = column, .op = op, .values = &literal, .value_count = 1 };
	const struct bln_add *const *files;
	struct bln_err err = { 0 };
	size_t count;

	assert_ok(bln_prune(&f->snapshot, &predicate, 1, &f->snapshot.arena, &files, &count, &err), &err);
	return count == 1;
}

#define INT(value) ((struct bln_literal){ .kind = BLN_LITERAL_INT, .integer = (value) })
#define REAL(value) ((struct bln_literal){ .kind = BLN_LITERAL_DOUBLE, .number = (value) })
#define TEXT(value) ((struct bln_literal){ .kind = BLN_LITERAL_TEXT, .text = bln_slice_of(value) })
#define BOOL(value) ((struct bln_literal){ .kind = BLN_LITERAL_BOOL, .boolean = (value) })

static void statistics_rule_files_out(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	add_file(
		&f, "p=5;q=abc;r=0.1;u=2.5",
		"{\"numRecords\":10,\"minValues\":{\"n\":-5,\"x\":1.5,\"f\":0.1,\"s\":\"b\",\"t\":\"2024-01-01T00:00:00.000Z\","
		"\"d\":\"2024-01-01\",\"m\":1.5},\"maxValues\":{\"n\":7,\"x\":2.5,\"f\":0.1,\"s\":\"m\",\"t\":\"2024-01-02T00:00:00.123Z\","
		"\"d\":\"2024-01-31\",\"m\":2.5},\"nullCount\":{\"n\":0,\"x\":3,\"s\":10,\"d\":0,\"m\":0}}");
	assert_true(kept(&f, "n", BLN_OP_EQ, INT(7)));
	assert_true(kept(&f, "N", BLN_OP_EQ, INT(-5)));
	assert_false(kept(&f, "n", BLN_OP_EQ, INT(8)));
	assert_false(kept(&f, "n", BLN_OP_LT, INT(-5)));
	assert_true(kept(&f, "n", BLN_OP_LE, INT(-5)));
	assert_false(kept(&f, "n", BLN_OP_GT, INT(7)));
	assert_true(kept(&f, "n", BLN_OP_GE, INT(7)));
	assert_false(kept(&f, "n", BLN_OP_GT, REAL(7.5)));
	assert_true(kept(&f, "n", BLN_OP_GT, REAL(6.5)));
	assert_false(kept(&f, "n", BLN_OP_EQ, TEXT("9")));
	assert_true(kept(&f, "n", BLN_OP_EQ, TEXT("nine"))); /* DuckDB will refuse it */
	assert_true(kept(&f, "n", BLN_OP_EQ, BOOL(true)));
	assert_false(kept(&f, "n", BLN_OP_IS_NULL, INT(0)));
	assert_true(kept(&f, "n", BLN_OP_IS_NOT_NULL, INT(0)));
	assert_true(kept(&f, "x", BLN_OP_IS_NULL, INT(0)));
	assert_false(kept(&f, "x", BLN_OP_LT, REAL(1.0)));
	assert_true(kept(&f, "x", BLN_OP_GT, REAL(3.0))); /* NaN is greater, and need not be in the statistics */
	assert_false(kept(&f, "x", BLN_OP_EQ, REAL(3.0)));
	assert_true(kept(&f, "f", BLN_OP_EQ, REAL(0.1)));
	assert_true(kept(&f, "f", BLN_OP_EQ, REAL((double)0.1f)));
	assert_false(kept(&f, "f", BLN_OP_EQ, REAL(0.11)));
	assert_false(kept(&f, "s", BLN_OP_EQ, TEXT("c"))); /* all are null */
	assert_false(kept(&f, "s", BLN_OP_IS_NOT_NULL, INT(0)));
	assert_true(kept(&f, "s", BLN_OP_IS_NULL, INT(0)));
	assert_false(kept(&f, "t", BLN_OP_LT, TEXT("2023-12-31 23:59:59")));
	assert_true(kept(&f, "t", BLN_OP_EQ, TEXT("2024-01-02T00:00:00.123999Z"))); /* cut to milliseconds */
	assert_false(kept(&f, "t", BLN_OP_EQ, TEXT("2024-01-02T00:00:00.124000Z")));
	assert_false(kept(&f, "d", BLN_OP_GT, TEXT("2024-01-31")));
	assert_true(kept(&f, "d", BLN_OP_GE, INT(bln_days_from_civil(2024, 1, 31))));
	assert_true(kept(&f, "m", BLN_OP_EQ, REAL(9))); /* a decimal in JSON may have been rounded */
	assert_true(kept(&f, "b", BLN_OP_EQ, BOOL(true))); /* no statistics */
	assert_true(kept(&f, "p", BLN_OP_EQ, INT(5)));
	assert_false(kept(&f, "p", BLN_OP_EQ, INT(6)));
	assert_false(kept(&f, "p", BLN_OP_IS_NULL, INT(0)));
	assert_false(kept(&f, "q", BLN_OP_GT, TEXT("abc")));
	assert_true(kept(&f, "q", BLN_OP_GE, TEXT("abc")));
	assert_true(kept(&f, "r", BLN_OP_EQ, REAL(0.1)));
	assert_false(kept(&f, "u", BLN_OP_EQ, INT(2)));
	assert_true(kept(&f, "u", BLN_OP_EQ, TEXT("2.50")));
	assert_true(kept(&f, "u", BLN_OP_LT, INT(INT64_MAX)));
	bln_arena_clean_up(&f.snapshot.arena);
}

static void odd_statistics_keep_the_file(void **state)
{
	static const char *const stats[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"minValues\":3,\"maxValues\":[]}",
		"{\"minValues\":{\"n\":\"x\"},\"maxValues\":{\"n\":{}}}",
		"{\"minValues\":{\"n\":9},\"maxValues\":{\"n\":-9}}",
		"{\"minValues\":{\"n\":null},\"maxValues\":{\"n\":null},\"nullCount\":null}",
		"{\"minValues\":{\"n\":99999999999999999999},\"maxValues\":{\"n\":99999999999999999999}}",
		"{\"numRecords\":5}",
		"{\"minValues\":{\"n\":NaN}}",
	};
	struct fixture f;
	(void)state;

	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
		begin(&f);
		add_file(&f, "p=what;q=1", stats[i]);
		assert_true(kept(&f, "n", BLN_OP_EQ, INT(0)));
		assert_true(kept(&f, "n", BLN_OP_IS_NULL, INT(0)));
		assert_true(kept(&f, "p", BLN_OP_EQ, INT(0)));
		bln_arena_clean_up(&f.snapshot.arena);
	}
}

/* Statistics as Spark writes them: of an offset such as -07:52:58 the minutes only; as older Deltas write them: U+FFFD behind
 * what is cut, half a character as '?'. */
static void bounds_that_were_cut_keep_the_file(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	add_file(
		&f, "",
		"{\"minValues\":{\"t\":\"1880-05-31T16:07:32.123-07:52\",\"s\":\"b\"},"
		"\"maxValues\":{\"t\":\"1880-05-31T16:07:32.123-07:52\",\"s\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\xef\xbf\xbd\"}}");
	assert_true(kept(&f, "t", BLN_OP_EQ, TEXT("1880-06-01 00:00:30.123456Z")));
	assert_true(kept(&f, "t", BLN_OP_LT, TEXT("1880-05-31 23:59:00Z")));
	assert_false(kept(&f, "t", BLN_OP_EQ, TEXT("1880-06-01 00:00:32Z")));
	assert_true(kept(&f, "s", BLN_OP_EQ, TEXT("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\xf0\x9f\x98\x80")));
	assert_false(kept(&f, "s", BLN_OP_EQ, TEXT("c")));
	bln_arena_clean_up(&f.snapshot.arena);

	begin(&f);
	add_file(&f, "", "{\"maxValues\":{\"s\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb?\xef\xbf\xbd\"}}");
	assert_true(kept(&f, "s", BLN_OP_EQ, TEXT("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\xf0\x9f\x98\x80")));
	bln_arena_clean_up(&f.snapshot.arena);
}

static void what_cannot_be_is_refused_or_empty(void **state)
{
	struct bln_predicate predicate = { .column = "none", .op = BLN_OP_IS_NULL };
	const struct bln_add *const *files;
	struct bln_err err = { 0 };
	struct fixture f;
	size_t count;
	(void)state;

	begin(&f);
	add_file(&f, "p", "");
	assert_int_equal(bln_prune(&f.snapshot, &predicate, 1, &f.snapshot.arena, &files, &count, &err), BLN_INVALID);
	assert_says(err.message, "'none'");
	predicate.column = "n";
	predicate.op = BLN_OP_IN;
	assert_ok(bln_prune(&f.snapshot, &predicate, 1, &f.snapshot.arena, &files, &count, &err), &err);
	assert_int_equal(count, 0);
	assert_ok(bln_prune(&f.snapshot, NULL, 0, &f.snapshot.arena, &files, &count, &err), &err);
	assert_int_equal(count, 1);
	assert_ptr_equal(files[0], &f.adds[0]);
	bln_arena_clean_up(&f.snapshot.arena);
}

/* --- The property --- */

enum { ROWS_MAX = 6, KINDS = 5 };

/* One column at a time is enough: predicates are independent of each other. */
static const char *const kind_columns[KINDS] = { "n", "x", "s", "t", "p" };

struct cell {
	bool is_null;
	int64_t integer;
	double real;
	char text[64];
};

static struct cell cell_random(struct bln_random *random, int kind)
{
	static const char *const texts[] = {
		"",
		"a",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaz",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"b",
		"\xc3\xa9",
		"zz",
	};
	struct cell cell = { .is_null = bln_random_below(random, 5) == 0 };

	cell.integer = (int64_t)bln_random_below(random, 9) - 4;
	if (kind == 0 && bln_random_below(random, 4) == 0)
		cell.integer += INT64_C(1) << 53;
	if (kind == 3)
		cell.integer = cell.integer * 700 + (int64_t)bln_random_below(random, 5);
	cell.real = bln_random_below(random, 8) == 0 ? NAN : (double)cell.integer / 3;
	snprintf(cell.text, sizeof(cell.text), "%s", texts[bln_random_below(random, sizeof(texts) / sizeof(texts[0]))]);
	return cell;
}

static int cell_compare(const struct cell *a, const struct cell *b, int kind)
{
	if (kind == 1 && (isnan(a->real) || isnan(b->real)))
		return !!isnan(a->real) - !!isnan(b->real);
	if (kind == 1)
		return (a->real > b->real) - (a->real < b->real);
	if (kind == 2)
		return strcmp(a->text, b->text);
	return (a->integer > b->integer) - (a->integer < b->integer);
}

static bool cell_passes(const struct cell *cell, enum bln_predicate_op op, const struct cell *literal, int kind)
{
	int order = cell_compare(cell, literal, kind);

	if (op == BLN_OP_IS_NULL || op == BLN_OP_IS_NOT_NULL)
		return cell->is_null == (op == BLN_OP_IS_NULL);
	if (cell->is_null)
		return false;
	return op == BLN_OP_LT	 ? order < 0
	       : op == BLN_OP_LE ? order <= 0
	       : op == BLN_OP_GT ? order > 0
	       : op == BLN_OP_GE ? order >= 0
				 : order == 0;
}

/* The cell as a writer has it in its statistics. */
static void cell_format(const struct cell *cell, int kind, bool is_max, struct bln_random *random,
			struct bln_text *text)
{
	char buffer[BLN_TIME_TEXT_SIZE];

	if (kind == 1) {
		bln_double_format(cell->real, buffer);
		bln_text_add(text, buffer);
	} else if (kind == 2 && strlen(cell->text) > 32) {
		bln_text_add_format(text, "\"%.32s%s\"", cell->text,
				    is_max && bln_random_below(random, 2) ? "\xf4\x8f\xbf\xbf" : "");
	} else if (kind == 2) {
		bln_text_add_format(text, "\"%s\"", cell->text);
	} else if (kind == 3) {
		bln_time_format_us(cell->integer, buffer);
		bln_text_add_format(text, "\"%.*sZ\"", bln_random_below(random, 2) ? 23 : 26, buffer); /* ms or µs */
	} else {
		bln_text_add_format(text, "%" PRId64, cell->integer);
	}
}

static void stats_make(const struct cell *cells, size_t count, int kind, struct bln_random *random,
		       struct bln_text *text)
{
	const struct cell *low = NULL;
	const struct cell *high = NULL;
	size_t nulls = 0;

	for (size_t i = 0; i < count; i++) {
		nulls += cells[i].is_null;
		if (cells[i].is_null || (kind == 1 && isnan(cells[i].real))) /* as Arrow's writers do */
			continue;
		low = !low || cell_compare(&cells[i], low, kind) < 0 ? &cells[i] : low;
		high = !high || cell_compare(&cells[i], high, kind) > 0 ? &cells[i] : high;
	}
	bln_text_add_format(text, "{\"numRecords\":%zu", count);
	if (low && bln_random_below(random, 8)) {
		bln_text_add_format(text, ",\"minValues\":{\"%s\":", kind_columns[kind]);
		cell_format(low, kind, false, random, text);
		bln_text_add(text, "}");
	}
	if (high && bln_random_below(random, 8)) {
		bln_text_add_format(text, ",\"maxValues\":{\"%s\":", kind_columns[kind]);
		cell_format(high, kind, true, random, text);
		bln_text_add(text, "}");
	}
	if (bln_random_below(random, 8))
		bln_text_add_format(text, ",\"nullCount\":{\"%s\":%zu}", kind_columns[kind], nulls);
	bln_text_add(text, "}");
}

static struct bln_literal literal_of(const struct cell *cell, int kind, struct bln_random *random)
{
	if (kind == 1)
		return REAL(cell->real);
	if (kind == 2)
		return TEXT(cell->text);
	if (kind == 0 && bln_random_below(random, 2) && cell->integer < 100)
		return REAL((double)cell->integer);
	return INT(cell->integer);
}

static void no_file_with_a_row_that_passes_is_dropped(void **state)
{
	struct bln_random random;
	size_t dropped = 0;
	(void)state;

	bln_random_init(&random, test_seed(20240131));
	for (int round = 0; round < 20000; round++) {
		int kind = (int)bln_random_below(&random, KINDS);
		size_t count = 1 + bln_random_below(&random, ROWS_MAX);
		enum bln_predicate_op op = (enum bln_predicate_op)bln_random_below(&random, BLN_OP_IS_NOT_NULL + 1);
		struct cell cells[ROWS_MAX] = { 0 };
		struct cell values[3];
		struct bln_literal literals[3];
		size_t value_count = op == BLN_OP_IN ? bln_random_below(&random, 4) : op < BLN_OP_IN ? 1 : 0;
		struct bln_predicate predicate = {
			.column = kind_columns[kind], .op = op, .values = literals, .value_count = value_count
		};
		struct bln_text stats = { 0 };
		const struct bln_add *const *files;
		struct bln_err err = { 0 };
		struct fixture f;
		char partition[32] = "p";
		bool passes = false;
		size_t kept_count;

		for (size_t i = 0; i < 3; i++) {
			values[i] = cell_random(&random, kind);
			literals[i] = literal_of(&values[i], kind, &random);
		}
		for (size_t i = 0; i < count; i++) {
			cells[i] = kind == 4 && i > 0 ? cells[0]
						      : cell_random(&random, kind); /* a partition has one value */
			for (size_t j = 0; j < (value_count ? value_count : op > BLN_OP_IN); j++)
				passes = passes || cell_passes(&cells[i], op, &values[j], kind);
		}
		begin(&f);
		stats_make(cells, count, kind, &random, &stats);
		if (!cells[0].is_null)
			snprintf(partition, sizeof(partition), "p=%" PRId64, cells[0].integer);
		add_file(&f, partition, stats.at);
		assert_ok(bln_prune(&f.snapshot, &predicate, 1, &f.snapshot.arena, &files, &kept_count, &err), &err);
		if (passes && kept_count == 0)
			fail_msg("round %d: %s op %d dropped a file with %s", round, predicate.column, (int)op,
				 stats.at);
		dropped += kept_count == 0;
		bln_text_clean_up(&stats);
		bln_arena_clean_up(&f.snapshot.arena);
	}
	print_message("%zu of 20000 files dropped\n", dropped);
	assert_true(dropped > 4000);
}

static void failing_allocations_are_told(void **state)
{
	struct bln_literal literal = INT(1);
	const struct bln_predicate predicate = { .column = "n", .op = BLN_OP_EQ, .values = &literal, .value_count = 1 };
	const struct bln_add *const *files;
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	struct fixture f;
	size_t count;
	(void)state;

	begin(&f);
	add_file(&f, "p", "{\"numRecords\":1}");
	bln_mem_fail_at(1, false);
	assert_int_equal(bln_prune(&f.snapshot, &predicate, 1, &arena, &files, &count, &err), BLN_NO_MEMORY);
	bln_mem_fail_at(0, false);
	bln_arena_clean_up(&arena);
	bln_arena_clean_up(&f.snapshot.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statistics_rule_files_out),
		cmocka_unit_test(odd_statistics_keep_the_file),
		cmocka_unit_test(bounds_that_were_cut_keep_the_file),
		cmocka_unit_test(what_cannot_be_is_refused_or_empty),
		cmocka_unit_test(no_file_with_a_row_that_passes_is_dropped),
		cmocka_unit_test(failing_allocations_are_told),
	};

	return cmocka_run_group_tests_name("prune", tests, NULL, NULL);
}
