#include "cli/help.h"

#include <string.h>

const char *const bln_help_exits[] = {
	"0",  "done, also when there was nothing to do",
	"1",  "the work failed",
	"2",  "wrong usage or configuration",
	"3",  "nothing to do (only with --exit-code)",
	"4",  "conflict: somebody else changed the same",
	"5",  "not found",
	"6",  "done in part; the run says what is missing",
	"70", "a bug of bullion's",
	NULL,
};

const char *const bln_help_variables[] = {
	"BULLION_LAKE",
	"where the lake is, whatever bullion.yaml says",
	"BULLION_DUCKDB",
	"path of libduckdb.so, where it is not beside the program",
	"NO_COLOR",
	"no colours, unless --color=always",
	NULL,
};

void bln_help_usage(const struct bln_command *command, struct bln_text *text)
{
	bln_text_add_format(text, "bullion %s", command->name);
	if (command->option_count > 0)
		bln_text_add(text, " [OPTIONS]");
	for (size_t i = 0; i < command->argument_count; i++) {
		const struct bln_argument *argument = &command->arguments[i];

		bln_text_add_format(text, argument->is_optional ? " [%s]%s" : " %s%s", argument->name,
				    argument->is_repeated ? "..." : "");
	}
}

/* "  -n, --limit N" and what it is for, in a column. */
static void add_options(const struct bln_option *options, size_t count, struct bln_text *text)
{
	enum { COLUMN = 26 };

	for (size_t i = 0; i < count; i++) {
		const struct bln_option *option = &options[i];
		const size_t before = text->length;

		if (option->letter)
			bln_text_add_format(text, "  -%c, --%s", option->letter, option->name);
		else
			bln_text_add_format(text, "      --%s", option->name);
		if (option->value)
			bln_text_add_format(text, " %s", option->value);
		if (text->length - before >= COLUMN)
			bln_text_add(text, "\n                          ");
		while (!text->has_failed && text->length - before < COLUMN)
			bln_text_add(text, " ");
		bln_text_add_format(text, "%s\n", option->help);
	}
}

static void add_arguments(const struct bln_command *command, struct bln_text *text)
{
	for (size_t i = 0; i < command->argument_count; i++)
		bln_text_add_format(text, "  %-22s  %s\n", command->arguments[i].name, command->arguments[i].help);
}

static void add_lines(const char *lines, struct bln_text *text)
{
	struct bln_slice rest = bln_slice_of(lines);

	while (rest.length > 0) {
		const struct bln_slice line = bln_slice_cut(&rest, '\n');

		bln_text_add(text, "  ");
		bln_text_add_bytes(text, line.at, line.length);
		bln_text_add(text, "\n");
	}
}

/* The pairs of lines, the second of each further in. */
static void add_examples(const char *examples, const char *command_prefix, const char *note_prefix,
			 struct bln_text *text)
{
	struct bln_slice rest = bln_slice_of(examples);
	bool is_note = false;

	while (rest.length > 0) {
		const struct bln_slice line = bln_slice_cut(&rest, '\n');

		bln_text_add(text, is_note ? note_prefix : command_prefix);
		bln_text_add_bytes(text, line.at, line.length);
		bln_text_add(text, "\n");
		is_note = !is_note;
	}
}

static void help_command(const struct bln_command *command, struct bln_text *text)
{
	bln_text_add_format(text, "bullion %s: %s\n\nUsage: ", command->name, command->summary);
	bln_help_usage(command, text);
	bln_text_add(text, "\n");
	if (command->description)
		bln_text_add_format(text, "\n%s\n", command->description);
	if (command->argument_count > 0) {
		bln_text_add(text, "\nArguments:\n");
		add_arguments(command, text);
	}
	if (command->option_count > 0) {
		bln_text_add(text, "\nOptions:\n");
		add_options(command->options, command->option_count, text);
	}
	bln_text_add(text, "\nOptions of every command:\n");
	add_options(bln_global_options, bln_global_option_count, text);
	if (command->json) {
		bln_text_add(text, "\nWith --json:\n");
		add_lines(command->json, text);
	}
	if (command->examples) {
		bln_text_add(text, "\nExamples:\n");
		add_examples(command->examples, "  ", "      ", text);
	}
}

static bool is_of(const struct bln_command *command, const char *noun)
{
	const size_t length = noun ? strlen(noun) : 0;

	return !command->is_hidden &&
	       (!noun || (strncmp(command->name, noun, length) == 0 && command->name[length] == ' '));
}

static void add_list(const struct bln_commands *commands, const char *noun, struct bln_text *text)
{
	for (size_t i = 0; i < commands->count; i++)
		if (is_of(commands->items[i], noun))
			bln_text_add_format(text, "  %-16s  %s\n", commands->items[i]->name,
					    commands->items[i]->summary);
}

void bln_help(const struct bln_commands *commands, const struct bln_command *command, const char *noun,
	      struct bln_text *text)
{
	if (command) {
		help_command(command, text);
		return;
	}
	if (noun)
		bln_text_add_format(text, "Usage: bullion %s COMMAND\n\nCommands:\n", noun);
	else
		bln_text_add(text, "bullion: a market-data lakehouse\n\n"
				   "Usage: bullion [OPTIONS] COMMAND\n\nCommands:\n");
	add_list(commands, noun, text);
	if (!noun) {
		bln_text_add(text, "\nOptions of every command:\n");
		add_options(bln_global_options, bln_global_option_count, text);
		bln_text_add(text, "\nExamples:\n"
				   "  bullion init demo\n      make a project in the folder demo\n"
				   "  bullion -C demo run historical -p archive=PATH\n      load Kraken's archive\n"
				   "  bullion -C demo sql \"FROM gold.info\"\n      see what there is\n"
				   "  bullion help config\n      what may stand in bullion.yaml\n");
	}
	bln_text_add_format(text, "\n`bullion help %s%sCOMMAND` explains one.\n", noun ? noun : "", noun ? " " : "");
}
