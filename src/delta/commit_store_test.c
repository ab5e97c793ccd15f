/* Commits of several processes at once, and on a store that fails: nothing is lost and nothing is there twice. */
#include "base/processes_test_kit.h"

#include "delta/write_test_kit.h"

static int64_t rows_of(const struct bln_add *file)
{
	json_t *stats = json_loadb(file->stats.at, file->stats.length, 0, NULL);
	int64_t rows = json_integer_value(json_object_get(stats, "numRecords"));

	json_decref(stats);
	return rows;
}

static int64_t rows_total(const struct bln_snapshot *table)
{
	int64_t total = 0;

	for (size_t i = 0; i < table->file_count; i++)
		total += rows_of(&table->files[i]);
	return total;
}

static struct bln_action file_of(struct kit *kit, int64_t rows)
{
	struct bln_action action = kit_add(kit, "XBT", 1, 2);

	action.add.stats = bln_slice_of(bln_arena_printf(&kit->arena, "{\"numRecords\":%lld}", (long long)rows));
	return action;
}

/* --- Several processes. --- */

/* Appends one row. False: try again. */
static bool append_once(struct kit *kit, struct bln_clock *clock)
{
	struct bln_snapshot *base = kit_load_with(kit, NULL);
	struct bln_action action = file_of(kit, 1);
	struct bln_commit commit = kit_commit(kit, BLN_WRITE_APPEND, &action, 1);
	struct bln_commit_result result;
	struct bln_err err = { 0 };

	commit.clock = clock;
	assert_ok(bln_log_commit(base, &commit, &result, &err), &err);
	bln_snapshot_destroy(base);
	return true;
}

/* Puts all rows that there are into one file, as an overwrite. */
static bool overwrite_once(struct kit *kit, struct bln_clock *clock)
{
	static const struct bln_read_set whole = { .is_whole_table = true };
	struct bln_snapshot *base = kit_load_with(kit, NULL);
	size_t count = base->file_count;
	struct bln_action *actions = bln_arena_calloc(&kit->arena, count + 1, sizeof(*actions));
	struct bln_commit commit = kit_commit(kit, BLN_WRITE_REWRITE, actions, count + 1);
	struct bln_commit_result result;
	struct bln_err err = { 0 };
	enum bln_status status;

	for (size_t i = 0; i < count; i++)
		actions[i] = bln_action_remove(&base->files[i], 1, true);
	actions[count] = file_of(kit, rows_total(base));
	commit.clock = clock;
	commit.read = &whole;
	status = bln_log_commit(base, &commit, &result, &err);
	if (status != BLN_OK && (status != BLN_CONFLICT || result.race != BLN_RACE_FILES))
		fail_msg("%s", err.message);
	bln_snapshot_destroy(base);
	return status == BLN_OK;
}

struct shared {
	struct kit kit;
	int commits; /* of each process that appends */
};

enum { OVERWRITES = 3 };

/* The first process overwrites, the others append. */
static bool commit_some(void *context, int self)
{
	const struct shared *shared = context;
	const int commits = self == 0 ? OVERWRITES : shared->commits;
	struct kit kit = shared->kit;
	struct bln_err err = { 0 };
	uint64_t seed;

	kit.store = NULL;
	kit.arena = (struct bln_arena){ 0 };
	kit_store(&kit, NULL);
	assert_ok(bln_random_seed_system(&seed, &err), &err);
	bln_random_init(&kit.random, seed);
	for (int done = 0; done < commits;)
		done += self == 0 ? overwrite_once(&kit, bln_clock_system()) : append_once(&kit, bln_clock_system());
	bln_arena_clean_up(&kit.arena);
	bln_store_close(kit.store);
	return true;
}

static void processes_share_a_table(int processes, int commits)
{
	struct shared shared = { .commits = commits };
	struct kit *kit = &shared.kit;

	kit_init(kit);
	kit_create(kit, NULL, NULL);
	test_processes(processes, commit_some, &shared);
	struct bln_snapshot *table = kit_load_with(kit, NULL);
	assert_int_equal(table->version, OVERWRITES + (processes - 1) * commits); /* a gap would not load */
	assert_int_equal(rows_total(table), (processes - 1) * commits);
	bln_snapshot_destroy(table);
	kit_clean_up(kit);
}

static void two_processes_lose_nothing(void **state)
{
	(void)state;
	processes_share_a_table(2, 30);
}

static void eight_processes_lose_nothing(void **state)
{
	(void)state;
	processes_share_a_table(8, 8);
}

/* --- A store that fails. --- */

/* Another has taken the next version: the commit to test must lose a race first, which is the longer way. */
static struct bln_snapshot *scene(struct kit *kit)
{
	struct bln_snapshot *base;
	struct bln_action other;

	kit_init(kit);
	kit_create(kit, NULL, NULL);
	base = kit_load_with(kit, NULL);
	other = file_of(kit, 100);
	assert_int_equal(kit_write(kit, BLN_WRITE_APPEND, &other, 1), 1);
	return base;
}

/* Loads a table of which the store of BASE is gone, as a process that starts anew would. */
static void base_store(struct bln_snapshot *base, const struct kit *kit)
{
	base->table.store = kit->store;
}

static enum bln_status commit_seven(struct kit *kit, struct bln_snapshot *base, struct bln_commit_result *result)
{
	struct bln_action actions[] = { file_of(kit, 7), kit_txn("stream", 1) };
	struct bln_commit commit = kit_commit(kit, BLN_WRITE_APPEND, actions, 2);

	base_store(base, kit);
	return bln_log_commit(base, &commit, result, NULL);
}

/* What a writer does that does not know how its last try ended. */
static void finish_and_check(struct kit *kit)
{
	struct bln_snapshot *now;
	struct bln_commit_result result;

	kit_store(kit, NULL);
	now = kit_load_with(kit, NULL);
	if (bln_snapshot_txn(now, "stream") < 1)
		assert_int_equal(commit_seven(kit, now, &result), BLN_OK);
	bln_snapshot_destroy(now);
	now = kit_load_with(kit, NULL);
	assert_int_equal(rows_total(now), 107);
	assert_int_equal(now->version, 2);
	bln_snapshot_destroy(now);
}

static void any_one_fault_is_survived(void **state)
{
	static const char *const kinds[] = { "fail", "lose", "torn", "nospace" };
	(void)state;

	for (size_t kind = 0; kind < 4; kind++) {
		for (int n = 1; n <= 8; n++) {
			struct kit kit;
			struct bln_snapshot *base = scene(&kit);
			struct bln_commit_result result;
			char plan[32];

			snprintf(plan, sizeof(plan), "%s@%d", kinds[kind], n);
			kit_store(&kit, plan);
			/* One fault never shows: it is looked for and tried again. */
			assert_int_equal(commit_seven(&kit, base, &result), BLN_OK);
			assert_int_equal(result.version, 2);
			bln_snapshot_destroy(base);
			finish_and_check(&kit);
			kit_clean_up(&kit);
		}
	}
}

static void lasting_faults_end_and_are_told(void **state)
{
	static const char *const plans[] = { "fail@1+",	    "fail@2+",
					     "fail@3+",	    "fail@4+",
					     "fail@5+",	    "lose@2+",
					     "torn@4+",	    "fail@1+:put_if_absent",
					     "lose@1+:get", "lose@1:put_if_absent,fail@1+:get" };
	(void)state;

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct kit kit;
		struct bln_snapshot *base = scene(&kit);
		struct bln_commit_result result;
		enum bln_status status;

		kit_store(&kit, plans[i]);
		status = commit_seven(&kit, base, &result);
		assert_true(status == BLN_OK || status == BLN_IO);
		bln_snapshot_destroy(base);
		kit_store(&kit, NULL);
		base = kit_load_with(&kit, NULL);
		if (status == BLN_OK)
			assert_int_equal(bln_snapshot_txn(base, "stream"), 1);
		/* What is there although it failed was said to be in doubt. */
		if (status != BLN_OK && bln_snapshot_txn(base, "stream") == 1)
			assert_true(result.is_in_doubt);
		bln_snapshot_destroy(base);
		finish_and_check(&kit);
		kit_clean_up(&kit);
	}
}

/* The answer to the put is lost and so is each look: whether it is written cannot be known, and that is said. */
static void doubt_is_told(void **state)
{
	struct kit kit;
	struct bln_commit_result result;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	kit_store(&kit, "lose@1:put_if_absent,fail@1+:get");
	assert_int_equal(commit_seven(&kit, base, &result), BLN_IO);
	assert_true(result.is_in_doubt);
	bln_snapshot_destroy(base);
	kit_store(&kit, NULL);
	base = kit_load_with(&kit, NULL);
	assert_int_equal(base->version, 1);
	assert_int_equal(bln_snapshot_txn(base, "stream"), 1);

	/* Each look says that it is not there: a request that is still on its way may put it there yet. */
	kit_store(&kit, "fail@1+:put_if_absent");
	assert_int_equal(commit_seven(&kit, base, &result), BLN_IO);
	assert_true(result.is_in_doubt);
	/* But not where another took the place in the end. */
	kit_store(&kit, NULL);
	struct bln_action actions[] = { file_of(&kit, 1), kit_txn("stream", 2) };
	kit_write(&kit, BLN_WRITE_APPEND, actions, 2);
	kit_store(&kit, "fail@1:put_if_absent");
	assert_int_equal(commit_seven(&kit, base, &result), BLN_CONFLICT);
	assert_false(result.is_in_doubt);
	bln_snapshot_destroy(base);
	kit_clean_up(&kit);
}

static void a_killed_writer_leaves_all_or_nothing(void **state)
{
	static const char *const kinds[] = { "kill", "kill-in", "kill-after" };
	int deaths = 0;
	(void)state;

	for (size_t kind = 0; kind < 3; kind++) {
		for (int n = 1; n <= 5; n++) {
			struct kit kit;
			struct bln_snapshot *base = scene(&kit);
			pid_t pid = fork();
			int status;

			assert_true(pid >= 0);
			if (pid == 0) {
				struct bln_commit_result result;
				char plan[32];

				snprintf(plan, sizeof(plan), "%s@%d", kinds[kind], n);
				kit_store(&kit, plan);
				_exit(commit_seven(&kit, base, &result) != BLN_OK);
			}
			assert_int_equal(waitpid(pid, &status, 0), pid);
			deaths += WIFSIGNALED(status);
			bln_snapshot_destroy(base);
			finish_and_check(&kit);
			kit_clean_up(&kit);
		}
	}
	assert_true(deaths >= 12); /* the plan was really met */
}

/* A store whose first puts always find a newer version: as many races as there may be, then a conflict, and no more. */
struct busy {
	struct bln_store store;
	struct bln_store *inner;
	struct bln_store_ops own;
	int puts;
};

static enum bln_status busy_put(struct bln_store *store, const char *key, const void *bytes, size_t length,
				struct bln_err *err)
{
	struct busy *busy = (struct busy *)store;
	static const char other[] = "{\"commitInfo\":{\"operation\":\"STREAMING UPDATE\"}}\n";
	(void)bytes;
	(void)length;

	busy->puts++;
	assert_ok(bln_store_put_if_absent(busy->inner, key, other, strlen(other), err), err);
	return BLN_EXISTS;
}

static enum bln_status busy_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
				struct bln_err *err)
{
	return bln_store_get(((struct busy *)store)->inner, key, size_max, bytes, err);
}

static enum bln_status busy_head(struct bln_store *store, const char *key, struct bln_object_head *head,
				 struct bln_err *err)
{
	return bln_store_head(((struct busy *)store)->inner, key, head, err);
}

static void races_without_end_end(void **state)
{
	struct kit kit;
	struct bln_commit_result result;
	(void)state;

	kit_init(&kit);
	kit_create(&kit, NULL, NULL);
	struct bln_snapshot *base = kit_load_with(&kit, NULL);
	struct busy busy = { .inner = kit.store,
			     .own = { .name = "busy", .put_if_absent = busy_put, .get = busy_get, .head = busy_head } };
	struct bln_action action = file_of(&kit, 1);
	struct bln_commit commit = kit_commit(&kit, BLN_WRITE_APPEND, &action, 1);
	struct bln_err err = { 0 };

	busy.store.ops = &busy.own;
	base->table.store = &busy.store;
	assert_int_equal(bln_log_commit(base, &commit, &result, &err), BLN_CONFLICT);
	assert_int_equal(result.race, BLN_RACE_BUSY);
	assert_int_equal(busy.puts, BLN_COMMIT_TRIES_MAX);
	assert_int_equal(result.races, BLN_COMMIT_TRIES_MAX);
	assert_non_null(strstr(err.message, "64 times"));
	assert_true(kit.clock.sleeps >= BLN_COMMIT_TRIES_MAX - 1);
	bln_snapshot_destroy(base);
	kit_clean_up(&kit);
}

static void every_failed_allocation_is_told(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	for (int always = 0; always < 2; always++) {
		status = BLN_NO_MEMORY;
		for (uint64_t n = 1; status == BLN_NO_MEMORY; n++) {
			struct kit kit;
			struct bln_snapshot *base = scene(&kit);
			struct bln_commit_result result;
			struct bln_action actions[] = { file_of(&kit, 7), kit_txn("stream", 1) };
			struct bln_commit commit = kit_commit(&kit, BLN_WRITE_APPEND, actions, 2);

			bln_mem_fail_at(n, always);
			status = bln_log_commit(base, &commit, &result, NULL);
			bln_mem_fail_at(0, false);
			bln_snapshot_destroy(base);
			finish_and_check(&kit);
			kit_clean_up(&kit);
			assert_true(n < 500);
		}
		assert_int_equal(status, BLN_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_processes_lose_nothing),
		cmocka_unit_test(eight_processes_lose_nothing),
		cmocka_unit_test(any_one_fault_is_survived),
		cmocka_unit_test(lasting_faults_end_and_are_told),
		cmocka_unit_test(doubt_is_told),
		cmocka_unit_test(a_killed_writer_leaves_all_or_nothing),
		cmocka_unit_test(races_without_end_end),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("commit on a store", tests, NULL, NULL);
}
