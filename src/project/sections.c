/* The sections that are simple: a map of names, and under each what belongs to it. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "project/parse.h"

void bln_parse_sources(struct bln_parse *parse, const struct bln_node *section)
{
	struct bln_project_source *sources;
	size_t count;

	if (!bln_parse_map(parse, section, "the section 'sources'", &count))
		return;
	sources = bln_parse_array(parse, count, sizeof(*sources));
	for (size_t i = 0; sources && i < count; i++) {
		const struct bln_entry *entry = &section->entries[i];
		const char *of = bln_parse_of(parse, "source", entry->key);
		const struct bln_entry *kind = bln_node_find(entry->value, "kind");
		size_t ignored;

		sources[i] = (struct bln_project_source){ .name = entry->key,
							  .place = entry->place,
							  .settings = entry->value };
		(void)bln_name_check(entry->key, "source", entry->place, parse->problems);
		if (!bln_parse_map(parse, entry->value, of, &ignored))
			continue;
		if (kind)
			sources[i].kind = bln_parse_text(parse, kind, of);
		else
			bln_problems_add(parse->problems, entry->place,
					 "%s: 'kind' is missing: what connects to it, as in kraken_archive", of);
	}
	parse->project->sources = sources;
	parse->project->source_count = sources ? count : 0;
}

void bln_parse_items(struct bln_parse *parse, const struct bln_node *section, const char *what,
		     struct bln_project_items *out)
{
	char of_section[64];
	struct bln_project_item *items;
	size_t count;

	snprintf(of_section, sizeof(of_section), "the section '%ss'", what);
	if (!bln_parse_map(parse, section, of_section, &count))
		return;
	items = bln_parse_array(parse, count, sizeof(*items));
	for (size_t i = 0; items && i < count; i++) {
		const struct bln_entry *entry = &section->entries[i];
		size_t ignored;

		items[i] = (struct bln_project_item){ .name = entry->key, .place = entry->place, .node = entry->value };
		(void)bln_name_check(entry->key, what, entry->place, parse->problems);
		(void)bln_parse_map(parse, entry->value, bln_parse_of(parse, what, entry->key), &ignored);
	}
	*out = (struct bln_project_items){ items, items ? count : 0 };
}

static const struct bln_setting table_rows[] = {
	{ .name = "comment",
	  .type = BLN_SETTING_STRING,
	  .offset = offsetof(struct bln_project_table, comment),
	  .help = "what the table is: becomes its description" },
	{ .name = "partition_by",
	  .type = BLN_SETTING_LIST,
	  .offset = offsetof(struct bln_project_table, partition_by),
	  .help = "the columns by which it is partitioned when a job makes it" },
	{ .name = "split_by",
	  .type = BLN_SETTING_LIST,
	  .offset = offsetof(struct bln_project_table, split_by),
	  .help = "the columns of which each data file holds one value" },
};
enum { TABLE_ROWS = sizeof(table_rows) / sizeof(table_rows[0]) };
const struct bln_parse_table bln_parse_table_settings = { "", table_rows, TABLE_ROWS };

/* Properties are Delta's: their names have dots, and what they may be is for src/delta to say. */
static void table_properties_read(struct bln_parse *parse, const char *of, struct bln_project_table *table,
				  const struct bln_node *node)
{
	const struct bln_entry *entry = bln_node_find(node, "properties");
	size_t count;

	if (!entry || !bln_parse_map(parse, entry->value, of, &count))
		return;
	table->properties = entry->value;
	for (size_t i = 0; i < count; i++)
		if (entry->value->entries[i].value->type != BLN_NODE_TEXT)
			bln_problems_add(parse->problems, entry->value->entries[i].place,
					 "%s: property '%s' takes a text", of, entry->value->entries[i].key);
}

void bln_parse_tables(struct bln_parse *parse, const struct bln_node *section)
{
	static const char *const skip[] = { "columns", "properties", NULL };
	struct bln_project_table *tables;
	size_t count;

	if (!bln_parse_map(parse, section, "the section 'tables'", &count))
		return;
	tables = bln_parse_array(parse, count, sizeof(*tables));
	for (size_t i = 0; tables && i < count; i++) {
		const struct bln_entry *entry = &section->entries[i];
		const char *of = bln_parse_of(parse, "table", entry->key);
		const struct bln_feed feed = { .map = entry->value, .skip = skip, .place = entry->place, .of = of };
		struct bln_settings settings;
		size_t ignored;

		(void)bln_name_check_table(entry->key, "the section 'tables'", "name", entry->place, parse->problems);
		if (!bln_parse_map(parse, entry->value, of, &ignored))
			continue;
		if (bln_settings_init(&settings, table_rows, TABLE_ROWS, &tables[i], &parse->project->arena, NULL) !=
		    BLN_OK)
			parse->problems->has_failed = true;
		else
			(void)bln_feed_check(&feed, &settings, parse->problems);
		tables[i].name = entry->key;
		tables[i].place = entry->place;
		bln_parse_columns(parse, of, entry->value, &tables[i]);
		table_properties_read(parse, of, &tables[i], entry->value);
	}
	parse->project->tables = tables;
	parse->project->table_count = tables ? count : 0;
}

static bool is_crawler(const struct bln_project *project, const char *name)
{
	for (size_t i = 0; i < project->crawlers.count; i++)
		if (strcmp(project->crawlers.items[i].name, name) == 0)
			return true;
	return false;
}

static void check_start(struct bln_parse *parse, const struct bln_node *node, const char *of)
{
	const struct bln_project *project = parse->project;
	const char *meant;

	if (node->type == BLN_NODE_LIST) {
		for (size_t i = 0; i < node->count; i++)
			check_start(parse, node->items[i], of);
		return;
	}
	if (node->type != BLN_NODE_TEXT) {
		bln_problems_add(parse->problems, node->place, "%s: start takes the name of a workflow or job, not %s",
				 of, bln_node_type_name(node->type));
		return;
	}
	if (bln_project_job(project, node->text) || bln_project_workflow(project, node->text) ||
	    is_crawler(project, node->text))
		return;
	meant = bln_project_nearest(project, node->text);
	bln_problems_add(parse->problems, node->place, "%s: start: there is no workflow or job '%s'%s%s%s", of,
			 bln_quote(node->text, strlen(node->text)).text, meant ? "; did you mean '" : "",
			 meant ? meant : "", meant ? "'?" : "");
}

void bln_parse_triggers(struct bln_parse *parse, const struct bln_node *section)
{
	static const char *const kinds[] = { "scheduled", "event", "conditional", "on_demand" };
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	const struct bln_project_items *triggers = &parse->project->triggers;

	bln_parse_items(parse, section, "trigger", &parse->project->triggers);
	for (size_t i = 0; i < triggers->count; i++) {
		const struct bln_project_item *trigger = &triggers->items[i];
		const char *of = bln_parse_of(parse, "trigger", trigger->name);
		const struct bln_entry *kind = bln_node_find(trigger->node, "kind");
		const struct bln_entry *start = bln_node_find(trigger->node, "start");
		const char *text = kind ? bln_parse_text(parse, kind, of) : NULL;
		size_t known = 0;

		while (text && known < KINDS && strcmp(kinds[known], text) != 0)
			known++;
		if (trigger->node->type == BLN_NODE_LIST || trigger->node->type == BLN_NODE_TEXT)
			continue;
		if (!kind)
			bln_problems_add(parse->problems, trigger->place,
					 "%s: 'kind' is missing: scheduled, event, conditional or on_demand", of);
		else if (known == KINDS)
			bln_problems_add(
				parse->problems, kind->value->place,
				"%s: '%s' is not a kind of trigger: scheduled, event, conditional or on_demand", of,
				bln_quote(text, strlen(text)).text);
		if (start)
			check_start(parse, start->value, of);
		else
			bln_problems_add(parse->problems, trigger->place,
					 "%s: 'start' is missing: the workflow or job it starts", of);
	}
}
