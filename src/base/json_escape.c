#include "base/json_escape.h"

#include <stdint.h>
#include <string.h>

#include "base/number.h"

/* Four hexadecimal digits; -1 for anything else. */
static int32_t hex_take(const char **at, const char *end)
{
	int32_t value = 0;

	if (end - *at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		const int digit = bln_hex_value(*(*at)++);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static char *utf8_put(char *out, int32_t code)
{
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 63));
	} else if (code < 0x10000) {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 63));
		*out++ = (char)(0x80 | (code & 63));
	} else {
		*out++ = (char)(0xf0 | code >> 18);
		*out++ = (char)(0x80 | (code >> 12 & 63));
		*out++ = (char)(0x80 | (code >> 6 & 63));
		*out++ = (char)(0x80 | (code & 63));
	}
	return out;
}

/* Takes what stands behind "\u", surrogate pairs included; 0, which no string may have, for anything wrong. */
static int32_t unicode_take(const char **at, const char *end)
{
	int32_t code = hex_take(at, end);
	int32_t low = -1;

	if (code < 0 || (code >= 0xdc00 && code <= 0xdfff))
		return 0;
	if (code < 0xd800 || code > 0xdfff)
		return code;
	if (end - *at >= 2 && (*at)[0] == '\\' && (*at)[1] == 'u') {
		*at += 2;
		low = hex_take(at, end);
	}
	return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0;
}

/* Takes an escape, of which the backslash is taken already and a byte surely follows. Returns the end of what it stands for,
 * written to OUT, or NULL. */
static char *escape_take(const char **at, const char *end, char out[static 4])
{
	static const char names[] = "\\/bfnrt";
	static const char bytes[] = "\\/\b\f\n\r\t";
	char letter = *(*at)++;
	const char *name;
	int32_t code;

	if (letter == '"') { /* JSON in JSON has little else */
		*out = letter;
		return out + 1;
	}
	name = letter ? strchr(names, letter) : NULL;
	if (name) {
		*out = bytes[name - names];
		return out + 1;
	}
	code = letter == 'u' ? unicode_take(at, end) : 0;
	return code > 0 ? utf8_put(out, code) : NULL;
}

ptrdiff_t bln_json_unescape(struct bln_slice raw, char *out)
{
	const char *at = raw.at;
	const char *end = raw.at + raw.length;
	ptrdiff_t length = 0;

	while (at < end) {
		const char *backslash = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((backslash ? backslash : end) - at);
		char decoded[4];
		char *decoded_end;

		if (out)
			memcpy(out + length, at, plain);
		length += (ptrdiff_t)plain;
		at += plain;
		if (at == end)
			break;
		at++;
		decoded_end = escape_take(&at, end, decoded);
		if (!decoded_end)
			return -1;
		if (out)
			memcpy(out + length, decoded, (size_t)(decoded_end - decoded));
		length += decoded_end - decoded;
	}
	return length;
}
