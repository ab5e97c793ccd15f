/* What is printed where, and with which exit code: the whole of bln_cli_run, with commands of the test's own. */
#include "base/base_test.h"

#include "cli/cli.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/progress.h"

static enum bln_exit run_fail(struct bln_cli *cli)
{
	struct bln_err err = { 0 };

	assert_ok(bln_secrets_add(&cli->secrets, bln_slice_of("sesame-123"), &err), &err);
	bln_cli_say(cli, "said");
	bln_cli_warn(cli, "warned");
	(void)bln_err_set(&err, (enum bln_status)strtol(bln_args_word(&cli->args, 0), NULL, 10),
			  "key sesame-123 is wrong");
	return bln_cli_fail(cli, &err);
}

static enum bln_exit run_print(struct bln_cli *cli)
{
	struct bln_text text = { 0 };

	bln_text_add(&text, cli->is_json ? "{}\n" : "result\n");
	return bln_cli_print(cli, &text);
}

static const struct bln_argument arguments[] = { { .name = "STATUS", .help = "which" } };
static const char *const whens[] = { "now", "later", NULL };
static const struct bln_option options[] = {
	{ .name = "when", .value = "WHEN", .help = "at what time", .choices = whens }
};
static const struct bln_argument names[] = {
	{ .name = "NAME", .help = "which", .complete = BLN_COMPLETE_RUNNABLE, .is_optional = true }
};
static const struct bln_command fail = {
	.name = "fail", .summary = "go wrong", BLN_ARGUMENTS(arguments), .run = run_fail
};
static const struct bln_command print_one = { .name = "print one",
					      .summary = "print",
					      .json = "{}",
					      .examples = "bullion print one\nwhy not",
					      BLN_OPTIONS(options),
					      BLN_ARGUMENTS(names),
					      .run = run_print };
static const struct bln_command print_two = { .name = "print two", .summary = "print twice", .run = run_print };
static const struct bln_command *const items[] = { &fail, &print_one, &print_two };
static const struct bln_commands commands = { items, 3 };

struct printed {
	enum bln_exit code;
	char *out, *talk;
	size_t out_length, talk_length;
};

static struct printed run(int argc, const char *const *argv)
{
	struct printed printed = { 0 };
	FILE *out = open_memstream(&printed.out, &printed.out_length);
	FILE *talk = open_memstream(&printed.talk, &printed.talk_length);

	printed.code =
		bln_cli_run(&commands, argc, (char *const *)(uintptr_t)argv, out, talk, bln_clock_system(), NULL);
	fclose(out);
	fclose(talk);
	return printed;
}
#define RUN(...) run(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), (const char *[]){ __VA_ARGS__ })

static void done(struct printed *printed)
{
	free(printed->out);
	free(printed->talk);
}

static void statuses_become_exit_codes(void **state)
{
	static const int expected[BLN_STATUSES] = {
		[BLN_OK] = 0,	     [BLN_INVALID] = 2,	    [BLN_NOT_FOUND] = 5, [BLN_EXISTS] = 1, [BLN_CONFLICT] = 4,
		[BLN_CORRUPT] = 1,   [BLN_UNSUPPORTED] = 1, [BLN_DENIED] = 1,	 [BLN_IO] = 1,	   [BLN_NO_MEMORY] = 1,
		[BLN_CANCELLED] = 1, [BLN_PARTIAL] = 6,	    [BLN_BUG] = 70,
	};
	(void)state;

	for (int i = 0; i < BLN_STATUSES; i++) {
		char number[16];
		struct printed printed;

		snprintf(number, sizeof(number), "%d", i);
		printed = RUN("fail", number);
		assert_int_equal(printed.code, expected[i]);
		assert_int_equal(printed.out_length, 0);
		assert_non_null(strstr(printed.talk, "bullion: key *** is wrong"));
		done(&printed);
	}
}

static void talk_obeys(void **state)
{
	struct printed printed = RUN("fail", "8");
	(void)state;

	assert_string_equal(printed.talk, "said\nwarning: warned\nbullion: key *** is wrong\n");
	done(&printed);
	printed = RUN("-q", "fail", "8");
	assert_string_equal(printed.talk, "bullion: key *** is wrong\n");
	done(&printed);
	printed = RUN("fail", "8", "--color=always");
	assert_non_null(strstr(printed.talk, "\033[31mbullion: \033[0mkey"));
	done(&printed);
}

static void results_go_to_out(void **state)
{
	struct printed printed = RUN("print", "one");
	(void)state;

	assert_int_equal(printed.code, 0);
	assert_string_equal(printed.out, "result\n");
	assert_int_equal(printed.talk_length, 0);
	done(&printed);
	printed = RUN("print", "one", "--json");
	assert_string_equal(printed.out, "{}\n");
	done(&printed);
}

static void a_full_disk_is_no_success(void **state)
{
	const char *argv[] = { "print", "one" };
	FILE *full = fopen("/dev/full", "w");
	char *talk_text = NULL;
	size_t talk_length = 0;
	FILE *talk = open_memstream(&talk_text, &talk_length);
	(void)state;

	assert_non_null(full);
	assert_int_equal(bln_cli_run(&commands, 2, (char *const *)(uintptr_t)argv, full, talk, bln_clock_system(),
				     NULL),
			 1);
	fclose(talk);
	assert_string_equal(talk_text, "bullion: cannot write the result: No space left on device\n");
	(void)fclose(full);
	free(talk_text);
}

static void help_is_there_at_every_level(void **state)
{
	struct printed printed = RUN("--help");
	(void)state;

	assert_int_equal(printed.code, 0);
	assert_non_null(strstr(printed.out, "  print one         print\n"));
	done(&printed);
	printed = RUN("print", "--help");
	assert_int_equal(printed.code, 0);
	assert_non_null(strstr(printed.out, "Usage: bullion print COMMAND"));
	assert_null(strstr(printed.out, "fail"));
	done(&printed);
	printed = RUN("print", "one", "-h");
	assert_int_equal(printed.code, 0);
	assert_non_null(strstr(printed.out, "Usage: bullion print one [OPTIONS] [NAME]\n"));
	assert_non_null(strstr(printed.out, "      --when WHEN         at what time\n"));
	assert_non_null(strstr(printed.out, "Examples:\n  bullion print one\n      why not\n"));
	done(&printed);
	printed = RUN("print"); /* half a command is none */
	assert_int_equal(printed.code, 2);
	assert_int_equal(printed.out_length, 0);
	assert_non_null(strstr(printed.talk, "Usage: bullion print COMMAND"));
	done(&printed);
	printed = RUN("print", "tow");
	assert_int_equal(printed.code, 2);
	assert_string_equal(
		printed.talk,
		"bullion: there is no command 'print tow'; did you mean 'print two'?\nTry: bullion print --help\n");
	done(&printed);
}

static void every_command_has_help(void **state)
{
	struct bln_text man = { 0 };
	(void)state;

	bln_help_man(&bln_commands, &man);
	for (size_t i = 0; i < bln_commands.count; i++) {
		const struct bln_command *command = bln_commands.items[i];

		assert_non_null(command->run);
		assert_true(command->summary && strlen(command->summary) < 72);
		if (command->is_hidden)
			continue;
		assert_non_null(command->description);
		assert_non_null(command->examples);
		for (const char *at = command->description; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
			assert_true(strcspn(at, "\n") < 90);
	}
	/* A request begins a line only where we wrote one. */
	for (const char *at = strstr(man.at, "\n."); at; at = strstr(at + 1, "\n."))
		assert_true(at[2] >= 'A' && at[2] <= 'Z');
	bln_text_clean_up(&man);
}

static void complete(const char *expected, size_t count, const char *const *words)
{
	static const char yaml[] =
		"jobs: {load: {kind: command, argv: [x]}}\nworkflows: {later: {steps: {a: {job: load}}}}\n";
	struct bln_project *project = NULL;
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };

	assert_ok(bln_project_parse("/", yaml, sizeof(yaml) - 1, &project, NULL, &err), &err);
	bln_complete(&commands, &(struct bln_complete_names){ .project = project }, words, count, &text);
	assert_string_equal(text.at ? text.at : "", expected);
	bln_text_clean_up(&text);
	bln_project_close(project);
}
#define COMPLETE(expected, ...)                                                                                        \
	complete(expected, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), (const char *[]){ __VA_ARGS__ })

static void completion_knows_what_fits(void **state)
{
	(void)state;

	COMPLETE("fail\tgo wrong\nprint\n", "");
	COMPLETE("print\n", "-q", "p");
	COMPLETE("one\tprint\ntwo\tprint twice\n", "print", "");
	COMPLETE("--when\tat what time\n", "print", "one", "--w");
	COMPLETE("now\nlater\n", "print", "one", "--when", "");
	COMPLETE("later\tworkflow\nload\tjob\n", "print", "one", "--when", "now", "l");
	COMPLETE("", "print", "one", "load", "l"); /* one name is enough */
	COMPLETE("", "nothing", "like", "");
	COMPLETE("", "-C", ""); /* a folder: the shell knows better */
}

static void progress_is_for_terminals(void **state)
{
	struct bln_clock_virtual clock;
	struct bln_progress progress;
	char *drawn = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&drawn, &length);
	(void)state;

	bln_clock_virtual_init(&clock, 0);
	bln_progress_begin(&progress, to, false, &clock.clock);
	bln_progress_update(&progress, 1, 2, "files", "reading");
	bln_progress_clear(&progress);
	fflush(to);
	assert_int_equal(length, 0);
	bln_progress_begin(&progress, to, true, &clock.clock);
	bln_progress_update(&progress, 5, 10, "files", "reading");
	bln_progress_update(&progress, 6, 10, "files", "reading"); /* too soon */
	bln_clock_virtual_advance(&clock, 3000000);
	bln_progress_update(&progress, 20, 10, "files", "reading");
	bln_progress_clear(&progress);
	bln_progress_clear(&progress);
	fclose(to);
	assert_string_equal(drawn, "\r\033[Kreading  [##########..........]  50%  5/10 files  0s"
				   "\r\033[Kreading  [####################] 100%  20/10 files  3s\r\033[K");
	free(drawn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_become_exit_codes),
		cmocka_unit_test(talk_obeys),
		cmocka_unit_test(results_go_to_out),
		cmocka_unit_test(a_full_disk_is_no_success),
		cmocka_unit_test(help_is_there_at_every_level),
		cmocka_unit_test(every_command_has_help),
		cmocka_unit_test(completion_knows_what_fits),
		cmocka_unit_test(progress_is_for_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
