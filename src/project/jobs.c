#include <string.h>

#include "base/nearest.h"
#include "base/time.h"
#include "project/parse.h"

/* A job while it is read: what a settings table can fill, and the name of what it refers to. */
struct reading {
	struct bln_job job;
	const char *source;
};

static const char *const modes[] = {
	[BLN_JOB_APPEND] = "append",
	[BLN_JOB_UPSERT] = "upsert",
	[BLN_JOB_REPLACE] = "replace",
	[BLN_JOB_OVERWRITE] = "overwrite",
	[BLN_JOB_OVERWRITE_PARTITIONS] = "overwrite_partitions",
	NULL,
};

/* clang-format off */
static const struct bln_setting common[] = {
	{ .name = "timeout", .type = BLN_SETTING_DURATION, .offset = offsetof(struct reading, job.timeout_us),
	  .default_text = "24h", .min = BLN_US_PER_MS, .max = 30 * BLN_US_PER_DAY,
	  .help = "a run that takes longer is stopped and ends as TIMEOUT" },
	{ .name = "retries", .type = BLN_SETTING_INT, .offset = offsetof(struct reading, job.retries),
	  .default_text = "0", .min = 0, .max = 10,
	  .help = "how often to try again after a failure" },
	{ .name = "retry_delay", .type = BLN_SETTING_DURATION, .offset = offsetof(struct reading, job.retry_delay_us),
	  .default_text = "10s", .min = 0, .max = BLN_US_PER_DAY,
	  .help = "how long to wait before trying again" },
	{ .name = "max_concurrent", .type = BLN_SETTING_INT, .offset = offsetof(struct reading, job.max_concurrent),
	  .default_text = "1000", .min = 1, .max = 1000,
	  .help = "how many runs of this job may be under way at once" },
};

static const struct bln_setting ingest[] = {
	{ .name = "source", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, source), .is_required = true,
	  .help = "which of the project's sources to read" },
	{ .name = "into", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.into), .is_required = true,
	  .help = "the table that gets the rows: bronze.cryptos, bronze.indices, bronze.forex or bronze.commodities" },
	{ .name = "quarantine", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.quarantine),
	  .default_text = "silver.quarantine",
	  .help = "the table that gets the rows that were refused, with the reason" },
};

static const struct bln_setting sql[] = {
	{ .name = "file", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.file), .is_required = true,
	  .help = "the SQL to run: a path below the project's folder" },
	{ .name = "into", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.into), .is_required = true,
	  .help = "the table that gets the rows, as layer.table" },
	{ .name = "mode", .type = BLN_SETTING_CHOICE, .offset = offsetof(struct reading, job.mode), .choices = modes,
	  .default_text = "append",
	  .help = "append the rows, upsert them by their key, replace all rows of their keys, or overwrite the table or the "
		  "partitions they are in" },
	{ .name = "key", .type = BLN_SETTING_LIST, .offset = offsetof(struct reading, job.key),
	  .help = "the columns that name a row (upsert) or the rows that go together (replace)" },
	{ .name = "partition_by", .type = BLN_SETTING_LIST, .offset = offsetof(struct reading, job.partition_by),
	  .help = "the columns by which the table is partitioned, when this job makes it" },
	{ .name = "split_by", .type = BLN_SETTING_LIST, .offset = offsetof(struct reading, job.split_by),
	  .help = "the columns of which each data file holds one value" },
	{ .name = "slice", .type = BLN_SETTING_LIST, .offset = offsetof(struct reading, job.slice),
	  .help = "the columns by which a run may be cut into independent parts: of each table that has them, a part sees "
		  "its own rows only" },
	{ .name = "slices", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.slices),
	  .help = "SQL that gives the parts there are to do, where the changes do not have all columns of slice; a "
		  "further column rows says how much is to be worked on of each" },
	{ .name = "side_file", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.side_file),
	  .help = "SQL of rows that go with the others into a second table, before them" },
	{ .name = "side_into", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.side_into),
	  .help = "that table, as layer.table" },
	{ .name = "side_key", .type = BLN_SETTING_LIST, .offset = offsetof(struct reading, job.side_key),
	  .help = "the columns that name its rows: one that is there is not added again" },
};

static const struct bln_setting command[] = {
	{ .name = "file", .type = BLN_SETTING_STRING, .offset = offsetof(struct reading, job.file),
	  .help = "a program or script below the project's folder; instead of argv" },
	{ .name = "argv", .type = BLN_SETTING_LIST, .offset = offsetof(struct reading, job.argv),
	  .help = "a program and its arguments, as a list; instead of file" },
};
/* clang-format on */

#define TABLE(title, rows)                                                                                             \
	{                                                                                                              \
		title, (rows), sizeof(rows) / sizeof((rows)[0])                                                        \
	}

const struct bln_parse_table bln_parse_job_common = TABLE("", common);

/* The kinds without a table belong to what this version does not run: their own keys are kept as written. */
#define KINDS "ingest, sql, command, crawl, check, maintain, train, predict, evaluate"
static const struct bln_parse_table kinds[BLN_JOB_KINDS] = {
	[BLN_JOB_INGEST] = TABLE("ingest", ingest),    [BLN_JOB_SQL] = TABLE("sql", sql),
	[BLN_JOB_COMMAND] = TABLE("command", command), [BLN_JOB_CRAWL] = { .title = "crawl" },
	[BLN_JOB_CHECK] = { .title = "check" },	       [BLN_JOB_MAINTAIN] = { .title = "maintain" },
	[BLN_JOB_TRAIN] = { .title = "train" },	       [BLN_JOB_PREDICT] = { .title = "predict" },
	[BLN_JOB_EVALUATE] = { .title = "evaluate" },
};

const struct bln_parse_table *bln_parse_job_table(enum bln_job_kind kind)
{
	return &kinds[kind];
}

const char *bln_job_kind_name(enum bln_job_kind kind)
{
	return kinds[kind].title;
}

/* Where the value of KEY stands, or the job where it has none. */
static struct bln_place place_of(const struct bln_job *job, const char *key)
{
	const struct bln_entry *entry = bln_node_find(job->node, key);

	return entry ? entry->value->place : job->place;
}

static bool kind_read(struct bln_parse *parse, const char *of, struct bln_job *job)
{
	const struct bln_entry *entry = bln_node_find(job->node, "kind");
	const char *names[BLN_JOB_KINDS];
	const char *text;
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	if (!entry) {
		for (size_t i = 0; i < job->node->count; i++)
			bln_nearest_try(bln_slice_of("kind"), job->node->entries[i].key, &meant, &distance);
		bln_problems_add(parse->problems, job->place, "%s: 'kind' is missing: " KINDS "%s%s%s", of,
				 meant ? "; was '" : "", meant ? meant : "", meant ? "' meant to be it?" : "");
		return false;
	}
	text = bln_parse_text(parse, entry, of);
	if (!text)
		return false;
	for (int i = 0; i < BLN_JOB_KINDS; i++) {
		names[i] = kinds[i].title;
		if (strcmp(kinds[i].title, text) == 0) {
			job->kind = (enum bln_job_kind)i;
			return true;
		}
	}
	meant = bln_nearest(bln_slice_of(text), names, BLN_JOB_KINDS);
	bln_problems_add(parse->problems, entry->value->place, "%s: there is no kind of job '%s'%s%s%s", of,
			 bln_quote(text, strlen(text)).text, meant ? "; did you mean '" : "", meant ? meant : "",
			 meant ? "'?" : ": it is one of " KINDS);
	return false;
}

/* Runs NODE through the rows common to all jobs and those of its kind. */
static void settings_read(struct bln_parse *parse, const char *of, struct reading *reading)
{
	static const char *const skip[] = { "kind", "properties", "description", NULL };
	static const char *const skip_sql[] = { "kind", "properties", "description", "owns", NULL };
	const struct bln_parse_table *own = &kinds[reading->job.kind];
	struct bln_setting rows[sizeof(common) / sizeof(common[0]) + BLN_SETTINGS_MAX / 2];
	const char *raw[BLN_SETTINGS_MAX];
	struct bln_feed feed = { .map = reading->job.node, .skip = skip, .place = reading->job.place, .of = of };
	struct bln_settings settings;
	struct bln_err err = { 0 };
	size_t count = 0;

	if (reading->job.kind == BLN_JOB_SQL)
		feed.skip = skip_sql;
	memcpy(rows, common, sizeof(common));
	if (own->rows)
		memcpy(rows + bln_parse_job_common.count, own->rows, own->count * sizeof(*rows));
	if (!own->rows) { /* whatever is not common to all jobs is left for the version that knows the kind */
		for (size_t i = 0; i < reading->job.node->count && count + 1 < BLN_SETTINGS_MAX; i++) {
			const char *key = reading->job.node->entries[i].key;
			size_t row = 0;

			while (row < bln_parse_job_common.count && strcmp(common[row].name, key) != 0)
				row++;
			if (row == bln_parse_job_common.count)
				raw[count++] = key;
		}
		raw[count] = NULL;
		feed.skip = raw;
	}
	if (bln_settings_init(&settings, rows, bln_parse_job_common.count + own->count, reading, &parse->project->arena,
			      &err) != BLN_OK)
		parse->problems->has_failed = true;
	else
		(void)bln_feed_check(&feed, &settings, parse->problems);
}

static void check_sql(struct bln_parse *parse, const char *of, const struct bln_job *job)
{
	const struct bln_entry *key = bln_node_find(job->node, "key");
	const struct bln_entry *partitions = bln_node_find(job->node, "partition_by");

	bool has_key = job->mode == BLN_JOB_UPSERT || job->mode == BLN_JOB_REPLACE;

	if (has_key && job->key.count == 0)
		bln_problems_add(parse->problems, place_of(job, "mode"),
				 "%s: mode %s needs 'key': the columns that name the rows", of, modes[job->mode]);
	if (!has_key && key)
		bln_problems_add(parse->problems, key->place,
				 "%s: 'key' is for the modes upsert and replace only; the mode is %s", of,
				 modes[job->mode]);
	for (size_t i = 0; has_key && i < job->slice.count; i++) {
		size_t j = 0;

		while (j < job->key.count && strcmp(job->slice.items[i], job->key.items[j]) != 0)
			j++;
		if (j == job->key.count)
			bln_problems_add(
				parse->problems, place_of(job, "slice"),
				"%s: the column '%s' of slice is not in 'key': rows of one key could come from two parts",
				of, job->slice.items[i]);
	}
	if (job->slices && job->slice.count == 0)
		bln_problems_add(parse->problems, place_of(job, "slices"), "%s: 'slices' needs 'slice': its columns",
				 of);
	if (!job->side_file != !job->side_into || !job->side_file != (job->side_key.count == 0))
		bln_problems_add(parse->problems, job->place, "%s: 'side_file', 'side_into' and 'side_key' go together",
				 of);
	if (job->mode == BLN_JOB_OVERWRITE_PARTITIONS && !partitions)
		bln_problems_add(parse->problems, place_of(job, "mode"),
				 "%s: mode overwrite_partitions needs 'partition_by'", of);
}

static void owns_read(struct bln_parse *parse, const char *of, struct bln_job *job)
{
	const struct bln_entry *entry = bln_node_find(job->node, "owns");

	if (!entry)
		return;
	if (entry->value->type != BLN_NODE_MAP || entry->value->count == 0) {
		bln_problems_add(parse->problems, entry->value->place,
				 "%s: owns takes columns and their values, as in {type: crypto}, not %s", of,
				 entry->value->type == BLN_NODE_MAP ? "nothing"
								    : bln_node_type_name(entry->value->type));
		return;
	}
	for (size_t i = 0; i < entry->value->count; i++) {
		const struct bln_entry *pair = &entry->value->entries[i];
		const char *text;

		if (pair->value->type == BLN_NODE_NULL)
			continue;
		text = bln_parse_text(parse, pair, of);
		if (text && text[0] == '\0')
			bln_problems_add(parse->problems, pair->value->place,
					 "%s: owns: the value of '%s' is empty; a null is written as ~", of,
					 bln_quote(pair->key, strlen(pair->key)).text);
	}
	job->owns = entry->value;
}

static void sql_read(struct bln_parse *parse, const char *of, struct bln_job *job)
{
	owns_read(parse, of, job);
	check_sql(parse, of, job);
	if (job->into)
		bln_parse_check_columns(parse, of, job);
}

static void check_command(struct bln_parse *parse, const char *of, const struct bln_job *job)
{
	const struct bln_entry *argv = bln_node_find(job->node, "argv");

	if (!argv == !job->file)
		bln_problems_add(parse->problems, job->place, "%s needs %s of 'file' and 'argv'", of,
				 argv ? "only one" : "one");
	if (argv && argv->value->type == BLN_NODE_TEXT)
		bln_problems_add(parse->problems, argv->value->place,
				 "%s: argv takes a list, as in [sh, -c, \"echo hello\"], not a text", of);
	else if (argv && argv->value->count == 0)
		bln_problems_add(parse->problems, argv->value->place, "%s: argv must name a program", of);
}

static void check_source(struct bln_parse *parse, const char *of, struct reading *reading)
{
	const struct bln_project *project = parse->project;
	const char *meant = NULL;
	size_t distance = SIZE_MAX;

	if (!reading->source || reading->source[0] == '\0')
		return;
	reading->job.source = bln_project_source(project, reading->source);
	if (reading->job.source)
		return;
	for (size_t i = 0; i < project->source_count; i++)
		bln_nearest_try(bln_slice_of(reading->source), project->sources[i].name, &meant, &distance);
	bln_problems_add(parse->problems, place_of(&reading->job, "source"), "%s: there is no source '%s'%s%s%s", of,
			 bln_quote(reading->source, strlen(reading->source)).text, meant ? "; did you mean '" : "",
			 meant ? meant : "", meant ? "'?" : "");
}

static void job_read(struct bln_parse *parse, const struct bln_entry *entry, struct bln_job *out)
{
	const char *of = bln_parse_of(parse, "job", entry->key);
	struct reading reading = { .job = { .name = entry->key, .place = entry->place, .node = entry->value } };
	struct bln_job *job = &reading.job;
	size_t count;

	*out = *job;
	(void)bln_name_check(entry->key, "job", entry->place, parse->problems);
	if (!bln_parse_map(parse, entry->value, of, &count) || !kind_read(parse, of, job))
		return;
	settings_read(parse, of, &reading);
	bln_parse_properties(parse, bln_node_find(job->node, "properties"), of, &job->properties);
	if (job->into)
		(void)bln_name_check_table(job->into, of, "into", place_of(job, "into"), parse->problems);
	if (job->quarantine)
		(void)bln_name_check_table(job->quarantine, of, "quarantine", place_of(job, "quarantine"),
					   parse->problems);
	if (job->side_into)
		(void)bln_name_check_table(job->side_into, of, "side_into", place_of(job, "side_into"),
					   parse->problems);
	if (job->file)
		(void)bln_name_check_path(job->file, of, "file", place_of(job, "file"), parse->problems);
	if (job->slices)
		(void)bln_name_check_path(job->slices, of, "slices", place_of(job, "slices"), parse->problems);
	if (job->side_file)
		(void)bln_name_check_path(job->side_file, of, "side_file", place_of(job, "side_file"), parse->problems);
	if (job->kind == BLN_JOB_INGEST)
		check_source(parse, of, &reading);
	else if (job->kind == BLN_JOB_SQL)
		sql_read(parse, of, job);
	else if (job->kind == BLN_JOB_COMMAND)
		check_command(parse, of, job);
	*out = *job;
}

void bln_parse_jobs(struct bln_parse *parse, const struct bln_node *section)
{
	struct bln_job *jobs;
	size_t count;

	if (!bln_parse_map(parse, section, "the section 'jobs'", &count))
		return;
	jobs = bln_parse_array(parse, count, sizeof(*jobs));
	for (size_t i = 0; jobs && i < count; i++)
		job_read(parse, &section->entries[i], &jobs[i]);
	parse->project->jobs = jobs;
	parse->project->job_count = jobs ? count : 0;
}
