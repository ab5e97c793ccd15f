#include "flow/run_properties.h"

#include <string.h>

#include "base/json.h"

enum bln_status bln_run_properties_of(const struct bln_properties *project, const struct bln_plan *plan,
				      const struct bln_plan_action *action, const struct bln_properties *given,
				      struct bln_arena *arena, struct bln_properties *out, struct bln_err *err)
{
	const struct bln_properties *const layers[] = {
		project,
		action ? &action->job->properties : NULL,
		plan->workflow ? &plan->workflow->properties : NULL,
		action && action->step ? &action->step->properties : NULL,
		given,
	};
	enum bln_status status = BLN_OK;

	*out = (struct bln_properties){ 0 };
	for (size_t i = 0; status == BLN_OK && i < sizeof(layers) / sizeof(layers[0]); i++)
		if (layers[i])
			status = bln_properties_override(out, layers[i], arena, err);
	return status;
}

static enum bln_status secret_check(const struct bln_property *property, const struct bln_secrets *secrets,
				    struct bln_err *err)
{
	struct bln_text copy = { 0 };
	enum bln_status status;
	size_t length;

	bln_text_add(&copy, property->text);
	bln_text_add_bytes(&copy, "", 1); /* so that no beginning of a secret ends it by chance */
	status = bln_text_check(&copy, err);
	length = status == BLN_OK ? bln_secrets_mask(secrets, copy.at, copy.length) : 0;
	if (status == BLN_OK && length != copy.length)
		status = bln_err_set(
			err, BLN_INVALID,
			"the property '%s' holds a secret, and properties are recorded: let bullion.yaml say "
			"%s: ${env:VARIABLE}",
			property->name, property->name);
	bln_text_clean_up(&copy);
	return status;
}

enum bln_status bln_run_properties_format(const struct bln_properties *properties, bool is_full,
					  const struct bln_secrets *secrets, struct bln_text *text, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < properties->count; i++)
		status = secret_check(&properties->items[i], secrets, err);
	if (status != BLN_OK)
		return status;
	bln_properties_add_json(properties, text);
	if (is_full && !text->has_failed) {
		text->length--; /* the bracket */
		bln_text_add(text,
			     properties->count > 0 ? ",\"" BLN_RUN_FULL "\":true}" : "\"" BLN_RUN_FULL "\":true}");
	}
	return bln_text_check(text, err);
}

static enum bln_status member_take(const char *key, const json_t *value, struct bln_arena *arena,
				   struct bln_properties *out, struct bln_err *err)
{
	struct bln_property property = { 0 };

	if (!json_is_string(value))
		return bln_err_set(err, BLN_CORRUPT, "the recorded property '%s' is not a text",
				   bln_quote(key, strlen(key)).text);
	property.name = bln_arena_strdup(arena, key);
	property.text = bln_arena_strndup(arena, json_string_value(value), json_string_length(value));
	if (!property.name || !property.text)
		return bln_err_memory(err);
	return bln_properties_set(out, property, arena, err);
}

enum bln_status bln_run_properties_parse(struct bln_slice json, struct bln_arena *arena, struct bln_properties *out,
					 bool *is_full, struct bln_err *err)
{
	json_t *object = NULL;
	json_t *value;
	const char *key;
	enum bln_status status;

	*out = (struct bln_properties){ 0 };
	*is_full = false;
	BLN_TRY(bln_json_parse(json.at, json.length, "the run's properties", &object, err));
	if (!json_is_object(object)) {
		status = bln_err_set(err, BLN_CORRUPT, "the run's properties are not a JSON object");
		goto done;
	}
	json_object_foreach(object, key, value)
	{
		if (strcmp(key, BLN_RUN_FULL) == 0)
			*is_full = json_is_true(value);
		else
			BLN_TRY(member_take(key, value, arena, out, err));
	}
done:
	json_decref(object);
	return status;
}

static void place_from(const struct bln_properties *written, struct bln_property *property)
{
	const struct bln_property *same = bln_properties_find(written, property->name);

	if (same && property->place.line == 0 && strcmp(same->text, property->text) == 0)
		property->place = same->place;
}

void bln_run_properties_place(const struct bln_project *project, struct bln_properties *properties)
{
	for (size_t i = 0; i < properties->count; i++) {
		struct bln_property *property = &properties->items[i];

		place_from(&project->properties, property);
		for (size_t j = 0; j < project->job_count; j++)
			place_from(&project->jobs[j].properties, property);
		for (size_t w = 0; w < project->workflow_count; w++) {
			const struct bln_workflow *workflow = &project->workflows[w];

			place_from(&workflow->properties, property);
			for (size_t j = 0; j < workflow->step_count; j++)
				place_from(&workflow->steps[j].properties, property);
		}
	}
}
