#include "project/feed.h"

#include <string.h>

#include "base/nearest.h"

static const struct bln_setting *row_find(const struct bln_settings *settings, const char *key)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->table[i].name, key) == 0)
			return &settings->table[i];
	return NULL;
}

static bool is_skipped(const struct bln_feed *feed, const char *key)
{
	for (size_t i = 0; feed->skip && feed->skip[i]; i++)
		if (strcmp(feed->skip[i], key) == 0)
			return true;
	return false;
}

static enum bln_status unknown(const struct bln_feed *feed, const struct bln_settings *settings, const char *key,
			       struct bln_err *err)
{
	const struct bln_slice name = bln_slice_of(key);
	const struct bln_quoted quoted = bln_quote(key, name.length);
	struct bln_text known = { 0 };
	const char *meant = NULL;
	size_t distance = SIZE_MAX;
	enum bln_status status;

	for (size_t i = 0; i < settings->count; i++)
		bln_nearest_try(name, settings->table[i].name, &meant, &distance);
	for (size_t i = 0; feed->skip && feed->skip[i]; i++)
		bln_nearest_try(name, feed->skip[i], &meant, &distance);
	if (meant)
		return bln_err_set(err, BLN_INVALID, "unknown key '%s' in %s; did you mean '%s'?", quoted.text,
				   feed->of, meant);
	for (size_t i = 0; feed->skip && feed->skip[i]; i++)
		bln_text_add_format(&known, "%s%s", known.length > 0 ? ", " : "", feed->skip[i]);
	for (size_t i = 0; i < settings->count; i++)
		bln_text_add_format(&known, "%s%s", known.length > 0 ? ", " : "", settings->table[i].name);
	status = bln_text_check(&known, err);
	if (status == BLN_OK)
		status = bln_err_set(err, BLN_INVALID, "unknown key '%s' in %s; known are: %s", quoted.text, feed->of,
				     known.at ? known.at : "none");
	bln_text_clean_up(&known);
	return status;
}

/* TEXT as the setting is to get it: expanded; without an expander, as it is. */
static enum bln_status text_of(const struct bln_node *node, const struct bln_setting *row,
			       const struct bln_expander *expander, struct bln_slice *out, bool *has_place,
			       struct bln_err *err)
{
	const char *text = node->text;
	enum bln_status status = BLN_OK;

	if (expander)
		status = bln_expand(expander, node->text, row->name, node->place, row->is_secret, &text, err);
	*has_place = status == BLN_INVALID;
	*out = bln_slice_of(text);
	return status;
}

static enum bln_status set_list(const struct bln_feed *feed, const struct bln_node *list, const struct bln_setting *row,
				const struct bln_expander *expander, struct bln_settings *settings, bool *has_place,
				struct bln_err *err)
{
	struct bln_slice *items = bln_arena_calloc(settings->arena, list->count + 1, sizeof(*items));
	enum bln_status status;

	if (!items)
		return bln_err_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		const struct bln_node *item = list->items[i];

		if (item->type != BLN_NODE_TEXT)
			return bln_err_set(err, BLN_INVALID, "%s: %s: item %zu is %s, not a text", feed->of, row->name,
					   i + 1, bln_node_type_name(item->type));
		status = text_of(item, row, expander, &items[i], has_place, err);
		if (status != BLN_OK)
			return status;
	}
	status = bln_settings_set_list(settings, bln_slice_of(row->name), items, list->count, err);
	return status == BLN_INVALID ? bln_err_where(err, status, "%s", feed->of) : status;
}

static bool has_references(const struct bln_node *node)
{
	if (node->type == BLN_NODE_TEXT)
		return bln_expand_is_needed(node->text);
	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		if (has_references(node->items[i]))
			return true;
	return false;
}

/* Sets what ENTRY says. An error has no place yet, unless it comes from expanding (*HAS_PLACE). */
static enum bln_status set(const struct bln_feed *feed, const struct bln_entry *entry,
			   const struct bln_expander *expander, struct bln_settings *settings, bool *has_place,
			   struct bln_err *err)
{
	const struct bln_setting *row = row_find(settings, entry->key);
	const struct bln_node *value = entry->value;
	struct bln_slice text;
	enum bln_status status;

	*has_place = false;
	if (!row)
		return unknown(feed, settings, entry->key, err);
	if (value->type != BLN_NODE_TEXT && (value->type != BLN_NODE_LIST || row->type != BLN_SETTING_LIST))
		return bln_err_set(err, BLN_INVALID, "%s: %s takes %s, not %s", feed->of, row->name,
				   row->type == BLN_SETTING_LIST ? "a list" : "a text",
				   bln_node_type_name(value->type));
	/* What a value with references comes to is not known before a run; texts, and lists of them, are kept as written. */
	if (!expander && has_references(value) && row->type != BLN_SETTING_STRING && value->type != BLN_NODE_LIST) {
		settings->given |= UINT64_C(1) << (row - settings->table);
		return BLN_OK;
	}
	if (value->type == BLN_NODE_LIST)
		return set_list(feed, value, row, expander, settings, has_place, err);
	status = text_of(value, row, expander, &text, has_place, err);
	if (status != BLN_OK)
		return status;
	status = bln_settings_set(settings, bln_slice_of(row->name), text, err);
	return status == BLN_INVALID ? bln_err_where(err, status, "%s", feed->of) : status;
}

static enum bln_status wrong_type(const struct bln_feed *feed, struct bln_err *err)
{
	return bln_err_set(err, BLN_INVALID, "%s must be a map of keys and values, not %s", feed->of,
			   bln_node_type_name(feed->map->type));
}

bool bln_feed_check(const struct bln_feed *feed, struct bln_settings *settings, struct bln_problems *problems)
{
	const bool is_empty = !feed->map || feed->map->type == BLN_NODE_NULL;
	const size_t before = problems->count + problems->left_out;
	struct bln_err err = { 0 };
	enum bln_status status = BLN_OK;
	bool is_complete = true;

	if (!is_empty && feed->map->type != BLN_NODE_MAP) {
		wrong_type(feed, &err);
		bln_problems_add(problems, feed->map->place, "%s", err.message);
		return false;
	}
	for (size_t i = 0; !is_empty && i < feed->map->count; i++) {
		const struct bln_entry *entry = &feed->map->entries[i];
		bool has_place;

		if (is_skipped(feed, entry->key))
			continue;
		status = set(feed, entry, NULL, settings, &has_place, &err);
		if (status == BLN_NO_MEMORY)
			problems->has_failed = true;
		if (status != BLN_OK)
			bln_problems_add(problems, row_find(settings, entry->key) ? entry->value->place : entry->place,
					 "%s", err.message);
		/* A wrong value is not also a missing one. */
		if (status != BLN_OK && row_find(settings, entry->key))
			is_complete = false;
	}
	status = is_complete ? bln_settings_check(settings, &err) : BLN_OK;
	if (status == BLN_NO_MEMORY)
		problems->has_failed = true;
	if (status != BLN_OK)
		bln_problems_add(problems, feed->place, "%s: %s", feed->of, err.message);
	return problems->count + problems->left_out == before && !problems->has_failed;
}

enum bln_status bln_feed(const struct bln_feed *feed, const struct bln_expander *expander,
			 struct bln_settings *settings, struct bln_err *err)
{
	const bool is_empty = !feed->map || feed->map->type == BLN_NODE_NULL;
	enum bln_status status = BLN_OK;

	if (!is_empty && feed->map->type != BLN_NODE_MAP)
		return bln_project_where(expander->project, feed->map->place, err, wrong_type(feed, err));
	for (size_t i = 0; !is_empty && i < feed->map->count; i++) {
		const struct bln_entry *entry = &feed->map->entries[i];
		bool has_place;

		if (is_skipped(feed, entry->key))
			continue;
		status = set(feed, entry, expander, settings, &has_place, err);
		if (status == BLN_INVALID && !has_place)
			status = bln_project_where(expander->project,
						   row_find(settings, entry->key) ? entry->value->place : entry->place,
						   err, status);
		if (status != BLN_OK)
			return status;
	}
	status = bln_settings_check(settings, err);
	if (status == BLN_INVALID) {
		status = bln_err_where(err, status, "%s", feed->of);
		status = bln_project_where(expander->project, feed->place, err, status);
	}
	return status;
}
