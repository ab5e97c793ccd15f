/* What may be typed next: the candidates that a shell offers. */
#ifndef BLN_CLI_COMPLETE_H
#define BLN_CLI_COMPLETE_H

#include "base/text.h"
#include "cli/command.h"
#include "project/project.h"

/* Appends the candidates for the last of the COUNT WORDS (at least one, perhaps empty), as what was typed behind "bullion": a line
 * each, a tab and what it is for where that is known. Nothing where files are meant. PROJECT may be NULL. */
void bln_complete(const struct bln_commands *commands, const struct bln_project *project, const char *const *words,
		  size_t count, struct bln_text *text);

#endif
