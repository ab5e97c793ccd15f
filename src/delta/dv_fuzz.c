/* Any bytes as a deletion vector: the first byte says in which form, the next two how many rows it shall have. What decodes
 * is ascending ranges of just so many rows. Corpus: tests/corpus/dv. */
#include <stdint.h>
#include <stdlib.h>

#include "delta/dv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(const unsigned char *bytes, size_t length, int64_t cardinality, struct bln_arena *arena)
{
	struct bln_dv dv;
	int64_t rows = 0;
	int64_t last = -2;

	if (bln_dv_decode(bytes, length, cardinality, arena, &dv, NULL) != BLN_OK)
		return;
	for (size_t i = 0; i < dv.range_count; i++) {
		if (dv.ranges[i].first <= last + 1 || dv.ranges[i].last < dv.ranges[i].first)
			abort();
		rows += dv.ranges[i].last - dv.ranges[i].first + 1;
		last = dv.ranges[i].last;
	}
	if (rows != cardinality || rows != dv.row_count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bln_dv_ref ref = { 0 };
	struct bln_arena arena = { 0 };
	const unsigned char *vector;
	unsigned char *bytes;
	size_t length;
	char *path;

	if (size < 3)
		return 0;
	ref.storage = (char)data[0];
	ref.cardinality = data[1] | data[2] << 8;
	ref.path_or_inline = (struct bln_slice){ (const char *)data + 3, size - 3 };
	ref.size_bytes = (int64_t)size - 3;
	switch (ref.storage) {
	case 'i':
		for (ref.size_bytes = 0; ref.size_bytes < 64; ref.size_bytes++)
			if (bln_dv_inline_bytes(&ref, &arena, &bytes, &length, NULL) == BLN_OK)
				decode(bytes, length, ref.cardinality, &arena);
		break;
	case 'u':
		if (bln_dv_file_path(&ref, &arena, &path, NULL) == BLN_OK && !path)
			abort();
		break;
	case 'b': /* a block of a file: length, vector, checksum */
		ref.size_bytes = (int64_t)size - 3 - 8;
		if (bln_dv_unwrap(data + 3, size - 3, &ref, &vector, &length, NULL) == BLN_OK)
			decode(vector, length, ref.cardinality, &arena);
		break;
	default:
		decode(data + 3, size - 3, ref.cardinality, &arena);
	}
	bln_arena_clean_up(&arena);
	return 0;
}
