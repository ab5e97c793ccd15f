#include "state/state_test_kit.h"

#include <fcntl.h>

#include "state/runs.h"

static const char a_run_sql[] = "INSERT INTO runs (id, kind, name, attempt, state, properties, created_at_us)"
				" VALUES ('old', 'job', 'ingest', 1, 'SUCCEEDED', '{\"a\":\"1\"}', 5)";

static void expect_the_old_run(struct bln_state *opened)
{
	struct bln_arena arena = { 0 };
	struct bln_run run = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_run_get(opened, "old", &arena, &run, &err), &err);
	assert_int_equal(run.state, BLN_RUN_SUCCEEDED);
	assert_string_equal(run.properties, "{\"a\":\"1\"}");
	bln_arena_clean_up(&arena);
}

static void a_new_file_is_made_for_its_owner_only(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = NULL;
	struct bln_err err = { 0 };
	char path[KIT_PATH_SIZE + 32];
	struct stat file;
	(void)state;

	snprintf(path, sizeof(path), "%s/.bullion/state.db", kit.folder);
	assert_int_equal(bln_state_open(path, BLN_STATE_EXISTING, &opened, &err), BLN_NOT_FOUND);
	assert_says(err.message, path);
	assert_int_not_equal(stat(path, &file), 0);

	assert_ok(bln_state_open(path, BLN_STATE_CREATE, &opened, &err), &err);
	assert_ok(bln_state_check(opened, &err), &err);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	snprintf(path, sizeof(path), "%s/.bullion/state.db-wal", kit.folder);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	bln_state_close(opened);

	snprintf(path, sizeof(path), "%s/no/folders/state.db", kit.folder);
	assert_int_equal(bln_state_open(path, BLN_STATE_CREATE, &opened, &err), BLN_NOT_FOUND);
	kit_remove(&kit);
}

static void settings_hold_on_every_connection(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened = kit_open(&kit);
	struct bln_err err = { 0 };
	int64_t value = -1;
	(void)state;

	assert_ok(bln_db_int(opened, "PRAGMA synchronous", &value, &err), &err);
	assert_int_equal(value, 2); /* FULL */
	assert_ok(bln_db_int(opened, "PRAGMA foreign_keys", &value, &err), &err);
	assert_int_equal(value, 1);
	assert_ok(bln_db_int(opened, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &value, &err), &err);
	assert_int_equal(value, 1);
	assert_ok(bln_db_int(opened, "PRAGMA busy_timeout", &value, &err), &err);
	assert_int_equal(value, BLN_STATE_BUSY_MS);
	bln_state_close(opened);
	kit_remove(&kit);
}

static void every_older_version_comes_up_to_date_with_its_rows(void **state)
{
	(void)state;
	for (int version = 0; version <= bln_schema_version(); version++) {
		struct kit kit = kit_new();
		struct bln_state *opened;
		struct bln_err err = { 0 };

		kit_make_version(kit.path, version, a_run_sql);
		opened = kit_open(&kit);
		if (version > 0)
			expect_the_old_run(opened);
		assert_ok(bln_state_check(opened, &err), &err);
		bln_state_close(opened);
		assert_int_equal(kit_int(kit.path, "PRAGMA user_version"), bln_schema_version());
		assert_int_equal(kit_int(kit.path, "PRAGMA application_id"), BLN_SCHEMA_APPLICATION_ID);
		kit_remove(&kit);
	}
}

/* Reads the whole file; the caller frees it. */
static char *file_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	assert_non_null(file);
	assert_non_null(bytes);
	*length = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

static void expect_refused(const struct kit *kit, enum bln_status expected, const char *words)
{
	struct bln_state *opened = NULL;
	struct bln_err err = { 0 };
	size_t before_length;
	size_t after_length;
	char *before = file_read(kit->path, &before_length);
	char *after;

	assert_int_equal(bln_state_open(kit->path, BLN_STATE_CREATE, &opened, &err), expected);
	assert_null(opened);
	assert_says(err.message, kit->path);
	if (!strstr(err.message, words))
		fail_msg("expected '%s' in: %s", words, err.message);
	assert_null(strchr(err.message, '\n'));
	after = file_read(kit->path, &after_length);
	assert_int_equal(before_length, after_length);
	assert_memory_equal(before, after, before_length);
	free(before);
	free(after);
}

static void a_file_of_a_newer_bullion_is_refused_untouched(void **state)
{
	struct kit kit = kit_new();
	char words[128];
	char mark[64];
	(void)state;

	kit_make_version(kit.path, bln_schema_version(), a_run_sql);
	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", bln_schema_version() + 4);
	kit_sql(kit.path, mark);
	snprintf(words, sizeof(words), "written by a newer bullion (schema %d, this one knows %d): upgrade bullion",
		 bln_schema_version() + 4, bln_schema_version());
	expect_refused(&kit, BLN_UNSUPPORTED, words);
	kit_remove(&kit);
}

/* A writer of the newer version was killed: its last rows are in the write-ahead log, and stay there. */
static void a_newer_files_log_is_left_alone_too(void **state)
{
	struct kit kit = kit_new();
	char mark[64];
	char wal[KIT_PATH_SIZE + 32];
	struct bln_state *opened = NULL;
	struct stat before;
	struct stat after;
	pid_t child;
	(void)state;

	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", bln_schema_version() + 1);
	snprintf(wal, sizeof(wal), "%s-wal", kit.path);
	kit_make_version(kit.path, bln_schema_version(), a_run_sql);
	child = fork();
	if (child == 0) {
		sqlite3 *db = NULL;

		if (sqlite3_open(kit.path, &db) == SQLITE_OK && sqlite3_exec(db, mark, NULL, NULL, NULL) == SQLITE_OK)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_false(kit_child_ended_well(child));
	assert_int_equal(stat(wal, &before), 0);
	assert_true(before.st_size > 0);
	assert_int_equal(bln_state_open(kit.path, BLN_STATE_EXISTING, &opened, NULL), BLN_UNSUPPORTED);
	assert_int_equal(stat(wal, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	kit_remove(&kit);
}

static void another_programs_file_is_refused_untouched(void **state)
{
	struct kit kit = kit_new();
	(void)state;

	kit_sql(kit.path, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
	expect_refused(&kit, BLN_INVALID, "another program's SQLite file");
	kit_sql(kit.path, "PRAGMA user_version = 1");
	expect_refused(&kit, BLN_INVALID, "another program's SQLite file");
	kit_remove(&kit);
}

static void damage_is_told(void **state)
{
	struct kit kit = kit_new();
	struct bln_state *opened;
	struct bln_err err = { 0 };
	char page[4096];
	int fd;
	(void)state;

	fd = open(kit.path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "this is no database, but it is long enough to be read as one ....................",
			       80),
			 80);
	close(fd);
	expect_refused(&kit, BLN_CORRUPT, "it is damaged");
	assert_int_equal(unlink(kit.path), 0);

	/* A header that is good and pages that are not: the schema's page. */
	kit_make_version(kit.path, bln_schema_version(), a_run_sql);
	fd = open(kit.path, O_RDWR);
	memset(page, 0x55, sizeof(page));
	assert_int_equal(pwrite(fd, page, 3000, 100), 3000);
	close(fd);
	expect_refused(&kit, BLN_CORRUPT, "it is damaged");
	assert_int_equal(unlink(kit.path), 0);

	/* Pages that opening does not look at: found by the check. */
	kit_make_version(kit.path, bln_schema_version(), a_run_sql);
	fd = open(kit.path, O_RDWR);
	assert_int_equal(pwrite(fd, page, sizeof(page), 4096), sizeof(page));
	close(fd);
	opened = kit_open(&kit);
	assert_int_equal(bln_state_check(opened, &err), BLN_CORRUPT);
	bln_state_close(opened);
	assert_int_equal(unlink(kit.path), 0);

	/* Tables that are not what the version promises. */
	kit_make_version(kit.path, bln_schema_version(), "DROP TABLE runs");
	opened = kit_open(&kit);
	struct bln_arena arena = { 0 };
	struct bln_run run;

	assert_int_equal(bln_run_get(opened, "old", &arena, &run, &err), BLN_CORRUPT);
	assert_says(err.message, "no such table: runs");
	bln_state_close(opened);
	kit_remove(&kit);
}

/* Root may write anywhere: the child becomes nobody. */
static void expect_denied_to_nobody(const struct kit *kit)
{
	pid_t child = fork();

	if (child == 0) {
		struct bln_state *opened = NULL;
		struct bln_err err = { 0 };
		bool is_root = geteuid() == 0;

		if (is_root && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(2);
		if (bln_state_open(kit->path, BLN_STATE_CREATE, &opened, &err) != BLN_DENIED || opened ||
		    !strstr(err.message, kit->folder) || strchr(err.message, '\n')) {
			print_error("%s: %s\n", bln_status_name(err.status), err.message);
			_exit(3);
		}
		_exit(0);
	}
	assert_true(kit_child_ended_well(child));
}

static void without_permission_to_write_one_line_says_so(void **state)
{
	struct kit kit = kit_new();
	(void)state;

	assert_int_equal(chmod(kit.folder, 0555), 0);
	expect_denied_to_nobody(&kit); /* cannot make the file */

	assert_int_equal(chmod(kit.folder, 0755), 0);
	kit_make_version(kit.path, bln_schema_version(), a_run_sql);
	assert_int_equal(chmod(kit.folder, 0555), 0);
	assert_int_equal(chmod(kit.path, 0444), 0);
	expect_denied_to_nobody(&kit); /* cannot write the file */
	assert_int_equal(chmod(kit.path, 0666), 0);
	expect_denied_to_nobody(&kit); /* cannot make the write-ahead log beside it */
	assert_int_equal(chmod(kit.path, 0000), 0);
	expect_denied_to_nobody(&kit); /* cannot even read it */
	assert_int_equal(chmod(kit.folder, 0755), 0);
	kit_remove(&kit);
}

/* What nobody, who may not write, finds when looking: the old run, if EXPECTED is BLN_OK. Nothing is left behind. */
static void expect_nobody_sees(const struct kit *kit, enum bln_status expected)
{
	pid_t child = fork();

	if (child == 0) {
		struct bln_run_filter all = { 0 };
		struct bln_state *opened = NULL;
		struct bln_arena arena = { 0 };
		struct bln_run *runs = NULL;
		struct bln_err err = { 0 };
		size_t count = 0;

		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(2);
		if (bln_state_open(kit->path, BLN_STATE_LOOK, &opened, &err) != expected) {
			print_error("%s: %s\n", bln_status_name(err.status), err.message);
			_exit(3);
		}
		if (expected == BLN_OK &&
		    (!bln_state_is_read_only(opened) ||
		     bln_runs_list(opened, &all, &arena, &runs, &count, &err) != BLN_OK || count != 1 ||
		     strcmp(runs[0].id, "old") != 0 ||
		     bln_run_create(opened, &(struct bln_run){ .id = "new", .name = "x", .attempt = 1 }, &err) !=
			     BLN_DENIED)) {
			print_error("%zu runs; %s: %s\n", count, bln_status_name(err.status), err.message);
			_exit(4);
		}
		bln_state_close(opened);
		bln_arena_clean_up(&arena);
		_exit(0);
	}
	assert_true(kit_child_ended_well(child));
}

static void beside_set(const struct kit *kit, mode_t mode)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < 3; i++) {
		char path[KIT_PATH_SIZE + 32];

		snprintf(path, sizeof(path), "%s%s", kit->path, ends[i]);
		(void)!chmod(path, mode);
	}
}

/* A process that has the file open until the end that it returns is closed: SQLite's locks are those of a process. */
static pid_t holder_start(const struct kit *kit, int *end)
{
	struct bln_state *opened = NULL;
	int there[2];
	int back[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(back), 0);
	child = fork();
	if (child == 0) {
		close(there[1]);
		if (bln_state_open(kit->path, BLN_STATE_LOOK, &opened, NULL) != BLN_OK || write(back[1], "o", 1) != 1)
			_exit(2);
		(void)!read(there[0], &byte, 1);
		bln_state_close(opened);
		_exit(0);
	}
	close(there[0]);
	assert_int_equal(read(back[0], &byte, 1), 1);
	close(back[0]);
	close(back[1]);
	*end = there[1];
	return child;
}

static void what_may_only_be_read_is_looked_at(void **state)
{
	struct kit kit = kit_new();
	char path[KIT_PATH_SIZE + 32];
	pid_t holder;
	int end;
	(void)state;

	assert_int_equal(chmod(kit.folder, 0555), 0);
	expect_nobody_sees(&kit, BLN_NOT_FOUND);
	assert_int_equal(chmod(kit.folder, 0755), 0);
	kit_make_version(kit.path, bln_schema_version() - 1, a_run_sql);
	assert_int_equal(chmod(kit.folder, 0555), 0);
	beside_set(&kit, 0444);
	expect_nobody_sees(&kit, BLN_UNSUPPORTED); /* it would have to be brought up to date */
	assert_int_equal(chmod(kit.folder, 0755), 0);
	beside_set(&kit, 0644);
	holder = holder_start(&kit, &end); /* which brings it up to date */
	assert_int_equal(chmod(kit.folder, 0555), 0);
	beside_set(&kit, 0444);
	expect_nobody_sees(&kit, BLN_OK); /* its newest rows are in the log */
	assert_int_equal(chmod(kit.folder, 0755), 0);
	close(end);
	assert_true(kit_child_ended_well(holder));
	assert_int_equal(chmod(kit.folder, 0555), 0);
	expect_nobody_sees(&kit, BLN_OK); /* nobody has: there is but the file */
	assert_int_equal(chmod(kit.folder, 0777), 0); /* where something could be made beside it, nothing is */
	expect_nobody_sees(&kit, BLN_OK);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", kit.path, i ? "-wal" : "-shm");
		assert_int_not_equal(access(path, F_OK), 0);
	}
	kit_remove(&kit);
}

static void a_log_that_cannot_be_read_is_told(void **state)
{
	struct kit kit = kit_new();
	char path[KIT_PATH_SIZE + 32];
	FILE *log;
	(void)state;

	kit_make_version(kit.path, bln_schema_version(), a_run_sql);
	kit_sql(kit.path, "PRAGMA journal_mode = WAL");
	snprintf(path, sizeof(path), "%s-wal", kit.path);
	log = fopen(path, "w");
	assert_non_null(log);
	assert_true(fputs("what a killed writer left", log) > 0);
	assert_int_equal(fclose(log), 0);
	assert_int_equal(chmod(kit.folder, 0555), 0);
	beside_set(&kit, 0444);
	expect_nobody_sees(&kit, BLN_DENIED);
	assert_int_equal(chmod(kit.folder, 0755), 0);
	kit_remove(&kit);
}

/* Opens and records, telling DONE_FD a byte after each thing that was promised to be durable. */
static void open_and_record(const struct kit *kit, int done_fd)
{
	struct bln_state *opened = NULL;
	const struct bln_run run = { .id = "new", .kind = BLN_RUN_JOB, .name = "ingest", .attempt = 1 };
	static const enum bln_run_state to[] = { BLN_RUN_RUNNING, BLN_RUN_SUCCEEDED };
	bool is_well = bln_state_open(kit->path, BLN_STATE_CREATE, &opened, NULL) == BLN_OK &&
		       bln_run_create(opened, &run, NULL) == BLN_OK && write(done_fd, "c", 1) == 1;

	for (size_t i = 0; is_well && i < 2; i++) {
		const struct bln_run_change change = { .to = to[i], .at_us = 10 };

		is_well = bln_run_change(opened, "new", &change, NULL) == BLN_OK && write(done_fd, "t", 1) == 1;
	}
	bln_state_close(opened);
	_exit(is_well ? 0 : 1);
}

static void expect_what_was_promised(const struct kit *kit, int version, int promised)
{
	struct bln_state *opened = kit_open(kit);
	struct bln_arena arena = { 0 };
	struct bln_run run = { .state = BLN_RUN_STATES };
	struct bln_err err = { 0 };
	enum bln_status status = bln_run_get(opened, "new", &arena, &run, &err);

	assert_ok(bln_state_check(opened, &err), &err);
	if (version > 0)
		expect_the_old_run(opened);
	assert_true(status == BLN_OK || status == BLN_NOT_FOUND);
	assert_true(promised < 1 || status == BLN_OK);
	assert_true(promised < 2 || run.state == BLN_RUN_RUNNING || run.state == BLN_RUN_SUCCEEDED);
	assert_true(promised < 3 || run.state == BLN_RUN_SUCCEEDED);
	bln_arena_clean_up(&arena);
	bln_state_close(opened);
	assert_int_equal(kit_int(kit->path, "PRAGMA user_version"), bln_schema_version());
}

static void a_kill_at_any_write_loses_nothing_that_was_promised(void **state)
{
	(void)state;
	for (int version = 0; version <= bln_schema_version(); version++) {
		bool has_passed = false;
		int at = 1;

		for (; !has_passed; at++) {
			struct kit kit = kit_new();
			char promised[8];
			int done[2];
			pid_t child;

			kit_make_version(kit.path, version, a_run_sql);
			assert_int_equal(pipe(done), 0);
			child = fork();
			if (child == 0) {
				kit_fault(at, 0);
				open_and_record(&kit, done[1]);
			}
			close(done[1]);
			has_passed = kit_child_ended_well(child);
			expect_what_was_promised(&kit, version, (int)read(done[0], promised, sizeof(promised)));
			close(done[0]);
			kit_remove(&kit);
		}
		print_message("from version %d: killed at each of %d calls\n", version, at - 2);
		assert_true(at > 8);
	}
}

static void a_full_or_failing_disk_is_an_error_and_the_file_stays_whole(void **state)
{
	static const int codes[] = { ENOSPC, EIO };
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		bool has_passed = false;

		for (int at = 1; !has_passed; at++) {
			struct kit kit = kit_new();
			struct bln_state *opened = NULL;
			const struct bln_run run = { .id = "new", .kind = BLN_RUN_JOB, .name = "n", .attempt = 1 };
			struct bln_err err = { 0 };
			enum bln_status status;

			kit_make_version(kit.path, 1, a_run_sql);
			kit_fault(at, codes[i]);
			status = bln_state_open(kit.path, BLN_STATE_CREATE, &opened, &err);
			if (status == BLN_OK)
				status = bln_run_create(opened, &run, &err);
			kit_fault(0, 0);
			bln_state_close(opened);
			has_passed = status == BLN_OK;
			if (!has_passed) {
				assert_int_equal(status, BLN_IO);
				assert_says(err.message, kit.path);
			}
			expect_what_was_promised(&kit, 1, has_passed ? 1 : 0);
			kit_remove(&kit);
		}
	}
}

static void no_memory_at_any_request_is_told_and_leaves_the_file_good(void **state)
{
	bool has_passed = false;
	uint64_t at = 1;
	(void)state;

	for (; !has_passed; at++) {
		struct kit kit = kit_new();
		struct bln_state *opened = NULL;
		struct bln_err err = { 0 };
		enum bln_status status;

		kit_make_version(kit.path, 1, a_run_sql);
		bln_mem_fail_at(at, at % 2 == 0);
		status = bln_state_open(kit.path, BLN_STATE_CREATE, &opened, &err);
		if (status == BLN_OK)
			status = bln_state_check(opened, &err);
		has_passed = bln_mem_fail_at(0, false) < at;
		bln_state_close(opened);
		if (status != BLN_OK && status != BLN_NO_MEMORY)
			fail_msg("request %d: %s: %s", (int)at, bln_status_name(status), err.message);
		assert_true(!has_passed || status == BLN_OK);
		opened = kit_open(&kit);
		expect_the_old_run(opened);
		bln_state_close(opened);
		kit_remove(&kit);
	}
	assert_true(at > 50);
}

static void many_processes_may_open_a_new_file_at_once(void **state)
{
	enum { PROCESSES = 8, ROUNDS = 5 };
	(void)state;

	for (int round = 0; round < ROUNDS; round++) {
		struct kit kit = kit_new();
		pid_t children[PROCESSES];
		int go[2];

		assert_int_equal(pipe(go), 0);
		for (int i = 0; i < PROCESSES; i++) {
			children[i] = fork();
			if (children[i] == 0) {
				char id[16];
				struct bln_run run = { .id = id, .kind = BLN_RUN_JOB, .name = "n", .attempt = 1 };
				struct bln_state *opened = NULL;
				struct bln_err err = { 0 };
				char byte;

				close(go[1]);
				snprintf(id, sizeof(id), "run-%d", i);
				if (read(go[0], &byte, 1) != 0 ||
				    bln_state_open(kit.path, BLN_STATE_CREATE, &opened, &err) != BLN_OK ||
				    bln_run_create(opened, &run, &err) != BLN_OK) {
					print_error("%s\n", err.message);
					_exit(1);
				}
				bln_state_close(opened);
				_exit(0);
			}
		}
		close(go[0]);
		close(go[1]); /* off they go */
		for (int i = 0; i < PROCESSES; i++)
			assert_true(kit_child_ended_well(children[i]));
		assert_int_equal(kit_int(kit.path, "SELECT count(*) FROM runs"), PROCESSES);
		kit_remove(&kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_file_is_made_for_its_owner_only),
		cmocka_unit_test(settings_hold_on_every_connection),
		cmocka_unit_test(every_older_version_comes_up_to_date_with_its_rows),
		cmocka_unit_test(a_file_of_a_newer_bullion_is_refused_untouched),
		cmocka_unit_test(a_newer_files_log_is_left_alone_too),
		cmocka_unit_test(another_programs_file_is_refused_untouched),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(without_permission_to_write_one_line_says_so),
		cmocka_unit_test(what_may_only_be_read_is_looked_at),
		cmocka_unit_test(a_log_that_cannot_be_read_is_told),
		cmocka_unit_test(a_kill_at_any_write_loses_nothing_that_was_promised),
		cmocka_unit_test(a_full_or_failing_disk_is_an_error_and_the_file_stays_whole),
		cmocka_unit_test(no_memory_at_any_request_is_told_and_leaves_the_file_good),
		cmocka_unit_test(many_processes_may_open_a_new_file_at_once),
	};

	return cmocka_run_group_tests_name("state", tests, kit_set_up, NULL);
}
