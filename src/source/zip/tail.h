/* The end of a ZIP, looked at before libzip sees it: libzip 1.7 makes room for as many entries as the archive says it has.
 * (APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16.) */
#ifndef BLN_SOURCE_ZIP_TAIL_H
#define BLN_SOURCE_ZIP_TAIL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Reads exactly LENGTH bytes at OFFSET. */
typedef enum bln_status bln_zip_read_at(void *context, int64_t offset, char *bytes, size_t length, struct bln_err *err);

/* TAIL is the last LENGTH bytes of an archive of FILE_BYTES bytes, at most BLN_ZIP_TAIL_BYTES of them. Every record in it that
 * could be taken for the end of the directory is held against the limits. *DIRECTORY_AT becomes the place of the directory
 * that the last of them names, or FILE_BYTES if that is out of the file.
 *
 * BLN_CORRUPT says what is wrong. */
BLN_MUST_CHECK enum bln_status bln_zip_tail_check(const char *tail, size_t length, int64_t file_bytes,
                                                  bln_zip_read_at *read_at, void *context, int64_t *directory_at,
                                                  struct bln_err *err);

#endif
