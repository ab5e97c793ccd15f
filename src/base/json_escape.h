/* The escapes in JSON's strings undone. */
#ifndef BLN_BASE_JSON_ESCAPE_H
#define BLN_BASE_JSON_ESCAPE_H

#include <stddef.h>

#include "base/text.h"

/* Writes what RAW, the inside of a string in which every backslash has a byte behind it, stands for to OUT, which has room
 * for RAW's bytes, as no escape is shorter than what it stands for; nowhere where OUT is NULL. Returns the length; -1 for an
 * escape that does not exist, that of NUL, and a surrogate without its other half. */
ptrdiff_t bln_json_unescape(struct bln_slice raw, char *out);

#endif
