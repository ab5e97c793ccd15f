/* What is wrong with a file, and how it is told: every kind of error with its place. */
#include "project/project_test_kit.h"

#include "base/random.h"
#include "project/yaml.h"

#define JOBS "jobs: {j: {kind: command, argv: [x]}, k: {kind: command, argv: [x]}}\n"

#define COLUMNS "tables: {a.b: {columns: {day: date}}}\n"

static const struct {
	const char *text;
	const char *expected; /* behind "/bullion.yaml:" */
} cases[] = {
	/* YAML */
	{ "a: [1\nb: 2", "1:" },
	{ "a: b: c", "1:" },
	{ "jobs: {}\njobs: {}\n", "2:1: the key 'jobs' is here a second time" },
	{ "share: {a: 1, b: 2, a: 3}", "1:21: the key 'a' is here a second time" },
	{ "project: !!str x", "1:" },
	{ "project: x\n---\nproject: y\n", "2:1: the file must be one document" },
	{ "? [a]\n: b\n", "1:3: a key must be a text" },
	{ "? *a\n: b\n", "1:3: a key must be a text, not an alias" },
	{ "share: *a\n", "1:8: there is no '&a' before this alias" },
	{ "share: &a [*a]\n", "1:12: there is no '&a' before this alias" },
	{ "share: {<<: {url: x}}\n", "1:9: there are no merge keys ('<<') here" },
	{ "project: \"a\\0b\"\n", "1:10: a text may hold neither a NUL" },
	{ "project: \xff\n", "1:10: the file is no UTF-8 text: here stands the byte 0xff" },
	{ "project: x\n# \xc3\xa9\xe2\x82\nlake: y\n", "2:4: the file is no UTF-8 text: here stands the byte 0xe2" },
	{ "- a\n", "1:1: the file must be a map of keys and values, not a list" },
	{ "hello", "1:1: the file must be a map of keys and values, not a text" },
	/* the top */
	{ "jbos: {}\n", "1:1: unknown key 'jbos' in the file; did you mean 'jobs'?" },
	{ "whatever: {}\n",
	  "1:1: unknown key 'whatever' in the file; known are: project, lake, properties, settings, sources, tables, jobs, "
	  "workflows, crawlers, triggers, shares, models, share, foreign_roots" },
	{ "project: [x]\n", "1:10: the file: project takes a text, not a list" },
	{ "project: a/b\n", "1:10: 'a/b' is no name for a project" },
	{ "project: -a\n", "1:10: '-a' is no name for a project" },
	{ "lake: ''\n", "1:7: lake: a path or a URL is missing" },
	{ "lake:\n", "1:1: the file: lake takes a text, not nothing" },
	{ "jobs: [a]\n", "1:7: the section 'jobs' must be a map of keys and values, not a list" },
	{ "properties: {a: {b: c}}\n",
	  "1:17: the section 'properties': property 'a' is a map, not a text or a list of texts" },
	{ "properties: {a: [{}]}\n", "1:18: the section 'properties': property 'a': item 1 is a map, not a text" },
	{ "properties: {1a: b}\n", "1:14: the section 'properties': '1a' is no name for a property" },
	{ "settings: {memory: 1KiB}\n",
	  "1:20: the section 'settings': memory: '1KiB' is not a size as in 64MiB, from 64MiB to 1TiB" },
	{ "settings: {threads: many}\n", "1:21: the section 'settings': threads: 'many' is not a whole number" },
	{ "settings: {thread: 1}\n", "1:12: unknown key 'thread' in the section 'settings'; did you mean 'threads'?" },
	{ "settings: {memory: [1GiB]}\n", "1:20: the section 'settings': memory takes a text, not a list" },
	/* references */
	{ "lake: \"${evn:X}\"\n", "1:7: '${evn:X}' is unknown; did you mean '${env:X}'?" },
	{ "lake: \"${env:}\"\n", "1:7: '${env:' must be followed by a name and '}'" },
	{ "lake: \"${env:A\"\n", "1:7: '${env:' must be followed by a name and '}'" },
	{ "shares: {x: {y: [\"${project:nme}\"]}}\n", "1:18: '${project:nme}' is unknown" },
	/* sources */
	{ "sources: {s: {path: x}}\n", "1:11: source 's': 'kind' is missing" },
	{ "sources: {s: {kind: [x]}}\n", "1:21: source 's': kind takes a text, not a list" },
	{ "sources: {s: x}\n", "1:14: source 's' must be a map of keys and values, not a text" },
	{ "sources: {all: {kind: x}}\n", "1:11: a source cannot be called 'all': commands use that word" },
	/* tables */
	{ "tables: {cryptos: {}}\n", "1:10: the section 'tables': name: 'cryptos' is no table: write layer.table" },
	{ "tables: {Silver.x: {}}\n", "1:10: the section 'tables': name: 'Silver.x' is no table" },
	{ "tables: {a.b.c: {}}\n", "1:10: the section 'tables': name: 'a.b.c' is no table" },
	{ "tables: {a.b: {partiton_by: [c]}}\n",
	  "1:16: unknown key 'partiton_by' in table 'a.b'; did you mean 'partition_by'?" },
	{ "tables: {a.b: {colums: {k: int}}}\n", "1:16: unknown key 'colums' in table 'a.b'; did you mean 'columns'?" },
	{ "tables: {a.b: {columns: [k]}}\n", "1:25: table 'a.b': columns takes names and their types, as in {" },
	{ "tables: {a.b: {columns: {}}}\n", "1:25: table 'a.b': columns takes names and their types" },
	{ "tables: {a.b: {columns: {k: bigit}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'bigit' is no type; did you mean 'bigint'?" },
	{ "tables: {a.b: {columns: {k: money}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'money' is no type: it is one of string, bigint," },
	{ "tables: {a.b: {columns: {k: decimal(10,2), l: int}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'decimal(10' is no type: quote it, as in \"decimal(10,2)\"" },
	{ "tables: {a.b: {columns: {k: [int]}}}\n", "1:29: table 'a.b': columns: 'k': 'a list' is no type" },
	{ "tables: {a.b: {columns: {k: \"decimal(39,2)\"}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'decimal(39,2)' is no" },
	{ "tables: {a.b: {columns: {k: \"decimal(3,4)\"}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'decimal(3,4)' is no" },
	{ "tables: {a.b: {columns: {k: \"decimal(3,2\"}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'decimal(3,2' is no type" },
	{ "tables: {a.b: {columns: {k: \"decimal(3,2) x\"}}}\n",
	  "1:29: table 'a.b': columns: 'k': 'decimal(3,2) x' is" },
	{ "tables: {a.b: {columns: {k: int, K: int}}}\n", "1:34: table 'a.b': columns: 'K' is here a second time" },
	{ "tables: {a.b: {columns: {\"\": int}}}\n", "1:26: table 'a.b': columns: a name is empty" },
	{ "tables: {a.b: {columns: {day: date}, partition_by: [x, dya]}}\n",
	  "1:53: table 'a.b': partition_by: a.b has no column 'x' among its 'columns'" },
	{ "tables: {a.b: {columns: {k: binary, v: int}, partition_by: [k]}}\n",
	  "1:60: table 'a.b': partition_by: 'k' is binary, which no partition can be" },
	{ "tables: {a.b: {columns: {k: int}, partition_by: k}}\n",
	  "1:49: table 'a.b': partition_by: a.b has no other columns, and a file must hold one" },
	{ COLUMNS "jobs: {j: {kind: sql, file: x, into: a.b, partition_by: day}}\n",
	  "2:57: job 'j': partition_by: a.b has no other columns" },
	{ "tables: {a.b: {columns: {day: date}, split_by: dya}}\n",
	  "1:48: table 'a.b': split_by: a.b has no column 'dya' among its 'columns'; did you mean 'day'?" },
	{ COLUMNS "jobs: {j: {kind: sql, file: x, into: a.b, mode: upsert, key: [day, k]}}\n",
	  "2:68: job 'j': key: a.b has no column 'k' among its 'columns'" },
	{ COLUMNS "jobs: {j: {kind: sql, file: x, into: a.b, owns: {dya: 1}}}\n",
	  "2:50: job 'j': owns: a.b has no column 'dya' among its 'columns'; did you mean 'day'?" },
	{ COLUMNS "jobs: {j: {kind: sql, file: x, into: a.b, partition_by: [day, x]}}\n",
	  "2:63: job 'j': partition_by: a.b" },
	{ COLUMNS "jobs: {j: {kind: sql, file: x, into: a.b, split_by: [x]}}\n",
	  "2:54: job 'j': split_by: a.b has no" },
	{ COLUMNS "jobs: {j: {kind: sql, file: x, into: c.d, side_file: y, side_into: a.b, side_key: [id]}}\n",
	  "2:84: job 'j': side_key: a.b has no column 'id'" },
	{ "tables: {a.b: {properties: {x: [y]}}}\n", "1:29: table 'a.b': property 'x' takes a text" },
	{ "foreign_roots: {a: b}\n", "1:16: foreign_roots: a path or a list of paths is wanted, not a map" },
	{ "tables: {main.x: {}}\n", "1:10: the section 'tables': name: no layer can be called 'main'" },
	/* jobs */
	{ "jobs:\n  j: {}\n", "2:3: job 'j': 'kind' is missing: ingest, sql, command" },
	{ "jobs: {j: {knid: sql}}\n",
	  "1:8: job 'j': 'kind' is missing: ingest, sql, command, crawl, check, maintain, train, predict, evaluate; was 'knid' meant to be it?" },
	{ "jobs: {j: {kind: sqll}}\n", "1:18: job 'j': there is no kind of job 'sqll'; did you mean 'sql'?" },
	{ "jobs: {j: {kind: zzzzzz}}\n", "1:18: job 'j': there is no kind of job 'zzzzzz': it is one of ingest" },
	{ "jobs: {j: {kind: sql, file: a.sql, into: silver.x, retires: 2}}\n",
	  "1:52: unknown key 'retires' in job 'j'; did you mean 'retries'?" },
	{ "jobs: {j: {kind: sql, into: silver.x}}\n", "1:8: job 'j': 'file' is missing: the SQL to run" },
	{ "jobs: {j: {kind: sql, file: /etc/x, into: silver.x}}\n",
	  "1:29: job 'j': file: '/etc/x' must be a path below the project's folder" },
	{ "jobs: {j: {kind: sql, file: a/../../x, into: silver.x}}\n",
	  "1:29: job 'j': file: 'a/../../x' must be a path" },
	{ "jobs: {j: {kind: sql, file: x, into: x}}\n", "1:38: job 'j': into: 'x' is no table" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, mode: merge}}\n", "1:54: job 'j': mode: 'merge' is not " },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, mode: upser}}\n",
	  "1:54: job 'j': mode: 'upser' is not one of append, upsert, replace, overwrite, overwrite_partitions; did you mean 'upsert'?" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, mode: replace}}\n",
	  "1:54: job 'j': mode replace needs 'key'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, mode: upsert, key: [a], slice: [b]}}\n",
	  "1:79: job 'j': the column 'b' of slice is not in 'key'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, slices: y}}\n", "1:56: job 'j': 'slices' needs 'slice'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, owns: a}}\n",
	  "1:54: job 'j': owns takes columns and their values, as in {type: crypto}, not a text" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, owns: {}}}\n",
	  "1:54: job 'j': owns takes columns and their values, as in "
	  "{type: crypto}, not nothing" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, owns: {a: [b]}}}\n", "1:58: job 'j'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, owns: {a: \"\"}}}\n",
	  "1:58: job 'j': owns: the value of 'a' is empty; a null is written as ~" },
	{ "jobs: {j: {kind: command, file: x, owns: {a: b}}}\n", "owns" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, side_file: y}}\n", "1:8: job 'j': 'side_file', 'side_into'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, mode: upsert}}\n", "1:54: job 'j': mode upsert needs 'key'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, key: [a]}}\n",
	  "1:48: job 'j': 'key' is for the modes upsert and replace only; the mode is append" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, mode: overwrite_partitions}}\n",
	  "1:54: job 'j': mode overwrite_partitions needs 'partition_by'" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, partition_by: {a: b}}}\n",
	  "1:62: job 'j': partition_by takes a list, not a map" },
	{ "jobs: {j: {kind: sql, file: x, into: silver.x, partition_by: [[a]]}}\n",
	  "1:62: job 'j': partition_by: item 1 is a list, not a text" },
	{ "jobs: {j: {kind: command}}\n", "1:8: job 'j' needs one of 'file' and 'argv'" },
	{ "jobs: {j: {kind: command, argv: [a], file: b}}\n", "1:8: job 'j' needs only one of 'file' and 'argv'" },
	{ "jobs: {j: {kind: command, argv: ls -l}}\n", "1:33: job 'j': argv takes a list" },
	{ "jobs: {j: {kind: command, argv: []}}\n", "1:33: job 'j': argv must name a program" },
	{ "jobs: {j: {kind: command, argv: [x], timeout: 30}}\n", "1:47: job 'j': timeout: '30' is not a duration" },
	{ "jobs: {j: {kind: command, argv: [x], timeout: 31d}}\n", "1:47: job 'j': timeout: '31d' is not a duration" },
	{ "jobs: {j: {kind: command, argv: [x], timeout: }}\n", "1:38: job 'j': timeout takes a text, not nothing" },
	{ "jobs: {j: {kind: check, timeout: x, rules: [{}]}}\n", "1:34: job 'j': timeout: 'x' is not a duration" },
	{ "sources: {archive: {kind: a}}\njobs: {j: {kind: ingest, source: archiv, into: bronze.x}}\n",
	  "2:34: job 'j': there is no source 'archiv'; did you mean 'archive'?" },
	/* workflows */
	{ JOBS "workflows: {w: {}}\n", "2:13: workflow 'w' has no steps" },
	{ JOBS "workflows: {j: {steps: {a: {job: j}}}}\n", "2:13: workflow 'j' has the name of a job (line 1)" },
	{ JOBS "workflows: {w: {steps: {a: {}}}}\n", "2:25: step 'a' of workflow 'w': 'job' is missing" },
	{ JOBS "workflows: {w: {steps: {a: {job: jj}}}}\n", "2:34: step 'a' of workflow 'w': there is no job 'jj'" },
	{ JOBS "workflows: {w: {steps: {a: {job: j, aftr: [b]}}}}\n",
	  "2:37: unknown key 'aftr' in step 'a' of workflow 'w'; did you mean 'after'?" },
	{ JOBS "workflows: {w: {steps: {first: {job: j}, b: {job: j, after: [frist]}}}}\n",
	  "2:62: step 'b' of workflow 'w': after: workflow 'w' has no step 'frist'; did you mean 'first'?" },
	{ JOBS "workflows: {w: {steps: {a: {job: j}, b: {job: j, after: [a, a]}}}}\n",
	  "2:61: step 'b' of workflow 'w': after: 'a' is here a second time" },
	{ JOBS "workflows: {w: {steps: {a: {job: j}, b: {job: j, after: {most: [a]}}}}}\n",
	  "2:57: step 'b' of workflow 'w': after takes a list of steps, {all: [steps]} or {any: [steps]}" },
	{ JOBS "workflows: {w: {steps: {a: {job: j}, b: {job: j, after: {any: []}}}}}\n",
	  "2:63: step 'b' of workflow 'w': after: the list is empty, so the step would never begin" },
	{ JOBS "workflows: {w: {steps: {a: {job: j}, b: {job: j, after: [{}]}}}}\n",
	  "2:58: step 'b' of workflow 'w': after: a map is no name of a step" },
	{ JOBS "workflows: {w: {steps: {a: {job: j}, b: {job: j, after: a, when: RUNNING}}}}\n",
	  "2:66: step 'b' of workflow 'w': when: 'RUNNING' is not one of SUCCEEDED" },
	{ JOBS "workflows: {w: {steps: {a: {job: j, when: FAILED}}}}\n",
	  "2:37: step 'a' of workflow 'w': 'when' says what the steps of 'after' must have come to" },
	{ JOBS "workflows: {w: {steps: {a: {job: j, after: [a]}}}}\n",
	  "2:25: the steps of workflow 'w' go round in a circle: a, which waits for a" },
	{ JOBS "workflows: {w: {steps: {a: {job: j, after: [c]}, b: {job: j, after: a}, c: {job: j, after: b}}}}\n",
	  "2:25: the steps of workflow 'w' go round in a circle: a, which waits for c, which waits for b, which waits for a" },
	{ JOBS
	  "workflows: {w: {steps: {a: {job: j}, b: {job: j, after: a, when: FAILED}, c: {job: j, after: [a, b]}}}}\n",
	  "2:75: step 'c' of workflow 'w' can never begin: 'a' would have to end in two ways at once" },
	/* triggers */
	{ "triggers: {t: {start: x}}\n", "1:12: trigger 't': 'kind' is missing" },
	{ "triggers: {t: {kind: hourly, start: x}}\n", "1:22: trigger 't': 'hourly' is not a kind of trigger" },
	{ JOBS "triggers: {t: {kind: scheduled}}\n", "2:12: trigger 't': 'start' is missing" },
	{ "jobs: {batch: {kind: command, argv: [x]}}\ntriggers: {t: {kind: event, start: bacth}}\n",
	  "2:36: trigger 't': start: there is no workflow or job 'bacth'; did you mean 'batch'?" },
};

static void each_problem_is_told_with_its_place(void **state)
{
	int wrong = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kit *kit = kit_parse(cases[i].text);

		if (kit->status != BLN_INVALID || !strstr(kit->err.message, "/bullion.yaml:") ||
		    !strstr(kit->err.message, cases[i].expected)) {
			print_error("%s: expected %s, got %s\n", cases[i].text, cases[i].expected, kit->err.message);
			wrong++;
		}
		kit_end(kit);
	}
	assert_int_equal(wrong, 0);
}

static void what_may_follow_from_either_end_is_reachable(void **state)
{
	static const char *const fine[] = {
		JOBS
		"workflows: {w: {steps: {a: {job: j}, b: {job: j, after: a, when: FAILED}, c: {job: j, after: {any: [a, b]}}}}}\n",
		JOBS
		"workflows: {w: {steps: {a: {job: j}, b: {job: j, after: a, when: FAILED}, c: {job: j, after: [a], when: "
		"TIMEOUT}, d: {job: j, after: [b]}}}}\n",
		JOBS
		"workflows: {w: {steps: {a: {job: j}, b: {job: j, after: a}, c: {job: j, after: a}, d: {job: j, after: [b, "
		"c, a]}}}}\n",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		struct kit *kit = kit_parse(fine[i]);

		assert_ok(kit->status, &kit->err);
		kit_end(kit);
	}
}

static void aliases_are_no_bombs(void **state)
{
	struct bln_text text = { 0 };
	struct kit *kit;
	(void)state;

	/* "Billion laughs": each list holds the one before ten times. */
	bln_text_add(&text, "share:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		bln_text_add_format(&text, "  a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			bln_text_add_format(&text, "%s*a%d", j > 0 ? ", " : "", i - 1);
		bln_text_add(&text, "]\n");
	}
	kit = kit_parse(text.at);
	assert_int_equal(kit->status, BLN_INVALID);
	assert_says(kit->err.message, "with what its aliases stand for, the file has too many values");
	kit_end(kit);

	bln_text_clear(&text);
	bln_text_add(&text, "share:\n  a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n");
	for (int i = 1; i < 5; i++)
		bln_text_add_format(&text, "  a%d: &a%d [[[[[[[[[[*a%d]]]]]]]]]]\n", i, i, i - 1);
	kit = kit_parse(text.at);
	assert_int_equal(kit->status, BLN_INVALID);
	assert_says(kit->err.message, "with what its aliases stand for, the file is nested too deeply");
	kit_end(kit);

	bln_text_clear(&text);
	bln_text_add(&text, "share: ");
	for (int i = 0; i < BLN_YAML_DEPTH_MAX; i++)
		bln_text_add(&text, "[");
	kit = kit_parse(text.at);
	assert_int_equal(kit->status, BLN_INVALID);
	assert_says(kit->err.message, "the file is nested too deeply");
	kit_end(kit);

	/* Used with measure they are welcome. */
	kit = kit_parse("jobs: {a: &a {kind: command, argv: [x]}, b: *a}\n");
	assert_ok(kit->status, &kit->err);
	assert_string_equal(kit->project->jobs[1].argv.items[0], "x");
	kit_end(kit);
	bln_text_clean_up(&text);
}

/* Whatever is done to a file: an answer, and a place in the file with each problem. */
static void mutations_never_crash(void **state)
{
	static const char bits[] = "{}[]:,&*!|>'\"%@`#-? \n\t$a0\x80\0";
	struct bln_random random;
	int good = 0;
	(void)state;

	bln_random_init(&random, test_seed(20260101));
	for (int round = 0; round < 3000; round++) {
		char text[sizeof(kit_example) + 64];
		size_t length = sizeof(kit_example) - 1;
		const uint64_t edits = 1 + bln_random_below(&random, 4);
		struct kit *kit;

		memcpy(text, kit_example, sizeof(kit_example));
		for (uint64_t i = 0; i < edits; i++) {
			const size_t at = bln_random_below(&random, length);
			const size_t more = bln_random_below(&random, 8);

			switch (bln_random_below(&random, 3)) {
			case 0:
				text[at] = bits[bln_random_below(&random, sizeof(bits))];
				break;
			case 1:
				memmove(text + at + 1, text + at, length - at);
				text[at] = bits[bln_random_below(&random, sizeof(bits))];
				length++;
				break;
			default:
				if (at + more < length) {
					memmove(text + at, text + at + more, length - at - more);
					length -= more;
				}
			}
		}
		kit = kit_parse_bytes(text, length);
		good += kit->status == BLN_OK;
		assert_true(kit->status == BLN_OK || kit->status == BLN_INVALID);
		assert_int_equal(kit->status == BLN_OK, kit->problems.count == 0);
		for (size_t i = 0; i < kit->problems.count; i++)
			assert_true(kit->problems.items[i].place.line > 0 && kit->problems.items[i].place.column > 0);
		kit_end(kit);
	}
	assert_true(good > 100 && good < 2900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_problem_is_told_with_its_place),
		cmocka_unit_test(what_may_follow_from_either_end_is_reachable),
		cmocka_unit_test(aliases_are_no_bombs),
		cmocka_unit_test(mutations_never_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
