/* What an ingest job reads, and what of it: the settings of its source and the properties of the run. */
#include "job/ingest/ingest.h"

#include <string.h>

#include "catalog/standard.h"
#include "project/expand.h"

enum { FREQUENCIES_MAX = 64 };

static bool setting_is_secret(const struct bln_source_ops *ops, const char *name)
{
	for (size_t i = 0; i < ops->setting_count; i++)
		if (strcmp(ops->settings[i].name, name) == 0)
			return ops->settings[i].is_secret;
	return false;
}

static enum bln_status value_expand(const struct bln_expander *expander, const struct bln_source_ops *ops,
				    const struct bln_entry *entry, struct bln_source_value *value, struct bln_err *err)
{
	const struct bln_node *node = entry->value;
	bool is_secret = setting_is_secret(ops, entry->key);
	enum bln_status status = BLN_OK;
	struct bln_slice *items;
	const char *text;

	*value = (struct bln_source_value){ .name = bln_slice_of(entry->key) };
	if (node->type == BLN_NODE_LIST) {
		items = bln_arena_calloc(expander->arena, node->count + 1, sizeof(*items));
		if (!items)
			return bln_err_memory(err);
		for (size_t i = 0; i < node->count; i++) {
			if (node->items[i]->type != BLN_NODE_TEXT)
				return bln_err_set(err, BLN_INVALID, "%s: a list of texts is wanted", entry->key);
			BLN_TRY(bln_expand(expander, node->items[i]->text, entry->key, node->items[i]->place, is_secret,
					   &text, err));
			items[i] = bln_slice_of(text);
		}
		value->items = items;
		value->count = node->count;
	} else {
		BLN_TRY(bln_expand(expander, node->text ? node->text : "", entry->key, node->place, is_secret, &text,
				   err));
		value->text = bln_slice_of(text);
	}
done:
	return status;
}

static enum bln_status source_open(const struct bln_project_source *wanted, const struct bln_expander *expander,
				   struct bln_clock *clock, struct bln_source **source, const char **venue,
				   struct bln_err *err)
{
	const struct bln_project *project = expander->project;
	const struct bln_node *map = wanted->settings;
	struct bln_source_value *values = bln_arena_calloc(expander->arena, map->count + 1, sizeof(*values));
	const struct bln_source_ops *ops;
	enum bln_status status;
	size_t count = 0;

	if (!values)
		return bln_err_memory(err);
	status = bln_source_find(bln_slice_of(wanted->kind), &ops, err);
	if (status != BLN_OK) { /* the file's fault, also where a later version reads it: nothing to try again */
		if (err)
			err->status = BLN_INVALID;
		return bln_project_where(project, wanted->place, err, BLN_INVALID);
	}
	*venue = ops->venue;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->entries[i].key, "kind") != 0)
			BLN_TRY(value_expand(expander, ops, &map->entries[i], &values[count++], err));
	status = bln_source_open(ops, project->folder, values, count, clock, source, err);
	if (status == BLN_INVALID)
		status = bln_project_where(project, wanted->place, err, status);
done:
	return status;
}

/* A run property: NULL where it is not set, empty, or "all". */
static enum bln_status property_get(const struct bln_expander *expander, enum bln_ingest_property wanted,
				    const char **out, struct bln_err *err)
{
	const struct bln_property *property =
		bln_properties_find(expander->properties, bln_ingest_property_name(wanted));
	enum bln_status status;

	*out = NULL;
	if (!property)
		return BLN_OK;
	status = bln_expand_property(expander, property, out, err);
	if (status == BLN_OK && (**out == '\0' || strcmp(*out, "all") == 0))
		*out = NULL;
	return status;
}

static enum bln_status list_split(struct bln_arena *arena, const char *text, struct bln_setting_list *out,
				  struct bln_err *err)
{
	struct bln_slice rest = bln_slice_of(text);
	const char **items = bln_arena_calloc(arena, rest.length / 2 + 2, sizeof(*items));

	if (!items)
		return bln_err_memory(err);
	while (rest.length) {
		struct bln_slice item = bln_slice_cut(&rest, ',');

		for (; item.length && item.at[0] == ' '; item.at++)
			item.length--;
		while (item.length && item.at[item.length - 1] == ' ')
			item.length--;
		if (item.length && !(items[out->count++] = bln_arena_strndup(arena, item.at, item.length)))
			return bln_err_memory(err);
	}
	out->items = items;
	return BLN_OK;
}

static enum bln_status filter_make(const struct bln_expander *expander, struct bln_source_filter *filter,
				   struct bln_err *err)
{
	struct bln_arena *arena = expander->arena;
	struct bln_setting_list names = { 0 };
	struct bln_frequency *frequencies;
	enum bln_status status;
	const char *text;

	BLN_TRY(property_get(expander, BLN_INGEST_SYMBOLS, &text, err));
	if (text)
		BLN_TRY(list_split(arena, text, &filter->symbols, err));
	BLN_TRY(property_get(expander, BLN_INGEST_BASE, &filter->base, err));
	BLN_TRY(property_get(expander, BLN_INGEST_FREQ, &text, err));
	if (text)
		BLN_TRY(list_split(arena, text, &names, err));
	if (names.count > FREQUENCIES_MAX)
		return bln_err_set(err, BLN_INVALID, "freq names more than %d frequencies", FREQUENCIES_MAX);
	frequencies = bln_arena_calloc(arena, names.count + 1, sizeof(*frequencies));
	if (!frequencies)
		return bln_err_memory(err);
	for (size_t i = 0; i < names.count; i++) {
		status = bln_frequency_parse(names.items[i], strlen(names.items[i]), &frequencies[i], err);
		if (status != BLN_OK)
			return bln_err_where(err, status, "the property freq");
	}
	filter->frequencies = names.count ? frequencies : NULL;
	filter->frequency_count = names.count;
done:
	return status;
}

static enum bln_status into_check(const struct bln_job *job, const struct bln_project *project, struct bln_err *err)
{
	const struct bln_entry *entry = bln_node_find(job->node, "into");
	enum bln_status status = bln_standard_check_received(job->into, err);

	if (status != BLN_OK) {
		status = bln_err_where(err, status, "into");
		status = bln_project_where(project, entry ? entry->value->place : job->place, err, status);
	}
	return status;
}

enum bln_status ingest_source_open(const struct bln_job *job, const struct bln_expander *expander,
				   struct bln_clock *clock, struct bln_source **source,
				   struct bln_source_filter *filter, const char **venue, struct bln_err *err)
{
	enum bln_status status;

	BLN_TRY(into_check(job, expander->project, err));
	BLN_TRY(source_open(job->source, expander, clock, source, venue, err));
	status = filter_make(expander, filter, err);
done:
	return status;
}

enum bln_status bln_job_ingest_check(const struct bln_job *job, const struct bln_expander *expander,
				     struct bln_clock *clock, struct bln_err *err)
{
	struct bln_source_filter filter = { 0 };
	struct bln_source *source = NULL;
	enum bln_status status;
	const char *venue;

	BLN_TRY(ingest_source_open(job, expander, clock, &source, &filter, &venue, err));
	status = bln_source_check(source, &filter, err);
done:
	bln_source_close(source);
	return status;
}
