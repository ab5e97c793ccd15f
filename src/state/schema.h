/* The tables of state.db, as the steps that lead from each version to the next. Only for src/state.
 *
 * A step that was released is never edited, only followed by another: a file made by any older version opens in this one. */
#ifndef BLN_STATE_SCHEMA_H
#define BLN_STATE_SCHEMA_H

#include "state/db.h"

/* "BLNS": marks a SQLite file as ours (PRAGMA application_id). */
#define BLN_SCHEMA_APPLICATION_ID 0x424c4e53

/* The version this program writes: the number of steps. */
int bln_schema_version(void);

/* The SQL of the step that leads to VERSION (1 and up). */
const char *bln_schema_step(int version);

/* Refuses, without writing, what is not ours or is newer than TARGET. */
BLN_MUST_CHECK enum bln_status bln_schema_check(const struct bln_state *state, int target, struct bln_err *err);

/* Refuses, without writing, what is not of this very version (BLN_UNSUPPORTED), besides. */
BLN_MUST_CHECK enum bln_status bln_schema_check_current(const struct bln_state *state, struct bln_err *err);

/* Takes the steps that are missing up to TARGET, each in a transaction of its own. Another process may do the same. */
BLN_MUST_CHECK enum bln_status bln_schema_migrate(const struct bln_state *state, int target, struct bln_err *err);

#endif
