#include "base/base_test.h"

#include <unistd.h>

#include "store/local.h"

static void an_object_is_put_listed_read_and_deleted(void **state)
{
	struct bln_store *store;
	struct bln_err err = { 0 };
	struct bln_text bytes = { 0 };
	struct bln_listing *listing;
	const struct bln_object *object;
	static const char *const expected[] = { "a-b", "a/c d", "a/z/1", "a0", "staged/x" };
	(void)state;
	char root[] = "/tmp/bln-store-XXXXXX";
	assert_non_null(mkdtemp(root));
	char path[64];
	snprintf(path, sizeof(path), "%s/in/root", root);

	assert_ok(bln_store_open(path, NULL, &store, &err), &err);
	assert_ok(bln_store_list(store, NULL, &listing, &err), &err);
	assert_ok(bln_listing_next(listing, &object, &err), &err);
	assert_null(object);
	bln_listing_close(listing);
	for (int i = 3; i >= 0; i--)
		assert_ok(bln_store_put(store, expected[i], expected[i], strlen(expected[i]), &err), &err);
	assert_int_equal(bln_store_put_if_absent(store, "a0", "", 0, &err), BLN_EXISTS);
	snprintf(path, sizeof(path), "%s/staged", root);
	FILE *file = fopen(path, "w");
	fputs("staged/x", file);
	fclose(file);
	assert_ok(bln_store_put_file(store, "staged/x", path, &err), &err);
	assert_int_equal(access(path, F_OK), -1);
	assert_ok(bln_store_list(store, NULL, &listing, &err), &err);
	for (size_t i = 0; i < 5; i++) {
		assert_ok(bln_listing_next(listing, &object, &err), &err);
		assert_non_null(object);
		assert_string_equal(object->key, expected[i]);
		assert_int_equal(object->size_bytes, strlen(expected[i]));
		assert_ok(bln_store_get(store, object->key, 100, &bytes, &err), &err);
		assert_string_equal(bytes.at, expected[i]);
		assert_ok(bln_store_delete(store, expected[i], &err), &err);
	}
	assert_ok(bln_listing_next(listing, &object, &err), &err);
	assert_null(object);
	bln_listing_close(listing);
	bln_text_clean_up(&bytes);
	bln_store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_put_listed_read_and_deleted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
