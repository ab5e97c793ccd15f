#include "source/zip/tail.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "source/zip/archive.h"

enum {
	END_BYTES = 22, /* "end of central directory record" without its comment */
	END_COUNT = 10, /* offsets of its fields */
	END_SIZE = 12,
	END_OFFSET = 16,
	LOCATOR_BYTES = 20, /* "zip64 end of central directory locator", before it */
	LOCATOR_OFFSET = 8,
	END64_BYTES = 56, /* "zip64 end of central directory record" */
	END64_COUNT = 32,
	END64_SIZE = 40,
	END64_OFFSET = 48,
	/* One is the rule. A comment, or a stored ZIP that comes last, may hold the same four bytes by chance. */
	ENDS_MAX = 16,
};

static const char END_MAGIC[4] = { 'P', 'K', 5, 6 };
static const char LOCATOR_MAGIC[4] = { 'P', 'K', 6, 7 };
static const char END64_MAGIC[4] = { 'P', 'K', 6, 6 };

/* What a record says of the directory. */
struct directory {
	uint64_t entries;
	uint64_t size_bytes;
	uint64_t offset;
};

static uint64_t number_at(const char *bytes, size_t length)
{
	uint64_t value = 0;

	while (length-- > 0)
		value = value << 8 | (unsigned char)bytes[length];
	return value;
}

static enum bln_status limits_check(const struct directory *directory, int64_t file_bytes, struct bln_err *err)
{
	if (directory->entries > BLN_ZIP_ENTRIES_MAX)
		return bln_err_set(err, BLN_CORRUPT, "it says it has %" PRIu64 " entries; more than %d are not read",
		                   directory->entries, BLN_ZIP_ENTRIES_MAX);
	if (directory->size_bytes > (uint64_t)BLN_ZIP_DIRECTORY_BYTES_MAX)
		return bln_err_set(err, BLN_CORRUPT,
		                   "its directory says it has %" PRIu64 " bytes; more than %" PRId64 " are not read",
		                   directory->size_bytes, BLN_ZIP_DIRECTORY_BYTES_MAX);
	if (directory->size_bytes > (uint64_t)file_bytes || directory->offset > (uint64_t)file_bytes)
		return bln_err_set(err, BLN_CORRUPT, "its directory is said to lie outside of the file: is it cut off?");
	return BLN_OK;
}

/* The ZIP64 record that the locator at LOCATOR names, where there is one; it stands for the numbers that did not fit. */
static enum bln_status end64_read(const char *locator, int64_t file_bytes, bln_zip_read_at *read_at, void *context,
                                  struct directory *directory, struct bln_err *err)
{
	const uint64_t offset = number_at(locator + LOCATOR_OFFSET, 8);
	enum bln_status status;
	char record[END64_BYTES];

	if (memcmp(locator, LOCATOR_MAGIC, sizeof(LOCATOR_MAGIC)) != 0)
		return BLN_OK;
	if (file_bytes < END64_BYTES || offset > (uint64_t)file_bytes - END64_BYTES)
		return bln_err_set(err, BLN_CORRUPT, "its ZIP64 end record is said to lie outside of the file: is it cut off?");
	status = read_at(context, (int64_t)offset, record, sizeof(record), err);
	if (status != BLN_OK || memcmp(record, END64_MAGIC, sizeof(END64_MAGIC)) != 0)
		return status;
	*directory = (struct directory){
		.entries = number_at(record + END64_COUNT, 8),
		.size_bytes = number_at(record + END64_SIZE, 8),
		.offset = number_at(record + END64_OFFSET, 8),
	};
	return BLN_OK;
}

enum bln_status bln_zip_tail_check(const char *tail, size_t length, int64_t file_bytes, bln_zip_read_at *read_at,
                                   void *context, int64_t *directory_at, struct bln_err *err)
{
	const char *at = tail;
	int ends = 0;

	*directory_at = file_bytes;
	while ((at = memmem(at, length - (size_t)(at - tail), END_MAGIC, sizeof(END_MAGIC)))) {
		struct directory directory;
		enum bln_status status = BLN_OK;

		if (length - (size_t)(at - tail) < END_BYTES)
			break;
		directory = (struct directory){
			.entries = number_at(at + END_COUNT, 2),
			.size_bytes = number_at(at + END_SIZE, 4),
			.offset = number_at(at + END_OFFSET, 4),
		};
		if (++ends > ENDS_MAX)
			return bln_err_set(err, BLN_CORRUPT, "it has more than %d end records", ENDS_MAX);
		if (at - tail >= LOCATOR_BYTES)
			status = end64_read(at - LOCATOR_BYTES, file_bytes, read_at, context, &directory, err);
		if (status == BLN_OK)
			status = limits_check(&directory, file_bytes, err);
		if (status != BLN_OK)
			return status;
		*directory_at = (int64_t)directory.offset;
		at += sizeof(END_MAGIC);
	}
	return ends > 0 ? BLN_OK : bln_err_set(err, BLN_CORRUPT, "it has no directory: it is no ZIP, or cut off");
}
