/* What the program says about its work while it does it: a line at a time, for people or as JSON.
 *
 * There is no logger that everybody knows: whoever has something to say was given one. A line is one write(2) of at
 * most BLN_LOG_LINE_MAX bytes, so that lines of several processes into one pipe or file do not mix. Texts are masked
 * (base/secrets.h) and made UTF-8, and control characters are escaped: what came from outside can neither forge a
 * line nor steer a terminal. Nothing is allocated: also "out of memory" can be said.
 *
 * Results and what a command answers are not logged but printed. Safe for several threads. */
#ifndef BLN_BASE_LOG_H
#define BLN_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/secrets.h"
#include "base/status.h"

enum {
	BLN_LOG_LINE_MAX = 4096, /* PIPE_BUF on Linux: beyond it, a write to a pipe may be torn */
	BLN_LOG_MESSAGE_MAX = 2048, /* of a text in a line, escapes included; what is longer ends in "…" */
	BLN_LOG_KEY_LENGTH_MAX = 64, /* of an area or a field's key */
};

enum bln_level { BLN_LEVEL_ERROR, BLN_LEVEL_WARN, BLN_LEVEL_INFO, BLN_LEVEL_DEBUG, BLN_LEVELS };

enum bln_log_format {
	BLN_LOG_TEXT, /* 2026-01-31T12:34:56.000001Z warn  flow: message key=1 other="a text" */
	BLN_LOG_JSON, /* {"time":"2026-…Z","level":"warn","area":"flow","message":"…","key":1,"other":"a text"} */
};

/* By their numbers, NULL behind the last: choices for settings tables. */
extern const char *const bln_level_names[BLN_LEVELS + 1];
extern const char *const bln_log_format_names[];

/* All are the caller's, and stay. { 0 } would write to stdin: fill it. */
struct bln_logger {
	int fd;
	enum bln_level level; /* what is less urgent is not written */
	enum bln_log_format format;
	const struct bln_secrets *secrets; /* may be NULL */
	struct bln_clock *clock;
};

/* A text, or a number where TEXT is NULL. Fields that do not fit in the line any more are left out, and the line ends
 * in "…" or has "cut":true. */
struct bln_log_field {
	const char *key; /* letters, digits, '_'; in JSON not one of time, level, area, message, cut */
	const char *text;
	int64_t number;
};

/* Writes a line; nothing where LOGGER is NULL. A line that cannot be written is lost: work does not fail for its log.
 * */
void bln_logger_write(const struct bln_logger *logger, enum bln_level level, const char *area,
		      const struct bln_log_field *fields, size_t fields_count, const char *format, ...)
	BLN_PRINTF(6, 7);

/* The same without fields: bln_logger_say(logger, BLN_LEVEL_INFO, "flow", "%d steps", count). */
#define bln_logger_say(logger, level, area, ...) bln_logger_write(logger, level, area, NULL, 0, __VA_ARGS__)

#endif
