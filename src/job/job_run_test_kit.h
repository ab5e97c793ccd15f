/* A project in a folder of its own, a lake in it, a clock that stands still, randomness with a seed, and the running of its
 * jobs. */
#ifndef BLN_JOB_RUN_TEST_KIT_H
#define BLN_JOB_RUN_TEST_KIT_H

#include "base/folder_test_kit.h"

#include "base/mem.h"
#include "engine/checkpoint.h"
#include "engine/engine.h"
#include "job/job.h"
#include "job/work.h"

enum { KIT_PATH_SIZE = 512, KIT_START_S = 1700000000 };

struct kit {
	char folder[64];
	struct bln_project *project;
	struct bln_properties properties; /* of the runs */
	struct bln_expander expander;
	struct bln_state *state;
	struct bln_clock_virtual clock;
	struct bln_random random;
	struct bln_parquet_lazy parquet;
	struct bln_lake lake;
	struct bln_arena arena;
	struct bln_job_context context;
	struct bln_engine *reader; /* of the tests' own questions; made when first asked */
	bool may_have_orphans; /* the test took commits away, or left one in doubt */
	struct bln_err err;
};

/* FOLDER/NAME; good until the fourth call from now. */
static inline const char *kit_path(const struct kit *kit, const char *name)
{
	static char paths[4][KIT_PATH_SIZE];
	static int next;
	char *path = paths[next++ % 4];

	assert_true(snprintf(path, KIT_PATH_SIZE, "%s/%s", kit->folder, name) < KIT_PATH_SIZE);
	return path;
}

static inline void kit_file(const struct kit *kit, const char *name, const char *text)
{
	test_file_write(kit->folder, name, text);
}

/* The lake with the faults of PLAN (store/fault_plan.h), NULL for none. */
static inline void kit_lake(struct kit *kit, const char *plan)
{
	const struct bln_store_options options = { .threads = 2, .faults = plan ? plan : "" };

	bln_lake_close(&kit->lake);
	assert_ok(bln_lake_open(kit_path(kit, "lake"), &options, &kit->parquet.port, &kit->lake, &kit->err), &kit->err);
}

/* YAML: what stands in bullion.yaml behind its name. */
static inline struct kit *kit_new(const char *yaml, uint64_t seed)
{
	struct kit *kit = calloc(1, sizeof(*kit));
	struct bln_text text = { 0 };

	assert_non_null(kit);
	test_folder_make(kit->folder, sizeof(kit->folder), "job");
	bln_text_add_format(&text, "project: test\n%s", yaml);
	assert_ok(bln_project_parse(kit->folder, text.at, text.length, &kit->project, NULL, &kit->err), &kit->err);
	bln_text_clean_up(&text);
	assert_int_equal(mkdir(kit_path(kit, ".bullion"), 0700), 0);
	assert_ok(bln_state_open(kit_path(kit, BLN_PROJECT_STATE), BLN_STATE_CREATE, &kit->state, &kit->err),
		  &kit->err);
	bln_clock_virtual_init(&kit->clock, KIT_START_S * INT64_C(1000000));
	bln_random_init(&kit->random, seed);
	bln_parquet_lazy_init(&kit->parquet, NULL);
	kit_lake(kit, NULL);
	kit->properties = kit->project->properties;
	kit->expander =
		(struct bln_expander){ .project = kit->project, .properties = &kit->properties, .arena = &kit->arena };
	kit->context = (struct bln_job_context){ .project = kit->project,
						 .expander = &kit->expander,
						 .lake = &kit->lake,
						 .state = kit->state,
						 .clock = &kit->clock.clock,
						 .random = &kit->random,
						 .arena = &kit->arena };
	return kit;
}

static inline void kit_free(struct kit *kit)
{
	bln_engine_close(kit->reader);
	bln_engine_close(kit->context.engine);
	bln_work_close(kit->context.work);
	bln_lake_close(&kit->lake);
	bln_parquet_lazy_clean_up(&kit->parquet);
	bln_state_close(kit->state);
	bln_project_close(kit->project);
	bln_arena_clean_up(&kit->arena);
	test_folder_remove(kit->folder);
	free(kit);
}

/* What bln_job_run gives to a job: for tests of what stands below one. */
static inline void kit_work(struct kit *kit)
{
	assert_ok(bln_work_open(kit->folder, &kit->random, &kit->arena, &kit->context.work, &kit->err), &kit->err);
}

/* And the end of it. */
static inline void kit_work_end(struct kit *kit)
{
	bln_engine_close(kit->context.engine);
	bln_work_close(kit->context.work);
	kit->context.engine = NULL;
	kit->context.work = NULL;
}

static inline enum bln_status kit_try(struct kit *kit, const char *name, struct bln_job_result *result)
{
	const struct bln_job *job = bln_project_job(kit->project, name);
	enum bln_status status;

	assert_non_null(job);
	*result = (struct bln_job_result){ 0 };
	kit->err.message[0] = '\0';
	bln_clock_virtual_advance(&kit->clock, 1000000);
	status = bln_job_run(&kit->context, job, result, &kit->err);
	assert_null(kit->context.engine);
	assert_null(kit->context.work);
	return status;
}

/* Runs the job and expects it to work. */
static inline struct bln_job_result kit_run(struct kit *kit, const char *name)
{
	struct bln_job_result result;

	assert_ok(kit_try(kit, name, &result), &kit->err);
	bln_job_result_clean_up(&result);
	return result;
}

/* Runs the job and expects STATUS, with TEXT in the message. */
static inline void kit_fails(struct kit *kit, const char *name, enum bln_status status, const char *text)
{
	struct bln_job_result result;

	assert_int_equal(kit_try(kit, name, &result), status);
	bln_job_result_clean_up(&result);
	assert_says(kit->err.message, text);
}

/* Runs it with --full, for which see sql.h. */
static inline struct bln_job_result kit_run_full(struct kit *kit, const char *name)
{
	struct bln_job_result result;

	kit->context.is_full = true;
	result = kit_run(kit, name);
	kit->context.is_full = false;
	return result;
}

/* One of the next MOST allocations fails, in what is done until kit_memory_failed. */
static inline void kit_memory_fails(struct kit *kit, uint64_t most)
{
	bln_mem_fail_at(1 + bln_random_below(&kit->random, most), false);
}

/* That STATUS, which came of it, is no other error than that. True: it is one. */
static inline bool kit_memory_failed(const struct kit *kit, enum bln_status status)
{
	bln_mem_fail_at(0, false);
	if (status != BLN_OK && status != BLN_NO_MEMORY)
		fail_msg("no memory: %s", kit->err.message);
	return status == BLN_NO_MEMORY;
}

#endif
