/* How far long work has come: one line on a terminal that is written over; nothing anywhere else. */
#ifndef BLN_CLI_PROGRESS_H
#define BLN_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"

struct bln_progress {
	FILE *to; /* NULL: nothing is shown */
	struct bln_clock *clock;
	int64_t begun_us;
	int64_t shown_us; /* when it was last drawn */
	bool is_drawn;
};

/* Shows on TO if IS_SHOWN: a terminal, and nobody asked for quiet. */
void bln_progress_begin(struct bln_progress *progress, FILE *to, bool is_shown, struct bln_clock *clock);

/* DONE of TOTAL (0: nobody knows) of what UNIT and WHAT say, both may be NULL: "reading  [#####·····]  50%  5/10 files  3s".
 * Draws ten times a second at most. */
void bln_progress_update(struct bln_progress *progress, int64_t done, int64_t total, const char *unit,
			 const char *what);

/* Takes the line away: before anything else is printed, and at the end. */
void bln_progress_clear(struct bln_progress *progress);

#endif
