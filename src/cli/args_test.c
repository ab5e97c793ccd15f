#include "base/base_test.h"

#include "base/mem.h"
#include "cli/args.h"

static const char *const formats[] = { "table", "csv", NULL };
static const struct bln_option sql_options[] = {
	{ .name = "format", .letter = 'f', .value = "FORMAT", .help = "how", .choices = formats },
	{ .name = "property", .letter = 'p', .value = "KEY=VALUE", .help = "what", .is_repeated = true },
	{ .name = "limit", .value = "N", .help = "how many" },
	{ .name = "full", .letter = 'F', .help = "everything" },
};
static const struct bln_argument sql_arguments[] = {
	{ .name = "SQL", .help = "what to ask" },
	{ .name = "MORE", .help = "and more", .is_optional = true },
};
static const struct bln_argument all_arguments[] = {
	{ .name = "FORMAT", .help = "which", .choices = formats, .is_repeated = true },
};
static const struct bln_command sql = {
	.name = "sql", .summary = "ask", BLN_OPTIONS(sql_options), BLN_ARGUMENTS(sql_arguments)
};
static const struct bln_command table_list = { .name = "table list", .summary = "list" };
static const struct bln_command table_show = { .name = "table show", .summary = "show", BLN_ARGUMENTS(all_arguments) };
static const struct bln_command secret = { .name = "tabel", .summary = "not offered", .is_hidden = true };
static const struct bln_command *const items[] = { &sql, &table_list, &table_show, &secret };
static const struct bln_commands commands = { items, sizeof(items) / sizeof(items[0]) };

struct fixture {
	struct bln_arena arena;
	struct bln_args args;
	struct bln_err err;
	char line[512];
	char *argv[64];
};

/* Splits LINE at '|'. */
static enum bln_status parse(struct fixture *f, const char *line)
{
	int argc = 0;

	*f = (struct fixture){ 0 };
	snprintf(f->line, sizeof(f->line), "%s", line);
	for (char *at = strtok(f->line, "|"); at; at = strtok(NULL, "|"))
		f->argv[argc++] = at;
	return bln_args_parse(&commands, argc, f->argv, &f->arena, &f->args, &f->err);
}

static void options_are_found_in_every_form(void **state)
{
	static const char *const lines[] = {
		"-C|dir|sql|-f|csv|-p|a=1|--property=b=2|-F|SELECT 1|-qv",
		"sql|SELECT 1|--format=csv|-pa=1|-pb=2|-qF|-v|--directory|dir",
		"--directory=dir|-q|sql|--format|table|--format|csv|-p|a=1|-p|b=2|--full|-v|--|SELECT 1",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct fixture f;
		size_t next = 0;

		assert_ok(parse(&f, lines[i]), &f.err);
		assert_ptr_equal(f.args.command, &sql);
		assert_string_equal(bln_args_value(&f.args, "directory"), "dir");
		assert_string_equal(bln_args_value(&f.args, "format"), "csv");
		assert_string_equal(bln_args_each(&f.args, "property", &next), "a=1");
		assert_string_equal(bln_args_each(&f.args, "property", &next), "b=2");
		assert_null(bln_args_each(&f.args, "property", &next));
		assert_int_equal(bln_args_count(&f.args, "full"), 1);
		assert_int_equal(bln_args_count(&f.args, "quiet"), 1);
		assert_int_equal(bln_args_count(&f.args, "verbose"), 1);
		assert_int_equal(bln_args_count(&f.args, "json"), 0);
		assert_int_equal(f.args.word_count, 1);
		assert_string_equal(bln_args_word(&f.args, 0), "SELECT 1");
		assert_null(bln_args_word(&f.args, 1));
		bln_arena_clean_up(&f.arena);
	}
}

static void commands_may_be_two_words(void **state)
{
	struct fixture f;
	(void)state;

	assert_ok(parse(&f, "table|-q|show|csv|table|csv"), &f.err);
	assert_ptr_equal(f.args.command, &table_show);
	assert_int_equal(f.args.word_count, 3);
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "table"), &f.err);
	assert_null(f.args.command);
	assert_string_equal(f.args.noun, "table");
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|--|-f|--json"), &f.err);
	assert_string_equal(bln_args_word(&f.args, 1), "--json");
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|-"), &f.err);
	assert_string_equal(bln_args_word(&f.args, 0), "-");
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|--help"), &f.err); /* what is missing does not matter */
	assert_true(f.args.wants_help);
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|-V"), &f.err);
	assert_true(f.args.wants_version);
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "--version"), &f.err);
	assert_true(f.args.wants_version);
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|-- = a comment|--\nx"), &f.err);
	assert_string_equal(bln_args_word(&f.args, 0), "-- = a comment");
	assert_string_equal(bln_args_word(&f.args, 1), "--\nx");
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|x|--property=a=1\n2"), &f.err); /* a value may have lines */
	assert_string_equal(bln_args_value(&f.args, "property"), "a=1\n2");
	bln_arena_clean_up(&f.arena);
}

static void wrong_usage_is_explained(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "slq", "there is no command 'slq'; did you mean 'sql'?" },
		{ "tabl", "there is no command 'tabl'; did you mean 'table'?" },
		{ "table|lst", "there is no command 'table lst'; did you mean 'table list'?" },
		{ "zzzzzz", "there is no command 'zzzzzz'" },
		{ "sql|x|--formt|csv", "unknown option '--formt' of bullion sql; did you mean '--format'?" },
		{ "--jsn|sql", "unknown option '--jsn'; did you mean '--json'?" },
		{ "sql|-x", "unknown option '-x' of bullion sql" },
		{ "sql|-Fx", "unknown option '-x' of bullion sql" },
		{ "sql|x|--format", "--format needs a value: FORMAT" },
		{ "sql|x|-f", "--format needs a value: FORMAT" },
		{ "sql|x|--full=yes", "--full takes no value" },
		{ "sql|x|-f|xml", "--format takes table or csv, not 'xml'" },
		{ "sql|x|--color=red", "--color takes auto, always or never, not 'red'" },
		{ "sql", "bullion sql needs SQL: what to ask" },
		{ "sql|a|b|c", "bullion sql takes at most 2 arguments: 'c' is too much" },
		{ "table|list|x", "bullion table list takes 0 arguments: 'x' is too much" },
		{ "table|show|csv|xml", "FORMAT takes table or csv, not 'xml'" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		assert_int_equal(parse(&f, cases[i].line), BLN_INVALID);
		assert_string_equal(f.err.message, cases[i].expected);
		bln_arena_clean_up(&f.arena);
	}
}

static void numbers_are_checked(void **state)
{
	struct fixture f;
	int64_t number = 0;
	(void)state;

	assert_ok(parse(&f, "sql|x|--limit=7"), &f.err);
	assert_ok(bln_args_int(&f.args, "limit", 1, 9, 3, &number, &f.err), &f.err);
	assert_int_equal(number, 7);
	assert_int_equal(bln_args_int(&f.args, "limit", 1, 6, 3, &number, &f.err), BLN_INVALID);
	assert_string_equal(f.err.message, "--limit takes a whole number from 1 to 6, not '7'");
	bln_arena_clean_up(&f.arena);
	assert_ok(parse(&f, "sql|x"), &f.err);
	assert_ok(bln_args_int(&f.args, "limit", 1, 9, 3, &number, &f.err), &f.err);
	assert_int_equal(number, 3);
	bln_arena_clean_up(&f.arena);
}

static void lacking_memory_is_told(void **state)
{
	char wrong[] = "sqq";
	char *const argv[] = { wrong };
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_args args;
	struct bln_arena arena = { 0 };
	struct bln_err err;
	uint64_t nth = 0;
	(void)state;

	while (status == BLN_NO_MEMORY) {
		bln_arena_clean_up(&arena);
		bln_mem_fail_at(++nth, false);
		status = bln_args_parse(&commands, 1, argv, &arena, &args, &err);
		bln_mem_fail_at(0, false);
	}
	assert_int_equal(status, BLN_INVALID);
	assert_true(nth > 1);
	bln_arena_clean_up(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_found_in_every_form), cmocka_unit_test(commands_may_be_two_words),
		cmocka_unit_test(wrong_usage_is_explained),	   cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(lacking_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
