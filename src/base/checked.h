/* Arithmetic on sizes and counts that come from outside: each function says whether the result fits. *OUT is set only
 * then. */
#ifndef BLN_BASE_CHECKED_H
#define BLN_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

BLN_MUST_CHECK static inline bool bln_size_add(size_t a, size_t b, size_t *out)
{
	size_t result;

	if (__builtin_add_overflow(a, b, &result))
		return false;
	*out = result;
	return true;
}

BLN_MUST_CHECK static inline bool bln_size_multiply(size_t a, size_t b, size_t *out)
{
	size_t result;

	if (__builtin_mul_overflow(a, b, &result))
		return false;
	*out = result;
	return true;
}

BLN_MUST_CHECK static inline bool bln_int64_add(int64_t a, int64_t b, int64_t *out)
{
	int64_t result;

	if (__builtin_add_overflow(a, b, &result))
		return false;
	*out = result;
	return true;
}

BLN_MUST_CHECK static inline bool bln_int64_subtract(int64_t a, int64_t b, int64_t *out)
{
	int64_t result;

	if (__builtin_sub_overflow(a, b, &result))
		return false;
	*out = result;
	return true;
}

BLN_MUST_CHECK static inline bool bln_int64_multiply(int64_t a, int64_t b, int64_t *out)
{
	int64_t result;

	if (__builtin_mul_overflow(a, b, &result))
		return false;
	*out = result;
	return true;
}

#endif
