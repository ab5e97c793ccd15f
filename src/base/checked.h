/* Arithmetic on numbers that come from outside: whether the result fits is said. *OUT is set only then. */
#ifndef BLN_BASE_CHECKED_H
#define BLN_BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

BLN_MUST_CHECK static inline bool bln_int64_add(int64_t a, int64_t b, int64_t *out)
{
	int64_t result;

	if (__builtin_add_overflow(a, b, &result))
		return false;
	*out = result;
	return true;
}

#endif
