/* JSON from outside (read with jansson) and JSON of ours (written into a text).
 *
 * jansson refuses what is not UTF-8, NUL in strings and nesting beyond 2,048. Its memory is its own and not base/mem's on
 * purpose: version 2.14 crashes when some of its requests fail. */
#ifndef BLN_BASE_JSON_H
#define BLN_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

/* Parses LENGTH bytes into *JSON, which the caller frees with json_decref. BLN_CORRUPT names WHAT, line and column. */
BLN_MUST_CHECK enum bln_status bln_json_parse(const char *bytes, size_t length, const char *what, json_t **json,
					      struct bln_err *err);

/* Members of OBJECT by KEY. A member that is absent or null leaves *OUT as it was; one of another type is BLN_CORRUPT,
 * named. Slices point into the JSON and live as long as it does. */
BLN_MUST_CHECK enum bln_status bln_json_get_text(const json_t *object, const char *key, struct bln_slice *out,
						 struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_json_get_int(const json_t *object, const char *key, int64_t *out,
						struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_json_get_bool(const json_t *object, const char *key, bool *out, struct bln_err *err);

/* *OUT is the member object or array, or NULL. Borrowed. */
BLN_MUST_CHECK enum bln_status bln_json_get_object(const json_t *object, const char *key, json_t **out,
						   struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_json_get_array(const json_t *object, const char *key, json_t **out,
						  struct bln_err *err);

/* Appends BYTES as a JSON string with its quotes. Whatever is not UTF-8 in them becomes U+FFFD: a file's name may be of any
 * bytes, and what has it in it is JSON all the same. */
void bln_json_add_string(struct bln_text *text, const char *bytes, size_t length);

/* Appends JSON compactly, members in their order. */
void bln_json_add(struct bln_text *text, const json_t *json);

#endif
