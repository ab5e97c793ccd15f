/* The table below is also the example: a struct, an enum with its texts, and a row per field. */
#include "base/base_test.h"

#include "base/frequency.h"
#include "base/mem.h"
#include "base/settings.h"
#include "base/time.h"

enum mode { MODE_APPEND, MODE_UPSERT, MODE_OVERWRITE };
static const char *const modes[] = { "append", "upsert", "overwrite", NULL };
static const char *const colours[] = { "red", "green", NULL };

struct example {
	const char *source;
	const char *key;
	bool is_full;
	int64_t retries;
	int64_t batch_bytes;
	int64_t timeout_us;
	int64_t from_us;
	struct bln_frequency frequency;
	enum mode mode;
	struct bln_setting_list symbols;
	struct bln_setting_list colours;
};

static const struct bln_setting table[] = {
	{ .name = "source",
	  .type = BLN_SETTING_STRING,
	  .offset = offsetof(struct example, source),
	  .is_required = true,
	  .help = "where rows come from" },
	{ .name = "api_key",
	  .type = BLN_SETTING_STRING,
	  .offset = offsetof(struct example, key),
	  .is_secret = true,
	  .help = "what the vendor gave you" },
	{ .name = "full",
	  .type = BLN_SETTING_BOOL,
	  .offset = offsetof(struct example, is_full),
	  .default_text = "true",
	  .help = "whether to begin again" },
	{ .name = "retries",
	  .type = BLN_SETTING_INT,
	  .offset = offsetof(struct example, retries),
	  .default_text = "2",
	  .min = -1,
	  .max = 10,
	  .help = "how often to try again" },
	{ .name = "batch_size",
	  .type = BLN_SETTING_SIZE,
	  .offset = offsetof(struct example, batch_bytes),
	  .default_text = "64MiB",
	  .min = 1024,
	  .max = INT64_MAX,
	  .help = "what is staged at once" },
	{ .name = "timeout",
	  .type = BLN_SETTING_DURATION,
	  .offset = offsetof(struct example, timeout_us),
	  .default_text = "30m",
	  .help = "when to give up" },
	{ .name = "from",
	  .type = BLN_SETTING_TIME,
	  .offset = offsetof(struct example, from_us),
	  .help = "the first time" },
	{ .name = "frequency",
	  .type = BLN_SETTING_FREQUENCY,
	  .offset = offsetof(struct example, frequency),
	  .is_required = true,
	  .help = "how far apart" },
	{ .name = "mode",
	  .type = BLN_SETTING_CHOICE,
	  .offset = offsetof(struct example, mode),
	  .choices = modes,
	  .default_text = "upsert",
	  .help = "what to do with rows that are there | or not" },
	{ .name = "symbols",
	  .type = BLN_SETTING_LIST,
	  .offset = offsetof(struct example, symbols),
	  .default_text = "all",
	  .help = "which to take" },
	{ .name = "colours",
	  .type = BLN_SETTING_LIST,
	  .offset = offsetof(struct example, colours),
	  .choices = colours,
	  .help = "which to paint" },
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };

struct fixture {
	struct example values;
	struct bln_arena arena;
	struct bln_settings settings;
	struct bln_err err;
};

static void fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){ 0 };
	assert_ok(bln_settings_init(&fixture->settings, table, ROWS, &fixture->values, &fixture->arena, &fixture->err),
		  &fixture->err);
}

static enum bln_status set(struct fixture *fixture, const char *name, const char *text)
{
	return bln_settings_set(&fixture->settings, bln_slice_of(name), bln_slice_of(text), &fixture->err);
}

static void defaults_come_from_the_table(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	assert_null(f.values.source);
	assert_true(f.values.is_full);
	assert_int_equal(f.values.retries, 2);
	assert_int_equal(f.values.batch_bytes, 64 << 20);
	assert_int_equal(f.values.timeout_us, 30 * BLN_US_PER_MINUTE);
	assert_int_equal(f.values.mode, MODE_UPSERT);
	assert_int_equal(f.values.symbols.count, 1);
	assert_string_equal(f.values.symbols.items[0], "all");
	assert_int_equal(f.values.colours.count, 0);
	bln_arena_clean_up(&f.arena);
}

static void every_type_is_set_from_text(void **state)
{
	static const char *const pairs[][2] = {
		{ "source", "kraken" },
		{ "api_key", "hunter22" },
		{ "full", "false" },
		{ "retries", "-1" },
		{ "batch_size", "1GiB" },
		{ "timeout", "36h" },
		{ "from", "2024-01-31T00:00:00Z" },
		{ "frequency", "15m" },
		{ "mode", "overwrite" },
		{ "symbols", "XBTUSD,ETHUSD" },
		{ "colours", "green,red" },
	};
	struct fixture f;
	(void)state;

	fixture_init(&f);
	for (size_t i = 0; i < ROWS; i++)
		assert_ok(set(&f, pairs[i][0], pairs[i][1]), &f.err);
	assert_ok(bln_settings_check(&f.settings, &f.err), &f.err);
	assert_string_equal(f.values.source, "kraken");
	assert_string_equal(f.values.key, "hunter22");
	assert_false(f.values.is_full);
	assert_int_equal(f.values.retries, -1);
	assert_int_equal(f.values.batch_bytes, 1 << 30);
	assert_int_equal(f.values.timeout_us, 36 * BLN_US_PER_HOUR);
	assert_int_equal(f.values.from_us, INT64_C(1706659200000000));
	assert_int_equal(f.values.frequency.step_us, 15 * BLN_US_PER_MINUTE);
	assert_int_equal(f.values.mode, MODE_OVERWRITE);
	assert_int_equal(f.values.symbols.count, 2);
	assert_string_equal(f.values.symbols.items[1], "ETHUSD");
	assert_int_equal(f.values.colours.count, 2);
	assert_string_equal(f.values.colours.items[0], "green");

	assert_ok(set(&f, "symbols", " a , b c,d "), &f.err);
	assert_int_equal(f.values.symbols.count, 3);
	assert_string_equal(f.values.symbols.items[1], "b c");
	assert_ok(set(&f, "symbols", "  "), &f.err);
	assert_int_equal(f.values.symbols.count, 0);
	bln_arena_clean_up(&f.arena);
}

static void assert_refused(struct fixture *fixture, const char *name, const char *text, const char *message)
{
	struct example before = fixture->values;

	assert_int_equal(set(fixture, name, text), BLN_INVALID);
	assert_string_equal(fixture->err.message, message);
	assert_memory_equal(&fixture->values, &before, sizeof(before));
}

static void what_does_not_fit_is_refused_in_one_line(void **state)
{
	struct bln_slice nul = { .at = "a\0b", .length = 3 };
	struct fixture f;
	char *longest;
	(void)state;

	fixture_init(&f);
	assert_refused(&f, "souce", "x", "unknown key 'souce': did you mean 'source'?");
	assert_refused(&f, "zzz", "x",
		       "unknown key 'zzz': known are source, api_key, full, retries, batch_size, timeout, from, "
		       "frequency, mode, "
		       "symbols, colours");
	assert_refused(&f, "full", "yes", "full: 'yes' is not true or false");
	assert_refused(&f, "retries", "11", "retries: '11' is not a whole number, from -1 to 10");
	assert_refused(&f, "retries", "two", "retries: 'two' is not a whole number, from -1 to 10");
	assert_refused(&f, "batch_size", "1kB", "batch_size: '1kB' is not a size as in 64MiB, at least 1KiB");
	assert_refused(&f, "timeout", "30", "timeout: '30' is not a duration as in 500ms, 30m or 7d");
	assert_refused(&f, "from", "now", "from: 'now' is not a time as in 2024-01-31 or 2024-01-31T12:34:56Z");
	assert_refused(&f, "frequency", "1y", "frequency: '1y' is not a frequency as in 15m, 1h, 1d or 1w");
	assert_refused(&f, "mode", "Append",
		       "mode: 'Append' is not one of append, upsert, overwrite; did you mean 'append'?");
	assert_refused(&f, "mode", "upser",
		       "mode: 'upser' is not one of append, upsert, overwrite; did you mean 'upsert'?");
	assert_refused(&f, "mode", "zzz", "mode: 'zzz' is not one of append, upsert, overwrite");
	assert_refused(&f, "symbols", "a,,b", "symbols: 'a,,b' is not texts separated by commas");
	assert_refused(&f, "colours", "red,blue",
		       "colours: 'red,blue' is not texts separated by commas, each one of red, green");
	assert_int_equal(bln_settings_set(&f.settings, bln_slice_of("source"), nul, &f.err), BLN_INVALID);
	assert_int_equal(bln_settings_set(&f.settings, bln_slice_of("api_key"), nul, &f.err), BLN_INVALID);
	assert_string_equal(f.err.message, "api_key: not text (the value is a secret)");

	longest = malloc(BLN_SETTING_TEXT_MAX + 2);
	assert_non_null(longest);
	memset(longest, ',', BLN_SETTING_TEXT_MAX + 1);
	longest[BLN_SETTING_TEXT_MAX + 1] = '\0';
	assert_int_equal(set(&f, "source", longest), BLN_INVALID);
	longest[BLN_SETTING_TEXT_MAX] = '\0';
	assert_int_equal(set(&f, "symbols", longest), BLN_INVALID);
	assert_ok(set(&f, "source", longest), &f.err);
	free(longest);
	assert_int_equal(f.settings.given, 1);
	bln_arena_clean_up(&f.arena);
}

static void lists_that_are_apart_may_hold_commas(void **state)
{
	const struct bln_slice items[] = { bln_slice_of("a,b"), bln_slice_of(" c") };
	const struct bln_slice painted[] = { bln_slice_of("red"), bln_slice_of("blue"), bln_slice_of("red") };
	struct bln_slice *many = calloc(BLN_SETTING_ITEMS_MAX + 1, sizeof(*many));
	struct fixture f;
	(void)state;

	fixture_init(&f);
	assert_ok(bln_settings_set_list(&f.settings, bln_slice_of("symbols"), items, 2, &f.err), &f.err);
	assert_string_equal(f.values.symbols.items[0], "a,b");
	assert_string_equal(f.values.symbols.items[1], " c");
	assert_ok(bln_settings_set_list(&f.settings, bln_slice_of("symbols"), NULL, 0, &f.err), &f.err);
	assert_int_equal(f.values.symbols.count, 0);

	assert_int_equal(bln_settings_set_list(&f.settings, bln_slice_of("colours"), painted, 3, &f.err), BLN_INVALID);
	assert_string_equal(f.err.message, "colours: 'blue' is not texts separated by commas, each one of red, green");
	assert_int_equal(bln_settings_set_list(&f.settings, bln_slice_of("mode"), items, 2, &f.err), BLN_INVALID);
	assert_string_equal(f.err.message, "mode: takes one value, not a list");
	assert_int_equal(bln_settings_set_list(&f.settings, bln_slice_of("mod"), items, 2, &f.err), BLN_INVALID);
	assert_string_equal(f.err.message, "unknown key 'mod': did you mean 'mode'?");
	assert_non_null(many);
	for (size_t i = 0; i <= BLN_SETTING_ITEMS_MAX; i++)
		many[i] = bln_slice_of("x");
	assert_int_equal(bln_settings_set_list(&f.settings, bln_slice_of("symbols"), many, BLN_SETTING_ITEMS_MAX + 1,
					       &f.err),
			 BLN_INVALID);
	assert_string_equal(f.err.message, "symbols: more than 10000 items");
	free(many);
	bln_arena_clean_up(&f.arena);
}

static void what_is_required_and_missing_is_named(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	assert_int_equal(bln_settings_check(&f.settings, &f.err), BLN_INVALID);
	assert_string_equal(f.err.message, "'source' is missing: where rows come from (text)");
	assert_ok(set(&f, "source", ""), &f.err);
	assert_int_equal(bln_settings_check(&f.settings, &f.err), BLN_INVALID);
	assert_ok(set(&f, "source", "x"), &f.err);
	assert_int_equal(bln_settings_check(&f.settings, &f.err), BLN_INVALID);
	assert_says(f.err.message, "'frequency' is missing");
	assert_ok(set(&f, "frequency", "1d"), &f.err);
	assert_ok(bln_settings_check(&f.settings, &f.err), &f.err);
	bln_arena_clean_up(&f.arena);
}

static void a_default_that_does_not_fit_is_our_bug(void **state)
{
	static const struct bln_setting wrong[] = {
		{ .name = "n", .type = BLN_SETTING_INT, .default_text = "x", .help = "" }
	};
	struct bln_settings settings;
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	int64_t value = 0;
	(void)state;

	assert_int_equal(bln_settings_init(&settings, wrong, 1, &value, &arena, &err), BLN_BUG);
	assert_string_equal(err.message, "the default 'x' of the setting 'n' does not fit it");
	bln_arena_clean_up(&arena);
}

static void the_reference_comes_from_the_table(void **state)
{
	struct bln_text text = { 0 };
	(void)state;

	bln_settings_markdown(table, ROWS, &text);
	assert_non_null(
		strstr(text.at, "| `retries` | a whole number, from -1 to 10 | `2` | how often to try again |\n"));
	assert_says(text.at, "| `source` | text | required | where rows come from |\n");
	assert_says(text.at, "| what to do with rows that are there \\| or not |\n");
	bln_text_clean_up(&text);
}

/* All that allocates, in one go; false when it failed for memory. */
static bool everything(void)
{
	const struct bln_slice items[] = { bln_slice_of("a"), bln_slice_of("b") };
	struct fixture f = { 0 };
	struct bln_text text = { 0 };
	enum bln_status status;

	BLN_TRY(bln_settings_init(&f.settings, table, ROWS, &f.values, &f.arena, &f.err));
	BLN_TRY(set(&f, "source", "somewhere"));
	BLN_TRY(set(&f, "symbols", "a,b,c"));
	BLN_TRY(bln_settings_set_list(&f.settings, bln_slice_of("symbols"), items, 2, &f.err));
	status = set(&f, "retries", "x");
	if (status == BLN_INVALID)
		status = set(&f, "zzz", "x");
	if (status == BLN_INVALID)
		status = bln_settings_check(&f.settings, &f.err);
	if (status != BLN_INVALID)
		goto done;
	bln_settings_markdown(table, ROWS, &text);
	BLN_TRY(bln_text_check(&text, &f.err));
done:
	assert_true(status == BLN_OK || status == BLN_NO_MEMORY);
	bln_text_clean_up(&text);
	bln_arena_clean_up(&f.arena);
	return status == BLN_OK;
}

static void every_failed_allocation_is_told(void **state)
{
	uint64_t nth = 1;
	(void)state;

	for (bool has_passed = false; !has_passed; nth++) {
		bln_mem_fail_at(nth, false);
		has_passed = everything();
		bln_mem_fail_at(0, false);
	}
	assert_true(nth > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_come_from_the_table),
		cmocka_unit_test(every_type_is_set_from_text),
		cmocka_unit_test(what_does_not_fit_is_refused_in_one_line),
		cmocka_unit_test(lists_that_are_apart_may_hold_commas),
		cmocka_unit_test(what_is_required_and_missing_is_named),
		cmocka_unit_test(a_default_that_does_not_fit_is_our_bug),
		cmocka_unit_test(the_reference_comes_from_the_table),
		cmocka_unit_test(every_failed_allocation_is_told),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
