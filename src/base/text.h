/* Text that grows, and views of text that somebody else owns. */
#ifndef BLN_BASE_TEXT_H
#define BLN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

/* A view: LENGTH bytes at AT, no NUL promised. Lives as long as what it points into. */
struct bln_slice {
	const char *at;
	size_t length;
};

struct bln_slice bln_slice_of(const char *text); /* { NULL, 0 } for NULL */
bool bln_slice_equals(struct bln_slice a, struct bln_slice b);
bool bln_slice_is(struct bln_slice slice, const char *text);
bool bln_slice_starts(struct bln_slice slice, const char *prefix);
bool bln_slice_ends(struct bln_slice slice, const char *suffix);

/* What stands before the first BYTE; *SLICE becomes what stands after it (empty, AT NULL, if there was none). */
struct bln_slice bln_slice_cut(struct bln_slice *slice, char byte);

/* { 0 } is an empty text. Once an append finds no memory the text is marked failed and further appends do nothing, so
 * that a caller checks once, at the end. AT has a NUL behind LENGTH bytes, or is NULL while nothing was appended. */
struct bln_text {
	char *at;
	size_t length;
	size_t capacity;
	bool has_failed;
};

void bln_text_add(struct bln_text *text, const char *more);
void bln_text_add_bytes(struct bln_text *text, const char *bytes, size_t length);
void bln_text_add_format(struct bln_text *text, const char *format, ...) BLN_PRINTF(2, 3);

/* Appends with QUOTE around and each QUOTE inside doubled: SQL literals with ', identifiers with ". */
void bln_text_add_quoted(struct bln_text *text, char quote, const char *bytes, size_t length);

/* BLN_OK, or BLN_NO_MEMORY when an append had failed. */
BLN_MUST_CHECK enum bln_status bln_text_check(const struct bln_text *text, struct bln_err *err);

/* The same, and *OUT becomes what TEXT holds, in ARENA, with a NUL behind. */
BLN_MUST_CHECK enum bln_status bln_text_keep(const struct bln_text *text, struct bln_arena *arena,
					     struct bln_slice *out, struct bln_err *err);

/* Empties without freeing. */
void bln_text_clear(struct bln_text *text);
void bln_text_clean_up(struct bln_text *text);

#endif
