/* Reading entries of ZIP archives (ZIP64 too) in place: only the archive's directory and the entries that are opened
 * are read, by pread; nothing is unpacked to disk. (APPNOTE.TXT 6.3.10.)
 *
 * Archives come from anywhere: what one says of itself is held against the limits below, the file, and itself, before
 * it is believed. A bad entry spoils only itself. Read archive.c and entries.c (what is there), then stream.c (the
 * content). Why not libzip: it reads the directory anew for each thread, makes room for as many entries as an archive
 * claims, and does not see entries that lie on top of each other. Left out on purpose: writing, passwords, other
 * methods than stored and deflated, archives in parts, archives with something before them. */
#ifndef BLN_SOURCE_ZIP_ARCHIVE_H
#define BLN_SOURCE_ZIP_ARCHIVE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Kraken's whole archive has 24,000 entries and a directory of 2 MB. */
enum { BLN_ZIP_ENTRIES_MAX = 1 << 18 };
#define BLN_ZIP_DIRECTORY_BYTES_MAX (INT64_C(1) << 28)

/* How many times larger than its compressed bytes an entry may be; candles are 3 to 10 times. What a ratio means below
 * BLN_ZIP_RATIO_FREE bytes is nothing. */
enum { BLN_ZIP_RATIO_MAX = 200, BLN_ZIP_RATIO_FREE = 1 << 20 };

/* An archive does not change once it is open: any number of threads may use it. */
struct bln_zip;

struct bln_zip_entry {
	const char *name; /* NAME_LENGTH bytes, any; they may lead anywhere. As long as the archive */
	size_t name_length;
	int64_t content_bytes; /* as the directory says; reading holds it to that */
	int64_t compressed_bytes;
	int64_t offset; /* of its header in the file */
	uint32_t crc;
	uint16_t flags;
	uint16_t method;
	const char *fault; /* why it cannot be read, else NULL */
};

/* Opens the archive that FD is and reads its directory. FD belongs to the archive from now on, also after a failure.
 * BYTES_READ (may be NULL) grows with every byte read of the file, now and later. *ZIP is the caller's to close.
 *
 * BLN_CORRUPT says what is wrong: not a ZIP, cut off, a directory that lies or exceeds the limits; BLN_IO. The caller
 * adds the archive's name. */
BLN_MUST_CHECK enum bln_status bln_zip_open(int fd, _Atomic int64_t *bytes_read, struct bln_zip **zip,
					    struct bln_err *err);
void bln_zip_close(struct bln_zip *zip);

size_t bln_zip_entry_count(const struct bln_zip *zip);
const struct bln_zip_entry *bln_zip_entry_at(const struct bln_zip *zip, size_t index);

/* One entry being read. For one thread at a time; the archive must outlive it. */
struct bln_zip_stream;

/* Begins to read entry INDEX. BLN_CORRUPT for one whose content is larger than CONTENT_BYTES_MAX or than its
 * compressed bytes allow, that lies on another, or whose header is not what the directory says; BLN_UNSUPPORTED for
 * an encrypted one and for methods that we do not read. Errors name the entry, here and below. */
BLN_MUST_CHECK enum bln_status bln_zip_stream_open(const struct bln_zip *zip, size_t index, int64_t content_bytes_max,
						   struct bln_zip_stream **stream, struct bln_err *err);
void bln_zip_stream_close(struct bln_zip_stream *stream);

/* The next SIZE bytes, or what is left: *GOT of them, 0 only at the end (or for SIZE 0). BLN_CORRUPT at the latest at
 * the end where the bytes do not match the directory's length and CRC. */
BLN_MUST_CHECK enum bln_status bln_zip_read(struct bln_zip_stream *stream, char *bytes, size_t size, size_t *got,
					    struct bln_err *err);

#endif
