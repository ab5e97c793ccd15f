/* Which columns of a checkpoint's file are read: its own are held against the table of checkpoint_columns.h. What is there and fits
 * is selected, leaf by leaf, what is there and does not fit is corruption, what is absent has its default.
 *
 * Inside src/engine only. */
#ifndef BLN_ENGINE_CHECKPOINT_SELECT_H
#define BLN_ENGINE_CHECKPOINT_SELECT_H

#include "engine/checkpoint_columns.h"
#include "engine/engine.h"

/* What is read of a file: a statement, and where in its rows the columns of checkpoint_columns.h stand. */
struct bln_checkpoint_selection {
	struct bln_text sql; /* to be cleaned up */
	bool has_action[BLN_ACTIONS]; /* there is a top-level column for it */
	bool is_selected[BLN_CHECKPOINT_COLUMNS_MAX];
	size_t position[BLN_CHECKPOINT_COLUMNS_MAX]; /* among the statement's columns */
	size_t count;
};

/* Fills OUT, which is { 0 }, for the file at PATH, on the disk. BLN_CORRUPT names a column that is missing or does not fit, or says
 * that the file is no checkpoint. */
BLN_MUST_CHECK enum bln_status bln_checkpoint_select(struct bln_engine *engine, const char *path,
						     struct bln_checkpoint_selection *out, struct bln_err *err);

/* What DuckDB says while it reads a damaged file depends on the damage: all of it means that the file is no checkpoint. Returns
 * STATUS as that, and sets it in ERR (may be NULL). */
enum bln_status bln_checkpoint_corrupt(enum bln_status status, struct bln_err *err);

#endif
