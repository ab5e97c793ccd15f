#include "job/job.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "engine/macros.h"
#include "job/work.h"

static const struct kind {
	enum bln_status (*run)(struct bln_job_context *context, const struct bln_job *job,
			       struct bln_job_result *result, struct bln_err *err);
	/* bln_job_check, or NULL: nothing can be told beforehand */
	enum bln_status (*check)(const struct bln_job *job, const struct bln_expander *expander,
				 struct bln_clock *clock, struct bln_err *err);
} kinds[BLN_JOB_KINDS] = {
	[BLN_JOB_INGEST] = { bln_job_ingest, bln_job_ingest_check },
	[BLN_JOB_SQL] = { bln_job_sql, NULL },
	[BLN_JOB_COMMAND] = { bln_job_command, NULL },
};

static enum bln_status kind_check(const struct bln_job *job, struct bln_err *err)
{
	if (kinds[job->kind].run)
		return BLN_OK;
	return bln_err_set(err, BLN_UNSUPPORTED, "job %s: this version cannot run jobs of kind %s yet", job->name,
			   bln_job_kind_name(job->kind));
}

/* Whether the lake that JOB writes into can be opened and written to. */
static enum bln_status lake_check(const struct bln_expander *expander, struct bln_err *err)
{
	struct bln_store *store = NULL;
	enum bln_status status;
	const char *lake;

	BLN_TRY(bln_project_lake(expander, &lake, err));
	BLN_TRY(bln_store_open(lake, NULL, &store, err));
	status = bln_store_check_write(store, err);
done:
	bln_store_close(store);
	return status;
}

enum bln_status bln_job_check(const struct bln_job *job, const struct bln_expander *expander, struct bln_clock *clock,
			      struct bln_err *err)
{
	enum bln_status status = kind_check(job, err);

	if (status == BLN_OK && job->into)
		status = lake_check(expander, err);
	if (status == BLN_OK && kinds[job->kind].check)
		status = kinds[job->kind].check(job, expander, clock, err);
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "job %s", job->name);
}

enum bln_status bln_job_run(struct bln_job_context *context, const struct bln_job *job, struct bln_job_result *result,
			    struct bln_err *err)
{
	enum bln_status status;

	result->version = -1;
	result->table = job->into;
	status = kind_check(job, err);
	if (status != BLN_OK)
		return status;
	BLN_TRY(bln_work_open(context->project->folder, context->random, context->arena, &context->work, err));
	status = kinds[job->kind].run(context, job, result, err);
done:
	bln_engine_close(context->engine);
	context->engine = NULL;
	bln_work_close(context->spill);
	bln_work_close(context->work);
	context->spill = NULL;
	context->work = NULL;
	return status == BLN_OK ? BLN_OK : bln_err_where(err, status, "job %s", job->name);
}

/* The folder that the project wants the engine to spill into. What is ours in there has a folder of its own. */
static enum bln_status spill_open(struct bln_job_context *context, struct bln_err *err)
{
	const char *spill = context->project->settings.spill;
	const char *folder;

	if (!spill || context->spill)
		return BLN_OK;
	folder = spill[0] == '/'
			 ? bln_arena_printf(context->arena, "%s/bullion-spill", spill)
			 : bln_arena_printf(context->arena, "%s/%s/bullion-spill", context->project->folder, spill);
	return folder ? bln_work_open_in(folder, context->random, context->arena, &context->spill, err)
		      : bln_err_memory(err);
}

enum bln_status bln_job_engine(struct bln_job_context *context, struct bln_engine **engine, struct bln_err *err)
{
	const struct bln_project_settings *settings = &context->project->settings;
	struct bln_engine_settings wanted = { .memory_bytes = settings->memory_bytes,
					      .threads = (int)settings->threads,
					      .cancel = context->cancel };
	enum bln_status status = BLN_OK;

	if (!context->engine) {
		BLN_TRY(spill_open(context, err));
		wanted.spill_dir = context->spill ? context->spill->path : context->work->spill;
		BLN_TRY(bln_engine_open(&wanted, &context->engine, err));
		BLN_TRY(bln_engine_macros(context->engine, err));
	}
	*engine = context->engine;
done:
	return status;
}

void bln_job_progress(const struct bln_job_context *context, int64_t done, int64_t total, const char *unit,
		      const char *what)
{
	if (context->progress)
		context->progress(context->progress_context, done, total, unit, what);
}

void bln_job_result_clean_up(struct bln_job_result *result)
{
	bln_text_clean_up(&result->missed);
	bln_text_clean_up(&result->remarks);
}

static void add_lines(struct bln_text *text, const char *key, const struct bln_text *lines)
{
	bln_text_add_format(text, ",\"%s\":[", key);
	for (struct bln_slice rest = { lines->at, lines->length }, line; rest.length;) {
		bool is_first = rest.at == lines->at;

		line = bln_slice_cut(&rest, '\n');
		bln_text_add(text, is_first ? "" : ",");
		bln_json_add_string(text, line.at, line.length);
	}
	bln_text_add(text, "]");
}

void bln_job_result_add_json(const struct bln_job_result *result, struct bln_text *text)
{
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = {
		{ "version", result->version },
		{ "rows_in", result->rows_in },
		{ "rows_out", result->rows_out },
		{ "refused", result->refused },
		{ "units", result->units },
		{ "units_known", result->units_known },
		{ "files_added", result->files_added },
		{ "files_removed", result->files_removed },
		{ "bytes_added", result->bytes_added },
	};
	struct bln_slice table = bln_slice_of(result->table);

	bln_text_add(text, "{\"table\":");
	if (table.at)
		bln_json_add_string(text, table.at, table.length);
	else
		bln_text_add(text, "null");
	bln_text_add_format(text, ",\"idle\":%s,\"partial\":%s", result->is_idle ? "true" : "false",
			    result->is_partial ? "true" : "false");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		bln_text_add_format(text, ",\"%s\":%" PRId64, numbers[i].name, numbers[i].value);
	if (result->note) {
		bln_text_add(text, ",\"note\":");
		bln_json_add_string(text, result->note, strlen(result->note));
	}
	add_lines(text, "missed", &result->missed);
	add_lines(text, "remarks", &result->remarks);
	bln_text_add(text, "}");
}
