/* Where all our memory comes from: malloc, with a switch that lets tests fail the Nth request.
 *
 * Nothing else in the program calls malloc. Use an arena (arena.h) where things die together; these where they do not. */
#ifndef BLN_BASE_MEM_H
#define BLN_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* NULL when there is no memory, and for SIZE 0 or beyond BLN_MEM_MAX. */
void *bln_mem_alloc(size_t size);
void *bln_mem_calloc(size_t count, size_t size);
void *bln_mem_realloc(void *block, size_t size);
char *bln_mem_strndup(const char *text, size_t length);
void bln_mem_free(void *block);

/* No single request of ours is larger: a length that came from outside and is beyond it is a lie. */
#define BLN_MEM_MAX ((size_t)1 << 36)

/* Makes room for one more item in *ITEMS (COUNT used, *CAPACITY there, ITEM_SIZE bytes each), doubling.
 * Returns false, with everything as it was, when there is no memory. Free *ITEMS with bln_mem_free. */
bool bln_mem_grow(void *items, size_t count, size_t *capacity, size_t item_size);

/* Tests: the Nth request from now on fails, and all after it when ALWAYS; 0 switches it off.
 * Returns how many requests were made since the last call. Applies to the whole process. */
uint64_t bln_mem_fail_at(uint64_t nth, bool always);

#endif
