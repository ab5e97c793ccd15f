#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"

struct completion {
	const struct bln_commands *commands;
	const struct bln_complete_names *names;
	const char *typed; /* of the word to be completed */
	struct bln_text *text;
	struct bln_map offered; /* so that nothing comes twice */
};

static void offer(struct completion *completion, const char *candidate, const char *note)
{
	bool is_new = false;

	if (strncmp(candidate, completion->typed, strlen(completion->typed)) != 0)
		return;
	if (!bln_map_insert(&completion->offered, candidate, strlen(candidate), &is_new) || !is_new)
		return;
	bln_text_add_format(completion->text, "%s%s%s\n", candidate, note ? "\t" : "", note ? note : "");
}

static void offer_choices(struct completion *completion, const char *const *choices)
{
	for (; choices && *choices; choices++)
		offer(completion, *choices, NULL);
}

/* The words that come behind NOUN, or that begin commands where it is NULL. */
static void offer_commands(struct completion *completion, const char *noun)
{
	for (size_t i = 0; i < completion->commands->count; i++) {
		const struct bln_command *command = completion->commands->items[i];
		const char *space = strchr(command->name, ' ');
		const size_t length = space ? (size_t)(space - command->name) : strlen(command->name);

		if (command->is_hidden)
			continue;
		if (noun) {
			if (space && strlen(noun) == length && strncmp(command->name, noun, length) == 0)
				offer(completion, space + 1, command->summary);
		} else if (!space) {
			offer(completion, command->name, command->summary);
		} else if (i == 0 ||
			   strncmp(completion->commands->items[i - 1]->name, command->name, length + 1) != 0) {
			/* The commands of a noun stand together: the first of them offers it. */
			char first[BLN_NAME_MAX];

			snprintf(first, sizeof(first), "%.*s", (int)length, command->name);
			if (strncmp(first, completion->typed, strlen(completion->typed)) == 0)
				bln_text_add_format(completion->text, "%s\n", first);
		}
	}
}

static void offer_options(struct completion *completion, const struct bln_option *options, size_t count)
{
	char name[BLN_NAME_MAX];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "--%s", options[i].name);
		if (strncmp(name, completion->typed, strlen(completion->typed)) == 0)
			bln_text_add_format(completion->text, "%s\t%s\n", name, options[i].help);
	}
}

static void offer_kind(struct completion *completion, enum bln_complete kind)
{
	const struct bln_complete_names *names = completion->names;
	const struct bln_project *project = names->project;

	if (kind == BLN_COMPLETE_COMMAND)
		offer_commands(completion, NULL);
	for (size_t i = 0; kind == BLN_COMPLETE_TABLE && i < names->table_count; i++)
		offer(completion, names->tables[i], NULL);
	if (!project)
		return;
	for (size_t i = 0; kind == BLN_COMPLETE_RUNNABLE && i < project->workflow_count; i++)
		offer(completion, project->workflows[i].name, "workflow");
	for (size_t i = 0; kind == BLN_COMPLETE_RUNNABLE && i < project->job_count; i++)
		offer(completion, project->jobs[i].name, "job");
	for (size_t i = 0; kind == BLN_COMPLETE_TABLE && i < project->job_count; i++)
		if (project->jobs[i].into)
			offer(completion, project->jobs[i].into, NULL);
	for (size_t i = 0; kind == BLN_COMPLETE_TABLE && i < project->table_count; i++)
		offer(completion, project->tables[i].name, NULL);
}

static const struct bln_option *option_find(const struct bln_command *command, const char *word)
{
	const struct bln_option *sets[2] = { bln_global_options, command ? command->options : NULL };
	const size_t counts[2] = { bln_global_option_count, command ? command->option_count : 0 };

	for (size_t set = 0; set < 2; set++)
		for (size_t i = 0; i < counts[set]; i++) {
			const struct bln_option *option = &sets[set][i];
			const bool is_long = strncmp(word, "--", 2) == 0 && strcmp(word + 2, option->name) == 0;

			if (is_long ||
			    (word[0] == '-' && option->letter && word[1] == option->letter && word[2] == '\0'))
				return option;
		}
	return NULL;
}

void bln_complete(const struct bln_commands *commands, const struct bln_complete_names *names, const char *const *words,
		  size_t count, struct bln_text *text)
{
	struct completion completion = {
		.commands = commands, .names = names, .typed = words[count - 1], .text = text
	};
	const struct bln_command *command = NULL;
	const struct bln_option *waiting = NULL; /* the option whose value comes next */
	const char *noun = NULL;
	size_t argument = 0;

	for (size_t i = 0; i + 1 < count; i++) {
		char name[2 * BLN_NAME_MAX];

		if (waiting) {
			waiting = NULL;
		} else if (words[i][0] == '-') {
			const struct bln_option *option = option_find(command, words[i]);

			waiting = option && option->value ? option : NULL;
		} else if (command) {
			argument++;
		} else {
			snprintf(name, sizeof(name), "%s%s%s", noun ? noun : "", noun ? " " : "", words[i]);
			command = bln_command_find(commands, name);
			noun = command ? NULL : words[i];
		}
	}
	if (waiting) {
		offer_choices(&completion, waiting->choices);
		offer_kind(&completion, waiting->complete);
	} else if (completion.typed[0] == '-') {
		if (command)
			offer_options(&completion, command->options, command->option_count);
		offer_options(&completion, bln_global_options, bln_global_option_count);
	} else if (!command) {
		offer_commands(&completion, noun);
	} else if (command->argument_count > 0) {
		const size_t last = command->argument_count - 1;

		if (argument <= last || command->arguments[last].is_repeated) {
			const struct bln_argument *it = &command->arguments[argument < last ? argument : last];

			offer_choices(&completion, it->choices);
			offer_kind(&completion, it->complete);
		}
	}
	bln_map_clean_up(&completion.offered);
}
