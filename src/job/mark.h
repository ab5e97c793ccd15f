/* A txn that says what something was, not how far: its version carries a hash in the low bits, and the high ones count up, as a
 * version only may. Txns are in checkpoints, where commitInfo is not. */
#ifndef BLN_JOB_MARK_H
#define BLN_JOB_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hash over BYTES, on top of HASH; the first begins with BLN_MARK_BASIS. It stays the same from version to version of bullion. */
#define BLN_MARK_BASIS UINT64_C(14695981039346656037)
uint64_t bln_mark_hash(uint64_t hash, const char *bytes, size_t length);

/* Whether VERSION carries HASH. */
bool bln_mark_has(int64_t version, uint64_t hash);

/* The version that carries HASH, where it WAS another (-1: none): the same where it does already. */
int64_t bln_mark_next(int64_t was, uint64_t hash);

#endif
