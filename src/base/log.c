#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "base/utf8.h"

const char *const bln_level_names[BLN_LEVELS + 1] = {
	[BLN_LEVEL_ERROR] = "error",
	[BLN_LEVEL_WARN] = "warn",
	[BLN_LEVEL_INFO] = "info",
	[BLN_LEVEL_DEBUG] = "debug",
};

const char *const bln_log_format_names[] = { [BLN_LOG_TEXT] = "text", [BLN_LOG_JSON] = "json", NULL };

#define MORE "\xe2\x80\xa6" /* … */

enum {
	MORE_LENGTH = sizeof(MORE) - 1,
	END_LENGTH_MAX = 16, /* of what ends a line: ,"cut":true}\n */
	RAW_MAX = BLN_LOG_MESSAGE_MAX + BLN_SECRET_LENGTH_MAX, /* so that what is cut off later is masked first */
	ESCAPE_LENGTH_MAX = 6,
	NUMBER_SIZE = 24,
};

struct line {
	char bytes[BLN_LOG_LINE_MAX];
	size_t length;
	size_t limit; /* LENGTH does not pass it */
	bool is_json;
	bool is_cut; /* a text is not all there */
	bool lacks_fields;
};

/* All of BYTES or nothing. */
static bool line_add(struct line *line, const char *bytes, size_t length)
{
	if (length > line->limit - line->length)
		return false;
	memcpy(line->bytes + line->length, bytes, length);
	line->length += length;
	return true;
}

static bool line_add_name(struct line *line, const char *name)
{
	return line_add(line, name, strnlen(name, BLN_LOG_KEY_LENGTH_MAX));
}

/* How the character of LENGTH bytes at AT stands in a line. Other than '"' and '\\', only control characters are
 * escaped: C0, DEL, and C1 (in UTF-8 C2 80 to C2 9F), which steer terminals as well. */
static size_t escape(const char *at, size_t length, bool is_quoted, char out[static ESCAPE_LENGTH_MAX])
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char c = (unsigned char)at[length - 1];
	const bool is_control = length == 1 ? c < ' ' || c == 0x7f : length == 2 && at[0] == '\xc2' && c < 0xa0;

	if (is_quoted && length == 1 && (c == '"' || c == '\\')) {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	if (!is_control) {
		memcpy(out, at, length);
		return length;
	}
	if (c == '\n' || c == '\t') {
		out[0] = '\\';
		out[1] = c == '\n' ? 'n' : 't';
		return 2;
	}
	memcpy(out, "\\u00", 4);
	out[4] = hex[c >> 4];
	out[5] = hex[c & 15];
	return ESCAPE_LENGTH_MAX;
}

/* Adds TEXT as far as it fits, whole characters only. With quotes if IS_QUOTED. */
static void line_add_text(struct line *line, const char *text, size_t length, bool is_quoted)
{
	const size_t room = BLN_LOG_MESSAGE_MAX + line->length;
	const size_t limit = line->limit;
	size_t taken;

	if (is_quoted && !line_add(line, "\"", 1))
		return;
	line->limit = (room < limit ? room : limit) - MORE_LENGTH - 1; /* what may have to stand behind */
	for (size_t i = 0; i < length; i += taken) {
		char out[ESCAPE_LENGTH_MAX];

		taken = bln_utf8_character(text + i, length - i);
		if (!line_add(line, out, escape(text + i, taken, is_quoted, out))) {
			memcpy(line->bytes + line->length, MORE, MORE_LENGTH);
			line->length += MORE_LENGTH;
			line->is_cut = true;
			break;
		}
	}
	line->limit = limit;
	if (is_quoted)
		line->bytes[line->length++] = '"';
}

/* Masks and cleans the LENGTH bytes at RAW; returns what is left. */
static size_t raw_clean(const struct bln_logger *logger, char *raw, size_t length)
{
	length = bln_secrets_mask(logger->secrets, raw, length);
	bln_utf8_clean(raw, length);
	return length;
}

/* In a line for people. */
static bool needs_quotes(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == ' ' || text[i] == '"' || text[i] == '=' || text[i] == '\\')
			return true;
	return length == 0;
}

/* RAW is RAW_MAX bytes to work in. False, the line as it was, where there is no room. */
static bool line_add_field(struct line *line, const struct bln_logger *logger, const struct bln_log_field *field,
			   char *raw)
{
	const size_t before = line->length;
	size_t given;
	size_t length;
	bool is_number;

	if (field->text) {
		given = strnlen(field->text, RAW_MAX);
		memcpy(raw, field->text, given);
	} else {
		given = (size_t)snprintf(raw, NUMBER_SIZE, "%" PRId64, field->number);
	}
	length = raw_clean(logger, raw, given);
	is_number = !field->text && length == given; /* else it was a secret, and is a text now */
	if (!line_add(line, line->is_json ? ",\"" : " ", line->is_json ? 2 : 1) || !line_add_name(line, field->key) ||
	    !line_add(line, line->is_json ? "\":" : "=", line->is_json ? 2 : 1) ||
	    line->limit - line->length < MORE_LENGTH + ESCAPE_LENGTH_MAX + 2) {
		line->length = before;
		return false;
	}
	line_add_text(line, raw, length, line->is_json ? !is_number : needs_quotes(raw, length));
	return true;
}

static void line_begin(struct line *line, const struct bln_logger *logger, enum bln_level level, const char *area)
{
	char time[BLN_TIME_TEXT_SIZE];

	bln_time_format_us(bln_clock_now_us(logger->clock), time);
	if (line->is_json) {
		line->length =
			(size_t)snprintf(line->bytes, line->limit,
					 "{\"time\":\"%s\",\"level\":\"%s\",\"area\":\"%.*s\",\"message\":", time,
					 bln_level_names[level], BLN_LOG_KEY_LENGTH_MAX, area);
	} else {
		line->length = (size_t)snprintf(line->bytes, line->limit, "%s %-5s %.*s: ", time,
						bln_level_names[level], BLN_LOG_KEY_LENGTH_MAX, area);
	}
}

static void line_end(struct line *line)
{
	line->limit = sizeof(line->bytes);
	if (line->is_json && (line->is_cut || line->lacks_fields))
		(void)line_add(line, ",\"cut\":true", 11);
	if (!line->is_json && line->lacks_fields)
		(void)line_add(line, " " MORE, 1 + MORE_LENGTH);
	(void)line_add(line, line->is_json ? "}\n" : "\n", line->is_json ? 2 : 1);
}

static void write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		const ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		length -= (size_t)written;
	}
}

void bln_logger_write(const struct bln_logger *logger, enum bln_level level, const char *area,
		      const struct bln_log_field *fields, size_t fields_count, const char *format, ...)
{
	struct line line = { .limit = sizeof(line.bytes) - END_LENGTH_MAX };
	const int code = errno; /* the caller may yet want to speak of it */
	char raw[RAW_MAX];
	va_list arguments;
	int length;

	if (!logger || level > logger->level)
		return;
	va_start(arguments, format);
	length = vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	if (length < 0)
		length = snprintf(raw, sizeof(raw), "(a message that cannot be formatted)");
	if ((size_t)length >= sizeof(raw))
		length = sizeof(raw) - 1;
	line.is_json = logger->format == BLN_LOG_JSON;
	line_begin(&line, logger, level, area);
	line_add_text(&line, raw, raw_clean(logger, raw, (size_t)length), line.is_json);
	for (size_t i = 0; i < fields_count; i++) {
		if (!line_add_field(&line, logger, &fields[i], raw)) {
			line.lacks_fields = true;
			break;
		}
	}
	line_end(&line);
	write_all(logger->fd, line.bytes, line.length);
	errno = code;
}
