/* Objects of a Delta log into structs, by tables: what action_parse.c is written in; for nobody else. */
#ifndef BLN_DELTA_MEMBER_H
#define BLN_DELTA_MEMBER_H

#include "base/json_reader.h"
#include "delta/action.h"

enum bln_member_kind {
	BLN_MEMBER_TEXT,
	BLN_MEMBER_INT,
	BLN_MEMBER_ANY_INT, /* not taken where it is something else */
	BLN_MEMBER_BOOL,
	BLN_MEMBER_PAIRS,
	BLN_MEMBER_TEXTS,
	BLN_MEMBER_STORAGE, /* a deletion vector's letter */
	BLN_MEMBER_DV,
	BLN_MEMBER_FORMAT, /* an object of which the provider is taken */
};

/* One member: where in the struct it goes, and whether the object is nothing without it. */
struct bln_member {
	const char *key;
	enum bln_member_kind kind;
	size_t offset;
	bool is_required;
};

enum { BLN_MEMBERS_MAX = 32 }; /* in a table */

struct bln_member_parser {
	struct bln_json_reader reader; /* its arena is where all text goes */
	const char *what; /* is named where the text is no JSON */
	struct bln_err *err;
};

/* Reads the object that is next into OUT. Members that are not in the table are passed over, as the protocol asks; null is
 * as good as absent; one that stands there twice is refused, for readers differ in which of them counts.
 *
 * BLN_CORRUPT names the member; or WHAT, when the reader's WRONG is set. */
BLN_MUST_CHECK enum bln_status bln_members_read(struct bln_member_parser *parser, const char *name,
						const struct bln_member *members, size_t count, void *out);

#endif
