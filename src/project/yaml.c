#include "project/yaml.h"

#include <libfyaml.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

/* A node and what it costs to have it once more. */
struct counted {
	struct bln_node node; /* first: a node of ours is found again by a cast */
	size_t weight; /* nodes in it, itself too, aliases expanded */
	int height; /* levels below it */
};

/* A map or list that has not ended. Its children so far are build.children from FIRST on. */
struct level {
	struct counted *made;
	const char *anchor;
	size_t first;
	const char *key; /* of the map's next value, or NULL where a key is next */
	struct bln_place key_place;
	size_t weight;
	int height;
};

struct build {
	struct bln_arena *arena;
	struct bln_problems *problems;
	struct level levels[BLN_YAML_DEPTH_MAX];
	int depth;
	struct bln_entry *children; /* of all levels; a list's have no key */
	size_t child_count;
	size_t child_capacity;
	struct bln_map anchors; /* name → struct counted */
	size_t weight;
	struct counted *root;
	bool has_ended; /* the rest of the file is not worth looking at */
};

static void give_up(struct build *build, struct bln_place place, const char *why)
{
	bln_problems_add(build->problems, place, "%s", why);
	build->has_ended = true;
}

static enum bln_status find_duplicates(struct build *build, const struct bln_entry *entries, size_t count)
{
	struct bln_map seen = { 0 };

	for (size_t i = 0; i < count; i++) {
		bool is_new;

		if (!bln_map_insert(&seen, entries[i].key, strlen(entries[i].key), &is_new)) {
			bln_map_clean_up(&seen);
			return BLN_NO_MEMORY;
		}
		if (!is_new)
			bln_problems_add(build->problems, entries[i].place, "the key '%s' is here a second time",
					 bln_quote(entries[i].key, strlen(entries[i].key)).text);
	}
	bln_map_clean_up(&seen);
	return BLN_OK;
}

/* Puts a finished node where it belongs. */
static enum bln_status attach(struct build *build, struct counted *made, const char *anchor)
{
	struct level *level = build->depth > 0 ? &build->levels[build->depth - 1] : NULL;

	if (anchor && !bln_map_put(&build->anchors, anchor, strlen(anchor), made))
		return BLN_NO_MEMORY;
	if (!level) {
		build->root = made;
		return BLN_OK;
	}
	if (!bln_mem_grow(&build->children, build->child_count, &build->child_capacity, sizeof(*build->children)))
		return BLN_NO_MEMORY;
	build->children[build->child_count++] =
		(struct bln_entry){ .key = level->key, .place = level->key_place, .value = &made->node };
	level->key = NULL;
	level->weight += made->weight;
	if (level->height < made->height + 1)
		level->height = made->height + 1;
	return BLN_OK;
}

static struct counted *node_make(struct build *build, enum bln_node_type type, struct bln_place place)
{
	struct counted *made = bln_arena_calloc(build->arena, 1, sizeof(*made));

	if (!made)
		return NULL;
	made->node.type = type;
	made->node.place = place;
	made->weight = 1;
	if (++build->weight > BLN_YAML_NODES_MAX)
		give_up(build, place, "the file has too many values");
	return made;
}

static enum bln_status open_level(struct build *build, enum bln_node_type type, struct bln_place place,
				  const char *anchor)
{
	struct counted *made;

	if (build->depth == BLN_YAML_DEPTH_MAX) {
		give_up(build, place, "the file is nested too deeply");
		return BLN_OK;
	}
	made = node_make(build, type, place);
	if (!made)
		return BLN_NO_MEMORY;
	build->levels[build->depth++] =
		(struct level){ .made = made, .anchor = anchor, .first = build->child_count, .weight = 1 };
	return BLN_OK;
}

static enum bln_status close_level(struct build *build)
{
	struct level *level = &build->levels[build->depth - 1];
	const struct bln_entry *children = build->children ? build->children + level->first : NULL;
	struct bln_node *node = &level->made->node;

	node->count = children ? build->child_count - level->first : 0;
	if (node->type == BLN_NODE_MAP && node->count > 0) {
		struct bln_entry *entries = bln_arena_calloc(build->arena, node->count, sizeof(*entries));

		if (!entries || find_duplicates(build, children, node->count) != BLN_OK)
			return BLN_NO_MEMORY;
		memcpy(entries, children, node->count * sizeof(*entries));
		node->entries = entries;
	} else if (node->count > 0) {
		const struct bln_node **items = bln_arena_calloc(build->arena, node->count, sizeof(*items));

		if (!items)
			return BLN_NO_MEMORY;
		for (size_t i = 0; i < node->count; i++)
			items[i] = children[i].value;
		node->items = items;
	}
	level->made->weight = level->weight;
	level->made->height = level->height;
	build->child_count = level->first;
	build->depth--;
	return attach(build, level->made, level->anchor);
}

static bool is_map_key_next(const struct build *build)
{
	const struct level *level = build->depth > 0 ? &build->levels[build->depth - 1] : NULL;

	return level && level->made->node.type == BLN_NODE_MAP && !level->key;
}

static enum bln_status scalar(struct build *build, struct fy_event *event, struct bln_place place, const char *anchor)
{
	struct fy_token *token = event->scalar.value;
	size_t length = 0;
	const char *bytes = token ? fy_token_get_text(token, &length) : "";
	const bool is_plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
	const struct bln_slice text = { bytes, length };
	struct counted *made;
	char *copy;

	if (!bytes)
		return BLN_NO_MEMORY;
	if (length > 0 && (memchr(bytes, '\0', length) || !bln_utf8_is_valid(bytes, length))) {
		give_up(build, place, "a text may hold neither a NUL nor what is not UTF-8");
		return BLN_OK;
	}
	copy = bln_arena_strndup(build->arena, bytes, length);
	if (!copy)
		return BLN_NO_MEMORY;
	if (is_map_key_next(build)) {
		struct level *level = &build->levels[build->depth - 1];

		level->key = copy;
		level->key_place = place;
		if (is_plain && bln_slice_is(text, "<<"))
			bln_problems_add(build->problems, place,
					 "there are no merge keys ('<<') here: write the keys out, or use an alias");
		return BLN_OK;
	}
	made = node_make(build, BLN_NODE_TEXT, place);
	if (!made)
		return BLN_NO_MEMORY;
	if (is_plain && (length == 0 || bln_slice_is(text, "~") || bln_slice_is(text, "null")))
		made->node.type = BLN_NODE_NULL;
	else
		made->node.text = copy;
	return attach(build, made, anchor);
}

static enum bln_status alias(struct build *build, const char *name, struct bln_place place)
{
	struct counted *meant = name ? bln_map_get(&build->anchors, name, strlen(name)) : NULL;

	if (is_map_key_next(build)) {
		give_up(build, place, "a key must be a text, not an alias");
	} else if (!meant) {
		bln_problems_add(build->problems, place, "there is no '&%s' before this alias",
				 name ? bln_quote(name, strlen(name)).text : "");
		build->has_ended = true;
	} else if (build->weight + meant->weight > BLN_YAML_NODES_MAX) {
		give_up(build, place, "with what its aliases stand for, the file has too many values");
	} else if (build->depth + meant->height > BLN_YAML_DEPTH_MAX) {
		give_up(build, place, "with what its aliases stand for, the file is nested too deeply");
	} else {
		build->weight += meant->weight;
		return attach(build, meant, NULL);
	}
	return BLN_OK;
}

/* The text of TOKEN in the arena; *OUT is NULL where there is no token. */
static enum bln_status token_copy(struct build *build, struct fy_token *token, char **out)
{
	size_t length = 0;
	const char *bytes = token ? fy_token_get_text(token, &length) : NULL;

	*out = bytes ? bln_arena_strndup(build->arena, bytes, length) : NULL;
	return bytes && !*out ? BLN_NO_MEMORY : BLN_OK;
}

/* Where EVENT's value begins, with the quote or the '*', which libfyaml's mark leaves out. What is not written stands where
 * its key does. */
static struct bln_place place_of(const struct build *build, struct fy_event *event)
{
	const struct level *level = build->depth > 0 ? &build->levels[build->depth - 1] : NULL;
	const struct fy_mark *mark = fy_event_start_mark(event);
	struct fy_token *token = event->type == FYET_SCALAR ? event->scalar.value : NULL;
	const enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_ANY;
	const bool is_after = event->type == FYET_ALIAS || style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;

	if (event->type == FYET_SCALAR && (!token || fy_token_get_text_length(token) == 0) && !is_after && level &&
	    level->key)
		return level->key_place;
	if (!mark)
		return (struct bln_place){ .line = 1, .column = 1 };
	return (struct bln_place){ .line = mark->line + 1,
				   .column = mark->column + (is_after && mark->column > 0 ? 0 : 1) };
}

static enum bln_status event_take(struct build *build, struct fy_event *event)
{
	const struct bln_place place = place_of(build, event);
	char *anchor = NULL;

	switch (event->type) {
	case FYET_MAPPING_START:
	case FYET_SEQUENCE_START:
		if (is_map_key_next(build)) {
			give_up(build, place, "a key must be a text");
			return BLN_OK;
		}
		break;
	case FYET_SCALAR:
		break;
	case FYET_ALIAS:
		if (token_copy(build, event->alias.anchor, &anchor) != BLN_OK)
			return BLN_NO_MEMORY;
		return alias(build, anchor, place);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return close_level(build);
	case FYET_DOCUMENT_START:
		if (build->root)
			give_up(build, place, "the file must be one document");
		return BLN_OK;
	default:
		return BLN_OK;
	}
	if (fy_event_get_tag_token(event))
		bln_problems_add(build->problems, place, "there are no tags here: remove the '!…'");
	if (token_copy(build, fy_event_get_anchor_token(event), &anchor) != BLN_OK)
		return BLN_NO_MEMORY;
	if (event->type == FYET_SCALAR)
		return scalar(build, event, place, anchor);
	return open_level(build, event->type == FYET_MAPPING_START ? BLN_NODE_MAP : BLN_NODE_LIST, place, anchor);
}

static void be_silent(struct fy_diag *diag, void *user, const char *bytes, size_t length)
{
	(void)diag;
	(void)user;
	(void)bytes;
	(void)length;
}

static void diagnose(struct build *build, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *at = NULL;
	bool is_any = false;

	while ((error = fy_diag_errors_iterate(diag, &at))) {
		const struct bln_place place = { .line = error->line > 0 ? error->line : 1,
						 .column = error->column > 0 ? error->column : 1 };

		/* What follows the first is mostly a consequence of it. */
		if (!is_any)
			bln_problems_add(build->problems, place, "this is not YAML: %s", error->msg ? error->msg : "");
		is_any = true;
	}
	if (!is_any)
		bln_problems_add(build->problems, (struct bln_place){ .line = 1, .column = 1 }, "this is not YAML");
}

static enum bln_status parse(struct build *build, const char *bytes, size_t length)
{
	struct fy_diag_cfg diag_cfg;
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE };
	struct fy_diag *diag = NULL;
	struct fy_parser *parser = NULL;
	struct fy_event *event = NULL;
	enum bln_status status = BLN_OK;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.output_fn = be_silent;
	diag = fy_diag_create(&diag_cfg);
	if (!diag)
		return BLN_NO_MEMORY;
	fy_diag_set_collect_errors(diag, true);
	cfg.diag = diag;
	parser = fy_parser_create(&cfg);
	if (!parser || fy_parser_set_string(parser, bytes, length) != 0)
		status = BLN_NO_MEMORY;
	while (status == BLN_OK && !build->has_ended && (event = fy_parser_parse(parser))) {
		const bool is_last = event->type == FYET_STREAM_END;

		status = event_take(build, event);
		fy_parser_event_free(parser, event);
		if (is_last)
			build->has_ended = true;
	}
	if (status == BLN_OK && !build->has_ended)
		diagnose(build, diag);
	if (parser)
		fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	return status;
}

enum bln_status bln_yaml_parse(const char *bytes, size_t length, struct bln_arena *arena, const struct bln_node **root,
			       struct bln_problems *problems)
{
	struct build *build = bln_mem_calloc(1, sizeof(*build));
	enum bln_status status;

	*root = NULL;
	if (!build)
		return BLN_NO_MEMORY;
	build->arena = arena;
	build->problems = problems;
	status = parse(build, bytes, length);
	if (status == BLN_OK && build->root)
		*root = &build->root->node;
	bln_map_clean_up(&build->anchors);
	bln_mem_free(build->children);
	bln_mem_free(build);
	return status;
}
