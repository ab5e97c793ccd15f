/* Deletion vectors: which rows of a data file are deleted (protocol, "Deletion Vector Format").
 *
 * The bytes are outside input: a 64-bit roaring bitmap array in the portable form, checked container by container. Rows
 * come out as ranges, so that no short vector can claim much memory. */
#ifndef BLN_DELTA_DV_H
#define BLN_DELTA_DV_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/action.h"

/* Rows FIRST to LAST of a file, both deleted; row 0 is the first. */
struct bln_row_range {
	int64_t first;
	int64_t last;
};

struct bln_dv {
	const struct bln_row_range *ranges; /* ascending, none touches the next */
	size_t range_count;
	int64_t row_count;
};

enum { BLN_DV_BYTES_MAX = 1 << 30, BLN_DV_UUID_TEXT_SIZE = 37 };

/* Decodes BYTES (the vector alone: magic number and bitmaps) into ARENA. BLN_CORRUPT where they are not a vector of
 * CARDINALITY rows. */
BLN_MUST_CHECK enum bln_status bln_dv_decode(const unsigned char *bytes, size_t length, int64_t cardinality,
					     struct bln_arena *arena, struct bln_dv *dv, struct bln_err *err);

/* Decodes the Base85 text (alphabet of ZeroMQ's Z85) of an inline vector; *LENGTH bytes, in ARENA. */
BLN_MUST_CHECK enum bln_status bln_dv_inline_bytes(const struct bln_dv_ref *ref, struct bln_arena *arena,
						   unsigned char **bytes, size_t *length, struct bln_err *err);

/* For storage 'u': the path of the vector's file relative to the table, "prefix/deletion_vector_UUID.bin", in ARENA. */
BLN_MUST_CHECK enum bln_status bln_dv_file_path(const struct bln_dv_ref *ref, struct bln_arena *arena, char **path,
						struct bln_err *err);

/* Takes the vector out of BLOCK, what its file has from the vector's offset on: a length, the vector, a CRC-32, the
 * numbers big-endian. *BYTES points into BLOCK. */
BLN_MUST_CHECK enum bln_status bln_dv_unwrap(const unsigned char *block, size_t block_length,
					     const struct bln_dv_ref *ref, const unsigned char **bytes, size_t *length,
					     struct bln_err *err);

#endif
