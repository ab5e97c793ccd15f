/* Logs that change while they are read: a store in front of the real one hides and loses files at chosen moments. */
#include "delta/delta_test_kit.h"

#include "delta/log_read.h"

#define START KIT_PROTOCOL KIT_METADATA

struct front {
	struct bln_store base;
	struct bln_store *behind;
	const char *hidden; /* keys that end so are not in the next HIDES listings */
	int hides;
	const char *lost; /* nor can be got, the next LOSSES times */
	int losses;
	int listings;
};

struct front_listing {
	struct bln_listing base;
	struct bln_listing *behind;
	bool is_hiding;
};

static enum bln_status front_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
				 struct bln_err *err)
{
	struct front *front = (struct front *)store;

	if (front->losses > 0 && bln_slice_ends(bln_slice_of(key), front->lost)) {
		front->losses--;
		return bln_err_set(err, BLN_NOT_FOUND, "no '%s'", key);
	}
	return bln_store_get(front->behind, key, size_max, bytes, err);
}

static enum bln_status front_list(struct bln_store *store, const struct bln_list_options *options,
				  struct bln_listing **out, struct bln_err *err)
{
	struct front *front = (struct front *)store;
	struct front_listing *listing = calloc(1, sizeof(*listing));
	enum bln_status status;

	assert_non_null(listing);
	front->listings++;
	listing->base.store = store;
	listing->is_hiding = front->hides > 0;
	front->hides -= listing->is_hiding;
	status = bln_store_list(front->behind, options, &listing->behind, err);
	assert_int_equal(status, BLN_OK);
	*out = &listing->base;
	return status;
}

static enum bln_status front_next(struct bln_listing *base, const struct bln_object **object, struct bln_err *err)
{
	struct front_listing *listing = (struct front_listing *)base;
	const struct front *front = (const struct front *)base->store;
	enum bln_status status;

	do
		status = bln_listing_next(listing->behind, object, err);
	while (status == BLN_OK && *object && listing->is_hiding &&
	       bln_slice_ends(bln_slice_of((*object)->key), front->hidden));
	return status;
}

static void front_listing_close(struct bln_listing *base)
{
	bln_listing_close(((struct front_listing *)base)->behind);
	free(base);
}

static const struct bln_store_ops front_ops = {
	.name = "front",
	.get = front_get,
	.list = front_list,
	.listing_next = front_next,
	.listing_close = front_listing_close,
};

/* Puts FRONT before the kit's store. */
static void front_init(struct front *front, struct kit *kit)
{
	*front = (struct front){ .base.ops = &front_ops, .behind = kit->store };
	kit->table.store = &front->base;
}

static struct kit *table_of_four(void)
{
	struct kit *kit = kit_new();

	kit_commit(kit, 0, START);
	kit_commit(kit, 1, KIT_ADD("a"));
	kit_commit(kit, 2, KIT_ADD("b"));
	kit_commit(kit, 3, KIT_ADD("c"));
	return kit;
}

static enum bln_status count(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	(void)entry;
	(void)err;
	++*(int *)context;
	return BLN_OK;
}

/* Whoever lists while others commit may be shown version 3 and not 2. */
static void a_listing_with_a_hole_is_made_again(void **state)
{
	struct kit *kit = table_of_four();
	struct front front;
	struct bln_err err = { 0 };
	int commits = 0;
	(void)state;

	front_init(&front, kit);
	front.hidden = KIT_V(02) ".json";
	front.hides = 1;
	kit_expect(kit, BLN_VERSION_LATEST, 3, "a b c");
	front.hides = 1;
	assert_ok(bln_commits_read(&kit->table, 0, BLN_VERSION_LATEST, count, &commits, NULL, &err), &err);
	assert_int_equal(commits, 4);
	front.hides = 99;
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, "version 2 is missing");
	kit_destroy(kit);
}

static void what_is_not_there_is_not_sought_for_long(void **state)
{
	struct kit *kit = kit_new();
	struct front front;
	(void)state;

	front_init(&front, kit);
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_NOT_FOUND, "no Delta table");
	assert_int_equal(front.listings, 1);
	kit_commit(kit, 0, START);
	kit_expect_failure(kit, 1, BLN_NOT_FOUND, "the latest is 0");
	assert_int_equal(front.listings, 2);
	kit_destroy(kit);
}

static void files_that_vanish_are_looked_for_once_more(void **state)
{
	struct kit *kit = table_of_four();
	struct front front;
	(void)state;

	front_init(&front, kit);
	front.lost = KIT_V(02) ".json";
	front.losses = 1;
	kit_expect(kit, BLN_VERSION_LATEST, 3, "a b c");
	front.losses = 99;
	kit_expect_failure(kit, BLN_VERSION_LATEST, BLN_CORRUPT, KIT_V(02) ".json"); /* there is a table */

	/* A checkpoint that was replaced by a newer one meanwhile. */
	kit_put(kit, KIT_V(01) ".checkpoint.parquet", START KIT_ADD("x"));
	kit_put(kit, KIT_V(03) ".checkpoint.parquet", START KIT_ADD("y"));
	front.hidden = front.lost = KIT_V(03) ".checkpoint.parquet";
	front.hides = 0;
	front.losses = 1;
	kit_expect(kit, BLN_VERSION_LATEST, 3, "y");
	front.losses = 99; /* or is lost: the one before it does as well */
	kit_expect(kit, BLN_VERSION_LATEST, 3, "x b c");
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listing_with_a_hole_is_made_again),
		cmocka_unit_test(what_is_not_there_is_not_sought_for_long),
		cmocka_unit_test(files_that_vanish_are_looked_for_once_more),
	};

	return cmocka_run_group_tests_name("snapshot_race", tests, NULL, NULL);
}
