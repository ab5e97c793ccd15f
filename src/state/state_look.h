/* Opening the state of a project that may only be read: another user's, or one on a medium that takes no writes. Only for
 * src/state. */
#ifndef BLN_STATE_LOOK_H
#define BLN_STATE_LOOK_H

#include "state/db.h"

/* Whether PATH, or the folder it is in, which -wal and -shm are made in, cannot be written. False where there is no PATH. */
bool bln_state_must_look(const char *path);

/* Opens the file of STATE without writing anything, its schema as it is. BLN_UNSUPPORTED for an older one, which would have to
 * be brought up to date; BLN_DENIED where its newest records lie in a write-ahead log that cannot be read so. */
BLN_MUST_CHECK enum bln_status bln_state_look(struct bln_state *state, struct bln_err *err);

#endif
