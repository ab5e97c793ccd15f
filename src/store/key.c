#include "store/key.h"

#include <stdbool.h>
#include <string.h>

enum { TEMP_PREFIX_LENGTH = sizeof(BLN_KEY_TEMP_PREFIX) - 1 };

static enum bln_status refuse(struct bln_err *err, enum bln_status status, const char *key, size_t length,
			      const char *why)
{
	return bln_err_set(err, status, "'%s' is not a key: %s", bln_quote(key, length).text, why);
}

/* IS_CUT: bytes may follow in a key that begins so, which makes "", "." and ".." beginnings of good segments. */
static enum bln_status segment_check(const char *key, size_t length, const char *segment, size_t size, bool is_cut,
				     struct bln_err *err)
{
	if (size > BLN_KEY_SEGMENT_MAX)
		return refuse(err, BLN_INVALID, key, length, "a segment has more than 255 bytes");
	if (size >= TEMP_PREFIX_LENGTH && memcmp(segment, BLN_KEY_TEMP_PREFIX, TEMP_PREFIX_LENGTH) == 0)
		return refuse(err, BLN_INVALID, key, length,
			      "names beginning with " BLN_KEY_TEMP_PREFIX " are for files being written");
	if (is_cut)
		return BLN_OK;
	if (size == 0)
		return refuse(err, BLN_INVALID, key, length, "a segment is empty");
	if (size == 1 && segment[0] == '.')
		return refuse(err, BLN_INVALID, key, length, "a segment is '.'");
	if (size == 2 && segment[0] == '.' && segment[1] == '.')
		return refuse(err, BLN_DENIED, key, length, "'..' would leave the store");
	return BLN_OK;
}

static enum bln_status check(const char *key, size_t length, bool is_prefix, struct bln_err *err)
{
	size_t start = 0;

	if (length > BLN_KEY_MAX)
		return refuse(err, BLN_INVALID, key, length, "it has more than 1,024 bytes");
	if (length > 0 && key[0] == '/')
		return refuse(err, BLN_DENIED, key, length, "an absolute path would leave the store");
	if (length > 0 && memchr(key, '\0', length))
		return refuse(err, BLN_INVALID, key, length, "it holds a NUL");
	for (size_t at = 0; at <= length; at++) {
		enum bln_status status;

		if (at < length && key[at] != '/')
			continue;
		status = segment_check(key, length, key + start, at - start, is_prefix && at == length, err);
		if (status != BLN_OK)
			return status;
		start = at + 1;
	}
	return BLN_OK;
}

enum bln_status bln_key_check(const char *key, size_t length, struct bln_err *err)
{
	return check(key, length, false, err);
}

enum bln_status bln_key_check_prefix(const char *prefix, size_t length, struct bln_err *err)
{
	return check(prefix, length, true, err);
}

size_t bln_key_folder_length(const char *key)
{
	const char *slash = strrchr(key, '/');

	return slash ? (size_t)(slash - key) : 0;
}
