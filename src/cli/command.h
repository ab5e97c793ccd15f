/* What a command is: one const struct says its name, what it is for, what it takes and who does it. Parsing, usage errors,
 * help, completion, the man page and docs/CLI.md all come from it. Read this first, then args.h and cli.h.
 *
 * A command is one file, cmd_NAME.c, that defines one bln_command_NAME; commands.c lists them. */
#ifndef BLN_CLI_COMMAND_H
#define BLN_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* What the program exits with (DESIGN: a contract). */
enum bln_exit {
	BLN_EXIT_DONE = 0, /* also when there was nothing to do */
	BLN_EXIT_FAILED = 1,
	BLN_EXIT_USAGE = 2, /* wrong usage or configuration */
	BLN_EXIT_NOTHING = 3, /* nothing to do, where --exit-code asks for it */
	BLN_EXIT_CONFLICT = 4,
	BLN_EXIT_NOT_FOUND = 5,
	BLN_EXIT_PARTIAL = 6,
	BLN_EXIT_BUG = 70,
};

/* What a shell offers where a value is to be typed; files where nothing is said. */
enum bln_complete {
	BLN_COMPLETE_FILE,
	BLN_COMPLETE_NOTHING,
	BLN_COMPLETE_RUNNABLE, /* the project's workflows and jobs */
	BLN_COMPLETE_TABLE, /* the tables that lie in the lake, its jobs write and its file names */
	BLN_COMPLETE_COMMAND,
};

struct bln_option {
	const char *name; /* "format" for --format */
	char letter; /* 'f' for -f, or 0 */
	const char *value; /* what help calls its value; NULL: it takes none */
	const char *help; /* part of a sentence, no full stop */
	const char *const *choices; /* all that its value may be; ends with NULL; may be NULL */
	enum bln_complete complete;
	bool is_repeated; /* may be given several times; else the last counts */
};

struct bln_argument {
	const char *name; /* as help calls it: "NAME" */
	const char *help;
	const char *const *choices;
	enum bln_complete complete;
	bool is_optional;
	bool is_repeated; /* only the last one */
};

struct bln_cli;

struct bln_command {
	const char *name; /* one or two words: "validate", "table list" */
	const char *summary; /* one line, no full stop */
	const char *description; /* lines of at most 79 columns */
	const char *json; /* what --json prints: "[{key, key}]"; NULL where there is no result */
	const char *examples; /* pairs of lines: a command, then what it does */
	const struct bln_option *options;
	size_t option_count;
	const struct bln_argument *arguments;
	size_t argument_count;
	bool is_hidden; /* for programs, not for people: in no help */
	enum bln_exit (*run)(struct bln_cli *cli);
};

#define BLN_OPTIONS(table) .options = (table), .option_count = sizeof(table) / sizeof((table)[0])
#define BLN_ARGUMENTS(table) .arguments = (table), .argument_count = sizeof(table) / sizeof((table)[0])

/* What every command takes. */
extern const struct bln_option bln_global_options[];
extern const size_t bln_global_option_count;

/* A set of commands: the program's, or a test's. */
struct bln_commands {
	const struct bln_command *const *items;
	size_t count;
};
extern const struct bln_commands bln_commands;

/* The command of NAME, or NULL. */
const struct bln_command *bln_command_find(const struct bln_commands *commands, const char *name);

/* Whether NOUN is the first of two words of a command. */
bool bln_command_is_noun(const struct bln_commands *commands, const char *noun);

#endif
