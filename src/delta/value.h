/* A single value of a primitive Delta type, and the texts it has: in a partition ("Partition Value Serialization") and in a
 * file's statistics ("Per-file Statistics"). Values are compared with values, never text with text. */
#ifndef BLN_DELTA_VALUE_H
#define BLN_DELTA_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/status.h"
#include "base/text.h"
#include "delta/decimal.h"
#include "delta/schema.h"

/* Which member holds depends on the type, which whoever holds the value knows. */
struct bln_value {
	bool is_null;
	union {
		int64_t integer; /* byte to long; boolean 0 or 1; date: days; timestamps: µs; both since 1970 */
		double real; /* float, double */
		bln_int128 decimal; /* times 10^scale */
		struct bln_slice bytes; /* string, binary; not the value's own */
	};
};

/* Reads what stands in a partition. Empty text is null, whatever the type. Timestamps may come in both forms; the one
 * without a zone is taken as UTC. Bytes point into TEXT.
 *
 * False, *VALUE untouched, for text that is no value of the type, and for nested types. */
bool bln_value_parse(struct bln_slice text, const struct bln_type *type, struct bln_value *value);

/* Appends the partition's text of VALUE, which is not null: timestamps as ISO 8601 in UTC, as the protocol recommends. What
 * parse reads back is equal, but for the empty string, which reads as null. */
void bln_value_format(const struct bln_value *value, const struct bln_type *type, struct bln_text *text);

/* Whether others, such as DuckDB, write values of TYPE as Delta does, so that texts can be compared instead. */
bool bln_type_has_one_text(const struct bln_type *type);

/* Reads a value of minValues or maxValues; bytes live as long as the JSON. False for what is not of the type. */
bool bln_value_from_json(const json_t *json, const struct bln_type *type, struct bln_value *value);

/* What a bound in a file's statistics may stand for: writers cut what they write there.
 *
 * Times are cut to milliseconds. Those of TIMESTAMP are written with their zone's offset, of which Spark leaves out the
 * seconds: zones had some until 1972, so that before then a bound is up to a minute off, to either side. */
int64_t bln_stats_time_min(int64_t time_us, const struct bln_type *type);
int64_t bln_stats_time_max(int64_t time_us, const struct bln_type *type);

/* The beginning of the text MAX, the greatest by the statistics, from which values that are greater still may go on: all of a
 * text that is long enough to have been cut (Spark keeps 32 characters, nobody fewer). Delta before 3.0 puts U+FFFD behind,
 * which it takes for the greatest of characters; in UTF-8 those beyond U+FFFF are greater. Empty where MAX is whole. */
struct bln_slice bln_stats_text_cut(struct bln_slice max);

/* Less than, equal to or greater than 0. Null is before everything, NaN after; bytes in their own order. */
int bln_value_compare(const struct bln_value *a, const struct bln_value *b, const struct bln_type *type);

#endif
