/* The names of the files in _delta_log (protocol, "Delta Log Entries", "Checkpoints", "Log Compaction Files"). */
#ifndef BLN_DELTA_LOG_NAME_H
#define BLN_DELTA_LOG_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum bln_log_kind {
	BLN_LOG_OTHER, /* nothing we know: passed over */
	BLN_LOG_COMMIT, /* N.json */
	BLN_LOG_COMPACTION, /* N.M.compacted.json: the commits N to M in one */
	BLN_LOG_CHECKPOINT, /* N.checkpoint.parquet */
	BLN_LOG_CHECKPOINT_PART, /* N.checkpoint.I.OF.parquet */
	BLN_LOG_CHECKPOINT_V2, /* N.checkpoint.UUID.parquet */
	BLN_LOG_CHECKPOINT_V2_JSON, /* N.checkpoint.UUID.json */
};

struct bln_log_name {
	enum bln_log_kind kind;
	int64_t version;
	int64_t version_to; /* of a compaction; else VERSION */
	int part, parts; /* of a part, from 1 */
};

#define BLN_LOG_FOLDER "_delta_log"
#define BLN_LAST_CHECKPOINT "_last_checkpoint"
#define BLN_SIDECAR_FOLDER "_sidecars"

enum { BLN_LOG_NAME_SIZE = 96 };

/* Reads the last segment of a key. */
struct bln_log_name bln_log_name_parse(struct bln_slice name);

/* Writes "00000000000000000007.json" and so on; NAME's kind is one of those without a UUID. */
void bln_log_name_format(const struct bln_log_name *name, char text[static BLN_LOG_NAME_SIZE]);

#endif
