/* Opening, settings, and running a statement to its end. Rows are read in rows.c. */
#include "engine/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "engine/engine_private.h"
#include "engine/scan_private.h"

static enum bln_status config_set(const struct bln_duckdb *db, duckdb_config config, const char *name,
				  const char *value, struct bln_err *err)
{
	if (db->set_config(config, name, value) == DuckDBError)
		return bln_err_set(err, BLN_INVALID, "DuckDB refuses %s = '%s'", name, value);
	return BLN_OK;
}

static enum bln_status config_fill(const struct bln_duckdb *db, duckdb_config config,
				   const struct bln_engine_settings *settings, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	char text[32];

	if (settings->memory_bytes > 0) {
		snprintf(text, sizeof(text), "%" PRId64 "B", settings->memory_bytes);
		BLN_TRY(config_set(db, config, "memory_limit", text, err));
	}
	if (settings->threads > 0) {
		snprintf(text, sizeof(text), "%d", settings->threads);
		BLN_TRY(config_set(db, config, "threads", text, err));
	}
	BLN_TRY(config_set(db, config, "temp_directory", settings->spill_dir ? settings->spill_dir : "", err));
	/* Nothing is fetched from anywhere, and the same statement gives the same rows everywhere. */
	BLN_TRY(config_set(db, config, "autoinstall_known_extensions", "false", err));
	BLN_TRY(config_set(db, config, "autoload_known_extensions", "false", err));
done:
	return status;
}

#ifdef __SANITIZE_THREAD__
char bln_handover_to_threads, bln_handover_back; /* only their addresses matter */
#endif

static int threads_of(const struct bln_engine_settings *settings)
{
	long threads = settings->threads > 0 ? settings->threads : sysconf(_SC_NPROCESSORS_ONLN);

	return threads < 1 ? 1 : threads < BLN_PARALLEL_THREADS_MAX ? (int)threads : BLN_PARALLEL_THREADS_MAX;
}

enum bln_status bln_engine_open(const struct bln_engine_settings *settings, struct bln_engine **out,
				struct bln_err *err)
{
	struct bln_engine *engine = bln_mem_calloc(1, sizeof(*engine));
	enum bln_status status;
	duckdb_config config = NULL;
	char *reason = NULL;

	*out = NULL;
	if (!engine)
		return bln_err_memory(err);
	engine->cancel = settings->cancel;
	engine->on_progress = settings->on_progress;
	engine->context = settings->context;
	engine->threads = threads_of(settings);
	BLN_TRY(bln_duckdb_load(&engine->db, err));
	if (engine->db.create_config(&config) == DuckDBError) {
		status = bln_err_memory(err);
		goto done;
	}
	BLN_TRY(config_fill(&engine->db, config, settings, err));
	if (engine->db.open_ext(NULL, &engine->database, config, &reason) == DuckDBError) {
		status = bln_err_set(err, BLN_INVALID, "cannot open DuckDB: %s", reason ? reason : "no reason given");
		goto done;
	}
	if (engine->db.connect(engine->database, &engine->connection) == DuckDBError) {
		status = bln_err_set(err, BLN_IO, "cannot connect to DuckDB");
		goto done;
	}
	BLN_TRY(bln_engine_exec(engine, "SET TimeZone = 'UTC'", err));
	if (engine->on_progress)
		BLN_TRY(bln_engine_exec(engine,
					"SET enable_progress_bar = true; SET enable_progress_bar_print = false; "
					"SET progress_bar_time = 0",
					err));
	*out = engine;
	engine = NULL;
done:
	if (reason)
		(*out ? *out : engine)->db.free(reason);
	if (config)
		(*out ? *out : engine)->db.destroy_config(&config);
	bln_engine_close(engine);
	return status;
}

void bln_engine_close(struct bln_engine *engine)
{
	if (!engine)
		return;
	if (engine->connection)
		engine->db.disconnect(&engine->connection);
	if (engine->database)
		engine->db.close(&engine->database);
	BLN_TAKE_BACK();
	bln_row_sources_destroy(engine->row_sources);
	bln_stage_numbers_destroy(engine->stage_numbers);
	bln_scan_slots_destroy(engine->scans);
	bln_duckdb_unload(&engine->db);
	bln_mem_free(engine);
}

/* What DuckDB says of Parquet that is none: found by reading 1,500 files with a few bytes altered. It mostly has no class of
 * errors for it, or one that stands for wrong SQL too. */
static bool is_damage(const char *message)
{
	static const char *const said[] = {
		"No magic bytes found", "Footer length error", "Failed to read file",	   "is likely corrupted",
		"Corrupted file?",	"TProtocolException",  "don't know what type",	   "invalid TType",
		"Out of buffer",	"bit width too large", "Variable-length int over",
	};

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (strstr(message, said[i]))
			return true;
	return false;
}

enum bln_status bln_engine_failed(struct bln_engine *engine, const char *message, struct bln_err *err)
{
	/* What DuckDB puts before the reason why a statement failed that had begun. */
	static const char late[] =
		"Invalid Input Error: Attempting to execute an unsuccessful or closed pending query result\n"
		"Error: ";
	enum bln_status failed = bln_row_sources_take_error(engine, err);
	enum bln_status status = bln_cancel_check(engine->cancel, err);

	if (status != BLN_OK)
		return status;
	if (failed != BLN_OK)
		return failed;
	if (!message)
		message = "DuckDB gives no reason";
	if (strncmp(message, late, sizeof(late) - 1) == 0)
		message += sizeof(late) - 1;
	if (strstr(message, "Out of Memory")) /* what follows is advice for people who can set DuckDB's own settings */
		return bln_err_set(err, BLN_NO_MEMORY,
				   "%.*s: `memory` in the settings of bullion.yaml says how much it may be",
				   (int)strcspn(message, "\n"), message);
	if (bln_scan_misfit(engine, message, err))
		return BLN_CORRUPT;
	if (is_damage(message))
		return bln_err_set(err, BLN_CORRUPT, "a data file is damaged: %s", message);
	if (strncmp(message, "IO Error", 8) == 0)
		return bln_err_set(err, BLN_IO, "%s", message);
	return bln_err_set(err, BLN_INVALID, "%s", message);
}

enum bln_status bln_engine_check(struct bln_engine *engine, const char *sql, struct bln_err *err)
{
	duckdb_prepared_statement prepared = NULL;
	enum bln_status status = BLN_OK;

	BLN_HAND_TO_THREADS();
	if (engine->db.prepare(engine->connection, sql, &prepared) == DuckDBError)
		status = bln_engine_failed(engine, engine->db.prepare_error(prepared), err);
	engine->db.destroy_prepare(&prepared);
	BLN_TAKE_BACK();
	return status;
}

/* Works on the pending statement task by task. Interrupts it once when we are asked to stop; it then ends by itself. */
static void pending_work(struct bln_engine *engine, duckdb_pending_result pending)
{
	const struct bln_duckdb *db = &engine->db;
	bool is_interrupted = false;
	double told = -1;

	for (;;) {
		duckdb_pending_state state = db->pending_execute_task(pending);

		if (state == DUCKDB_PENDING_ERROR || db->pending_execution_is_finished(state))
			return;
		if (!is_interrupted && bln_cancel_check(engine->cancel, NULL) != BLN_OK) {
			db->interrupt(engine->connection);
			is_interrupted = true;
		}
		if (engine->on_progress) {
			double percent = db->query_progress(engine->connection).percentage;

			if (percent >= told + 1) {
				engine->on_progress(engine->context, percent);
				told = percent;
			}
		}
		if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) /* DuckDB's own threads have them all */
			bln_clock_sleep_us(bln_clock_system(), 200);
	}
}

enum bln_status bln_engine_run(struct bln_engine *engine, const char *sql, bool is_streaming, duckdb_result *result,
			       struct bln_err *err)
{
	const struct bln_duckdb *db = &engine->db;
	duckdb_prepared_statement prepared = NULL;
	duckdb_pending_result pending = NULL;
	enum bln_status status;

	memset(result, 0, sizeof(*result));
	bln_row_sources_take_error(engine, NULL);
	BLN_TRY(bln_cancel_check(engine->cancel, err));
	BLN_HAND_TO_THREADS();
	if (db->prepare(engine->connection, sql, &prepared) == DuckDBError) {
		status = bln_engine_failed(engine, db->prepare_error(prepared), err);
		goto done;
	}
	if ((is_streaming ? db->pending_prepared_streaming : db->pending_prepared)(prepared, &pending) == DuckDBError) {
		status = bln_engine_failed(engine, db->pending_error(pending), err);
		goto done;
	}
	pending_work(engine, pending);
	if (db->execute_pending(pending, result) == DuckDBError) {
		status = bln_engine_failed(engine, db->result_error(result), err);
		db->destroy_result(result);
	}
done:
	if (pending)
		db->destroy_pending(&pending);
	if (prepared)
		db->destroy_prepare(&prepared);
	BLN_TAKE_BACK();
	return status;
}
