#include "cli/progress.h"

#include <inttypes.h>

#include "base/time.h"

enum { CELLS = 20 };
#define DRAW_EVERY_US (BLN_US_PER_SECOND / 10)

void bln_progress_begin(struct bln_progress *progress, FILE *to, bool is_shown, struct bln_clock *clock)
{
	*progress = (struct bln_progress){ .to = is_shown ? to : NULL, .clock = clock };
	progress->begun_us = bln_clock_monotonic_us(clock);
	progress->shown_us = progress->begun_us - DRAW_EVERY_US;
}

void bln_progress_update(struct bln_progress *progress, int64_t done, int64_t total, const char *unit, const char *what)
{
	const int64_t now = bln_clock_monotonic_us(progress->clock);
	const int64_t seconds = (now - progress->begun_us) / BLN_US_PER_SECOND;

	if (!progress->to || now - progress->shown_us < DRAW_EVERY_US)
		return;
	progress->shown_us = now;
	progress->is_drawn = true;
	fprintf(progress->to, "\r\033[K%s", what ? what : "working");
	if (total > 0) {
		const double part = done >= total ? 1 : done <= 0 ? 0 : (double)done / (double)total;

		fputs("  [", progress->to);
		for (int i = 0; i < CELLS; i++)
			fputs((double)i < part * CELLS ? "#" : ".", progress->to);
		fprintf(progress->to, "] %3d%%  %" PRId64 "/%" PRId64, (int)(part * 100), done, total);
	} else if (done > 0) {
		fprintf(progress->to, "  %" PRId64, done);
	}
	fprintf(progress->to, "%s%s  %" PRId64 "s", unit && (total > 0 || done > 0) ? " " : "",
		unit && (total > 0 || done > 0) ? unit : "", seconds);
	fflush(progress->to);
}

void bln_progress_clear(struct bln_progress *progress)
{
	if (!progress->is_drawn)
		return;
	fputs("\r\033[K", progress->to);
	fflush(progress->to);
	progress->is_drawn = false;
}
