#include "state/state_test_kit.h"

#include "state/backup.h"
#include "state/runs.h"

static void record(struct bln_state *opened, int from, int to)
{
	for (int i = from; i < to; i++) {
		char id[16];
		const struct bln_run run = { .id = id, .kind = BLN_RUN_JOB, .name = "n", .attempt = 1 };
		struct bln_err err = { 0 };

		snprintf(id, sizeof(id), "r%d", i);
		assert_ok(bln_run_create(opened, &run, &err), &err);
	}
}

static void a_copy_is_whole_private_and_one_file(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_state *copy = NULL;
	struct bln_err err = { 0 };
	char to[KIT_PATH_SIZE + 32];
	char beside[KIT_PATH_SIZE + 64];
	struct stat file;
	(void)state;

	snprintf(to, sizeof(to), "%s/copy.db", kit.folder);
	snprintf(beside, sizeof(beside), "%s.partial", to);
	record(opened, 0, 50); /* in the write-ahead log still */
	kit_sql(beside, "CREATE TABLE left_by_a_kill (a)");
	assert_ok(bln_state_backup(opened, to, &err), &err);
	assert_int_equal(stat(to, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(file.st_nlink, 1);
	assert_int_not_equal(stat(beside, &file), 0);
	snprintf(beside, sizeof(beside), "%s-wal", to);
	assert_int_not_equal(stat(beside, &file), 0);

	record(opened, 50, 60);
	assert_int_equal(bln_state_backup(opened, to, &err), BLN_EXISTS);
	bln_state_close(opened);
	assert_ok(bln_state_open(to, BLN_STATE_EXISTING, &copy, &err), &err);
	assert_ok(bln_state_check(copy, &err), &err);
	bln_state_close(copy);
	assert_int_equal(kit_int(to, "SELECT count(*) FROM runs"), 50);
	assert_int_equal(kit_int(kit.path, "SELECT count(*) FROM runs"), 60);

	opened = kit_open(&kit);
	assert_int_equal(bln_state_backup(opened, "/nowhere/at/all.db", &err), BLN_NOT_FOUND);
	bln_state_close(opened);
	kit_remove(&kit);
}

/* What is recorded one after the other is in the copy up to some point: no holes. */
static void a_copy_taken_while_others_write_is_one_moment(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_err err = { 0 };
	char to[KIT_PATH_SIZE + 32];
	pid_t child;
	int64_t last = -1;
	(void)state;

	record(opened, 0, 5);
	child = fork();
	if (child == 0) {
		struct bln_state *own = NULL;

		if (bln_state_open(kit.path, BLN_STATE_EXISTING, &own, NULL) != BLN_OK)
			_exit(1);
		record(own, 5, 300);
		bln_state_close(own);
		_exit(0);
	}
	for (int i = 0; i < 5; i++) {
		int64_t count;

		snprintf(to, sizeof(to), "%s/copy%d.db", kit.folder, i);
		assert_ok(bln_state_backup(opened, to, &err), &err);
		count = kit_int(to, "SELECT count(*) FROM runs");
		assert_int_equal(kit_int(to, "SELECT max(seq) FROM runs"), count);
		assert_true(count >= last);
		last = count;
	}
	assert_true(kit_child_ended_well(child));
	bln_state_close(opened);
	kit_remove(&kit);
}

static void a_failure_leaves_nothing_behind(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	char to[KIT_PATH_SIZE + 32];
	char partial[KIT_PATH_SIZE + 64];
	bool has_passed = false;
	struct stat file;
	uint64_t at = 1;
	(void)state;

	snprintf(to, sizeof(to), "%s/copy.db", kit.folder);
	snprintf(partial, sizeof(partial), "%s.partial", to);
	record(opened, 0, 3);
	for (; !has_passed; at++) {
		struct bln_err err = { 0 };
		enum bln_status status;

		bln_mem_fail_at(at, at % 2 == 0);
		status = bln_state_backup(opened, to, &err);
		has_passed = bln_mem_fail_at(0, false) < at;
		if (status != BLN_OK && status != BLN_NO_MEMORY)
			fail_msg("request %d: %s: %s", (int)at, bln_status_name(status), err.message);
		assert_int_not_equal(stat(partial, &file), 0);
		if (status == BLN_OK)
			assert_int_equal(unlink(to), 0);
		else if (stat(to, &file) == 0) /* only the folder's sync was left to do */
			assert_int_equal(unlink(to), 0);
	}
	assert_true(at > 10);
	for (int call = 1;; call++) {
		struct bln_err err = { 0 };
		enum bln_status status;

		kit_fault(call, ENOSPC);
		status = bln_state_backup(opened, to, &err);
		kit_fault(0, 0);
		if (status == BLN_OK)
			break;
		assert_int_equal(status, BLN_IO);
		assert_int_not_equal(stat(partial, &file), 0);
		assert_int_not_equal(stat(to, &file), 0);
	}
	bln_state_close(opened);
	kit_remove(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_whole_private_and_one_file),
		cmocka_unit_test(a_copy_taken_while_others_write_is_one_moment),
		cmocka_unit_test(a_failure_leaves_nothing_behind),
	};

	return cmocka_run_group_tests_name("backup", tests, kit_set_up, NULL);
}
