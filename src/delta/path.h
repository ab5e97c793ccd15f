/* Where the file lies that a path in a log names.
 *
 * The protocol ("Add File and Remove File") has a path be a URI: relative to the table, or absolute and then anywhere. A log
 * that somebody hands us could so make us read any file of this machine: an absolute path must lie under the table's store
 * (the lake) or a root that the project names. */
#ifndef BLN_DELTA_PATH_H
#define BLN_DELTA_PATH_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "delta/segment.h"

/* Just one is not NULL. */
struct bln_location {
	const char *key; /* of the object in the table's store */
	const char *
		external; /* outside of it: an absolute path of a local file, or "s3://bucket/key", percent-decoded both */
};

/* Finds where PATH, as it stands in a log of TABLE, leads: into its store or below one of its roots. Texts of LOCATION are
 * ARENA's.
 *
 * BLN_DENIED, naming the path: absolute and under none of these, or with a ".." in it. BLN_CORRUPT: it is no name of a file.
 * BLN_UNSUPPORTED: a URL of a scheme that nothing here reads. */
BLN_MUST_CHECK enum bln_status bln_table_resolve_path(const struct bln_table *table, struct bln_slice path,
						      struct bln_arena *arena, struct bln_location *location,
						      struct bln_err *err);

/* Appends PATH percent-decoded: what two writers that encode differently mean by the same path. A path with a '%' that
 * encodes nothing is what a writer left that does not encode at all: it is appended as it is. */
void bln_path_decode(struct bln_slice path, struct bln_text *text);

#endif
