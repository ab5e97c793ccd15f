/* What was typed, understood: a command, its options, its arguments.
 *
 * Options may stand anywhere behind their command, those of every command also before it: --name VALUE, --name=VALUE, -n VALUE,
 * -nVALUE, flags together as in -qv. "--" ends them; "-" is an argument, and so is what
 * has white space behind its dashes, as SQL that begins with a comment. */
#ifndef BLN_CLI_ARGS_H
#define BLN_CLI_ARGS_H

#include <stdint.h>

#include "base/arena.h"
#include "cli/command.h"

struct bln_given {
	const struct bln_option *option;
	const char *value; /* NULL for a flag */
};

struct bln_args {
	const struct bln_command *command; /* NULL: none was named */
	const char *noun; /* where only the first of two words was */
	const struct bln_given *given; /* in the order typed */
	size_t given_count;
	const char *const *words; /* the arguments, options and command taken out */
	size_t word_count;
	bool wants_help;
	bool wants_version;
};

/* Understands ARGV (without the program's name). All in *ARGS is ARGV's or ARENA's.
 *
 * BLN_INVALID for wrong usage, with the nearest right name; ARGS is then filled as far as was understood. No command at all
 * is no error here: COMMAND is NULL. With --help or --version nothing is checked that is missing. */
BLN_MUST_CHECK enum bln_status bln_args_parse(const struct bln_commands *commands, int argc, char *const *argv,
					      struct bln_arena *arena, struct bln_args *args, struct bln_err *err);

/* The last value of an option, or NULL; how often it was given; and each of its values in turn (*NEXT starts as 0). */
const char *bln_args_value(const struct bln_args *args, const char *name);
size_t bln_args_count(const struct bln_args *args, const char *name);
const char *bln_args_each(const struct bln_args *args, const char *name, size_t *next);

/* The I-th argument, or NULL. */
const char *bln_args_word(const struct bln_args *args, size_t i);

/* The value of an option as a whole number from MIN to MAX, or OTHERWISE where it was not given. */
BLN_MUST_CHECK enum bln_status bln_args_int(const struct bln_args *args, const char *name, int64_t min, int64_t max,
					    int64_t otherwise, int64_t *out, struct bln_err *err);

#endif
