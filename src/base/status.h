/* What every fallible function returns, and where the story of a failure is kept. Read this file first. */
#ifndef BLN_BASE_STATUS_H
#define BLN_BASE_STATUS_H

#include <stddef.h>

#define BLN_MUST_CHECK __attribute__((warn_unused_result))
#define BLN_PRINTF(text, first) __attribute__((format(printf, text, first)))

enum bln_status {
	BLN_OK,
	BLN_INVALID, /* the caller's input is wrong: usage, config, a value */
	BLN_NOT_FOUND, /* the thing named is not there */
	BLN_EXISTS, /* the thing that must not be there is: a put-if-absent that lost */
	BLN_CONFLICT, /* another writer won and trying again by ourselves is not safe or did not help */
	BLN_CORRUPT, /* stored bytes are not what their format promises */
	BLN_UNSUPPORTED, /* valid, but a feature that we do not read or write; the message names it */
	BLN_DENIED, /* not allowed: permissions, a path outside its root */
	BLN_IO, /* the disk, the network or the operating system failed */
	BLN_NO_MEMORY,
	BLN_CANCELLED, /* interrupted, or past its deadline */
	BLN_PARTIAL, /* done in part; the rest is named */
	BLN_BUG, /* an invariant of ours does not hold */
	BLN_STATUSES
};

enum { BLN_ERR_MESSAGE_SIZE = 1024 };

/* Filled once, where the cause is known; callers add where they were (bln_err_where), never what they guess. */
struct bln_err {
	enum bln_status status;
	char message[BLN_ERR_MESSAGE_SIZE];
};

/* Sets ERR (if not NULL) and returns STATUS, so that a failure is one line: return bln_err_set(err, …). */
enum bln_status bln_err_set(struct bln_err *err, enum bln_status status, const char *format, ...) BLN_PRINTF(3, 4);

/* The same with the reason errno CODE gives at the end: "cannot open lake/x: Permission denied". STATUS follows from CODE:
 * ENOENT is BLN_NOT_FOUND, EEXIST BLN_EXISTS, EACCES, EPERM and EROFS BLN_DENIED, ENOMEM BLN_NO_MEMORY, else BLN_IO. */
enum bln_status bln_err_errno(struct bln_err *err, int code, const char *format, ...) BLN_PRINTF(3, 4);

/* Puts where it happened before the message ("jobs/a.sql: …"); returns ERR's status (STATUS where ERR is NULL). */
enum bln_status bln_err_where(struct bln_err *err, enum bln_status status, const char *format, ...) BLN_PRINTF(3, 4);

/* The same with the NAME of what it is about, unless the message has it already. */
enum bln_status bln_err_about(struct bln_err *err, enum bln_status status, const char *name);

/* Out of memory, said the same way everywhere. */
enum bln_status bln_err_memory(struct bln_err *err);

#ifdef __clang_analyzer__
/* The analyzer does not see into status.c: told here is that a failure is never BLN_OK. */
#define bln_err_set(err, status, ...) ((void)bln_err_set(err, status, __VA_ARGS__), (status))
#define bln_err_errno(...) ((void)bln_err_errno(__VA_ARGS__), BLN_IO)
#define bln_err_where(err, status, ...) ((void)bln_err_where(err, status, __VA_ARGS__), (status))
#define bln_err_about(err, status, name) ((void)bln_err_about(err, status, name), (status))
#define bln_err_memory(err) ((void)bln_err_memory(err), BLN_NO_MEMORY)
#endif

/* "conflict", "not found", …: for logs and JSON. */
const char *bln_status_name(enum bln_status status);

/* In functions with `enum bln_status status` and a label `done` that cleans up: leaves at the first failure. */
#define BLN_TRY(call)                                                                                                  \
	do {                                                                                                           \
		status = (call);                                                                                       \
		if (status != BLN_OK)                                                                                  \
			goto done;                                                                                     \
	} while (0)

/* Outside bytes made fit for a message: at most 63 of them, what is not printable ASCII as '?'. Lives as long as the
 * expression it is made in, which is long enough for bln_err_set. */
struct bln_quoted {
	char text[64];
};
struct bln_quoted bln_quote(const char *bytes, size_t length);

#endif
