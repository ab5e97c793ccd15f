/* How many columns of a terminal a text takes. */
#ifndef BLN_CLI_WIDTH_H
#define BLN_CLI_WIDTH_H

#include <stddef.h>

/* Of LENGTH bytes: wide characters (CJK, emoji) count 2, combining ones 0, what is not UTF-8 1 a byte. A table of our own,
 * because wcwidth knows only the locale's characters, and in the C locale that is ASCII. */
size_t bln_width(const char *text, size_t length);

/* How many of the LENGTH bytes, from the first, take at most WIDTH columns. No character is taken apart. */
size_t bln_width_fitting(const char *text, size_t length, size_t width);

#endif
