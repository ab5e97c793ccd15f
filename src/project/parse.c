#include "project/parse.h"

#include <string.h>

const char *bln_parse_of(struct bln_parse *parse, const char *what, const char *name)
{
	const char *of = bln_arena_printf(&parse->project->arena, "%s '%s'", what, bln_quote(name, strlen(name)).text);

	if (!of)
		parse->problems->has_failed = true;
	return of ? of : what;
}

void *bln_parse_array(struct bln_parse *parse, size_t count, size_t size)
{
	void *array = count > 0 ? bln_arena_calloc(&parse->project->arena, count, size) : NULL;

	if (count > 0 && !array)
		parse->problems->has_failed = true;
	return array;
}

bool bln_parse_map(struct bln_parse *parse, const struct bln_node *node, const char *of, size_t *count)
{
	*count = 0;
	if (node->type == BLN_NODE_NULL)
		return true;
	if (node->type != BLN_NODE_MAP) {
		bln_problems_add(parse->problems, node->place, "%s must be a map of keys and values, not %s", of,
				 bln_node_type_name(node->type));
		return false;
	}
	*count = node->count;
	if (*count > BLN_SECTION_MAX) {
		bln_problems_add(parse->problems, node->place, "%s: more than %d entries", of, BLN_SECTION_MAX);
		*count = BLN_SECTION_MAX;
	}
	return true;
}

const char *bln_parse_text(struct bln_parse *parse, const struct bln_entry *entry, const char *of)
{
	if (entry->value->type == BLN_NODE_TEXT)
		return entry->value->text;
	bln_problems_add(parse->problems, entry->value->place, "%s: %s takes a text, not %s", of, entry->key,
			 bln_node_type_name(entry->value->type));
	return NULL;
}

/* The items of a list with commas between, as a property's text. */
static const char *join(struct bln_parse *parse, const struct bln_node *list, const char *of, const char *key)
{
	struct bln_text text = { 0 };
	const char *joined = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i]->type != BLN_NODE_TEXT) {
			bln_problems_add(parse->problems, list->items[i]->place,
					 "%s: property '%s': item %zu is %s, not a text", of, key, i + 1,
					 bln_node_type_name(list->items[i]->type));
			bln_text_clean_up(&text);
			return NULL;
		}
		bln_text_add(&text, i > 0 ? "," : "");
		bln_text_add(&text, list->items[i]->text);
	}
	if (!text.has_failed)
		joined = bln_arena_strndup(&parse->project->arena, text.at ? text.at : "", text.length);
	if (!joined)
		parse->problems->has_failed = true;
	bln_text_clean_up(&text);
	return joined;
}

void bln_parse_properties(struct bln_parse *parse, const struct bln_entry *entry, const char *of,
			  struct bln_properties *properties)
{
	size_t count = 0;

	if (!entry || !bln_parse_map(parse, entry->value, of, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct bln_entry *item = &entry->value->entries[i];
		const struct bln_node *value = item->value;
		struct bln_property property = { .name = item->key, .place = value->place };
		struct bln_err err = { 0 };
		enum bln_status status;

		if (value->type == BLN_NODE_TEXT)
			property.text = value->text;
		else if (value->type == BLN_NODE_LIST)
			property.text = join(parse, value, of, item->key);
		else
			bln_problems_add(parse->problems, value->place,
					 "%s: property '%s' is %s, not a text or a list of texts", of,
					 bln_quote(item->key, strlen(item->key)).text, bln_node_type_name(value->type));
		if (!property.text)
			continue;
		status = bln_properties_set(properties, property, &parse->project->arena, &err);
		if (status == BLN_NO_MEMORY)
			parse->problems->has_failed = true;
		else if (status != BLN_OK)
			bln_problems_add(parse->problems, item->place, "%s: %s", of, err.message);
	}
}
