/* The port, which waits with loading DuckDB until it is needed. */
#include "engine/checkpoint.h"

#include "engine/checkpoint_private.h"

#define LAZY_MEMORY_BYTES (INT64_C(512) << 20)
enum { LAZY_THREADS = 2 };

static enum bln_status lazy_open(struct bln_parquet_lazy *lazy, struct bln_err *err)
{
	return lazy->engine ? BLN_OK : bln_engine_open(&lazy->settings, &lazy->engine, err);
}

static enum bln_status lazy_read(void *context, struct bln_store *store, const char *key,
				 const struct bln_action_sink *sink, struct bln_err *err)
{
	struct bln_parquet_lazy *lazy = context;
	enum bln_status status;

	BLN_TRY(lazy_open(lazy, err));
	BLN_TRY(bln_checkpoint_read(lazy->engine, store, key, sink, err));
done:
	return status;
}

static enum bln_status lazy_write(void *context, const char *json_path, const char *parquet_path, struct bln_err *err)
{
	struct bln_parquet_lazy *lazy = context;
	enum bln_status status;

	BLN_TRY(lazy_open(lazy, err));
	BLN_TRY(bln_checkpoint_write(lazy->engine, json_path, parquet_path, err));
done:
	return status;
}

void bln_parquet_lazy_init(struct bln_parquet_lazy *lazy, struct bln_cancel *cancel)
{
	*lazy = (struct bln_parquet_lazy){
		.port = { .context = lazy, .actions_read = lazy_read, .actions_write = lazy_write },
		.settings = {
			.memory_bytes = LAZY_MEMORY_BYTES,
			.threads = LAZY_THREADS,
			.cancel = cancel,
		},
	};
}

void bln_parquet_lazy_clean_up(struct bln_parquet_lazy *lazy)
{
	bln_engine_close(lazy->engine);
	lazy->engine = NULL;
}
