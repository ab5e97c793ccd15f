/* A store that does wrong what a plan (store/fault_plan.h) says, in front of one that works: to see what a program does when
 * an answer is lost, a disk is full, or the process is killed at its Nth call. */
#ifndef BLN_STORE_FAULTY_H
#define BLN_STORE_FAULTY_H

#include "base/clock.h"
#include "store/store.h"

/* The environment variable with the plan of all stores that are opened without one of their own. */
#define BLN_STORE_FAULTS_VARIABLE "BULLION_STORE_FAULTS"

/* Puts *FAULTY in front of INNER, which is closed with it (on failure INNER stays the caller's). BLN_INVALID when PLAN is
 * no plan. An empty plan changes nothing. */
BLN_MUST_CHECK enum bln_status bln_faulty_open(struct bln_store *inner, const char *plan, struct bln_store **faulty,
					       struct bln_err *err);

/* Tests: what delays sleep on, instead of the system's clock. To be called before the store is used. */
void bln_faulty_set_clock(struct bln_store *faulty, struct bln_clock *clock);

#endif
