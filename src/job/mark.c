#include "job/mark.h"

#define FNV_PRIME UINT64_C(1099511628211)

enum { HASH_BITS = 40 };

static const int64_t hash_mask = (INT64_C(1) << HASH_BITS) - 1;
static const int64_t count_max = INT64_MAX >> HASH_BITS;

uint64_t bln_mark_hash(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * FNV_PRIME;
	return hash;
}

bool bln_mark_has(int64_t version, uint64_t hash)
{
	return (version & hash_mask) == (int64_t)(hash & (uint64_t)hash_mask);
}

int64_t bln_mark_next(int64_t was, uint64_t hash)
{
	int64_t count = was < 0 ? 0 : was >> HASH_BITS;

	if (was >= 0 && bln_mark_has(was, hash))
		return was;
	count += count < count_max; /* nobody gets there, but another's log may say so */
	return count << HASH_BITS | (int64_t)(hash & (uint64_t)hash_mask);
}
