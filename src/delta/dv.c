#include "delta/dv.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

/* Numbers of the roaring portable format ("Specification of the compressed-bitmaps formats"). */
#define DV_MAGIC 1681511377u
enum {
	COOKIE_WITH_RUNS = 12347,
	COOKIE_WITHOUT_RUNS = 12346,
	CONTAINERS_MAX = 65536,
	OFFSETS_FROM = 4, /* with runs, offsets are stored from so many containers on */
	ARRAY_MAX = 4096, /* a container with more values is a bitmap */
	BITMAP_BYTES = 8192,
	UUID_BASE85_LENGTH = 20,
};

struct reader {
	const unsigned char *at;
	size_t left;
};

struct ranges {
	struct bln_row_range *items;
	size_t count;
	size_t capacity;
	int64_t row_count;
	bool has_failed; /* no memory */
};

/* Reads BYTES (at most 8) of a little-endian number; false at the end. */
static bool number_read(struct reader *reader, size_t bytes, uint64_t *out)
{
	*out = 0;
	if (reader->left < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		*out |= (uint64_t)reader->at[i] << (8 * i);
	reader->at += bytes;
	reader->left -= bytes;
	return true;
}

static bool skip(struct reader *reader, size_t bytes)
{
	if (reader->left < bytes)
		return false;
	reader->at += bytes;
	reader->left -= bytes;
	return true;
}

/* Rows must come in ascending order; false where they do not, or where there is no memory. */
static bool range_add(struct ranges *ranges, uint64_t first, uint64_t last)
{
	struct bln_row_range *previous = ranges->count ? &ranges->items[ranges->count - 1] : NULL;

	if (last > INT64_MAX - 1 || (previous && first <= (uint64_t)previous->last))
		return false;
	ranges->row_count += (int64_t)(last - first + 1);
	if (previous && first == (uint64_t)previous->last + 1) {
		previous->last = (int64_t)last;
		return true;
	}
	if (!bln_mem_grow(&ranges->items, ranges->count, &ranges->capacity, sizeof(*ranges->items))) {
		ranges->has_failed = true;
		return false;
	}
	ranges->items[ranges->count++] = (struct bln_row_range){ .first = (int64_t)first, .last = (int64_t)last };
	return true;
}

static bool run_container_read(struct reader *reader, uint64_t base, struct ranges *ranges)
{
	uint64_t runs;

	if (!number_read(reader, 2, &runs))
		return false;
	for (uint64_t i = 0; i < runs; i++) {
		uint64_t start;
		uint64_t more;

		if (!number_read(reader, 2, &start) || !number_read(reader, 2, &more) || start + more > 65535 ||
		    !range_add(ranges, base + start, base + start + more))
			return false;
	}
	return true;
}

static bool array_container_read(struct reader *reader, uint64_t base, uint64_t count, struct ranges *ranges)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t value;

		if (!number_read(reader, 2, &value) || !range_add(ranges, base + value, base + value))
			return false;
	}
	return true;
}

static bool bitmap_container_read(struct reader *reader, uint64_t base, struct ranges *ranges)
{
	for (uint64_t word_index = 0; word_index < BITMAP_BYTES / 8; word_index++) {
		uint64_t word;

		if (!number_read(reader, 8, &word))
			return false;
		while (word) {
			uint64_t bit = (uint64_t)__builtin_ctzll(word);

			if (!range_add(ranges, base + word_index * 64 + bit, base + word_index * 64 + bit))
				return false;
			word &= word - 1;
		}
	}
	return true;
}

/* One 32-bit bitmap, whose rows start at BASE. */
static bool bitmap_read(struct reader *reader, uint64_t base, struct ranges *ranges)
{
	const unsigned char *run_flags = NULL;
	const unsigned char *header;
	uint64_t cookie;
	uint64_t count;

	if (!number_read(reader, 4, &cookie))
		return false;
	if ((cookie & 0xffff) == COOKIE_WITH_RUNS) {
		count = (cookie >> 16) + 1;
		run_flags = reader->at;
		if (!skip(reader, (size_t)(count + 7) / 8))
			return false;
	} else if (cookie != COOKIE_WITHOUT_RUNS || !number_read(reader, 4, &count) || count > CONTAINERS_MAX) {
		return false;
	}
	header = reader->at;
	if (!skip(reader, (size_t)count * 4))
		return false;
	if ((!run_flags || count >= OFFSETS_FROM) && !skip(reader, (size_t)count * 4))
		return false; /* containers follow each other, so the offsets tell nothing more */

	for (uint64_t i = 0; i < count; i++) {
		uint64_t key = (uint64_t)header[4 * i] | (uint64_t)header[4 * i + 1] << 8;
		uint64_t cardinality = ((uint64_t)header[4 * i + 2] | (uint64_t)header[4 * i + 3] << 8) + 1;
		int64_t before = ranges->row_count;
		bool is_read;

		if (run_flags && (run_flags[i / 8] >> (i % 8) & 1))
			is_read = run_container_read(reader, base + (key << 16), ranges);
		else if (cardinality <= ARRAY_MAX)
			is_read = array_container_read(reader, base + (key << 16), cardinality, ranges);
		else
			is_read = bitmap_container_read(reader, base + (key << 16), ranges);
		if (!is_read || ranges->row_count - before != (int64_t)cardinality)
			return false;
	}
	return true;
}

static bool vector_read(struct reader *reader, struct ranges *ranges)
{
	uint64_t magic;
	uint64_t bitmaps;

	if (!number_read(reader, 4, &magic) || magic != DV_MAGIC || !number_read(reader, 8, &bitmaps))
		return false;
	for (uint64_t i = 0; i < bitmaps; i++) {
		uint64_t key;

		if (!number_read(reader, 4, &key) || !bitmap_read(reader, key << 32, ranges))
			return false;
	}
	return reader->left == 0;
}

enum bln_status bln_dv_decode(const unsigned char *bytes, size_t length, int64_t cardinality, struct bln_arena *arena,
			      struct bln_dv *dv, struct bln_err *err)
{
	struct reader reader = { .at = bytes, .left = length };
	struct ranges ranges = { 0 };
	enum bln_status status = BLN_OK;
	struct bln_row_range *kept = NULL;

	if (!vector_read(&reader, &ranges)) {
		status = ranges.has_failed
				 ? bln_err_memory(err)
				 : bln_err_set(err, BLN_CORRUPT, "not a deletion vector of %zu bytes", length);
		goto done;
	}
	if (ranges.row_count != cardinality) {
		status = bln_err_set(err, BLN_CORRUPT,
				     "the deletion vector deletes %" PRId64 " rows, the log says %" PRId64,
				     ranges.row_count, cardinality);
		goto done;
	}
	kept = bln_arena_alloc(arena, ranges.count ? ranges.count * sizeof(*kept) : 1);
	if (!kept) {
		status = bln_err_memory(err);
		goto done;
	}
	if (ranges.count)
		memcpy(kept, ranges.items, ranges.count * sizeof(*kept));
	*dv = (struct bln_dv){ .ranges = kept, .range_count = ranges.count, .row_count = ranges.row_count };
done:
	bln_mem_free(ranges.items);
	return status;
}

/* Five characters of base 85 are four bytes, big-endian. */
static bool base85_decode(struct bln_slice text, unsigned char *out)
{
	static const char alphabet[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

	for (size_t i = 0; i < text.length; i += 5) {
		uint64_t value = 0;

		for (size_t j = 0; j < 5; j++) {
			const char *found = text.at[i + j] ? strchr(alphabet, text.at[i + j]) : NULL;

			if (!found)
				return false;
			value = value * 85 + (uint64_t)(found - alphabet);
		}
		if (value > UINT32_MAX)
			return false;
		for (int j = 0; j < 4; j++)
			*out++ = (unsigned char)(value >> (24 - 8 * j));
	}
	return true;
}

enum bln_status bln_dv_inline_bytes(const struct bln_dv_ref *ref, struct bln_arena *arena, unsigned char **bytes,
				    size_t *length, struct bln_err *err)
{
	struct bln_slice text = ref->path_or_inline;
	size_t decoded = text.length / 5 * 4;

	/* The text is padded to whole groups; the log says how many bytes count. */
	if (text.length % 5 != 0 || ref->size_bytes < 0 || (uint64_t)ref->size_bytes > decoded ||
	    decoded - (size_t)ref->size_bytes > 3)
		return bln_err_set(err, BLN_CORRUPT,
				   "an inline deletion vector of %zu characters cannot have %" PRId64 " bytes",
				   text.length, ref->size_bytes);
	*bytes = bln_arena_alloc(arena, decoded ? decoded : 1);
	if (!*bytes)
		return bln_err_memory(err);
	if (!base85_decode(text, *bytes))
		return bln_err_set(err, BLN_CORRUPT, "an inline deletion vector is not Base85");
	*length = (size_t)ref->size_bytes;
	return BLN_OK;
}

enum bln_status bln_dv_file_path(const struct bln_dv_ref *ref, struct bln_arena *arena, char **path,
				 struct bln_err *err)
{
	struct bln_slice text = ref->path_or_inline;
	struct bln_slice encoded = { 0 };
	unsigned char b[16];
	size_t prefix;

	if (text.length >= UUID_BASE85_LENGTH) {
		prefix = text.length - UUID_BASE85_LENGTH;
		encoded = (struct bln_slice){ text.at + prefix, UUID_BASE85_LENGTH };
	}
	if (!encoded.at || !base85_decode(encoded, b))
		return bln_err_set(err, BLN_CORRUPT, "a deletion vector's file is not named by a Base85 UUID");
	*path = bln_arena_printf(arena,
				 "%.*s%sdeletion_vector_%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
				 "%02x%02x%02x%02x%02x%02x.bin",
				 (int)prefix, text.at, prefix ? "/" : "", b[0], b[1], b[2], b[3], b[4], b[5], b[6],
				 b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return *path ? BLN_OK : bln_err_memory(err);
}

static uint32_t big_endian(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | (uint32_t)at[3];
}

enum bln_status bln_dv_unwrap(const unsigned char *block, size_t block_length, const struct bln_dv_ref *ref,
			      const unsigned char **bytes, size_t *length, struct bln_err *err)
{
	size_t size;

	if (ref->size_bytes < 0 || ref->size_bytes > BLN_DV_BYTES_MAX || block_length < 8 ||
	    block_length - 8 < (size_t)ref->size_bytes)
		return bln_err_set(err, BLN_CORRUPT, "the deletion vector's file is shorter than the log says");
	size = big_endian(block);
	if (size != (size_t)ref->size_bytes)
		return bln_err_set(err, BLN_CORRUPT, "the deletion vector has %zu bytes, the log says %" PRId64, size,
				   ref->size_bytes);
	if (big_endian(block + 4 + size) != (uint32_t)crc32(0, block + 4, (uInt)size))
		return bln_err_set(err, BLN_CORRUPT, "the deletion vector's checksum is wrong");
	*bytes = block + 4;
	*length = size;
	return BLN_OK;
}
