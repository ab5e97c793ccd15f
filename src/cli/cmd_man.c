#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/help.h"

static enum bln_exit run(struct bln_cli *cli)
{
	const char *format = bln_args_value(&cli->args, "format");
	struct bln_text text = { 0 };

	if (format && strcmp(format, "markdown") == 0)
		bln_help_markdown(&bln_commands, &text);
	else
		bln_help_man(&bln_commands, &text);
	return bln_cli_print(cli, &text);
}

static const char *const formats[] = { "roff", "markdown", NULL };
static const struct bln_option options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .help = "roff (for man) or markdown",
	  .choices = formats,
	  .complete = BLN_COMPLETE_NOTHING },
};

const struct bln_command bln_command_man = {
	.name = "man",
	.summary = "print the manual page",
	.description = "Prints bullion(1), with all commands, for man.",
	.examples = "bullion man | man -l -\nread it",
	BLN_OPTIONS(options),
	.run = run,
};
