/* Table properties (metaData.configuration): which there are, what each may be, and their values (protocol, "Table
 * Properties"; Delta's documentation for those that the protocol does not list). */
#ifndef BLN_DELTA_PROPERTY_H
#define BLN_DELTA_PROPERTY_H

#include <stdint.h>

#include "base/status.h"
#include "delta/action.h"

/* How long a removed file's tombstone, and the log, are kept when the table says nothing. */
#define BLN_RETENTION_TOMBSTONES_US INT64_C(604800000000)
#define BLN_RETENTION_LOG_US INT64_C(2592000000000)

enum { BLN_CHECKPOINT_INTERVAL = 10 };

/* What a property of a new table asks of its protocol. */
struct bln_property_need {
	const char *feature; /* NULL: nothing */
	int reader, writer; /* the legacy versions that bring it; 3 and 7: only by name */
};

/* Whether a table that we make may have this property: "delta." ones must be known, be honoured here and have a value of
 * their kind; others are the user's own. *NEED (if not NULL) is what it asks for.
 *
 * BLN_INVALID: unknown (the nearest known name is told) or no good value. BLN_UNSUPPORTED: known, not honoured here. */
BLN_MUST_CHECK enum bln_status bln_property_check(struct bln_slice key, struct bln_slice value,
						  struct bln_property_need *need, struct bln_err *err);

/* The property KEY as a duration ("interval 30 days") or a number above 0; *OUT is OTHERWISE where the table says nothing.
 * BLN_INVALID names the property. */
BLN_MUST_CHECK enum bln_status bln_property_duration(const struct bln_metadata *metadata, const char *key,
						     int64_t otherwise_us, int64_t *out_us, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_property_count(const struct bln_metadata *metadata, const char *key,
						  int64_t otherwise, int64_t *out, struct bln_err *err);

/* Reads "interval 1 week", "2 days 12 hours": the words before the amounts are optional, as in Spark. Months and years have
 * no length and are refused. False for anything else, and beyond BLN_TIME_US_MAX. */
bool bln_interval_parse(struct bln_slice text, int64_t *us);

#endif
