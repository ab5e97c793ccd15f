/* Ctrl-C and its kin: the first asks the work to stop where nothing is left half-done, the second ends the program at once. */
#ifndef BLN_CLI_SIGNALS_H
#define BLN_CLI_SIGNALS_H

#include "base/cancel.h"

/* From now on SIGINT, SIGTERM and SIGHUP request CANCEL, which must outlive the program's work; SIGPIPE is an error of
 * write, not the end. */
void bln_signals_catch(struct bln_cancel *cancel);

#endif
