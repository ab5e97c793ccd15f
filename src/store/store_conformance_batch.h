/* Batches, staged files and what writers leave that died: see store_conformance.h. */
#ifndef BLN_STORE_CONFORMANCE_BATCH_H
#define BLN_STORE_CONFORMANCE_BATCH_H

#include "store/store_conformance.h"

enum { BATCH_FILES = 300, BATCH_FOLDERS = 12 };

struct batch_file {
	char key[64];
	char path[KIT_PATH_SIZE + 16];
	char text[16];
};

static inline void staged_files_move_into_the_store(void **state)
{
	struct conformance *c = *state;
	struct batch_file *files = calloc(BATCH_FILES, sizeof(*files));
	struct bln_staged_file *staged = calloc(BATCH_FILES, sizeof(*staged));
	const char **keys = calloc(BATCH_FILES + 1, sizeof(*keys));
	struct bln_err err = { 0 };

	for (int i = 0; i < BATCH_FILES; i++) {
		snprintf(files[i].key, sizeof(files[i].key), "t/p=%d/%d/part-%04d", i % 3, i % BATCH_FOLDERS, i);
		snprintf(files[i].path, sizeof(files[i].path), "%s/%d", c->staging, i);
		snprintf(files[i].text, sizeof(files[i].text), "file %d", i);
		kit_file_write(files[i].path, files[i].text);
		staged[i] = (struct bln_staged_file){ files[i].key, files[i].path };
		keys[i] = files[i].key;
	}
	kit_put(c->store, files[7].key, "to be replaced");
	assert_ok(bln_store_put_files(c->store, staged, BATCH_FILES, &err), &err);
	assert_int_equal(kit_files_below(c->staging), 0);
	for (int i = 0; i < BATCH_FILES; i++)
		assert_object(c->store, files[i].key, files[i].text);
	keys[BATCH_FILES] = "t/never/was";
	assert_ok(bln_store_delete_many(c->store, keys + 1, BATCH_FILES, &err), &err);
	assert_listed(c->store, NULL, "t/p=0/0/part-0000\n");
	free(keys);
	free(staged);
	free(files);
}

static inline void a_large_staged_file_stays_whole(void **state)
{
	enum { SIZE = 9 << 20 };
	struct conformance *c = *state;
	const char *path = kit_path(c->staging, "large");
	FILE *file = fopen(path, "w");
	char *bytes = malloc(SIZE);
	struct bln_text back = { 0 };
	struct bln_random random;
	struct bln_err err = { 0 };

	assert_non_null(file);
	bln_random_init(&random, 2);
	for (size_t i = 0; i < SIZE; i += 8)
		memcpy(bytes + i, &(uint64_t){ bln_random_next(&random) }, 8);
	assert_int_equal(fwrite(bytes, 1, SIZE, file), SIZE);
	fclose(file);
	assert_ok(bln_store_put_file(c->store, "large", path, &err), &err);
	assert_int_equal(access(path, F_OK), -1);
	assert_ok(bln_store_get(c->store, "large", SIZE, &back, &err), &err);
	assert_int_equal(back.length, SIZE);
	assert_memory_equal(back.at, bytes, SIZE);
	bln_text_clean_up(&back);
	free(bytes);
}

static inline void a_batch_that_cannot_be_is_refused(void **state)
{
	struct conformance *c = *state;
	const char *path = kit_path(c->staging, "one");
	const char *missing = kit_path(c->staging, "missing");
	struct bln_err err = { 0 };

	kit_file_write(path, "1");
	assert_ok(bln_store_put_files(c->store, NULL, 0, &err), &err);
	assert_ok(bln_store_delete_many(c->store, NULL, 0, &err), &err);
	assert_int_equal(bln_store_put_file(c->store, "a", missing, &err), BLN_NOT_FOUND);
	assert_says(err.message, "missing");
	assert_int_equal(bln_store_put_file(c->store, "a", c->staging, &err), BLN_INVALID);
	assert_int_equal(bln_store_put_files(c->store,
					     (struct bln_staged_file[]){
						     { "twice", path }, { "b", path }, { "twice", path } },
					     3, &err),
			 BLN_INVALID);
	assert_says(err.message, "twice");
	assert_int_equal(bln_store_put_files(c->store, NULL, BLN_STORE_BATCH_MAX + 1, &err), BLN_INVALID);
	assert_int_equal(bln_store_delete_many(c->store, NULL, BLN_STORE_BATCH_MAX + 1, &err), BLN_INVALID);
	assert_listed(c->store, NULL, "");
	assert_int_equal(access(path, F_OK), 0);
}

/* The child dies with its put half done. */
static inline bool conformance_put_torn(void *context)
{
	struct conformance *c = context;
	struct bln_store *store = c->open(c);

	return store->ops->put_torn(store, "torn/folder/a", "never to be seen", 16, NULL) == BLN_OK &&
	       raise(SIGKILL) == 0;
}

static inline void what_the_dead_left_is_hidden_and_swept(void **state)
{
	struct conformance *c = *state;
	struct bln_err err = { 0 };
	int64_t far = (int64_t)(time(NULL) + 3600) * 1000000;
	int64_t removed = -1;
	int ended = kit_child(conformance_put_torn, c);

	assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
	assert_no_object(c->store, "torn/folder/a");
	assert_listed(c->store, NULL, "");
	assert_listed(c->store, &(struct bln_list_options){ .is_shallow = true }, "");
	kit_put(c->store, "torn/b", "1");
	assert_ok(bln_store_sweep(c->store, "other", far, &removed, &err), &err);
	assert_int_equal(removed, 0);
	assert_ok(bln_store_sweep(c->store, "torn/folder/a", far, &removed, &err), &err);
	assert_int_equal(removed, c->torn_left);
	assert_ok(bln_store_sweep(c->store, NULL, far, &removed, &err), &err);
	assert_int_equal(removed, 0);
	assert_listed(c->store, NULL, "torn/b\n");
}

/* A writer that lives is left alone, however old BEFORE_US makes its file. */
static inline void the_living_are_not_swept(void **state)
{
	struct conformance *c = *state;
	struct bln_err err = { 0 };
	int64_t removed = -1;

	assert_ok(c->store->ops->put_torn(c->store, "a", "1234", 4, &err), &err);
	assert_ok(bln_store_sweep(c->store, NULL, 0, &removed, &err), &err);
	assert_int_equal(removed, 0);
}

#endif
