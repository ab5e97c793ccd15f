/* For which time a unit speaks: within its range a candle without a row is known not to have traded, outside of it
 * nobody has said anything.
 *
 * The rule. A file has a row only where there were trades, so its own first and last row do not say how far it goes:
 *
 * - An update says it by its name: Q1_2024 in the name of the ZIP (or of a folder, the innermost that has one) is
 *   exactly that quarter. An update that was not downloaded leaves its quarter unsaid, and so missing. A symbol
 *   without a file in an update is not spoken for there.
 * - Other archives begin, for each of their symbols, with its first row: before it was listed nothing is said. They
 *   end where the archive as a whole ends, for all of its files alike. That is the latest close among the last
 *   candles of all symbols; of one symbol's files the finest counts, as a daily candle is begun by its first trade
 *   and may have been cut. But a longer candle is believed to be whole if only its last 24th is silent, or if it
 *   closes with a quarter, as Kraken's archives do: else a quiet last minute would cost the last candle of every
 *   frequency. An archive is a ZIP with what is in it, or the files of one folder; of it, what was listed counts.
 * - But where another file of the same symbol, of any frequency, has a candle that opens when this file's last one has
 *   closed, or later, there were trades that this file knows nothing of: it was cut short, or is older than the
 *   others, and ends with its own last row. Of the time between the two nothing is said.
 * - A file whose end cannot be read (the last line is cut off, bytes are damaged, times are no numbers) ends with its last
 *   row too: how far it went nobody knows. Of one without any row, which cannot be read, nothing is said at all.
 * - No range goes on beyond the moment of the listing, and every range contains its unit's rows. A unit whose rows
 *   all lie outside of the quarter that its name says is not what its name says: its range is that of its rows.
 *
 * From the same end follows which candle was still trading when the archive was made: one that closes after it is
 * refused as not_committed. Rows behind the quarter of an update are taken but for the last, for which nothing shows
 * that it was complete. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_RANGE_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_RANGE_H

#include "source/csv/span.h"
#include "source/kraken_archive/private.h"

/* Remembers what SPAN, of the whole content, says of ITEM; its ends come back in *KNOWN. SCRATCH's rows are lost. */
void kraken_span_keep(struct kraken_source *source, struct kraken_item *item, const struct bln_csv_span *span,
		      struct bln_chunk *scratch, struct kraken_span *known);

/* Candles of ITEM that close after *END_US were not complete. KNOWN is its span. May have to look into other files of
 * its archive. */
BLN_MUST_CHECK enum bln_status kraken_range_end(struct kraken_source *source, const struct kraken_item *item,
						const struct kraken_span *known, int64_t *end_us, struct bln_err *err);

/* bln_source_settle */
enum bln_status kraken_settle(struct bln_source *source, struct bln_unit *units, size_t count, struct bln_err *err);

#endif
