/* What the files of the checkpoint port share: its two operations, each in a file. */
#ifndef BLN_ENGINE_CHECKPOINT_PRIVATE_H
#define BLN_ENGINE_CHECKPOINT_PRIVATE_H

#include "delta/parquet.h"
#include "engine/engine.h"

/* actions_read and actions_write of the port, with the engine for their context. */
BLN_MUST_CHECK enum bln_status bln_checkpoint_read(void *context, struct bln_store *store, const char *key,
						   const struct bln_action_sink *sink, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_checkpoint_write(void *context, const char *json_path, const char *parquet_path,
						    struct bln_err *err);

#endif
