#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The one global of base/: a fault that is not process-wide would miss what libraries and threads ask for. */
static atomic_uint_fast64_t requests;
static atomic_uint_fast64_t fail_nth;
static atomic_bool fail_always;

static bool request_fails(size_t size)
{
	uint64_t nth = atomic_load_explicit(&fail_nth, memory_order_relaxed);
	uint64_t request;

	if (size == 0 || size > BLN_MEM_MAX)
		return true;
	if (nth == 0)
		return false;
	request = atomic_fetch_add(&requests, 1) + 1;
	return request == nth || (request > nth && atomic_load(&fail_always));
}

uint64_t bln_mem_fail_at(uint64_t nth, bool always)
{
	uint64_t made = atomic_exchange(&requests, 0);

	atomic_store(&fail_always, always);
	atomic_store(&fail_nth, nth);
	return made;
}

void *bln_mem_alloc(size_t size)
{
	return request_fails(size) ? NULL : malloc(size);
}

void *bln_mem_calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total) || request_fails(total))
		return NULL;
	return calloc(count, size);
}

void *bln_mem_realloc(void *block, size_t size)
{
	return request_fails(size) ? NULL : realloc(block, size);
}

char *bln_mem_strndup(const char *text, size_t length)
{
	char *copy = bln_mem_alloc(length + 1);

	if (copy) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	}
	return copy;
}

void bln_mem_free(void *block)
{
	free(block);
}

bool bln_mem_grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
	void *block;
	size_t wanted = *capacity < 8 ? 8 : *capacity * 2;
	size_t size;

	if (count < *capacity)
		return true;
	if (__builtin_mul_overflow(wanted, item_size, &size))
		return false;
	memcpy(&block, items, sizeof(block)); /* ITEMS is the address of a pointer of any type */
	block = bln_mem_realloc(block, size);
	if (!block)
		return false;
	memcpy(items, &block, sizeof(block));
	*capacity = wanted;
	return true;
}
