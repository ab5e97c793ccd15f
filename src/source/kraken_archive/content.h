/* The bytes of one item, from a file or from an archive. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_CONTENT_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_CONTENT_H

#include "source/kraken_archive/private.h"

struct kraken_content {
	struct kraken_source *source;
	const struct kraken_item *item;
	const struct kraken_file *file;
	int fd; /* a candle file; -1 for an entry */
	struct bln_zip_stream *stream; /* an entry */
	int64_t at;
};

/* Begins at the start. BLN_CONFLICT where the file is not the one that was listed; errors name file and entry, here
 * and below. */
BLN_MUST_CHECK enum bln_status kraken_content_open(struct kraken_content *content, struct kraken_source *source,
						   const struct kraken_item *item, struct bln_err *err);

/* The next SIZE bytes or what is left: *GOT of them, 0 only at the end. BLN_CONFLICT at the latest at the end where
 * the file has been changed meanwhile. */
BLN_MUST_CHECK enum bln_status kraken_content_read(struct kraken_content *content, char *bytes, size_t size,
						   size_t *got, struct bln_err *err);

void kraken_content_close(struct kraken_content *content);

/* Adds the file's name to what went wrong. */
enum bln_status kraken_content_where(const struct kraken_content *content, enum bln_status status, struct bln_err *err);

#endif
