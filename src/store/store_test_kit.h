/* What the tests of src/store share: a folder of their own, and short ways to say what is in a store. */
#ifndef BLN_STORE_TEST_KIT_H
#define BLN_STORE_TEST_KIT_H

#include "base/folder_test_kit.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/local.h"

enum { KIT_PATH_SIZE = 256, KIT_OBJECT_MAX = 1 << 20 };

static inline void kit_folder_make(char folder[static KIT_PATH_SIZE])
{
	test_folder_make(folder, KIT_PATH_SIZE, "store");
}

/* FOLDER/NAME; lives until the fourth next call. */
static inline const char *kit_path(const char *folder, const char *name)
{
	static char paths[4][KIT_PATH_SIZE * 2];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static inline void kit_file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

struct kit_place {
	char folder[KIT_PATH_SIZE]; /* of the test */
	char root[KIT_PATH_SIZE + 8]; /* of the store, in it */
	char secret[KIT_PATH_SIZE + 8]; /* a file beside the root */
};

static inline struct kit_place kit_place_new(void)
{
	struct kit_place place = { 0 };

	kit_folder_make(place.folder);
	snprintf(place.root, sizeof(place.root), "%s/lake", place.folder);
	snprintf(place.secret, sizeof(place.secret), "%s/secret", place.folder);
	assert_int_equal(mkdir(place.root, 0777), 0);
	kit_file_write(place.secret, "secret");
	return place;
}

static inline struct bln_store *kit_open(const char *path)
{
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };

	assert_ok(bln_store_open(path, &(struct bln_store_options){ .faults = "" }, &store, &err), &err);
	return store;
}

static inline void kit_put(struct bln_store *store, const char *key, const char *text)
{
	struct bln_err err = { 0 };

	assert_ok(bln_store_put(store, key, text, strlen(text), &err), &err);
}

static inline void assert_object(struct bln_store *store, const char *key, const char *text)
{
	struct bln_text bytes = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_store_get(store, key, KIT_OBJECT_MAX, &bytes, &err), &err);
	assert_int_equal(bytes.length, strlen(text));
	assert_memory_equal(bytes.at, text, bytes.length + 1);
	bln_text_clean_up(&bytes);
}

static inline void assert_no_object(struct bln_store *store, const char *key)
{
	struct bln_object_head head;

	assert_int_equal(bln_store_head(store, key, &head, NULL), BLN_NOT_FOUND);
}

/* The keys of a listing with a line end behind each, into TEXT. */
static inline enum bln_status kit_list(struct bln_store *store, const struct bln_list_options *options,
				       struct bln_text *text, struct bln_err *err)
{
	struct bln_listing *listing = NULL;
	const struct bln_object *object = NULL;
	enum bln_status status;

	bln_text_clear(text);
	BLN_TRY(bln_store_list(store, options, &listing, err));
	for (;;) {
		BLN_TRY(bln_listing_next(listing, &object, err));
		if (!object)
			break;
		assert_int_equal(object->is_folder, object->key[strlen(object->key) - 1] == '/');
		bln_text_add(text, object->key);
		bln_text_add(text, "\n");
	}
	status = bln_text_check(text, err);
done:
	bln_listing_close(listing);
	return status;
}

static inline void assert_listed(struct bln_store *store, const struct bln_list_options *options, const char *expected)
{
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };

	assert_ok(kit_list(store, options, &text, &err), &err);
	assert_string_equal(text.at ? text.at : "", expected);
	bln_text_clean_up(&text);
}

static int kit_files_counted;

static inline int kit_count_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)path, (void)stat, (void)at;
	kit_files_counted += type != FTW_D;
	return 0;
}

/* How many files and links lie below FOLDER, whatever their names. */
static inline int kit_files_below(const char *folder)
{
	kit_files_counted = 0;
	assert_int_equal(nftw(folder, kit_count_one, 64, FTW_PHYS), 0);
	return kit_files_counted;
}

/* Runs WORK in a child and returns what waitpid says of it. Exit status 0 is WORK's true. */
static inline int kit_child(bool (*work)(void *context), void *context)
{
	pid_t child;
	int ended;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(work(context) ? 0 : 1);
	assert_int_equal(waitpid(child, &ended, 0), child);
	return ended;
}

#endif
