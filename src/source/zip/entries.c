#include "source/zip/entries.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	RECORD_BYTES = 46, /* "central directory file header"; name, extra fields and comment behind it */
	RECORD_FLAGS = 8, /* offsets of its fields */
	RECORD_METHOD = 10,
	RECORD_CRC = 16,
	RECORD_COMPRESSED = 20,
	RECORD_CONTENT = 24,
	RECORD_NAME_LENGTH = 28,
	RECORD_EXTRA_LENGTH = 30,
	RECORD_COMMENT_LENGTH = 32,
	RECORD_OFFSET = 42,
	EXTRA_ZIP64 = 1,
	EXTRA_HEAD = 4,
};

static const char RECORD_MAGIC[4] = { 'P', 'K', 1, 2 };
#define IN_ZIP64 UINT32_MAX /* the number did not fit and stands in the ZIP64 extra field */

/* Puts the numbers that did not fit, in their fixed order, from the ZIP64 field among EXTRA. False where one is not
 * there. */
static bool zip64_take(const char *extra, size_t length, uint64_t *const numbers[static 3])
{
	size_t field = 0;
	size_t end = 0;

	while (length - end >= EXTRA_HEAD) {
		const uint64_t id = zip_number(extra + end, 2);

		field = end + EXTRA_HEAD;
		end = field + zip_number(extra + end + 2, 2);
		if (end > length)
			break;
		if (id == EXTRA_ZIP64) {
			for (int i = 0; i < 3; i++) {
				if (*numbers[i] != IN_ZIP64)
					continue;
				if (end - field < 8)
					return false;
				*numbers[i] = zip_number(extra + field, 8);
				field += 8;
			}
			return true;
		}
	}
	return *numbers[0] != IN_ZIP64 && *numbers[1] != IN_ZIP64 && *numbers[2] != IN_ZIP64;
}

/* The entry at AT, with LEFT bytes there; returns how long its record is, 0 where there is none. */
static size_t record_parse(const char *at, size_t left, const struct bln_zip *zip, struct bln_zip_entry *entry)
{
	uint64_t compressed, content, offset;
	size_t name_length, extra_length, length;
	const char *fault = NULL;

	if (left < RECORD_BYTES || memcmp(at, RECORD_MAGIC, sizeof(RECORD_MAGIC)) != 0)
		return 0;
	name_length = (size_t)zip_number(at + RECORD_NAME_LENGTH, 2);
	extra_length = (size_t)zip_number(at + RECORD_EXTRA_LENGTH, 2);
	length = RECORD_BYTES + name_length + extra_length + (size_t)zip_number(at + RECORD_COMMENT_LENGTH, 2);
	if (length > left)
		return 0;
	compressed = zip_number(at + RECORD_COMPRESSED, 4);
	content = zip_number(at + RECORD_CONTENT, 4);
	offset = zip_number(at + RECORD_OFFSET, 4);
	if (!zip64_take(at + RECORD_BYTES + name_length, extra_length,
			(uint64_t *[3]){ &content, &compressed, &offset }))
		fault = "its ZIP64 sizes are missing";
	else if (content > INT64_MAX / BLN_ZIP_RATIO_MAX)
		fault = "its size is absurd";
	else if (offset > (uint64_t)zip->directory_at || compressed > (uint64_t)zip->directory_at - offset ||
		 ZIP_LOCAL_BYTES + name_length > (uint64_t)zip->directory_at - offset - compressed)
		fault = "it is said to lie outside of the archive";
	*entry = (struct bln_zip_entry){
		.name = at + RECORD_BYTES,
		.name_length = name_length,
		.content_bytes = fault ? 0 : (int64_t)content,
		.compressed_bytes = fault ? 0 : (int64_t)compressed,
		.offset = fault ? 0 : (int64_t)offset,
		.crc = (uint32_t)zip_number(at + RECORD_CRC, 4),
		.flags = (uint16_t)zip_number(at + RECORD_FLAGS, 2),
		.method = (uint16_t)zip_number(at + RECORD_METHOD, 2),
		.fault = fault,
	};
	return length;
}

static int by_offset(const void *left, const void *right)
{
	const struct bln_zip_entry *const a = *(struct bln_zip_entry *const *)left;
	const struct bln_zip_entry *const b = *(struct bln_zip_entry *const *)right;

	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Entries that share bytes: a few bytes could be unpacked as many files (Fifield 2019, "A better zip bomb"), or one
 * file's content be taken for another's. */
static enum bln_status overlaps_mark(struct bln_zip *zip, struct bln_err *err)
{
	struct bln_zip_entry **sorted = bln_mem_alloc(zip->entry_count * sizeof(struct bln_zip_entry *));
	struct bln_zip_entry *furthest = NULL;
	int64_t end = 0;
	size_t count = 0;

	if (!sorted)
		return bln_err_memory(err);
	for (size_t i = 0; i < zip->entry_count; i++)
		if (!zip->entries[i].fault)
			sorted[count++] = &zip->entries[i];
	qsort(sorted, count, sizeof(struct bln_zip_entry *), by_offset);
	for (size_t i = 0; i < count; i++) {
		struct bln_zip_entry *entry = sorted[i];
		const int64_t entry_end =
			entry->offset + ZIP_LOCAL_BYTES + (int64_t)entry->name_length + entry->compressed_bytes;

		if (furthest && entry->offset < end)
			entry->fault = furthest->fault = "its bytes are those of another entry too";
		if (entry_end > end) {
			end = entry_end;
			furthest = entry;
		}
	}
	bln_mem_free(sorted);
	return BLN_OK;
}

enum bln_status zip_entries_parse(struct bln_zip *zip, struct bln_err *err)
{
	const size_t length = (size_t)zip->directory_bytes;
	size_t at = 0;

	if (zip->entry_count > length / RECORD_BYTES)
		return bln_err_set(err, BLN_CORRUPT, "it says it has %zu entries, in a directory of %zu bytes",
				   zip->entry_count, length);
	zip->entries = bln_mem_calloc(zip->entry_count + 1, sizeof(*zip->entries)); /* none is no failure of memory */
	if (!zip->entries)
		return bln_err_memory(err);
	for (size_t i = 0; i < zip->entry_count; i++) {
		const size_t used = record_parse(zip->directory + at, length - at, zip, &zip->entries[i]);

		if (used == 0)
			return bln_err_set(err, BLN_CORRUPT,
					   "its directory is damaged: no entry %zu of %zu at byte %" PRId64, i + 1,
					   zip->entry_count, zip->directory_at + (int64_t)at);
		at += used;
	}
	/* The count has 16 bits without ZIP64: what wrote more entries than that may have cut it. */
	if (length - at >= RECORD_BYTES && memcmp(zip->directory + at, RECORD_MAGIC, sizeof(RECORD_MAGIC)) == 0)
		return bln_err_set(err, BLN_CORRUPT, "its directory has more entries than the %zu that it says",
				   zip->entry_count);
	return zip->entry_count > 1 ? overlaps_mark(zip, err) : BLN_OK;
}
