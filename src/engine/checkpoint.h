/* DuckDB behind the port through which src/delta reads and writes checkpoints (delta/parquet.h).
 *
 * A checkpoint is outside input: Spark, delta-rs and others write it, each with columns of its own. What is read is picked
 * by name (checkpoint_columns.c, a table); what a column must be and is not gives BLN_CORRUPT naming the column. The caller
 * names the file. */
#ifndef BLN_ENGINE_CHECKPOINT_H
#define BLN_ENGINE_CHECKPOINT_H

#include "delta/parquet.h"
#include "engine/engine.h"

/* A port that opens an engine of its own when it is first asked for something: commands that meet no checkpoint never load
 * DuckDB. Must not move while PORT is in use. */
struct bln_parquet_lazy {
	struct bln_parquet port; /* to be passed to src/delta */
	struct bln_engine_settings settings;
	struct bln_engine *engine; /* NULL until it is needed */
};

/* Small memory, two threads, no spilling. CANCEL may be NULL and must outlive LAZY. */
void bln_parquet_lazy_init(struct bln_parquet_lazy *lazy, struct bln_cancel *cancel);
void bln_parquet_lazy_clean_up(struct bln_parquet_lazy *lazy);

#endif
