/* What is known of the commands, as text: --help at every level, the man page, the reference page. */
#ifndef BLN_CLI_HELP_H
#define BLN_CLI_HELP_H

#include "base/text.h"
#include "cli/command.h"

/* Help for COMMAND; for all that begin with NOUN; for the program where both are NULL. */
void bln_help(const struct bln_commands *commands, const struct bln_command *command, const char *noun,
	      struct bln_text *text);

/* bullion(1) in roff, for man; and docs/CLI.md. */
void bln_help_man(const struct bln_commands *commands, struct bln_text *text);
void bln_help_markdown(const struct bln_commands *commands, struct bln_text *text);

/* "bullion runs logs [OPTIONS] [ID]" */
void bln_help_usage(const struct bln_command *command, struct bln_text *text);

/* Exit codes and environment variables with their meanings: pairs of texts, then NULL. */
extern const char *const bln_help_exits[];
extern const char *const bln_help_variables[];

#endif
