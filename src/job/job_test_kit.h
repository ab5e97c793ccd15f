/* What tests of src/job share: a project whose jobs can be run (job_run_test_kit.h), what they left behind (job_look_test_kit.h),
 * and tables written without them (job_write_test_kit.h). */
#ifndef BLN_JOB_TEST_KIT_H
#define BLN_JOB_TEST_KIT_H

#include "job/job_look_test_kit.h"
#include "job/job_run_test_kit.h"
#include "job/job_write_test_kit.h"

/* A test between set_up, which leaves its kit in *STATE, and kit_tear_down. */
#define kit_test(test) cmocka_unit_test_setup_teardown(test, set_up, kit_tear_down)

static inline int kit_tear_down(void **state)
{
	struct kit *kit = *state;

	if (!kit->may_have_orphans)
		assert_int_equal(kit_orphans(kit), 0);
	kit_free(kit);
	return 0;
}

#endif
