/* What a command is given: what was typed, where to print, the project. Results go to OUT, everything else is said on stderr. */
#ifndef BLN_CLI_CLI_H
#define BLN_CLI_CLI_H

#include <stdio.h>

#include "base/arena.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secrets.h"
#include "cli/args.h"
#include "cli/command.h"
#include "cli/grid.h"
#include "project/expand.h"
#include "project/project.h"

struct bln_cli {
	struct bln_args args;
	struct bln_arena arena; /* for whatever lives as long as the command */
	FILE *out; /* results: written by bln_cli_out only */
	int out_error; /* the errno of the first write to OUT that failed */
	FILE *talk; /* the rest; with is_log_json, lines of the logger instead */
	struct bln_clock *clock;
	struct bln_cancel *cancel; /* Ctrl-C */
	struct bln_secrets secrets; /* masked in whatever is said */
	struct bln_logger logger; /* for those who log; its level follows -q and -v */
	const char *folder; /* -C, or "." */
	struct bln_project *project; /* once loaded */
	bool is_json;
	bool is_quiet;
	bool is_log_json;
	bool has_color; /* on TALK */
	size_t out_width; /* in columns; 0 where OUT is no terminal */
	bool is_terminal; /* TALK is one: progress may be drawn */
};

/* Says what went wrong, secrets masked, and returns the exit code for its status. */
enum bln_exit bln_cli_fail(struct bln_cli *cli, const struct bln_err *err);

/* The same with a message of one's own. */
enum bln_exit bln_cli_fail_with(struct bln_cli *cli, enum bln_status status, const char *format, ...) BLN_PRINTF(3, 4);

/* Talk: not with --quiet. */
void bln_cli_say(struct bln_cli *cli, const char *format, ...) BLN_PRINTF(2, 3);
void bln_cli_warn(struct bln_cli *cli, const char *format, ...) BLN_PRINTF(2, 3);

/* What went wrong, of what goes on all the same: also with --quiet. */
void bln_cli_complain(struct bln_cli *cli, const char *format, ...) BLN_PRINTF(2, 3);

/* Loads the project (once); says what is wrong with it, all of it. Anything but BLN_EXIT_DONE ends the command. */
enum bln_exit bln_cli_load(struct bln_cli *cli);

/* The same for who needs the lake or the records only (bln_project_load_places): jobs may be wrong. Nothing to do where the
 * project is loaded already. */
enum bln_exit bln_cli_load_places(struct bln_cli *cli);

/* Says PROBLEMS, a line each, FILE:LINE:COLUMN first where they have a place; returns BLN_EXIT_USAGE. */
enum bln_exit bln_cli_problems(struct bln_cli *cli, const char *file, const struct bln_problems *problems);

/* For the loaded project: the environment, PROPERTIES (may be NULL), the command's arena and secrets. */
struct bln_expander bln_cli_expander(struct bln_cli *cli, const struct bln_properties *properties);

/* Prints GRID as a table, or as JSON where that is asked for, and cleans it up. EMPTY is said where there are no rows; and what
 * was left out, to fit the terminal, is said with how to see it. */
enum bln_exit bln_cli_print_grid(struct bln_cli *cli, struct bln_grid *grid, const char *empty);

/* Writes a part of the result. What could not be written is told in the end, when the command is done. */
void bln_cli_out(struct bln_cli *cli, const char *bytes, size_t length);
void bln_cli_out_text(struct bln_cli *cli, const char *text);
void bln_cli_out_flush(struct bln_cli *cli);

/* Prints TEXT and cleans it up. */
enum bln_exit bln_cli_print(struct bln_cli *cli, struct bln_text *text);

/* Understands and runs what was typed; argv without the program's name. What main does between setting up and exiting. */
enum bln_exit bln_cli_run(const struct bln_commands *commands, int argc, char *const *argv, FILE *out, FILE *talk,
			  struct bln_clock *clock, struct bln_cancel *cancel);

#endif
