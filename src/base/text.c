#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct bln_slice bln_slice_of(const char *text)
{
	return (struct bln_slice){ .at = text, .length = text ? strlen(text) : 0 };
}

bool bln_slice_equals(struct bln_slice a, struct bln_slice b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

bool bln_slice_is(struct bln_slice slice, const char *text)
{
	return bln_slice_equals(slice, bln_slice_of(text));
}

bool bln_slice_starts(struct bln_slice slice, const char *prefix)
{
	size_t length = strlen(prefix);

	return slice.length >= length && (length == 0 || memcmp(slice.at, prefix, length) == 0);
}

bool bln_slice_ends(struct bln_slice slice, const char *suffix)
{
	size_t length = strlen(suffix);

	return slice.length >= length && (length == 0 || memcmp(slice.at + slice.length - length, suffix, length) == 0);
}

struct bln_slice bln_slice_cut(struct bln_slice *slice, char byte)
{
	const char *found = slice->length ? memchr(slice->at, byte, slice->length) : NULL;
	struct bln_slice before = *slice;

	if (!found) {
		*slice = (struct bln_slice){ 0 };
		return before;
	}
	before.length = (size_t)(found - slice->at);
	slice->at = found + 1;
	slice->length -= before.length + 1;
	return before;
}

/* Room for MORE bytes and the NUL. */
static bool text_reserve(struct bln_text *text, size_t more)
{
	size_t need;
	size_t capacity = text->capacity < 64 ? 64 : text->capacity;
	char *at;

	if (text->has_failed)
		return false;
	if (__builtin_add_overflow(text->length, more + 1, &need) || need > BLN_MEM_MAX) {
		text->has_failed = true;
		return false;
	}
	if (need <= text->capacity)
		return true;
	while (capacity < need)
		capacity *= 2;
	at = bln_mem_realloc(text->at, capacity);
	if (!at) {
		text->has_failed = true;
		return false;
	}
	text->at = at;
	text->capacity = capacity;
	return true;
}

void bln_text_add_bytes(struct bln_text *text, const char *bytes, size_t length)
{
	if (!text_reserve(text, length))
		return;
	if (length > 0)
		memcpy(text->at + text->length, bytes, length);
	text->length += length;
	text->at[text->length] = '\0';
}

void bln_text_add(struct bln_text *text, const char *more)
{
	bln_text_add_bytes(text, more, strlen(more));
}

void bln_text_add_format(struct bln_text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text->has_failed = true;
		return;
	}
	if (!text_reserve(text, (size_t)length))
		return;
	va_start(arguments, format);
	vsnprintf(text->at + text->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	text->length += (size_t)length;
}

void bln_text_add_quoted(struct bln_text *text, char quote, const char *bytes, size_t length)
{
	bln_text_add_bytes(text, &quote, 1);
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == quote)
			bln_text_add_bytes(text, &quote, 1);
		bln_text_add_bytes(text, &bytes[i], 1);
	}
	bln_text_add_bytes(text, &quote, 1);
}

enum bln_status bln_text_check(const struct bln_text *text, struct bln_err *err)
{
	return text->has_failed ? bln_err_memory(err) : BLN_OK;
}

enum bln_status bln_text_keep(const struct bln_text *text, struct bln_arena *arena, struct bln_slice *out,
			      struct bln_err *err)
{
	const char *copy = text->has_failed ? NULL : bln_arena_strndup(arena, text->at ? text->at : "", text->length);

	if (!copy)
		return bln_err_memory(err);
	*out = (struct bln_slice){ copy, text->length };
	return BLN_OK;
}

void bln_text_clear(struct bln_text *text)
{
	text->length = 0;
	text->has_failed = false;
	if (text->at)
		text->at[0] = '\0';
}

void bln_text_clean_up(struct bln_text *text)
{
	bln_mem_free(text->at);
	*text = (struct bln_text){ 0 };
}
