/* Reads a unit: hash first, then rows (bln_source_reader_open and so on). */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_READER_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_READER_H

#include "source/kraken_archive/private.h"

enum bln_status kraken_reader_open(struct bln_source *source, struct bln_unit *unit, bln_source_refuse *refuse,
				   bln_source_resume *resume, void *context, struct bln_source_reader **reader,
				   struct bln_err *err);
enum bln_status kraken_reader_next(struct bln_source_reader *reader, struct bln_chunk *chunk, struct bln_err *err);
void kraken_reader_close(struct bln_source_reader *reader);

#endif
