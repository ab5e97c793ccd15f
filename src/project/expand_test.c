#include "project/project_test_kit.h"

#include "base/secrets.h"

struct fixture {
	struct kit *kit;
	struct bln_arena arena;
	struct bln_properties properties;
	struct bln_secrets secrets;
	struct bln_expander expander;
	struct bln_err err;
};

static const char *env(void *context, const char *name)
{
	(void)context;
	if (strcmp(name, "FMP_KEY") == 0)
		return "sesame-12345";
	if (strcmp(name, "HOME") == 0)
		return "/home/ann";
	if (strcmp(name, "TRICK") == 0)
		return "${env:HOME}";
	return NULL;
}

static const char *env_value(void *context, const char *name)
{
	return strcmp(name, "VALUE") == 0 ? context : "not-to-be-masked-1";
}

static void begin(struct fixture *f, const char *yaml)
{
	*f = (struct fixture){ .kit = kit_parse(yaml) };
	assert_ok(f->kit->status, &f->kit->err);
	assert_ok(bln_properties_override(&f->properties, &f->kit->project->properties, &f->arena, &f->err), &f->err);
	f->expander = (struct bln_expander){ .project = f->kit->project,
					     .properties = &f->properties,
					     .env = env,
					     .secrets = &f->secrets,
					     .arena = &f->arena };
}

static void end(struct fixture *f)
{
	bln_secrets_clean_up(&f->secrets);
	bln_arena_clean_up(&f->arena);
	kit_end(f->kit);
}

static enum bln_status expand(struct fixture *f, const char *text, bool is_secret, const char **out)
{
	return bln_expand(&f->expander, text, "key", (struct bln_place){ 12, 40 }, is_secret, out, &f->err);
}

static void a_file_is_named_with_its_line(void **state)
{
	static const char wanted[] = "jobs/a.sql:4: the run has no property 'nothing'";
	struct fixture f;
	const char *out;
	(void)state;

	begin(&f, "properties: {base: USD}\n");
	assert_ok(bln_expand_file(&f.expander, "SELECT\n '${run:base}', '$${x}'", "jobs/a.sql", &out, &f.err), &f.err);
	assert_string_equal(out, "SELECT\n 'USD', '${x}'");
	assert_int_equal(bln_expand_file(&f.expander, "${run:base}\n ${HOME}\n\n${run:nothing}", "jobs/a.sql", &out,
					 &f.err),
			 BLN_INVALID);
	assert_memory_equal(f.err.message, wanted, sizeof(wanted) - 1);
	assert_int_equal(bln_expand_file(&f.expander, "\n${evn:base}", "jobs/a.sql", &out, &f.err), BLN_INVALID);
	assert_memory_equal(f.err.message, "jobs/a.sql:2: ", 14);
	end(&f);
}

static void references_become_what_they_name(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "" },
		{ "plain $x {y}", "plain $x {y}" },
		{ "${env:HOME}/x", "/home/ann/x" },
		{ "a${env:HOME}b${run:base}c", "a/home/annbUSDc" },
		{ "${project:name}", "crypto" },
		{ "${run:out}", "/home/ann/crypto" },
		{ "$${env:HOME}", "${env:HOME}" },
		{ "$$${env:HOME}", "$${env:HOME}" },
		{ "${HOME} ${A:-b} ${} ${x:y} ${foo:bar}", "${HOME} ${A:-b} ${} ${x:y} ${foo:bar}" },
		{ "${", "${" },
		{ "${env", "${env" },
		{ "${env:TRICK}", "${env:HOME}" }, /* once only */
	};
	struct fixture f;
	(void)state;

	begin(&f, "project: crypto\nproperties: {base: USD, out: \"${env:HOME}/${project:name}\"}\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *out = NULL;

		assert_ok(expand(&f, cases[i].text, false, &out), &f.err);
		assert_string_equal(out, cases[i].expected);
	}
	assert_int_equal(f.secrets.count, 0);
	end(&f);
}

static void what_is_missing_is_named(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "${env:NOPE}", "//bullion.yaml:12:40: key: the environment variable NOPE is not set" },
		{ "${run:archive}",
		  "//bullion.yaml:12:40: key: the run has no property 'archive': give it with -p archive=…" },
		{ "${run:round}", "//bullion.yaml:12:40: key: the property 'round' refers to itself" },
		{ "${run:needs}", "//bullion.yaml:12:40: key: the environment variable NOPE is not set" },
		{ "${evn:A}", "//bullion.yaml:12:40: key: '${evn:A}' is unknown; did you mean '${env:A}'?" },
	};
	struct fixture f;
	const char *out = "untouched";
	(void)state;

	begin(&f, "properties: {round: \"${run:round}\", needs: \"${env:NOPE}\"}\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(expand(&f, cases[i].text, false, &out), BLN_INVALID);
		assert_string_equal(f.err.message, cases[i].expected);
	}
	assert_string_equal(out, "untouched");
	end(&f);
}

/* Whoever starts a run must not read the environment of the machine it runs on. */
static void properties_from_outside_are_not_expanded(void **state)
{
	struct fixture f;
	const char *out = NULL;
	(void)state;

	begin(&f, "properties: {path: \"${env:HOME}\"}\n");
	assert_ok(bln_properties_set_text(&f.properties, "path=${env:FMP_KEY}", &f.arena, &f.err), &f.err);
	assert_ok(expand(&f, "${run:path}", false, &out), &f.err);
	assert_string_equal(out, "${env:FMP_KEY}");
	out = NULL; /* nor does the property itself */
	assert_ok(bln_expand_property(&f.expander, bln_properties_find(&f.properties, "path"), &out, &f.err), &f.err);
	assert_string_equal(out, "${env:FMP_KEY}");
	assert_ok(bln_expand_property(&f.expander, bln_properties_find(&f.kit->project->properties, "path"), &out,
				      &f.err),
		  &f.err);
	assert_string_equal(out, "/home/ann");
	end(&f);
}

static bool is_masked(struct fixture *f, const char *text)
{
	char copy[128];
	size_t length;

	snprintf(copy, sizeof(copy), "%s, and more", text);
	length = bln_secrets_mask(&f->secrets, copy, strlen(copy));
	return length != strlen(text) + strlen(", and more");
}

/* For logs every variable counts, but for what is plainly no secret. */
static void the_wary_keep_all_that_may_be_secret(void **state)
{
	static const struct {
		const char *value;
		bool is_masked;
	} cases[] = {
		{ "s3cr", true },
		{ "opensesame", true },
		{ "12345678", true },
		{ "root", false },
		{ "abcdefg", false },
		{ "1234567", false },
		{ "abc", false },
		{ "a1", false },
		{ "/data/archive 1.zip", false },
		{ "../x", false },
		{ "~/x", false },
		{ "/x+y/Zm9v=", true }, /* base64 */
		{ "https://example.com", false },
		{ "https://example.com/", true }, /* what follows may be anything */
		{ "https://hooks.example.com/T0/B0/xyz", true },
		{ "https://ann:sesame@example.com", true },
		{ "https://example.com?k=sesame", true },
	};
	struct fixture f;
	const char *out;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int way = 0; way < 3; way++) { /* put in, found in the file, and not wary */
			begin(&f,
			      "lake: \"${env:ELSE}\"\njobs: {a: {kind: command, argv: [echo, \"${env:VALUE}\"]}}\n");
			f.expander.env = env_value;
			f.expander.env_context = (void *)(uintptr_t)cases[i].value;
			f.expander.is_wary = way < 2;
			if (way != 1)
				assert_ok(expand(&f, "x ${env:VALUE}", false, &out), &f.err);
			if (way != 0)
				assert_ok(bln_expand_secrets(&f.expander, &f.err), &f.err);
			assert_int_equal(is_masked(&f, cases[i].value), cases[i].is_masked && way < 2);
			assert_false(is_masked(&f, "not-to-be-masked-1")); /* of the lake */
			end(&f);
		}
}

static void keys_become_secrets(void **state)
{
	struct fixture f;
	const char *out = NULL;
	(void)state;

	begin(&f, "");
	assert_ok(expand(&f, "${env:HOME}", false, &out), &f.err);
	assert_false(is_masked(&f, "/home/ann"));
	assert_ok(expand(&f, "x ${env:FMP_KEY}", false, &out), &f.err); /* by its name */
	assert_true(is_masked(&f, "sesame-12345"));
	assert_ok(expand(&f, "prefix-${env:HOME}", true, &out), &f.err); /* by what it is for */
	assert_true(is_masked(&f, "/home/ann"));
	assert_ok(expand(&f, "abc", true, &out), &f.err); /* too short to be masked, yet usable */
	assert_false(is_masked(&f, "abc"));
	assert_ok(expand(&f, "written in the file", true, &out), &f.err);
	assert_true(is_masked(&f, "written in the file"));
	end(&f);
}

static void lacking_memory_is_told(void **state)
{
	struct fixture f;
	const char *out = NULL;
	enum bln_status status = BLN_NO_MEMORY;
	(void)state;

	begin(&f, "project: p\nproperties: {out: \"${env:FMP_KEY}/${project:name}\"}\n");
	for (uint64_t nth = 1; status != BLN_OK; nth++) {
		bln_arena_clean_up(&f.arena);
		f.properties = f.kit->project->properties;
		bln_mem_fail_at(nth, false);
		status = expand(&f, "a${run:out}b", true, &out);
		bln_mem_fail_at(0, false);
		assert_true(status == BLN_OK || status == BLN_NO_MEMORY);
	}
	assert_string_equal(out, "asesame-12345/pb");
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_named_with_its_line),
		cmocka_unit_test(references_become_what_they_name),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(properties_from_outside_are_not_expanded),
		cmocka_unit_test(keys_become_secrets),
		cmocka_unit_test(the_wary_keep_all_that_may_be_secret),
		cmocka_unit_test(lacking_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
