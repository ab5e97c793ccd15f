/* Takes a ZIP's directory apart. Private to zip/. */
#ifndef BLN_SOURCE_ZIP_ENTRIES_H
#define BLN_SOURCE_ZIP_ENTRIES_H

#include "source/zip/directory.h"

/* Sets the entries of ZIP from its directory's bytes; what is wrong with one becomes its fault. BLN_CORRUPT where the
 * directory has fewer entries than it says, or more; ZIP is then to be closed. */
BLN_MUST_CHECK enum bln_status zip_entries_parse(struct bln_zip *zip, struct bln_err *err);

#endif
