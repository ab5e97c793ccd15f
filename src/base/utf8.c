#include "base/utf8.h"

/* Table 3-7: by the first byte, how long the character is and what its second byte may be; all others are 80 to BF. */
static const struct {
	unsigned char first_from, first_to;
	unsigned char length;
	unsigned char second_from, second_to;
} forms[] = {
	{ 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

size_t bln_utf8_character(const char *at, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)at;
	size_t form = 0;

	while (form < sizeof(forms) / sizeof(forms[0]) && bytes[0] > forms[form].first_to)
		form++;
	if (form == sizeof(forms) / sizeof(forms[0]) || bytes[0] < forms[form].first_from ||
	    length < forms[form].length)
		return 0;
	if (forms[form].length > 1 && (bytes[1] < forms[form].second_from || bytes[1] > forms[form].second_to))
		return 0;
	for (size_t i = 2; i < forms[form].length; i++)
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return 0;
	return forms[form].length;
}

bool bln_utf8_is_valid(const char *bytes, size_t length)
{
	size_t taken;

	for (size_t i = 0; i < length; i += taken) {
		taken = bln_utf8_character(bytes + i, length - i);
		if (taken == 0)
			return false;
	}
	return true;
}

void bln_utf8_clean(char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t taken = bln_utf8_character(bytes + i, length - i);

		if (taken == 0)
			bytes[i] = '?';
		i += taken > 0 ? taken : 1;
	}
}
