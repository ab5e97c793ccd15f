/* Adding up actions, oldest first, until they are a table's state. Snapshots and checkpoints are made from it. */
#ifndef BLN_DELTA_REPLAY_H
#define BLN_DELTA_REPLAY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/status.h"
#include "delta/action.h"

/* A file that is there (ADD) or was removed. */
struct bln_replay_file {
	bool is_removed;
	union {
		struct bln_add add;
		struct bln_remove remove;
	};
};

/* { .arena = … } is empty. Text is the arena's. */
struct bln_replay {
	struct bln_arena *arena;
	struct bln_map file_index; /* file key → index in FILES */
	struct bln_replay_file *files;
	size_t file_count, file_capacity;
	struct bln_map txn_index;
	struct bln_txn *txns;
	size_t txn_count, txn_capacity;
	struct bln_map domain_index;
	struct bln_domain *domains;
	size_t domain_count, domain_capacity;
	struct bln_slice *sidecars; /* paths, as a V2 checkpoint names them */
	size_t sidecar_count, sidecar_capacity;
	bool has_protocol, has_metadata;
	struct bln_protocol protocol;
	struct bln_metadata metadata;
};

/* Adds one action. IS_KEPT: its text lives in the arena already, else what is kept of it is copied there. */
BLN_MUST_CHECK enum bln_status bln_replay_apply(struct bln_replay *replay, const struct bln_action *action, bool is_kept,
                                                struct bln_err *err);

/* Adds the lines of a commit (or compaction); WHAT names it in errors. */
BLN_MUST_CHECK enum bln_status bln_replay_lines(struct bln_replay *replay, const char *what, const char *bytes,
                                                size_t length, struct bln_err *err);

void bln_replay_clean_up(struct bln_replay *replay);

#endif
