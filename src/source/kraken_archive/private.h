/* What the files of this connector share. Items and units are one to one, in the same order: unit.entry_index is
 * both. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_PRIVATE_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_PRIVATE_H

#include <pthread.h>

#include "source/connector.h"
#include "source/zip/archive.h"

enum {
	KRAKEN_DEPTH_MAX = 16, /* folders within folders */
	KRAKEN_NAMES_MAX = 1 << 20, /* names looked at in one list, entries of archives included */
	KRAKEN_ZIPS_MAX = 256, /* archives: each keeps a file open */
	KRAKEN_NOTES_MAX = 64, /* names passed over that are told one by one */
};

/* No archive whose range its name says. */
#define KRAKEN_NAMED SIZE_MAX

struct kraken_values {
	struct bln_setting_list path;
	int64_t file_max_bytes;
	int64_t memory_bytes;
};

/* A file that was found: candles themselves, or an archive. */
struct kraken_file {
	const char *
		path; /* absolute, without links; but where IS_LINK is set its last component is one, that the settings name */
	bool is_link;
	struct bln_zip *zip; /* NULL for candles */
	struct bln_fingerprint fingerprint; /* crc 0 */
};

/* From where to where the ends of an item's content reach. */
struct kraken_span {
	bool is_known;
	bool has_rows;
	bool is_cut; /* behind the last row stands what cannot be read */
	int64_t first_us;
	int64_t last_us;
};

struct kraken_item {
	size_t file;
	size_t zip_index; /* of the entry, where the file is an archive */
	const char *entry; /* its name, else NULL */
	const char *symbol;
	int minutes;
	int64_t content_bytes;
	size_t archive; /* or KRAKEN_NAMED: then these are its quarter */
	int64_t from_us;
	int64_t to_us;
	struct kraken_span span; /* guarded by the source's lock */
};

/* Files whose range is the span of all of them: those of one ZIP, or of one folder. */
struct kraken_archive {
	int minutes_min; /* of its items */
	int minutes_max;
	bool is_ended; /* END_US is known; guarded by the source's lock */
	int64_t end_us;
};

struct kraken_source {
	struct bln_source base;
	const struct kraken_values *values;
	const char *root;
	_Atomic int64_t bytes_read; /* of all files */

	/* Of the last list; its texts are in LISTED. */
	struct bln_arena listed;
	int64_t now_us;
	struct kraken_file *files;
	size_t file_count, file_capacity;
	struct kraken_item *items;
	size_t item_count, item_capacity;
	struct kraken_archive *archives;
	size_t archive_count, archive_capacity;
	struct bln_unit *units;
	pthread_mutex_t lock;
};

#endif
