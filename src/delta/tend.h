/* What a log needs after a commit now and then: a checkpoint, and behind it a clean-up. */
#ifndef BLN_DELTA_TEND_H
#define BLN_DELTA_TEND_H

#include "delta/checkpoint.h"
#include "delta/clean_up.h"

struct bln_tend_spec {
	struct bln_checkpoint_spec checkpoint;
	/* As in clean_up.h. */
	int64_t keep_from_version;
	enum bln_status (*keep)(void *context, int64_t *version, struct bln_err *err);
	void *keep_context;
};

struct bln_tended {
	bool has_checkpoint; /* one was due and is written */
	struct bln_checkpoint_written checkpoint;
	struct bln_cleaned_up cleaned;
};

/* To be called by who has committed VERSION on top of BASE: where a checkpoint is due it is written, then the log is cleaned
 * up. A failure, told by status and ERR, is one to log: the commit stands, and the next checkpoint makes up for this one. */
BLN_MUST_CHECK enum bln_status bln_log_tend(const struct bln_snapshot *base, int64_t version,
					    const struct bln_tend_spec *spec, struct bln_tended *tended,
					    struct bln_err *err);

#endif
