/* Statements side by side: each on a connection of its own to the engine's database, whose threads and memory they share. */
#include "base/mem.h"
#include "base/parallel.h"
#include "engine/engine_private.h"

struct queries {
	struct bln_engine *engine;
	const char *const *sql;
	struct bln_rows **rows;
};

/* The rows are held by the time the connection goes, and from then on the engine's. */
static enum bln_status query_one(void *context, size_t index, struct bln_err *err)
{
	const struct queries *queries = context;
	struct bln_engine beside = { .db = queries->engine->db, .cancel = queries->engine->cancel };
	enum bln_status status;

	if (beside.db.connect(queries->engine->database, &beside.connection) == DuckDBError)
		return bln_err_set(err, BLN_IO, "cannot connect to DuckDB");
	BLN_TRY(bln_engine_exec(&beside, "SET TimeZone = 'UTC'", err));
	BLN_TRY(bln_engine_query_held(&beside, queries->sql[index], &queries->rows[index], err));
	queries->rows[index]->engine = queries->engine;
done:
	beside.db.disconnect(&beside.connection);
	return status;
}

enum bln_status bln_engine_query_all(struct bln_engine *engine, const char *const *sql, size_t count,
				     struct bln_rows **rows, struct bln_err *err)
{
	struct queries queries = { .engine = engine, .sql = sql, .rows = rows };

	for (size_t i = 0; i < count; i++)
		rows[i] = NULL;
	return bln_parallel_run(count, engine->threads, query_one, &queries, err);
}
