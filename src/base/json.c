#include "base/json.h"

#include <string.h>

#include "base/utf8.h"

enum bln_status bln_json_parse(const char *bytes, size_t length, const char *what, json_t **json, struct bln_err *err)
{
	json_error_t error = { 0 };

	*json = json_loadb(bytes ? bytes : "", length, JSON_DECODE_ANY, &error);
	if (*json)
		return BLN_OK;
	if (json_error_code(&error) == json_error_out_of_memory)
		return bln_err_memory(err);
	return bln_err_set(err, BLN_CORRUPT, "%s: not JSON at line %d, column %d: %s", what, error.line, error.column,
			   bln_quote(error.text, strlen(error.text)).text);
}

/* The member, or NULL when it is absent or null. */
static json_t *member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static enum bln_status wrong_type(const char *key, const char *expected, struct bln_err *err)
{
	return bln_err_set(err, BLN_CORRUPT, "'%s' is not %s", key, expected);
}

enum bln_status bln_json_get_text(const json_t *object, const char *key, struct bln_slice *out, struct bln_err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return BLN_OK;
	if (!json_is_string(value))
		return wrong_type(key, "a string", err);
	*out = (struct bln_slice){ .at = json_string_value(value), .length = json_string_length(value) };
	return BLN_OK;
}

enum bln_status bln_json_get_int(const json_t *object, const char *key, int64_t *out, struct bln_err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return BLN_OK;
	if (!json_is_integer(value))
		return wrong_type(key, "an integer", err);
	*out = json_integer_value(value);
	return BLN_OK;
}

enum bln_status bln_json_get_bool(const json_t *object, const char *key, bool *out, struct bln_err *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return BLN_OK;
	if (!json_is_boolean(value))
		return wrong_type(key, "true or false", err);
	*out = json_is_true(value);
	return BLN_OK;
}

enum bln_status bln_json_get_object(const json_t *object, const char *key, json_t **out, struct bln_err *err)
{
	*out = member(object, key);
	return !*out || json_is_object(*out) ? BLN_OK : wrong_type(key, "an object", err);
}

enum bln_status bln_json_get_array(const json_t *object, const char *key, json_t **out, struct bln_err *err)
{
	*out = member(object, key);
	return !*out || json_is_array(*out) ? BLN_OK : wrong_type(key, "an array", err);
}

void bln_json_add_string(struct bln_text *text, const char *bytes, size_t length)
{
	static const char hex[] = "0123456789abcdef";
	size_t plain = 0;
	size_t taken = 1;

	bln_text_add_bytes(text, "\"", 1);
	for (size_t i = 0; i < length; i += taken) {
		unsigned char c = (unsigned char)bytes[i];
		char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
		size_t escape_length = 6;

		taken = c < 0x80 ? 1 : bln_utf8_character(bytes + i, length - i);
		if (taken > 0 && c >= ' ' && c != '"' && c != '\\')
			continue;
		bln_text_add_bytes(text, bytes + plain, i - plain);
		plain = i + 1;
		if (taken == 0) {
			memcpy(escape + 2, "fffd", 4);
			taken = 1;
		} else if (c == '"' || c == '\\') {
			escape[1] = (char)c;
			escape_length = 2;
		} else if (c == '\n') {
			escape[1] = 'n';
			escape_length = 2;
		}
		bln_text_add_bytes(text, escape, escape_length);
	}
	if (plain < length) /* BYTES of no length may be NULL */
		bln_text_add_bytes(text, bytes + plain, length - plain);
	bln_text_add_bytes(text, "\"", 1);
}

static int add_bytes(const char *bytes, size_t length, void *text)
{
	bln_text_add_bytes(text, bytes, length);
	return ((struct bln_text *)text)->has_failed ? -1 : 0;
}

void bln_json_add(struct bln_text *text, const json_t *json)
{
	if (json_dump_callback(json, add_bytes, text, JSON_COMPACT | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER) != 0)
		text->has_failed = true;
}
