/* Processes that we start: a program with its arguments (never a shell's line), what it inherits, how it ends.
 *
 * A child does not outlive the thread that started it: the kernel kills it then (PR_SET_PDEATHSIG), however the parent
 * ended. So start children from a thread that stays. Its own children are not covered by that: those of its group are
 * killed when it ends, others must see to it themselves. */
#ifndef BLN_BASE_CHILD_H
#define BLN_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/status.h"

enum {
	BLN_CHILD_FDS_MAX = 16, /* inherited descriptors besides 0, 1 and 2 */
	BLN_CHILD_FD_MAX = 63, /* the highest number one can have in the child */
};

struct bln_child_fd {
	int ours;
	int theirs; /* its number in the child: 3 to BLN_CHILD_FD_MAX, each once */
};

struct bln_child_start {
	const char *file; /* what is executed; NULL: ARGV's first, sought along PATH where it has no '/' */
	const char *const *argv; /* NULL behind the last */
	const char *const *env; /* "NAME=value", set besides or instead of our own; NULL behind the last; may be NULL */
	const char *cwd; /* NULL: ours */
	const int *out; /* stdout and stderr; NULL: /dev/null */
	const int *err;
	const struct bln_child_fd *fds;
	size_t fds_count;
	bool stays_in_group; /* in ours, so that whoever stops our group stops it too; else it leads one of its own */
};

/* { 0 } is none. */
struct bln_child {
	pid_t pid;
	int pidfd; /* readable (poll) once it has ended; -1 where the kernel has none, or there is no child */
	bool leads_group;
};

struct bln_child_end {
	bool is_signal;
	int code; /* the exit code, or the signal that ended it */
};

/* Starts it. stdin is /dev/null; signals are as a new program expects them. Every other descriptor of ours is closed
 * in it.
 *
 * When BLN_OK is returned the program runs; that it could not be executed, or its folder not be entered, is told
 * here: BLN_NOT_FOUND, BLN_DENIED, … naming it. *CHILD must be waited for. */
BLN_MUST_CHECK enum bln_status bln_child_start(const struct bln_child_start *start, struct bln_child *child,
					       struct bln_err *err);

/* Sends SIGNAL to its group, or to it alone where it leads none. Nothing happens when it has been waited for. */
void bln_child_signal(const struct bln_child *child, int number);

/* Whether it has ended; then *END says how, what is left of its group is killed, and *CHILD is none. Does not wait. */
BLN_MUST_CHECK bool bln_child_has_ended(struct bln_child *child, struct bln_child_end *end);

/* Waits for the end. */
void bln_child_wait(struct bln_child *child, struct bln_child_end *end);

/* Stops it: SIGTERM, and SIGKILL if it has not ended after GRACE_US of CLOCK's time. Waits for the end. */
void bln_child_stop(struct bln_child *child, struct bln_clock *clock, int64_t grace_us, struct bln_child_end *end);

/* "exit code 3", "killed by signal 9 (SIGKILL)". */
struct bln_child_end_text {
	char text[64];
};
struct bln_child_end_text bln_child_end_text(const struct bln_child_end *end);

#endif
