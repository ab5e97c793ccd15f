/* Writing checkpoints: a version's state in one Parquet file, so that readers need not read every commit (protocol,
 * "Checkpoints"). Reading them: snapshot.h.
 *
 * Written is the classic kind, one file under a name that follows from the version: two writers of the same checkpoint write
 * the same content, and the last one wins. Tables with V2 checkpoints may have classic ones too. */
#ifndef BLN_DELTA_CHECKPOINT_H
#define BLN_DELTA_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/random.h"
#include "delta/parquet.h"
#include "delta/snapshot.h"

struct bln_checkpoint_spec {
	const struct bln_parquet *parquet;
	const char *staging; /* a folder on the local disk, which is there; nothing is left in it */
	struct bln_clock *clock; /* which tombstones are still needed */
	struct bln_random *random; /* names of staged files */
};

struct bln_checkpoint_written {
	int64_t actions;
	int64_t files; /* of the table, among the actions */
	int64_t size_bytes;
};

/* Whether VERSION is one to write a checkpoint at: every tenth, or as delta.checkpointInterval says. */
bool bln_checkpoint_is_due(const struct bln_metadata *metadata, int64_t version);

/* Writes the checkpoint of SNAPSHOT's version, then _last_checkpoint, unless that names a later one. *WRITTEN may be NULL.
 *
 * BLN_UNSUPPORTED, nothing written: the table has a feature or property of which a checkpoint of ours would lose something.
 * Any failure leaves the table as good as it was: a checkpoint is never needed. */
BLN_MUST_CHECK enum bln_status bln_log_checkpoint(const struct bln_snapshot *snapshot,
						  const struct bln_checkpoint_spec *spec,
						  struct bln_checkpoint_written *written, struct bln_err *err);

/* The version that _last_checkpoint names; -1 where it is absent or says nothing that can be understood. */
BLN_MUST_CHECK enum bln_status bln_last_checkpoint_read(const struct bln_table *table, int64_t *version,
							struct bln_err *err);

#endif
