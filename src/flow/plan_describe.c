#include "flow/plan.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/quantity.h"

static void add_list(struct bln_text *text, const struct bln_setting_list *list, const char *between)
{
	for (size_t i = 0; i < list->count; i++)
		bln_text_add_format(text, "%s%s", i ? between : "", list->items[i]);
}

static void add_mode(struct bln_text *text, const struct bln_job *job)
{
	static const char *const modes[] = {
		[BLN_JOB_APPEND] = "append",
		[BLN_JOB_UPSERT] = "upsert",
		[BLN_JOB_REPLACE] = "replace",
		[BLN_JOB_OVERWRITE] = "overwrite",
		[BLN_JOB_OVERWRITE_PARTITIONS] = "overwrite partitions",
	};

	bln_text_add_format(text, " (%s", modes[job->mode]);
	if (job->key.count) {
		bln_text_add(text, " by ");
		add_list(text, &job->key, ", ");
	}
	bln_text_add(text, ")");
}

/* "ingest archive (kraken_archive) into bronze.cryptos" */
static void add_work(struct bln_text *text, const struct bln_job *job)
{
	bln_text_add(text, bln_job_kind_name(job->kind));
	if (job->kind == BLN_JOB_INGEST && job->source)
		bln_text_add_format(text, " from %s (%s)", job->source->name, job->source->kind);
	if (job->file)
		bln_text_add_format(text, " %s", job->file);
	if (job->argv.count > 0) {
		bln_text_add(text, " ");
		add_list(text, &job->argv, " ");
	}
	if (job->into)
		bln_text_add_format(text, " into %s", job->into);
	if (job->kind == BLN_JOB_SQL && job->into)
		add_mode(text, job);
}

static void add_states(struct bln_text *text, unsigned states)
{
	const char *between = "";

	for (int i = 0; i < BLN_RUN_STATES; i++) {
		if (!(states & (1u << i)))
			continue;
		bln_text_add_format(text, "%s%s", between, bln_run_state_name((enum bln_run_state)i));
		between = "|";
	}
}

static void add_conditions(struct bln_text *text, const struct bln_plan *plan, const struct bln_plan_action *action)
{
	if (action->conditions_count == 0) {
		bln_text_add(text, "at once");
		return;
	}
	bln_text_add(text, "after ");
	for (size_t i = 0; i < action->conditions_count; i++) {
		bln_text_add(text, i == 0 ? "" : action->is_any ? " or " : " and ");
		bln_text_add_format(text, "%s ", plan->actions[action->conditions[i].action].name);
		add_states(text, action->conditions[i].states);
	}
}

void bln_plan_describe(const struct bln_plan *plan, const struct bln_properties *properties, struct bln_text *text)
{
	bln_text_add_format(text, "%s: a %s of %zu %s\n", plan->name, bln_run_kind_name(plan->kind), plan->count,
			    plan->count == 1 ? "action" : "actions");
	for (size_t i = 0; properties && i < properties->count; i++)
		bln_text_add_format(text, "  %s = %s\n", properties->items[i].name, properties->items[i].text);
	for (size_t i = 0; i < plan->count; i++) {
		const struct bln_plan_action *action = &plan->actions[plan->order[i]];
		char timeout[BLN_QUANTITY_TEXT_SIZE];

		bln_text_add_format(text, "%3zu. %s: ", i + 1, action->name);
		if (action->step)
			bln_text_add_format(text, "job %s: ", action->job->name);
		add_work(text, action->job);
		bln_text_add(text, "\n     ");
		add_conditions(text, plan, action);
		if (action->job->timeout_us > 0) {
			bln_duration_format(action->job->timeout_us, timeout);
			bln_text_add_format(text, "; stopped after %s", timeout);
		}
		if (action->job->retries > 0)
			bln_text_add_format(text, "; tried again up to %" PRId64 "x", action->job->retries);
		bln_text_add(text, "\n");
	}
}

static void add_json_string(struct bln_text *text, const char *string)
{
	const struct bln_slice slice = bln_slice_of(string);

	bln_json_add_string(text, slice.at, slice.length);
}

static void add_json_conditions(struct bln_text *text, const struct bln_plan *plan,
				const struct bln_plan_action *action)
{
	bln_text_add_format(text, "{\"%s\":[", action->is_any ? "any" : "all");
	for (size_t i = 0; i < action->conditions_count; i++) {
		const char *between = "";

		bln_text_add(text, i ? ",{\"action\":" : "{\"action\":");
		add_json_string(text, plan->actions[action->conditions[i].action].name);
		bln_text_add(text, ",\"states\":[");
		for (int state = 0; state < BLN_RUN_STATES; state++) {
			if (!(action->conditions[i].states & (1u << state)))
				continue;
			bln_text_add_format(text, "%s\"%s\"", between, bln_run_state_name((enum bln_run_state)state));
			between = ",";
		}
		bln_text_add(text, "]}");
	}
	bln_text_add(text, "]}");
}

void bln_plan_describe_json(const struct bln_plan *plan, const struct bln_properties *properties, struct bln_text *text)
{
	static const struct bln_properties none;

	bln_text_add(text, "{\"name\":");
	add_json_string(text, plan->name);
	bln_text_add_format(text, ",\"kind\":\"%s\",\"properties\":", bln_run_kind_name(plan->kind));
	bln_properties_add_json(properties ? properties : &none, text);
	bln_text_add(text, ",\"actions\":[");
	for (size_t i = 0; i < plan->count; i++) {
		const struct bln_plan_action *action = &plan->actions[plan->order[i]];
		struct bln_text work = { 0 };

		bln_text_add(text, i ? ",{\"name\":" : "{\"name\":");
		add_json_string(text, action->name);
		bln_text_add(text, ",\"job\":");
		add_json_string(text, action->job->name);
		bln_text_add(text, ",\"work\":");
		add_work(&work, action->job);
		bln_json_add_string(text, work.at ? work.at : "", work.length);
		text->has_failed |= work.has_failed;
		bln_text_clean_up(&work);
		bln_text_add(text, ",\"after\":");
		add_json_conditions(text, plan, action);
		bln_text_add_format(text, ",\"timeout_us\":%" PRId64 ",\"retries\":%" PRId64 "}",
				    action->job->timeout_us, action->job->retries);
	}
	bln_text_add(text, "]}\n");
}
