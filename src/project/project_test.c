#include "project/project_test_kit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"

static void the_example_becomes_what_it_says(void **state)
{
	struct kit *kit = kit_parse(kit_example);
	const struct bln_project *project = kit->project;
	const struct bln_workflow *workflow;
	const struct bln_job *job;
	const struct bln_step *step;
	(void)state;

	assert_ok(kit->status, &kit->err);
	assert_string_equal(project->name, "crypto");
	assert_string_equal(project->lake, "./lake");
	assert_int_equal(project->properties.count, 3);
	assert_string_equal(bln_properties_find(&project->properties, "base")->text, "USD");
	assert_int_equal(project->settings.memory_bytes, 1 << 30);
	assert_null(project->settings.spill);

	assert_int_equal(project->source_count, 3);
	assert_string_equal(bln_project_source(project, "archive")->kind, "kraken_archive");
	assert_string_equal(bln_node_find(bln_project_source(project, "fmp")->settings, "key")->value->text,
			    "${env:FMP_KEY}");

	job = bln_project_job(project, "ingest-historic");
	assert_int_equal(job->kind, BLN_JOB_INGEST);
	assert_ptr_equal(job->source, bln_project_source(project, "archive"));
	assert_string_equal(job->into, "bronze.cryptos");
	assert_string_equal(job->quarantine, "silver.quarantine");
	assert_int_equal(job->timeout_us, BLN_US_PER_DAY);
	assert_int_equal(job->place.line, 9);
	assert_int_equal(job->place.column, 3);
	job = bln_project_job(project, "silver-cryptos");
	assert_int_equal(job->mode, BLN_JOB_UPSERT);
	assert_int_equal(job->key.count, 3);
	assert_string_equal(job->key.items[2], "datetime");
	job = bln_project_job(project, "explore");
	assert_int_equal(job->timeout_us, 30 * BLN_US_PER_MINUTE);
	assert_int_equal(job->retries, 2);
	assert_int_equal(job->max_concurrent, 1);
	assert_string_equal(job->file, "jobs/explore.ipynb");
	job = bln_project_job(project, "say");
	assert_int_equal(job->argv.count, 3);
	assert_string_equal(job->argv.items[2], "echo hello");
	job = bln_project_job(project, "check-silver");
	assert_int_equal(job->kind, BLN_JOB_CHECK);
	assert_int_equal(job->timeout_us, 5 * BLN_US_PER_MINUTE);

	workflow = bln_project_workflow(project, "historical");
	assert_int_equal(workflow->max_concurrent, 1);
	assert_string_equal(bln_properties_find(&workflow->properties, "stage")->text, "gold");
	assert_int_equal(workflow->step_count, 4);
	assert_int_equal(workflow->steps[0].after_count, 0);
	assert_int_equal(workflow->steps[0].when, BLN_RUN_SUCCEEDED);
	step = &workflow->steps[3];
	assert_string_equal(step->name, "alarm");
	assert_ptr_equal(step->job, bln_project_job(project, "say"));
	assert_true(step->is_any);
	assert_int_equal(step->after_count, 2);
	assert_int_equal(step->after[0], 0);
	assert_int_equal(step->after[1], 1);
	assert_int_equal(step->when, BLN_RUN_FAILED);
	assert_int_equal(step->place.line, 26);

	assert_int_equal(project->triggers.count, 3);
	assert_string_equal(project->triggers.items[2].name, "retrain");
	assert_string_equal(bln_project_nearest(project, "histrical"), "historical");
	assert_null(bln_project_nearest(project, "zzz"));
	assert_null(bln_project_job(project, "historical"));
	kit_end(kit);
}

static void little_is_needed(void **state)
{
	static const char *const files[] = { "", "\n", "# nothing\n", "---\n", "project: x\n", "jobs:\nworkflows:\n" };
	(void)state;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct kit *kit = kit_parse(files[i]);

		assert_ok(kit->status, &kit->err);
		assert_string_equal(kit->project->lake, "./lake");
		assert_int_equal(kit->project->settings.max_concurrent, 1);
		kit_end(kit);
	}
}

static void lists_keep_their_references(void **state)
{
	struct kit *kit = kit_parse("jobs: {say: {kind: command, argv: [echo, \"${run:base}\", \"${env:HOME}\"]}}\n");
	const struct bln_job *job;
	(void)state;

	assert_ok(kit->status, &kit->err);
	job = bln_project_job(kit->project, "say");
	assert_int_equal(job->argv.count, 3);
	assert_string_equal(job->argv.items[1], "${run:base}");
	kit_end(kit);
}

static void what_a_job_owns_is_kept_as_written(void **state)
{
	struct kit *kit =
		kit_parse("jobs:\n"
			  "  a: {kind: sql, file: a.sql, into: gold.x, owns: {type: crypto, n: \"${run:n}\", o: ~}}\n"
			  "  b: {kind: sql, file: a.sql, into: gold.x}\n");
	const struct bln_node *owns;
	(void)state;

	assert_ok(kit->status, &kit->err);
	assert_null(bln_project_job(kit->project, "b")->owns);
	owns = bln_project_job(kit->project, "a")->owns;
	assert_int_equal(owns->count, 3);
	assert_string_equal(bln_node_find(owns, "type")->value->text, "crypto");
	assert_string_equal(bln_node_find(owns, "n")->value->text, "${run:n}");
	assert_int_equal(bln_node_find(owns, "o")->value->type, BLN_NODE_NULL);
	kit_end(kit);
}

static void sections_may_come_in_any_order(void **state)
{
	struct kit *kit = kit_parse(
		"workflows: {w: {steps: {b: {job: j, after: a}, a: {job: j}}}}\n"
		"jobs: {j: {kind: ingest, source: s, into: bronze.x, properties: {list: [a, b]}}}\n"
		"sources: {s: {kind: kraken_archive}}\n"
		"tables: {silver.x: {comment: hello, partition_by: [a, b], properties: {delta.appendOnly: true}}}\n"
		"foreign_roots: [/data, ./more]\n"
		"settings: {memory: 2GiB, threads: 3}\n");
	(void)state;

	assert_ok(kit->status, &kit->err);
	assert_int_equal(kit->project->workflows[0].steps[0].after[0], 1);
	assert_string_equal(bln_properties_find(&kit->project->jobs[0].properties, "list")->text, "a,b");
	assert_string_equal(bln_project_table(kit->project, "silver.x")->comment, "hello");
	assert_int_equal(bln_project_table(kit->project, "silver.x")->partition_by.count, 2);
	assert_string_equal(bln_project_table(kit->project, "silver.x")->properties->entries[0].value->text, "true");
	assert_int_equal(kit->project->foreign_roots->count, 2);
	assert_int_equal(kit->project->settings.memory_bytes, INT64_C(2) << 30);
	assert_int_equal(kit->project->settings.threads, 3);
	kit_end(kit);
}

/* Whatever they are called, types are Delta's. */
static void columns_have_types(void **state)
{
	static const char *const wanted[][2] = {
		{ "symbol", "string" }, { "Day", "date" },	  { "n", "long" },	   { "m", "integer" },
		{ "at", "timestamp" },	{ "p", "decimal(12,2)" }, { "q", "decimal(9,0)" }, { "price", "double" },
	};
	struct kit *kit =
		kit_parse("jobs: {j: {kind: sql, file: x, into: my.t, mode: upsert, key: [SYMBOL, day]}}\n"
			  "tables: {my.t: {partition_by: [symbol], columns: {symbol: VARCHAR, Day: Date, n: bigint, m: "
			  "INT, at: timestamptz, p: 'DECIMAL( 12 , 2 )', q: numeric(9), price: double}}, my.u: {}}\n");
	const struct bln_project_table *table;
	(void)state;

	assert_ok(kit->status, &kit->err);
	table = bln_project_table(kit->project, "my.t");
	assert_int_equal(table->column_count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < table->column_count; i++) {
		assert_string_equal(table->columns[i].name, wanted[i][0]);
		assert_string_equal(table->columns[i].type, wanted[i][1]);
	}
	assert_int_equal(bln_project_table(kit->project, "my.u")->column_count, 0);
	kit_end(kit);
}

static void all_problems_are_told_at_once(void **state)
{
	struct kit *kit = kit_parse("project: 'a b'\n"
				    "jobs:\n"
				    "  a: {kind: sql, file: x.sql, into: silver}\n"
				    "  b: {kind: comand}\n"
				    "work: 1\n");
	(void)state;

	assert_int_equal(kit->status, BLN_INVALID);
	assert_null(kit->project);
	assert_int_equal(kit->problems.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(kit->problems.items[i].place.line, i == 0 ? 1 : i + 2);
	assert_says(kit->err.message, "/bullion.yaml:1:10: 'a b' is no name for a project");
	kit_end(kit);
}

static void beyond_a_hundred_problems_are_counted(void **state)
{
	struct bln_text text = { 0 };
	struct kit *kit;
	(void)state;

	for (int i = 0; i < 150; i++)
		bln_text_add_format(&text, "zzz%d: 1\n", i);
	kit = kit_parse(text.at);
	assert_int_equal(kit->problems.count, BLN_PROBLEMS_MAX);
	assert_int_equal(kit->problems.left_out, 50);
	kit_end(kit);
	bln_text_clean_up(&text);
}

static void a_folder_is_read(void **state)
{
	char folder[] = "/tmp/bln-project-XXXXXX";
	char path[64];
	struct bln_project *project = NULL;
	struct bln_problems *problems = calloc(1, sizeof(*problems));
	struct bln_err err = { 0 };
	FILE *file;
	(void)state;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(bln_project_load(folder, &project, NULL, &err), BLN_NOT_FOUND);
	assert_says(err.message, "there is no bullion.yaml in /tmp/bln-project-");
	snprintf(path, sizeof(path), "%s/bullion.yaml", folder);
	file = fopen(path, "w");
	fputs("jobs:\n  a: {kind: sql, file: a.sql, into: silver.a}\n  b: {kind: sql, file: bullion.yaml, into: silver.a}\n",
	      file);
	fclose(file);
	assert_ok(bln_project_load(folder, &project, NULL, &err), &err);
	assert_string_equal(project->folder, folder);
	assert_string_equal(project->file, path);
	assert_false(bln_project_check_files(project, problems));
	assert_int_equal(problems->count, 1);
	assert_string_equal(problems->items[0].text, "job 'a': file: cannot read a.sql: No such file or directory");
	assert_int_equal(problems->items[0].place.line, 2);
	bln_problems_clean_up(problems);
	free(problems);
	bln_project_close(project);

	/* One byte more than a file may have. */
	file = fopen(path, "w");
	for (int i = 0; i <= BLN_PROJECT_SIZE_MAX; i++)
		fputc('#', file);
	fclose(file);
	assert_int_equal(bln_project_load(folder, &project, NULL, &err), BLN_INVALID);
	assert_says(err.message, "the file is larger than 1048576 bytes");
	unlink(path);

	/* Nobody waits for what a pipe may say. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(bln_project_load(folder, &project, NULL, &err), BLN_INVALID);
	assert_says(err.message, "bullion.yaml is no file");
	unlink(path);
	rmdir(folder);
}

static void places_are_read_whatever_the_rest_is(void **state)
{
	static const struct {
		const char *text, *problem; /* NULL: none */
	} cases[] = {
		{ "jobs: {a: {kind: nosuch}}\nworkflows: [1]\ntriggers: {t: {start: x}}\n", NULL },
		{ "jbos: {}\nsources: {s: {path: \"${rnu:x}\"}}\nproperties: 1\n", NULL },
		{ "lakee: ./other\n", "unknown key 'lakee' in the file; did you mean 'lake'?" },
		{ "foreign_root: ./other\n", "unknown key 'foreign_root' in the file; did you mean 'foreign_roots'?" },
		{ "lake: \"${evn:X}\"\n", "'${evn:X}' is unknown; did you mean '${env:X}'?" },
		{ "tables: {silver.a: {split_by: {}}}\n", "split_by" },
		{ "settings: {threads: many}\n", "threads" },
		{ "jobs: [\n", "not YAML" },
	};
	char folder[] = "/tmp/bln-project-XXXXXX";
	char path[64];
	(void)state;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/bullion.yaml", folder);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_project *project = NULL;
		struct bln_err err = { 0 };
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		if (!strstr(cases[i].text, "lake"))
			fputs("lake: ./mine\n", file);
		fputs(cases[i].text, file);
		fclose(file);
		if (cases[i].problem) {
			assert_int_equal(bln_project_load_places(folder, &project, NULL, &err), BLN_INVALID);
			assert_says(err.message, cases[i].problem);
			continue;
		}
		assert_int_equal(bln_project_load(folder, &project, NULL, &err), BLN_INVALID);
		assert_ok(bln_project_load_places(folder, &project, NULL, &err), &err);
		assert_string_equal(project->lake, "./mine");
		assert_int_equal(project->job_count + project->workflow_count + project->source_count, 0);
		assert_non_null(project->root);
		bln_project_close(project);
	}
	unlink(path);
	rmdir(folder);
}

static const char *env_lake(void *context, const char *name)
{
	return strcmp(name, "BULLION_LAKE") == 0 ? context : NULL;
}

static void the_lake_is_where_file_or_variable_say(void **state)
{
	static const struct {
		const char *written, *variable, *expected;
	} cases[] = {
		{ "./lake", NULL, "/tmp/lake" },	   { "lake", "", "/tmp/lake" },
		{ "/data/lake", NULL, "/data/lake" },	   { "s3://bucket/lake", NULL, "s3://bucket/lake" },
		{ "./lake", "s3://other", "s3://other" },  { "./lake", "/else", "/else" },
		{ "${project:name}", NULL, "/tmp/other" },
	};
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_project *project = NULL;
		struct bln_expander expander = { .env = env_lake, .arena = &arena };
		const char *lake = NULL;
		char text[256];

		snprintf(text, sizeof(text), "project: other\nlake: \"%s\"\n", cases[i].written);
		assert_ok(bln_project_parse("/tmp", text, strlen(text), &project, NULL, &err), &err);
		expander.project = project;
		expander.env_context = (void *)(uintptr_t)cases[i].variable;
		assert_ok(bln_project_lake(&expander, &lake, &err), &err);
		assert_string_equal(lake, cases[i].expected);
		bln_project_close(project);
	}
	bln_arena_clean_up(&arena);
}

static void properties_override_each_other(void **state)
{
	struct bln_arena arena = { 0 };
	struct bln_properties properties = { 0 };
	struct bln_properties more = { 0 };
	struct bln_text json = { 0 };
	struct bln_err err = { 0 };
	(void)state;

	assert_ok(bln_properties_set_text(&properties, "b=1", &arena, &err), &err);
	assert_ok(bln_properties_set_text(&properties, "a=x=\"y\"", &arena, &err), &err);
	assert_ok(bln_properties_set_text(&more, "b=2", &arena, &err), &err);
	assert_ok(bln_properties_set_text(&more, "c=", &arena, &err), &err);
	assert_ok(bln_properties_override(&properties, &more, &arena, &err), &err);
	assert_string_equal(properties.items[0].name, "b");
	bln_properties_add_json(&properties, &json);
	assert_string_equal(json.at, "{\"a\":\"x=\\\"y\\\"\",\"b\":\"2\",\"c\":\"\"}");
	assert_int_equal(bln_properties_set_text(&properties, "novalue", &arena, &err), BLN_INVALID);
	assert_string_equal(err.message, "'novalue' is no property: write key=value");
	assert_int_equal(bln_properties_set_text(&properties, "archive=caf\xe9", &arena, &err), BLN_INVALID);
	assert_says(err.message, "is not UTF-8");
	assert_int_equal(bln_properties_set_text(&properties, "=x", &arena, &err), BLN_INVALID);
	assert_int_equal(bln_properties_set_text(&properties, "1x=x", &arena, &err), BLN_INVALID);
	for (int i = 0; i < BLN_PROPERTIES_MAX; i++) {
		char text[32];
		enum bln_status status;

		snprintf(text, sizeof(text), "p%d=1", i);
		status = bln_properties_set_text(&properties, text, &arena, &err);
		assert_int_equal(status, i + 3 < BLN_PROPERTIES_MAX ? BLN_OK : BLN_INVALID);
	}
	bln_text_clean_up(&json);
	bln_arena_clean_up(&arena);
}

static void lacking_memory_is_told(void **state)
{
	uint64_t nth = 1;
	(void)state;

	for (;; nth++) {
		struct kit *kit = calloc(1, sizeof(*kit));

		bln_mem_fail_at(nth, false);
		kit->status = bln_project_parse("/tmp", kit_example, sizeof(kit_example) - 1, &kit->project,
						&kit->problems, &kit->err);
		bln_mem_fail_at(0, false);
		if (kit->status == BLN_OK) {
			kit_end(kit);
			break;
		}
		assert_int_equal(kit->status, BLN_NO_MEMORY);
		kit_end(kit);
	}
	assert_true(nth > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_becomes_what_it_says),
		cmocka_unit_test(little_is_needed),
		cmocka_unit_test(lists_keep_their_references),
		cmocka_unit_test(what_a_job_owns_is_kept_as_written),
		cmocka_unit_test(sections_may_come_in_any_order),
		cmocka_unit_test(columns_have_types),
		cmocka_unit_test(all_problems_are_told_at_once),
		cmocka_unit_test(beyond_a_hundred_problems_are_counted),
		cmocka_unit_test(a_folder_is_read),
		cmocka_unit_test(places_are_read_whatever_the_rest_is),
		cmocka_unit_test(the_lake_is_where_file_or_variable_say),
		cmocka_unit_test(properties_override_each_other),
		cmocka_unit_test(lacking_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
