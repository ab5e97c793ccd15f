/* Listings against a model: see store_conformance.h. */
#ifndef BLN_STORE_CONFORMANCE_LIST_H
#define BLN_STORE_CONFORMANCE_LIST_H

#include "store/store_conformance.h"

enum { LIST_KEYS_MAX = 120, LIST_QUERIES = 250, LIST_ROUNDS = 3 };

struct list_model {
	char keys[LIST_KEYS_MAX][64];
	int count;
	uint64_t round;
};

static inline int list_model_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static inline bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Few names, so that keys share folders and sort around the '/'. Those of a round lie in a folder of its own: in a directory
 * the name of a folder stays taken. */
static inline void list_random_key(struct bln_random *random, uint64_t round, char key[static 64])
{
	static const char *const names[] = {
		"a", "b", "a-", "a.b", "a0", "a b", "%2F", "\xc3\xa9", "~", "A", "aa", "_"
	};
	uint64_t depth = 1 + bln_random_below(random, 4);

	snprintf(key, 64, "r%d", (int)round);
	for (uint64_t i = 0; i < depth; i++)
		snprintf(key + strlen(key), 64 - strlen(key), "/%s",
			 names[bln_random_below(random, sizeof(names) / sizeof(names[0]))]);
}

static inline void list_model_fill(struct list_model *model, uint64_t round, struct bln_random *random,
				   struct bln_store *store)
{
	model->count = 0;
	model->round = round;
	for (int tries = 0; tries < 2 * LIST_KEYS_MAX && model->count < LIST_KEYS_MAX; tries++) {
		char *key = model->keys[model->count];
		char folder[80];
		char other[80];
		bool is_free = true;

		list_random_key(random, round, key);
		snprintf(folder, sizeof(folder), "%s/", key);
		for (int i = 0; i < model->count && is_free; i++) {
			snprintf(other, sizeof(other), "%s/", model->keys[i]);
			is_free = !begins(other, folder) && !begins(folder, other);
		}
		if (!is_free)
			continue;
		kit_put(store, key, key);
		model->count++;
	}
	qsort(model->keys, (size_t)model->count, sizeof(model->keys[0]), list_model_compare);
}

static inline void list_model_list(const struct list_model *model, const struct bln_list_options *options,
				   struct bln_text *out)
{
	const char *prefix = options->prefix ? options->prefix : "";
	const char *after = options->start_after ? options->start_after : "";
	char last[80] = "";

	bln_text_clear(out);
	for (int i = 0; i < model->count; i++) {
		char given[80];
		const char *slash;

		snprintf(given, sizeof(given), "%s", model->keys[i]);
		if (!begins(given, prefix))
			continue;
		slash = options->is_shallow ? strchr(model->keys[i] + strlen(prefix), '/') : NULL;
		if (slash)
			given[slash - model->keys[i] + 1] = '\0';
		if (strcmp(given, after) <= 0 || strcmp(given, last) == 0)
			continue;
		memcpy(last, given, sizeof(last));
		bln_text_add(out, given);
		bln_text_add(out, "\n");
	}
}

static inline void list_query(const struct list_model *model, struct bln_random *random, struct bln_store *store)
{
	struct bln_list_options options = {
		.is_shallow = bln_random_below(random, 2),
		.names_only = bln_random_below(random, 2),
	};
	char prefix[64] = "";
	char after[64] = "";
	struct bln_text expected = { 0 };
	struct bln_text listed = { 0 };
	struct bln_err err = { 0 };

	/* Beginnings of keys that are there, cut anywhere, or of others. */
	if (bln_random_below(random, 3) > 0)
		memcpy(prefix, model->keys[bln_random_below(random, (uint64_t)model->count)], sizeof(prefix));
	else
		list_random_key(random, model->round, prefix);
	prefix[bln_random_below(random, strlen(prefix) + 1)] = '\0';
	if (bln_random_below(random, 2))
		memcpy(after, model->keys[bln_random_below(random, (uint64_t)model->count)], sizeof(after));
	else
		list_random_key(random, model->round, after);
	if (bln_random_below(random, 2))
		after[bln_random_below(random, strlen(after) + 1)] = '\0';
	options.prefix = prefix[0] ? prefix : NULL;
	options.start_after = bln_random_below(random, 3) ? after : NULL;
	list_model_list(model, &options, &expected);
	assert_ok(kit_list(store, &options, &listed, &err), &err);
	if (strcmp(expected.at ? expected.at : "", listed.at ? listed.at : "") != 0)
		fail_msg("prefix '%s', start_after '%s'%s: expected\n%sbut listed\n%s", prefix,
			 options.start_after ? after : "", options.is_shallow ? ", shallow" : "",
			 expected.at ? expected.at : "", listed.at ? listed.at : "");
	bln_text_clean_up(&expected);
	bln_text_clean_up(&listed);
}

static inline void listings_are_those_of_the_model(void **state)
{
	struct conformance *c = *state;
	uint64_t seed = test_seed(20240229);
	struct bln_random random;
	struct list_model model;

	for (uint64_t round = 0; round < LIST_ROUNDS; round++) {
		bln_random_init(&random, seed + round);
		list_model_fill(&model, round, &random, c->store);
		for (int i = 0; i < LIST_QUERIES; i++)
			list_query(&model, &random, c->store);
		for (int i = 0; i < model.count; i++) /* what it leaves are empty folders, which must not be seen */
			assert_int_equal(bln_store_delete(c->store, model.keys[i], NULL), BLN_OK);
		assert_listed(c->store, &(struct bln_list_options){ .is_shallow = true }, "");
	}
}

static inline void a_listing_tells_sizes_and_times(void **state)
{
	struct conformance *c = *state;
	struct bln_listing *listing;
	const struct bln_object *object;
	struct bln_object_head head;
	struct bln_err err = { 0 };

	kit_put(c->store, "a/b", "12345");
	kit_put(c->store, "a/c", "");
	for (int names_only = 0; names_only < 2; names_only++) {
		const struct bln_list_options options = { .names_only = names_only, .prefix = "a/" };

		assert_ok(bln_store_list(c->store, &options, &listing, &err), &err);
		for (int i = 0; i < 2; i++) {
			assert_ok(bln_listing_next(listing, &object, &err), &err);
			assert_non_null(object);
			assert_ok(bln_store_head(c->store, object->key, &head, &err), &err);
			if (!names_only || object->size_bytes != -1)
				assert_int_equal(object->size_bytes, head.size_bytes);
			if (!names_only || object->modified_us != -1)
				assert_int_equal(object->modified_us / 1000000, head.modified_us / 1000000);
		}
		for (int i = 0; i < 2; i++) { /* the end stays the end */
			assert_ok(bln_listing_next(listing, &object, &err), &err);
			assert_null(object);
		}
		bln_listing_close(listing);
	}
	assert_ok(bln_store_list(c->store, &(struct bln_list_options){ .is_shallow = true }, &listing, &err), &err);
	assert_ok(bln_listing_next(listing, &object, &err), &err);
	assert_string_equal(object->key, "a/");
	assert_int_equal(object->size_bytes, -1);
	bln_listing_close(listing);
}

static inline void what_stays_is_listed_once_whatever_goes_on(void **state)
{
	enum { KEYS = 60 };
	struct conformance *c = *state;
	struct bln_listing *listing;
	const struct bln_object *object;
	struct bln_err err = { 0 };
	char key[32];
	int stayed = 0;

	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "f%d/%03d", i / 20, i);
		kit_put(c->store, key, "1");
	}
	assert_ok(bln_store_list(c->store, NULL, &listing, &err), &err);
	for (int i = 0;; i++) {
		assert_ok(bln_listing_next(listing, &object, &err), &err);
		if (!object)
			break;
		stayed += strlen(object->key) == 6 && (object->key[5] - '0') % 2 == 0;
		snprintf(key, sizeof(key), "f%d/%03d", i * 2 / 20, i * 2 + 1); /* the odd ones go, new ones come */
		assert_ok(bln_store_delete(c->store, key, &err), &err);
		snprintf(key, sizeof(key), "f%d/%03dnew", i % 4, i);
		if (i < KEYS)
			kit_put(c->store, key, "1");
	}
	assert_int_equal(stayed, KEYS / 2);
	bln_listing_close(listing);
}

#endif
