/* A spec against what a query gives: what is selected, how it is sorted, what COPY is told. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "engine/stage_private.h"

/* Where COPY tells files apart, each thread keeps what is less than half a group for the end, when one of them writes it all: what
 * a thread has of a year of quarter hours, 35,040 candles, should be more than that also where two of them share it. Of 1.2
 * million such candles two threads write groups of 61,440 in 0.65 of the time of those of 122,880, and these in 0.85 of that;
 * their files are 0.4 % larger, and below it they grow faster. */
enum { GROUP_ROWS_DEFAULT = 122880, GROUP_ROWS_KEYED = 49152 };

/* zstd (its level 3): 0.7 to 0.8 of snappy's bytes for 1.1 to 1.2 of the time that writing candles takes; lower levels give up
 * most of that. Bloom filters cost 15 % of the writing; sorted files are skipped by their least and greatest values anyway.
 * Version 2 of the format would be a fifth smaller and faster, but not all read its encodings (Spark refuses
 * BYTE_STREAM_SPLIT). stage_bench.c measures. */
static const char *const compressions[] = {
	[BLN_COMPRESSION_DEFAULT] = "zstd",
	[BLN_COMPRESSION_ZSTD] = "zstd",
	[BLN_COMPRESSION_SNAPPY] = "snappy",
	[BLN_COMPRESSION_NONE] = "uncompressed",
};

static const struct bln_stage_column *column_find(const struct bln_stage_columns *columns, const char *name)
{
	for (size_t i = 0; i < columns->count; i++)
		if (strcasecmp(columns->items[i].name, name) == 0)
			return &columns->items[i];
	return NULL;
}

enum bln_status bln_stage_nulls_mark(struct bln_stage *stage, struct bln_stage_columns *columns, struct bln_err *err)
{
	struct bln_rows *rows = NULL;
	bool is_suspect = false;
	enum bln_status status = BLN_OK;
	size_t count;

	for (size_t i = 0; i < columns->count && !is_suspect; i++) {
		const struct bln_stage_column *column = &columns->items[i];
		const struct bln_field *field = bln_schema_find(stage->spec->schema, bln_slice_of(column->name));

		is_suspect =
			field && column->duckdb == DUCKDB_TYPE_INTEGER && !bln_stage_type_fits(column, &field->type);
	}
	if (!is_suspect)
		return BLN_OK;
	BLN_TRY(bln_engine_query(stage->engine,
				 "SELECT CAST(column_index AS BIGINT) FROM duckdb_columns() "
				 "WHERE table_name = '" BLN_STAGE_INPUT_NAME "' AND data_type = '\"NULL\"'",
				 &rows, err));
	do {
		BLN_TRY(bln_rows_next(rows, &count, err));
		for (size_t row = 0; row < count; row++) {
			int64_t place = bln_rows_int64(rows, 0, row) - 1;

			if (place >= 0 && (size_t)place < columns->count)
				columns->items[place].duckdb = DUCKDB_TYPE_SQLNULL;
		}
	} while (count > 0);
done:
	bln_rows_destroy(rows);
	return status;
}

static bool is_fixed(const struct bln_stage *stage, const struct bln_field *field)
{
	return bln_pairs_find(stage->spec->fixed, field->name) != NULL;
}

static bool is_partition(const struct bln_stage *stage, const struct bln_field *field)
{
	for (size_t i = 0; i < stage->spec->partition_count; i++)
		if (stage->partition[i] == field)
			return true;
	return false;
}

static enum bln_status no_column(const struct bln_schema *schema, const char *role, const char *name,
				 struct bln_err *err)
{
	const char *nearest = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < schema->field_count; i++)
		bln_nearest_try(bln_slice_of(name), schema->fields[i].name, &nearest, &distance);
	return bln_err_set(err, BLN_INVALID, "%s '%s' is no column of the table%s%s%s", role, name,
			   nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static enum bln_status keys_find(struct bln_stage *stage, const char *role, const char *const *names, size_t count,
				 const struct bln_field ***out, struct bln_err *err)
{
	const struct bln_schema *schema = stage->spec->schema;

	if (count > BLN_STAGE_KEYS_MAX)
		return bln_err_set(err, BLN_INVALID, "more than %d %ss", BLN_STAGE_KEYS_MAX, role);
	*out = bln_arena_calloc(stage->arena, count + 1, sizeof(**out));
	if (!*out)
		return bln_err_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct bln_field *field = bln_schema_find(schema, bln_slice_of(names[i]));

		if (!field)
			return no_column(schema, role, names[i], err);
		if (field->type.field_count || field->type.kind == BLN_TYPE_STRUCT)
			return bln_err_set(err, BLN_UNSUPPORTED, "%s '%s' is nested", role, field->name);
		(*out)[i] = field;
	}
	return BLN_OK;
}

/* That the log can hold the values of FIELDS as text: no bytes. */
static enum bln_status texts_check(const char *role, const struct bln_field *const *fields, struct bln_err *err)
{
	for (; *fields; fields++)
		if ((*fields)->type.kind == BLN_TYPE_BINARY)
			return bln_err_set(err, BLN_UNSUPPORTED, "%s '%s' is binary", role, (*fields)->name);
	return BLN_OK;
}

/* Each column of the query has a place in the table. */
static enum bln_status extra_check(const struct bln_stage *stage, const struct bln_stage_columns *columns,
				   struct bln_err *err)
{
	for (size_t i = 0; i < columns->count; i++) {
		const char *name = columns->items[i].name;
		const struct bln_field *field = bln_schema_find(stage->spec->schema, bln_slice_of(name));

		if (field && is_fixed(stage, field))
			return bln_err_set(err, BLN_INVALID,
					   "column '%s' has the same value in all rows and must not be selected",
					   field->name);
		if (!field && !stage->spec->may_drop_columns)
			return no_column(stage->spec->schema, "column", name, err);
	}
	return BLN_OK;
}

static enum bln_status column_check(const struct bln_stage *stage, const struct bln_field *field,
				    const struct bln_stage_column *column, struct bln_err *err)
{
	struct bln_text type = { 0 };
	enum bln_status status;

	if (strcasecmp(field->name, BLN_STAGE_FILE) == 0 || strcmp(field->name, field->physical_name) != 0)
		return bln_err_set(err, BLN_UNSUPPORTED, "column '%s' has another name in the files", field->name);
	if (!column)
		return field->is_nullable ? BLN_OK
					  : bln_err_set(err, BLN_INVALID,
							"column '%s' must not be null, and the query does not give it",
							field->name);
	if (bln_stage_type_fits(column, &field->type))
		return BLN_OK;
	bln_type_format(&field->type, &type);
	BLN_TRY(bln_text_check(&type, err));
	status =
		bln_err_set(err, BLN_INVALID,
			    "column '%s' is %s in the query and %.200s in the table, which cannot hold all its values: "
			    "cast it in the SQL",
			    field->name, bln_stage_column_type(column, stage->arena), type.at);
done:
	bln_text_clean_up(&type);
	return status;
}

/* Appends the value of FIELD out of COLUMN. What is not null by its statistics is checked by them (stage_stats.c);
 * nested columns have none of their own. */
static void value_add(const struct bln_field *field, const struct bln_stage_column *column, struct bln_text *sql)
{
	bool is_guarded = column && !field->is_nullable && field->type.field_count;
	const char *source = column ? column->name : NULL;

	if (is_guarded) {
		struct bln_text message = { 0 };

		bln_text_add_format(&message, "column '%s' must not be null", field->name);
		bln_text_add(sql, "CASE WHEN ");
		bln_text_add_quoted(sql, '"', source, strlen(source));
		bln_text_add(sql, " IS NULL THEN error(");
		bln_text_add_quoted(sql, '\'', message.at ? message.at : "", message.length);
		bln_text_add(sql, ") ELSE ");
		sql->has_failed = sql->has_failed || message.has_failed;
		bln_text_clean_up(&message);
	}
	bln_text_add(sql, "CAST(");
	if (source)
		bln_text_add_quoted(sql, '"', source, strlen(source));
	else
		bln_text_add(sql, "NULL");
	bln_text_add(sql, " AS ");
	bln_type_sql(&field->type, true, sql);
	bln_text_add(sql, is_guarded ? ") END" : ")");
}

static enum bln_status select_write(struct bln_stage *stage, const struct bln_stage_columns *columns,
				    struct bln_text *sql, struct bln_err *err)
{
	const struct bln_schema *schema = stage->spec->schema;
	size_t in_files = 0;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < schema->field_count; i++) {
		const struct bln_field *field = &schema->fields[i];
		const struct bln_stage_column *column = column_find(columns, field->name);

		if (is_fixed(stage, field))
			continue;
		BLN_TRY(column_check(stage, field, column, err));
		if (is_partition(stage, field))
			continue;
		bln_text_add(sql, in_files++ ? ", " : "");
		value_add(field, column, sql);
		bln_text_add(sql, " AS ");
		bln_text_add_quoted(sql, '"', field->name, strlen(field->name));
	}
	if (in_files == 0)
		BLN_TRY(bln_err_set(err, BLN_INVALID, "a table of partition columns only has nothing to write"));
done:
	return status;
}

/* The file that a row goes into, behind the columns: by its partition values, then its split values; those of fixed partitions
 * are known. */
static enum bln_status file_write(struct bln_stage *stage, const struct bln_stage_columns *columns,
				  struct bln_text *select, struct bln_err *err)
{
	struct bln_text values = { 0 };
	enum bln_status status = BLN_OK;
	size_t count = 0;

	for (size_t i = 0; i < stage->spec->partition_count + stage->spec->split_count; i++) {
		bool is_split = i >= stage->spec->partition_count;
		const struct bln_field *field =
			is_split ? stage->split[i - stage->spec->partition_count] : stage->partition[i];

		if (is_fixed(stage, field))
			continue;
		bln_text_add(&values, count++ ? ", CAST(" : "CAST(");
		value_add(field, column_find(columns, field->name), &values);
		bln_text_add(&values, " AS VARCHAR)");
	}
	stage->has_keys = count > 0;
	if (count > 0) {
		BLN_TRY(bln_text_check(&values, err));
		bln_text_add(select, ", ");
		bln_stage_numbers_add_call(values.at, select);
		bln_text_add(select, " AS " BLN_STAGE_FILE);
		status = bln_stage_numbers_begin(stage->engine, count, err);
	}
done:
	bln_text_clean_up(&values);
	return status;
}

static enum bln_status sort_write(struct bln_stage *stage, struct bln_text *sort, struct bln_err *err)
{
	const struct bln_field **fields;
	enum bln_status status;

	BLN_TRY(keys_find(stage, "sort column", stage->spec->sort, stage->spec->sort_count, &fields, err));
	for (size_t i = 0; i < stage->spec->sort_count; i++) {
		bool is_real = fields[i]->type.kind == BLN_TYPE_DOUBLE || fields[i]->type.kind == BLN_TYPE_FLOAT;

		if (is_partition(stage, fields[i])) /* one value per file */
			continue;
		bln_text_add(sort, sort->length ? ", " : "");
		bln_text_add_quoted(sort, '"', fields[i]->name, strlen(fields[i]->name));
		/* DuckDB makes sorted columns out of their sort keys again, in which -0.0 is 0.0: a sum is a column of its own. */
		bln_text_add(sort, is_real ? " + 0" : "");
	}
done:
	return status;
}

/* By itself COPY limits files only where it keeps no order between rows, or each thread its own; else see stage_mend.c. */
static void copy_write(struct bln_stage *stage, struct bln_text *copy, struct bln_text *rewrite)
{
	const struct bln_stage_spec *spec = stage->spec;
	int64_t group = stage->rows_per_group;
	bool is_rotated =
		!stage->has_keys && spec->rows_per_file_max > 0 && (spec->is_clustered || spec->sort_count == 0);

	stage->has_several = stage->has_keys || spec->is_clustered || is_rotated;
	bln_text_add_format(rewrite,
			    "FORMAT parquet, RETURN_STATS, COMPRESSION %s, ROW_GROUP_SIZE %" PRId64
			    ", WRITE_BLOOM_FILTER false",
			    compressions[spec->compression], group);
	bln_text_add(copy, rewrite->at ? rewrite->at : "");
	if (stage->has_several)
		bln_text_add(copy, ", FILENAME_PATTERN '{uuid}'");
	if (stage->has_keys)
		bln_text_add(copy, ", PARTITION_BY (" BLN_STAGE_FILE ")");
	else if (spec->is_clustered)
		bln_text_add(copy, ", PER_THREAD_OUTPUT");
	if (is_rotated)
		bln_text_add_format(copy, ", ROW_GROUPS_PER_FILE %" PRId64,
				    (spec->rows_per_file_max + group - 1) / group);
}

static enum bln_status text_keep(struct bln_stage *stage, const struct bln_text *text, const char **out,
				 struct bln_err *err)
{
	struct bln_slice kept;
	enum bln_status status;

	BLN_TRY(bln_text_keep(text, stage->arena, &kept, err));
	*out = kept.at;
done:
	return status;
}

static enum bln_status spec_check(const struct bln_stage *stage, struct bln_err *err)
{
	const struct bln_stage_spec *spec = stage->spec;

	if (spec->schema->field_count > BLN_STAGE_COLUMNS_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED, "a table of more than %d columns", BLN_STAGE_COLUMNS_MAX);
	for (size_t i = 0; i < spec->fixed.count; i++) {
		const struct bln_pair *pair = &spec->fixed.items[i];
		const struct bln_field *field = bln_schema_find(spec->schema, pair->key);

		if (!field || !is_partition(stage, field))
			return bln_err_set(err, BLN_INVALID,
					   "'%.*s' is no partition column, so its value cannot be given",
					   (int)pair->key.length, pair->key.at);
		if (pair->is_null && !field->is_nullable)
			return bln_err_set(err, BLN_INVALID, "column '%s' must not be null", field->name);
	}
	return BLN_OK;
}

enum bln_status bln_stage_plan(struct bln_stage *stage, const struct bln_stage_columns *columns, struct bln_err *err)
{
	const struct bln_stage_spec *spec = stage->spec;
	struct bln_text select = { 0 }, order = { 0 }, copy = { 0 }, sort = { 0 }, rewrite = { 0 };
	enum bln_status status;

	BLN_TRY(keys_find(stage, "partition column", spec->partition, spec->partition_count, &stage->partition, err));
	BLN_TRY(keys_find(stage, "split column", spec->split, spec->split_count, &stage->split, err));
	BLN_TRY(texts_check("partition column", stage->partition, err));
	BLN_TRY(texts_check("split column", stage->split, err));
	BLN_TRY(spec_check(stage, err));
	BLN_TRY(extra_check(stage, columns, err));
	BLN_TRY(select_write(stage, columns, &select, err));
	BLN_TRY(file_write(stage, columns, &select, err));
	if (!spec->is_clustered) {
		BLN_TRY(sort_write(stage, &sort, err));
		if (!(spec->comes_sorted && stage->has_keys)) {
			bln_text_add(&order, stage->has_keys ? BLN_STAGE_FILE : "");
			bln_text_add(&order, stage->has_keys && sort.length ? ", " : "");
			bln_text_add(&order, sort.at ? sort.at : "");
		}
	}
	stage->rows_per_group = stage->has_keys ? GROUP_ROWS_KEYED : GROUP_ROWS_DEFAULT;
	if (spec->rows_per_group > 0)
		stage->rows_per_group = spec->rows_per_group;
	copy_write(stage, &copy, &rewrite);
	BLN_TRY(text_keep(stage, &select, &stage->select, err));
	BLN_TRY(text_keep(stage, &copy, &stage->copy, err));
	BLN_TRY(text_keep(stage, &order, &stage->order, err));
	BLN_TRY(text_keep(stage, &sort, &stage->sort, err));
	BLN_TRY(text_keep(stage, &rewrite, &stage->rewrite, err));
done:
	bln_text_clean_up(&select);
	bln_text_clean_up(&order);
	bln_text_clean_up(&copy);
	bln_text_clean_up(&sort);
	bln_text_clean_up(&rewrite);
	return status;
}
