#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_SIZE_MIN = 4096, BLOCK_SIZE_MAX = 1 << 20 };

struct bln_arena_block {
	struct bln_arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

/* Blocks double, so that a small arena is small and a large one asks malloc rarely. */
static struct bln_arena_block *block_new(const struct bln_arena *arena, size_t need)
{
	size_t size = arena->blocks ? arena->blocks->size * 2 : BLOCK_SIZE_MIN;
	struct bln_arena_block *block;

	if (size > BLOCK_SIZE_MAX)
		size = BLOCK_SIZE_MAX;
	if (size < need)
		size = need;
	block = bln_mem_alloc(sizeof(*block) + size);
	if (block) {
		block->size = size;
		block->used = 0;
	}
	return block;
}

void *bln_arena_alloc(struct bln_arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct bln_arena_block *block = arena->blocks;
	size_t need;
	void *at;

	if (size > BLN_MEM_MAX - align)
		return NULL;
	need = (size + align - 1) / align * align;
	if (!block || block->size - block->used < need) {
		block = block_new(arena, need);
		if (!block)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	at = block->bytes + block->used;
	block->used += need;
	arena->used_bytes += need;
	return at;
}

void *bln_arena_calloc(struct bln_arena *arena, size_t count, size_t size)
{
	size_t total;
	void *at;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	at = bln_arena_alloc(arena, total);
	return at ? memset(at, 0, total) : NULL;
}

char *bln_arena_strndup(struct bln_arena *arena, const char *text, size_t length)
{
	char *copy = length < BLN_MEM_MAX ? bln_arena_alloc(arena, length + 1) : NULL;

	if (copy) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	}
	return copy;
}

char *bln_arena_strdup(struct bln_arena *arena, const char *text)
{
	return bln_arena_strndup(arena, text, strlen(text));
}

char *bln_arena_printf(struct bln_arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length >= 0)
		text = bln_arena_alloc(arena, (size_t)length + 1);
	if (text) {
		va_start(arguments, format);
		vsnprintf(text, (size_t)length + 1, format, arguments);
		va_end(arguments);
	}
	return text;
}

void bln_arena_clean_up(struct bln_arena *arena)
{
	struct bln_arena_block *block = arena->blocks;

	while (block) {
		struct bln_arena_block *next = block->next;

		bln_mem_free(block);
		block = next;
	}
	*arena = (struct bln_arena){ 0 };
}
