/* What one thread has made and another then uses, where DuckDB says when: its queue of tasks keeps the two apart, with atomics in a
 * library that is built without ThreadSanitizer, which cannot see them. These say it in its stead, and are nothing in any other
 * build. Two ways, and not one: threads must not seem to be kept apart from each other by having worked for the same caller. */
#ifndef BLN_ENGINE_HANDOVER_H
#define BLN_ENGINE_HANDOVER_H

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *address);
void __tsan_release(void *address);
extern char bln_handover_to_threads, bln_handover_back;

/* By the caller, before a statement runs: what it has made is the threads' to read. */
#define BLN_HAND_TO_THREADS() __tsan_release(&bln_handover_to_threads)
/* By a thread of DuckDB, as a callback begins. */
#define BLN_TAKE_FROM_CALLER() __tsan_acquire(&bln_handover_to_threads)
/* By a thread of DuckDB, as a callback ends. */
#define BLN_HAND_BACK() __tsan_release(&bln_handover_back)
/* By the caller, when DuckDB has returned. */
#define BLN_TAKE_BACK() __tsan_acquire(&bln_handover_back)
#else
#define BLN_HAND_TO_THREADS() ((void)0)
#define BLN_TAKE_FROM_CALLER() ((void)0)
#define BLN_HAND_BACK() ((void)0)
#define BLN_TAKE_BACK() ((void)0)
#endif

#endif
