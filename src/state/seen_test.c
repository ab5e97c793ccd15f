#include "state/state_test_kit.h"

#include "state/seen.h"

#define S INT64_C(1000000000)
#define LONG_AFTER (2000 * S)

static struct bln_seen file_of(const char *path, const char *entry)
{
	return (struct bln_seen){ .source = "archive",
				  .path = path,
				  .entry = entry,
				  .size_bytes = 10,
				  .mtime_ns = 1000 * S + 5,
				  .inode = UINT64_MAX - 7,
				  .hash = { 1, 2, 3, [15] = 9 } };
}

static bool is_known(struct bln_state *opened, struct bln_seen file)
{
	struct bln_err err = { 0 };
	const uint8_t hash[BLN_SEEN_HASH_SIZE] = { 1, 2, 3, [15] = 9 };

	memset(file.hash, 0, sizeof(file.hash));
	file.is_known = true;
	assert_ok(bln_seen_get(opened, &file, 1, &err), &err);
	if (file.is_known)
		assert_memory_equal(file.hash, hash, sizeof(hash));
	return file.is_known;
}

static void put(struct bln_state *opened, struct bln_seen file, int64_t read_at_ns)
{
	struct bln_err err = { 0 };

	assert_ok(bln_seen_put(opened, &file, 1, read_at_ns, &err), &err);
}

static void only_what_did_not_change_is_known(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_seen file;
	(void)state;

	put(opened, file_of("a.zip", "X.csv"), LONG_AFTER);
	assert_true(is_known(opened, file_of("a.zip", "X.csv")));
	assert_false(is_known(opened, file_of("a.zip", "")));
	assert_false(is_known(opened, file_of("b.zip", "X.csv")));
	file = file_of("a.zip", "X.csv");
	file.source = "other";
	assert_false(is_known(opened, file));
	file = file_of("a.zip", "X.csv");
	file.size_bytes++;
	assert_false(is_known(opened, file));
	file = file_of("a.zip", "X.csv");
	file.mtime_ns++;
	assert_false(is_known(opened, file));
	file = file_of("a.zip", "X.csv");
	file.inode--;
	assert_false(is_known(opened, file));

	file.inode = 3; /* it changed and was read again */
	put(opened, file, LONG_AFTER);
	assert_true(is_known(opened, file));
	assert_false(is_known(opened, file_of("a.zip", "X.csv")));
	assert_int_equal(kit_int(kit.path, "SELECT count(*) FROM seen_files"), 1);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void a_file_changed_as_it_was_read_is_not_known(void **state)
{
	static const struct {
		int64_t mtime_ns;
		int64_t read_at_ns;
		bool is_known;
	} cases[] = {
		{ 1000 * S + 5, 1000 * S + 5, false },
		{ 1000 * S + 5, 1000 * S + 5 + S / 10 - 1, false },
		{ 1000 * S + 5, 1000 * S + 5 + S / 10, true },
		{ 1000 * S, 1000 * S + S / 10, false }, /* a whole second: a file system that knows no less */
		{ 1000 * S, 1002 * S - 1, false },
		{ 1000 * S, 1002 * S, true },
		{ 1000 * S + 5, 900 * S, false }, /* a file from the future */
		{ INT64_MIN, INT64_MAX, false }, /* no arithmetic overflows */
		{ INT64_MAX, INT64_MIN, false },
		{ -5 * S - 1, 0, true },
	};
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_seen file = file_of("a.csv", "");

		file.mtime_ns = cases[i].mtime_ns;
		put(opened, file, cases[i].read_at_ns);
		assert_true(is_known(opened, file) == cases[i].is_known);
	}
	bln_state_close(opened);
	kit_remove(&kit);
}

static void an_archives_entries_go_in_one_batch(void **state)
{
	enum { ENTRIES = 24000 };
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_seen *files = calloc(ENTRIES, sizeof(*files));
	char(*names)[16] = calloc(ENTRIES, sizeof(*names));
	struct bln_err err = { 0 };
	(void)state;

	for (int i = 0; i < ENTRIES; i++) {
		snprintf(names[i], sizeof(names[i]), "S%d.csv", i);
		files[i] = file_of("big.zip", names[i]);
		memcpy(files[i].hash, &i, sizeof(i));
	}
	assert_ok(bln_seen_put(opened, files, ENTRIES, LONG_AFTER, &err), &err);
	files[7].size_bytes = 11;
	assert_ok(bln_seen_get(opened, files, ENTRIES, &err), &err);
	for (int i = 0; i < ENTRIES; i++) {
		assert_true(files[i].is_known == (i != 7));
		assert_memory_equal(files[i].hash, &i, sizeof(i));
	}
	assert_ok(bln_seen_put(opened, files, 0, LONG_AFTER, &err), &err);
	free(files);
	free(names);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void the_ones_seen_longest_ago_are_forgotten_beyond_the_maximum(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	char fill[512];
	(void)state;

	snprintf(fill, sizeof(fill),
		 "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		 " INSERT INTO seen_files SELECT NULL, 'bulk', i, '', 10, i, i, zeroblob(16), i + 100 FROM n",
		 BLN_SEEN_MAX);
	kit_sql(kit.path, fill);
	put(opened, file_of("new.csv", ""), LONG_AFTER);
	assert_true(is_known(opened, file_of("new.csv", "")));
	assert_int_equal(kit_int(kit.path, "SELECT count(*) FROM seen_files"), BLN_SEEN_MAX);
	assert_int_equal(kit_int(kit.path, "SELECT min(seen_at_ns) FROM seen_files"), 102);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void forget_all(struct bln_state *opened)
{
	struct bln_err err = { 0 };
	sqlite3_stmt *statement = NULL;

	assert_ok(bln_db_prepare(opened, "DELETE FROM seen_files", &statement, &err), &err);
	assert_ok(bln_db_run(opened, statement, "forget", &err), &err);
	sqlite3_finalize(statement);
}

static void no_memory_or_a_full_disk_keeps_all_or_nothing(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	bool has_passed = false;
	uint64_t at = 1;
	(void)state;

	for (; !has_passed; at++) {
		struct bln_seen files[] = { file_of("a.zip", "1"), file_of("a.zip", "2"), file_of("a.zip", "3") };
		struct bln_err err = { 0 };
		enum bln_status status;
		int64_t rows = -1;

		forget_all(opened);
		bln_mem_fail_at(at, at % 2 == 0);
		status = bln_seen_put(opened, files, 3, LONG_AFTER, &err);
		if (status == BLN_OK)
			status = bln_seen_get(opened, files, 3, &err);
		has_passed = bln_mem_fail_at(0, false) < at;
		if (status != BLN_OK && status != BLN_NO_MEMORY)
			fail_msg("request %d: %s: %s", (int)at, bln_status_name(status), err.message);
		assert_ok(bln_db_int(opened, "SELECT count(*) FROM seen_files", &rows, &err), &err);
		assert_true(rows == 0 || rows == 3);
		assert_true(status != BLN_OK || (rows == 3 && files[2].is_known));
	}
	assert_true(at > 20);

	has_passed = false;
	for (int call = 1; !has_passed; call++) {
		struct bln_seen files[] = { file_of("a.zip", "1"), file_of("a.zip", "2") };
		struct bln_err err = { 0 };
		enum bln_status status;
		int64_t rows = -1;

		forget_all(opened);
		kit_fault(call, ENOSPC);
		status = bln_seen_put(opened, files, 2, LONG_AFTER, &err);
		kit_fault(0, 0);
		has_passed = status == BLN_OK;
		assert_true(has_passed || status == BLN_IO);
		assert_ok(bln_db_int(opened, "SELECT count(*) FROM seen_files", &rows, &err), &err);
		assert_int_equal(rows, has_passed ? 2 : 0);
	}
	bln_state_close(opened);
	kit_remove(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_did_not_change_is_known),
		cmocka_unit_test(a_file_changed_as_it_was_read_is_not_known),
		cmocka_unit_test(an_archives_entries_go_in_one_batch),
		cmocka_unit_test(the_ones_seen_longest_ago_are_forgotten_beyond_the_maximum),
		cmocka_unit_test(no_memory_or_a_full_disk_keeps_all_or_nothing),
	};

	return cmocka_run_group_tests_name("seen", tests, kit_set_up, NULL);
}
