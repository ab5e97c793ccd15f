/* Finds candle files and archives under the paths of the settings. walk.c goes through folders, walk_zip.c through
 * archives, take.c decides about each name. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_WALK_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_WALK_H

#include "base/map.h"
#include "source/kraken_archive/private.h"

/* One list being made. */
struct kraken_walk {
	struct kraken_source *source;
	const struct bln_source_filter *filter;
	bln_source_tell *tell;
	void *context;
	struct bln_map wanted; /* the filter's symbols, as keys; the value says whether a file was seen */
	struct bln_map seen; /* symbols of all files that were found */
	struct bln_map archives; /* path of a ZIP or folder to its archive, counted from 1 */
	struct bln_setting_list paths; /* those of the settings */
	const char *given; /* the path of the settings being walked */
	bool is_link; /* GIVEN is one: what it is called counts, not what it leads to */
	size_t names; /* looked at */
	size_t candle_files; /* of those, SYMBOL_MINUTES.csv */
	size_t zips;
	size_t passed_over; /* names below GIVEN */
	struct bln_text passed; /* the first of them, each with why */
	struct bln_err first; /* the first failure that was told */
};

/* Walks all paths; the source's files, items and archives are what was found that passes the filter, in no order yet.
 * Fails for paths that are not there or of no use, and beyond the limits; what is wrong below them is told. */
BLN_MUST_CHECK enum bln_status kraken_walk_all(struct kraken_walk *walk, struct bln_err *err);

/* The same for the archive that FD is, found at PATH (in the source's arena). Takes FD. */
BLN_MUST_CHECK enum bln_status kraken_walk_zip(struct kraken_walk *walk, const char *path, int fd,
					       const struct bln_fingerprint *fingerprint, struct bln_err *err);

/* Tells that what is at PATH (and ENTRY in it, which may be empty) failed, and why. */
void kraken_tell(struct kraken_walk *walk, enum bln_status status, const char *path, struct bln_slice entry,
		 const char *text);

/* Tells that it was passed over, and why; kraken_tell_passed sums up, in a line, all that were below the path
 * that was given. */
void kraken_pass_over(struct kraken_walk *walk, const char *path, struct bln_slice entry, const char *why);
void kraken_tell_passed(struct kraken_walk *walk);

/* The innermost component of PATH that bears a quarter. */
bool kraken_quarter_find(struct bln_slice path, int64_t *from_us, int64_t *to_us);

/* Where a name was found. */
struct kraken_place {
	struct bln_slice path; /* folders: the innermost that bears a quarter says the range */
	bool has_quarter; /* else this does */
	int64_t from_us;
	int64_t to_us;
	struct bln_slice archive; /* else the span of the files with this in common */
};

/* If NAME at PLACE passes the filter, *IS_TAKEN, and sets what they say of ITEM: symbol, minutes, range or archive. */
BLN_MUST_CHECK enum bln_status kraken_walk_take(struct kraken_walk *walk, const struct kraken_place *place,
						struct bln_slice name, struct kraken_item *item, bool *is_taken,
						struct bln_err *err);

/* Append to the source's tables. */
BLN_MUST_CHECK enum bln_status kraken_walk_add(struct kraken_walk *walk, const struct kraken_item *item,
					       struct bln_err *err);
BLN_MUST_CHECK enum bln_status kraken_walk_file(struct kraken_walk *walk, const struct kraken_file *file, size_t *index,
						struct bln_err *err);

/* One more name is looked at; BLN_INVALID beyond KRAKEN_NAMES_MAX. */
BLN_MUST_CHECK enum bln_status kraken_walk_count(struct kraken_walk *walk, struct bln_err *err);

#endif
