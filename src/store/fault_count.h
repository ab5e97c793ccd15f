/* Counts the calls of a faulty store: in memory, or in a file that several processes share. */
#ifndef BLN_STORE_FAULT_COUNT_H
#define BLN_STORE_FAULT_COUNT_H

#include <stdatomic.h>

#include "store/fault_plan.h"

/* { 0 } counts from 0. By any number of threads. */
struct bln_fault_counter {
	atomic_uint_fast64_t all;
	atomic_uint_fast64_t own[BLN_CALLS];
};

/* Counts one CALL, in the file PATH (text, one line "NUMBER NAME" for "all" and each call) unless it is "".
 * BLN_IO or BLN_CORRUPT when that cannot be: then nothing is counted. */
BLN_MUST_CHECK enum bln_status bln_fault_count_next(struct bln_fault_counter *counter, const char *path,
						    enum bln_store_call call, struct bln_fault_count *count,
						    struct bln_err *err);

#endif
