/* Which files a group of parts sees, and when they alone decide. */
#include "base/base_test.h"

#include "job/sql/sql.h"

enum { FILES_MAX = 8 };

static const char *const slice[] = { "symbol", "year" };
static const struct bln_job job = { .slice = { slice, 2 } };

/* Files are in a table partitioned by symbol, whose year is in the files. */
struct file {
	const char *symbol;
	const char *stats;
	const char *year; /* the table is partitioned by it too, and this is what the log says */
};

#define YEARS(min, max)                                                                                                \
	"{\"minValues\":{\"year\":" #min "},\"maxValues\":{\"year\":" #max "},\"nullCount\":{\"year\":0}}"

static const struct bln_field fields[] = {
	{ .name = "symbol", .physical_name = "symbol", .type.kind = BLN_TYPE_STRING, .is_nullable = true },
	{ .name = "year", .physical_name = "year", .type.kind = BLN_TYPE_INTEGER, .is_nullable = true },
	{ .name = "at", .physical_name = "at", .type.kind = BLN_TYPE_TIMESTAMP, .is_nullable = true },
};

/* KEPT names the files that are left, by their places: "023". */
static void sifts(const char *values[][2], size_t parts, const struct file *files, size_t count, const char *kept,
		  bool is_exact)
{
	const struct bln_schema schema = { .fields = fields, .field_count = 3 };
	struct bln_arena arena = { 0 };
	struct sql_slice slices[4] = { 0 };
	struct sql_job sql = { .job = &job, .arena = &arena, .parts = slices, .part_count = parts };
	const struct sql_group group = { .sql = &sql, .count = parts };
	struct bln_pair pairs[FILES_MAX][2];
	struct bln_add adds[FILES_MAX] = { 0 };
	const struct bln_add *list[FILES_MAX];
	const struct bln_add *const *left = list;
	bool exact = true;
	struct bln_err err;

	for (size_t i = 0; i < parts; i++)
		slices[i].values = values[i];
	for (size_t i = 0; i < count; i++) {
		pairs[i][0] = (struct bln_pair){ .key = bln_slice_of("symbol"), .is_null = !files[i].symbol };
		if (files[i].symbol)
			pairs[i][0].value = bln_slice_of(files[i].symbol);
		pairs[i][1] = (struct bln_pair){ .key = bln_slice_of("year"), .value = bln_slice_of(files[i].year) };
		adds[i].partition = (struct bln_pairs){ pairs[i], files[i].year ? 2 : 1 };
		adds[i].stats = bln_slice_of(files[i].stats);
		list[i] = &adds[i];
	}
	assert_ok(sql_group_sift(&group, &schema, &left, &count, &exact, &err), &err);
	assert_int_equal(count, strlen(kept));
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(left[i], &adds[kept[i] - '0']);
	assert_int_equal(exact, is_exact);
	bln_arena_clean_up(&arena);
}

static void files_of_one_part_each_decide(void **state)
{
	static const char *parts[][2] = { { "XBTUSD", "2023" }, { "ETHUSD", "2024" } };
	static const struct file files[] = { { "XBTUSD", YEARS(2023, 2023), NULL },
					     { "XBTUSD", YEARS(2024, 2024), NULL },
					     { "ETHUSD", YEARS(2024, 2024), NULL },
					     { "ETHUSD", YEARS(2023, 2023), NULL },
					     { NULL, YEARS(2023, 2023), NULL } };
	(void)state;

	sifts(parts, 2, files, 5, "02", true);
	sifts(parts, 1, files, 5, "0", true);
}

static void a_file_of_several_parts_is_kept_and_not_decided(void **state)
{
	static const char *parts[][2] = { { "XBTUSD", "2023" } };
	static const struct file wide[] = { { "XBTUSD", YEARS(2022, 2023), NULL },
					    { "ETHUSD", YEARS(2023, 2023), NULL } };
	static const struct file silent[] = { { "XBTUSD", "", NULL } };
	static const struct file null[] = { { "XBTUSD",
					      "{\"minValues\":{\"year\":2023},\"maxValues\":{\"year\":2023},"
					      "\"nullCount\":{\"year\":1}}",
					      NULL } };
	(void)state;

	sifts(parts, 1, wide, 2, "0", false);
	sifts(parts, 1, silent, 1, "0", false);
	sifts(parts, 1, null, 1, "0", false);
}

static void a_null_is_a_value_of_its_own(void **state)
{
	static const char *parts[][2] = { { NULL, "2023" } };
	static const struct file files[] = { { NULL, YEARS(2023, 2023), NULL }, { "XBTUSD", YEARS(2023, 2023), NULL } };
	(void)state;

	sifts(parts, 1, files, 2, "0", true);
}

/* Not every writer writes a number as DuckDB does. */
static void partitions_are_told_apart_by_value_not_by_text(void **state)
{
	static const char *parts[][2] = { { "XBTUSD", "2023" } };
	static const struct file files[] = { { "XBTUSD", "", "02023" },
					     { "XBTUSD", "", "2024" },
					     { "XBTUSD", "", "2023" } };
	static const struct file wrong[] = { { "XBTUSD", "", "this one" } };
	(void)state;

	sifts(parts, 1, files, 3, "02", true);
	sifts(parts, 1, wrong, 1, "0", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_one_part_each_decide),
		cmocka_unit_test(a_file_of_several_parts_is_kept_and_not_decided),
		cmocka_unit_test(a_null_is_a_value_of_its_own),
		cmocka_unit_test(partitions_are_told_apart_by_value_not_by_text),
	};

	return cmocka_run_group_tests_name("sql_files", tests, NULL, NULL);
}
