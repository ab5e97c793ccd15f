#include "base/base_test.h"

#include "base/mem.h"
#include "delta/path.h"

/* A store that only knows where it lies. */
struct placed {
	struct bln_store base;
	const char *url;
};

static void placed_url(struct bln_store *store, const char *key, struct bln_text *url)
{
	assert_null(key);
	bln_text_add(url, ((struct placed *)store)->url);
}

static const struct bln_store_ops ops = { .name = "placed", .url = placed_url };
static struct placed lake = { { &ops }, "file:///data/my%20lake" };
static struct placed bucket = { { &ops }, "s3://market/lake" };
static const char *const roots[] = { "/archive/old", "s3://other-bucket/tables/", "file:/mnt/x%20y" };
enum { ROOTS = sizeof(roots) / sizeof(roots[0]) };

static enum bln_status resolve(struct placed *store, const char *prefix, const char *path, struct bln_arena *arena,
			       struct bln_location *location, struct bln_err *err)
{
	const struct bln_table table = { .store = &store->base, .prefix = prefix, .roots = roots, .root_count = ROOTS };

	return bln_table_resolve_path(&table, bln_slice_of(path), arena, location, err);
}

static void paths_lead_where_they_say(void **state)
{
	static const struct {
		struct placed *store;
		const char *prefix;
		const char *path;
		const char *key;
		const char *external;
	} cases[] = {
		{ &lake, "silver/c", "x.parquet", "silver/c/x.parquet", NULL },
		{ &lake, "", "x.parquet", "x.parquet", NULL },
		{ &lake, "t", "s=a%20b/x%3Ay.parquet", "t/s=a b/x:y.parquet", NULL },
		{ &lake, "t", "s=a%252Fb/x.parquet", "t/s=a%2Fb/x.parquet", NULL },
		{ &lake, "t", "100%.parquet", "t/100%.parquet", NULL }, /* of a writer that does not encode */
		{ &lake, "t", "a:b/x.parquet", "t/a:b/x.parquet", NULL },
		{ &lake, "t", "at=12:/x.parquet", "t/at=12:/x.parquet", NULL },
		{ &lake, "t", "/data/my%20lake/t/x.parquet", "t/x.parquet", NULL },
		{ &lake, "t", "file:/data/my%20lake/u/x.parquet", "u/x.parquet", NULL },
		{ &lake, "t", "file:///data/my%20lake/u/x.parquet", "u/x.parquet", NULL },
		{ &lake, "t", "FILE://localhost/data/my%20lake/u/x.parquet", "u/x.parquet", NULL },
		{ &lake, "t", "/archive/old/x%20y.parquet", NULL, "/archive/old/x y.parquet" },
		{ &lake, "t", "file:///mnt/x%20y/z.parquet", NULL, "/mnt/x y/z.parquet" },
		{ &lake, "t", "s3a://other-bucket/tables/u/x.parquet", NULL, "s3://other-bucket/tables/u/x.parquet" },
		{ &bucket, "t", "s3://market/lake/t/x.parquet", "t/x.parquet", NULL },
		{ &bucket, "t", "s3n://market/lake/t/x.parquet", "t/x.parquet", NULL },
		{ &bucket, "t", "file:///archive/old/x", NULL, "/archive/old/x" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_location location;
		struct bln_arena arena = { 0 };
		struct bln_err err = { 0 };

		assert_ok(resolve(cases[i].store, cases[i].prefix, cases[i].path, &arena, &location, &err), &err);
		assert_int_equal(location.key == NULL, cases[i].key == NULL);
		assert_int_equal(location.external == NULL, cases[i].external == NULL);
		if (cases[i].key)
			assert_string_equal(location.key, cases[i].key);
		else
			assert_string_equal(location.external, cases[i].external);
		bln_arena_clean_up(&arena);
	}
}

static void paths_cannot_lead_elsewhere(void **state)
{
	static const struct {
		struct placed *store;
		const char *path;
		enum bln_status status;
	} cases[] = {
		{ &lake, "/etc/passwd", BLN_DENIED },
		{ &lake, "file:///etc/passwd", BLN_DENIED },
		{ &lake, "/data/my%20lakes/x", BLN_DENIED }, /* the root is no beginning of text, it is a folder */
		{ &lake, "/data/my%20lake", BLN_DENIED },
		{ &lake, "/archive/older/x", BLN_DENIED },
		{ &lake, "s3://market/lake/t/x", BLN_DENIED },
		{ &bucket, "s3://market/laker/x", BLN_DENIED },
		{ &bucket, "/market/lake/x", BLN_DENIED },
		{ &lake, "../x", BLN_DENIED },
		{ &lake, "a/../../x", BLN_DENIED },
		{ &lake, "%2e%2E/x", BLN_DENIED },
		{ &lake, "a%2f..%2fx", BLN_DENIED },
		{ &lake, "/data/my%20lake/../secret", BLN_DENIED },
		{ &lake, "/archive/old/%2e%2e/x", BLN_DENIED },
		{ &lake, "file://elsewhere/data/my%20lake/x", BLN_UNSUPPORTED },
		{ &lake, "abfss://c@account.dfs.core.windows.net/x", BLN_UNSUPPORTED },
		{ &lake, "http://host/x", BLN_UNSUPPORTED },
		{ &lake, "", BLN_CORRUPT },
		{ &lake, "x%00y", BLN_CORRUPT },
		{ &lake, "a//b", BLN_CORRUPT },
		{ &lake, "folder/", BLN_CORRUPT },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_location location;
		struct bln_arena arena = { 0 };
		struct bln_err err = { 0 };
		enum bln_status status = resolve(cases[i].store, "t", cases[i].path, &arena, &location, &err);

		if (status != cases[i].status)
			fail_msg("'%s': %s (%s)", cases[i].path, bln_status_name(status), err.message);
		if (!strstr(err.message, cases[i].path))
			fail_msg("'%s' does not name '%s'", err.message, cases[i].path);
		bln_arena_clean_up(&arena);
	}
}

static void every_failed_allocation_is_told(void **state)
{
	static const char *const paths[] = { "a%20b/x", "/data/my%20lake/t/x", "s3://other-bucket/tables/x" };
	(void)state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		enum bln_status status = BLN_NO_MEMORY;
		uint64_t n = 1;

		for (; status == BLN_NO_MEMORY; n++) {
			struct bln_location location;
			struct bln_arena arena = { 0 };

			bln_mem_fail_at(n, false);
			status = resolve(&lake, "t", paths[i], &arena, &location, NULL);
			bln_mem_fail_at(0, false);
			bln_arena_clean_up(&arena);
		}
		assert_int_equal(status, BLN_OK);
		assert_true(n > 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_where_they_say),
		cmocka_unit_test(paths_cannot_lead_elsewhere),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
