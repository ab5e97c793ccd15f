#include "delta/delta_test_kit.h"

#include "delta/log_read.h"

#define START KIT_PROTOCOL KIT_METADATA

/* What was given, as "1:2 2:1 " (version and number of actions); FAIL_AT stops at that version. */
struct given {
	char text[256];
	int64_t fail_at;
};

static enum bln_status give(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	struct given *given = context;
	size_t used = strlen(given->text);

	assert_int_equal(entry->version, entry->file->name.version);
	if (entry->version == given->fail_at)
		return bln_err_set(err, BLN_CANCELLED, "enough");
	snprintf(given->text + used, sizeof(given->text) - used, "%" PRId64 ":%zu ", entry->version,
		 entry->action_count);
	return BLN_OK;
}

static struct kit *table_of_five(void)
{
	struct kit *kit = kit_new();

	kit_commit(kit, 0, START);
	kit_commit(kit, 1, KIT_INFO KIT_ADD("a"));
	kit_commit(kit, 2, "");
	kit_commit(kit, 3, "{\"cdc\":{\"path\":\"x\"}}\n{\"unknown\":{}}\n" KIT_REMOVE("a"));
	kit_commit(kit, 4, KIT_INFO);
	/* Neither says what happened when: not to be taken. */
	kit_put(kit, KIT_V(01) "." KIT_V(03) ".compacted.json", "nonsense");
	kit_put(kit, KIT_V(02) ".checkpoint.parquet", "nonsense");
	return kit;
}

static void commits_come_in_order_with_all_their_actions(void **state)
{
	static const struct {
		int64_t from, to;
		const char *given;
		int64_t last;
	} cases[] = {
		{ 0, BLN_VERSION_LATEST, "0:2 1:2 2:0 3:3 4:1 ", 4 },
		{ 1, 3, "1:2 2:0 3:3 ", 3 },
		{ 4, 4, "4:1 ", 4 },
		{ 5, BLN_VERSION_LATEST, "", 4 }, /* nothing new */
		{ 3, 2, "", 2 },
	};
	struct kit *kit = table_of_five();
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct given given = { .fail_at = -1 };
		struct bln_err err = { 0 };
		int64_t last = -7;

		assert_ok(bln_commits_read(&kit->table, cases[i].from, cases[i].to, give, &given, &last, &err), &err);
		assert_string_equal(given.text, cases[i].given);
		assert_int_equal(last, cases[i].last);
	}
	kit_destroy(kit);
}

static void what_was_cleaned_up_is_told_from_what_is_to_come(void **state)
{
	struct kit *kit = table_of_five();
	struct given given = { .fail_at = -1 };
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_commits_read(&kit->table, 6, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_INVALID);
	assert_int_equal(bln_commits_read(&kit->table, 3, 5, give, &given, NULL, &err), BLN_INVALID);
	assert_non_null(strstr(err.message, "the latest is 4"));
	assert_int_equal(bln_commits_read(&kit->table, 3, 1, give, &given, NULL, &err), BLN_INVALID);
	assert_int_equal(bln_commits_read(&kit->table, 90, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_INVALID);
	kit_remove_file(kit, KIT_V(00) ".json");
	kit_remove_file(kit, KIT_V(01) ".json");
	assert_int_equal(bln_commits_read(&kit->table, 1, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_NOT_FOUND);
	assert_non_null(strstr(err.message, "2 is the first that is left"));
	assert_string_equal(given.text, ""); /* not half of it */
	assert_ok(bln_commits_read(&kit->table, 2, BLN_VERSION_LATEST, give, &given, NULL, &err), &err);
	assert_string_equal(given.text, "2:0 3:3 4:1 ");
	kit_put(kit, KIT_V(06) ".checkpoint.parquet", ""); /* the table is at 6, its commits end with 4 */
	assert_int_equal(bln_commits_read(&kit->table, 2, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_NOT_FOUND);
	kit_remove_file(kit, KIT_V(06) ".checkpoint.parquet");
	kit_remove_file(kit, KIT_V(03) ".json");
	assert_int_equal(bln_commits_read(&kit->table, 2, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_NOT_FOUND);
	/* All commits gone, the checkpoint left: nothing is new after its version, and nothing is known of before. */
	kit_remove_file(kit, KIT_V(02) ".json");
	kit_remove_file(kit, KIT_V(04) ".json");
	given.text[0] = '\0';
	assert_ok(bln_commits_read(&kit->table, 3, BLN_VERSION_LATEST, give, &given, NULL, &err), &err);
	assert_string_equal(given.text, "");
	assert_int_equal(bln_commits_read(&kit->table, 2, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_NOT_FOUND);
	kit_destroy(kit);
}

static void the_taker_can_end_it(void **state)
{
	struct kit *kit = table_of_five();
	struct given given = { .fail_at = 2 };
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_commits_read(&kit->table, 0, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_CANCELLED);
	assert_string_equal(err.message, "enough");
	assert_string_equal(given.text, "0:2 1:2 ");
	kit_destroy(kit);
}

static void a_broken_commit_is_named(void **state)
{
	struct kit *kit = table_of_five();
	struct given given = { .fail_at = -1 };
	struct bln_err err = { 0 };
	(void)state;

	kit_commit(kit, 3, KIT_INFO "{\"add\":1}\n");
	assert_int_equal(bln_commits_read(&kit->table, 0, BLN_VERSION_LATEST, give, &given, NULL, &err), BLN_CORRUPT);
	assert_string_equal(err.message, "line 2: t/_delta_log/" KIT_V(03) ".json: add: not an object");
	kit_destroy(kit);
}

static enum bln_status infos_count(void *context, const struct bln_log_entry *entry, struct bln_err *err)
{
	(void)err;
	for (size_t i = 0; i < entry->action_count; i++)
		if (entry->actions[i].kind == BLN_ACTION_COMMIT_INFO)
			*(int *)context += entry->version == 1 ? 1 : 10;
	return BLN_OK;
}

static void a_replay_has_the_last_commit_info_only(void **state)
{
	struct kit *kit = table_of_five();
	struct bln_commit_list list;
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	int infos = 0;
	(void)state;

	assert_ok(bln_commits_list(&kit->table, 0, &arena, &list, &err), &err);
	assert_int_equal(list.count, 5);
	assert_ok(bln_log_files_read(kit->store, list.items, list.count, true, infos_count, &infos, &err), &err);
	assert_int_equal(infos, 10);
	infos = 0;
	assert_ok(bln_log_files_read(kit->store, list.items, list.count, false, infos_count, &infos, &err), &err);
	assert_int_equal(infos, 11);
	assert_ok(bln_log_files_read(kit->store, list.items, 0, false, infos_count, &infos, &err), &err);
	bln_arena_clean_up(&arena);
	kit_destroy(kit);
}

static void what_can_be_loaded_is_known(void **state)
{
	static const struct {
		const char *checkpoint; /* of which version there is one */
		int64_t cleaned_to;
		int64_t loadable;
	} cases[] = {
		{ KIT_V(02), 0, 0 }, { KIT_V(02), 1, 2 },  { KIT_V(02), 2, 2 },
		{ KIT_V(02), 3, 2 }, { KIT_V(02), 4, -1 }, /* nothing leads from the checkpoint to version 4 */
		{ KIT_V(04), 4, 4 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit *kit = kit_new();
		struct bln_commit_list list;
		struct bln_arena arena = { 0 };
		struct bln_err err = { 0 };
		char name[64];

		for (int64_t version = cases[i].cleaned_to; version < 5; version++)
			kit_commit(kit, version, KIT_INFO);
		snprintf(name, sizeof(name), "%s.checkpoint.parquet", cases[i].checkpoint);
		kit_put(kit, name, "");
		assert_ok(bln_commits_list(&kit->table, 0, &arena, &list, &err), &err);
		assert_int_equal(list.newest, 4);
		assert_int_equal(list.loadable, cases[i].loadable);
		bln_arena_clean_up(&arena);
		kit_destroy(kit);
	}
}

static void every_failed_allocation_is_told(void **state)
{
	struct kit *kit = table_of_five();
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t n = 1;
	(void)state;

	for (; status == BLN_NO_MEMORY; n++) {
		struct given given = { .fail_at = -1 };

		bln_mem_fail_at(n, false);
		status = bln_commits_read(&kit->table, 0, BLN_VERSION_LATEST, give, &given, NULL, NULL);
		bln_mem_fail_at(0, false);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(n > 10);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_come_in_order_with_all_their_actions),
		cmocka_unit_test(what_was_cleaned_up_is_told_from_what_is_to_come),
		cmocka_unit_test(the_taker_can_end_it),
		cmocka_unit_test(a_broken_commit_is_named),
		cmocka_unit_test(a_replay_has_the_last_commit_info_only),
		cmocka_unit_test(what_can_be_loaded_is_known),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("log_read", tests, NULL, NULL);
}
