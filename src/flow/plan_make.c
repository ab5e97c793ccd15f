#include "flow/plan.h"

enum bln_status bln_plan_make(const struct bln_project *project, const char *name, struct bln_arena *arena,
			      struct bln_plan *plan, struct bln_err *err)
{
	const struct bln_workflow *workflow = bln_project_workflow(project, name);
	const struct bln_job *job = bln_project_job(project, name);
	const struct bln_quoted quoted = bln_quote(name, bln_slice_of(name).length);
	const char *nearest;

	if (workflow)
		return bln_plan_of_workflow(workflow, arena, plan, err);
	if (job)
		return bln_plan_of_job(job, arena, plan, err);
	nearest = bln_project_nearest(project, name);
	if (nearest)
		return bln_err_set(err, BLN_NOT_FOUND, "%s has no workflow or job %s; did you mean %s?", project->file,
				   quoted.text, nearest);
	return bln_err_set(err, BLN_NOT_FOUND, "%s has no workflow or job %s", project->file, quoted.text);
}
