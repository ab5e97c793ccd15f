#include "store/store_test_kit.h"

#include "base/mem.h"
#include "store/faulty.h"

struct place {
	char folder[KIT_PATH_SIZE];
	char root[KIT_PATH_SIZE + 8];
	const char *plan;
};

static struct place place_new(void)
{
	struct place place = { 0 };

	kit_folder_make(place.folder);
	snprintf(place.root, sizeof(place.root), "%s/root", place.folder);
	return place;
}

static struct bln_store *faulty_open(const struct place *place, const char *plan)
{
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };

	assert_ok(bln_store_open(place->root, &(struct bln_store_options){ .faults = plan }, &store, &err), &err);
	return store;
}

static void a_failed_put_did_nothing_and_a_lost_one_all(void **state)
{
	struct place place = place_new();
	struct bln_store *store = faulty_open(&place, "fail@1,lose@2,nospace@3,lose@4");
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_store_put(store, "a", "1", 1, &err), BLN_IO);
	assert_says(err.message, "planned fault");
	assert_says(err.message, "put 1");
	assert_int_equal(bln_store_put(store, "b", "1", 1, &err), BLN_IO);
	assert_int_equal(bln_store_put(store, "c", "1", 1, &err), BLN_IO);
	assert_says(err.message, "No space left on device");
	assert_int_equal(bln_store_put_if_absent(store, "d", "1", 1, &err), BLN_IO);
	assert_listed(store, NULL, "b\nd\n");
	assert_object(store, "b", "1");
	bln_store_close(store);
	test_folder_remove(place.folder);
}

static void a_torn_batch_is_done_in_half(void **state)
{
	struct place place = place_new();
	struct bln_store *store = faulty_open(&place, "torn@1:put_files,torn@1:delete_many,torn@1:put_if_absent");
	struct bln_staged_file files[4];
	static const char *const keys[4] = { "k/0", "k/1", "k/2", "k/3" };
	char paths[4][KIT_PATH_SIZE + 8];
	(void)state;

	for (int i = 0; i < 4; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%d", place.folder, i);
		kit_file_write(paths[i], "x");
		files[i] = (struct bln_staged_file){ keys[i], paths[i] };
	}
	assert_int_equal(bln_store_put_files(store, files, 4, NULL), BLN_IO);
	assert_listed(store, NULL, "k/0\nk/1\n");
	assert_int_equal(access(paths[2], F_OK), 0);
	assert_int_equal(bln_store_delete_many(store, keys, 2, NULL), BLN_IO);
	assert_listed(store, NULL, "k/1\n");
	assert_int_equal(bln_store_put_if_absent(store, "k/4", "bytes", 5, NULL), BLN_IO);
	assert_listed(store, NULL, "k/1\n");
	assert_int_equal(kit_files_below(place.root), 2); /* and a hidden one */
	bln_store_close(store);
	test_folder_remove(place.folder);
}

static void every_read_can_fail_and_then_goes_on(void **state)
{
	struct place place = place_new();
	struct bln_store *store = faulty_open(&place, "fail@1:get,fail@1:get_range,fail@1:head,fail@1:reader_open "
						      "fail@2:reader_read,fail@1:list,fail@2:listing_next "
						      "fail@1:local_path,fail@1:sweep");
	struct bln_text text = { 0 };
	struct bln_store_reader *reader = NULL;
	struct bln_listing *listing = NULL;
	const struct bln_object *object;
	struct bln_object_head head;
	char buffer[8];
	size_t got;
	(void)state;

	kit_put(store, "a", "12345");
	assert_int_equal(bln_store_get(store, "a", 9, &text, NULL), BLN_IO);
	assert_object(store, "a", "12345");
	assert_int_equal(bln_store_get_range(store, "a", 0, buffer, 8, &got, NULL), BLN_IO);
	assert_int_equal(bln_store_get_range(store, "a", 1, buffer, 2, &got, NULL), BLN_OK);
	assert_int_equal(bln_store_head(store, "a", &head, NULL), BLN_IO);
	assert_int_equal(bln_store_head(store, "a", &head, NULL), BLN_OK);
	assert_int_equal(bln_store_reader_open(store, "a", &reader, NULL), BLN_IO);
	assert_int_equal(bln_store_reader_open(store, "a", &reader, NULL), BLN_OK);
	assert_int_equal(bln_store_reader_read(reader, buffer, 3, &got, NULL), BLN_OK);
	assert_int_equal(bln_store_reader_read(reader, buffer, 3, &got, NULL), BLN_IO);
	assert_int_equal(bln_store_reader_read(reader, buffer, 3, &got, NULL), BLN_OK);
	assert_int_equal(got, 2);
	bln_store_reader_close(reader);
	assert_int_equal(bln_store_list(store, NULL, &listing, NULL), BLN_IO);
	assert_int_equal(bln_store_list(store, NULL, &listing, NULL), BLN_OK);
	assert_int_equal(bln_listing_next(listing, &object, NULL), BLN_OK);
	assert_string_equal(object->key, "a");
	assert_int_equal(bln_listing_next(listing, &object, NULL), BLN_IO);
	assert_int_equal(bln_listing_next(listing, &object, NULL), BLN_OK);
	assert_null(object);
	bln_listing_close(listing);
	assert_int_equal(bln_store_local_path(store, "a", &text, NULL), BLN_IO);
	assert_int_equal(bln_store_local_path(store, "a", &text, NULL), BLN_OK);
	assert_string_equal(text.at, kit_path(place.root, "a"));
	assert_int_equal(bln_store_sweep(store, NULL, 0, NULL, NULL), BLN_IO);
	bln_text_clean_up(&text);
	bln_store_close(store);
	test_folder_remove(place.folder);
}

static void a_delay_sleeps_on_the_clock(void **state)
{
	struct place place = place_new();
	struct bln_store *inner = kit_open(place.root);
	struct bln_store *store;
	struct bln_clock_virtual clock;
	struct bln_err err = { 0 };
	(void)state;

	bln_clock_virtual_init(&clock, 0);
	assert_ok(bln_faulty_open(inner, "delay@2=1h", &store, &err), &err);
	bln_faulty_set_clock(store, &clock.clock);
	kit_put(store, "a", "1");
	assert_int_equal(bln_clock_monotonic_us(&clock.clock), 0);
	kit_put(store, "a", "2");
	assert_int_equal(bln_clock_monotonic_us(&clock.clock), INT64_C(3600000000));
	bln_store_close(store);
	test_folder_remove(place.folder);
}

/* --- processes --- */

static bool put_three(void *context)
{
	const struct place *place = context;
	struct bln_store *store = NULL;
	bool is_done;

	setenv(BLN_STORE_FAULTS_VARIABLE, place->plan, 1);
	if (bln_store_open(place->root, NULL, &store, NULL) != BLN_OK)
		return false;
	is_done = bln_store_put(store, "1", "one", 3, NULL) == BLN_OK &&
		  bln_store_put_if_absent(store, "2", "two", 3, NULL) == BLN_OK &&
		  bln_store_put(store, "3", "three", 5, NULL) == BLN_OK;
	bln_store_close(store);
	return is_done;
}

static void a_killed_process_leaves_what_it_had_done(void **state)
{
	static const struct {
		const char *plan;
		const char *left;
		int files;
		int swept;
	} cases[] = {
		{ "kill@1", "", 0, 0 },
		{ "kill@2", "1\n", 1, 0 },
		{ "kill-in@2", "1\n", 2, 1 },
		{ "kill-after@2", "1\n2\n", 2, 0 },
		{ "kill@1:put_if_absent", "1\n", 1, 0 },
		{ "kill-after@2:put", "1\n2\n3\n", 3, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place place = place_new();
		struct bln_store *store = kit_open(place.root);
		struct bln_err err = { 0 };
		int64_t removed = -1;
		int ended;

		place.plan = cases[i].plan;
		assert_int_equal(mkdir(place.root, 0777), 0);
		ended = kit_child(put_three, &place);
		assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
		assert_listed(store, NULL, cases[i].left);
		assert_int_equal(kit_files_below(place.root), cases[i].files);
		assert_ok(bln_store_sweep(store, NULL, 0, &removed, &err), &err);
		assert_int_equal(removed, cases[i].swept);
		bln_store_close(store);
		test_folder_remove(place.folder);
	}
}

static void the_environment_is_used_only_without_a_plan_of_ones_own(void **state)
{
	struct place place = place_new();
	struct bln_store *store;
	struct bln_err err = { 0 };
	(void)state;

	setenv(BLN_STORE_FAULTS_VARIABLE, "fail@1+", 1);
	store = faulty_open(&place, "");
	kit_put(store, "a", "1");
	bln_store_close(store);
	assert_ok(bln_store_open(place.root, NULL, &store, &err), &err);
	assert_int_equal(bln_store_put(store, "a", "2", 1, NULL), BLN_IO);
	bln_store_close(store);
	setenv(BLN_STORE_FAULTS_VARIABLE, "nonsense", 1);
	assert_int_equal(bln_store_open(place.root, NULL, &store, &err), BLN_INVALID);
	assert_says(err.message, "nonsense");
	unsetenv(BLN_STORE_FAULTS_VARIABLE);
	test_folder_remove(place.folder);
}

enum { SHARING_PROCESSES = 4, SHARING_PUTS = 50 };

static bool put_many(void *context)
{
	struct place *place = context;
	struct bln_store *store = NULL;
	int failed = 0;

	if (bln_store_open(place->root, &(struct bln_store_options){ .faults = place->plan }, &store, NULL) != BLN_OK)
		return false;
	for (int i = 0; i < SHARING_PUTS; i++)
		failed += bln_store_put(store, "a", "1", 1, NULL) != BLN_OK;
	bln_store_close(store);
	_exit(failed);
}

static void processes_share_a_count(void **state)
{
	struct place place = place_new();
	const char *file = kit_path(place.folder, "calls");
	char plan[KIT_PATH_SIZE * 2 + 64];
	pid_t children[SHARING_PROCESSES];
	unsigned long long all = 0;
	char line[64] = "";
	int failed = 0;
	FILE *counts;
	(void)state;

	snprintf(plan, sizeof(plan), "count=%s,fail@100", file);
	place.plan = plan;
	for (int i = 0; i < SHARING_PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(put_many(&place) ? 0 : 99);
	}
	for (int i = 0; i < SHARING_PROCESSES; i++) {
		int ended;

		assert_int_equal(waitpid(children[i], &ended, 0), children[i]);
		assert_true(WIFEXITED(ended));
		failed += WEXITSTATUS(ended);
	}
	assert_int_equal(failed, 1);
	counts = fopen(file, "r");
	assert_non_null(counts);
	assert_non_null(fgets(line, sizeof(line), counts));
	all = strtoull(line, NULL, 10);
	assert_says(line, " all");
	fclose(counts);
	assert_int_equal(all, SHARING_PROCESSES * SHARING_PUTS);
	test_folder_remove(place.folder);
}

static void a_file_that_holds_no_counts_is_refused(void **state)
{
	struct place place = place_new();
	const char *file = kit_path(place.folder, "calls");
	char plan[KIT_PATH_SIZE * 2 + 64];
	struct bln_store *store;
	struct bln_err err = { 0 };
	(void)state;

	snprintf(plan, sizeof(plan), "count=%s", file);
	store = faulty_open(&place, plan);
	kit_file_write(file, "my diary\n");
	assert_int_equal(bln_store_put(store, "a", "1", 1, &err), BLN_CORRUPT);
	assert_says(err.message, file);
	assert_int_equal(unlink(file), 0);
	kit_put(store, "a", "1");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkdir(file, 0777), 0);
	assert_int_equal(bln_store_put(store, "a", "1", 1, &err), BLN_IO);
	assert_says(err.message, file);
	bln_store_close(store);
	test_folder_remove(place.folder);
}

static void no_memory_is_an_answer(void **state)
{
	struct place place = place_new();
	(void)state;

	for (uint64_t nth = 1;; nth++) {
		struct bln_store *store = NULL;
		struct bln_store_reader *reader = NULL;
		struct bln_listing *listing = NULL;
		enum bln_status status;

		bln_mem_fail_at(nth, false);
		BLN_TRY(bln_store_open(place.root, &(struct bln_store_options){ .faults = "fail@99" }, &store, NULL));
		BLN_TRY(bln_store_put(store, "a", "1", 1, NULL));
		BLN_TRY(bln_store_reader_open(store, "a", &reader, NULL));
		BLN_TRY(bln_store_list(store, NULL, &listing, NULL));
	done:
		bln_mem_fail_at(0, false);
		bln_store_reader_close(reader);
		bln_listing_close(listing);
		bln_store_close(store);
		if (status == BLN_OK && nth > 4)
			break;
		assert_int_equal(status, BLN_NO_MEMORY);
	}
	test_folder_remove(place.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_put_did_nothing_and_a_lost_one_all),
		cmocka_unit_test(a_torn_batch_is_done_in_half),
		cmocka_unit_test(every_read_can_fail_and_then_goes_on),
		cmocka_unit_test(a_delay_sleeps_on_the_clock),
		cmocka_unit_test(a_killed_process_leaves_what_it_had_done),
		cmocka_unit_test(the_environment_is_used_only_without_a_plan_of_ones_own),
		cmocka_unit_test(processes_share_a_count),
		cmocka_unit_test(a_file_that_holds_no_counts_is_refused),
		cmocka_unit_test(no_memory_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
