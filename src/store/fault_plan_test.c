#include "base/base_test.h"

#include "store/fault_plan.h"

static void a_plan_says_what_happens_when(void **state)
{
	static const struct {
		const char *plan;
		enum bln_store_call call;
		struct bln_fault_count count;
		enum bln_fault_kind kind;
		int64_t delay_us;
	} cases[] = {
		{ "", BLN_CALL_PUT, { 1, 1 }, BLN_FAULT_NONE, 0 },
		{ "fail@12", BLN_CALL_PUT, { 11, 12 }, BLN_FAULT_NONE, 0 },
		{ "fail@12", BLN_CALL_GET, { 12, 3 }, BLN_FAULT_FAIL, 0 },
		{ "fail@12", BLN_CALL_GET, { 13, 3 }, BLN_FAULT_NONE, 0 },
		{ "fail@12+", BLN_CALL_GET, { 13, 3 }, BLN_FAULT_FAIL, 0 },
		{ "fail@1", BLN_CALL_LISTING_NEXT, { 0, 1 }, BLN_FAULT_NONE, 0 },
		{ "fail@1+", BLN_CALL_LISTING_NEXT, { 0, 5 }, BLN_FAULT_NONE, 0 },
		{ "fail@5:listing_next", BLN_CALL_LISTING_NEXT, { 0, 5 }, BLN_FAULT_FAIL, 0 },
		{ "kill@3:put_if_absent", BLN_CALL_PUT_IF_ABSENT, { 9, 3 }, BLN_FAULT_KILL, 0 },
		{ "kill@3:put_if_absent", BLN_CALL_PUT, { 3, 3 }, BLN_FAULT_NONE, 0 },
		{ "kill-in@1 ,\n kill-after@2", BLN_CALL_PUT, { 2, 2 }, BLN_FAULT_KILL_AFTER, 0 },
		{ "kill-in@1", BLN_CALL_PUT, { 1, 1 }, BLN_FAULT_KILL_IN, 0 },
		{ "kill-in@1", BLN_CALL_GET, { 1, 1 }, BLN_FAULT_KILL, 0 },
		{ "lose@1", BLN_CALL_GET, { 1, 1 }, BLN_FAULT_FAIL, 0 },
		{ "torn@1", BLN_CALL_DELETE_MANY, { 1, 1 }, BLN_FAULT_TORN, 0 },
		{ "nospace@1+", BLN_CALL_DELETE_MANY, { 1, 1 }, BLN_FAULT_NONE, 0 },
		{ "nospace@1+", BLN_CALL_GET, { 1, 1 }, BLN_FAULT_NONE, 0 },
		{ "nospace@1+", BLN_CALL_PUT_FILES, { 1, 1 }, BLN_FAULT_NOSPACE, 0 },
		{ "delay@2=50ms", BLN_CALL_GET, { 2, 1 }, BLN_FAULT_NONE, 50000 },
		{ "delay@1+=1s:get,fail@2,delay@2=5us", BLN_CALL_GET, { 2, 1 }, BLN_FAULT_FAIL, 1000005 },
	};
	struct bln_fault_plan plan;
	struct bln_err err = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t delay_us = -1;

		assert_ok(bln_fault_plan_parse(cases[i].plan, &plan, &err), &err);
		if (bln_fault_plan_at(&plan, cases[i].call, cases[i].count, &delay_us) != cases[i].kind)
			fail_msg("case %zu: %s", i, cases[i].plan);
		assert_int_equal(delay_us, cases[i].delay_us);
	}
}

static void what_is_no_plan_is_refused_by_its_word(void **state)
{
	static const char *const bad[] = {
		"fail",	    "fail@",	       "fail@0",     "fail@-1",
		"fail@x",   "fail@1:nonsense", "fail@1=5ms", "delay@1",
		"delay@1=", "delay@1=5",       "delay@1=x",  "fall@1",
		"@1",	    "seed=",	       "seed=x",     "one-in=0",
		"count=",   "shared",	       "fail@1++",   "fail@99999999999999999999",
		"=",	    "fail@1:",
	};
	struct bln_fault_plan plan;
	struct bln_err err = { 0 };
	char many[BLN_FAULTS_MAX * 8 + 16] = "";
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[80];

		snprintf(text, sizeof(text), "fail@7, %s kill@8", bad[i]);
		if (bln_fault_plan_parse(text, &plan, &err) != BLN_INVALID)
			fail_msg("'%s' was taken for a plan", bad[i]);
		assert_says(err.message, bad[i]);
	}
	for (int i = 0; i <= BLN_FAULTS_MAX; i++) {
		assert_int_equal(bln_fault_plan_parse(many, &plan, &err), BLN_OK);
		strncat(many, "fail@1 ", sizeof(many) - strlen(many) - 1);
	}
	assert_int_equal(bln_fault_plan_parse(many, &plan, &err), BLN_INVALID);
}

static void a_seed_chooses_the_same_faults_again(void **state)
{
	struct bln_fault_plan plan;
	struct bln_err err = { 0 };
	int seen[BLN_FAULT_KINDS] = { 0 };
	int64_t delay_us;
	(void)state;

	assert_ok(bln_fault_plan_parse("seed=7,one-in=5", &plan, &err), &err);
	for (uint64_t i = 1; i <= 10000; i++) {
		struct bln_fault_count count = { i, i };
		enum bln_fault_kind kind = bln_fault_plan_at(&plan, BLN_CALL_PUT, count, &delay_us);

		assert_int_equal(kind, bln_fault_plan_at(&plan, BLN_CALL_PUT, count, &delay_us));
		seen[kind]++;
	}
	assert_in_range(seen[BLN_FAULT_NONE], 7800, 8200);
	assert_in_range(seen[BLN_FAULT_FAIL], 400, 600);
	assert_in_range(seen[BLN_FAULT_LOSE], 400, 600);
	assert_in_range(seen[BLN_FAULT_TORN], 400, 600);
	assert_in_range(seen[BLN_FAULT_NOSPACE], 400, 600);
	assert_int_equal(seen[BLN_FAULT_KILL], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_says_what_happens_when),
		cmocka_unit_test(what_is_no_plan_is_refused_by_its_word),
		cmocka_unit_test(a_seed_chooses_the_same_faults_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
