/* Lists the units of the archives (bln_source_list). */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_LIST_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_LIST_H

#include "source/kraken_archive/private.h"

enum bln_status kraken_list(struct bln_source *source, const struct bln_source_filter *filter, bln_source_tell *tell,
			    void *context, struct bln_unit **units, size_t *count, struct bln_err *err);

/* Forgets the last list. */
void kraken_list_clean_up(struct kraken_source *source);

#endif
