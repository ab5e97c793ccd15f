#include "cli/width.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

struct range {
	uint32_t first, last;
};

/* Unicode 15, EastAsianWidth W and F and the emoji shown wide, neighbours merged. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x23e9, 0x23ec },	  { 0x2e80, 0x303e },	{ 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf },   { 0x4e00, 0xa4cf },   { 0xa960, 0xa97f },	  { 0xac00, 0xd7a3 },	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },	  { 0x16fe0, 0x18aff }, { 0x1b000, 0x1b2ff },
	{ 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

/* General categories Mn and Me of the scripts in use, and what only joins or hides. */
static const struct range none[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x0900, 0x0902 }, { 0x093a, 0x093c }, { 0x0941, 0x0948 }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a },
	{ 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
	{ 0x2060, 0x2064 }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
};

static bool is_in(uint32_t character, const struct range *ranges, size_t count)
{
	size_t low = 0;

	while (low < count) {
		const size_t middle = low + (count - low) / 2;

		if (character < ranges[middle].first)
			count = middle;
		else if (character > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

static uint32_t decode(const unsigned char *at, size_t bytes)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t character = at[0] & masks[bytes];

	for (size_t i = 1; i < bytes; i++)
		character = character << 6 | (at[i] & 0x3f);
	return character;
}

/* The columns of the character at TEXT; *BYTES is how long it is. */
static size_t character_width(const char *text, size_t length, size_t *bytes)
{
	const size_t got = bln_utf8_character(text, length);
	const uint32_t character = got > 1 ? decode((const unsigned char *)text, got) : 0;

	*bytes = got > 0 ? got : 1;
	if (is_in(character, wide, sizeof(wide) / sizeof(wide[0])))
		return 2;
	return got < 2 || !is_in(character, none, sizeof(none) / sizeof(none[0])) ? 1 : 0;
}

size_t bln_width_fitting(const char *text, size_t length, size_t width)
{
	size_t taken = 0;
	size_t bytes;

	for (size_t at = 0; at < length; at += bytes) {
		taken += character_width(text + at, length - at, &bytes);
		if (taken > width)
			return at;
	}
	return length;
}

size_t bln_width(const char *text, size_t length)
{
	size_t width = 0;
	size_t bytes;

	for (size_t at = 0; at < length; at += bytes)
		width += character_width(text + at, length - at, &bytes);
	return width;
}
