/* Members of nested columns, file by file, where a table's columns are mapped.
 *
 * DuckDB finds columns by their ids (the parameter "schema" of read_parquet) but the members of a struct by their names alone.
 * Delta's writers give both the same in all files; files that another format's table brought with it (Iceberg's) may call a
 * member otherwise. And it refuses a struct of which it finds no member, as a file has it that is older than all of them.
 * So files are told apart by their footers: those of one shape, which is the table's columns with members called as
 * there, are read together, and what all give goes behind one another.
 *
 * Spark (3.5) takes a struct without any known member for null; we say, as the file does, that there is one. */
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "engine/scan_footer.h"

/* More would be a statement that DuckDB takes minutes for. */
enum { SHAPES_MAX = 200, NAME_TRIES_MAX = 1000 };

/* What the calls for each file share. */
struct shaper {
	const struct bln_snapshot *snapshot;
	struct bln_scan_files *files;
	struct bln_slice texts[SHAPES_MAX]; /* what each shape is in SQL */
	struct bln_arena scratch; /* one file's */
};

/* One file's. */
struct match {
	const struct bln_footer *footer;
	struct bln_arena *arena;
	bool is_by_id;
	struct bln_err *err;
};

/* The child of NODE that FIELD is. By id; by name where mapping is by name, or the file does not know that child's id. 0: none. */
static size_t child_find(const struct match *match, size_t node, const struct bln_field *field)
{
	const struct bln_footer_node *nodes = match->footer->nodes;

	for (size_t i = node + 1; match->is_by_id && field->id >= 0 && i < nodes[node].end; i = nodes[i].end)
		if (nodes[i].id == field->id)
			return i;
	for (size_t i = node + 1; i < nodes[node].end; i = nodes[i].end)
		if ((!match->is_by_id || nodes[i].id < 0) && strcasecmp(nodes[i].name, field->physical_name) == 0)
			return i;
	return 0;
}

/* How many children of NODE DuckDB takes for the one of this NAME. */
static size_t names_count(const struct match *match, size_t node, const char *name)
{
	const struct bln_footer_node *nodes = match->footer->nodes;
	size_t count = 0;

	for (size_t i = node + 1; i < nodes[node].end; i = nodes[i].end)
		count += strcasecmp(nodes[i].name, name) == 0;
	return count;
}

/* *NAME is one that no child of NODE has. */
static enum bln_status name_free(const struct match *match, size_t node, const char **name)
{
	const char *wanted = *name;

	for (int i = 1; i <= NAME_TRIES_MAX && names_count(match, node, *name) > 0; i++) {
		*name = bln_arena_printf(match->arena, "%s_%d", wanted, i);
		if (!*name)
			return bln_err_memory(match->err);
	}
	return BLN_OK;
}

static enum bln_status type_match(const struct match *match, const struct bln_type *type, size_t node,
				  struct bln_type *out);

/* What the file calls FIELD, a member of the struct NODE, and those below. */
static enum bln_status member_match(const struct match *match, size_t node, struct bln_field *field, bool *is_there)
{
	size_t child = child_find(match, node, field);
	struct bln_type type = field->type;

	if (!child)
		return name_free(match, node, &field->physical_name);
	*is_there = true;
	field->physical_name = bln_arena_strdup(match->arena, match->footer->nodes[child].name);
	if (!field->physical_name)
		return bln_err_memory(match->err);
	if (names_count(match, node, field->physical_name) > 1)
		return bln_err_set(match->err, BLN_UNSUPPORTED,
				   "a struct has several members '%s', which differ at most by capitals",
				   bln_quote(field->physical_name, strlen(field->physical_name)).text);
	return type_match(match, &type, child, &field->type);
}

static enum bln_status struct_match(const struct match *match, const struct bln_type *type, size_t node,
				    struct bln_type *out)
{
	struct bln_field *fields = bln_arena_calloc(match->arena, type->field_count + 1, sizeof(*fields));
	enum bln_status status = BLN_OK;
	bool is_there = false;

	if (!fields)
		return bln_err_memory(match->err);
	for (size_t i = 0; i < type->field_count; i++) {
		fields[i] = type->fields[i];
		BLN_TRY(member_match(match, node, &fields[i], &is_there));
	}
	out->fields = fields;
	if (!is_there &&
	    match->footer->nodes[node].child_count > 0) { /* one for DuckDB to find: any value can be text */
		const char *name = bln_arena_strdup(match->arena, match->footer->nodes[node + 1].name);

		if (!name)
			return bln_err_memory(match->err);
		fields[out->field_count++] = (struct bln_field){
			.name = "", .physical_name = name, .id = -1, .type.kind = BLN_TYPE_STRING, .metadata = "{}"
		};
	}
done:
	return status;
}

/* The parts of a list or map: of its repeated group, whose only child a list's element is, or itself (DuckDB's rule). */
static enum bln_status parts_match(const struct match *match, const struct bln_type *type, size_t node,
				   struct bln_type *out)
{
	const struct bln_footer_node *nodes = match->footer->nodes;
	size_t repeated = node + 1;
	struct bln_field *parts;
	enum bln_status status = BLN_OK;
	size_t at;

	if (nodes[node].child_count != 1 || (type->kind == BLN_TYPE_MAP && nodes[repeated].child_count != 2))
		return BLN_OK;
	parts = bln_arena_calloc(match->arena, type->field_count, sizeof(*parts));
	if (!parts)
		return bln_err_memory(match->err);
	at = type->kind == BLN_TYPE_ARRAY && nodes[repeated].child_count != 1 ? repeated : repeated + 1;
	for (size_t i = 0; i < type->field_count; i++, at = nodes[at].end) {
		parts[i] = type->fields[i];
		BLN_TRY(type_match(match, &type->fields[i].type, at, &parts[i].type));
	}
	out->fields = parts;
done:
	return status;
}

/* *OUT is TYPE with its members called as at NODE of the file. */
static enum bln_status type_match(const struct match *match, const struct bln_type *type, size_t node,
				  struct bln_type *out)
{
	bool is_group = match->footer->nodes[node].child_count > 0;

	*out = *type;
	if (is_group && type->kind == BLN_TYPE_STRUCT)
		return struct_match(match, type, node, out);
	if (is_group && (type->kind == BLN_TYPE_ARRAY || type->kind == BLN_TYPE_MAP))
		return parts_match(match, type, node, out);
	return BLN_OK;
}

/* The columns of SCHEMA as the file has them. Those that are none of structs are the log's own. */
static enum bln_status fields_match(const struct match *match, const struct bln_schema *schema,
				    const struct bln_field **out)
{
	struct bln_field *fields = bln_arena_calloc(match->arena, schema->field_count, sizeof(*fields));
	enum bln_status status = BLN_OK;

	if (!fields)
		return bln_err_memory(match->err);
	for (size_t i = 0; i < schema->field_count; i++) {
		size_t node = child_find(match, 0, &schema->fields[i]);

		fields[i] = schema->fields[i];
		if (!node)
			continue;
		status = type_match(match, &schema->fields[i].type, node, &fields[i].type);
		if (status != BLN_OK)
			return bln_err_where(match->err, status, "column '%s'", schema->fields[i].name);
	}
	*out = fields;
	return status;
}

static void shape_add_text(const struct bln_field *fields, size_t count, struct bln_text *text)
{
	for (size_t i = 0; i < count; i++) {
		bln_type_sql(&fields[i].type, true, text);
		bln_text_add(text, ", ");
	}
}

/* The number of the shape that FIELDS are: that of a new one where there was none. */
static enum bln_status shape_find(struct shaper *shaper, const struct bln_field *fields, size_t *number,
				  struct bln_err *err)
{
	struct bln_scan_files *files = shaper->files;
	struct bln_text text = { 0 };
	enum bln_status status;
	size_t i = 0;

	shape_add_text(fields, shaper->snapshot->schema.field_count, &text);
	BLN_TRY(bln_text_check(&text, err));
	while (i < files->shape_count && !bln_slice_is(shaper->texts[i], text.at))
		i++;
	*number = i;
	if (i == files->shape_count && i < SHAPES_MAX) {
		shaper->texts[i].at = bln_arena_strndup(&files->arena, text.at, text.length);
		shaper->texts[i].length = text.length;
		if (!shaper->texts[i].at)
			status = bln_err_memory(err);
	}
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status file_shape(void *context, const struct bln_footer *footer, struct bln_err *err)
{
	struct shaper *shaper = context;
	struct bln_scan_files *files = shaper->files;
	struct match match = { .footer = footer,
			       .arena = &shaper->scratch,
			       .is_by_id = shaper->snapshot->mapping == BLN_MAPPING_ID,
			       .err = err };
	const struct bln_field *fields;
	enum bln_status status;

	BLN_TRY(fields_match(&match, &shaper->snapshot->schema, &fields));
	BLN_TRY(shape_find(shaper, fields, &footer->file->shape, err));
	if (footer->file->shape == SHAPES_MAX) {
		status = bln_err_set(err, BLN_UNSUPPORTED, "members of nested columns are called in more than %d ways",
				     SHAPES_MAX);
	} else if (footer->file->shape == files->shape_count) {
		match.arena = &files->arena;
		BLN_TRY(fields_match(&match, &shaper->snapshot->schema, &files->shapes[files->shape_count]));
		files->shape_count++;
	}
done:
	bln_arena_clean_up(&shaper->scratch);
	return status;
}

/* How many of the fields have an id, and whether there is a struct, at any depth. */
static void fields_look(const struct bln_field *fields, size_t count, int64_t *id_count, bool *has_struct)
{
	for (size_t i = 0; i < count; i++) {
		*id_count += fields[i].id >= 0;
		*has_struct = *has_struct || fields[i].type.kind == BLN_TYPE_STRUCT;
		fields_look(fields[i].type.fields, fields[i].type.field_count, id_count, has_struct);
	}
}

/* Whether names are not enough: where mapping is by name they are, unless a column is gone. Ids are given out once, so then
 * there are fewer than the highest that was given. */
static bool is_footer_needed(const struct bln_snapshot *snapshot)
{
	const struct bln_pair *pair =
		bln_pairs_find(snapshot->metadata.configuration, "delta.columnMapping.maxColumnId");
	bool has_struct = false;
	int64_t count = 0;
	int64_t most = 0;

	if (snapshot->mapping == BLN_MAPPING_NONE)
		return false;
	fields_look(snapshot->schema.fields, snapshot->schema.field_count, &count, &has_struct);
	if (!has_struct || snapshot->mapping == BLN_MAPPING_ID)
		return has_struct;
	return !pair || !bln_int64_parse(pair->value.at, pair->value.length, &most) || most != count;
}

enum bln_status bln_scan_shapes_find(struct bln_engine *engine, const struct bln_snapshot *snapshot,
				     struct bln_scan_files *files, struct bln_err *err)
{
	struct shaper shaper = { .snapshot = snapshot, .files = files };
	enum bln_status status = BLN_OK;
	size_t number;

	files->shapes = bln_arena_calloc(&files->arena, SHAPES_MAX, sizeof(*files->shapes));
	if (!files->shapes)
		return bln_err_memory(err);
	if (files->count > 0 && is_footer_needed(snapshot)) {
		BLN_TRY(shape_find(&shaper, snapshot->schema.fields, &number, err));
		files->shapes[files->shape_count++] = snapshot->schema.fields;
		BLN_TRY(bln_scan_footers_read(engine, files, file_shape, &shaper, err));
	} else {
		files->shapes[files->shape_count++] = snapshot->schema.fields;
	}
done:
	bln_arena_clean_up(&shaper.scratch);
	return status;
}
