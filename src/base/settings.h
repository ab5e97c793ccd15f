/* Settings tables: one const table per module says what its settings are; parsing, checking, help and the reference page
 * all come from it. Read settings_test.c for an example of a table.
 *
 * The values live in a struct of the module's; a row says by its offset where. Text and lists go to an arena. */
#ifndef BLN_BASE_SETTINGS_H
#define BLN_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* The type of the field that OFFSET leads to is given behind each. */
enum bln_setting_type {
	BLN_SETTING_STRING, /* const char *: NUL-terminated, or NULL while it has no value */
	BLN_SETTING_BOOL, /* bool: "true" or "false" */
	BLN_SETTING_INT, /* int64_t */
	BLN_SETTING_SIZE, /* int64_t: bytes, as quantity.h reads them */
	BLN_SETTING_DURATION, /* int64_t: µs, as quantity.h reads them */
	BLN_SETTING_TIME, /* int64_t: µs since the epoch, as time.h reads them */
	BLN_SETTING_FREQUENCY, /* struct bln_frequency */
	BLN_SETTING_CHOICE, /* int, or an enum: the place of the text in CHOICES, from 0 */
	BLN_SETTING_LIST, /* struct bln_setting_list: texts separated by commas, spaces around them dropped */
	BLN_SETTING_TYPES
};

struct bln_setting_list {
	const char *const *items;
	size_t count;
	const char
		*whole; /* the text whose items these are, where it was one: commas may be part of a name; else NULL */
};

struct bln_setting {
	const char *name;
	const char *help; /* what it is for: part of a sentence, no full stop */
	const char *default_text; /* NULL: the field stays zero */
	const char *const *choices; /* ends with NULL; CHOICE needs it; in a LIST every item must be one of them */
	int64_t min, max; /* INT, SIZE, DURATION, TIME: the bounds, where they are not both 0 */
	size_t offset;
	enum bln_setting_type type;
	bool is_required; /* must be given, and as a text not be empty */
	bool is_secret; /* never shown: not in errors either */
};

enum {
	BLN_SETTINGS_MAX = 64, /* rows of a table */
	BLN_SETTING_TEXT_MAX = 1 << 16, /* bytes of one value's text */
	BLN_SETTING_ITEMS_MAX = 10000, /* items of a list */
};

/* A table bound to the struct that it fills. */
struct bln_settings {
	const struct bln_setting *table;
	size_t count;
	void *values; /* the module's struct; the caller's */
	struct bln_arena *arena; /* the caller's; must outlive VALUES */
	uint64_t given; /* bit I: row I was set by name */
};

/* Binds the COUNT rows of TABLE to VALUES (zeroed by the caller) and sets the defaults. BLN_NO_MEMORY; BLN_BUG names a
 * row whose own default does not fit. */
BLN_MUST_CHECK enum bln_status bln_settings_init(struct bln_settings *settings, const struct bln_setting *table,
						 size_t count, void *values, struct bln_arena *arena,
						 struct bln_err *err);

/* Sets the field of NAME from TEXT; the last time counts. BLN_INVALID, the field as it was, where NAME is not known (ERR has
 * the nearest known one) or TEXT is not what it takes (ERR has the name, the text and what is allowed). */
BLN_MUST_CHECK enum bln_status bln_settings_set(struct bln_settings *settings, struct bln_slice name,
						struct bln_slice text, struct bln_err *err);

/* The same for a list whose items are already apart, so that they may hold commas. */
BLN_MUST_CHECK enum bln_status bln_settings_set_list(struct bln_settings *settings, struct bln_slice name,
						     const struct bln_slice *items, size_t count, struct bln_err *err);

/* BLN_INVALID names the first required setting that has no value. */
BLN_MUST_CHECK enum bln_status bln_settings_check(const struct bln_settings *settings, struct bln_err *err);

/* Appends a Markdown table: per row the name, what it takes, its default, what it is for. */
void bln_settings_markdown(const struct bln_setting *table, size_t count, struct bln_text *text);

#endif
