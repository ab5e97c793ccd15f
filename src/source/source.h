/* How a connector is asked: what is there (list), then each unit's rows (reader), then for which time it speaks
 * (settle).
 *
 *     bln_source_open(…, &source, err);
 *     bln_source_list(source, &filter, …, &units, &count, err);
 *     for each unit, in any thread:
 *         recall its hash by its fingerprint, or
 *         bln_source_reader_open(source, unit, …, &reader, err);    the hash is known from here on
 *         bln_source_reader_next(reader, chunk, err);               until chunk->count is 0
 *         bln_source_reader_close(reader);
 *     bln_source_settle(source, units, count, err);
 *     bln_source_close(source);
 *
 * Read first: candle.h. Who writes a connector reads connector.h. Not decided here: what is loaded already, in which
 * order units are committed, what becomes of a unit that failed. */
#ifndef BLN_SOURCE_SOURCE_H
#define BLN_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/frequency.h"
#include "base/settings.h"
#include "base/status.h"
#include "base/text.h"
#include "source/candle.h"

/* What a connector is; one const per connector. */
struct bln_source_ops {
	const char *kind; /* what bullion.yaml says: "kraken_archive" */
	const char *help; /* one sentence */
	const char *venue; /* bln_unit.source: "kraken" */
	const char *type; /* "crypto" */
	const char *origin; /* "historic" */
	const struct bln_setting *settings; /* the keys beside `kind` in bullion.yaml */
	size_t setting_count;
	const struct bln_source_methods *methods; /* connector.h */
};

/* The connector of KIND. BLN_UNSUPPORTED for one that a later version has: projects may name it already. BLN_INVALID names KIND,
 * the one probably meant, and all there are. */
BLN_MUST_CHECK enum bln_status bln_source_find(struct bln_slice kind, const struct bln_source_ops **ops,
					       struct bln_err *err);

/* One setting as the project gives it, variables already put in: ITEMS are COUNT texts of a list, or, where ITEMS is
 * NULL, TEXT. */
struct bln_source_value {
	struct bln_slice name;
	struct bln_slice text;
	const struct bln_slice *items;
	size_t count;
};

struct bln_source;

/* A source of connector OPS. Nothing is read yet. Relative paths among VALUES start at ROOT. VALUES and ROOT are
 * copied; CLOCK must outlive the source. *SOURCE is the caller's to close. BLN_INVALID names the setting that is
 * wrong. */
BLN_MUST_CHECK enum bln_status bln_source_open(const struct bln_source_ops *ops, const char *root,
					       const struct bln_source_value *values, size_t count,
					       struct bln_clock *clock, struct bln_source **source,
					       struct bln_err *err);

/* SOURCE may be NULL. No reader of it may be open. */
void bln_source_close(struct bln_source *source);

/* What to take; { 0 } takes everything. */
struct bln_source_filter {
	struct bln_setting_list symbols; /* as the venue names them; none: all */
	const struct bln_frequency *frequencies; /* NULL: all */
	size_t frequency_count;
	const char *base; /* "USD": only symbols with prices in it; NULL: all */
};

/* Something about the source as a whole, or a part of it that is no unit. Valid during the call it is given to. */
struct bln_source_note {
	enum bln_status status; /* BLN_OK: passed over. Else it should have been read: the run is partial */
	bool is_detail; /* one of many, which another note sums up */
	const char *path;
	const char *entry; /* within the archive at PATH, or NULL; any printable ASCII */
	const char *text; /* names both */
};
typedef void bln_source_tell(void *context, const struct bln_source_note *note);

/* Lists the units that pass FILTER, without reading their content: at most names, sizes, and the directories of
 * archives. In the order of symbol, frequency, range where it is known by name, path, entry: the same each time.
 * Content may be there twice (the same file at two paths): whoever commits tells by the hash.
 *
 * TELL (may be NULL) hears of what is passed over, name by name and in one line for people, and what cannot be read;
 * the rest is listed all the same. What FILTER leaves out is not passed over. *UNITS
 * and all their texts are the source's, until it is listed again or closed; of the units the caller may write the
 * fields that are recalled: is_hashed and hash, and first_us, last_us, from_us and to_us (below, settle); and type, where it
 * knows better of which asset class they are.
 *
 * BLN_NOT_FOUND, naming the places and what was looked for, where there is no unit; the first failure where that is
 * why. */
BLN_MUST_CHECK enum bln_status bln_source_list(struct bln_source *source, const struct bln_source_filter *filter,
					       bln_source_tell *tell, void *context, struct bln_unit **units,
					       size_t *count, struct bln_err *err);

/* Told of every refusal and note of a unit's rows, in the thread that reads it. What it returns other than BLN_OK
 * ends the reading with that status. */
typedef enum bln_status bln_source_refuse(void *context, const struct bln_refusal *refusal, struct bln_err *err);

/* Told, in the same thread, where unplaced rows lie once a row follows them that is taken; of those at the end of a unit nothing is
 * told. Returns the same. */
typedef enum bln_status bln_source_resume(void *context, const struct bln_unplaced *unplaced, struct bln_err *err);

struct bln_source_reader;

/* Whether there is something to list, as far as that costs little: who is about to begin a run asks this first, so that a
 * mistyped path begins none. BLN_OK promises nothing; errors as in bln_source_list, whose units this makes void. */
BLN_MUST_CHECK enum bln_status bln_source_check(struct bln_source *source, const struct bln_source_filter *filter,
						struct bln_err *err);

/* Reads the content of UNIT (of the last list, or a copy of one of its units) as far as its hash needs: sets hash,
 * is_hashed, and first_us and last_us as the ends of the content show them. The unit must outlive the reader; REFUSE
 * and RESUME may be NULL. Different units may be read by different threads at once; a reader and its unit are for one
 * thread at a time.
 *
 * Content up to the source's memory bound stays in memory, so that it is read and unpacked once, and its errors come
 * here, before the first row. Larger content is read twice: then an error can come in the midst of the rows, and
 * those given before must not be kept.
 *
 * Errors name the file and the entry: BLN_NOT_FOUND, BLN_DENIED, BLN_IO; BLN_CORRUPT for a damaged archive;
 * BLN_UNSUPPORTED for one we do not read; BLN_CONFLICT where the file is no longer the one that was listed. */
BLN_MUST_CHECK enum bln_status bln_source_reader_open(struct bln_source *source, struct bln_unit *unit,
						      bln_source_refuse *refuse, bln_source_resume *resume,
						      void *context, struct bln_source_reader **reader,
						      struct bln_err *err);

/* The next rows: CHUNK's are replaced by 1 to BLN_CHUNK_ROWS_MAX others, or none at the end; then is_read, rows,
 * refused, first_us and last_us of the unit are set. */
BLN_MUST_CHECK enum bln_status bln_source_reader_next(struct bln_source_reader *reader, struct bln_chunk *chunk,
						      struct bln_err *err);

/* At any time; READER may be NULL. */
void bln_source_reader_close(struct bln_source_reader *reader);

/* Sets from_us and to_us of those of the COUNT UNITS (of the last list, or copies) that are read: the candles they
 * speak for, so that a candle in there without a row is known not to have traded. A unit's range contains its rows.
 * The connector says where ranges come from (kraken_archive/range.h). A range that was recalled may be made longer, never
 * shorter.
 *
 * What a range depends on beyond its own unit is the same whatever was read before: files of the list that nobody has
 * read may have to be looked into, which costs nothing where all were read, or where what was recalled of them has
 * its recorded range in from_us and to_us. No reader may be open. Errors as in bln_source_reader_open. */
BLN_MUST_CHECK enum bln_status bln_source_settle(struct bln_source *source, struct bln_unit *units, size_t count,
						 struct bln_err *err);

#endif
