/* Writes ZIP archives of deflated files, the same bytes for the same content: no times, no ZIP64 (so below 4 GiB). */
#ifndef BLN_TOOLS_DEMO_ZIP_WRITE_H
#define BLN_TOOLS_DEMO_ZIP_WRITE_H

#include <stdio.h>

#include "base/text.h"

struct zip_write {
	FILE *file; /* the caller's to open and close */
	struct bln_text directory;
	size_t count;
};

/* Appends an entry. BLN_IO, BLN_NO_MEMORY. */
BLN_MUST_CHECK enum bln_status zip_write_add(struct zip_write *zip, const char *name, const char *bytes, size_t length,
					     struct bln_err *err);

/* Writes the directory; nothing can be added behind. */
BLN_MUST_CHECK enum bln_status zip_write_end(struct zip_write *zip, struct bln_err *err);

#endif
