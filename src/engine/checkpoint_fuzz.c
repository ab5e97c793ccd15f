/* Any bytes as a checkpoint's Parquet file, through the port. Corpus: tests/corpus/checkpoint. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/bln-checkpoint-fuzz-XXXXXX";
static char path[64];
static struct bln_parquet_lazy lazy;
static struct bln_store *store;

static void leave(void)
{
	bln_parquet_lazy_clean_up(&lazy);
	bln_store_close(store);
	unlink(path);
	rmdir(folder);
}

static void enter(void)
{
	if (!mkdtemp(folder) || bln_store_open(folder, NULL, &store, NULL) != BLN_OK)
		abort();
	snprintf(path, sizeof(path), "%s/c.parquet", folder);
	bln_parquet_lazy_init(&lazy, NULL);
	lazy.settings.threads = 1;
	atexit(leave);
}

/* Reads every byte that the action points to: a slice that leads astray is then seen by the sanitizer. */
static enum bln_status take(void *context, const struct bln_action *action, struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	if (action->kind <= BLN_ACTION_NONE || action->kind >= BLN_ACTIONS)
		abort();
	bln_action_format(action, &text);
	status = bln_text_check(&text, err);
	*(size_t *)context += text.length;
	bln_text_clean_up(&text);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = 0;
	const struct bln_action_sink sink = { .take = take, .context = &length };
	struct bln_err err = { 0 };
	enum bln_status status;
	FILE *file;

	if (!store)
		enter();
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
		abort();
	status = lazy.port.actions_read(lazy.port.context, store, "c.parquet", &sink, &err);
	/* Damage is corruption, whatever DuckDB calls it. */
	if (status != BLN_OK && status != BLN_CORRUPT && status != BLN_NO_MEMORY)
		abort();
	return 0;
}
