/* Reading entries of ZIP archives (ZIP64 too) in place: only the archive's directory and the entries that are opened are
 * read, by pread; nothing is unpacked to disk. The format is libzip's business; limits, counting and messages are ours.
 *
 * Archives come from anywhere: what an archive says of itself is held against the limits below before it is believed. */
#ifndef BLN_SOURCE_ZIP_ARCHIVE_H
#define BLN_SOURCE_ZIP_ARCHIVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Kraken's whole archive has 24,000 entries and a directory of 2 MB. */
enum { BLN_ZIP_ENTRIES_MAX = 1 << 18 };
#define BLN_ZIP_DIRECTORY_BYTES_MAX (INT64_C(1) << 28)

/* How many times larger than its compressed bytes an entry may be; candles are 3 to 10 times. What a ratio means below
 * BLN_ZIP_RATIO_FREE bytes is nothing. */
enum { BLN_ZIP_RATIO_MAX = 200, BLN_ZIP_RATIO_FREE = 1 << 20 };

/* Bytes at an archive's end in which its directory is looked for. */
enum { BLN_ZIP_TAIL_BYTES = 65536 + 22 + 20 };

/* For one thread at a time; archives are independent of each other. */
struct bln_zip;

/* The file that was opened: what tells it from one that took its place. */
struct bln_zip_file {
	int64_t size_bytes;
	int64_t mtime_ns;
	uint64_t inode;
};

struct bln_zip_entry {
	const char *name; /* as the archive has it: any bytes, may lead anywhere; lives as long as the archive */
	int64_t content_bytes; /* as the archive says: may be wrong */
	int64_t compressed_bytes;
	uint32_t crc;
};

/* Opens the archive at PATH and reads its directory. BYTES_READ (may be NULL) grows with every byte read of the file, now
 * and later. *ZIP is the caller's to close.
 *
 * BLN_CORRUPT names what is wrong: not a ZIP, cut off, a directory that lies or exceeds the limits. */
BLN_MUST_CHECK enum bln_status bln_zip_open(const char *path, _Atomic int64_t *bytes_read, struct bln_zip **zip,
                                            struct bln_err *err);
void bln_zip_close(struct bln_zip *zip);

struct bln_zip_file bln_zip_file_of(const struct bln_zip *zip);
size_t bln_zip_entry_count(const struct bln_zip *zip);

/* Entry INDEX (below the count) as the directory has it. BLN_CORRUPT where the directory says nothing of use. */
BLN_MUST_CHECK enum bln_status bln_zip_entry_at(struct bln_zip *zip, size_t index, struct bln_zip_entry *entry,
                                                struct bln_err *err);

/* Begins to read entry INDEX; an entry begun before is given up. BLN_CORRUPT for one whose content is larger than
 * CONTENT_BYTES_MAX or than its compressed bytes allow; BLN_UNSUPPORTED for an encrypted one and for methods that we do not
 * read. Errors name the entry, here and below. */
BLN_MUST_CHECK enum bln_status bln_zip_begin(struct bln_zip *zip, size_t index, int64_t content_bytes_max,
                                             struct bln_err *err);

/* The next up to SIZE bytes of the entry begun: *GOT of them, 0 at the end. BLN_CORRUPT at the latest at the end where the
 * bytes do not match the directory's length and CRC. */
BLN_MUST_CHECK enum bln_status bln_zip_read(struct bln_zip *zip, char *bytes, size_t size, size_t *got,
                                            struct bln_err *err);

#endif
