#include "project/project_test_kit.h"

#include "project/feed.h"

/* A source's settings as a connector would have them. */
struct values {
	const char *url;
	const char *key;
	int64_t limit;
	struct bln_setting_list symbols;
};

static const struct bln_setting table[] = {
	{ .name = "url",
	  .type = BLN_SETTING_STRING,
	  .offset = offsetof(struct values, url),
	  .is_required = true,
	  .help = "where" },
	{ .name = "key",
	  .type = BLN_SETTING_STRING,
	  .offset = offsetof(struct values, key),
	  .is_secret = true,
	  .help = "whose" },
	{ .name = "limit",
	  .type = BLN_SETTING_INT,
	  .offset = offsetof(struct values, limit),
	  .min = 1,
	  .max = 9,
	  .default_text = "3",
	  .help = "how many" },
	{ .name = "symbols", .type = BLN_SETTING_LIST, .offset = offsetof(struct values, symbols), .help = "which" },
};
enum { ROWS = sizeof(table) / sizeof(table[0]) };

static const char *const skip[] = { "kind", NULL };

static const char *env(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "LIMIT") == 0 ? "7" : strcmp(name, "BAD") == 0 ? "70" : NULL;
}

struct fixture {
	struct kit *kit;
	struct values values;
	struct bln_arena arena;
	struct bln_settings settings;
	struct bln_feed feed;
	struct bln_expander expander;
	struct bln_problems problems;
	struct bln_err err;
};

static struct fixture *begin(const char *source)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct bln_text yaml = { 0 };

	bln_text_add_format(&yaml, "sources:\n  s: %s\n", source);
	f->kit = kit_parse(yaml.at);
	bln_text_clean_up(&yaml);
	assert_ok(f->kit->status, &f->kit->err);
	assert_ok(bln_settings_init(&f->settings, table, ROWS, &f->values, &f->arena, &f->err), &f->err);
	f->feed = (struct bln_feed){ .map = f->kit->project->sources[0].settings,
				     .skip = skip,
				     .place = f->kit->project->sources[0].place,
				     .of = "source 's'" };
	f->expander = (struct bln_expander){ .project = f->kit->project, .env = env, .arena = &f->arena };
	return f;
}

static void end(struct fixture *f)
{
	bln_problems_clean_up(&f->problems);
	bln_arena_clean_up(&f->arena);
	kit_end(f->kit);
	free(f);
}

static void values_arrive_expanded(void **state)
{
	struct fixture *f = begin(
		"{kind: x, url: \"${project:folder}/u\", limit: \"${env:LIMIT}\", symbols: [a, \"b,${env:LIMIT}\"]}");
	(void)state;

	assert_ok(bln_feed(&f->feed, &f->expander, &f->settings, &f->err), &f->err);
	assert_string_equal(f->values.url, "/u");
	assert_int_equal(f->values.limit, 7);
	assert_int_equal(f->values.symbols.count, 2);
	assert_string_equal(f->values.symbols.items[1], "b,7");
	end(f);
}

static void a_check_needs_no_variable(void **state)
{
	struct fixture *f = begin("{kind: x, url: \"${env:NOPE}\", limit: \"${env:NOPE}\", key: \"${env:NOPE}\"}");
	(void)state;

	assert_true(bln_feed_check(&f->feed, &f->settings, &f->problems));
	assert_int_equal(f->values.limit, 3);
	assert_int_equal(bln_feed(&f->feed, &f->expander, &f->settings, &f->err), BLN_INVALID);
	assert_string_equal(f->err.message, "//bullion.yaml:2:21: url: the environment variable NOPE is not set");
	end(f);
}

static void errors_have_places(void **state)
{
	static const struct {
		const char *source, *expected;
	} cases[] = {
		{ "{kind: x, url: u, limit: 70}", ":2:31: source 's': limit: '70' is not a whole number, from 1 to 9" },
		{ "{kind: x, url: u, limit: \"${env:BAD}\"}", ":2:31: source 's': limit: '70' is not a whole number" },
		{ "{kind: x, url: u, limt: 7}", ":2:24: unknown key 'limt' in source 's'; did you mean 'limit'?" },
		{ "{kind: x, url: u, zzzzzz: 7}",
		  ":2:24: unknown key 'zzzzzz' in source 's'; known are: kind, url, key, limit, symbols" },
		{ "{kind: x}", ":2:3: source 's': 'url' is missing: where" },
		{ "{kind: x, url: [u]}", ":2:21: source 's': url takes a text, not a list" },
		{ "{kind: x, url: u, symbols: [\"${env:NOPE}\"]}",
		  ":2:34: symbols: the environment variable NOPE is not set" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = begin(cases[i].source);

		assert_int_equal(bln_feed(&f->feed, &f->expander, &f->settings, &f->err), BLN_INVALID);
		if (strncmp(f->err.message, "//bullion.yaml", 14) != 0 ||
		    strstr(f->err.message, cases[i].expected) != f->err.message + 14)
			fail_msg("%s: expected %s, got %s", cases[i].source, cases[i].expected, f->err.message);
		end(f);
	}
}

static void a_check_tells_all(void **state)
{
	struct fixture *f = begin("{kind: x, limit: 70, symbol: a}");
	(void)state;

	assert_false(bln_feed_check(&f->feed, &f->settings, &f->problems));
	assert_int_equal(f->problems.count, 2);
	assert_says(f->problems.items[0].text, "limit: '70'");
	assert_says(f->problems.items[1].text, "did you mean 'symbols'");
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_arrive_expanded),
		cmocka_unit_test(a_check_needs_no_variable),
		cmocka_unit_test(errors_have_places),
		cmocka_unit_test(a_check_tells_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
