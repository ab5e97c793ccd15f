/* Adding up actions, oldest first, until they are a table's state. Snapshots and checkpoints are made from it. */
#ifndef BLN_DELTA_REPLAY_H
#define BLN_DELTA_REPLAY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/status.h"
#include "delta/action.h"
#include "delta/log_read.h"

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
	struct bln_arena keys; /* of files, where they are not just their paths */
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
	int64_t in_commit_ms; /* what the newest commit says its time is; -1 when it says nothing */
};

/* Adds one action; what is kept of it is copied. */
BLN_MUST_CHECK enum bln_status bln_replay_apply(struct bln_replay *replay, const struct bln_action *action,
						struct bln_err *err);

/* Adds a commit (or compaction); REPLAY is a struct bln_replay, so that this is a bln_log_entry_take. */
BLN_MUST_CHECK enum bln_status bln_replay_entry(void *replay, const struct bln_log_entry *entry, struct bln_err *err);

void bln_replay_clean_up(struct bln_replay *replay);

#endif
