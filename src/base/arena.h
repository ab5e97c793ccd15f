/* Memory that dies together: one arena per request, per run, per snapshot. Nothing in it is freed by itself. */
#ifndef BLN_BASE_ARENA_H
#define BLN_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/status.h"

struct bln_arena_block;

/* { 0 } is an empty arena. Not for several threads at once. */
struct bln_arena {
	struct bln_arena_block *blocks;
	size_t used_bytes; /* handed out so far, over all blocks */
};

/* SIZE bytes aligned for any type, not zeroed (alloc) or zeroed (calloc); NULL when there is no memory. */
void *bln_arena_alloc(struct bln_arena *arena, size_t size);
void *bln_arena_calloc(struct bln_arena *arena, size_t count, size_t size);

/* Copies with a NUL at the end; NULL when there is no memory. */
char *bln_arena_strndup(struct bln_arena *arena, const char *text, size_t length);
char *bln_arena_strdup(struct bln_arena *arena, const char *text);
char *bln_arena_printf(struct bln_arena *arena, const char *format, ...) BLN_PRINTF(2, 3);

/* Frees everything; the arena is empty and usable again. */
void bln_arena_clean_up(struct bln_arena *arena);

#endif
