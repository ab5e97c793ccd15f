/* The project's memory outside the lake: one SQLite file, .bullion/state.db. Read this header first, then runs.h (what ran),
 * seen.h (which files were read) and backup.h.
 *
 * The file is in WAL mode with synchronous=FULL: what a call recorded survives a kill and a power cut. Several processes
 * may have it open; a writer waits for another at most BLN_STATE_BUSY_MS. A handle is for one thread at a time and must not
 * be used in a child after fork (open it there again); a process opens a file once.
 *
 * What the lake knows is not here: this file can be lost, and only history is lost. */
#ifndef BLN_STATE_STATE_H
#define BLN_STATE_STATE_H

#include <stdbool.h>

#include "base/status.h"

struct bln_state;

enum { BLN_STATE_BUSY_MS = 10000 };

enum bln_state_open {
	BLN_STATE_EXISTING, /* BLN_NOT_FOUND where there is none: to look without leaving anything behind */
	BLN_STATE_CREATE, /* made where there is none, with the folder it is in (but no folder above), for its owner only */
	BLN_STATE_LOOK, /* as EXISTING; where it or its folder cannot be written, it is only read (state_look.h) */
};

/* Opens PATH and brings its schema up to date, one step at a time, each in a transaction: a process killed on the way leaves
 * a file that the next open carries on with.
 *
 * Refused, with the file as it was: a file of a newer bullion (BLN_UNSUPPORTED), another program's SQLite file
 * (BLN_INVALID), a damaged file (BLN_CORRUPT), one that cannot be written (BLN_DENIED). *OUT is the caller's to close. */
BLN_MUST_CHECK enum bln_status bln_state_open(const char *path, enum bln_state_open how, struct bln_state **out,
					      struct bln_err *err);

/* Whether it was opened with BLN_STATE_LOOK and can only be read: what would write fails with BLN_DENIED. */
bool bln_state_is_read_only(const struct bln_state *state);

/* NULL is fine. */
void bln_state_close(struct bln_state *state);

/* Reads the whole file and checks its structure, its indexes and its references: BLN_CORRUPT with the first thing wrong.
 * Takes time in proportion to the file. */
BLN_MUST_CHECK enum bln_status bln_state_check(struct bln_state *state, struct bln_err *err);

#endif
