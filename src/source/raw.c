/* Text that is safe to store, from bytes that may be anything: bln_raw_text of candle.h. */
#include <stdint.h>
#include <string.h>

#include "source/candle.h"

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */
enum { REPLACEMENT_LENGTH = 3 };

/* Length of the well-formed character at BYTES (Unicode, table 3-7), 0 if there is none. LENGTH is at least 1. */
static size_t character_length(const unsigned char *bytes, size_t length)
{
	const unsigned char lead = bytes[0];
	const size_t wanted = lead < 0x80   ? 1
			      : lead < 0xC2 ? 0
			      : lead < 0xE0 ? 2
			      : lead < 0xF0 ? 3
			      : lead < 0xF5 ? 4
					    : 0;
	unsigned char second_min = 0x80;
	unsigned char second_max = 0xBF;

	if (wanted <= 1)
		return lead == 0 ? 0 : wanted;
	if (wanted > length)
		return 0;
	if (lead == 0xE0)
		second_min = 0xA0;
	else if (lead == 0xED)
		second_max = 0x9F;
	else if (lead == 0xF0)
		second_min = 0x90;
	else if (lead == 0xF4)
		second_max = 0x8F;
	if (bytes[1] < second_min || bytes[1] > second_max)
		return 0;
	for (size_t i = 2; i < wanted; i++)
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
	return wanted;
}

size_t bln_raw_text(const char *bytes, size_t length, char text[static BLN_REFUSAL_RAW_MAX + 1])
{
	size_t used = 0;
	size_t at = 0;

	while (at < length) {
		const size_t taken = character_length((const unsigned char *)bytes + at, length - at);
		const char *from = taken ? bytes + at : REPLACEMENT;
		const size_t added = taken ? taken : REPLACEMENT_LENGTH;

		if (used + added > BLN_REFUSAL_RAW_MAX)
			break;
		memcpy(text + used, from, added);
		used += added;
		at += taken ? taken : 1;
	}
	text[used] = '\0';
	return used;
}
