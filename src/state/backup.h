/* A copy of state.db taken while others use it. */
#ifndef BLN_STATE_BACKUP_H
#define BLN_STATE_BACKUP_H

#include "base/status.h"
#include "state/state.h"

/* Writes STATE as it is at one moment to the new file TO (its owner's only, one file without a write-ahead log). Writers go on
 * meanwhile. TO appears whole or not at all; BLN_EXISTS, and nothing changed, when there is something of that name.
 * A kill may leave a file TO.partial, which the next backup to TO replaces. */
BLN_MUST_CHECK enum bln_status bln_state_backup(struct bln_state *state, const char *to, struct bln_err *err);

#endif
