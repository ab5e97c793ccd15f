/* What names an object: a relative path with '/' between its segments, the same in every store.
 *
 * A key is 1 to BLN_KEY_MAX bytes, its segments 1 to BLN_KEY_SEGMENT_MAX. No segment is "." or "..", none begins with
 * BLN_KEY_TEMP_PREFIX (what is being written has such names, and no listing shows it), no byte is NUL. Any other byte goes:
 * what a store would have to escape, it escapes. A key that passes cannot name anything outside of its store. */
#ifndef BLN_STORE_KEY_H
#define BLN_STORE_KEY_H

#include <stddef.h>

#include "base/status.h"

enum { BLN_KEY_MAX = 1024, BLN_KEY_SEGMENT_MAX = 255 };

#define BLN_KEY_TEMP_PREFIX ".bln-tmp-"

/* BLN_OK for a key, else BLN_INVALID; BLN_DENIED for one that would leave the root ("..", or absolute). ERR names it. */
BLN_MUST_CHECK enum bln_status bln_key_check(const char *key, size_t length, struct bln_err *err);

/* The same for what keys may begin with: nothing, or any beginning of a key. */
BLN_MUST_CHECK enum bln_status bln_key_check_prefix(const char *prefix, size_t length, struct bln_err *err);

/* The bytes of KEY before its last '/': the folder it lies in; 0 for one that lies in the root. */
size_t bln_key_folder_length(const char *key);

#endif
