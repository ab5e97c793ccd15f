/* JSON from outside read in one pass and without a tree: for what comes in masses, such as the lines of a Delta log. json.h
 * is the comfortable way; this one takes a tenth of the time.
 *
 * The caller asks for the values in the order in which they stand. What is not well-formed sets WRONG, after which every
 * function returns false and takes nothing: it is enough to look at the end. As strict as jansson: UTF-8 only, no NUL in
 * strings, no lone surrogates, nothing behind the value. Names that stand twice are the caller's business. */
#ifndef BLN_BASE_JSON_READER_H
#define BLN_BASE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

enum { BLN_JSON_DEPTH_MAX = 256 };

enum bln_json_kind {
	BLN_JSON_NONE, /* no value begins here */
	BLN_JSON_OBJECT,
	BLN_JSON_ARRAY,
	BLN_JSON_STRING,
	BLN_JSON_NUMBER,
	BLN_JSON_TRUE,
	BLN_JSON_FALSE,
	BLN_JSON_NULL,
};

struct bln_json_reader {
	struct bln_arena *arena; /* where strings go */
	const char *start;
	const char *at;
	const char *end;
	const char *wrong; /* NULL, or what is wrong at AT */
	bool has_no_memory; /* then WRONG is set too */
	bool is_inside; /* the last thing taken was the '{' or '[' of what is being walked through */
};

/* BYTES must stay as they are while they are read. */
void bln_json_reader_init(struct bln_json_reader *reader, const char *bytes, size_t length, struct bln_arena *arena);

/* What the next value is; takes nothing but the space before it. */
enum bln_json_kind bln_json_reader_peek(struct bln_json_reader *reader);

/* Takes the beginning of the object or array that is next. */
bool bln_json_reader_open(struct bln_json_reader *reader);

/* Takes the next member's name of the object that was opened (an array: of its next item nothing); its value must be taken
 * before the next call. False at the end of the object or array, which is taken. NAME lives as long as BYTES and the arena. */
bool bln_json_reader_member(struct bln_json_reader *reader, struct bln_slice *name);
bool bln_json_reader_item(struct bln_json_reader *reader);

/* Takes a string; *OUT is a copy of the arena with a NUL behind it. The next value must be a string. */
bool bln_json_reader_string(struct bln_json_reader *reader, struct bln_slice *out);

/* Takes a number. False, too, where it is one with a fraction or an exponent; then WRONG is not set. One beyond 64 bits is
 * wrong. */
bool bln_json_reader_int(struct bln_json_reader *reader, int64_t *out);

/* Takes any value, checked all through; RAW (may be NULL) are its bytes as they stand. */
bool bln_json_reader_skip(struct bln_json_reader *reader, struct bln_slice *raw);

/* Takes the space that may be left. False, WRONG set, where something else is. */
bool bln_json_reader_end(struct bln_json_reader *reader);

/* What WRONG says, as an error: "WHAT: not JSON at column 7: …"; or BLN_NO_MEMORY. */
enum bln_status bln_json_reader_error(const struct bln_json_reader *reader, const char *what, struct bln_err *err);

#endif
