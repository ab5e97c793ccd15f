/* What other programs may put into the directory of a store: links, pipes, folders too deep, hidden files. Nothing in it leads
 * out of it. */
#include "store/store_test_kit.h"

#include <errno.h>

#include "store/key.h"

static int no_openat2(void *context, enum bln_disk_call call, int fd)
{
	(void)context, (void)fd;
	return call == BLN_DISK_OPEN_BENEATH ? EPERM : 0; /* as seccomp says it */
}

static void check_links(const struct kit_place *place, struct bln_store *store)
{
	/* a file outside, one inside, a folder outside, one inside, nothing, a folder on the way */
	static const char *const links[] = { "out", "in", "outdir/secret", "indir/a", "dangling", "real/up/secret" };
	struct bln_err err = { 0 };
	struct bln_text text = { 0 };

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct bln_store_reader *reader;
		struct bln_object_head head;
		char byte;
		size_t got;

		if (bln_store_get(store, links[i], 99, &text, &err) != BLN_DENIED)
			fail_msg("%s was read", links[i]);
		assert_says(err.message, "symbolic link");
		assert_int_equal(bln_store_get_range(store, links[i], 0, &byte, 1, &got, NULL), BLN_DENIED);
		assert_int_equal(bln_store_head(store, links[i], &head, NULL), BLN_DENIED);
		assert_int_equal(bln_store_reader_open(store, links[i], &reader, NULL), BLN_DENIED);
		assert_int_equal(bln_store_local_path(store, links[i], &text, NULL), BLN_DENIED);
		assert_int_equal(bln_store_put_if_absent(store, links[i], "x", 1, NULL), BLN_DENIED);
	}
	for (size_t i = 2; i < sizeof(links) / sizeof(links[0]); i++) {
		if (i == 4)
			continue;
		kit_file_write(kit_path(place->folder, "staged"), "x");
		assert_int_equal(bln_store_put(store, links[i], "x", 1, NULL), BLN_DENIED);
		assert_int_equal(bln_store_put_file(store, links[i], kit_path(place->folder, "staged"), NULL),
				 BLN_DENIED);
		assert_int_equal(bln_store_delete(store, links[i], NULL), BLN_DENIED);
	}
	assert_int_equal(bln_store_put_file(store, "b", kit_path(place->folder, "stagedlink"), &err), BLN_IO);
	assert_listed(store, NULL, "real/a\n");
	assert_listed(store, &(struct bln_list_options){ .is_shallow = true }, "real/\n");
	assert_int_equal(kit_list(store, &(struct bln_list_options){ .prefix = "outdir/" }, &text, &err), BLN_DENIED);
	assert_int_equal(bln_store_sweep(store, NULL, INT64_MAX, NULL, NULL), BLN_OK);
	assert_int_equal(bln_store_sweep(store, "outdir/", INT64_MAX, NULL, NULL), BLN_DENIED);
	kit_put(store, "dangling", "1"); /* takes the link's name; what it led to is as it was */
	kit_put(store, "out", "1");
	assert_object(store, "out", "1");
	bln_text_clean_up(&text);
}

static void no_link_in_a_store_is_followed(void **state)
{
	static const struct bln_disk disks[] = { { NULL, NULL }, { no_openat2, NULL } };
	(void)state;

	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		struct kit_place place = kit_place_new();
		struct bln_store *store = kit_open(place.root);
		char secret[16] = "";
		FILE *file;

		bln_local_set_disk(store, &disks[i]);
		kit_put(store, "real/a", "1");
		kit_file_write(kit_path(place.folder, BLN_KEY_TEMP_PREFIX "1"), "not ours to sweep");
		assert_int_equal(symlink(place.secret, kit_path(place.root, "out")), 0);
		assert_int_equal(symlink("real/a", kit_path(place.root, "in")), 0);
		assert_int_equal(symlink("..", kit_path(place.root, "outdir")), 0);
		assert_int_equal(symlink("real", kit_path(place.root, "indir")), 0);
		assert_int_equal(symlink("../nowhere", kit_path(place.root, "dangling")), 0);
		assert_int_equal(symlink("../..", kit_path(place.root, "real/up")), 0);
		assert_int_equal(symlink(place.secret, kit_path(place.folder, "stagedlink")), 0);
		check_links(&place, store);
		file = fopen(place.secret, "r");
		assert_non_null(fgets(secret, sizeof(secret), file));
		fclose(file);
		assert_string_equal(secret, "secret");
		assert_int_equal(access(kit_path(place.folder, "nowhere"), F_OK), -1);
		assert_int_equal(access(kit_path(place.folder, BLN_KEY_TEMP_PREFIX "1"), F_OK), 0);
		bln_store_close(store);
		test_folder_remove(place.folder);
	}
}

static void what_is_no_file_is_no_object(void **state)
{
	struct kit_place place = kit_place_new();
	struct bln_store *store = kit_open(place.root);
	struct bln_err err = { 0 };
	struct bln_text text = { 0 };
	(void)state;

	assert_int_equal(mkfifo(kit_path(place.root, "pipe"), 0666), 0);
	kit_put(store, "folder/a", "1");
	assert_no_object(store, "pipe"); /* and nobody waits for its other end */
	assert_int_equal(bln_store_get(store, "pipe", 9, &text, NULL), BLN_NOT_FOUND);
	assert_listed(store, NULL, "folder/a\n");
	assert_int_equal(bln_store_put(store, "folder", "1", 1, &err), BLN_INVALID);
	assert_says(err.message, "a folder has that name");
	assert_int_equal(bln_store_put_if_absent(store, "folder", "1", 1, &err), BLN_INVALID);
	assert_int_equal(bln_store_put(store, "folder/a/b", "1", 1, &err), BLN_INVALID);
	assert_says(err.message, "an object has the name of a folder");
	assert_int_equal(kit_files_below(place.root), 2);
	bln_text_clean_up(&text);
	bln_store_close(store);
	test_folder_remove(place.folder);
}

enum { DEPTH = 600 };

/* Folders with names of one byte in each other, with a file "f" in each or only in the last. */
static void folders_nest(const char *root, const char *name, bool has_files)
{
	int dir = open(root, O_RDONLY | O_DIRECTORY);

	for (int depth = 0; depth <= DEPTH; depth++) {
		int below;

		assert_true(dir >= 0);
		if (has_files || depth == DEPTH) {
			int fd = openat(dir, "f", O_CREAT | O_WRONLY, 0666);

			assert_true(fd >= 0);
			close(fd);
		}
		assert_int_equal(mkdirat(dir, name, 0777), 0);
		below = openat(dir, name, O_RDONLY | O_DIRECTORY);
		close(dir);
		dir = below;
	}
	close(dir);
}

/* Other programs may make folders that no key can name. */
static void what_lies_deeper_than_keys_go_is_left_out(void **state)
{
	struct kit_place place = kit_place_new();
	struct bln_store *store = kit_open(place.root);
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	char deepest[BLN_KEY_MAX + 8] = "";
	char expected[BLN_KEY_MAX + 16];
	int lines = 0;
	(void)state;

	folders_nest(place.root, "d", true);
	folders_nest(place.root, "e", false);
	assert_ok(kit_list(store, NULL, &text, &err), &err);
	for (size_t i = 0; i < text.length; i++)
		lines += text.at[i] == '\n';
	assert_int_equal(lines, (BLN_KEY_MAX + 1) / 2);
	bln_text_clean_up(&text);
	assert_listed(store, &(struct bln_list_options){ .is_shallow = true }, "d/\nf\n");
	for (size_t length = 0; length < BLN_KEY_MAX; length += 2)
		memcpy(deepest + length, "d/", 3);
	deepest[BLN_KEY_MAX - 1] = '\0'; /* a key by its length; nothing can be below it */
	assert_listed(store, &(struct bln_list_options){ .is_shallow = true, .prefix = deepest }, "");
	deepest[BLN_KEY_MAX - 3] = '\0';
	snprintf(expected, sizeof(expected), "%s/\n", deepest);
	assert_listed(store, &(struct bln_list_options){ .is_shallow = true, .prefix = deepest }, expected);
	assert_int_equal(bln_store_sweep(store, NULL, 0, NULL, NULL), BLN_OK);
	bln_store_close(store);
	test_folder_remove(place.folder);
}

/* Of a file that tells no writer we know, its age decides. */
static void files_of_unknown_writers_are_swept_when_they_are_old(void **state)
{
	static const char *const names[] = { "1-2-3-another-boot_4026531836", "nonsense", "1-2-3-" };
	struct kit_place place = kit_place_new();
	struct bln_store *store = kit_open(place.root);
	struct bln_err err = { 0 };
	struct bln_object_head head;
	int64_t removed;
	(void)state;

	kit_put(store, "a", "1");
	assert_ok(bln_store_head(store, "a", &head, &err), &err);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[80];

		snprintf(name, sizeof(name), "%s%s", BLN_KEY_TEMP_PREFIX, names[i]);
		kit_file_write(kit_path(place.root, name), "x");
	}
	assert_ok(bln_store_sweep(store, NULL, head.modified_us, &removed, &err), &err);
	assert_int_equal(removed, 0);
	assert_ok(bln_store_sweep(store, NULL, head.modified_us + 60000000, &removed, &err), &err);
	assert_int_equal(removed, sizeof(names) / sizeof(names[0]));
	assert_listed(store, NULL, "a\n");
	bln_store_close(store);
	test_folder_remove(place.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_link_in_a_store_is_followed),
		cmocka_unit_test(what_is_no_file_is_no_object),
		cmocka_unit_test(what_lies_deeper_than_keys_go_is_left_out),
		cmocka_unit_test(files_of_unknown_writers_are_swept_when_they_are_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
