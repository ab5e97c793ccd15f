/* What the files of zip/ share: the open archive, and numbers as ZIP has them. Private to zip/. */
#ifndef BLN_SOURCE_ZIP_DIRECTORY_H
#define BLN_SOURCE_ZIP_DIRECTORY_H

#include "source/zip/archive.h"

struct bln_zip {
	int fd;
	_Atomic int64_t *bytes_read;
	int64_t file_bytes;
	int64_t directory_at;
	int64_t directory_bytes;
	size_t entry_count;
	struct bln_zip_entry *entries;
	char *directory; /* its bytes: names point in here */
};

enum {
	ZIP_LOCAL_BYTES = 30, /* "local file header": stands before an entry's name and data */
	ZIP_FLAG_ENCRYPTED = 1 << 0,
	ZIP_METHOD_STORED = 0,
	ZIP_METHOD_DEFLATED = 8,
};

/* The little-endian number of LENGTH bytes at BYTES. */
static inline uint64_t zip_number(const char *bytes, size_t length)
{
	uint64_t value = 0;

	while (length-- > 0)
		value = value << 8 | (unsigned char)bytes[length];
	return value;
}

/* Reads exactly LENGTH bytes at OFFSET and counts them. BLN_CORRUPT where the file ends before. */
enum bln_status zip_read_at(const struct bln_zip *zip, int64_t offset, char *bytes, size_t length, struct bln_err *err);

#endif
