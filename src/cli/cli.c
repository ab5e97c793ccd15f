#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "cli/help.h"

#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static bool wants_color(const struct bln_cli *cli, const char *when)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (when && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return cli->is_terminal && !(no_color && no_color[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

static size_t width_of(FILE *out)
{
	const int fd = fileno(out);
	struct winsize size = { 0 };

	return fd >= 0 && isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* Fills CLI from its args. OUT, TALK, CLOCK and CANCEL are set before. */
static void cli_init(struct bln_cli *cli)
{
	const size_t verbose = bln_args_count(&cli->args, "verbose");
	const char *folder = bln_args_value(&cli->args, "directory");
	const int fd = fileno(cli->talk);

	cli->folder = folder ? folder : ".";
	cli->is_json = bln_args_count(&cli->args, "json") > 0;
	cli->is_quiet = bln_args_count(&cli->args, "quiet") > 0;
	cli->is_log_json = bln_args_count(&cli->args, "log-json") > 0;
	cli->out_width = width_of(cli->out);
	cli->is_terminal = fd >= 0 && isatty(fd) == 1 && !cli->is_log_json;
	cli->has_color = !cli->is_log_json && wants_color(cli, bln_args_value(&cli->args, "color"));
	cli->logger = (struct bln_logger){
		.fd = fd,
		.level = cli->is_quiet ? BLN_LEVEL_ERROR
			 : verbose > 1 ? BLN_LEVEL_DEBUG
			 : verbose     ? BLN_LEVEL_INFO
				       : BLN_LEVEL_WARN,
		.format = cli->is_log_json ? BLN_LOG_JSON : BLN_LOG_TEXT,
		.secrets = &cli->secrets,
		.clock = cli->clock,
	};
}

static void cli_clean_up(struct bln_cli *cli)
{
	bln_project_close(cli->project);
	bln_secrets_clean_up(&cli->secrets);
	bln_arena_clean_up(&cli->arena);
}

/* What STATUS means as an exit code. */
static enum bln_exit exit_of(enum bln_status status)
{
	switch (status) {
	case BLN_OK:
		return BLN_EXIT_DONE;
	case BLN_INVALID:
		return BLN_EXIT_USAGE;
	case BLN_NOT_FOUND:
		return BLN_EXIT_NOT_FOUND;
	case BLN_CONFLICT:
		return BLN_EXIT_CONFLICT;
	case BLN_PARTIAL:
		return BLN_EXIT_PARTIAL;
	case BLN_BUG:
		return BLN_EXIT_BUG;
	default:
		return BLN_EXIT_FAILED;
	}
}

/* One line of talk: LABEL in COLOUR, then the message. */
static void talk(struct bln_cli *cli, enum bln_level level, const char *label, const char *colour, const char *format,
		 va_list args)
{
	char message[2 * BLN_ERR_MESSAGE_SIZE];
	const int length = vsnprintf(message, sizeof(message), format, args);
	size_t shown = length < 0 ? 0 : (size_t)length < sizeof(message) ? (size_t)length : sizeof(message) - 1;

	if (cli->is_log_json) {
		struct bln_logger logger = cli->logger;

		if (logger.level < level && level == BLN_LEVEL_INFO && !cli->is_quiet)
			logger.level = level; /* what a command answers is said without -v as well */
		bln_logger_say(&logger, level, "cli", "%s", message);
		return;
	}
	shown = bln_secrets_mask(&cli->secrets, message, shown);
	if (label)
		fprintf(cli->talk, "%s%s%s", cli->has_color ? colour : "", label, cli->has_color ? PLAIN : "");
	fprintf(cli->talk, "%.*s\n", (int)shown, message);
}

/* Makes TALK's variable arguments out of "%s". */
static void talk_text(struct bln_cli *cli, enum bln_level level, const char *label, const char *colour,
		      const char *format, ...) BLN_PRINTF(5, 6);

static void talk_text(struct bln_cli *cli, enum bln_level level, const char *label, const char *colour,
		      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	talk(cli, level, label, colour, format, args);
	va_end(args);
}

enum bln_exit bln_cli_fail(struct bln_cli *cli, const struct bln_err *err)
{
	talk_text(cli, BLN_LEVEL_ERROR, "bullion: ", RED, "%s%s", err->message,
		  err->status == BLN_BUG ? " (this is a bug of bullion's: please report it)" : "");
	return exit_of(err->status);
}

enum bln_exit bln_cli_fail_with(struct bln_cli *cli, enum bln_status status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	talk(cli, BLN_LEVEL_ERROR, "bullion: ", RED, format, args);
	va_end(args);
	return exit_of(status);
}

void bln_cli_say(struct bln_cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->is_quiet)
		return;
	va_start(args, format);
	talk(cli, BLN_LEVEL_INFO, NULL, "", format, args);
	va_end(args);
}

void bln_cli_complain(struct bln_cli *cli, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	talk(cli, BLN_LEVEL_ERROR, NULL, "", format, args);
	va_end(args);
}

void bln_cli_warn(struct bln_cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->is_quiet)
		return;
	va_start(args, format);
	talk(cli, BLN_LEVEL_WARN, "warning: ", YELLOW, format, args);
	va_end(args);
}

enum bln_exit bln_cli_problems(struct bln_cli *cli, const char *file, const struct bln_problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct bln_problem *problem = &problems->items[i];

		if (problem->place.line == 0)
			talk_text(cli, BLN_LEVEL_ERROR, "bullion: ", RED, "%s", problem->text);
		else
			talk_text(cli, BLN_LEVEL_ERROR, NULL, "", "%s:%d:%d: %s", file, problem->place.line,
				  problem->place.column, problem->text);
	}
	if (problems->left_out > 0)
		talk_text(cli, BLN_LEVEL_ERROR, NULL, "", "%s: and %zu more", file, problems->left_out);
	return BLN_EXIT_USAGE;
}

typedef enum bln_status load_fn(const char *folder, struct bln_project **out, struct bln_problems *problems,
				struct bln_err *err);

static enum bln_exit load(struct bln_cli *cli, load_fn *project_load)
{
	struct bln_problems *problems;
	struct bln_err err = { 0 };
	enum bln_exit result = BLN_EXIT_DONE;
	const char *file;

	if (cli->project)
		return BLN_EXIT_DONE;
	problems = bln_mem_calloc(1, sizeof(*problems));
	file = strcmp(cli->folder, ".") == 0 ? BLN_PROJECT_FILE
					     : bln_arena_printf(&cli->arena, "%s/" BLN_PROJECT_FILE, cli->folder);
	if (!problems || !file) {
		(void)bln_err_memory(&err);
		result = bln_cli_fail(cli, &err);
	} else if (project_load(cli->folder, &cli->project, problems, &err) != BLN_OK) {
		result = problems->count > 0 && !problems->has_failed ? bln_cli_problems(cli, file, problems)
								      : bln_cli_fail(cli, &err);
	}
	if (problems)
		bln_problems_clean_up(problems);
	bln_mem_free(problems);
	if (result == BLN_EXIT_DONE) {
		const struct bln_expander expander = bln_cli_expander(cli, NULL);

		if (bln_expand_secrets(&expander, &err) != BLN_OK)
			result = bln_cli_fail(cli, &err);
	}
	return result;
}

enum bln_exit bln_cli_load(struct bln_cli *cli)
{
	return load(cli, bln_project_load);
}

enum bln_exit bln_cli_load_places(struct bln_cli *cli)
{
	return load(cli, bln_project_load_places);
}

struct bln_expander bln_cli_expander(struct bln_cli *cli, const struct bln_properties *properties)
{
	return (struct bln_expander){
		.project = cli->project, .properties = properties, .secrets = &cli->secrets, .arena = &cli->arena
	};
}

void bln_cli_out(struct bln_cli *cli, const char *bytes, size_t length)
{
	errno = 0;
	if (fwrite(bytes, 1, length, cli->out) < length && !cli->out_error)
		cli->out_error = errno ? errno : EIO;
}

void bln_cli_out_text(struct bln_cli *cli, const char *text)
{
	bln_cli_out(cli, text, strlen(text));
}

void bln_cli_out_flush(struct bln_cli *cli)
{
	errno = 0;
	if (fflush(cli->out) != 0 && !cli->out_error)
		cli->out_error = errno ? errno : EIO;
}

enum bln_exit bln_cli_print(struct bln_cli *cli, struct bln_text *text)
{
	struct bln_err err = { 0 };
	const enum bln_status status = bln_text_check(text, &err);

	if (status == BLN_OK && text->length > 0)
		bln_cli_out(cli, text->at, text->length);
	bln_text_clean_up(text);
	return status == BLN_OK ? BLN_EXIT_DONE : bln_cli_fail(cli, &err);
}

static void left_say(struct bln_cli *cli, const struct bln_grid *grid, const struct bln_grid_left *left)
{
	const char *all = grid->all ? grid->all : "--json";

	if (left->columns == 0 && !left->has_cut)
		return;
	bln_cli_out_flush(cli);
	if (left->columns == 0)
		bln_cli_say(cli, "to fit the terminal what ends with … was cut: %s shows all", all);
	else
		bln_cli_say(cli, "%zu of %zu columns are left out to fit the terminal: %s shows all", left->columns,
			    left->columns_of, all);
}

enum bln_exit bln_cli_print_grid(struct bln_cli *cli, struct bln_grid *grid, const char *empty)
{
	struct bln_grid_left left = { 0 };
	struct bln_text text = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status;
	enum bln_exit result;

	grid->width_max = cli->out_width;
	status = cli->is_json ? bln_grid_format_json(grid, &text, &err) : bln_grid_format(grid, &text, &left, &err);
	if (grid->cell_count == 0 && status == BLN_OK && empty && !cli->is_json)
		bln_cli_say(cli, "%s", empty);
	if (status != BLN_OK) {
		bln_text_clean_up(&text);
		result = bln_cli_fail(cli, &err);
	} else {
		result = bln_cli_print(cli, &text);
		left_say(cli, grid, &left);
	}
	bln_grid_clean_up(grid);
	return result;
}

/* What a reader did not get is not done. Who closes a pipe early (head) has what it wanted. */
static enum bln_exit flush(struct bln_cli *cli, enum bln_exit result)
{
	bln_cli_out_flush(cli);
	if (!cli->out_error || cli->out_error == EPIPE)
		return result;
	(void)bln_cli_fail_with(cli, BLN_IO, "cannot write the result: %s", strerror(cli->out_error));
	return result == BLN_EXIT_DONE ? BLN_EXIT_FAILED : result;
}

static enum bln_exit usage(struct bln_cli *cli, const struct bln_err *err)
{
	const char *about = cli->args.command ? cli->args.command->name : cli->args.noun;
	const enum bln_exit result = bln_cli_fail(cli, err);

	if (err->status == BLN_INVALID && !cli->is_log_json)
		fprintf(cli->talk, "Try: bullion %s%s--help\n", about ? about : "", about ? " " : "");
	return result;
}

enum bln_exit bln_cli_run(const struct bln_commands *commands, int argc, char *const *argv, FILE *out, FILE *talk_to,
			  struct bln_clock *clock, struct bln_cancel *cancel)
{
	struct bln_cli cli = { .out = out, .talk = talk_to, .clock = clock, .cancel = cancel };
	struct bln_err err = { 0 };
	enum bln_status status = bln_args_parse(commands, argc, argv, &cli.arena, &cli.args, &err);
	struct bln_text text = { 0 };
	enum bln_exit result;

	cli_init(&cli);
	if (status == BLN_OK && !cli.folder[0]) /* "$UNSET", which "/bullion.yaml" was never meant by */
		status = bln_err_set(&err, BLN_INVALID, "--directory is empty: name a folder, or . for this one");
	if (status != BLN_OK) {
		result = usage(&cli, &err);
	} else if (cli.args.wants_help) {
		bln_help(commands, cli.args.command, cli.args.noun, &text);
		result = bln_cli_print(&cli, &text);
	} else if (cli.args.wants_version) {
		result = bln_command_version.run(&cli);
	} else if (cli.args.command && cli.is_json && !cli.args.command->json && !cli.args.command->is_hidden) {
		result = bln_cli_fail_with(&cli, BLN_INVALID, "bullion %s gives no JSON: leave --json out",
					   cli.args.command->name);
	} else if (cli.args.command) {
		result = cli.args.command->run(&cli);
	} else { /* nothing, or half a command: help, and an error for scripts */
		bln_help(commands, NULL, cli.args.noun, &text);
		cli.out = talk_to;
		(void)bln_cli_print(&cli, &text);
		cli.out = out;
		result = BLN_EXIT_USAGE;
	}
	result = flush(&cli, result);
	cli_clean_up(&cli);
	return result;
}
