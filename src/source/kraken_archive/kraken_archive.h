/* Kraken's OHLCVT archives: folders, ZIPs and lists of files such as XBTUSD_15.csv, the base archive and its
 * quarterly updates.
 *
 * To read in this order: name.h (what file names say), walk.c and list.c (what is there), content.c and reader.c
 * (hash and rows), range.h and range.c (for which time a unit speaks). Left out on purpose: time and sales, which
 * come in files of other names and columns. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_H

#include "source/source.h"

extern const struct bln_source_ops bln_kraken_archive;

#endif
