#include "cli/args.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/number.h"

enum { ARGUMENTS_MAX = 1 << 16 };

struct parser {
	const struct bln_commands *commands;
	struct bln_arena *arena;
	struct bln_args *args;
	struct bln_err *err;
	char *const *at; /* what comes next */
	char *const *end;
	struct bln_given *given;
	const char **words;
};

static enum bln_status wrong_choice(const char *what, const char *value, const char *const *choices,
				    struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	for (size_t i = 0; choices[i]; i++)
		bln_text_add_format(&text, "%s%s", i == 0 ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
	status = bln_text_check(&text, err);
	if (status == BLN_OK)
		status = bln_err_set(err, BLN_INVALID, "%s takes %s, not '%s'", what, text.at,
				     bln_quote(value, strlen(value)).text);
	bln_text_clean_up(&text);
	return status;
}

static bool is_choice(const char *value, const char *const *choices)
{
	for (size_t i = 0; choices && choices[i]; i++)
		if (strcmp(choices[i], value) == 0)
			return true;
	return !choices;
}

static const struct bln_option *option_by_name(const struct parser *parser, struct bln_slice name)
{
	const struct bln_command *command = parser->args->command;

	for (size_t i = 0; command && i < command->option_count; i++)
		if (bln_slice_is(name, command->options[i].name))
			return &command->options[i];
	for (size_t i = 0; i < bln_global_option_count; i++)
		if (bln_slice_is(name, bln_global_options[i].name))
			return &bln_global_options[i];
	return NULL;
}

static const struct bln_option *option_by_letter(const struct parser *parser, char letter)
{
	const struct bln_command *command = parser->args->command;

	for (size_t i = 0; command && i < command->option_count; i++)
		if (command->options[i].letter == letter)
			return &command->options[i];
	for (size_t i = 0; i < bln_global_option_count; i++)
		if (bln_global_options[i].letter == letter)
			return &bln_global_options[i];
	return NULL;
}

static enum bln_status unknown_option(const struct parser *parser, struct bln_slice name)
{
	const struct bln_command *command = parser->args->command;
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; command && i < command->option_count; i++)
		bln_nearest_try(name, command->options[i].name, &meant, &distance);
	for (size_t i = 0; i < bln_global_option_count; i++)
		bln_nearest_try(name, bln_global_options[i].name, &meant, &distance);
	return bln_err_set(parser->err, BLN_INVALID, "unknown option '--%s'%s%s%s%s%s",
			   bln_quote(name.at, name.length).text, command ? " of bullion " : "",
			   command ? command->name : "", meant ? "; did you mean '--" : "", meant ? meant : "",
			   meant ? "'?" : "");
}

static enum bln_status take(struct parser *parser, const struct bln_option *option, const char *value)
{
	if (value && !is_choice(value, option->choices)) {
		char what[64];

		snprintf(what, sizeof(what), "--%s", option->name);
		return wrong_choice(what, value, option->choices, parser->err);
	}
	if (strcmp(option->name, "help") == 0)
		parser->args->wants_help = true;
	if (strcmp(option->name, "version") == 0)
		parser->args->wants_version = true;
	parser->given[parser->args->given_count++] = (struct bln_given){ option, value };
	return BLN_OK;
}

/* The value of OPTION where it does not hang on it: the next word, whatever it looks like. */
static enum bln_status take_next(struct parser *parser, const struct bln_option *option)
{
	if (parser->at == parser->end)
		return bln_err_set(parser->err, BLN_INVALID, "--%s needs a value: %s", option->name, option->value);
	return take(parser, option, *parser->at++);
}

static enum bln_status long_option(struct parser *parser, const char *text)
{
	struct bln_slice value = bln_slice_of(text);
	const struct bln_slice name = bln_slice_cut(&value, '=');
	const struct bln_option *option = option_by_name(parser, name);

	if (!option)
		return unknown_option(parser, name);
	if (!option->value && value.at)
		return bln_err_set(parser->err, BLN_INVALID, "--%s takes no value", option->name);
	if (!option->value)
		return take(parser, option, NULL);
	return value.at ? take(parser, option, value.at) : take_next(parser, option);
}

static enum bln_status short_options(struct parser *parser, const char *letters)
{
	for (; *letters; letters++) {
		const struct bln_option *option = option_by_letter(parser, *letters);
		enum bln_status status;

		if (!option)
			return bln_err_set(parser->err, BLN_INVALID, "unknown option '-%s'%s%s",
					   bln_quote(letters, 1).text, parser->args->command ? " of bullion " : "",
					   parser->args->command ? parser->args->command->name : "");
		if (option->value)
			return letters[1] ? take(parser, option, letters + 1) : take_next(parser, option);
		status = take(parser, option, NULL);
		if (status != BLN_OK)
			return status;
	}
	return BLN_OK;
}

/* Behind a noun the nearest of its verbs, else the nearest first word. */
static enum bln_status unknown_command(const struct parser *parser, const char *word)
{
	const char *noun = parser->args->noun;
	const size_t skip = noun ? strlen(noun) : 0;
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < parser->commands->count; i++) {
		const struct bln_command *command = parser->commands->items[i];
		const char *candidate;

		if (command->is_hidden ||
		    (noun && (strncmp(command->name, noun, skip) != 0 || command->name[skip] != ' ')))
			continue;
		candidate = noun ? command->name + skip + 1
				 : bln_arena_strndup(parser->arena, command->name, strcspn(command->name, " "));
		if (!candidate)
			return bln_err_memory(parser->err);
		bln_nearest_try(bln_slice_of(word), candidate, &meant, &distance);
	}
	return bln_err_set(parser->err, BLN_INVALID, "there is no command '%s%s%s'%s%s%s%s%s", noun ? noun : "",
			   noun ? " " : "", bln_quote(word, strlen(word)).text, meant ? "; did you mean '" : "",
			   meant && noun ? noun : "", meant && noun ? " " : "", meant ? meant : "", meant ? "'?" : "");
}

/* A word that is no option: of the command's name, or an argument. */
static enum bln_status word(struct parser *parser, const char *text)
{
	struct bln_args *args = parser->args;
	char name[128];

	if (args->command) {
		parser->words[args->word_count++] = text;
		return BLN_OK;
	}
	snprintf(name, sizeof(name), "%s%s%s", args->noun ? args->noun : "", args->noun ? " " : "", text);
	args->command = bln_command_find(parser->commands, name);
	if (args->command)
		return BLN_OK;
	if (args->noun || !bln_command_is_noun(parser->commands, text))
		return unknown_command(parser, text);
	args->noun = text;
	return BLN_OK;
}

static enum bln_status check_words(const struct bln_args *args, struct bln_err *err)
{
	const struct bln_command *command = args->command;
	const struct bln_argument *last =
		command->argument_count > 0 ? &command->arguments[command->argument_count - 1] : NULL;

	for (size_t i = 0; i < command->argument_count; i++)
		if (i >= args->word_count && !command->arguments[i].is_optional)
			return bln_err_set(err, BLN_INVALID, "bullion %s needs %s: %s", command->name,
					   command->arguments[i].name, command->arguments[i].help);
	for (size_t i = 0; i < args->word_count; i++) {
		const struct bln_argument *argument = i < command->argument_count ? &command->arguments[i] : last;

		if (i >= command->argument_count && (!last || !last->is_repeated))
			return bln_err_set(err, BLN_INVALID, "bullion %s takes %s%zu argument%s: '%s' is too much",
					   command->name, command->argument_count > 0 ? "at most " : "",
					   command->argument_count, command->argument_count == 1 ? "" : "s",
					   bln_quote(args->words[i], strlen(args->words[i])).text);
		if (!is_choice(args->words[i], argument->choices))
			return wrong_choice(argument->name, args->words[i], argument->choices, err);
	}
	return BLN_OK;
}

/* SQL may begin with a comment, as in "-- all of it\nSELECT 1": no option has white space behind its dashes, or a line's end in
 * its name. */
static bool is_comment(const char *text)
{
	return strncmp(text, "--", 2) == 0 &&
	       ((text[2] != '\0' && strchr(" \t\r\n", text[2])) || text[strcspn(text, "=\n")] == '\n');
}

enum bln_status bln_args_parse(const struct bln_commands *commands, int argc, char *const *argv,
			       struct bln_arena *arena, struct bln_args *args, struct bln_err *err)
{
	struct parser parser = { .commands = commands, .arena = arena, .args = args, .err = err };
	bool is_over = false;
	size_t room;

	*args = (struct bln_args){ 0 };
	if (argc < 0 || argc > ARGUMENTS_MAX)
		return bln_err_set(err, BLN_INVALID, "there are more than %d arguments", ARGUMENTS_MAX);
	room = 1;
	for (int i = 0; i < argc; i++) /* "-qvv" is three */
		room += strlen(argv[i]) + 1;
	parser.given = bln_arena_calloc(arena, room, sizeof(*parser.given));
	parser.words = bln_arena_calloc(arena, (size_t)argc + 1, sizeof(*parser.words));
	if (!parser.given || !parser.words)
		return bln_err_memory(err);
	args->given = parser.given;
	args->words = parser.words;
	parser.at = argv;
	parser.end = argv + argc;
	while (parser.at < parser.end) {
		const char *text = *parser.at++;
		enum bln_status status;

		if (!is_over && strcmp(text, "--") == 0) {
			is_over = true;
			continue;
		}
		if (is_over || text[0] != '-' || text[1] == '\0' || is_comment(text))
			status = word(&parser, text);
		else if (text[1] == '-')
			status = long_option(&parser, text + 2);
		else
			status = short_options(&parser, text + 1);
		if (status != BLN_OK)
			return status;
	}
	return args->command && !args->wants_help && !args->wants_version ? check_words(args, err) : BLN_OK;
}

const char *bln_args_each(const struct bln_args *args, const char *name, size_t *next)
{
	while (*next < args->given_count) {
		const struct bln_given *given = &args->given[(*next)++];

		if (strcmp(given->option->name, name) == 0)
			return given->value ? given->value : "";
	}
	return NULL;
}

const char *bln_args_value(const struct bln_args *args, const char *name)
{
	const char *last = NULL;
	const char *value;
	size_t next = 0;

	while ((value = bln_args_each(args, name, &next)))
		last = value;
	return last;
}

size_t bln_args_count(const struct bln_args *args, const char *name)
{
	size_t next = 0;
	size_t count = 0;

	while (bln_args_each(args, name, &next))
		count++;
	return count;
}

const char *bln_args_word(const struct bln_args *args, size_t i)
{
	return i < args->word_count ? args->words[i] : NULL;
}

enum bln_status bln_args_int(const struct bln_args *args, const char *name, int64_t min, int64_t max, int64_t otherwise,
			     int64_t *out, struct bln_err *err)
{
	const char *text = bln_args_value(args, name);
	int64_t value = otherwise;

	if (text && (!bln_int64_parse(text, strlen(text), &value) || value < min || value > max))
		return bln_err_set(err, BLN_INVALID,
				   "--%s takes a whole number from %" PRId64 " to %" PRId64 ", not '%s'", name, min,
				   max, bln_quote(text, strlen(text)).text);
	*out = value;
	return BLN_OK;
}
