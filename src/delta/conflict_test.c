#include "delta/write_test_kit.h"

/* One race: BEFORE is in the table when both writers load it; the other commits THEIRS first, in one or more versions. */
struct race {
	struct kit kit;
	struct bln_snapshot *base;
	struct bln_commit_result result;
	struct bln_err err;
};

static void race_begin(struct race *race, const struct bln_action *before, size_t count)
{
	if (count)
		kit_write(&race->kit, BLN_WRITE_APPEND, before, count);
	race->base = kit_load_with(&race->kit, NULL);
}

static void race_init(struct race *race)
{
	memset(race, 0, sizeof(*race));
	kit_init(&race->kit);
	kit_create(&race->kit, NULL, NULL);
}

static enum bln_status race_commit(struct race *race, enum bln_write_kind kind, const struct bln_action *actions,
				   size_t count, const struct bln_read_set *read)
{
	struct bln_commit commit = kit_commit(&race->kit, kind, actions, count);

	commit.read = read;
	return bln_log_commit(race->base, &commit, &race->result, &race->err);
}

static void race_end(struct race *race)
{
	bln_snapshot_destroy(race->base);
	kit_clean_up(&race->kit);
}

static void wins(struct race *race, enum bln_status status, int races)
{
	if (status != BLN_OK)
		fail_msg("%s", race->err.message);
	assert_int_equal(race->result.races, races);
	assert_int_equal(race->result.version, race->base->version + 1 + races);
	assert_int_equal(race->result.race, BLN_RACE_NONE);
}

static void loses(struct race *race, enum bln_status status, enum bln_race expected, const char *said)
{
	assert_int_equal(status, BLN_CONFLICT);
	assert_int_equal(race->result.race, expected);
	assert_says(race->err.message, said);
	assert_int_equal(race->result.version, -1);
	assert_string_equal(race->result.other_operation, "WRITE");
	assert_false(race->result.is_in_doubt);
}

static void appends_go_on(void **state)
{
	struct race race;
	(void)state;

	race_init(&race);
	race_begin(&race, NULL, 0);
	for (int i = 0; i < 3; i++) {
		struct bln_action theirs[] = { kit_add(&race.kit, "XBT", 1, 2), kit_txn("theirs", i) };

		kit_write(&race.kit, BLN_WRITE_APPEND, theirs, 2);
	}
	struct bln_action mine[] = { kit_add(&race.kit, "XBT", 1, 2), kit_txn("mine", 1) };
	wins(&race, race_commit(&race, BLN_WRITE_APPEND, mine, 2, NULL), 3);
	assert_int_equal(race.result.other_txn_version, -1);
	race_end(&race);
}

static void my_application_id_in_anothers_commit_stops_me(void **state)
{
	struct race race;
	(void)state;

	race_init(&race);
	race_begin(&race, NULL, 0);
	struct bln_action theirs[] = { kit_add(&race.kit, "XBT", 1, 2), kit_txn("stream", 41) };
	kit_write(&race.kit, BLN_WRITE_APPEND, &theirs[0], 1);
	kit_write(&race.kit, BLN_WRITE_APPEND, &theirs[1], 1);
	struct bln_action mine[] = { kit_add(&race.kit, "XBT", 1, 2), kit_txn("stream", 41) };

	loses(&race, race_commit(&race, BLN_WRITE_APPEND, mine, 2, NULL), BLN_RACE_APP_ID,
	      "version 2 (WRITE) was written meanwhile and did work of 'stream'");
	assert_int_equal(race.result.other_version, 2);
	assert_int_equal(race.result.other_txn_version, 41);
	/* Another stream's is nothing to us. */
	mine[1] = kit_txn("stream2", 41);
	wins(&race, race_commit(&race, BLN_WRITE_APPEND, mine, 2, NULL), 2);
	race_end(&race);
}

static void metadata_and_protocol_stop_everybody(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct race race;
		struct bln_action change = { .kind = i ? BLN_ACTION_PROTOCOL : BLN_ACTION_METADATA };

		race_init(&race);
		race_begin(&race, NULL, 0);
		if (i)
			change.protocol = (struct bln_protocol){ .reader = 1, .writer = 3 };
		else
			change.metadata = race.base->metadata;
		kit_write(&race.kit, BLN_WRITE_APPEND, &change, 1);
		struct bln_action mine = kit_add(&race.kit, "XBT", 1, 2);
		loses(&race, race_commit(&race, BLN_WRITE_APPEND, &mine, 1, NULL), BLN_RACE_METADATA,
		      i ? "changed the table's protocol" : "changed the table's metadata");
		/* It matters more than an application id in the same commit, which is told nevertheless. */
		struct bln_action both[] = { kit_txn("a", 3), change };
		bln_snapshot_destroy(race.base);
		race.base = kit_load_with(&race.kit, NULL);
		if (!i)
			both[1].metadata = race.base->metadata;
		kit_write(&race.kit, BLN_WRITE_APPEND, both, 2);
		mine = kit_txn("a", 3);
		loses(&race, race_commit(&race, BLN_WRITE_APPEND, &mine, 1, NULL), BLN_RACE_METADATA, "changed");
		assert_int_equal(race.result.other_txn_version, 3);
		race_end(&race);
	}
}

static struct bln_action moved(struct bln_action action)
{
	action.add.is_data_change = false;
	return action;
}

static void a_compaction_yields_only_where_its_input_is_gone(void **state)
{
	struct race race;
	(void)state;

	race_init(&race);
	struct bln_action before[] = { kit_add(&race.kit, "XBT", 1, 2), kit_add(&race.kit, "XBT", 3, 4),
				       kit_add(&race.kit, "ETH", 1, 2) };
	race_begin(&race, before, 3);
	/* Appends and a delete elsewhere. */
	struct bln_action theirs[] = { kit_add(&race.kit, "XBT", 1, 2), bln_action_remove(&before[2].add, 1, true) };
	kit_write(&race.kit, BLN_WRITE_REWRITE, theirs, 2);
	struct bln_action mine[] = { bln_action_remove(&before[0].add, 1, false),
				     bln_action_remove(&before[1].add, 1, false),
				     moved(kit_add(&race.kit, "XBT", 1, 4)) };
	wins(&race, race_commit(&race, BLN_WRITE_REARRANGE, mine, 3, NULL), 1);
	race_end(&race);

	race_init(&race);
	before[0] = kit_add(&race.kit, "XBT", 1, 2);
	race_begin(&race, before, 1);
	theirs[0] = bln_action_remove(&before[0].add, 1, true);
	kit_write(&race.kit, BLN_WRITE_REWRITE, theirs, 1);
	mine[0] = bln_action_remove(&before[0].add, 1, false);
	mine[1] = moved(kit_add(&race.kit, "XBT", 1, 2));
	loses(&race, race_commit(&race, BLN_WRITE_REARRANGE, mine, 2, NULL), BLN_RACE_FILES,
	      "removed a file that this commit removes");
	race_end(&race);
}

static void who_loses_its_input_to_a_compaction_plans_again(void **state)
{
	struct race race;
	const struct bln_read_set whole = { .is_whole_table = true };
	(void)state;

	race_init(&race);
	struct bln_action before[] = { kit_add(&race.kit, "XBT", 1, 2), kit_add(&race.kit, "ETH", 1, 2) };
	race_begin(&race, before, 2);
	struct bln_action theirs[] = { bln_action_remove(&before[0].add, 1, false),
				       moved(kit_add(&race.kit, "XBT", 1, 2)) };
	kit_write(&race.kit, BLN_WRITE_REARRANGE, theirs, 2);
	struct bln_action mine[] = { bln_action_remove(&before[0].add, 1, true), kit_add(&race.kit, "XBT", 1, 3) };
	loses(&race, race_commit(&race, BLN_WRITE_REWRITE, mine, 2, &whole), BLN_RACE_FILES, "removes");
	/* Who read everything but removes something else loses nothing: the rows are the same. */
	mine[0] = bln_action_remove(&before[1].add, 1, true);
	wins(&race, race_commit(&race, BLN_WRITE_REWRITE, mine, 2, &whole), 1);
	race_end(&race);
}

static struct bln_value real(double value)
{
	return (struct bln_value){ .real = value };
}

/* An upsert that read closes from 10 to 20 of XBT. */
static const struct {
	const char *symbol;
	int low, high; /* of the file the other adds */
	bool is_conflict;
} added[] = {
	{ "XBT", 5, 9, false },	 { "XBT", 5, 10, true },   { "XBT", 12, 13, true }, { "XBT", 20, 30, false },
	{ "XBT", 19, 30, true }, { "ETH", 12, 13, false }, { NULL, 12, 13, false }, { "XBT", 1, 0, true },
	{ "ETH", 1, 0, false },	 { "XBT", 1, 99, true },
};

static void an_upsert_yields_to_rows_among_its_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++) {
		struct race race;
		struct bln_bound bound = { .column = "close", .min = real(10), .max = real(20) };
		struct bln_key_range range = { .bounds = &bound, .bound_count = 1 };
		struct bln_read_set read = { .ranges = &range, .range_count = 1 };

		race_init(&race);
		range.partition = kit_pair(&race.kit, "symbol", "XBT");
		struct bln_action before[] = { kit_add(&race.kit, "XBT", 12, 13) };
		race_begin(&race, before, 1);
		struct bln_action theirs = kit_add(&race.kit, added[i].symbol, added[i].low, added[i].high);
		kit_write(&race.kit, BLN_WRITE_APPEND, &theirs, 1);
		struct bln_action mine[] = { bln_action_remove(&before[0].add, 1, true),
					     kit_add(&race.kit, "XBT", 12, 14) };
		enum bln_status status = race_commit(&race, BLN_WRITE_REWRITE, mine, 2, &read);
		if ((status == BLN_CONFLICT) != added[i].is_conflict)
			fail_msg("%s %d-%d: %s %s", added[i].symbol, added[i].low, added[i].high,
				 bln_status_name(status), race.err.message);
		if (added[i].is_conflict)
			loses(&race, status, BLN_RACE_FILES, "added rows where this commit had read");
		race_end(&race);
	}
}

static void an_upsert_yields_to_rows_taken_from_its_keys(void **state)
{
	(void)state;
	/* The other removes a file that we read and keep: in the range, outside of it, and one moved there since. */
	for (int i = 0; i < 4; i++) {
		struct race race;
		struct bln_bound bound = { .column = "close", .min = real(10), .max = real(20) };
		struct bln_key_range range = { .bounds = &bound, .bound_count = 1 };
		struct bln_read_set read = { .ranges = &range, .range_count = 1 };

		race_init(&race);
		struct bln_action before[] = { kit_add(&race.kit, "XBT", 12, 13), kit_add(&race.kit, "XBT", 30, 31) };
		race_begin(&race, before, 2);
		struct bln_action moves[] = { bln_action_remove(&before[i & 1].add, 1, false), moved(before[i & 1]) };
		moves[1].add.path = bln_slice_of("symbol=XBT/moved.parquet");
		struct bln_action theirs = bln_action_remove(&before[i & 1].add, 1, true);
		if (i >= 2) {
			kit_write(&race.kit, BLN_WRITE_REARRANGE, moves, 2);
			theirs = bln_action_remove(&moves[1].add, 1, true);
		}
		kit_write(&race.kit, BLN_WRITE_REWRITE, &theirs, 1);
		struct bln_action mine = kit_add(&race.kit, "XBT", 11, 14);
		enum bln_status status = race_commit(&race, BLN_WRITE_APPEND, &mine, 1, &read);
		if (i & 1)
			wins(&race, status, i >= 2 ? 2 : 1);
		else
			loses(&race, status, BLN_RACE_FILES, "removed rows that this commit had read");
		race_end(&race);
	}
}

static void an_overwrite_yields_to_any_row(void **state)
{
	struct race race;
	const struct bln_read_set whole = { .is_whole_table = true };
	(void)state;

	race_init(&race);
	struct bln_action before = kit_add(&race.kit, "XBT", 12, 13);
	race_begin(&race, &before, 1);
	struct bln_action txn = kit_txn("elsewhere", 1);
	struct bln_action mine[] = { bln_action_remove(&before.add, 1, true), kit_add(&race.kit, "XBT", 1, 2) };

	kit_write(&race.kit, BLN_WRITE_APPEND, &txn, 1);
	struct bln_action theirs = kit_add(&race.kit, "ETH", 1, 2);
	kit_write(&race.kit, BLN_WRITE_APPEND, &theirs, 1);
	loses(&race, race_commit(&race, BLN_WRITE_REWRITE, mine, 2, &whole), BLN_RACE_FILES, "added rows");
	assert_int_equal(race.result.other_version, 3);
	assert_int_equal(race.result.races, 1);
	race_end(&race);
}

static void statistics_prove_or_they_do_not(void **state)
{
	static const struct {
		const char *column;
		const char *min, *max; /* of the range; NULL is open */
		const char *stats;
		bool does_meet;
	} cases[] = {
		{ "symbol", "A", "XBS", "{}", false },
		{ "symbol", "A", "XBT", "{}", true },
		{ "close", "1", "2", "", true },
		{ "close", "1", "2", "{broken", true },
		{ "close", "1", "2", "{\"numRecords\":3,\"nullCount\":{\"close\":3}}", false },
		{ "close", "1", "2", "{\"numRecords\":3,\"nullCount\":{\"close\":2}}", true },
		{ "close", "1", "2", "{\"minValues\":{\"close\":3}}", false },
		{ "close", "1", NULL, "{\"minValues\":{\"close\":3}}", true },
		{ "close", "1", "2", "{\"maxValues\":{\"close\":0.5}}", false },
		{ "close", NULL, "2", "{\"maxValues\":{\"close\":0.5}}", true },
		{ "close", "1", "2", "{\"minValues\":{\"close\":\"odd\"},\"maxValues\":{\"close\":\"odd\"}}", true },
		{ "CLOSE", "1", "2", "{\"minValues\":{\"close\":3}}", false },
		{ "nowhere", "1", "2", "{\"minValues\":{\"nowhere\":3}}", true },
		/* Cut down to milliseconds: .123 may have been .123999. */
		{ "datetime", "2024-01-01T00:00:00.123999Z", NULL,
		  "{\"maxValues\":{\"datetime\":\"2024-01-01T00:00:00.123Z\"}}", true },
		{ "datetime", "2024-01-01T00:00:00.124Z", NULL,
		  "{\"maxValues\":{\"datetime\":\"2024-01-01T00:00:00.123Z\"}}", false },
		/* Of a zone's offset the seconds are left out: Los Angeles' was -07:52:58. */
		{ "datetime", "1880-06-01T00:00:30Z", NULL,
		  "{\"maxValues\":{\"datetime\":\"1880-05-31T16:07:32.000-07:52\"}}", true },
		{ "datetime", NULL, "1880-06-01T00:00:00Z",
		  "{\"minValues\":{\"datetime\":\"1880-06-01T00:19:32.000+00:19\"}}", true },
		{ "datetime", "1880-06-01T00:01:00Z", NULL,
		  "{\"maxValues\":{\"datetime\":\"1880-06-01T00:00:00.000Z\"}}", false },
		/* One float, written as a float and as a double. */
		{ "f", "0.1", "0.1", "{\"minValues\":{\"f\":0.10000000149011612},\"maxValues\":{\"f\":0.1}}", true },
		{ "f", "0.2", NULL, "{\"maxValues\":{\"f\":0.10000000149011612}}", false },
		/* Cut short to a prefix. */
		{ "note", "abcdefghijklmnopqrstuvwxyzABCDEFG", NULL,
		  "{\"maxValues\":{\"note\":\"abcdefghijklmnopqrstuvwxyzABCDEF\"}}", true },
		{ "note", "abcdefghijklmnopqrstuvwxyzABCDEF\xf0\x9f\x98\x80", NULL,
		  "{\"maxValues\":{\"note\":\"abcdefghijklmnopqrstuvwxyzABCDEF\xef\xbf\xbd\"}}", true },
		{ "note", "abcdefghijklmnopqrstuvwxyzABCDE\xf0\x9f\x98\x80", NULL,
		  "{\"maxValues\":{\"note\":\"abcdefghijklmnopqrstuvwxyzABCDE?\xef\xbf\xbd\"}}", true },
		{ "note", "b", NULL, "{\"maxValues\":{\"note\":\"abcdefghijklmnopqrstuvwxyzABCDEF\"}}", false },
		{ "note", "abd", NULL, "{\"maxValues\":{\"note\":\"abc\"}}", false },
	};
	struct kit kit;
	(void)state;

	kit_init(&kit);
	struct bln_schema schema =
		kit_schema(&kit, KIT_FIELDS ",{\"name\":\"note\",\"type\":\"string\",\"nullable\":true}"
					    ",{\"name\":\"f\",\"type\":\"float\",\"nullable\":true}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct bln_field *field = bln_schema_find(&schema, bln_slice_of(cases[i].column));
		struct bln_type other = { .kind = BLN_TYPE_STRING };
		const struct bln_type *type = field ? &field->type : &other;
		struct bln_bound bound = { .column = cases[i].column, .min.is_null = true, .max.is_null = true };
		struct bln_key_range range = { .bounds = &bound, .bound_count = 1 };
		struct bln_read_set read = { .ranges = &range, .range_count = 1 };
		struct bln_action file = kit_add(&kit, "XBT", 1, 2);

		file.add.stats = bln_slice_of(cases[i].stats);
		if (cases[i].min)
			assert_true(bln_value_parse(bln_slice_of(cases[i].min), type, &bound.min));
		if (cases[i].max)
			assert_true(bln_value_parse(bln_slice_of(cases[i].max), type, &bound.max));
		if (bln_read_set_meets(&read, &file.add, &schema) != cases[i].does_meet)
			fail_msg("case %zu: %s", i, cases[i].stats);
	}
	kit_clean_up(&kit);
}

/* A bound that is null alone: files without a null are none of it, files of nothing else have no other bound. */
static void nulls_are_a_bound_of_their_own(void **state)
{
	static const struct {
		const char *stats;
		bool does_meet;
		bool is_null; /* what the file's own range says */
	} cases[] = {
		{ "{\"numRecords\":3,\"minValues\":{\"close\":1},\"maxValues\":{\"close\":2},\"nullCount\":{\"close\":0}}",
		  false, false },
		{ "{\"numRecords\":3,\"minValues\":{\"close\":1},\"maxValues\":{\"close\":2},\"nullCount\":{\"close\":1}}",
		  true, false },
		{ "{\"numRecords\":3,\"nullCount\":{\"close\":3}}", true, true },
		{ "{\"numRecords\":3}", true, false },
		{ "", true, false },
	};
	static const char *const columns[] = { "close" };
	struct bln_arena arena = { 0 };
	struct kit kit;
	(void)state;

	kit_init(&kit);
	struct bln_schema schema = kit_schema(&kit, KIT_FIELDS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct bln_bound bound = {
			.column = "close", .min.is_null = true, .max.is_null = true, .is_null = true
		};
		const struct bln_key_range nulls = { .bounds = &bound, .bound_count = 1 };
		struct bln_action file = kit_add(&kit, "XBT", 1, 2);
		struct bln_key_range range;
		struct bln_err err;

		file.add.stats = bln_slice_of(cases[i].stats);
		if (bln_read_set_meets(&(struct bln_read_set){ .ranges = &nulls, .range_count = 1 }, &file.add,
				       &schema) != cases[i].does_meet)
			fail_msg("case %zu: %s", i, cases[i].stats);
		assert_ok(bln_key_range_of(&file.add, &schema, columns, 1, &arena, &range, &err), &err);
		assert_int_equal(range.bound_count && range.bounds[0].is_null, cases[i].is_null);
	}
	bln_arena_clean_up(&arena);
	kit_clean_up(&kit);
}

/* One partition value can be written in two ways. */
static void partition_values_are_compared_as_values(void **state)
{
	static const struct {
		const char *wanted, *has;
		bool does_meet;
	} cases[] = {
		{ "1", "1", true }, { "1", "01", true },  { "1", "2", false },	{ NULL, NULL, true },
		{ NULL, "", true }, { NULL, "1", false }, { "1", NULL, false }, { "x", "y", false },
	};
	struct kit kit;
	(void)state;

	kit_init(&kit);
	struct bln_schema schema = kit_schema(&kit, "{\"name\":\"year\",\"type\":\"integer\",\"nullable\":true}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_key_range range = { .partition = kit_pair(&kit, "year", cases[i].wanted) };
		struct bln_read_set read = { .ranges = &range, .range_count = 1 };
		struct bln_action file = kit_add(&kit, "x", 1, 2);

		file.add.partition = kit_pair(&kit, "year", cases[i].has);
		if (bln_read_set_meets(&read, &file.add, &schema) != cases[i].does_meet)
			fail_msg("case %zu", i);
	}
	kit_clean_up(&kit);
}

/* MIN and MAX are NULL where the end is open; both: there is no bound. */
static void a_files_range_is_what_its_statistics_prove(void **state)
{
	static const struct {
		const char *column, *stats, *min, *max;
	} cases[] = {
		{ "close", "{\"minValues\":{\"close\":1},\"maxValues\":{\"close\":2},\"nullCount\":{\"close\":0}}", "1",
		  "2" },
		{ "close", "{\"minValues\":{\"close\":1},\"maxValues\":{\"close\":2},\"nullCount\":{\"close\":1}}",
		  NULL, NULL },
		{ "close", "{\"minValues\":{\"close\":1},\"maxValues\":{\"close\":2}}", NULL, NULL },
		{ "close", "{\"maxValues\":{\"close\":2},\"nullCount\":{\"close\":0}}", NULL, "2" },
		{ "close", "{\"minValues\":{\"close\":\"odd\"},\"nullCount\":{\"close\":0}}", NULL, NULL },
		{ "close", "{broken", NULL, NULL },
		{ "close", "", NULL, NULL },
		{ "datetime",
		  "{\"minValues\":{\"datetime\":\"2024-01-01T00:00:00.123Z\"},\"maxValues\":{\"datetime\":\"2024-01-01T00:00:00.124Z\"},"
		  "\"nullCount\":{\"datetime\":0}}",
		  "2024-01-01T00:00:00.123Z", "2024-01-01T00:00:00.124999Z" },
		{ "note", "{\"minValues\":{\"note\":\"a\"},\"maxValues\":{\"note\":\"b\"},\"nullCount\":{\"note\":0}}",
		  "a", "b" },
		{ "note",
		  "{\"minValues\":{\"note\":\"a\"},\"maxValues\":{\"note\":\"abcdefghijklmnopqrstuvwxyzABCDEF\"},"
		  "\"nullCount\":{\"note\":0}}",
		  "a", NULL },
		{ "nowhere", "{}", NULL, NULL },
	};
	struct bln_arena arena = { 0 };
	struct kit kit;
	(void)state;

	kit_init(&kit);
	struct bln_schema schema =
		kit_schema(&kit, KIT_FIELDS ",{\"name\":\"note\",\"type\":\"string\",\"nullable\":true}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct bln_field *field = bln_schema_find(&schema, bln_slice_of(cases[i].column));
		const char *const columns[] = { "symbol", cases[i].column };
		struct bln_action file = kit_add(&kit, "XBT", 1, 2);
		struct bln_key_range range;
		struct bln_err err;

		file.add.stats = bln_slice_of(cases[i].stats);
		assert_ok(bln_key_range_of(&file.add, &schema, columns, 2, &arena, &range, &err), &err);
		assert_int_equal(range.partition.count, 1);
		assert_true(bln_slice_is(range.partition.items[0].value, "XBT"));
		assert_true(bln_read_set_meets(&(struct bln_read_set){ .ranges = &range, .range_count = 1 }, &file.add,
					       &schema));
		assert_int_equal(range.bound_count, cases[i].min || cases[i].max);
		for (int end = 0; end < 2 && range.bound_count; end++) {
			const char *wanted = end ? cases[i].max : cases[i].min;
			const struct bln_value *got = end ? &range.bounds[0].max : &range.bounds[0].min;
			struct bln_value value;

			assert_int_equal(got->is_null, !wanted);
			if (!wanted)
				continue;
			assert_true(bln_value_parse(bln_slice_of(wanted), &field->type, &value));
			if (bln_value_compare(got, &value, &field->type) != 0)
				fail_msg("case %zu, end %d", i, end);
		}
	}
	bln_arena_clean_up(&arena);
	kit_clean_up(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_files_range_is_what_its_statistics_prove),
		cmocka_unit_test(nulls_are_a_bound_of_their_own),
		cmocka_unit_test(appends_go_on),
		cmocka_unit_test(my_application_id_in_anothers_commit_stops_me),
		cmocka_unit_test(metadata_and_protocol_stop_everybody),
		cmocka_unit_test(a_compaction_yields_only_where_its_input_is_gone),
		cmocka_unit_test(who_loses_its_input_to_a_compaction_plans_again),
		cmocka_unit_test(an_upsert_yields_to_rows_among_its_keys),
		cmocka_unit_test(an_upsert_yields_to_rows_taken_from_its_keys),
		cmocka_unit_test(an_overwrite_yields_to_any_row),
		cmocka_unit_test(statistics_prove_or_they_do_not),
		cmocka_unit_test(partition_values_are_compared_as_values),
	};

	return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
