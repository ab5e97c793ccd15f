/* The disk fails at each system call in turn, and the process dies at each: what is in the store is old or new, never half,
 * nothing is left lying about, and nothing is published before it is on the disk. */
#include "store/store_test_kit.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "store/local_internal.h"

enum { FILES = 5 };

/* What is done to a store. The objects "old" and "t/a" hold "old" before; FILES staged files lie in the staging folder. */
struct work {
	const char *name;
	enum bln_status (*run)(struct bln_store *store, const char *staging);
	const char *key; /* what it changes */
	const char *before; /* NULL: not there */
	const char *after;
};

static enum bln_status put_new(struct bln_store *store, const char *staging)
{
	(void)staging;
	return bln_store_put(store, "new/deep/er/a", "new", 3, NULL);
}

static enum bln_status put_old(struct bln_store *store, const char *staging)
{
	(void)staging;
	return bln_store_put(store, "t/a", "new", 3, NULL);
}

static enum bln_status put_absent(struct bln_store *store, const char *staging)
{
	(void)staging;
	return bln_store_put_if_absent(store, "t/b", "new", 3, NULL);
}

static const char *const file_keys[FILES] = { "f/a/0", "f/a/1", "f/b/2", "t/3", "t/a" };

static enum bln_status put_files(struct bln_store *store, const char *staging)
{
	struct bln_staged_file files[FILES];
	char paths[FILES][KIT_PATH_SIZE + 8];

	for (int i = 0; i < FILES; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%d", staging, i);
		files[i] = (struct bln_staged_file){ file_keys[i], paths[i] };
	}
	return bln_store_put_files(store, files, FILES, NULL);
}

static enum bln_status delete_old(struct bln_store *store, const char *staging)
{
	(void)staging;
	return bln_store_delete_many(store, (const char *[]){ "never/was", "t/a" }, 2, NULL);
}

static enum bln_status read_all(struct bln_store *store, const char *staging)
{
	struct bln_text text = { 0 };
	struct bln_object_head head;
	enum bln_status status;
	(void)staging;

	BLN_TRY(kit_list(store, NULL, &text, NULL));
	assert_string_equal(text.at, "old\nt/a\n");
	BLN_TRY(kit_list(store, &(struct bln_list_options){ .is_shallow = true }, &text, NULL));
	assert_string_equal(text.at, "old\nt/\n");
	BLN_TRY(bln_store_get(store, "t/a", 100, &text, NULL));
	assert_string_equal(text.at, "old");
	BLN_TRY(bln_store_head(store, "t/a", &head, NULL));
	BLN_TRY(bln_store_local_path(store, "t/a", &text, NULL));
	BLN_TRY(bln_store_sweep(store, NULL, 0, NULL, NULL));
done:
	bln_text_clean_up(&text);
	return status;
}

static const struct work works[] = {
	{ "put of a new object", put_new, "new/deep/er/a", NULL, "new" },
	{ "put of an old object", put_old, "t/a", "old", "new" },
	{ "put_if_absent", put_absent, "t/b", NULL, "new" },
	{ "put_files", put_files, "t/a", "old", "file 4" },
	{ "delete", delete_old, "t/a", "old", NULL },
	{ "reading", read_all, "t/a", "old", "old" },
};
enum { WORKS = sizeof(works) / sizeof(works[0]) };

/* --- the hook --- */

struct hook {
	int calls;
	int at; /* the call that fails; 0 for none */
	int code; /* 0: the process dies */
	bool is_poor; /* no RENAME_NOREPLACE */
	int crossings; /* so many renames would cross the border of a file system */
	enum bln_disk_call failed;
};

static int hook_before(void *context, enum bln_disk_call call, int fd)
{
	struct hook *hook = context;
	(void)fd;

	if (++hook->calls == hook->at) {
		if (hook->code == 0)
			raise(SIGKILL);
		hook->failed = call;
		return hook->code;
	}
	if (hook->is_poor && call == BLN_DISK_RENAME_ABSENT)
		return EINVAL;
	return call == BLN_DISK_RENAME && hook->crossings-- > 0 ? EXDEV : 0;
}

struct place {
	char root[KIT_PATH_SIZE];
	char staging[KIT_PATH_SIZE];
	const struct work *work;
	struct hook hook;
	enum bln_status status;
};

static void place_make(struct place *place)
{
	struct bln_store *store;

	kit_folder_make(place->root);
	kit_folder_make(place->staging);
	for (int i = 0; i < FILES; i++) {
		char name[16];
		char text[16];

		snprintf(name, sizeof(name), "%d", i);
		snprintf(text, sizeof(text), "file %d", i);
		kit_file_write(kit_path(place->staging, name), text);
	}
	store = kit_open(place->root);
	kit_put(store, "old", "old");
	kit_put(store, "t/a", "old");
	bln_store_close(store);
}

static void place_remove(struct place *place)
{
	test_folder_remove(place->root);
	test_folder_remove(place->staging);
}

static struct hook hook_of(const struct place *place, int at, int code, bool is_poor)
{
	return (struct hook){
		.at = at,
		.code = code,
		.is_poor = is_poor,
		.crossings = is_poor && place->work->run == put_files ? 1 : 0,
		.failed = BLN_DISK_CALLS,
	};
}

/* One thread, so that the Nth call is the same one each time. */
static bool work_run(void *context)
{
	struct place *place = context;
	struct bln_disk disk = { hook_before, &place->hook };
	struct bln_store *store = NULL;

	if (bln_store_open(place->root, &(struct bln_store_options){ .threads = 1, .faults = "" }, &store, NULL) !=
	    BLN_OK)
		return false;
	bln_local_set_disk(store, &disk);
	place->status = place->work->run(store, place->staging);
	bln_store_close(store);
	return place->status == BLN_OK;
}

static bool is_object(struct bln_store *store, const char *key, const char *text)
{
	struct bln_text bytes = { 0 };
	enum bln_status status = bln_store_get(store, key, KIT_OBJECT_MAX, &bytes, NULL);
	bool is = text ? status == BLN_OK && strcmp(bytes.at, text) == 0 : status == BLN_NOT_FOUND;

	bln_text_clean_up(&bytes);
	return is;
}

/* What must hold whatever happened. Where nothing died no hidden file is left, unless it could not be removed: then a sweep
 * does it when the process is gone. */
static void place_check(struct place *place, bool has_died)
{
	const struct work *work = place->work;
	struct bln_store *store = kit_open(place->root);
	struct bln_text listed = { 0 };
	struct bln_err err = { 0 };
	int64_t removed = -1;
	int objects = 0;
	bool is_new = is_object(store, work->key, work->after);

	if (!is_new && !is_object(store, work->key, work->before))
		fail_msg("%s, call %d: neither old nor new", work->name, place->hook.at);
	if (!has_died && place->status == BLN_OK && !is_new)
		fail_msg("%s, call %d: done, but it is not", work->name, place->hook.at);
	assert_object(store, "old", "old");
	assert_ok(bln_store_sweep(store, NULL, 0, &removed, &err), &err);
	if (!has_died)
		assert_int_equal(removed, 0);
	assert_ok(kit_list(store, NULL, &listed, &err), &err);
	for (size_t i = 0; i < listed.length; i++)
		objects += listed.at[i] == '\n';
	if (place->hook.failed != BLN_DISK_UNLINK && kit_files_below(place->root) != objects)
		fail_msg("%s, call %d: there are files that are no objects", work->name, place->hook.at);
	for (int i = 0; i < FILES && work->run == put_files; i++) {
		char name[16];
		char text[16];

		snprintf(name, sizeof(name), "%d", i);
		snprintf(text, sizeof(text), "file %d", i);
		if (access(kit_path(place->staging, name), F_OK) != 0)
			assert_object(store, file_keys[i], text);
	}
	bln_text_clean_up(&listed);
	bln_store_close(store);
}

static void a_call_that_fails_harms_nothing(void **state)
{
	static const int codes[] = { ENOSPC, EIO };
	int failed = 0;
	(void)state;

	for (int variant = 0; variant < WORKS * 4; variant++) {
		for (int at = 1;; at++) {
			struct place place = { .work = &works[variant / 4] };

			place_make(&place);
			place.hook = hook_of(&place, at, codes[variant % 2], variant / 2 % 2);
			(void)work_run(&place);
			place_check(&place, false);
			place_remove(&place);
			failed += place.status != BLN_OK;
			if (place.hook.calls < at) {
				assert_int_equal(place.status, BLN_OK);
				break;
			}
			assert_true(place.status == BLN_OK || place.status == BLN_IO);
		}
	}
	assert_true(failed > 100);
}

static void a_process_that_dies_at_any_call_harms_nothing(void **state)
{
	int died = 0;
	(void)state;

	for (int variant = 0; variant < WORKS * 2; variant++) {
		for (int at = 1;; at++) {
			struct place place = { .work = &works[variant / 2] };
			int ended;

			if (place.work->run == read_all)
				break;
			place_make(&place);
			place.hook = hook_of(&place, at, 0, variant % 2);
			ended = kit_child(work_run, &place);
			place_check(&place, true);
			place_remove(&place);
			if (!WIFSIGNALED(ended)) {
				assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
				break;
			}
			died++;
		}
	}
	assert_true(died > 50);
}

static void an_allocation_that_fails_harms_nothing(void **state)
{
	(void)state;

	for (int i = 0; i < WORKS; i++) {
		for (uint64_t nth = 1;; nth++) {
			struct place place = { .work = &works[i], .status = BLN_NO_MEMORY };
			uint64_t asked;

			place_make(&place);
			bln_mem_fail_at(nth, false);
			(void)work_run(&place);
			asked = bln_mem_fail_at(0, false);
			place_check(&place, false);
			place_remove(&place);
			if (asked < nth) {
				assert_int_equal(place.status, BLN_OK);
				break;
			}
			assert_true(place.status == BLN_OK || place.status == BLN_NO_MEMORY);
		}
	}
}

static void errors_of_the_disk_say_what_to_do(void **state)
{
	static const struct {
		int code;
		enum bln_status status;
		const char *advice;
	} cases[] = {
		{ ENOSPC, BLN_IO, "free some space" },
		{ EDQUOT, BLN_IO, "quota" },
		{ EROFS, BLN_DENIED, "mount it writable" },
		{ EACCES, BLN_DENIED, "right" },
		{ EMFILE, BLN_IO, "ulimit -n" },
		{ EIO, BLN_IO, "dmesg" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place place = { 0 };
		struct bln_err err = { 0 };
		struct bln_store *store;

		place_make(&place);
		place.hook = (struct hook){ .at = 1, .code = cases[i].code };
		store = kit_open(place.root);
		bln_local_set_disk(store, &(struct bln_disk){ hook_before, &place.hook });
		assert_int_equal(bln_store_put(store, "t/a", "new", 3, &err), cases[i].status);
		assert_says(err.message, cases[i].advice);
		assert_says(err.message, place.root);
		assert_says(err.message, "t/a");
		bln_store_close(store);
		place_remove(&place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_that_fails_harms_nothing),
		cmocka_unit_test(a_process_that_dies_at_any_call_harms_nothing),
		cmocka_unit_test(an_allocation_that_fails_harms_nothing),
		cmocka_unit_test(errors_of_the_disk_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
