#include "base/processes_test_kit.h"

#include "job/job_test_kit.h"

#include <dirent.h>
#include <signal.h>

static struct bln_random dice;

static struct bln_job_work *work_open(struct kit *kit)
{
	struct bln_job_work *work = NULL;

	assert_ok(bln_work_open(kit->folder, &dice, &kit->arena, &work, &kit->err), &kit->err);
	return work;
}

/* Folders of processes, dead or alive. */
static size_t folders(const struct kit *kit)
{
	DIR *dir = opendir(kit_path(kit, ".bullion/work"));
	size_t count = 0;

	assert_non_null(dir);
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static bool is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

static void a_folder_lives_as_long_as_it_is_open(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *work = work_open(kit);
	char file[KIT_PATH_SIZE];
	const char *first;
	const char *second;
	(void)state;

	assert_true(is_there(work->path) && is_there(work->spill));
	assert_memory_equal(work->spill, work->path, strlen(work->path));
	assert_ok(bln_work_part(work, &kit->arena, &first, &kit->err), &kit->err);
	assert_ok(bln_work_part(work, &kit->arena, &second, &kit->err), &kit->err);
	assert_string_not_equal(first, second);
	snprintf(file, sizeof(file), "%s/staged", first + strlen(kit->folder) + 1);
	kit_file(kit, file, "x");
	bln_work_close(work);
	assert_int_equal(folders(kit), 0);
	bln_work_close(NULL);
	kit_free(kit);
}

static void the_living_are_left_alone(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *first = work_open(kit);
	struct bln_job_work *second = work_open(kit);
	(void)state;

	assert_int_equal(folders(kit), 2);
	assert_true(is_there(first->path) && is_there(first->spill));
	bln_work_close(first);
	assert_int_equal(folders(kit), 1);
	assert_true(is_there(second->spill));
	bln_work_close(second);
	kit_free(kit);
}

/* Its owner is killed in the midst: the next process removes what it left, and no earlier. */
static void what_the_killed_leave_goes(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *work;
	int ready[2];
	char byte;
	pid_t child;
	int end;
	(void)state;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const char *part;

		if (bln_work_open(kit->folder, &dice, &kit->arena, &work, NULL) != BLN_OK ||
		    bln_work_part(work, &kit->arena, &part, NULL) != BLN_OK || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	work = work_open(kit);
	assert_int_equal(folders(kit), 2);
	bln_work_close(work);
	assert_int_equal(folders(kit), 1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &end, 0), child);
	bln_random_next(&dice); /* the child's next name was ours, too */
	work = work_open(kit);
	assert_int_equal(folders(kit), 1);
	bln_work_close(work);
	assert_int_equal(folders(kit), 0);
	close(ready[0]);
	close(ready[1]);
	kit_free(kit);
}

/* A link in a dead folder leads out of it: what it leads to stays. */
static void links_are_not_followed(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *work;
	(void)state;

	kit_file(kit, "precious/file", "x");
	kit_file(kit, ".bullion/work/dead/lock", "");
	kit_file(kit, ".bullion/work/dead/0/part", "x");
	assert_int_equal(symlink(kit_path(kit, "precious"), kit_path(kit, ".bullion/work/dead/0/link")), 0);
	assert_int_equal(symlink(kit_path(kit, "precious/file"), kit_path(kit, ".bullion/work/dead/file")), 0);
	/* a folder that is a link, with a lock in it that nobody holds */
	kit_file(kit, "precious/lock", "");
	assert_int_equal(symlink(kit_path(kit, "precious"), kit_path(kit, ".bullion/work/link")), 0);
	work = work_open(kit);
	assert_false(is_there(kit_path(kit, ".bullion/work/dead")));
	assert_true(is_there(kit_path(kit, "precious/file")));
	assert_true(is_there(kit_path(kit, "precious/lock")));
	bln_work_close(work);
	kit_free(kit);
}

/* Killed before there was a lock, or in the midst of removing its folder: nobody's either. */
static void a_folder_without_a_lock_goes_when_it_is_empty(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *work;
	(void)state;

	assert_int_equal(mkdir(kit_path(kit, ".bullion/work"), 0700), 0);
	assert_int_equal(mkdir(kit_path(kit, ".bullion/work/empty"), 0700), 0);
	work = work_open(kit);
	assert_int_equal(folders(kit), 1);
	bln_work_close(work);
	kit_free(kit);
}

/* The lock is the last thing to go: a removal that is cut short is taken up by the next process. */
static void the_lock_outlives_the_rest(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *work = work_open(kit);
	char deep[KIT_PATH_SIZE];
	(void)state;

	/* deeper than what is removed */
	snprintf(deep, sizeof(deep), "%s/1/2/3/4/5/6/7/8/9/10/11/file", work->path + strlen(kit->folder) + 1);
	kit_file(kit, deep, "x");
	bln_work_close(work);
	assert_true(is_there(kit_path(kit, deep)));
	snprintf(deep, sizeof(deep), "%s/lock", work->path);
	assert_true(is_there(deep));
	kit_free(kit);
}

static bool come_and_go(void *context, int self)
{
	enum { ROUNDS = 60 };
	const struct kit *kit = context;
	struct bln_random own;

	bln_random_init(&own, 100 + (uint64_t)self);
	for (int i = 0; i < ROUNDS; i++) {
		struct bln_arena arena = { 0 };
		struct bln_job_work *work = NULL;
		struct bln_err err = { 0 };
		const char *part = NULL;

		if (bln_work_open(kit->folder, &own, &arena, &work, &err) != BLN_OK ||
		    bln_work_part(work, &arena, &part, &err) != BLN_OK || !is_there(part)) {
			fprintf(stderr, "%s\n", err.message);
			return false;
		}
		if (i % 7 != self) /* else as if killed: its lock goes with the descriptor */
			bln_work_close(work);
		else
			close(work->lock_fd);
		bln_arena_clean_up(&arena);
	}
	return true;
}

/* Each has its own folder all the time. */
static void processes_do_not_take_each_others(void **state)
{
	struct kit *kit = kit_new("", 1);
	(void)state;

	test_processes(4, come_and_go, kit);
	bln_work_close(work_open(kit));
	assert_int_equal(folders(kit), 0);
	kit_free(kit);
}

static void what_cannot_be_made_is_named(void **state)
{
	struct kit *kit = kit_new("", 1);
	struct bln_job_work *work = NULL;
	(void)state;

	kit_file(kit, ".bullion/work", "a file");
	assert_int_not_equal(bln_work_open(kit->folder, &dice, &kit->arena, &work, &kit->err), BLN_OK);
	assert_null(work);
	assert_says(kit->err.message, ".bullion/work");
	assert_int_equal(bln_work_open("/nowhere/at/all", &dice, &kit->arena, &work, &kit->err), BLN_NOT_FOUND);
	assert_says(kit->err.message, "/nowhere/at/all/.bullion");
	kit_free(kit);
}

static void no_memory_leaves_nothing(void **state)
{
	struct kit *kit = kit_new("", 1);
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	for (uint64_t nth = 1; status != BLN_OK; nth++) {
		struct bln_arena arena = { 0 };
		struct bln_job_work *work = NULL;

		assert_true(nth < 100);
		bln_mem_fail_at(nth, false);
		status = bln_work_open(kit->folder, &dice, &arena, &work, &kit->err);
		bln_mem_fail_at(0, false);
		if (status == BLN_OK)
			bln_work_close(work);
		else
			assert_int_equal(status, BLN_NO_MEMORY);
		bln_arena_clean_up(&arena);
		if (is_there(kit_path(kit, ".bullion/work")))
			assert_int_equal(folders(kit), 0);
	}
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_lives_as_long_as_it_is_open),
		cmocka_unit_test(the_living_are_left_alone),
		cmocka_unit_test(what_the_killed_leave_goes),
		cmocka_unit_test(links_are_not_followed),
		cmocka_unit_test(a_folder_without_a_lock_goes_when_it_is_empty),
		cmocka_unit_test(the_lock_outlives_the_rest),
		cmocka_unit_test(processes_do_not_take_each_others),
		cmocka_unit_test(what_cannot_be_made_is_named),
		cmocka_unit_test(no_memory_leaves_nothing),
	};

	bln_random_init(&dice, test_seed(1));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
