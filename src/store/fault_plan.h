/* What a faulty store (store/faulty.h) does wrong, and when: a short text, so that a test, or an environment variable of a
 * whole run of several processes, can say it.
 *
 *     kill@12                     the process dies (SIGKILL) in place of the 12th call
 *     lose@1:put_if_absent        the first put_if_absent is done, but its answer is an error
 *     delay@1+=5ms,fail@40        every call takes 5 ms longer, the 40th fails
 *     seed=7,one-in=20            one call in 20 fails, is lost, is torn or finds the disk full, as the seed chooses
 *     kill@12,count=/tmp/calls    the 12th call of all processes that have this plan
 *
 * Words are separated by commas or spaces. A fault is KIND@N, the Nth call from 1, or KIND@N+, that and all later ones; then
 * =DURATION for a delay; then maybe :CALL, and N counts the calls of that name only. The kinds:
 *
 *     fail        nothing is done, BLN_IO
 *     nospace     what a full disk does, BLN_IO; of a batch of files the first half is moved; only where files are written
 *     lose        done, but BLN_IO
 *     torn        done in half, as by a writer that died there, and BLN_IO: put and put_if_absent leave a hidden file,
 *                 batches do their first half
 *     delay       slower
 *     kill        SIGKILL before the call; kill-in: when it is done in half; kill-after: when it is done
 *
 * What only reads has no half and no effect: there lose and torn are fail, and all kinds of kill are kill. Of several
 * faults of one call the first in the text happens, and all of its delays.
 *
 * The calls are the members of struct bln_store_ops: get get_range head reader_open reader_read list listing_next put
 * put_if_absent put_files delete_many sweep local_path. The steps reader_read and listing_next belong to the call that began
 * them and count only under their own names.
 *
 * count=FILE keeps the counts in FILE (made if need be; remove it to begin again) and not in the store's memory, so that
 * they are those of all stores of all processes with that file. Its first line is the number of all calls: run once with
 * count=FILE alone, and a loop over N knows where to end. */
#ifndef BLN_STORE_FAULT_PLAN_H
#define BLN_STORE_FAULT_PLAN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum { BLN_FAULTS_MAX = 32, BLN_FAULT_ONE_IN = 10 };

enum bln_store_call {
	BLN_CALL_GET,
	BLN_CALL_GET_RANGE,
	BLN_CALL_HEAD,
	BLN_CALL_READER_OPEN,
	BLN_CALL_READER_READ,
	BLN_CALL_LIST,
	BLN_CALL_LISTING_NEXT,
	BLN_CALL_PUT,
	BLN_CALL_PUT_IF_ABSENT,
	BLN_CALL_PUT_FILES,
	BLN_CALL_DELETE_MANY,
	BLN_CALL_SWEEP,
	BLN_CALL_LOCAL_PATH,
	BLN_CALLS
};

enum bln_fault_kind {
	BLN_FAULT_NONE,
	BLN_FAULT_FAIL,
	BLN_FAULT_NOSPACE,
	BLN_FAULT_LOSE,
	BLN_FAULT_TORN,
	BLN_FAULT_DELAY,
	BLN_FAULT_KILL,
	BLN_FAULT_KILL_IN,
	BLN_FAULT_KILL_AFTER,
	BLN_FAULT_KINDS
};

struct bln_fault {
	enum bln_fault_kind kind;
	enum bln_store_call call; /* BLN_CALLS: any */
	uint64_t at;
	bool is_lasting;
	int64_t delay_us;
};

struct bln_fault_plan {
	struct bln_fault faults[BLN_FAULTS_MAX];
	size_t count;
	bool has_seed;
	uint64_t seed;
	uint64_t one_in;
	char count_path[PATH_MAX]; /* "" for none */
};

/* How often what was called, this time included. */
struct bln_fault_count {
	uint64_t all; /* 0 for the steps that do not count */
	uint64_t own; /* the calls of this name */
};

const char *bln_store_call_name(enum bln_store_call call);
bool bln_store_call_is_step(enum bln_store_call call); /* reader_read, listing_next */

/* BLN_INVALID, naming the word, when TEXT is no plan. */
BLN_MUST_CHECK enum bln_status bln_fault_plan_parse(const char *text, struct bln_fault_plan *plan, struct bln_err *err);

/* What happens to this call. *DELAY_US is set always. */
enum bln_fault_kind bln_fault_plan_at(const struct bln_fault_plan *plan, enum bln_store_call call,
				      struct bln_fault_count count, int64_t *delay_us);

#endif
