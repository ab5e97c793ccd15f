#include <string.h>

#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/help.h"

static enum bln_exit unknown(struct bln_cli *cli, const char *topic)
{
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	bln_nearest_try(bln_slice_of(topic), "config", &meant, &distance);
	for (size_t i = 0; i < bln_commands.count; i++)
		if (!bln_commands.items[i]->is_hidden)
			bln_nearest_try(bln_slice_of(topic), bln_commands.items[i]->name, &meant, &distance);
	return bln_cli_fail_with(cli, BLN_INVALID, "there is no help for '%s'%s%s%s",
				 bln_quote(topic, strlen(topic)).text, meant ? "; did you mean '" : "",
				 meant ? meant : "", meant ? "'?" : "");
}

static enum bln_exit run(struct bln_cli *cli)
{
	const char *first = bln_args_word(&cli->args, 0);
	const char *second = bln_args_word(&cli->args, 1);
	const struct bln_command *command = NULL;
	struct bln_text text = { 0 };
	const char *topic;

	if (!first) {
		bln_help(&bln_commands, NULL, NULL, &text);
		return bln_cli_print(cli, &text);
	}
	topic = second ? bln_arena_printf(&cli->arena, "%s %s", first, second) : first;
	if (!topic)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	command = bln_command_find(&bln_commands, topic);
	if (command)
		bln_help(&bln_commands, command, NULL, &text);
	else if (strcmp(topic, "config") == 0)
		bln_project_reference(&text);
	else if (!second && bln_command_is_noun(&bln_commands, first))
		bln_help(&bln_commands, NULL, first, &text);
	else
		return unknown(cli, topic);
	return bln_cli_print(cli, &text);
}

static const struct bln_argument arguments[] = {
	{ .name = "COMMAND",
	  .help = "one or two words; or config",
	  .complete = BLN_COMPLETE_COMMAND,
	  .is_optional = true,
	  .is_repeated = true },
};

const struct bln_command bln_command_help = {
	.name = "help",
	.summary = "explain a command, or the project's file",
	.description = "Without a command, lists them all. `bullion help config` says what may stand in\nbullion.yaml.",
	.examples =
		"bullion help runs list\nthe same as bullion runs list --help\nbullion help config\nthe keys of bullion.yaml",
	BLN_ARGUMENTS(arguments),
	.run = run,
};
