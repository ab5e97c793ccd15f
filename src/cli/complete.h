/* What may be typed next: the candidates that a shell offers. */
#ifndef BLN_CLI_COMPLETE_H
#define BLN_CLI_COMPLETE_H

#include "base/text.h"
#include "cli/command.h"
#include "project/project.h"

/* The names that there are. */
struct bln_complete_names {
	const struct bln_project *project; /* may be NULL */
	const char *const *tables; /* that lie in its lake */
	size_t table_count;
};

/* Appends the candidates for the last of the COUNT WORDS (at least one, perhaps empty), as what was typed behind "bullion": a line
 * each, a tab and what it is for where that is known. Nothing where files are meant. */
void bln_complete(const struct bln_commands *commands, const struct bln_complete_names *names, const char *const *words,
		  size_t count, struct bln_text *text);

#endif
