#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[BLN_STATUSES] = {
	[BLN_OK] = "ok",
	[BLN_INVALID] = "invalid",
	[BLN_NOT_FOUND] = "not found",
	[BLN_EXISTS] = "exists",
	[BLN_CONFLICT] = "conflict",
	[BLN_CORRUPT] = "corrupt",
	[BLN_UNSUPPORTED] = "unsupported",
	[BLN_DENIED] = "denied",
	[BLN_IO] = "i/o",
	[BLN_NO_MEMORY] = "out of memory",
	[BLN_CANCELLED] = "cancelled",
	[BLN_PARTIAL] = "partial",
	[BLN_BUG] = "bug",
};

static const struct {
	int code;
	enum bln_status status;
} from_errno[] = {
	{ ENOENT, BLN_NOT_FOUND }, { ENOTDIR, BLN_NOT_FOUND }, { EEXIST, BLN_EXISTS },	  { EACCES, BLN_DENIED },
	{ EPERM, BLN_DENIED },	   { EROFS, BLN_DENIED },      { ENOMEM, BLN_NO_MEMORY }, { EINTR, BLN_CANCELLED },
};

enum bln_status(bln_err_set)(struct bln_err *err, enum bln_status status, const char *format, ...)
{
	va_list arguments;

	if (!err)
		return status;
	err->status = status;
	va_start(arguments, format);
	vsnprintf(err->message, sizeof(err->message), format, arguments);
	va_end(arguments);
	return status;
}

enum bln_status(bln_err_errno)(struct bln_err *err, int code, const char *format, ...)
{
	enum bln_status status = BLN_IO;
	char reason[128];
	va_list arguments;
	int used;

	for (size_t i = 0; i < sizeof(from_errno) / sizeof(from_errno[0]); i++)
		if (from_errno[i].code == code)
			status = from_errno[i].status;
	if (!err)
		return status;

	err->status = status;
	va_start(arguments, format);
	used = vsnprintf(err->message, sizeof(err->message), format, arguments);
	va_end(arguments);
	if (used >= 0 && (size_t)used < sizeof(err->message))
		snprintf(err->message + used, sizeof(err->message) - (size_t)used, ": %s",
			 strerror_r(code, reason, sizeof(reason)));
	return status;
}

enum bln_status(bln_err_where)(struct bln_err *err, enum bln_status status, const char *format, ...)
{
	char where[BLN_ERR_MESSAGE_SIZE];
	char message[BLN_ERR_MESSAGE_SIZE];
	va_list arguments;

	if (!err)
		return status;
	va_start(arguments, format);
	vsnprintf(where, sizeof(where), format, arguments);
	va_end(arguments);
	memcpy(message, err->message, sizeof(message));
	message[sizeof(message) - 1] = '\0';
	/* A long place must not push the cause out: it gets at most half of the room. */
	snprintf(err->message, sizeof(err->message), "%.*s: %.*s", (int)sizeof(where) / 2 - 4, where,
		 (int)sizeof(message) / 2, message);
	return err->status;
}

enum bln_status(bln_err_about)(struct bln_err *err, enum bln_status status, const char *name)
{
	return err && strstr(err->message, name) ? status : bln_err_where(err, status, "%s", name);
}

enum bln_status(bln_err_memory)(struct bln_err *err)
{
	return bln_err_set(err, BLN_NO_MEMORY, "out of memory");
}

const char *bln_status_name(enum bln_status status)
{
	return (unsigned)status < BLN_STATUSES ? names[status] : "unknown";
}

struct bln_quoted bln_quote(const char *bytes, size_t length)
{
	struct bln_quoted quoted = { 0 };

	for (size_t i = 0; i < length && i + 1 < sizeof(quoted.text); i++)
		quoted.text[i] = (char)(bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?');
	return quoted;
}
