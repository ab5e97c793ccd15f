/* Where a directory store may be, and that nothing in it leads out of it. */
#include "store/store_test_kit.h"

#include <errno.h>

#include "store/local_internal.h"

enum { NOBODY = 65534 };

struct place {
	char folder[KIT_PATH_SIZE]; /* of the test */
	char root[KIT_PATH_SIZE + 8]; /* of the store, in it */
	char secret[KIT_PATH_SIZE + 8]; /* a file beside the root */
};

static struct place place_new(void)
{
	struct place place = { 0 };

	kit_folder_make(place.folder);
	snprintf(place.root, sizeof(place.root), "%s/lake", place.folder);
	snprintf(place.secret, sizeof(place.secret), "%s/secret", place.folder);
	assert_int_equal(mkdir(place.root, 0777), 0);
	kit_file_write(place.secret, "secret");
	return place;
}

static enum bln_status open_status(const char *url, struct bln_err *err)
{
	struct bln_store *store = NULL;
	enum bln_status status = bln_store_open(url, &(struct bln_store_options){ .faults = "" }, &store, err);

	bln_store_close(store);
	return status;
}

static void a_root_that_is_not_there_is_made_by_the_first_write(void **state)
{
	struct place place = place_new();
	struct bln_store *store = kit_open(kit_path(place.root, "a/b"));
	(void)state;

	assert_no_object(store, "x");
	assert_listed(store, NULL, "");
	assert_int_equal(bln_store_delete(store, "x", NULL), BLN_OK);
	assert_int_equal(bln_store_sweep(store, NULL, 0, NULL, NULL), BLN_OK);
	assert_int_equal(access(kit_path(place.root, "a"), F_OK), -1);
	kit_put(store, "x", "1");
	assert_int_equal(access(kit_path(place.root, "a/b/x"), F_OK), 0);
	bln_store_close(store);
	kit_folder_remove(place.folder);
}

static void what_is_no_directory_is_no_store(void **state)
{
	struct place place = place_new();
	struct bln_err err = { 0 };
	char *below = strdup(kit_path(place.secret, "lake"));
	char *longest = malloc(6000);
	(void)state;

	memset(longest, 'x', 5999);
	longest[5999] = '\0';
	assert_int_equal(open_status(place.secret, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "is not a directory"));
	assert_int_equal(open_status(below, &err), BLN_INVALID);
	assert_int_equal(open_status("", &err), BLN_INVALID);
	assert_int_equal(open_status(longest, &err), BLN_INVALID);
	assert_int_equal(open_status("gopher://hole", &err), BLN_UNSUPPORTED);
	assert_non_null(strstr(err.message, "gopher://hole"));
	free(longest);
	free(below);
	kit_folder_remove(place.folder);
}

/* Relative paths are those of the working directory when the store was opened. */
static void a_later_chdir_changes_nothing(void **state)
{
	struct place place = place_new();
	char here[KIT_PATH_SIZE];
	struct bln_text url = { 0 };
	struct bln_store *store;
	(void)state;

	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(place.folder), 0);
	store = kit_open(".//lake/new//");
	assert_int_equal(chdir("/"), 0);
	kit_put(store, "x", "1");
	assert_int_equal(access(kit_path(place.root, "new/x"), F_OK), 0);
	assert_int_equal(bln_store_local_path(store, "x", &url, NULL), BLN_OK);
	assert_int_equal(access(url.at, F_OK), 0);
	assert_int_equal(chdir(here), 0);
	bln_text_clean_up(&url);
	bln_store_close(store);
	kit_folder_remove(place.folder);
}

static void an_url_is_a_path_percent_encoded(void **state)
{
	static const char *const bad[] = { "file://host/lake", "file://", "file:///a%", "file:///a%2", "file:///a%zz",
		                           "file:///a%00", "file:///a?b", "file:///a#b" };
	struct place place = place_new();
	char url[KIT_PATH_SIZE + 64];
	struct bln_text text = { 0 };
	struct bln_store *store;
	struct bln_err err = { 0 };
	(void)state;

	snprintf(url, sizeof(url), "file://%s/a%%20b%%25", place.root);
	store = kit_open(url);
	kit_put(store, "x", "1");
	assert_int_equal(access(kit_path(place.root, "a b%/x"), F_OK), 0);
	assert_ok(bln_store_url(store, NULL, &text, &err), &err);
	assert_string_equal(text.at, url);
	bln_store_close(store);
	snprintf(url, sizeof(url), "file://localhost%s/a%%20b%%25/", place.root);
	store = kit_open(url);
	assert_object(store, "x", "1");
	bln_store_close(store);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (open_status(bad[i], &err) != BLN_INVALID)
			fail_msg("'%s' was taken for a URL", bad[i]);
		assert_non_null(strstr(err.message, bad[i]));
	}
	store = kit_open("file:///");
	assert_ok(bln_store_url(store, NULL, &text, &err), &err);
	assert_string_equal(text.at, "file:///");
	assert_ok(bln_store_url(store, "x", &text, &err), &err);
	assert_string_equal(text.at, "file:///x");
	bln_store_close(store);
	bln_text_clean_up(&text);
	kit_folder_remove(place.folder);
}

/* As somebody who may not do everything. */
static bool refused_as_nobody(void *context)
{
	struct place *place = context;
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };
	struct bln_text text = { 0 };
	bool is_refused;

	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		return false;
	if (open_status(kit_path(place->root, "closed/lake"), &err) != BLN_DENIED || !strstr(err.message, "closed/lake"))
		return false;
	store = kit_open(place->root);
	is_refused = bln_store_put(store, "folder/b", "1", 1, &err) == BLN_DENIED && strstr(err.message, "folder/b") &&
	             bln_store_put(store, "new/b", "1", 1, NULL) == BLN_DENIED &&
	             bln_store_delete(store, "folder/a", NULL) == BLN_DENIED &&
	             bln_store_get(store, "folder/mine", 9, &text, NULL) == BLN_DENIED &&
	             bln_store_get(store, "folder/a", 9, &text, NULL) == BLN_OK &&
	             kit_list(store, NULL, &text, &err) == BLN_DENIED && strstr(err.message, "closed") &&
	             kit_list(store, &(struct bln_list_options){ .is_shallow = true }, &text, NULL) == BLN_OK &&
	             strcmp(text.at, "closed/\nfolder/\n") == 0;
	bln_text_clean_up(&text);
	bln_store_close(store);
	return is_refused;
}

static void who_may_not_is_refused_and_told_where(void **state)
{
	struct place place = place_new();
	struct bln_store *store = kit_open(place.root);
	int ended;
	(void)state;

	kit_put(store, "folder/a", "1");
	kit_put(store, "folder/mine", "1");
	kit_put(store, "closed/a", "1");
	bln_store_close(store);
	assert_int_equal(chmod(kit_path(place.root, "folder/mine"), 0), 0);
	assert_int_equal(chmod(kit_path(place.root, "folder"), 0555), 0);
	assert_int_equal(chmod(kit_path(place.root, "closed"), 0), 0);
	assert_int_equal(chmod(place.root, 0555), 0);
	assert_int_equal(chmod(place.folder, 0755), 0);
	ended = kit_child(refused_as_nobody, &place);
	assert_int_equal(chmod(place.root, 0755), 0);
	assert_int_equal(chmod(kit_path(place.root, "closed"), 0755), 0);
	assert_int_equal(chmod(kit_path(place.root, "folder"), 0755), 0);
	kit_folder_remove(place.folder);
	assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
}

static int no_openat2(void *context, enum bln_disk_call call, int fd)
{
	(void)context, (void)fd;
	return call == BLN_DISK_OPEN_BENEATH ? EPERM : 0; /* as seccomp says it */
}

static void check_links(const struct place *place, struct bln_store *store)
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
		assert_non_null(strstr(err.message, "symbolic link"));
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
		assert_int_equal(bln_store_put_file(store, links[i], kit_path(place->folder, "staged"), NULL), BLN_DENIED);
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
		struct place place = place_new();
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
		kit_folder_remove(place.folder);
	}
}

/* The root itself may be a link, or lie behind one: that is the user's choice. */
static void a_root_may_be_a_link(void **state)
{
	struct place place = place_new();
	struct bln_store *store;
	(void)state;

	assert_int_equal(symlink("lake", kit_path(place.folder, "link")), 0);
	store = kit_open(kit_path(place.folder, "link"));
	kit_put(store, "a", "1");
	bln_store_close(store);
	store = kit_open(kit_path(place.folder, "link/new"));
	kit_put(store, "a", "1");
	bln_store_close(store);
	assert_int_equal(access(kit_path(place.root, "a"), F_OK), 0);
	assert_int_equal(access(kit_path(place.root, "new/a"), F_OK), 0);
	kit_folder_remove(place.folder);
}

static void what_is_no_file_is_no_object(void **state)
{
	struct place place = place_new();
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
	assert_non_null(strstr(err.message, "a folder has that name"));
	assert_int_equal(bln_store_put_if_absent(store, "folder", "1", 1, &err), BLN_INVALID);
	assert_int_equal(bln_store_put(store, "folder/a/b", "1", 1, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "an object has the name of a folder"));
	assert_int_equal(kit_files_below(place.root), 2);
	bln_text_clean_up(&text);
	bln_store_close(store);
	kit_folder_remove(place.folder);
}

/* Of a file that tells no writer we know, its age decides. */
static void files_of_unknown_writers_are_swept_when_they_are_old(void **state)
{
	static const char *const names[] = { "1-2-3-another-boot_4026531836", "nonsense", "1-2-3-" };
	struct place place = place_new();
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
	kit_folder_remove(place.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_that_is_not_there_is_made_by_the_first_write),
		cmocka_unit_test(what_is_no_directory_is_no_store),
		cmocka_unit_test(a_later_chdir_changes_nothing),
		cmocka_unit_test(an_url_is_a_path_percent_encoded),
		cmocka_unit_test(who_may_not_is_refused_and_told_where),
		cmocka_unit_test(no_link_in_a_store_is_followed),
		cmocka_unit_test(a_root_may_be_a_link),
		cmocka_unit_test(what_is_no_file_is_no_object),
		cmocka_unit_test(files_of_unknown_writers_are_swept_when_they_are_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
