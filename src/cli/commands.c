#include "cli/commands.h"

#include <string.h>

static const char *const when[] = { "auto", "always", "never", NULL };

const struct bln_option bln_global_options[] = {
	{ .name = "directory",
	  .letter = 'C',
	  .value = "DIR",
	  .help = "the project's folder; the current one otherwise" },
	{ .name = "json", .help = "the result as JSON, where the command says what that is" },
	{ .name = "quiet", .letter = 'q', .help = "say nothing but what went wrong" },
	{ .name = "verbose", .letter = 'v', .help = "say more; twice: still more", .is_repeated = true },
	{ .name = "color",
	  .value = "WHEN",
	  .help = "auto (on a terminal), always or never",
	  .choices = when,
	  .complete = BLN_COMPLETE_NOTHING },
	{ .name = "log-json", .help = "what is said on stderr as lines of JSON" },
	{ .name = "version", .letter = 'V', .help = "print the version of the program, and do nothing" },
	{ .name = "help", .letter = 'h', .help = "explain the command" },
};
const size_t bln_global_option_count = sizeof(bln_global_options) / sizeof(bln_global_options[0]);

/* In the order of the help. */
static const struct bln_command *const all[] = {
	&bln_command_init,	  &bln_command_validate,   &bln_command_run,	    &bln_command_sql,
	&bln_command_coverage,	  &bln_command_table_list, &bln_command_table_show, &bln_command_table_history,
	&bln_command_doctor,	  &bln_command_runs_list,  &bln_command_runs_show,  &bln_command_runs_logs,
	&bln_command_runs_cancel, &bln_command_version,	   &bln_command_help,	    &bln_command_man,
	&bln_command_completion,  &bln_command_complete,   &bln_command_job_run,
};
const struct bln_commands bln_commands = { all, sizeof(all) / sizeof(all[0]) };

const struct bln_command *bln_command_find(const struct bln_commands *commands, const char *name)
{
	for (size_t i = 0; i < commands->count; i++)
		if (strcmp(commands->items[i]->name, name) == 0)
			return commands->items[i];
	return NULL;
}

bool bln_command_is_noun(const struct bln_commands *commands, const char *noun)
{
	const size_t length = strlen(noun);

	for (size_t i = 0; i < commands->count; i++)
		if (strncmp(commands->items[i]->name, noun, length) == 0 && commands->items[i]->name[length] == ' ')
			return true;
	return false;
}
