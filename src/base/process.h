/* Which process is meant. A pid alone says little: it is given to others once its process is gone, and after a reboot. */
#ifndef BLN_BASE_PROCESS_H
#define BLN_BASE_PROCESS_H

#include <stdint.h>

#include "base/status.h"

enum { BLN_PROCESS_SPACE_SIZE = 80 };

/* { 0 } is nobody. */
struct bln_process {
	int64_t pid;
	int64_t start_ticks; /* when it began, in clock ticks after the boot: proc(5), /proc/PID/stat */
	char space[BLN_PROCESS_SPACE_SIZE]; /* where the pid counts: the boot's id, '/', the pid namespace's inode */
};

enum bln_process_life {
	BLN_PROCESS_ALIVE,
	BLN_PROCESS_DEAD,
	BLN_PROCESS_UNKNOWN, /* it lives, or lived, in another pid namespace (a container) of this boot: not ours to judge */
};

/* Fills *OUT for the process PID of our namespace (getpid() for oneself).
 * BLN_NOT_FOUND when there is none, or where /proc cannot be read. */
BLN_MUST_CHECK enum bln_status bln_process_of(int64_t pid, struct bln_process *out, struct bln_err *err);

/* Whether P is still there. A zombie is alive: its parent has yet to say how it ended. Nobody is dead. */
enum bln_process_life bln_process_life(const struct bln_process *p);

#endif
