#include "base/uuid.h"

#include <inttypes.h>
#include <stdio.h>

void bln_uuid_make(struct bln_random *random, char text[static BLN_UUID_TEXT_SIZE])
{
	const uint64_t version_4 = UINT64_C(0x4000);
	const uint64_t variant_10 = UINT64_C(1) << 63;
	const uint64_t high = (bln_random_next(random) & ~UINT64_C(0xf000)) | version_4;
	const uint64_t low = bln_random_next(random) >> 2 | variant_10;

	snprintf(text, BLN_UUID_TEXT_SIZE, "%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
		 high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & UINT64_C(0xffffffffffff));
}
