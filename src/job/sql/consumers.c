#include "job/sql/consumers.h"

#include "job/sql/sql.h"

static enum bln_status marker_take(const struct bln_consumers *consumers, const struct bln_job *job, int64_t *version,
				   struct bln_err *err)
{
	struct bln_snapshot *output = NULL;
	enum bln_status status;
	int64_t marker = -1;

	BLN_TRY(bln_lake_snapshot_if_any(consumers->context->lake, job->into, &output, err));
	if (output)
		BLN_TRY(sql_marker_find(output, job->name, consumers->table, &marker, err));
	if (marker >= 0 && (*version < 0 || marker < *version))
		*version = marker;
done:
	bln_snapshot_destroy(output);
	return status;
}

enum bln_status bln_consumers_keep(void *context, int64_t *version, struct bln_err *err)
{
	const struct bln_consumers *consumers = context;
	const struct bln_project *project = consumers->context->project;
	enum bln_status status = BLN_OK;

	*version = -1;
	for (size_t i = 0; i < project->job_count && status == BLN_OK; i++)
		if (project->jobs[i].kind == BLN_JOB_SQL && project->jobs[i].into)
			status = marker_take(consumers, &project->jobs[i], version, err);
	return status;
}
