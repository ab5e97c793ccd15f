#include "cli/cli.h"
#include "cli/commands.h"

static enum bln_exit run(struct bln_cli *cli)
{
	if (cli->is_json)
		fputs("{\"version\":\"" BLN_VERSION "\"}\n", cli->out);
	else
		fputs("bullion " BLN_VERSION "\n", cli->out);
	return BLN_EXIT_DONE;
}

const struct bln_command bln_command_version = {
	.name = "version",
	.summary = "which bullion this is",
	.description = "Prints the version of the program. `bullion doctor` tells those of the libraries.",
	.examples = "bullion version --json\nfor scripts",
	.run = run,
};
