/* The job kind `command`: a user's program, in the project's folder, with the run's properties in its environment as
 * BULLION_PROPERTY_NAME (capitals, '-' as '_'). What it writes goes to the run's log. */
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/mem.h"
#include "job/job.h"

#define POLL_US (20 * INT64_C(1000))
#define GRACE_US (5 * INT64_C(1000000))

static enum bln_status env_make(struct bln_job_context *context, const char ***out, struct bln_err *err)
{
	const struct bln_properties *properties = context->expander->properties;
	size_t count = properties ? properties->count : 0;
	const char **env = bln_arena_calloc(context->arena, count + 2, sizeof(*env));
	enum bln_status status = BLN_OK;

	if (!env)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct bln_property *property = &properties->items[i];
		const char *value;
		char *entry;

		BLN_TRY(bln_expand_property(context->expander, property, &value, err));
		entry = bln_arena_printf(context->arena, "BULLION_PROPERTY_%s=%s", property->name, value);
		if (!entry)
			return bln_err_memory(err);
		for (char *c = entry; *c != '='; c++)
			*c = (char)(*c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
		env[i] = entry;
	}
	env[count] = bln_arena_printf(context->arena, "BULLION_PROJECT=%s", context->project->folder);
	if (!env[count])
		return bln_err_memory(err);
	*out = env;
done:
	return status;
}

static enum bln_status argv_make(struct bln_job_context *context, const struct bln_job *job, const char ***out,
				 struct bln_err *err)
{
	const char **argv = bln_arena_calloc(context->arena, job->argv.count + 2, sizeof(*argv));
	enum bln_status status = BLN_OK;

	if (!argv)
		return bln_err_memory(err);
	if (job->file)
		argv[0] = bln_arena_printf(context->arena, "%s/%s", context->project->folder, job->file);
	if (job->file && !argv[0])
		return bln_err_memory(err);
	for (size_t i = 0; i < job->argv.count; i++)
		BLN_TRY(bln_expand(context->expander, job->argv.items[i], "argv", job->place, false, &argv[i], err));
	*out = argv;
done:
	return status;
}

enum bln_status bln_job_command(struct bln_job_context *context, const struct bln_job *job,
				struct bln_job_result *result, struct bln_err *err)
{
	const int to_log = STDERR_FILENO;
	const char **argv = NULL;
	const char **env = NULL;
	struct bln_child_start start = { .cwd = context->project->folder, .out = &to_log, .err = &to_log };
	struct bln_child child = { 0 };
	struct bln_child_end end;
	enum bln_status status;

	(void)result;
	BLN_TRY(argv_make(context, job, &argv, err));
	BLN_TRY(env_make(context, &env, err));
	start.argv = argv;
	start.env = env;
	BLN_TRY(bln_child_start(&start, &child, err));
	while (!bln_child_has_ended(&child, &end)) {
		status = bln_cancel_check(context->cancel, err);
		if (status != BLN_OK) {
			bln_child_stop(&child, context->clock, GRACE_US, &end);
			goto done;
		}
		bln_clock_sleep_us(context->clock, POLL_US);
	}
	if (end.is_signal || end.code != 0)
		status = bln_err_set(err, BLN_IO, "%s %s %s: `bullion runs logs` shows what it said", argv[0],
				     end.is_signal ? "was" : "ended with", bln_child_end_text(&end).text);
done:
	return status;
}
