/* The port through which delta/ reads and writes Parquet: checkpoints hold actions in that format, and the engine knows it. */
#ifndef BLN_DELTA_PARQUET_H
#define BLN_DELTA_PARQUET_H

#include "base/status.h"
#include "delta/action.h"
#include "store/store.h"

/* Takes one action; what the action points to is gone when this returns. */
struct bln_action_sink {
	enum bln_status (*take)(void *context, const struct bln_action *action, struct bln_err *err);
	void *context;
};

struct bln_parquet {
	void *context;

	/* Gives SINK every action of the Parquet file KEY, a checkpoint, a part of one, or a sidecar. BLN_CORRUPT where the
	 * file is not what a checkpoint must be; a status of SINK ends the reading and is returned. */
	enum bln_status (*actions_read)(void *context, struct bln_store *store, const char *key,
					const struct bln_action_sink *sink, struct bln_err *err);

	/* Writes the actions in the file JSON_PATH, a line each as in a commit, as a checkpoint to PARQUET_PATH, both on
	 * the local disk. */
	enum bln_status (*actions_write)(void *context, const char *json_path, const char *parquet_path,
					 struct bln_err *err);
};

#endif
