/* What is UTF-8 and what only looks like it. */
#ifndef BLN_BASE_UTF8_H
#define BLN_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* How many of the LENGTH (> 0) bytes at AT are one well-formed character, 1 to 4; 0 where none begins here. Overlong forms,
 * surrogates and what is beyond U+10FFFF are not well-formed (Unicode 15, table 3-7). */
size_t bln_utf8_character(const char *at, size_t length);

/* Whether all of BYTES is well-formed; NUL is a character like others. */
bool bln_utf8_is_valid(const char *bytes, size_t length);

/* Puts '?' in place of each byte that is not part of a well-formed character. */
void bln_utf8_clean(char *bytes, size_t length);

#endif
