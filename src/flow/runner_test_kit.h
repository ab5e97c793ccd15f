/* What the tests of the runner share: a project in a folder of its own, whose jobs' processes are the test program
 * again.
 *
 * As a job's process (child_main) it looks up its run in the state, as the real one does, notes in FOLDER/order that
 * it was there, and becomes the shell with the script in its property "do". */
#ifndef BLN_FLOW_RUNNER_TEST_KIT_H
#define BLN_FLOW_RUNNER_TEST_KIT_H

#include "base/folder_test_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/time.h"
#include "flow/run_properties.h"
#include "flow/runner.h"

enum { KIT_EVENTS_MAX = 256, KIT_TEXT_MAX = 8192 };

struct kit {
	char folder[64];
	char text[KIT_TEXT_MAX]; /* of kit_read */
	struct bln_project *project;
	struct bln_state *state;
	struct bln_random random;
	struct bln_arena arena;
	struct bln_plan plan;
	struct bln_cancel cancel;
	struct bln_cancel hurry;
	struct bln_secrets secrets;
	struct bln_runner runner;
	const char *argv[4];
	struct bln_run_outcome outcome;
	void (*on_event)(struct kit *kit, const struct bln_run_event *event);
	char events[KIT_TEXT_MAX]; /* "first BEGAN, first ENDED SUCCEEDED, " */
};

static inline void kit_event(void *context, const struct bln_run_event *event)
{
	static const char *const kinds[] = {
		[BLN_RUN_BEGAN] = "BEGAN",
		[BLN_RUN_ACTION_QUEUED] = "QUEUED",
		[BLN_RUN_ACTION_BEGAN] = "BEGAN",
		[BLN_RUN_ACTION_PROGRESS] = "PROGRESS",
		[BLN_RUN_ACTION_RETRY] = "RETRY",
		[BLN_RUN_ACTION_ENDED] = "",
		[BLN_RUN_ENDED] = "",
	};
	struct kit *kit = context;
	size_t length = strlen(kit->events);
	const bool is_end = event->kind == BLN_RUN_ACTION_ENDED || event->kind == BLN_RUN_ENDED;

	snprintf(kit->events + length, sizeof(kit->events) - length, "%s %s, ",
		 event->action ? event->action->name : "run",
		 is_end ? bln_run_state_name(event->state) : kinds[event->kind]);
	if (kit->on_event)
		kit->on_event(kit, event);
}

static inline void kit_open(struct kit *kit)
{
	char path[128];
	struct bln_err err = { 0 };

	snprintf(path, sizeof(path), "%s/.bullion/state.db", kit->folder);
	assert_ok(bln_state_open(path, BLN_STATE_CREATE, &kit->state, &err), &err);
	kit->runner.state = kit->state;
}

/* A project whose file is YAML behind its name; the plan is of NAME. Without a state: see kit_open. */
static inline struct kit *kit_new_closed(const char *yaml, const char *name)
{
	struct kit *kit = calloc(1, sizeof(*kit));
	struct bln_text file = { 0 };
	struct bln_err err = { 0 };

	assert_non_null(kit);
	test_folder_make(kit->folder, sizeof(kit->folder), "runner");
	bln_text_add_format(&file, "project: test\n%s", yaml);
	assert_ok(bln_project_parse(kit->folder, file.at, file.length, &kit->project, NULL, &err), &err);
	bln_text_clean_up(&file);
	assert_ok(bln_plan_make(kit->project, name, &kit->arena, &kit->plan, &err), &err);
	bln_random_init(&kit->random, (uint64_t)getpid());
	kit->argv[0] = "job";
	kit->argv[1] = "child";
	kit->argv[2] = kit->folder;
	kit->runner = (struct bln_runner){ .project = kit->project,
					   .clock = bln_clock_system(),
					   .random = &kit->random,
					   .secrets = &kit->secrets,
					   .cancel = &kit->cancel,
					   .hurry = &kit->hurry,
					   .event = kit_event,
					   .context = kit,
					   .file = "/proc/self/exe",
					   .argv = kit->argv,
					   .concurrent_max = 1,
					   .grace_us = 60 * BLN_US_PER_SECOND };
	return kit;
}

static inline struct kit *kit_new(const char *yaml, const char *name)
{
	struct kit *kit = kit_new_closed(yaml, name);

	kit_open(kit);
	return kit;
}

static inline void kit_destroy(struct kit *kit)
{
	bln_state_close(kit->state);
	bln_arena_clean_up(&kit->arena);
	bln_project_close(kit->project);
	bln_secrets_clean_up(&kit->secrets);
	test_folder_remove(kit->folder);
	free(kit);
}

static inline enum bln_run_state kit_run(struct kit *kit)
{
	struct bln_err err = { 0 };

	assert_ok(bln_runner_run(&kit->runner, &kit->plan, NULL, &kit->outcome, &err), &err);
	return kit->outcome.state;
}

/* What is in a file of the project's folder; "" where there is none. Lives until the next call. */
static inline const char *kit_read(struct kit *kit, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", kit->folder, name);
	file = fopen(path, "re");
	kit->text[0] = '\0';
	if (file) {
		kit->text[fread(kit->text, 1, sizeof(kit->text) - 1, file)] = '\0';
		fclose(file);
	}
	return kit->text;
}

/* The records, oldest first: "first/1 SUCCEEDED, " for a step's attempt, "talk SUCCEEDED, " for what is no step's. */
static inline const char *kit_records(struct kit *kit)
{
	const struct bln_run_filter all = { 0 };
	struct bln_run *runs = NULL;
	size_t count = 0;
	size_t length = 0;
	struct bln_err err = { 0 };

	assert_ok(bln_runs_list(kit->state, &all, &kit->arena, &runs, &count, &err), &err);
	kit->text[0] = '\0';
	for (size_t i = count; i-- > 0;) {
		length += (size_t)snprintf(kit->text + length, sizeof(kit->text) - length, "%s",
					   runs[i].step ? runs[i].step : runs[i].name);
		if (runs[i].kind == BLN_RUN_JOB)
			length += (size_t)snprintf(kit->text + length, sizeof(kit->text) - length, "/%d",
						   (int)runs[i].attempt);
		length += (size_t)snprintf(kit->text + length, sizeof(kit->text) - length, " %s, ",
					   bln_run_state_name(runs[i].state));
	}
	return kit->text;
}

/* The newest record of a step, or of what is no step's by its name. */
static inline struct bln_run kit_record(struct kit *kit, const char *name)
{
	const struct bln_run_filter all = { 0 };
	struct bln_run *runs = NULL;
	size_t count = 0;
	struct bln_err err = { 0 };

	assert_ok(bln_runs_list(kit->state, &all, &kit->arena, &runs, &count, &err), &err);
	for (size_t i = 0; i < count; i++)
		if (strcmp(runs[i].step ? runs[i].step : runs[i].name, name) == 0)
			return runs[i];
	fail_msg("no record of %s", name);
	return (struct bln_run){ .parent_id = "", .reason = "" };
}

static inline int child_main(const char *folder, const char *id)
{
	struct bln_state *state = NULL;
	struct bln_properties properties;
	const struct bln_property *todo;
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	struct bln_run run;
	char path[256];
	char script[4096];
	bool is_full;
	int fd;

	snprintf(path, sizeof(path), "%s/.bullion/state.db", folder);
	if (bln_state_open(path, BLN_STATE_EXISTING, &state, &err) != BLN_OK ||
	    bln_run_get(state, id, &arena, &run, &err) != BLN_OK ||
	    bln_run_properties_parse(bln_slice_of(run.properties), &arena, &properties, &is_full, &err) != BLN_OK) {
		fprintf(stderr, "%s\n", err.message);
		return BLN_JOB_EXIT_BUG;
	}
	bln_state_close(state);
	snprintf(path, sizeof(path), "%s/order", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	dprintf(fd, "%s ", run.step ? run.step : run.name);
	close(fd);
	setenv("ATTEMPT", (char[]){ (char)('0' + run.attempt), '\0' }, 1);
	setenv("STEP", run.step ? run.step : "", 1);
	setenv("FULL", is_full ? "full" : "", 1);
	todo = bln_properties_find(&properties, "do");
	snprintf(script, sizeof(script), "%s", todo ? todo->text : "");
	bln_arena_clean_up(&arena);
	if (chdir(folder) == 0)
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	return BLN_JOB_EXIT_BUG;
}

/* Runs TESTS, unless the program was started as a job's process. */
#define KIT_MAIN(name)                                                                                                 \
	int main(int argc, char **argv)                                                                                \
	{                                                                                                              \
		if (argc == 4 && strcmp(argv[1], "child") == 0)                                                        \
			return child_main(argv[2], argv[3]);                                                           \
		return cmocka_run_group_tests_name(name, tests, NULL, NULL);                                           \
	}

#endif
