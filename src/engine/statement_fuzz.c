/* Arbitrary text as a statement. DuckDB's parser and what walks its tree must end without crashing, and nothing may be opened:
 * where files may not be read, the engine has no way to them either, and says so by failing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "engine/engine.h"
#include "engine/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bln_engine *engine; /* one for all: opening it takes longer than a hundred statements */

static void engine_end(void)
{
	bln_engine_close(engine);
}

static struct bln_engine *engine_get(void)
{
	const struct bln_engine_settings settings = { .memory_bytes = INT64_C(256) << 20, .threads = 1 };

	if (engine)
		return engine;
	if (bln_engine_open(&settings, &engine, NULL) != BLN_OK ||
	    bln_engine_exec(engine, "SET enable_external_access = false; SET lock_configuration = true", NULL) !=
		    BLN_OK)
		abort();
	atexit(engine_end);
	return engine;
}

/* What is found must be whole: names that are there, places within the text, predicates with columns. */
static void relations_check(const struct bln_relations *relations)
{
	for (size_t i = 0; i < relations->count; i++) {
		const struct bln_relation *relation = &relations->items[i];

		if (!relation->name || relation->kind >= BLN_RELATION_KINDS || relation->line < 0 ||
		    relation->column < 0)
			abort();
		for (size_t j = 0; j < relation->predicate_count; j++)
			if (!relation->predicates[j].column ||
			    (relation->predicates[j].value_count && !relation->predicates[j].values))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bln_statement_options options = { .may_read_files = size > 0 && data[0] % 2 == 1 };
	struct bln_relations relations = { 0 };
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	char *sql = malloc(size + 1);
	enum bln_status status;

	if (!sql)
		return 0;
	if (size > 0)
		memcpy(sql, data, size);
	sql[size] = '\0';
	status = bln_statement_analyse(engine_get(), sql, &options, &arena, &relations, &err);
	if (status == BLN_OK)
		relations_check(&relations);
	else if (err.message[0] == '\0' || status == BLN_BUG || status == BLN_CORRUPT)
		abort();
	bln_arena_clean_up(&arena);
	free(sql);
	return 0;
}
