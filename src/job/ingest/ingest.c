/* The job kind `ingest`: what a source has and the lake has not. */
#include "job/ingest/ingest.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/standard.h"
#include "job/ingest/units.h"
#include "project/expand.h"
#include "state/seen.h"

/* A batch is one commit: large enough that commits do not count, small enough that a crash does not undo much. */
#define BATCH_BYTES (INT64_C(4) << 30)

enum { BATCH_UNITS = 4096, FREQUENCIES_MAX = 64 };

void ingest_miss(struct ingest *ingest, const char *what)
{
	pthread_mutex_lock(&ingest->missed_lock);
	bln_text_add_format(&ingest->result->missed, "%s%s", ingest->result->missed.length ? "\n" : "", what);
	ingest->result->is_partial = true;
	bln_logger_say(ingest->context->logger, BLN_LEVEL_WARN, "ingest", "%s", what);
	pthread_mutex_unlock(&ingest->missed_lock);
}

static void told(void *context, const struct bln_source_note *note)
{
	struct ingest *ingest = context;

	if (note->status != BLN_OK)
		ingest_miss(ingest, note->text);
	else
		bln_logger_say(ingest->context->logger, note->is_detail ? BLN_LEVEL_DEBUG : BLN_LEVEL_INFO, "ingest",
			       "%s", note->text);
	if (note->status == BLN_OK && !note->is_detail)
		bln_text_add_format(&ingest->result->remarks, "%s%s", ingest->result->remarks.length ? "\n" : "",
				    note->text);
}

static bool setting_is_secret(const struct bln_source_ops *ops, const char *name)
{
	for (size_t i = 0; i < ops->setting_count; i++)
		if (strcmp(ops->settings[i].name, name) == 0)
			return ops->settings[i].is_secret;
	return false;
}

static enum bln_status value_expand(struct ingest *ingest, const struct bln_source_ops *ops,
				    const struct bln_entry *entry, struct bln_source_value *value, struct bln_err *err)
{
	const struct bln_expander *expander = ingest->context->expander;
	const struct bln_node *node = entry->value;
	bool is_secret = setting_is_secret(ops, entry->key);
	enum bln_status status = BLN_OK;
	struct bln_slice *items;
	const char *text;

	*value = (struct bln_source_value){ .name = bln_slice_of(entry->key) };
	if (node->type == BLN_NODE_LIST) {
		items = bln_arena_calloc(ingest->context->arena, node->count + 1, sizeof(*items));
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

static enum bln_status source_open(struct ingest *ingest, struct bln_err *err)
{
	const struct bln_project_source *wanted = ingest->job->source;
	const struct bln_node *map = wanted->settings;
	struct bln_source_value *values = bln_arena_calloc(ingest->context->arena, map->count + 1, sizeof(*values));
	const struct bln_source_ops *ops;
	enum bln_status status;
	size_t count = 0;

	if (!values)
		return bln_err_memory(err);
	status = bln_source_find(bln_slice_of(wanted->kind), &ops, err);
	if (status != BLN_OK)
		return bln_project_where(ingest->context->project, wanted->place, err, status);
	ingest->app_id = bln_arena_printf(ingest->context->arena, "ingest:%s:%s", ops->venue, ingest->job->into);
	if (!ingest->app_id)
		return bln_err_memory(err);
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->entries[i].key, "kind") != 0)
			BLN_TRY(value_expand(ingest, ops, &map->entries[i], &values[count++], err));
	status = bln_source_open(ops, ingest->context->project->folder, values, count, ingest->context->clock,
				 &ingest->source, err);
	if (status == BLN_INVALID)
		status = bln_project_where(ingest->context->project, wanted->place, err, status);
done:
	return status;
}

/* A run property: NULL where it is not set, empty, or "all". */
static enum bln_status property_get(const struct ingest *ingest, enum bln_ingest_property wanted, const char **out,
				    struct bln_err *err)
{
	const struct bln_property *property =
		bln_properties_find(ingest->context->expander->properties, bln_ingest_property_name(wanted));
	enum bln_status status;

	*out = NULL;
	if (!property)
		return BLN_OK;
	status = bln_expand_property(ingest->context->expander, property, out, err);
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

static enum bln_status filter_make(const struct ingest *ingest, struct bln_source_filter *filter, struct bln_err *err)
{
	struct bln_arena *arena = ingest->context->arena;
	struct bln_setting_list names = { 0 };
	struct bln_frequency *frequencies;
	enum bln_status status;
	const char *text;

	BLN_TRY(property_get(ingest, BLN_INGEST_SYMBOLS, &text, err));
	if (text)
		BLN_TRY(list_split(arena, text, &filter->symbols, err));
	BLN_TRY(property_get(ingest, BLN_INGEST_BASE, &filter->base, err));
	BLN_TRY(property_get(ingest, BLN_INGEST_FREQ, &text, err));
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

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void seen_of(const struct ingest *ingest, const struct bln_unit *unit, struct bln_seen *seen)
{
	*seen = (struct bln_seen){ .source = ingest->job->source->name,
				   .path = unit->path,
				   .entry = unit->entry ? unit->entry : "",
				   .size_bytes = unit->fingerprint.size_bytes,
				   .mtime_ns = unit->fingerprint.mtime_ns,
				   .inode = unit->fingerprint.inode };
	for (size_t i = 0; unit->is_hashed && i < BLN_SEEN_HASH_SIZE; i++)
		seen->hash[i] = (uint8_t)(hex_value(unit->hash[2 * i]) << 4 | hex_value(unit->hash[2 * i + 1]));
}

/* Files that are as they were when they were last read are not read again: their hash is remembered. Whether the content is in
 * the lake is asked of the lake. */
static enum bln_status units_recall(struct ingest *ingest, struct bln_err *err)
{
	struct bln_seen *seen = bln_mem_calloc(ingest->unit_count + 1, sizeof(*seen));
	enum bln_status status;

	if (!seen)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count; i++)
		seen_of(ingest, &ingest->units[i], &seen[i]);
	BLN_TRY(bln_seen_get(ingest->context->state, seen, ingest->unit_count, err));
	for (size_t i = 0; i < ingest->unit_count; i++) {
		struct bln_unit *unit = &ingest->units[i];
		const struct bln_map_entry *entry;
		char id[BLN_UNIT_ID_SIZE];

		if (!seen[i].is_known)
			continue;
		for (size_t j = 0; j < BLN_SEEN_HASH_SIZE; j++)
			snprintf(&unit->hash[2 * j], 3, "%02x", seen[i].hash[j]);
		unit->is_hashed = true;
		ingest->items[i].is_recalled = true;
		bln_unit_id(unit, id);
		entry = bln_map_find(&ingest->known, id, strlen(id));
		if (entry) {
			const struct bln_unit_record *record = entry->pointer;

			unit->from_us = record->from_us;
			unit->to_us = record->to_us;
			ingest->items[i].state = INGEST_KNOWN;
			ingest->result->units_known++;
		}
	}
done:
	bln_mem_free(seen);
	return status;
}

static enum bln_status units_remember(struct ingest *ingest, struct bln_err *err)
{
	struct bln_seen *seen = bln_mem_calloc(ingest->unit_count + 1, sizeof(*seen));
	size_t count = 0;
	enum bln_status status = BLN_OK;

	if (!seen)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count; i++)
		if (ingest->units[i].is_hashed && !ingest->items[i].is_recalled &&
		    ingest->items[i].state != INGEST_FAILED)
			seen_of(ingest, &ingest->units[i], &seen[count++]);
	if (count)
		status = bln_seen_put(ingest->context->state, seen, count, ingest->read_at_ns, err);
	bln_mem_free(seen);
	return status;
}

static enum bln_status batches_run(struct ingest *ingest, struct bln_err *err)
{
	struct ingest_unit **items = bln_mem_calloc(ingest->unit_count + 1, sizeof(struct ingest_unit *));
	enum bln_status status = BLN_OK;

	if (!items)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count;) {
		struct ingest_batch batch = { .ingest = ingest, .items = items };
		int64_t bytes = 0;

		for (; i < ingest->unit_count && batch.count < BATCH_UNITS && bytes < BATCH_BYTES; i++) {
			if (ingest->items[i].state != INGEST_NEW)
				continue;
			items[batch.count++] = &ingest->items[i];
			bytes += ingest->units[i].content_bytes;
		}
		if (batch.count == 0)
			break;
		BLN_TRY(ingest_batch_run(&batch, err));
	}
done:
	bln_mem_free(items);
	return status;
}

/* Where nothing at all could be read, nothing was done in part. */
static enum bln_status failed_check(struct ingest *ingest, struct bln_err *err)
{
	struct bln_slice missed = { ingest->result->missed.at, ingest->result->missed.length };
	struct bln_slice first = bln_slice_cut(&missed, '\n');

	for (size_t i = 0; i < ingest->unit_count; i++)
		if (ingest->items[i].state != INGEST_FAILED)
			return BLN_OK;
	ingest->result->is_partial = false;
	if (ingest->unit_count == 1)
		return bln_err_set(err, BLN_IO, "%.*s", (int)first.length, first.at);
	return bln_err_set(err, BLN_IO, "none of %zu files can be read; the first: %.*s", ingest->unit_count,
			   (int)first.length, first.at);
}

static enum bln_status ingest_run(struct ingest *ingest, struct bln_err *err)
{
	struct bln_job_context *context = ingest->context;
	const char *type =
		bln_standard_type(ingest->job->into); /* an archive may hold other classes than its connector says */
	struct bln_source_filter filter = { 0 };
	enum bln_status status;

	BLN_TRY(source_open(ingest, err));
	BLN_TRY(filter_make(ingest, &filter, err));
	ingest->read_at_ns = bln_clock_now_us(context->clock) * 1000;
	BLN_TRY(bln_source_list(ingest->source, &filter, told, ingest, &ingest->units, &ingest->unit_count, err));
	ingest->items = bln_mem_calloc(ingest->unit_count + 1, sizeof(*ingest->items));
	if (!ingest->items)
		return bln_err_memory(err);
	for (size_t i = 0; i < ingest->unit_count; i++) {
		ingest->items[i].unit = &ingest->units[i];
		if (type)
			ingest->units[i].type = type;
	}
	BLN_TRY(ingest_known_load(ingest, err));
	BLN_TRY(units_recall(ingest, err));
	status = batches_run(ingest, err);
	if (status == BLN_OK)
		status = failed_check(ingest, err);
	if (status == BLN_OK)
		status = bln_units_fold(context, ingest->job->into, NULL, err);
	if (status == BLN_OK)
		status = units_remember(ingest, err);
done:
	return status;
}

enum bln_status bln_job_ingest(struct bln_job_context *context, const struct bln_job *job,
			       struct bln_job_result *result, struct bln_err *err)
{
	struct ingest ingest = { .context = context,
				 .job = job,
				 .result = result,
				 .quarantine = job->quarantine ? job->quarantine : BLN_QUARANTINE_TABLE };
	enum bln_status status;

	pthread_mutex_init(&ingest.missed_lock, NULL);
	status = ingest_run(&ingest, err);
	result->is_idle = status == BLN_OK && result->units == 0 && !result->is_partial;
	pthread_mutex_destroy(&ingest.missed_lock);
	bln_source_close(ingest.source);
	bln_mem_free(ingest.items);
	bln_map_clean_up(&ingest.known);
	bln_arena_clean_up(&ingest.arena);
	return status;
}
