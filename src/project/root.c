/* What stands at the top of bullion.yaml: its sections, in a table, and what is checked of all of them alike. */
#include <string.h>

#include "base/nearest.h"
#include "project/parse.h"

/* clang-format off */
static const struct bln_setting settings_rows[] = {
	{ .name = "memory", .type = BLN_SETTING_SIZE, .offset = offsetof(struct bln_project_settings, memory_bytes),
	  .default_text = "1GiB", .min = INT64_C(64) << 20, .max = INT64_C(1) << 40,
	  .help = "what the engine of one job may hold; its peak reaches half as much again" },
	{ .name = "threads", .type = BLN_SETTING_INT, .offset = offsetof(struct bln_project_settings, threads),
	  .default_text = "0", .min = 0, .max = 1024,
	  .help = "threads of one job; 0 is as many as there are cores" },
	{ .name = "spill", .type = BLN_SETTING_STRING, .offset = offsetof(struct bln_project_settings, spill),
	  .help = "the folder for what does not fit in memory; otherwise it goes with the run's other files, in .bullion/work" },
	{ .name = "max_concurrent", .type = BLN_SETTING_INT, .offset = offsetof(struct bln_project_settings, max_concurrent),
	  .default_text = "1", .min = 1, .max = 256,
	  .help = "how many jobs of a workflow run at once; each may hold `memory`" },
	{ .name = "log_max", .type = BLN_SETTING_SIZE, .offset = offsetof(struct bln_project_settings, log_bytes_max),
	  .default_text = "64MiB", .min = 4096, .max = INT64_C(16) << 30,
	  .help = "how large the log of one run may grow; what comes after is dropped" },
};
/* clang-format on */
enum { SETTINGS_ROWS = sizeof(settings_rows) / sizeof(settings_rows[0]) };
const struct bln_parse_table bln_parse_project_settings = { "", settings_rows, SETTINGS_ROWS };

static void name_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	const char *text = bln_parse_text(parse, entry, "the file");

	if (text && bln_name_check(text, "project", entry->value->place, parse->problems))
		parse->project->name = text;
}

static void lake_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	const char *text = bln_parse_text(parse, entry, "the file");

	if (text && text[0] == '\0')
		bln_problems_add(parse->problems, entry->value->place, "lake: a path or a URL is missing");
	parse->project->lake = text ? text : parse->project->lake;
	parse->project->lake_place = entry->value->place;
}

static void properties_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_properties(parse, entry, "the section 'properties'", &parse->project->properties);
}

static void settings_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	const struct bln_feed feed = { .map = entry->value, .place = entry->place, .of = "the section 'settings'" };
	struct bln_settings settings;

	memset(&parse->project->settings, 0, sizeof(parse->project->settings));
	if (bln_settings_init(&settings, settings_rows, SETTINGS_ROWS, &parse->project->settings,
			      &parse->project->arena, NULL) != BLN_OK)
		parse->problems->has_failed = true;
	else
		(void)bln_feed_check(&feed, &settings, parse->problems);
}

static void sources_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_sources(parse, entry->value);
}

static void tables_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_tables(parse, entry->value);
}

static void jobs_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_jobs(parse, entry->value);
}

static void workflows_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_workflows(parse, entry->value);
}

static void crawlers_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_items(parse, entry->value, "crawler", &parse->project->crawlers);
}

static void triggers_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_triggers(parse, entry->value);
}

static void shares_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_items(parse, entry->value, "share", &parse->project->shares);
}

static void models_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	bln_parse_items(parse, entry->value, "model", &parse->project->models);
}

static void foreign_roots_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	const struct bln_node *node = entry->value;

	if (node->type == BLN_NODE_MAP)
		bln_problems_add(parse->problems, node->place,
				 "foreign_roots: a path or a list of paths is wanted, not a map");
	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		if (node->items[i]->type != BLN_NODE_TEXT || node->items[i]->text[0] == '\0')
			bln_problems_add(parse->problems, node->items[i]->place,
					 "foreign_roots: a path is wanted, not %s",
					 bln_node_type_name(node->items[i]->type));
	parse->project->foreign_roots = node->type == BLN_NODE_NULL ? NULL : node;
}

static void later_read(struct bln_parse *parse, const struct bln_entry *entry)
{
	(void)parse;
	(void)entry;
}

/* In the order in which they refer to each other; a file may have them in any. */
static const struct {
	const char *key;
	void (*read)(struct bln_parse *parse, const struct bln_entry *entry);
	bool is_place; /* of bln_project_load_places */
} sections[] = {
	{ "project", name_read, true },
	{ "lake", lake_read, true },
	{ "properties", properties_read, false },
	{ "settings", settings_read, true },
	{ "sources", sources_read, false },
	{ "tables", tables_read, true },
	{ "jobs", jobs_read, false },
	{ "workflows", workflows_read, false },
	{ "crawlers", crawlers_read, false },
	{ "triggers", triggers_read, false },
	{ "shares", shares_read, false },
	{ "models", models_read, false },
	{ "share", later_read, false },
	{ "foreign_roots", foreign_roots_read, true },
};
enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

/* Whether KEY may be what somebody made of the name of a place. */
static bool is_nearly_place(const char *key, const char *const *keys)
{
	const char *meant = bln_nearest(bln_slice_of(key), keys, SECTIONS);

	for (size_t i = 0; meant && i < SECTIONS; i++)
		if (strcmp(meant, sections[i].key) == 0)
			return sections[i].is_place;
	return false;
}

static void check_keys(struct bln_parse *parse, const struct bln_node *root)
{
	const char **keys = bln_parse_array(parse, SECTIONS + root->count + 1, sizeof(*keys));
	struct bln_settings none = { .arena = &parse->project->arena };
	const struct bln_feed feed = { .map = root, .skip = keys, .place = root->place, .of = "the file" };
	size_t count = 0;

	if (!keys)
		return;
	while (count < SECTIONS) {
		keys[count] = sections[count].key;
		count++;
	}
	for (size_t i = 0; parse->is_places && i < root->count; i++)
		if (!is_nearly_place(root->entries[i].key, keys))
			keys[count++] = root->entries[i].key;
	(void)bln_feed_check(&feed, &none, parse->problems);
}

/* Every text, wherever it stands: aliases may lead to one several times, and its problem is noted once. */
static void check_references(struct bln_parse *parse, const struct bln_node *node)
{
	struct bln_err err;

	if (node->type == BLN_NODE_TEXT && bln_expand_is_needed(node->text) &&
	    bln_expand_check(node->text, &err) != BLN_OK) {
		for (size_t i = 0; i < parse->problems->count; i++)
			if (parse->problems->items[i].place.line == node->place.line &&
			    parse->problems->items[i].place.column == node->place.column)
				return;
		bln_problems_add(parse->problems, node->place, "%s", err.message);
	}
	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		check_references(parse, node->items[i]);
	for (size_t i = 0; node->type == BLN_NODE_MAP && i < node->count; i++)
		check_references(parse, node->entries[i].value);
}

void bln_parse_root(struct bln_parse *parse, const struct bln_node *root)
{
	static const struct bln_node nothing = { .type = BLN_NODE_NULL };
	const struct bln_entry no_settings = { .key = "settings", .value = &nothing };
	size_t ignored;

	settings_read(parse, &no_settings);
	if (!root || !bln_parse_map(parse, root, "the file", &ignored))
		return;
	parse->project->root = root;
	check_keys(parse, root);
	if (!parse->is_places)
		check_references(parse, root);
	for (size_t i = 0; i < SECTIONS; i++) {
		const struct bln_entry *entry = bln_node_find(root, sections[i].key);

		if (!entry || (parse->is_places && !sections[i].is_place))
			continue;
		if (parse->is_places)
			check_references(parse, entry->value);
		sections[i].read(parse, entry);
	}
}
