/* Writing a version: the one way in which a table changes (protocol, "Delta Log Entries", "Commit Provenance Information").
 *
 * Read conflict.h first: it says when a commit that lost a race is tried again and when not. */
#ifndef BLN_DELTA_COMMIT_H
#define BLN_DELTA_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "delta/action.h"
#include "delta/conflict.h"
#include "delta/protocol.h"
#include "delta/snapshot.h"

enum {
	BLN_COMMIT_TRIES_MAX = 64, /* versions lost to others before giving up */
	BLN_COMMIT_FAILURES_MAX = 5, /* failures of the store before giving up */
	BLN_COMMIT_BYTES_MAX = 1 << 30, /* of one commit's file */
	BLN_COMMIT_OPERATION_SIZE = 64,
};

/* What is to be done. All of it stays the caller's. */
struct bln_commit {
	/* APPEND removes nothing; the files of REARRANGE have dataChange false; REWRITE does what it wants. Changes of
	 * metadata and txns alone are APPEND. */
	enum bln_write_kind kind;

	/* add, remove, metaData, protocol, txn, domainMetadata, as they will stand in the log; at most one of each
	 * metaData, protocol, application id, domain and file. commitInfo is made here. */
	const struct bln_action *actions;
	size_t action_count;

	/* For commitInfo: "WRITE", "MERGE", …, its parameters, and what it did ("numFiles": "3"). */
	const char *operation;
	struct bln_pairs parameters;
	struct bln_pairs metrics;

	/* A JSON object of ours, put into commitInfo as "bullion"; empty for none. It is in no checkpoint. */
	struct bln_slice bullion;

	const struct bln_read_set *read; /* NULL: nothing was read */
	struct bln_clock *clock;
	struct bln_random
		*random; /* names the commit, so that it is known again: seeded by the system outside of tests */
};

struct bln_commit_result {
	int64_t version; /* with BLN_OK: the version made */
	int64_t time_ms; /* with BLN_OK: its commit time */
	int races; /* versions that others took first */
	enum bln_race race; /* with BLN_CONFLICT: what was in the way */
	int64_t other_version; /* with BLN_CONFLICT: the commit that was; -1 else */
	char other_operation[BLN_COMMIT_OPERATION_SIZE]; /* its operation, "" where it says none */
	int64_t other_txn_version; /* the highest that came with an application id of ours in what others wrote; -1: none */
	bool is_in_doubt; /* with a failure: the store did not say whether the commit was written, and it may still be */
};

/* Commits as the version after BASE, or, where others were faster and nothing is in the way, after theirs.
 *
 * An answer that got lost is looked for: a version that carries our commit's id is ours. So BLN_OK is returned for what is
 * in the log and only for that, once, whatever the store did in between; see is_in_doubt for the one thing that cannot be
 * known.
 *
 * BLN_CONFLICT: RESULT and ERR name the other commit; nothing was written: load again, plan again. BLN_INVALID: the actions
 * contradict each other or the table. BLN_UNSUPPORTED, BLN_DENIED: protocol.h. Else as the store failed. *RESULT (not NULL)
 * is always filled. */
BLN_MUST_CHECK enum bln_status bln_log_commit(const struct bln_snapshot *base, const struct bln_commit *commit,
					      struct bln_commit_result *result, struct bln_err *err);

/* The action that takes FILE out of its table; text is FILE's. */
struct bln_action bln_action_remove(const struct bln_add *file, int64_t deleted_ms, bool is_data_change);

#endif
