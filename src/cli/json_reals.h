/* DuckDB writes NaN and infinities into JSON as they are, also deep in structs and lists: that is no JSON. */
#ifndef BLN_CLI_JSON_REALS_H
#define BLN_CLI_JSON_REALS_H

#include <stdbool.h>
#include <stddef.h>

/* Of text that comes piece by piece. { 0 } is its beginning. */
struct bln_json_reals {
	bool is_text; /* between quotes */
	bool is_escaped; /* behind a backslash */
	bool is_dropped; /* within a word for which null was written */
	bool has_minus; /* held back: what comes next says whether it stays */
};

/* What LENGTH bytes may become, at most. */
#define BLN_JSON_REALS_SIZE(length) (4 * (length) + 1)

/* Writes the LENGTH bytes at IN to OUT, null in place of NaN, Infinity and -Infinity. Returns how many it wrote. A minus that ends
 * the text is not written: no JSON ends so. */
size_t bln_json_reals_pass(struct bln_json_reals *state, const char *in, size_t length, char *out);

#endif
