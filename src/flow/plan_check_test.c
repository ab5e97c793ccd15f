#include "base/folder_test_kit.h"

#include "base/mem.h"
#include "flow/plan_check.h"

static const char yaml[] =
	"project: crypto\n"
	"properties: {base: USD, root: \"/data/${run:where}\", key: \"${env:NOBODY_HAS_SET_THIS}\"}\n"
	"sources:\n"
	"  archive: {kind: kraken_archive, path: \"${run:root}/${run:archive}\", "
	"symbols: [\"${run:symbol}\", \"${run:archive}\"]}\n"
	"jobs:\n"
	"  load: {kind: ingest, source: archive, into: bronze.cryptos}\n"
	"  refine: {kind: sql, file: a.sql, side_file: b.sql, side_into: silver.b, side_key: [id], into: "
	"silver.a, properties: {class: cryptos}}\n"
	"  gone: {kind: sql, file: gone.sql, into: silver.c}\n"
	"  say: {kind: command, argv: [echo, \"$${run:no} ${run:base} ${run:more}\"]}\n"
	"workflows:\n"
	"  whole:\n"
	"    steps:\n"
	"      refine: {job: refine, after: [load]}\n"
	"      load: {job: load}\n"
	"      alarm: {job: say, after: [load], when: FAILED}\n"
	"      gone: {job: gone, properties: {more: enough}}\n";

struct fixture {
	char folder[64];
	struct bln_project *project;
	struct bln_arena arena;
	struct bln_plan plan;
	struct bln_problems problems;
	struct bln_properties given;
	struct bln_properties missing;
};

static void begin(struct fixture *f, const char *name)
{
	struct bln_err err = { 0 };

	*f = (struct fixture){ 0 };
	test_folder_make(f->folder, sizeof(f->folder), "check");
	test_file_write(f->folder, "a.sql",
			"SELECT '${run:class}'\n  , '${run:from}' FROM changes('${run:class}.${run:from}')\n");
	test_file_write(f->folder, "b.sql", "SELECT '${run:base}', '${env:NOBODY_HAS_SET_THIS}'\n");
	assert_ok(bln_project_parse(f->folder, yaml, strlen(yaml), &f->project, NULL, &err), &err);
	assert_ok(bln_plan_make(f->project, name, &f->arena, &f->plan, &err), &err);
}

static void give(struct fixture *f, const char *text)
{
	struct bln_err err = { 0 };

	assert_ok(bln_properties_set_text(&f->given, text, &f->arena, &err), &err);
}

static enum bln_status check(struct fixture *f)
{
	struct bln_err err = { 0 };

	bln_problems_clean_up(&f->problems);
	f->problems = (struct bln_problems){ 0 };
	return bln_plan_check(f->project, &f->plan, &f->given, &f->arena, &f->problems, &f->missing, &err);
}

static void end(struct fixture *f)
{
	bln_problems_clean_up(&f->problems);
	bln_arena_clean_up(&f->arena);
	bln_project_close(f->project);
	test_folder_remove(f->folder);
}

static void assert_problem(const struct fixture *f, size_t i, const char *job, const char *rest)
{
	const char *text = i < f->problems.count ? f->problems.items[i].text : NULL;

	if (!text || strncmp(text, job, strlen(job)) != 0 || !strstr(text, rest))
		fail_msg("'%s' does not say '%s%s'", text ? text : "", job, rest);
	assert_int_equal(f->problems.items[i].place.line, 0);
}

static void each_job_says_what_it_lacks(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f, "whole");
	assert_int_equal(check(&f), BLN_OK);
	assert_int_equal(f.problems.count, 6);
	assert_problem(&f, 0, "job load: ",
		       "bullion.yaml:4:41: path: the run has no property 'where': give it with -p where=…");
	assert_problem(&f, 1, "job load: ", "bullion.yaml:4:41: path: the run has no property 'archive'");
	assert_problem(&f, 2, "job load: ", "bullion.yaml:4:81: symbols: the run has no property 'symbol'");
	assert_problem(&f, 3, "job say: ", "argv: the run has no property 'more'");
	assert_problem(&f, 4, "job say: ", "root: the run has no property 'where'"); /* its environment has them all */
	assert_problem(&f, 5, "job refine: ", "a.sql:2: the run has no property 'from'");
	assert_int_equal(f.missing.count, 5);
	assert_string_equal(f.missing.items[3].name, "more");
	assert_string_equal(f.missing.items[4].name, "from");
	end(&f);
}

static void what_is_given_is_not_missing(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f, "whole");
	give(&f, "where=here");
	give(&f, "archive=a.zip");
	give(&f, "symbol=XBTUSD");
	give(&f, "from=there");
	give(&f, "more=");
	assert_int_equal(check(&f), BLN_OK);
	assert_int_equal(f.problems.count, 0);
	assert_int_equal(f.missing.count, 0);
	end(&f);
	begin(&f, "refine"); /* the job alone */
	assert_int_equal(check(&f), BLN_OK);
	assert_int_equal(f.problems.count, 1);
	assert_string_equal(f.missing.items[0].name, "from");
	end(&f);
}

static void without_memory_it_says_so(void **state)
{
	enum bln_status status = BLN_NO_MEMORY;
	struct fixture f;
	uint64_t nth;
	(void)state;

	begin(&f, "whole");
	for (nth = 1; status == BLN_NO_MEMORY && nth < 1000; nth++) {
		bln_arena_clean_up(&f.arena);
		assert_int_equal(bln_plan_make(f.project, "whole", &f.arena, &f.plan, NULL), BLN_OK);
		bln_mem_fail_at(nth, false);
		status = check(&f);
		bln_mem_fail_at(0, false);
	}
	assert_int_equal(status, BLN_OK);
	assert_true(nth > 3);
	assert_int_equal(f.problems.count, 6);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_says_what_it_lacks),
		cmocka_unit_test(what_is_given_is_not_missing),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
