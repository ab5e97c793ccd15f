#include "cli/cli.h"
#include "cli/commands.h"

static enum bln_exit run(struct bln_cli *cli)
{
	bln_cli_out_text(cli, cli->is_json ? "{\"version\":\"" BLN_VERSION "\"}\n" : "bullion " BLN_VERSION "\n");
	return BLN_EXIT_DONE;
}

const struct bln_command bln_command_version = {
	.name = "version",
	.summary = "which bullion this is",
	.description = "Prints the version of the program. `bullion doctor` tells those of the libraries.",
	.json = "{version}",
	.examples = "bullion version --json\nfor scripts",
	.run = run,
};
