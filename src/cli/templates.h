/* The projects that `bullion init` writes: the files under templates/, put into the program by tools/embed. */
#ifndef BLN_CLI_TEMPLATES_H
#define BLN_CLI_TEMPLATES_H

#include <stddef.h>

struct bln_template {
	const char
		*path; /* "crypto/jobs/silver_cryptos.sql": the template's name, then the file's path in the project */
	const char *bytes;
	size_t length;
};

extern const struct bln_template bln_templates[]; /* sorted by path */
extern const size_t bln_template_count;

#endif
