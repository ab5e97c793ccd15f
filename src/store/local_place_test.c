/* Where a directory store may be, and what is said of where it may not. */
#include "store/store_test_kit.h"

enum { NOBODY = 65534 };

static enum bln_status open_status(const char *url, struct bln_err *err)
{
	struct bln_store *store = NULL;
	enum bln_status status = bln_store_open(url, &(struct bln_store_options){ .faults = "" }, &store, err);

	bln_store_close(store);
	return status;
}

static void a_root_that_is_not_there_is_made_by_the_first_write(void **state)
{
	struct kit_place place = kit_place_new();
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
	test_folder_remove(place.folder);
}

static void what_is_no_directory_is_no_store(void **state)
{
	struct kit_place place = kit_place_new();
	struct bln_err err = { 0 };
	char *below = strdup(kit_path(place.secret, "lake"));
	char *longest = malloc(6000);
	(void)state;

	memset(longest, 'x', 5999);
	longest[5999] = '\0';
	assert_int_equal(open_status(place.secret, &err), BLN_INVALID);
	assert_says(err.message, "is not a directory");
	assert_int_equal(open_status(below, &err), BLN_INVALID);
	assert_int_equal(open_status("", &err), BLN_INVALID);
	assert_int_equal(open_status(longest, &err), BLN_INVALID);
	assert_int_equal(open_status("gopher://hole", &err), BLN_UNSUPPORTED);
	assert_says(err.message, "gopher://hole");
	free(longest);
	free(below);
	test_folder_remove(place.folder);
}

/* Relative paths are those of the working directory when the store was opened. */
static void a_later_chdir_changes_nothing(void **state)
{
	struct kit_place place = kit_place_new();
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
	test_folder_remove(place.folder);
}

static void an_url_is_a_path_percent_encoded(void **state)
{
	static const char *const bad[] = { "file://host/lake", "file://",      "file:///a%",  "file:///a%2",
					   "file:///a%zz",     "file:///a%00", "file:///a?b", "file:///a#b" };
	struct kit_place place = kit_place_new();
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
		assert_says(err.message, bad[i]);
	}
	store = kit_open("file:///");
	assert_ok(bln_store_url(store, NULL, &text, &err), &err);
	assert_string_equal(text.at, "file:///");
	assert_ok(bln_store_url(store, "x", &text, &err), &err);
	assert_string_equal(text.at, "file:///x");
	bln_store_close(store);
	bln_text_clean_up(&text);
	test_folder_remove(place.folder);
}

/* As somebody who may not do everything. */
static bool refused_as_nobody(void *context)
{
	struct kit_place *place = context;
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };
	struct bln_text text = { 0 };
	bool is_refused;

	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		return false;
	if (open_status(kit_path(place->root, "closed/lake"), &err) != BLN_DENIED ||
	    !strstr(err.message, "closed/lake"))
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
	struct kit_place place = kit_place_new();
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
	test_folder_remove(place.folder);
	assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
}

/* The root itself may be a link, or lie behind one: that is the user's choice. */
static void a_root_may_be_a_link(void **state)
{
	struct kit_place place = kit_place_new();
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
	test_folder_remove(place.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_that_is_not_there_is_made_by_the_first_write),
		cmocka_unit_test(what_is_no_directory_is_no_store),
		cmocka_unit_test(a_later_chdir_changes_nothing),
		cmocka_unit_test(an_url_is_a_path_percent_encoded),
		cmocka_unit_test(who_may_not_is_refused_and_told_where),
		cmocka_unit_test(a_root_may_be_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
