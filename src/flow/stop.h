/* Asking a run of another process to end. */
#ifndef BLN_FLOW_STOP_H
#define BLN_FLOW_STOP_H

#include <stdint.h>

#include "base/run_state.h"
#include "base/status.h"
#include "state/state.h"

/* Asks the run ID, or the step with that id alone, to end: one that waits is STOPPED at once, one that runs becomes
 * STOPPING and ends when its runner looks at the record, which it does every second. *STATE is what it is in now.
 * BLN_NOT_FOUND, or BLN_CONFLICT with *STATE set where it has ended already. */
BLN_MUST_CHECK enum bln_status bln_run_stop(struct bln_state *state_file, const char *id, int64_t now_us,
					    enum bln_run_state *state, struct bln_err *err);

#endif
