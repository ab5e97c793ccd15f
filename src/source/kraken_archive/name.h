/* What the names of Kraken's files say: symbol and frequency, the currency prices are in, the quarter of an update. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_NAME_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct kraken_name {
	struct bln_slice symbol;
	int minutes; /* a day is a whole number of candles */
};

/* NAME, without folders, as SYMBOL_MINUTES.csv: "XBTUSD_15.csv". A symbol is of letters, digits, '.' and '-', shorter
 * than BLN_SYMBOL_MAX; capitals in ".csv" do not matter. */
bool kraken_name_parse(struct bln_slice name, struct kraken_name *out);

/* What is wrong with NAME, which kraken_name_parse does not take, and was perhaps meant to be one. */
const char *kraken_name_fault(struct bln_slice name);

/* "USD" for XBTUSD: the longest currency that SYMBOL ends with, behind something. "" where none is known. */
const char *kraken_base_currency(struct bln_slice symbol);

/* The quarter that COMPONENT, the name of one folder or archive, bears: Q1_2024, Q1-2024, Q12024, 2024Q1, 2024_Q1,
 * whatever stands around it but letters and digits, capitals or not. False where there is none, or several that
 * differ. */
bool kraken_quarter_parse(struct bln_slice component, int64_t *from_us, int64_t *to_us);

/* Whether NAME, a path within an archive, stays in it and can be shown and stored: UTF-8 without control characters,
 * no empty, "." or ".." component, no backslash, at most KRAKEN_ENTRY_MAX bytes. */
enum { KRAKEN_ENTRY_MAX = 1024 };
bool kraken_entry_is_safe(struct bln_slice name);

/* What macOS and file managers leave behind: hidden files and __MACOSX. PATH may have folders. */
bool kraken_is_litter(struct bln_slice path);

#endif
