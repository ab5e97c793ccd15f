#include "base/base_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "flow/plan_unused.h"

static const char yaml[] =
	"properties: {base: USD}\n"
	"sources: {s: {kind: kraken_archive, path: \"${run:archive}\"}}\n"
	"jobs:\n"
	"  take: {kind: ingest, source: s, into: bronze.a, properties: {of-job: 1}}\n"
	"  make: {kind: sql, file: make.sql, into: silver.a}\n"
	"  say:  {kind: command, argv: [sh, -c, \"echo $BULLION_PROPERTY_FROM_DAY\"]}\n"
	"workflows:\n"
	"  everything: {properties: {of-workflow: 1}, steps: {a: {job: make, properties: {of-step: 1}}}}\n";

static void what_nothing_uses_is_found(void **state)
{
	static const struct {
		const char *run, *given, *meant; /* "": used; NULL: nothing is near */
		bool has_program;
	} cases[] = {
		{ "take", "base", "", false },
		{ "take", "archive", "", false },
		{ "take", "symbols", "", false },
		{ "take", "freq", "", false },
		{ "everything", "of-job", "", false },
		{ "everything", "of-workflow", "", false },
		{ "everything", "of-step", "", false },
		{ "say", "from-day", "", true },
		{ "say", "from_day", "", true },
		{ "make", "minimum", "", false },
		{ "make", "price", "", false },
		{ "make", "price-2", "", false },
		{ "take", "symbol", "symbols", false },
		{ "everything", "archiv", "archive", false },
		{ "say", "Base", "base", true },
		{ "make", "minimun", "minimum", false },
		{ "make", "prise", "price", false },
		{ "take", "minimum", NULL, false }, /* make.sql is not of its plan */
		{ "take", "zzzzzzzz", NULL, false },
	};
	char folder[] = "/tmp/bln-unused-XXXXXX";
	char path[64];
	struct bln_project *project = NULL;
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	FILE *file;
	(void)state;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/make.sql", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("SELECT ${run:minimum}, getvariable('price'), GetVariable( 'price-2' )", file);
	fclose(file);
	assert_ok(bln_project_parse(folder, yaml, sizeof(yaml) - 1, &project, NULL, &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *meant = cases[i].meant;
		struct bln_properties given = { 0 };
		struct bln_unused *unused;
		struct bln_plan plan;
		bool has_program;
		size_t count;

		assert_ok(bln_plan_make(project, cases[i].run, &arena, &plan, &err), &err);
		assert_ok(bln_properties_set(&given, (struct bln_property){ .name = cases[i].given, .text = "1" },
					     &arena, &err),
			  &err);
		assert_ok(bln_plan_unused(project, &plan, &given, &arena, &unused, &count, &has_program, &err), &err);
		assert_int_equal(has_program, cases[i].has_program);
		assert_int_equal(count, !meant || meant[0]);
		if (count == 0)
			continue;
		assert_string_equal(unused[0].name, cases[i].given);
		if (meant)
			assert_string_equal(unused[0].meant, meant);
		else
			assert_null(unused[0].meant);
	}
	bln_arena_clean_up(&arena);
	bln_project_close(project);
	unlink(path);
	rmdir(folder);
}

static void lacking_memory_is_told(void **state)
{
	struct bln_project *project = NULL;
	struct bln_arena arena = { 0 };
	struct bln_properties given = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	struct bln_plan plan;
	(void)state;

	assert_ok(bln_project_parse("/", yaml, sizeof(yaml) - 1, &project, NULL, &err), &err);
	assert_ok(bln_plan_make(project, "make", &arena, &plan, &err), &err);
	assert_ok(bln_properties_set(&given, (struct bln_property){ .name = "symbol", .text = "1" }, &arena, &err),
		  &err);
	for (uint64_t nth = 1; status == BLN_NO_MEMORY; nth++) {
		struct bln_arena own = { 0 };
		struct bln_unused *unused;
		bool has_program;
		size_t count;

		(void)bln_mem_fail_at(nth, false);
		status = bln_plan_unused(project, &plan, &given, &own, &unused, &count, &has_program, &err);
		(void)bln_mem_fail_at(0, false);
		bln_arena_clean_up(&own);
		assert_true(nth < 1000);
	}
	assert_ok(status, &err);
	bln_arena_clean_up(&arena);
	bln_project_close(project);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nothing_uses_is_found),
		cmocka_unit_test(lacking_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
