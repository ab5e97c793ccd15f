#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"

/* The shells only ask; what fits where is known by `bullion __complete` (cmd_complete.c). No candidate: files. */
static const struct {
	const char *shell, *script;
} scripts[] = {
	{ "bash", "_bullion() {\n"
		  "\tlocal candidate\n"
		  "\tCOMPREPLY=()\n"
		  "\twhile IFS=$'\\t' read -r candidate _; do\n"
		  "\t\tCOMPREPLY+=(\"$candidate\")\n"
		  "\tdone < <(bullion __complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
		  "}\n"
		  "complete -o default -F _bullion bullion\n" },
	{ "zsh", "#compdef bullion\n"
		 "_bullion() {\n"
		 "\tlocal -a candidates\n"
		 "\tlocal candidate note\n"
		 "\twhile IFS=$'\\t' read -r candidate note; do\n"
		 "\t\tcandidates+=(\"${candidate//:/\\\\:}:$note\")\n"
		 "\tdone < <(bullion __complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
		 "\tif (( ${#candidates} )); then _describe bullion candidates; else _files; fi\n"
		 "}\n"
		 "if [ \"$funcstack[1]\" = _bullion ]; then _bullion \"$@\"; else compdef _bullion bullion; fi\n" },
	{ "fish", "function __bullion_complete\n"
		  "\tset -l typed (commandline -opc) (commandline -ct)\n"
		  "\tbullion __complete -- $typed[2..-1] 2>/dev/null\n"
		  "end\n"
		  "complete -c bullion -a '(__bullion_complete)'\n" },
};

static enum bln_exit run(struct bln_cli *cli)
{
	const char *shell = bln_args_word(&cli->args, 0);

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (strcmp(scripts[i].shell, shell) == 0)
			bln_cli_out_text(cli, scripts[i].script);
	return BLN_EXIT_DONE;
}

static const char *const shells[] = { "bash", "zsh", "fish", NULL };
static const struct bln_argument arguments[] = {
	{ .name = "SHELL", .help = "bash, zsh or fish", .choices = shells, .complete = BLN_COMPLETE_NOTHING },
};

const struct bln_command bln_command_completion = {
	.name = "completion",
	.summary = "print what makes a shell complete our commands",
	.description = "The script asks the program itself, so that it also knows the names of your workflows,\n"
		       "jobs and tables. `make install` puts it where the shells look.",
	.examples = "source <(bullion completion bash)\nin ~/.bashrc\n"
		    "bullion completion zsh > \"${fpath[1]}/_bullion\"\nfor zsh\n"
		    "bullion completion fish > ~/.config/fish/completions/bullion.fish\nfor fish",
	BLN_ARGUMENTS(arguments),
	.run = run,
};
