#include "base/json_reader.h"

#include <string.h>

#include "base/json_escape.h"
#include "base/number.h"
#include "base/utf8.h"

void bln_json_reader_init(struct bln_json_reader *reader, const char *bytes, size_t length, struct bln_arena *arena)
{
	*reader = (struct bln_json_reader){
		.arena = arena,
		.start = bytes,
		.at = bytes,
		.end = length ? bytes + length : bytes,
	};
}

static bool fail(struct bln_json_reader *reader, const char *wrong)
{
	if (!reader->wrong)
		reader->wrong = wrong;
	return false;
}

static bool fail_memory(struct bln_json_reader *reader)
{
	reader->has_no_memory = true;
	return fail(reader, "out of memory");
}

/* The next byte that is no space; '\0' at the end, which no JSON has outside of strings. */
static char next_byte(struct bln_json_reader *reader)
{
	while (reader->at < reader->end &&
	       (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
		reader->at++;
	return (char)(reader->at < reader->end ? *reader->at : '\0');
}

static bool take(struct bln_json_reader *reader, char byte, const char *wrong)
{
	if (reader->wrong || next_byte(reader) != byte)
		return fail(reader, wrong);
	reader->at++;
	return true;
}

enum bln_json_kind bln_json_reader_peek(struct bln_json_reader *reader)
{
	char byte = (char)(reader->wrong ? '\0' : next_byte(reader));

	switch (byte) {
	case '{':
		return BLN_JSON_OBJECT;
	case '[':
		return BLN_JSON_ARRAY;
	case '"':
		return BLN_JSON_STRING;
	case 't':
		return BLN_JSON_TRUE;
	case 'f':
		return BLN_JSON_FALSE;
	case 'n':
		return BLN_JSON_NULL;
	default:
		return byte == '-' || (byte >= '0' && byte <= '9') ? BLN_JSON_NUMBER : BLN_JSON_NONE;
	}
}

bool bln_json_reader_open(struct bln_json_reader *reader)
{
	enum bln_json_kind kind = bln_json_reader_peek(reader);

	if (kind != BLN_JSON_OBJECT && kind != BLN_JSON_ARRAY)
		return fail(reader, "'{' or '[' expected");
	reader->at++;
	reader->is_inside = true;
	return true;
}

/* Goes on to the next item of what ends with CLOSE; false at its end. */
static bool step(struct bln_json_reader *reader, char close)
{
	bool is_first = reader->is_inside;

	if (reader->wrong)
		return false;
	reader->is_inside = false;
	if (next_byte(reader) == close) {
		reader->at++;
		return false;
	}
	return is_first || take(reader, ',', close == '}' ? "',' or '}' expected" : "',' or ']' expected");
}

/* Takes a string, as it stands between its quotes. Its escapes are not looked at. */
static bool quoted_take(struct bln_json_reader *reader, struct bln_slice *raw, bool *has_escape)
{
	unsigned char all = 0;
	const char *at;

	if (!take(reader, '"', "a string expected"))
		return false;
	*has_escape = false;
	for (at = reader->at; at < reader->end && *at != '"'; at++) {
		all |= (unsigned char)*at;
		if ((unsigned char)*at < ' ')
			break;
		if (*at == '\\') {
			*has_escape = true;
			if (++at == reader->end)
				break;
		}
	}
	*raw = (struct bln_slice){ reader->at, (size_t)(at - reader->at) };
	if (at == reader->end || *at != '"')
		return fail(reader, "a string without end, or with a control character");
	if (all >= 0x80 && !bln_utf8_is_valid(raw->at, raw->length))
		return fail(reader, "a string that is not UTF-8");
	reader->at = at + 1;
	return true;
}

static bool string_take(struct bln_json_reader *reader, bool is_copied, struct bln_slice *out)
{
	struct bln_slice raw;
	bool has_escape;
	ptrdiff_t length;
	char *text;

	if (!quoted_take(reader, &raw, &has_escape))
		return false;
	*out = raw;
	if (!has_escape && !is_copied)
		return true;
	text = bln_arena_alloc(reader->arena, raw.length + 1);
	if (!text)
		return fail_memory(reader);
	length = has_escape ? bln_json_unescape(raw, text) : (ptrdiff_t)raw.length;
	if (length < 0)
		return fail(reader, "a wrong escape in a string");
	if (!has_escape)
		memcpy(text, raw.at, raw.length);
	text[length] = '\0';
	*out = (struct bln_slice){ text, (size_t)length };
	return true;
}

bool bln_json_reader_member(struct bln_json_reader *reader, struct bln_slice *name)
{
	return step(reader, '}') && string_take(reader, false, name) && take(reader, ':', "':' expected");
}

bool bln_json_reader_item(struct bln_json_reader *reader)
{
	return step(reader, ']');
}

bool bln_json_reader_string(struct bln_json_reader *reader, struct bln_slice *out)
{
	return string_take(reader, true, out);
}

/* Takes digits; false where there are none. */
static bool digits_take(struct bln_json_reader *reader)
{
	const char *from = reader->at;

	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
	return reader->at > from;
}

static bool byte_is(const struct bln_json_reader *reader, char byte)
{
	return reader->at < reader->end && *reader->at == byte;
}

static bool number_take(struct bln_json_reader *reader, bool *is_integer)
{
	*is_integer = true;
	if (byte_is(reader, '-'))
		reader->at++;
	if (byte_is(reader, '0'))
		reader->at++; /* and no digit behind it */
	else if (!digits_take(reader))
		return fail(reader, "a wrong number");
	if (byte_is(reader, '.')) {
		*is_integer = false;
		reader->at++;
		if (!digits_take(reader))
			return fail(reader, "a wrong number");
	}
	if (byte_is(reader, 'e') || byte_is(reader, 'E')) {
		*is_integer = false;
		reader->at++;
		if (byte_is(reader, '+') || byte_is(reader, '-'))
			reader->at++;
		if (!digits_take(reader))
			return fail(reader, "a wrong number");
	}
	return true;
}

bool bln_json_reader_int(struct bln_json_reader *reader, int64_t *out)
{
	bool is_integer;
	const char *from;

	if (bln_json_reader_peek(reader) != BLN_JSON_NUMBER)
		return fail(reader, "a number expected");
	from = reader->at;
	if (!number_take(reader, &is_integer) || !is_integer)
		return false;
	if (!bln_int64_parse(from, (size_t)(reader->at - from), out))
		return fail(reader, "a number that is too large");
	return true;
}

static bool word_take(struct bln_json_reader *reader, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return fail(reader, "a value expected");
	reader->at += length;
	return true;
}

static bool string_skip(struct bln_json_reader *reader)
{
	struct bln_slice raw;
	bool has_escape;

	if (!quoted_take(reader, &raw, &has_escape))
		return false;
	return !has_escape || bln_json_unescape(raw, NULL) >= 0 || fail(reader, "a wrong escape in a string");
}

static bool value_skip(struct bln_json_reader *reader, int depth)
{
	struct bln_slice name;
	bool is_integer;

	if (depth > BLN_JSON_DEPTH_MAX)
		return fail(reader, "nested too deeply");
	switch (bln_json_reader_peek(reader)) {
	case BLN_JSON_STRING:
		return string_skip(reader);
	case BLN_JSON_NUMBER:
		return number_take(reader, &is_integer);
	case BLN_JSON_TRUE:
		return word_take(reader, "true");
	case BLN_JSON_FALSE:
		return word_take(reader, "false");
	case BLN_JSON_NULL:
		return word_take(reader, "null");
	case BLN_JSON_OBJECT:
		bln_json_reader_open(reader);
		while (bln_json_reader_member(reader, &name))
			value_skip(reader, depth + 1);
		return !reader->wrong;
	case BLN_JSON_ARRAY:
		bln_json_reader_open(reader);
		while (bln_json_reader_item(reader))
			value_skip(reader, depth + 1);
		return !reader->wrong;
	case BLN_JSON_NONE:
		break;
	}
	return fail(reader, "a value expected");
}

bool bln_json_reader_skip(struct bln_json_reader *reader, struct bln_slice *raw)
{
	const char *from;

	if (bln_json_reader_peek(reader) == BLN_JSON_NONE)
		return fail(reader, "a value expected");
	from = reader->at;
	if (!value_skip(reader, 1))
		return false;
	if (raw)
		*raw = (struct bln_slice){ from, (size_t)(reader->at - from) };
	return true;
}

bool bln_json_reader_end(struct bln_json_reader *reader)
{
	if (reader->wrong)
		return false;
	(void)next_byte(reader);
	return reader->at == reader->end || fail(reader, "more behind the value");
}

enum bln_status bln_json_reader_error(const struct bln_json_reader *reader, const char *what, struct bln_err *err)
{
	if (reader->has_no_memory)
		return bln_err_memory(err);
	return bln_err_set(err, BLN_CORRUPT, "%s: not JSON at column %zu: %s", what,
			   (size_t)(reader->at - reader->start) + 1,
			   reader->wrong ? reader->wrong : "nothing is wrong");
}
