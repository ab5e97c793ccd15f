#include "base/base_test.h"

#include "base/mem.h"
#include "base/random.h"
#include "delta/partition.h"
#include "delta/path.h"

static void folders_are_named_as_hive_names_them(void **state)
{
	static const struct {
		const char *value; /* NULL is null */
		const char *folder;
		const char *log_path;
	} cases[] = {
		{ "XBTUSD", "symbol=XBTUSD/", "symbol=XBTUSD/" },
		{ "A/B", "symbol=A%2FB/", "symbol=A%252FB/" },
		{ "a b", "symbol=a b/", "symbol=a%20b/" },
		{ "100%", "symbol=100%25/", "symbol=100%2525/" },
		{ "a=b:c", "symbol=a%3Db%3Ac/", "symbol=a%253Db%253Ac/" },
		{ "\xc3\xa9", "symbol=\xc3\xa9/", "symbol=%C3%A9/" },
		{ "2024-01-01T00:00:00.000000Z", "symbol=2024-01-01T00%3A00%3A00.000000Z/",
		  "symbol=2024-01-01T00%253A00%253A00.000000Z/" },
		{ NULL, "symbol=__HIVE_DEFAULT_PARTITION__/", "symbol=__HIVE_DEFAULT_PARTITION__/" },
		{ "", "symbol=__HIVE_DEFAULT_PARTITION__/", "symbol=__HIVE_DEFAULT_PARTITION__/" },
		{ "..", "symbol=../", "symbol=../" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_pair pair = { .key = bln_slice_of("symbol"),
					 .value = bln_slice_of(cases[i].value),
					 .is_null = !cases[i].value };
		struct bln_text folder = { 0 };
		struct bln_text log_path = { 0 };
		struct bln_text back = { 0 };
		struct bln_arena arena = { 0 };
		struct bln_pairs read;
		struct bln_err err = { 0 };

		bln_partition_folder_format((struct bln_pairs){ &pair, 1 }, &folder);
		assert_string_equal(folder.at, cases[i].folder);
		bln_partition_log_path((struct bln_slice){ folder.at, folder.length }, &log_path);
		assert_string_equal(log_path.at, cases[i].log_path);
		bln_path_decode((struct bln_slice){ log_path.at, log_path.length }, &back);
		assert_string_equal(back.at, folder.at);
		assert_ok(bln_partition_folder_parse((struct bln_slice){ folder.at, folder.length }, &arena, &read,
						     &err),
			  &err);
		assert_int_equal(read.count, 1);
		assert_true(bln_slice_is(read.items[0].key, "symbol"));
		if (!cases[i].value || !cases[i].value[0])
			assert_true(read.items[0].is_null);
		else
			assert_true(bln_slice_is(read.items[0].value, cases[i].value));
		bln_text_clean_up(&folder);
		bln_text_clean_up(&log_path);
		bln_text_clean_up(&back);
		bln_arena_clean_up(&arena);
	}
}

static void several_columns_make_several_folders(void **state)
{
	const struct bln_pair pairs[] = {
		{ .key = bln_slice_of("symbol"), .value = bln_slice_of("XBT") },
		{ .key = bln_slice_of("year"), .value = bln_slice_of("2024") },
	};
	struct bln_text folder = { 0 };
	struct bln_arena arena = { 0 };
	struct bln_pairs read;
	struct bln_err err = { 0 };
	(void)state;

	bln_partition_folder_format((struct bln_pairs){ pairs, 2 }, &folder);
	assert_string_equal(folder.at, "symbol=XBT/year=2024/");
	bln_text_clean_up(&folder);
	bln_partition_folder_format((struct bln_pairs){ pairs, 0 }, &folder);
	assert_null(folder.at);

	/* Folders that are none of ours, and a file's name that looks like one, are left out. */
	assert_ok(bln_partition_folder_parse(bln_slice_of("data/=x/symbol=XBT/sub/year=/a=b.parquet"), &arena, &read,
					     &err),
		  &err);
	assert_int_equal(read.count, 2);
	assert_true(bln_slice_is(read.items[1].key, "year"));
	assert_int_equal(read.items[1].value.length, 0);
	assert_ok(bln_partition_folder_parse(bln_slice_of("file.parquet"), &arena, &read, &err), &err);
	assert_int_equal(read.count, 0);
	assert_int_equal(bln_partition_folder_parse(bln_slice_of("a=1%zz/f"), &arena, &read, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "'1%zz'"));
	bln_arena_clean_up(&arena);
}

static void any_bytes_come_back(void **state)
{
	struct bln_random random;
	(void)state;

	bln_random_init(&random, test_seed(5));
	for (int i = 0; i < 3000; i++) {
		char bytes[2][12];
		struct bln_pair pair = { .key = { bytes[0], 1 + bln_random_below(&random, 11) },
					 .value = { bytes[1], 1 + bln_random_below(&random, 11) } };
		struct bln_text folder = { 0 };
		struct bln_arena arena = { 0 };
		struct bln_pairs read;
		struct bln_err err = { 0 };

		for (size_t j = 0; j < sizeof(bytes); j++)
			(&bytes[0][0])[j] = (char)bln_random_next(&random);
		bln_partition_folder_format((struct bln_pairs){ &pair, 1 }, &folder);
		assert_ok(bln_partition_folder_parse((struct bln_slice){ folder.at, folder.length }, &arena, &read,
						     &err),
			  &err);
		assert_int_equal(read.count, 1);
		assert_true(bln_slice_equals(read.items[0].key, pair.key));
		assert_true(bln_slice_equals(read.items[0].value, pair.value));
		bln_text_clean_up(&folder);
		bln_arena_clean_up(&arena);
	}
}

static void every_failed_allocation_is_told(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	for (uint64_t n = 1; status == BLN_NO_MEMORY; n++) {
		struct bln_arena arena = { 0 };
		struct bln_pairs read;

		bln_mem_fail_at(n, false);
		status = bln_partition_folder_parse(bln_slice_of("a=1/b=%20/f"), &arena, &read, NULL);
		bln_mem_fail_at(0, false);
		bln_arena_clean_up(&arena);
	}
	assert_int_equal(status, BLN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_are_named_as_hive_names_them),
		cmocka_unit_test(several_columns_make_several_folders),
		cmocka_unit_test(any_bytes_come_back),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("partition", tests, NULL, NULL);
}
