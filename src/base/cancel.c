#include "base/cancel.h"

void bln_cancel_set_timeout(struct bln_cancel *cancel, struct bln_clock *clock, int64_t timeout_us)
{
	int64_t now_us = bln_clock_monotonic_us(clock);

	cancel->clock = clock;
	if (__builtin_add_overflow(now_us, timeout_us, &cancel->deadline_us))
		cancel->deadline_us = INT64_MAX;
}

void bln_cancel_request(struct bln_cancel *cancel)
{
	atomic_store(&cancel->is_requested, true);
}

enum bln_status bln_cancel_check(struct bln_cancel *cancel, struct bln_err *err)
{
	if (!cancel)
		return BLN_OK;
	if (atomic_load_explicit(&cancel->is_requested, memory_order_relaxed))
		return bln_err_set(err, BLN_CANCELLED, "interrupted");
	if (cancel->clock && bln_clock_monotonic_us(cancel->clock) >= cancel->deadline_us)
		return bln_err_set(err, BLN_CANCELLED, "out of time");
	return BLN_OK;
}
