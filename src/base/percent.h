/* Percent-encoding: of URLs (RFC 3986), and of the names of partition folders as Hive and Spark write them. */
#ifndef BLN_BASE_PERCENT_H
#define BLN_BASE_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Which bytes stay as they are. Whoever needs another set writes another function. */
typedef bool bln_percent_keep(unsigned char byte);

/* Letters, digits and "-._~" (RFC 3986, "Unreserved"): right for any part of a URL. */
bool bln_percent_keep_unreserved(unsigned char byte);

/* Those, '/' and what a path may hold besides ("!$&'()*+,;=:@"): for a whole path. */
bool bln_percent_keep_path(unsigned char byte);

/* All but control characters and "\"#%'*:/=?\\{[]^" and 0x7f: for the names and values of "name=value" folders (Spark's
 * ExternalCatalogUtils.escapePathName). Bytes from 0x80 stay. */
bool bln_percent_keep_hive(unsigned char byte);

/* Appends BYTES to TEXT, what KEEP does not keep as '%' and two capital hexadecimal digits. */
void bln_percent_encode(struct bln_text *text, const char *bytes, size_t length, bln_percent_keep *keep);

/* Appends what BYTES encode. False, TEXT as it was, where a '%' is not followed by two hexadecimal digits. What comes out is
 * as hostile as what went in, and may hold NUL: to be checked afterwards, never before. */
bool bln_percent_decode(struct bln_text *text, const char *bytes, size_t length);

#endif
