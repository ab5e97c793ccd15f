/* The first so many names of a folder in the order of keys. A folder may hold more names than memory should: then it is read
 * again for the next ones. */
#include "store/local_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int compare(const void *a, const void *b, void *bytes)
{
	return strcmp((const char *)bytes + *(const size_t *)a, (const char *)bytes + *(const size_t *)b);
}

const char *bln_local_sorted_at(const struct bln_local_sorted *sorted, size_t index)
{
	return sorted->bytes + sorted->names[index];
}

/* Sorts, and keeps the first MAX. */
static bool cut(struct bln_local_sorted *sorted, size_t max)
{
	char *kept;
	size_t size = 0;

	if (sorted->count == 0)
		return true;
	qsort_r(sorted->names, sorted->count, sizeof(*sorted->names), compare, sorted->bytes);
	if (sorted->count <= max)
		return true;
	for (size_t i = 0; i < max; i++)
		size += strlen(bln_local_sorted_at(sorted, i)) + 1;
	kept = bln_mem_alloc(size);
	if (!kept)
		return false;
	sorted->length = 0;
	for (size_t i = 0; i < max; i++) {
		const char *name = bln_local_sorted_at(sorted, i);
		size_t length = strlen(name) + 1;

		memcpy(kept + sorted->length, name, length);
		sorted->names[i] = sorted->length;
		sorted->length += length;
	}
	bln_mem_free(sorted->bytes);
	sorted->bytes = kept;
	sorted->capacity = size;
	sorted->count = max;
	sorted->is_cut = true;
	return true;
}

bool bln_local_sorted_add(struct bln_local_sorted *sorted, size_t max, const char *name, size_t length)
{
	if (sorted->is_cut && strcmp(name, bln_local_sorted_at(sorted, max - 1)) > 0)
		return true; /* it comes when the folder is read again */
	if (sorted->capacity - sorted->length <= length) {
		size_t capacity = 2 * sorted->capacity + length + 1;
		char *bytes = bln_mem_realloc(sorted->bytes, capacity);

		if (!bytes)
			return false;
		sorted->bytes = bytes;
		sorted->capacity = capacity;
	}
	if (!bln_mem_grow(&sorted->names, sorted->count, &sorted->names_capacity, sizeof(*sorted->names)))
		return false;
	sorted->names[sorted->count++] = sorted->length;
	memcpy(sorted->bytes + sorted->length, name, length + 1);
	sorted->length += length + 1;
	return sorted->count < 2 * max ||
	       cut(sorted, max); /* seldom: sorting costs log N a name, whatever their order */
}

bool bln_local_sorted_finish(struct bln_local_sorted *sorted, size_t max)
{
	return cut(sorted, max);
}

void bln_local_sorted_clear(struct bln_local_sorted *sorted)
{
	sorted->count = 0;
	sorted->length = 0;
	sorted->is_cut = false;
}

void bln_local_sorted_clean_up(struct bln_local_sorted *sorted)
{
	bln_mem_free(sorted->bytes);
	bln_mem_free(sorted->names);
	*sorted = (struct bln_local_sorted){ 0 };
}
