/* The columns that bullion.yaml says a table has, and what else the file says by their names. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "project/parse.h"

enum { COLUMNS_MAX = 1000, DECIMAL_DIGITS_MAX = 38 };

#define TYPES                                                                                                          \
	"string, bigint, int, smallint, tinyint, double, float, decimal(p,s), boolean, date, timestamp, "              \
	"timestamp_ntz, binary"

/* What a type may be called: as Delta does, then as SQL does. */
static const struct {
	const char *delta;
	const char *names[4];
} types[] = {
	{ "string", { "string", "varchar", "text" } },
	{ "long", { "long", "bigint" } },
	{ "integer", { "integer", "int" } },
	{ "short", { "short", "smallint" } },
	{ "byte", { "byte", "tinyint" } },
	{ "double", { "double" } },
	{ "float", { "float", "real" } },
	{ "boolean", { "boolean", "bool" } },
	{ "date", { "date" } },
	{ "timestamp", { "timestamp", "timestamptz" } },
	{ "timestamp_ntz", { "timestamp_ntz" } },
	{ "binary", { "binary", "blob" } },
};
enum { TYPES_COUNT = sizeof(types) / sizeof(types[0]), NAMES_MAX = sizeof(types[0].names) / sizeof(types[0].names[0]) };

/* Reads digits up to what END begins with; AT moves behind that. */
static bool digits_read(const char **at, char end, int *out)
{
	char *behind;

	while (**at == ' ')
		++*at;
	if (!isdigit((unsigned char)**at) || strspn(*at, "0123456789") > 2)
		return false;
	*out = (int)strtol(*at, &behind, 10);
	while (*behind == ' ')
		behind++;
	*at = behind + 1;
	return *behind == end;
}

/* "decimal(10,2)", "numeric(10)": sets *OUT to Delta's form of it, NULL, noted, where there is no memory. False where it is
 * none. */
static bool decimal_read(struct bln_parse *parse, const char *text, const char **out)
{
	static const char *const names[] = { "decimal(", "numeric(" };
	const char *at = NULL;
	int precision;
	int scale = 0;

	for (size_t i = 0; i < 2; i++)
		if (strncasecmp(text, names[i], strlen(names[i])) == 0)
			at = text + strlen(names[i]);
	if (!at)
		return false;
	if (strchr(at, ',') ? !digits_read(&at, ',', &precision) || !digits_read(&at, ')', &scale)
			    : !digits_read(&at, ')', &precision))
		return false;
	if (*at || precision < 1 || precision > DECIMAL_DIGITS_MAX || scale > precision)
		return false;
	*out = bln_arena_printf(&parse->project->arena, "decimal(%d,%d)", precision, scale);
	if (!*out)
		parse->problems->has_failed = true;
	return true;
}

static const char *type_read(struct bln_parse *parse, const char *of, const struct bln_entry *entry)
{
	const struct bln_node *node = entry->value;
	const char *text = node->type == BLN_NODE_TEXT ? node->text : bln_node_type_name(node->type);
	const char *meant = NULL;
	const char *decimal;
	size_t distance = SIZE_MAX;

	if (node->type == BLN_NODE_TEXT && decimal_read(parse, text, &decimal))
		return decimal;
	if (node->type == BLN_NODE_TEXT && strchr(text, '(') && !strchr(text, ')')) { /* its comma has ended it */
		bln_problems_add(parse->problems, node->place,
				 "%s: columns: '%s': '%s' is no type: quote it, as in \"decimal(10,2)\"", of,
				 bln_quote(entry->key, strlen(entry->key)).text, bln_quote(text, strlen(text)).text);
		return NULL;
	}
	for (size_t i = 0; node->type == BLN_NODE_TEXT && i < TYPES_COUNT; i++)
		for (size_t j = 0; j < NAMES_MAX && types[i].names[j]; j++) {
			if (strcasecmp(types[i].names[j], text) == 0)
				return types[i].delta;
			bln_nearest_try(bln_slice_of(text), types[i].names[j], &meant, &distance);
		}
	bln_problems_add(parse->problems, node->place, "%s: columns: '%s': '%s' is no type%s%s%s", of,
			 bln_quote(entry->key, strlen(entry->key)).text, bln_quote(text, strlen(text)).text,
			 meant ? "; did you mean '" : ": it is one of " TYPES, meant ? meant : "", meant ? "'?" : "");
	return NULL;
}

static const struct bln_project_column *column_find(const struct bln_project_table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcasecmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

/* Notes where NAME, which stands at PLACE behind KEY, is no column of TABLE. */
static void check_column(struct bln_parse *parse, const struct bln_project_table *table, const char *name,
			 struct bln_place place, const char *of, const char *key)
{
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	if (column_find(table, name))
		return;
	for (size_t i = 0; i < table->column_count; i++)
		bln_nearest_try(bln_slice_of(name), table->columns[i].name, &meant, &distance);
	bln_problems_add(parse->problems, place, "%s: %s: %s has no column '%s' among its 'columns'%s%s%s", of, key,
			 table->name, bln_quote(name, strlen(name)).text, meant ? "; did you mean '" : "",
			 meant ? meant : "", meant ? "'?" : "");
}

/* The columns that the list KEY of MAP names; of a map its keys. */
static void check_names(struct bln_parse *parse, const struct bln_project_table *table, const struct bln_node *map,
			const char *of, const char *key, const struct bln_setting_list *list)
{
	const struct bln_entry *entry = bln_node_find(map, key);
	const struct bln_node *node = entry ? entry->value : NULL;

	for (size_t i = 0; list && node && i < list->count; i++)
		check_column(parse, table, list->items[i],
			     node->type == BLN_NODE_LIST && i < node->count ? node->items[i]->place : node->place, of,
			     key);
	for (size_t i = 0; !list && node && node->type == BLN_NODE_MAP && i < node->count; i++)
		check_column(parse, table, node->entries[i].key, node->entries[i].place, of, key);
}

/* Notes which columns that the key `partition_by` of MAP names, NAMES, cannot be a partition's. */
static void check_partition(struct bln_parse *parse, const struct bln_project_table *table, const struct bln_node *map,
			    const char *of, const struct bln_setting_list *names)
{
	const struct bln_entry *entry = bln_node_find(map, "partition_by");
	size_t known = 0;

	if (!entry)
		return;
	check_names(parse, table, map, of, "partition_by", names);
	for (size_t i = 0; i < names->count; i++) {
		const struct bln_project_column *column = column_find(table, names->items[i]);

		known += column != NULL;
		if (column && column->type && strcmp(column->type, "binary") == 0)
			bln_problems_add(parse->problems, entry->value->place,
					 "%s: partition_by: '%s' is binary, which no partition can be", of,
					 bln_quote(column->name, strlen(column->name)).text);
	}
	if (known == names->count && known == table->column_count)
		bln_problems_add(parse->problems, entry->value->place,
				 "%s: partition_by: %s has no other columns, and a file must hold one", of,
				 table->name);
}

void bln_parse_columns(struct bln_parse *parse, const char *of, const struct bln_node *map,
		       struct bln_project_table *table)
{
	const struct bln_entry *entry = bln_node_find(map, "columns");
	struct bln_project_column *columns;

	if (!entry)
		return;
	if (entry->value->type != BLN_NODE_MAP || entry->value->count == 0 || entry->value->count > COLUMNS_MAX) {
		bln_problems_add(parse->problems, entry->value->place,
				 "%s: columns takes names and their types, as in {symbol: string, price: double}, "
				 "at most %d",
				 of, COLUMNS_MAX);
		return;
	}
	columns = bln_parse_array(parse, entry->value->count, sizeof(*columns));
	if (!columns)
		return;
	table->columns = columns;
	for (size_t i = 0; i < entry->value->count; i++) {
		const struct bln_entry *column = &entry->value->entries[i];
		const struct bln_project_column *other = column_find(table, column->key);

		if (column->key[0] == '\0')
			bln_problems_add(parse->problems, column->place, "%s: columns: a name is empty", of);
		if (other && strcmp(other->name, column->key) != 0) /* the same key twice is no YAML */
			bln_problems_add(parse->problems, column->place,
					 "%s: columns: '%s' is here a second time: capitals do not count", of,
					 bln_quote(column->key, strlen(column->key)).text);
		columns[i] = (struct bln_project_column){ .name = column->key, .type = type_read(parse, of, column) };
		table->column_count++;
	}
	table->columns_place = entry->place;
	check_partition(parse, table, map, of, &table->partition_by);
	check_names(parse, table, map, of, "split_by", &table->split_by);
}

void bln_parse_check_columns(struct bln_parse *parse, const char *of, const struct bln_job *job)
{
	const struct bln_project_table *table = bln_project_table(parse->project, job->into);
	const struct bln_project_table *side =
		job->side_into ? bln_project_table(parse->project, job->side_into) : NULL;

	if (table && table->column_count) {
		check_names(parse, table, job->node, of, "key", &job->key);
		check_names(parse, table, job->node, of, "owns", NULL);
		check_partition(parse, table, job->node, of, &job->partition_by);
		check_names(parse, table, job->node, of, "split_by", &job->split_by);
	}
	if (side && side->column_count)
		check_names(parse, side, job->node, of, "side_key", &job->side_key);
}
