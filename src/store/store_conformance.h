/* What every store must do, whatever it is: store.h as tests. conformance_run (store_conformance_run.h) runs all of them; the
 * rest is in store_conformance_list.h and store_conformance_race.h. */
#ifndef BLN_STORE_CONFORMANCE_H
#define BLN_STORE_CONFORMANCE_H

#include "store/store_test_kit.h"

#include "base/random.h"
#include "store/key.h"

/* A kind of store. The members above the line are the kind's. */
struct conformance {
	const char *name;
	void (*reset)(struct conformance *self); /* a new place with nothing in it */
	struct bln_store *(*open)(struct conformance *self); /* that place, each time; also in forked children */
	bool takes_any_bytes; /* keys need not be UTF-8 */
	int torn_left; /* what a put that is killed in the middle leaves to sweep */
	/* --- */
	struct bln_store *store;
	char staging[KIT_PATH_SIZE];
};

static inline int conformance_setup(void **state)
{
	struct conformance *c = *state;

	c->reset(c);
	c->store = c->open(c);
	kit_folder_make(c->staging);
	return 0;
}

static inline int conformance_teardown(void **state)
{
	struct conformance *c = *state;

	bln_store_close(c->store);
	test_folder_remove(c->staging);
	return 0;
}

static inline void an_object_comes_back_as_it_was_put(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 70001, 1 << 20, 2, 0 };
	struct conformance *c = *state;
	struct bln_random random;
	struct bln_text back = { 0 };
	struct bln_object_head head;
	struct bln_err err = { 0 };
	char *bytes = malloc(1 << 20);

	bln_random_init(&random, 1);
	for (size_t i = 0; i < 1 << 20; i++)
		bytes[i] = (char)bln_random_next(&random);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) { /* each replaces the one before */
		assert_ok(bln_store_put(c->store, "a/object", bytes + i, sizes[i] - (sizes[i] == 1 << 20 ? i : 0),
					&err),
			  &err);
		assert_ok(bln_store_get(c->store, "a/object", 1 << 20, &back, &err), &err);
		assert_int_equal(back.length, sizes[i] - (sizes[i] == 1 << 20 ? i : 0));
		assert_memory_equal(back.at, bytes + i, back.length);
		assert_int_equal(back.at[back.length], '\0');
		assert_ok(bln_store_head(c->store, "a/object", &head, &err), &err);
		assert_int_equal(head.size_bytes, back.length);
	}
	kit_put(c->store, "a/object", "12345");
	assert_ok(bln_store_get(c->store, "a/object", 5, &back, &err), &err);
	assert_int_equal(bln_store_get(c->store, "a/object", 4, &back, &err), BLN_CORRUPT);
	assert_says(err.message, "a/object");
	assert_int_equal(back.length, 0);
	bln_text_clean_up(&back);
	free(bytes);
}

/* In the order of their bytes. */
static const char *const edge_keys[] = {
	" ",
	" a",
	"!",
	"\"quoted\"",
	"#1",
	"$HOME",
	"%",
	"%2F",
	"%2e%2e",
	"%zz/%00",
	"&amp;",
	"'",
	"(x)",
	"*",
	"+",
	",",
	"-rf",
	"...",
	"..a/..b",
	".hidden",
	"0",
	"00000000000000000000.json",
	":",
	";",
	"<a>",
	"=",
	"?list-type=2",
	"@",
	"A",
	"[x]",
	"\\",
	"^",
	"_delta_log/00000000000000000000.json",
	"`x`",
	"a",
	"a b/c d",
	"a-b",
	"a.",
	"a0",
	"ab/symbol=XBT%2FUSD/part-0.parquet",
	"e\xcc\x81",
	"{}",
	"|",
	"~",
	"\xc3\xa9",
	"\xe6\x97\xa5\xe6\x9c\xac",
	"\xf0\x9f\x93\x88/\xf0\x9f\x93\x89",
};
enum { EDGE_KEYS = sizeof(edge_keys) / sizeof(edge_keys[0]) };

static inline void any_key_is_a_name(void **state)
{
	static const char *const bytes[] = { "\t", "\x7f", "a\nb", "\xff\xfe", "\xc3/\xa9" };
	struct conformance *c = *state;
	struct bln_err err = { 0 };
	struct bln_text expected = { 0 };
	size_t count = c->takes_any_bytes ? sizeof(bytes) / sizeof(bytes[0]) : 0;

	for (int i = EDGE_KEYS - 1; i >= 0; i--) {
		assert_ok(bln_store_put_if_absent(c->store, edge_keys[i], edge_keys[i], strlen(edge_keys[i]), &err),
			  &err);
		assert_int_equal(bln_store_put_if_absent(c->store, edge_keys[i], "", 0, &err), BLN_EXISTS);
	}
	for (int i = 0; i < EDGE_KEYS; i++) {
		assert_object(c->store, edge_keys[i], edge_keys[i]);
		bln_text_add(&expected, edge_keys[i]);
		bln_text_add(&expected, "\n");
	}
	assert_listed(c->store, NULL, expected.at);
	for (int i = 0; i < EDGE_KEYS; i++) {
		assert_ok(bln_store_delete(c->store, edge_keys[i], &err), &err);
		assert_no_object(c->store, edge_keys[i]);
	}
	for (size_t i = 0; i < count; i++) {
		kit_put(c->store, bytes[i], bytes[i]);
		assert_object(c->store, bytes[i], bytes[i]);
		assert_ok(bln_store_delete(c->store, bytes[i], &err), &err);
	}
	assert_listed(c->store, NULL, "");
	bln_text_clean_up(&expected);
}

static inline void the_longest_keys_are_names(void **state)
{
	struct conformance *c = *state;
	struct bln_err err = { 0 };
	char wide[BLN_KEY_MAX + 1];
	char deep[BLN_KEY_MAX + 1];
	char expected[2 * BLN_KEY_MAX + 8];

	memset(wide, 'w', BLN_KEY_MAX); /* segments of 255, 255, 255, 253 and 2 bytes */
	for (size_t at = BLN_KEY_SEGMENT_MAX; at < BLN_KEY_MAX - 1; at += BLN_KEY_SEGMENT_MAX + 1)
		wide[at] = '/';
	wide[BLN_KEY_MAX - 3] = '/';
	wide[BLN_KEY_MAX] = '\0';
	for (size_t at = 0; at < BLN_KEY_MAX; at++) /* 512 folders deep, as far as it goes */
		deep[at] = at % 2 ? '/' : 'd';
	deep[BLN_KEY_MAX - 1] = 'd';
	deep[BLN_KEY_MAX] = '\0';
	kit_put(c->store, wide, "wide");
	kit_put(c->store, deep, "deep");
	assert_object(c->store, wide, "wide");
	assert_object(c->store, deep, "deep");
	snprintf(expected, sizeof(expected), "%s\n%s\n", deep, wide);
	assert_listed(c->store, NULL, expected);
	assert_listed(c->store, &(struct bln_list_options){ .is_shallow = true, .prefix = "d/d/" }, "d/d/d/\n");
	assert_ok(bln_store_sweep(c->store, "d", 0, NULL, &err), &err);
	assert_ok(bln_store_delete_many(c->store, (const char *[]){ wide, deep }, 2, &err), &err);
	assert_listed(c->store, NULL, "");
}

static inline void what_is_no_key_is_refused_everywhere(void **state)
{
	static const struct {
		const char *key;
		enum bln_status status;
	} bad[] = {
		{ "", BLN_INVALID },	      { "/etc/passwd", BLN_DENIED },   { "../up", BLN_DENIED },
		{ "a/../../up", BLN_DENIED }, { "a//b", BLN_INVALID },	       { "a/", BLN_INVALID },
		{ "./a", BLN_INVALID },	      { "a/.bln-tmp-1", BLN_INVALID },
	};
	struct conformance *c = *state;
	const char *path = kit_path(c->staging, "file");

	kit_file_write(path, "x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *key = bad[i].key;
		enum bln_status status = bad[i].status;
		struct bln_store_reader *reader;
		struct bln_object_head head;
		struct bln_text text = { 0 };
		char byte;
		size_t got;

		assert_int_equal(bln_store_put(c->store, key, "x", 1, NULL), status);
		assert_int_equal(bln_store_put_if_absent(c->store, key, "x", 1, NULL), status);
		assert_int_equal(bln_store_put_file(c->store, key, path, NULL), status);
		assert_int_equal(bln_store_get(c->store, key, 9, &text, NULL), status);
		assert_int_equal(bln_store_get_range(c->store, key, 0, &byte, 1, &got, NULL), status);
		assert_int_equal(bln_store_head(c->store, key, &head, NULL), status);
		assert_int_equal(bln_store_reader_open(c->store, key, &reader, NULL), status);
		assert_int_equal(bln_store_delete(c->store, key, NULL), status);
		assert_int_equal(bln_store_local_path(c->store, key, &text, NULL), status);
		assert_int_equal(bln_store_url(c->store, key, &text, NULL), status);
		bln_text_clean_up(&text);
	}
	assert_int_equal(bln_store_list(c->store, &(struct bln_list_options){ .prefix = "../" }, NULL, NULL),
			 BLN_DENIED);
	assert_int_equal(bln_store_sweep(c->store, "/", 0, NULL, NULL), BLN_DENIED);
	assert_int_equal(access(path, F_OK), 0);
	assert_listed(c->store, NULL, "");
}

static inline void a_range_is_cut_at_the_end(void **state)
{
	static const struct {
		int64_t offset;
		size_t length;
		const char *expected;
	} cases[] = {
		{ 0, 10, "0123456789" }, { 0, 11, "0123456789" }, { 0, 0, "" },
		{ 3, 4, "3456" },	 { 9, 1, "9" },		  { 9, 16, "9" },
		{ 10, 1, "" },		 { 11, 1, "" },		  { INT64_MAX - 16, 16, "" },
	};
	struct conformance *c = *state;
	struct bln_err err = { 0 };
	char buffer[17];
	size_t got;

	kit_put(c->store, "ten", "0123456789");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = 99;
		assert_ok(bln_store_get_range(c->store, "ten", cases[i].offset, buffer, cases[i].length, &got, &err),
			  &err);
		assert_int_equal(got, strlen(cases[i].expected));
		assert_memory_equal(buffer, cases[i].expected, got);
	}
	assert_int_equal(bln_store_get_range(c->store, "ten", -1, buffer, 1, &got, &err), BLN_INVALID);
	assert_int_equal(bln_store_get_range(c->store, "ten", INT64_MAX, buffer, 1, &got, &err), BLN_INVALID);
	assert_int_equal(bln_store_get_range(c->store, "ten", 0, buffer, SIZE_MAX, &got, &err), BLN_INVALID);
	kit_put(c->store, "none", "");
	assert_ok(bln_store_get_range(c->store, "none", 0, buffer, 1, &got, &err), &err);
	assert_int_equal(got, 0);
}

static inline void a_reader_stays_with_what_it_opened(void **state)
{
	struct conformance *c = *state;
	struct bln_store_reader *reader;
	struct bln_store_reader *other;
	struct bln_err err = { 0 };
	char all[32] = "";
	char buffer[7];
	size_t length = 0;
	size_t got;

	kit_put(c->store, "a", "the first of two");
	assert_ok(bln_store_reader_open(c->store, "a", &reader, &err), &err);
	assert_ok(bln_store_reader_read(reader, buffer, 4, &got, &err), &err);
	memcpy(all, buffer, got);
	length = got;
	kit_put(c->store, "a", "2");
	assert_ok(bln_store_reader_open(c->store, "a", &other, &err), &err);
	assert_ok(bln_store_delete(c->store, "a", &err), &err);
	do {
		assert_ok(bln_store_reader_read(reader, buffer, sizeof(buffer), &got, &err), &err);
		assert_true(length + got < sizeof(all));
		memcpy(all + length, buffer, got);
		length += got;
	} while (got > 0);
	assert_string_equal(all, "the first of two");
	assert_ok(bln_store_reader_read(reader, buffer, sizeof(buffer), &got, &err), &err);
	assert_int_equal(got, 0);
	assert_ok(bln_store_reader_read(other, buffer, sizeof(buffer), &got, &err), &err);
	assert_int_equal(got, 1);
	assert_int_equal(buffer[0], '2');
	bln_store_reader_close(reader);
	bln_store_reader_close(other);
}

static inline void what_is_not_there_is_not_found(void **state)
{
	static const char *const absent[] = { "x", "x/y", "folder", "folder/a/b", "folder/b", "fol" };
	struct conformance *c = *state;
	struct bln_err err = { 0 };

	for (int round = 0; round < 2;
	     round++) { /* in a store that nothing was ever put in, and in one that has something */
		for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
			struct bln_store_reader *reader;
			struct bln_text text = { 0 };
			enum bln_status status;
			char byte;
			size_t got;

			assert_no_object(c->store, absent[i]);
			assert_int_equal(bln_store_get(c->store, absent[i], 9, &text, &err), BLN_NOT_FOUND);
			assert_says(err.message, absent[i]);
			assert_int_equal(bln_store_get_range(c->store, absent[i], 0, &byte, 1, &got, NULL),
					 BLN_NOT_FOUND);
			assert_int_equal(bln_store_reader_open(c->store, absent[i], &reader, NULL), BLN_NOT_FOUND);
			status = bln_store_local_path(c->store, absent[i], &text, NULL);
			assert_true(status == BLN_NOT_FOUND || status == BLN_UNSUPPORTED);
			assert_ok(bln_store_delete(c->store, absent[i], &err), &err);
			bln_text_clean_up(&text);
		}
		assert_listed(c->store, NULL, round == 0 ? "" : "folder/a\n");
		assert_ok(bln_store_sweep(c->store, NULL, 0, NULL, &err), &err);
		kit_put(c->store, "folder/a", "1");
	}
}

static inline void an_etag_changes_when_the_object_does(void **state)
{
	enum { PUTS = 40 };
	struct conformance *c = *state;
	struct bln_object_head heads[PUTS];
	struct bln_object_head again;
	struct bln_err err = { 0 };

	for (int i = 0; i < PUTS; i++) { /* faster than the clocks of most file systems tick */
		char text[8];

		snprintf(text, sizeof(text), "%03d", i);
		kit_put(c->store, "a", text);
		assert_ok(bln_store_head(c->store, "a", &heads[i], &err), &err);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(heads[k].etag, heads[i].etag);
	}
	assert_ok(bln_store_head(c->store, "a", &again, &err), &err);
	assert_string_equal(again.etag, heads[PUTS - 1].etag);
	assert_int_equal(again.modified_us, heads[PUTS - 1].modified_us);
	assert_true(again.modified_us / 1000000 - (int64_t)time(NULL) <= 2);
	assert_true((int64_t)time(NULL) - again.modified_us / 1000000 <= 60);
}

static inline void put_if_absent_changes_nothing_that_is_there(void **state)
{
	struct conformance *c = *state;
	struct bln_err err = { 0 };

	assert_ok(bln_store_put_if_absent(c->store, "log/1", "first", 5, &err), &err);
	assert_int_equal(bln_store_put_if_absent(c->store, "log/1", "second", 6, &err), BLN_EXISTS);
	assert_says(err.message, "log/1");
	assert_object(c->store, "log/1", "first");
	assert_ok(bln_store_delete(c->store, "log/1", &err), &err);
	assert_ok(bln_store_put_if_absent(c->store, "log/1", "", 0, &err), &err);
	assert_int_equal(bln_store_put_if_absent(c->store, "log/1", "x", 1, &err), BLN_EXISTS);
	assert_object(c->store, "log/1", "");
	assert_ok(bln_store_sweep(c->store, NULL, 0, NULL, &err), &err);
	assert_listed(c->store, NULL, "log/1\n");
}

static inline void an_url_names_an_object(void **state)
{
	struct conformance *c = *state;
	struct bln_text root = { 0 };
	struct bln_text url = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_store_url(c->store, NULL, &root, &err), &err);
	assert_says(root.at, "://");
	assert_ok(bln_store_url(c->store, "a b/%2F/\xc3\xa9", &url, &err), &err);
	assert_int_equal(strncmp(url.at, root.at, root.length), 0);
	assert_string_equal(url.at + root.length, "/a%20b/%252F/%C3%A9");
	bln_text_clean_up(&root);
	bln_text_clean_up(&url);
}

#endif
