/* The hashes of files already read: a file unchanged in path, size, mtime and inode is not read again.
 *
 * What is remembered is what a file's bytes hash to, not that they were loaded: that is asked of the lake, so that going back
 * in the lake makes the work be done again. An entry is a file inside an archive ("" for the file itself). */
#ifndef BLN_STATE_SEEN_H
#define BLN_STATE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "state/state.h"

enum {
	BLN_SEEN_HASH_SIZE = 16,
	BLN_SEEN_MAX =
		1 << 20, /* files remembered; beyond it the ones seen longest ago are forgotten, and read again */
};

struct bln_seen {
	const char *source; /* the project's name for it */
	const char *path;
	const char *entry;
	int64_t size_bytes; /* size, mtime and inode are those of the file at PATH, taken before it was read */
	int64_t mtime_ns;
	uint64_t inode;
	uint8_t hash[BLN_SEEN_HASH_SIZE]; /* XXH3-128 of the content, canonical byte order */
	bool is_known;
};

/* For each of FILES (COUNT of them) whose source, path and entry were put with the same size, mtime and inode: sets hash and
 * is_known. Others get is_known false.
 *
 * A file that was changed at about the time it was last put is not known: a second change within the file system's time
 * step could have left its mtime as it was (git's "racy" entries). The step is taken to be 100 ms, and 2 s where the mtime is
 * a whole second, as on file systems that know no less. */
BLN_MUST_CHECK enum bln_status bln_seen_get(struct bln_state *state, struct bln_seen *files, size_t count,
					    struct bln_err *err);

/* Remembers FILES, all or none. READ_AT_NS is the wall clock's time before the first was looked at. */
BLN_MUST_CHECK enum bln_status bln_seen_put(struct bln_state *state, const struct bln_seen *files, size_t count,
					    int64_t read_at_ns, struct bln_err *err);

#endif
