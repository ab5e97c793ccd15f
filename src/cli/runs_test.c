/* `bullion runs`: from records of runs to what is printed. */
#include "base/folder_test_kit.h"

#include "base/json.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/runs.h"

#define BEGUN INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define SECOND BLN_US_PER_SECOND

struct fixture {
	char folder[64];
	struct bln_clock_virtual clock;
	char *out, *talk;
	size_t out_length, talk_length;
	enum bln_exit code;
};

static void record(struct bln_state *state, const struct bln_run *run, enum bln_run_state end, int64_t begun_us,
		   int64_t ended_us, const char *reason)
{
	const struct bln_run_change begin = { .to = BLN_RUN_RUNNING, .at_us = begun_us };
	const struct bln_run_change finish = {
		.to = end, .at_us = ended_us, .reason = reason, .result = "{\"rows\":7}"
	};
	struct bln_err err = { 0 };

	assert_ok(bln_run_create(state, run, &err), &err);
	if (end == BLN_RUN_WAITING)
		return;
	assert_ok(bln_run_change(state, run->id, &begin, &err), &err);
	assert_ok(bln_run_change(state, run->id, &finish, &err), &err);
}

/* A workflow's run with two steps, then a job that waits. */
static void begin(struct fixture *f)
{
	struct bln_state *state = NULL;
	struct bln_err err = { 0 };
	char path[128];

	*f = (struct fixture){ 0 };
	bln_clock_virtual_init(&f->clock, BEGUN + 3600 * SECOND);
	test_folder_make(f->folder, sizeof(f->folder), "runs");
	test_file_write(f->folder, "bullion.yaml", "");
	test_file_write(f->folder, "one.log", "from one\n");
	test_file_write(f->folder, "two.log", "from two\n");
	snprintf(path, sizeof(path), "%s/.bullion/state.db", f->folder);
	assert_ok(bln_state_open(path, BLN_STATE_CREATE, &state, &err), &err);
	assert_ok(bln_run_create(state,
				 &(struct bln_run){ .id = "aaaa-1",
						    .name = "historical",
						    .kind = BLN_RUN_WORKFLOW,
						    .properties = "{\"base\":\"USD\"}",
						    .attempt = 1,
						    .created_at_us = BEGUN },
				 &err),
		  &err);
	record(state,
	       &(struct bln_run){ .id = "aaaa-2",
				  .parent_id = "aaaa-1",
				  .step = "ingest",
				  .name = "load",
				  .kind = BLN_RUN_JOB,
				  .properties = "{}",
				  .attempt = 1,
				  .log_path = "one.log",
				  .created_at_us = BEGUN },
	       BLN_RUN_SUCCEEDED, BEGUN, BEGUN + 90 * SECOND, NULL);
	record(state,
	       &(struct bln_run){ .id = "bbbb-3",
				  .parent_id = "aaaa-1",
				  .step = "silver",
				  .name = "refine",
				  .kind = BLN_RUN_JOB,
				  .properties = "{}",
				  .attempt = 1,
				  .log_path = "two.log",
				  .created_at_us = BEGUN },
	       BLN_RUN_FAILED, BEGUN, BEGUN + 7200 * SECOND, "it broke");
	assert_ok(bln_run_change(state, "aaaa-1", &(struct bln_run_change){ .to = BLN_RUN_RUNNING, .at_us = BEGUN },
				 &err),
		  &err);
	assert_ok(bln_run_change(state, "aaaa-1",
				 &(struct bln_run_change){ .to = BLN_RUN_COMPLETED, .at_us = BEGUN + 2 * SECOND },
				 &err),
		  &err);
	record(state,
	       &(struct bln_run){ .id = "cccc-4",
				  .name = "load",
				  .kind = BLN_RUN_JOB,
				  .properties = "{}",
				  .attempt = 1,
				  .created_at_us = BEGUN },
	       BLN_RUN_WAITING, 0, 0, NULL);
	bln_state_close(state);
}

static void printed_free(struct fixture *f)
{
	free(f->out);
	free(f->talk);
	f->out = f->talk = NULL;
}

static void end(struct fixture *f)
{
	printed_free(f);
	test_folder_remove(f->folder);
}

/* Runs the words of LINE, split at spaces. */
static void run(struct fixture *f, const char *line)
{
	char copy[256];
	char option[] = "-C";
	char *argv[32] = { option, f->folder };
	int argc = 2;
	FILE *out;
	FILE *talk;

	printed_free(f);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *at = strtok(copy, " "); at; at = strtok(NULL, " "))
		argv[argc++] = at;
	out = open_memstream(&f->out, &f->out_length);
	talk = open_memstream(&f->talk, &f->talk_length);
	f->code = bln_cli_run(&bln_commands, argc, argv, out, talk, &f->clock.clock, NULL);
	fclose(out);
	fclose(talk);
}

static void a_list_has_what_ran(void **state)
{
	struct fixture f;
	json_t *json = NULL;
	json_t *first;
	struct bln_err err = { 0 };
	(void)state;

	begin(&f);
	run(&f, "runs list");
	assert_int_equal(f.code, 0);
	assert_string_equal(f.out, "ID      NAME        KIND      STATE      STARTED AT            TOOK  REASON\n"
				   "cccc-4  load        job       WAITING    -                     -     -\n"
				   "aaaa-1  historical  workflow  COMPLETED  2026-01-01T00:00:00Z  2.0s  -\n");
	run(&f, "runs list --json");
	assert_ok(bln_json_parse(f.out, f.out_length, "list", &json, &err), &err);
	assert_int_equal(json_array_size(json), 2);
	first = json_array_get(json, 1);
	assert_string_equal(json_string_value(json_object_get(first, "id")), "aaaa-1");
	assert_string_equal(json_string_value(json_object_get(first, "kind")), "workflow");
	assert_string_equal(json_string_value(json_object_get(first, "state")), "COMPLETED");
	assert_string_equal(json_string_value(json_object_get(first, "ended_at")), "2026-01-01T00:00:02Z");
	assert_true(json_is_null(json_object_get(json_array_get(json, 0), "started_at")));
	json_decref(json);
	run(&f, "runs list --steps --state FAILED");
	assert_non_null(strstr(f.out, "bbbb-3  refine  job   FAILED  2026-01-01T00:00:00Z  2h00m  it broke\n"));
	assert_null(strstr(f.out, "aaaa"));
	run(&f, "runs list --active");
	assert_null(strstr(f.out, "aaaa-1"));
	run(&f, "runs list -n 1");
	assert_null(strstr(f.out, "aaaa-1"));
	run(&f, "runs list --name nobody");
	assert_int_equal(f.code, BLN_EXIT_NOT_FOUND);
	assert_string_equal(f.talk, "bullion: nothing here is called 'nobody'\n");
	run(&f, "runs list --state TIMEOUT");
	assert_int_equal(f.code, 0);
	assert_string_equal(f.talk, "no runs\n");
	end(&f);
}

static void a_run_is_shown_with_its_steps(void **state)
{
	struct fixture f;
	json_t *json = NULL;
	struct bln_err err = { 0 };
	(void)state;

	begin(&f);
	run(&f, "runs show aaaa-1");
	assert_int_equal(f.code, 0);
	assert_non_null(strstr(f.out, "workflow    historical\nstate       COMPLETED\n"));
	assert_non_null(strstr(f.out, "properties  {\"base\":\"USD\"}\n"));
	assert_non_null(strstr(f.out, "ingest  load      1  SUCCEEDED  2026-01-01T00:00:00Z  1m30s  -\n"
				      "silver  refine    1  FAILED     2026-01-01T00:00:00Z  2h00m  it broke\n"));
	run(&f, "runs show aaaa-1 --json");
	assert_ok(bln_json_parse(f.out, f.out_length, "show", &json, &err), &err);
	assert_int_equal(json_array_size(json_object_get(json, "steps")), 2);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(json_array_get(json_object_get(json, "steps"), 0), "result"), "rows")),
			 7);
	json_decref(json);
	run(&f, "runs show b"); /* enough of an id */
	assert_int_equal(f.code, 0);
	assert_non_null(strstr(f.out, "reason      it broke\n"));
	run(&f, "runs show aaaa");
	assert_int_equal(f.code, 2);
	assert_non_null(strstr(f.talk, "2 runs have an id that begins with 'aaaa': type more of it"));
	run(&f, "runs show zz");
	assert_int_equal(f.code, 5);
	assert_non_null(strstr(f.talk, "there is no run 'zz'"));
	run(&f, "runs show"); /* the newest */
	assert_non_null(strstr(f.out, "id          cccc-4\n"));
	end(&f);
}

static void logs_are_those_of_the_steps(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	run(&f, "runs logs aaaa-1");
	assert_int_equal(f.code, 0);
	assert_string_equal(f.out, "from one\nfrom two\n");
	assert_string_equal(f.talk, "--- step ingest (SUCCEEDED)\n--- step silver (FAILED)\n");
	run(&f, "runs logs bbbb-3 --follow"); /* it has ended */
	assert_int_equal(f.code, 0);
	assert_string_equal(f.out, "from two\n");
	run(&f, "runs logs cccc-4");
	assert_int_equal(f.code, 0);
	assert_string_equal(f.talk, "the run has no log\n");
	end(&f);
}

/* The run ID under way, in a process that lives: this one. */
static void run_under_way(struct fixture *f, const char *id)
{
	const struct bln_run run = { .id = id, .name = "load", .kind = BLN_RUN_JOB, .properties = "{}", .attempt = 1 };
	struct bln_run_change begin = { .to = BLN_RUN_RUNNING, .at_us = BEGUN };
	struct bln_state *state = NULL;
	struct bln_process self;
	struct bln_err err = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/.bullion/state.db", f->folder);
	assert_ok(bln_process_of(getpid(), &self, &err), &err);
	begin.process = &self;
	assert_ok(bln_state_open(path, BLN_STATE_EXISTING, &state, &err), &err);
	assert_ok(bln_run_create(state, &run, &err), &err);
	assert_ok(bln_run_change(state, id, &begin, &err), &err);
	bln_state_close(state);
}

static void a_run_is_cancelled(void **state)
{
	struct fixture f;
	(void)state;

	begin(&f);
	run(&f, "runs cancel c"); /* it waits, and nobody is to begin it */
	assert_int_equal(f.code, 0);
	assert_string_equal(f.talk, "STOPPED    load (run cccc-4)\n");
	run(&f, "runs cancel c");
	assert_int_equal(f.code, 4);
	assert_non_null(strstr(f.talk, "run cccc-4 has ended already: STOPPED"));
	run(&f, "runs show c");
	assert_non_null(strstr(f.out, "state       STOPPED\n"));
	assert_non_null(strstr(f.out, "reason      stopped before it began\n"));
	run_under_way(&f, "dddd-5");
	for (int i = 0; i < 2; i++) { /* twice is as good as once */
		run(&f, "runs cancel dddd-5 --json");
		assert_int_equal(f.code, 0);
		assert_string_equal(f.out,
				    "{\"id\":\"dddd-5\",\"name\":\"load\",\"kind\":\"job\",\"state\":\"STOPPING\"}\n");
	}
	run(&f, "runs list --active");
	assert_non_null(strstr(f.out, "dddd-5  load  job   STOPPING"));
	run(&f, "runs cancel zz");
	assert_int_equal(f.code, 5);
	assert_non_null(strstr(f.talk, "there is no run 'zz'"));
	run(&f, "runs cancel aaaa");
	assert_int_equal(f.code, 2);
	run(&f, "runs cancel"); /* never by chance the newest */
	assert_int_equal(f.code, 2);
	end(&f);
}

static void every_state_can_be_asked_for(void **state)
{
	struct fixture f;
	char line[64];
	(void)state;

	begin(&f);
	for (int i = 0; i < BLN_RUN_STATES; i++) {
		const char *name = bln_run_state_name((enum bln_run_state)i);

		snprintf(line, sizeof(line), "runs list --state %s", name);
		run(&f, line);
		assert_int_equal(f.code, 0);
		run(&f, "runs list --state FALED");
		assert_int_equal(f.code, 2);
		assert_non_null(strstr(f.talk, name)); /* which says what there is */
	}
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_has_what_ran),		cmocka_unit_test(a_run_is_shown_with_its_steps),
		cmocka_unit_test(logs_are_those_of_the_steps),	cmocka_unit_test(a_run_is_cancelled),
		cmocka_unit_test(every_state_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
