/* The man page and the reference page: the same tables as help.c, in two markups. */
#include <string.h>

#include "cli/help.h"

/* Text in roff: what it would take for its own is escaped, a line may not begin with a request. */
static void roff(struct bln_text *text, const char *plain)
{
	bool is_start = true;

	for (; *plain; plain++) {
		if (is_start && (*plain == '.' || *plain == '\''))
			bln_text_add(text, "\\&");
		if (*plain == '\\')
			bln_text_add(text, "\\e");
		else if (*plain == '-')
			bln_text_add(text, "\\-");
		else
			bln_text_add_bytes(text, plain, 1);
		is_start = *plain == '\n';
	}
}

static void roff_options(const struct bln_option *options, size_t count, struct bln_text *text)
{
	for (size_t i = 0; i < count; i++) {
		const struct bln_option *option = &options[i];

		bln_text_add(text, ".TP\n\\fB");
		if (option->letter)
			bln_text_add_format(text, "\\-%c\\fR, \\fB", option->letter);
		bln_text_add(text, "\\-\\-");
		roff(text, option->name);
		bln_text_add(text, "\\fR");
		if (option->value)
			bln_text_add_format(text, " \\fI%s\\fR", option->value);
		bln_text_add(text, "\n");
		roff(text, option->help);
		bln_text_add(text, "\n");
	}
}

static void roff_pairs(const char *const *pairs, struct bln_text *text)
{
	for (; *pairs; pairs += 2) {
		bln_text_add_format(text, ".TP\n\\fB%s\\fR\n", pairs[0]);
		roff(text, pairs[1]);
		bln_text_add(text, "\n");
	}
}

static void roff_lines(const char *lines, struct bln_text *text)
{
	struct bln_slice rest = bln_slice_of(lines);

	while (rest.length > 0) {
		const struct bln_slice line = bln_slice_cut(&rest, '\n');
		char copy[256];
		const size_t length = line.length < sizeof(copy) ? line.length : sizeof(copy) - 1;

		memcpy(copy, line.at, length);
		copy[length] = '\0';
		roff(text, copy);
		bln_text_add(text, "\n");
	}
}

static void roff_command(const struct bln_command *command, struct bln_text *text)
{
	struct bln_text usage = { 0 };

	bln_help_usage(command, &usage);
	bln_text_add(text, ".SS ");
	roff(text, usage.at ? usage.at : "");
	bln_text_add(text, "\n");
	if (usage.has_failed)
		text->has_failed = true;
	bln_text_clean_up(&usage);
	roff(text, command->description ? command->description : command->summary);
	bln_text_add(text, "\n");
	for (size_t i = 0; i < command->argument_count; i++) {
		bln_text_add_format(text, ".TP\n\\fI%s\\fR\n", command->arguments[i].name);
		roff(text, command->arguments[i].help);
		bln_text_add(text, "\n");
	}
	roff_options(command->options, command->option_count, text);
	if (command->json) {
		bln_text_add(text, ".PP\nWith \\-\\-json:\n.PP\n.EX\n");
		roff_lines(command->json, text);
		bln_text_add(text, ".EE\n");
	}
	if (command->examples) {
		bln_text_add(text, ".PP\nExamples:\n.PP\n.EX\n");
		roff_lines(command->examples, text);
		bln_text_add(text, ".EE\n");
	}
}

void bln_help_man(const struct bln_commands *commands, struct bln_text *text)
{
	bln_text_add(
		text,
		".TH BULLION 1 \"\" \"bullion " BLN_VERSION "\" \"User Commands\"\n"
		".SH NAME\nbullion \\- a market\\-data lakehouse\n"
		".SH SYNOPSIS\n.B bullion\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n"
		".SH DESCRIPTION\n"
		"Takes candles and trades from exchanges and vendors, refines them in a lake of Delta Lake tables\n"
		"(bronze, silver, gold), and runs and remembers the jobs and workflows that do so. A project is a\n"
		"folder with a \\fIbullion.yaml\\fR. Results go to standard output, everything else to standard error.\n"
		".SH OPTIONS\n");
	roff_options(bln_global_options, bln_global_option_count, text);
	bln_text_add(text, ".SH COMMANDS\n");
	for (size_t i = 0; i < commands->count; i++)
		if (!commands->items[i]->is_hidden)
			roff_command(commands->items[i], text);
	bln_text_add(text, ".SH EXIT STATUS\n");
	roff_pairs(bln_help_exits, text);
	bln_text_add(text, ".SH ENVIRONMENT\n");
	roff_pairs(bln_help_variables, text);
	bln_text_add(text, ".SH FILES\n.TP\n\\fIbullion.yaml\\fR\nthe project; see \\fBbullion help config\\fR\n"
			   ".TP\n\\fI.bullion/state.db\\fR\nwhat ran, and which files were read\n");
}

static void markdown_options(const struct bln_option *options, size_t count, struct bln_text *text)
{
	bln_text_add(text, "| option | meaning |\n|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		const struct bln_option *option = &options[i];

		bln_text_add(text, "| `");
		if (option->letter)
			bln_text_add_format(text, "-%c`, `", option->letter);
		bln_text_add_format(text, "--%s%s%s` | %s |\n", option->name, option->value ? " " : "",
				    option->value ? option->value : "", option->help);
	}
}

static void markdown_pairs(const char *const *pairs, struct bln_text *text)
{
	bln_text_add(text, "| | |\n|---|---|\n");
	for (; *pairs; pairs += 2)
		bln_text_add_format(text, "| `%s` | %s |\n", pairs[0], pairs[1]);
}

/* What may be copied into a shell: what a command does stands before it. */
static void markdown_examples(const char *examples, struct bln_text *text)
{
	struct bln_slice rest = bln_slice_of(examples);

	bln_text_add(text, "\n```sh\n");
	while (rest.length > 0) {
		const struct bln_slice line = bln_slice_cut(&rest, '\n');
		const struct bln_slice note = bln_slice_cut(&rest, '\n');

		bln_text_add(text, "# ");
		bln_text_add_bytes(text, note.at, note.length);
		bln_text_add(text, "\n");
		bln_text_add_bytes(text, line.at, line.length);
		bln_text_add(text, "\n");
	}
	bln_text_add(text, "```\n");
}

static void markdown_command(const struct bln_command *command, struct bln_text *text)
{
	bln_text_add_format(text, "\n## bullion %s\n\n%s.\n\n```text\n", command->name, command->summary);
	bln_help_usage(command, text);
	bln_text_add(text, "\n```\n");
	if (command->description)
		bln_text_add_format(text, "\n%s\n", command->description);
	if (command->argument_count > 0)
		bln_text_add(text, "\n| argument | meaning |\n|---|---|\n");
	for (size_t i = 0; i < command->argument_count; i++)
		bln_text_add_format(text, "| `%s` | %s |\n", command->arguments[i].name, command->arguments[i].help);
	if (command->option_count > 0) {
		bln_text_add(text, "\n");
		markdown_options(command->options, command->option_count, text);
	}
	if (command->json)
		bln_text_add_format(text, "\nWith `--json`:\n\n```text\n%s\n```\n", command->json);
	if (command->examples)
		markdown_examples(command->examples, text);
}

void bln_help_markdown(const struct bln_commands *commands, struct bln_text *text)
{
	bln_text_add(
		text,
		"# Commands\n\nMade by `bullion man --format markdown`; do not edit.\n\n## Options of every command\n\n");
	markdown_options(bln_global_options, bln_global_option_count, text);
	bln_text_add(
		text,
		"\nTimes are UTC, in the form of RFC 3339: `2024-01-31T12:34:56Z`, in JSON, and in what `bullion sql` prints, "
		"with six digits\nbefore the `Z` where there is a fraction.\n");
	for (size_t i = 0; i < commands->count; i++)
		if (!commands->items[i]->is_hidden)
			markdown_command(commands->items[i], text);
	bln_text_add(text, "\n## Exit codes\n\n");
	markdown_pairs(bln_help_exits, text);
	bln_text_add(text, "\n## Environment variables\n\n");
	markdown_pairs(bln_help_variables, text);
}
