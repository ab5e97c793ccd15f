/* Finds the directory from the file's end, and holds it to the limits before there is memory for it. directory.c
 * takes it apart. */
#include "source/zip/archive.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/zip/directory.h"
#include "source/zip/entries.h"

enum {
	END_BYTES = 22, /* "end of central directory record", its comment (up to 65,535 bytes) behind it */
	END_COUNT = 10, /* offsets of its fields */
	END_SIZE = 12,
	END_OFFSET = 16,
	END_COMMENT = 20,
	COMMENT_MAX = 65535,
	LOCATOR_BYTES = 20, /* "zip64 end of central directory locator", before it */
	LOCATOR_OFFSET = 8,
	END64_BYTES = 56, /* "zip64 end of central directory record" */
	END64_COUNT = 32,
	END64_SIZE = 40,
	END64_OFFSET = 48,
	TAIL_BYTES = LOCATOR_BYTES + END_BYTES + COMMENT_MAX,
};

static const char END_MAGIC[4] = { 'P', 'K', 5, 6 };
static const char LOCATOR_MAGIC[4] = { 'P', 'K', 6, 7 };
static const char END64_MAGIC[4] = { 'P', 'K', 6, 6 };

enum bln_status zip_read_at(const struct bln_zip *zip, int64_t offset, char *bytes, size_t length, struct bln_err *err)
{
	while (length > 0) {
		ssize_t got = pread(zip->fd, bytes, length, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return bln_err_errno(err, errno, "cannot read it at byte %" PRId64, offset);
		if (got == 0)
			return bln_err_set(err, BLN_CORRUPT,
					   "it ends at byte %" PRId64 ", before it should: is it cut off?", offset);
		if (zip->bytes_read)
			atomic_fetch_add_explicit(zip->bytes_read, got, memory_order_relaxed);
		bytes += got;
		offset += got;
		length -= (size_t)got;
	}
	return BLN_OK;
}

/* The last record whose comment ends where the file ends. */
static const char *end_find(const char *tail, size_t length)
{
	for (size_t at = length; at-- > 0;) {
		if (length - at < END_BYTES || memcmp(tail + at, END_MAGIC, sizeof(END_MAGIC)) != 0)
			continue;
		if (length - at - END_BYTES == zip_number(tail + at + END_COMMENT, 2))
			return tail + at;
	}
	return NULL;
}

static enum bln_status limits_check(uint64_t entries, uint64_t offset, uint64_t size_bytes, int64_t end_at,
				    struct bln_err *err)
{
	if (entries > BLN_ZIP_ENTRIES_MAX)
		return bln_err_set(err, BLN_CORRUPT, "it says it has %" PRIu64 " entries; more than %d are not read",
				   entries, BLN_ZIP_ENTRIES_MAX);
	if (size_bytes > (uint64_t)BLN_ZIP_DIRECTORY_BYTES_MAX)
		return bln_err_set(err, BLN_CORRUPT,
				   "its directory says it has %" PRIu64 " bytes; more than %" PRId64 " are not read",
				   size_bytes, BLN_ZIP_DIRECTORY_BYTES_MAX);
	if (size_bytes > (uint64_t)end_at || offset > (uint64_t)end_at - size_bytes)
		return bln_err_set(err, BLN_CORRUPT,
				   "its directory is said to lie outside of the file: is it cut off?");
	return BLN_OK;
}

/* Sets where the directory lies and how many entries it has. */
static enum bln_status directory_find(struct bln_zip *zip, struct bln_err *err)
{
	const size_t length = zip->file_bytes < TAIL_BYTES ? (size_t)zip->file_bytes : TAIL_BYTES;
	char *const tail = bln_mem_alloc(length + 1); /* an empty file is no failure of memory */
	enum bln_status status;
	uint64_t entries, size_bytes, offset;
	const char *end;
	int64_t end_at;

	if (!tail)
		return bln_err_memory(err);
	BLN_TRY(zip_read_at(zip, zip->file_bytes - (int64_t)length, tail, length, err));
	end = end_find(tail, length);
	if (!end) {
		status = bln_err_set(err, BLN_CORRUPT,
				     "it has no directory at its end: it is no ZIP archive, or cut off");
		goto done;
	}
	end_at = zip->file_bytes - (tail + length - end);
	entries = zip_number(end + END_COUNT, 2);
	size_bytes = zip_number(end + END_SIZE, 4);
	offset = zip_number(end + END_OFFSET, 4);
	if (end - tail >= LOCATOR_BYTES && memcmp(end - LOCATOR_BYTES, LOCATOR_MAGIC, sizeof(LOCATOR_MAGIC)) == 0) {
		const uint64_t end64_at = zip_number(end - LOCATOR_BYTES + LOCATOR_OFFSET, 8);
		char end64[END64_BYTES];

		if (end_at < END64_BYTES || end64_at > (uint64_t)end_at - END64_BYTES) {
			status = bln_err_set(err, BLN_CORRUPT,
					     "its ZIP64 end is said to lie outside of the file: is it cut off?");
			goto done;
		}
		BLN_TRY(zip_read_at(zip, (int64_t)end64_at, end64, sizeof(end64), err));
		if (memcmp(end64, END64_MAGIC, sizeof(END64_MAGIC)) != 0) {
			status = bln_err_set(err, BLN_CORRUPT, "its ZIP64 end is not where it is said to be");
			goto done;
		}
		entries = zip_number(end64 + END64_COUNT, 8);
		size_bytes = zip_number(end64 + END64_SIZE, 8);
		offset = zip_number(end64 + END64_OFFSET, 8);
		end_at = (int64_t)end64_at;
	}
	BLN_TRY(limits_check(entries, offset, size_bytes, end_at, err));
	zip->entry_count = (size_t)entries;
	zip->directory_at = (int64_t)offset;
	zip->directory_bytes = (int64_t)size_bytes;
done:
	bln_mem_free(tail);
	return status;
}

enum bln_status bln_zip_open(int fd, _Atomic int64_t *bytes_read, struct bln_zip **zip, struct bln_err *err)
{
	struct bln_zip *opened = bln_mem_calloc(1, sizeof(*opened));
	enum bln_status status = BLN_OK;
	struct stat stat;

	if (!opened) {
		close(fd);
		return bln_err_memory(err);
	}
	*opened = (struct bln_zip){ .fd = fd, .bytes_read = bytes_read };
	if (fstat(fd, &stat) != 0)
		BLN_TRY(bln_err_errno(err, errno, "cannot look at it"));
	opened->file_bytes = stat.st_size;
	BLN_TRY(directory_find(opened, err));
	if (opened->directory_bytes > 0) {
		opened->directory = bln_mem_alloc((size_t)opened->directory_bytes);
		if (!opened->directory)
			BLN_TRY(bln_err_memory(err));
		BLN_TRY(zip_read_at(opened, opened->directory_at, opened->directory, (size_t)opened->directory_bytes,
				    err));
	}
	BLN_TRY(zip_entries_parse(opened, err));
done:
	if (status != BLN_OK)
		bln_zip_close(opened);
	else
		*zip = opened;
	return status;
}

void bln_zip_close(struct bln_zip *zip)
{
	if (!zip)
		return;
	close(zip->fd);
	bln_mem_free(zip->entries);
	bln_mem_free(zip->directory);
	bln_mem_free(zip);
}

size_t bln_zip_entry_count(const struct bln_zip *zip)
{
	return zip->entry_count;
}

const struct bln_zip_entry *bln_zip_entry_at(const struct bln_zip *zip, size_t index)
{
	assert(index < zip->entry_count);
	return &zip->entries[index];
}
