#include "store/fault_plan.h"

#include <string.h>

#include "base/number.h"
#include "base/quantity.h"
#include "base/random.h"
#include "base/text.h"

static const struct call {
	const char *name;
	bool is_step;
	bool is_write;
	bool writes_files;
} calls[BLN_CALLS] = {
	[BLN_CALL_GET] = { .name = "get" },
	[BLN_CALL_GET_RANGE] = { .name = "get_range" },
	[BLN_CALL_HEAD] = { .name = "head" },
	[BLN_CALL_READER_OPEN] = { .name = "reader_open" },
	[BLN_CALL_READER_READ] = { .name = "reader_read", .is_step = true },
	[BLN_CALL_LIST] = { .name = "list" },
	[BLN_CALL_LISTING_NEXT] = { .name = "listing_next", .is_step = true },
	[BLN_CALL_PUT] = { .name = "put", .is_write = true, .writes_files = true },
	[BLN_CALL_PUT_IF_ABSENT] = { .name = "put_if_absent", .is_write = true, .writes_files = true },
	[BLN_CALL_PUT_FILES] = { .name = "put_files", .is_write = true, .writes_files = true },
	[BLN_CALL_DELETE_MANY] = { .name = "delete_many", .is_write = true },
	[BLN_CALL_SWEEP] = { .name = "sweep", .is_write = true },
	[BLN_CALL_LOCAL_PATH] = { .name = "local_path" },
};

static const char *const kinds[BLN_FAULT_KINDS] = {
	[BLN_FAULT_FAIL] = "fail",	 [BLN_FAULT_NOSPACE] = "nospace",	[BLN_FAULT_LOSE] = "lose",
	[BLN_FAULT_TORN] = "torn",	 [BLN_FAULT_DELAY] = "delay",		[BLN_FAULT_KILL] = "kill",
	[BLN_FAULT_KILL_IN] = "kill-in", [BLN_FAULT_KILL_AFTER] = "kill-after",
};

const char *bln_store_call_name(enum bln_store_call call)
{
	return calls[call].name;
}

bool bln_store_call_is_step(enum bln_store_call call)
{
	return calls[call].is_step;
}

static bool kind_parse(struct bln_slice text, enum bln_fault_kind *kind)
{
	for (int i = BLN_FAULT_NONE + 1; i < BLN_FAULT_KINDS; i++) {
		if (bln_slice_is(text, kinds[i])) {
			*kind = (enum bln_fault_kind)i;
			return true;
		}
	}
	return false;
}

static bool call_parse(struct bln_slice text, enum bln_store_call *call)
{
	for (int i = 0; i < BLN_CALLS; i++) {
		if (bln_slice_is(text, calls[i].name)) {
			*call = (enum bln_store_call)i;
			return true;
		}
	}
	return false;
}

/* KIND@N[+][=DURATION][:CALL]; NULL, or what is wrong. */
static const char *fault_parse(struct bln_slice word, struct bln_fault *fault)
{
	struct bln_slice kind = bln_slice_cut(&word, '@');
	struct bln_slice when = bln_slice_cut(&word, ':');
	struct bln_slice number = bln_slice_cut(&when, '=');

	*fault = (struct bln_fault){ .call = BLN_CALLS };
	if (!kind_parse(kind, &fault->kind))
		return "the kinds of faults are fail, nospace, lose, torn, delay, kill, kill-in and kill-after";
	if (word.at && !call_parse(word, &fault->call))
		return "behind ':' stands the name of a call of struct bln_store_ops";
	fault->is_lasting = bln_slice_ends(number, "+");
	number.length -= fault->is_lasting;
	if (!bln_uint64_parse(number.at, number.length, &fault->at) || fault->at == 0)
		return "behind '@' stands the number of a call, from 1";
	if ((fault->kind == BLN_FAULT_DELAY) != (when.at != NULL))
		return "a delay, and only that, has a duration: delay@12=50ms";
	if (when.at && bln_duration_parse(when.at, when.length, &fault->delay_us, NULL) != BLN_OK)
		return "that is no duration: 50ms";
	return NULL;
}

static const char *word_parse(struct bln_slice word, struct bln_fault_plan *plan)
{
	struct bln_slice value = word;
	struct bln_slice name;

	if (memchr(word.at, '@', word.length) && !bln_slice_starts(word, "count=")) {
		if (plan->count == BLN_FAULTS_MAX)
			return "a plan has at most 32 faults";
		return fault_parse(word, &plan->faults[plan->count++]);
	}
	name = bln_slice_cut(&value, '=');
	if (bln_slice_is(name, "seed")) {
		plan->has_seed = true;
		return bln_uint64_parse(value.at, value.length, &plan->seed) ? NULL : "a seed is a number";
	}
	if (bln_slice_is(name, "one-in"))
		return bln_uint64_parse(value.at, value.length, &plan->one_in) && plan->one_in > 0
			       ? NULL
			       : "one-in is a number from 1";
	if (bln_slice_is(name, "count")) {
		if (value.length == 0 || value.length >= sizeof(plan->count_path))
			return "count is the path of a file";
		memcpy(plan->count_path, value.at, value.length);
		plan->count_path[value.length] = '\0';
		return NULL;
	}
	return "a plan has words like kill@12, seed=7, one-in=20 and count=FILE";
}

enum bln_status bln_fault_plan_parse(const char *text, struct bln_fault_plan *plan, struct bln_err *err)
{
	static const char between[] = ", \t\n";

	*plan = (struct bln_fault_plan){ .one_in = BLN_FAULT_ONE_IN };
	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		struct bln_slice word = { text, strcspn(text, between) };
		const char *wrong = word_parse(word, plan);

		if (wrong)
			return bln_err_set(err, BLN_INVALID, "'%s' in a plan of faults: %s",
					   bln_quote(word.at, word.length).text, wrong);
		text += word.length;
	}
	return BLN_OK;
}

static bool is_hit(const struct bln_fault *fault, enum bln_store_call call, struct bln_fault_count count)
{
	uint64_t number = fault->call == BLN_CALLS ? count.all : count.own;

	if (fault->call != BLN_CALLS && fault->call != call)
		return false;
	return number > 0 && (number == fault->at || (fault->is_lasting && number > fault->at));
}

/* Chosen by the seed and which call it is, so that the order of threads does not matter more than it must. */
static enum bln_fault_kind seeded(const struct bln_fault_plan *plan, enum bln_store_call call, uint64_t own)
{
	static const enum bln_fault_kind chosen[] = { BLN_FAULT_FAIL, BLN_FAULT_NOSPACE, BLN_FAULT_LOSE,
						      BLN_FAULT_TORN };
	struct bln_random random;

	bln_random_init(&random, plan->seed ^ ((uint64_t)call << 56) ^ own);
	if (bln_random_below(&random, plan->one_in) != 0)
		return BLN_FAULT_NONE;
	return chosen[bln_random_below(&random, sizeof(chosen) / sizeof(chosen[0]))];
}

enum bln_fault_kind bln_fault_plan_at(const struct bln_fault_plan *plan, enum bln_store_call call,
				      struct bln_fault_count count, int64_t *delay_us)
{
	enum bln_fault_kind kind = BLN_FAULT_NONE;

	*delay_us = 0;
	for (size_t i = 0; i < plan->count; i++) {
		const struct bln_fault *fault = &plan->faults[i];

		if (!is_hit(fault, call, count))
			continue;
		if (fault->kind == BLN_FAULT_DELAY)
			*delay_us += fault->delay_us;
		else if (kind == BLN_FAULT_NONE)
			kind = fault->kind;
	}
	if (kind == BLN_FAULT_NONE && plan->has_seed)
		kind = seeded(plan, call, count.own);
	if (kind == BLN_FAULT_NOSPACE && !calls[call].writes_files)
		return BLN_FAULT_NONE;
	if (calls[call].is_write || kind == BLN_FAULT_NONE)
		return kind;
	return kind >= BLN_FAULT_KILL ? BLN_FAULT_KILL : BLN_FAULT_FAIL;
}
