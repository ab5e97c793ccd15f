#include <string.h>

#include "catalog/lake.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/complete.h"

/* The tables in the lake; none where it cannot be opened. */
static void tables_find(struct bln_cli *cli, struct bln_complete_names *names)
{
	const struct bln_expander expander = bln_cli_expander(cli, NULL);
	struct bln_lake lake = { 0 };
	const char *url;

	if (bln_project_lake(&expander, &url, NULL) == BLN_OK &&
	    bln_lake_open(url, NULL, NULL, &lake, NULL) == BLN_OK &&
	    bln_lake_tables(&lake, &cli->arena, &names->tables, &names->table_count, NULL) != BLN_OK)
		names->table_count = 0;
	bln_lake_close(&lake);
}

static enum bln_exit run(struct bln_cli *cli)
{
	const char *const nothing[] = { "" };
	struct bln_complete_names names = { 0 };
	struct bln_text text = { 0 };
	const bool is_empty = cli->args.word_count == 0;

	for (size_t i = 0; i + 1 < cli->args.word_count; i++)
		if (strcmp(cli->args.words[i], "-C") == 0 || strcmp(cli->args.words[i], "--directory") == 0)
			cli->folder = cli->args.words[i + 1];
	/* Of a project that is wrong nothing is known; the shell is no place to say so. */
	if (bln_project_load(cli->folder, &cli->project, NULL, NULL) != BLN_OK &&
	    bln_project_load_places(cli->folder, &cli->project, NULL, NULL) != BLN_OK)
		cli->project = NULL;
	names.project = cli->project;
	if (cli->project)
		tables_find(cli, &names);
	bln_complete(&bln_commands, &names, is_empty ? nothing : cli->args.words, is_empty ? 1 : cli->args.word_count,
		     &text);
	return bln_cli_print(cli, &text);
}

static const struct bln_argument arguments[] = {
	{ .name = "WORD", .help = "what was typed", .is_optional = true, .is_repeated = true },
};

const struct bln_command bln_command_complete = {
	.name = "__complete",
	.summary = "what a shell may offer for the last word",
	BLN_ARGUMENTS(arguments),
	.is_hidden = true,
	.run = run,
};
