/* A table at one version: what its log adds up to (protocol, "Action Reconciliation").
 *
 * Loading reads a checkpoint, if there is one, and the commits after it, refuses what this program does not read
 * (protocol.h) and fills the struct below; nothing in it is lazy, so that a reader never sees two versions. */
#ifndef BLN_DELTA_SNAPSHOT_H
#define BLN_DELTA_SNAPSHOT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/status.h"
#include "delta/action.h"
#include "delta/parquet.h"
#include "delta/protocol.h"
#include "delta/schema.h"
#include "delta/segment.h"

struct bln_snapshot {
	struct bln_arena arena; /* owns everything below */
	struct bln_table table; /* the store must outlive the snapshot; the prefix and the name are the arena's */
	int64_t version;
	int64_t checkpoint_version; /* the checkpoint it was read from, -1 for none */
	int64_t modified_us; /* when the last commit's file was written, as the store says */
	int64_t in_commit_ms; /* when it was committed by its own account, where commits must give one
	                             * (bln_protocol_has_commit_timestamps); else -1 */
	struct bln_protocol protocol;
	struct bln_metadata metadata;
	struct bln_schema schema;
	enum bln_mapping_mode mapping;
	const struct bln_add *files; /* what the table consists of, in the order in which it was added */
	size_t file_count;
	const struct bln_remove *tombstones; /* what it no longer consists of, as far as the log still says */
	size_t tombstone_count;
	const struct bln_txn *txns;
	size_t txn_count;
	const struct bln_domain *domains;
	size_t domain_count;
};

/* Loads VERSION (BLN_VERSION_LATEST: the newest). PARQUET reads checkpoints; it is not asked where there is none.
 * A checkpoint that cannot be read is passed over for an older one, or for the commits, where those still reach back.
 *
 * BLN_NOT_FOUND: no table; where a VERSION was asked for, also: no such one, or its history is gone. BLN_UNSUPPORTED: a
 * feature, named. BLN_CORRUPT: the log is damaged. */
BLN_MUST_CHECK enum bln_status bln_snapshot_load(const struct bln_table *table, int64_t version,
						 const struct bln_parquet *parquet, struct bln_snapshot **snapshot,
						 struct bln_err *err);

void bln_snapshot_destroy(struct bln_snapshot *snapshot);

/* The version of the newest commit with this application's id, or -1. */
int64_t bln_snapshot_txn(const struct bln_snapshot *snapshot, const char *app_id);

/* The key of a file in a map of files: its path and, when rows of it are deleted, which vector says so. In ARENA. */
BLN_MUST_CHECK enum bln_status bln_file_key(struct bln_slice path, const struct bln_dv_ref *dv, struct bln_arena *arena,
					    struct bln_slice *key, struct bln_err *err);

#endif
