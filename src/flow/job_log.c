#include "flow/job_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

static const char full_note[] = "… the log is full: what the job wrote after this is not kept (settings: log_max)\n";

enum bln_status bln_job_log_open(struct bln_job_log *log, const char *path, int64_t bytes_max,
				 const struct bln_secrets *secrets, struct bln_err *err)
{
	log->length = 0;
	log->last[0] = '\0';
	log->is_full = false;
	log->bytes_left = bytes_max;
	log->secrets = secrets;
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (log->fd < 0)
		return bln_err_errno(err, errno, "cannot open the log %s", path);
	return BLN_OK;
}

static void log_write(struct bln_job_log *log, const char *bytes, size_t length)
{
	while (log->fd >= 0 && length > 0) {
		const ssize_t written = write(log->fd, bytes, length);

		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		} else if (errno != EINTR) {
			close(log->fd);
			log->fd = -1;
		}
	}
}

/* Keeps the last line of BYTES that is not blank. */
static void last_keep(struct bln_job_log *log, const char *bytes, size_t length)
{
	const char *begin;

	while (length > 0 && strchr(" \t\r\n", bytes[length - 1]))
		length--;
	if (length == 0)
		return;
	begin = memrchr(bytes, '\n', length);
	begin = begin ? begin + 1 : bytes;
	length -= (size_t)(begin - bytes);
	if (length >= sizeof(log->last))
		length = sizeof(log->last) - 1;
	memcpy(log->last, begin, length);
	bln_utf8_clean(log->last, length);
	log->last[length] = '\0';
}

/* Writes the first LENGTH bytes of what is pending. */
static void pending_write(struct bln_job_log *log, size_t length)
{
	const size_t rest = log->length - length;
	const size_t masked = bln_secrets_mask(log->secrets, log->pending, length);

	bln_utf8_clean(log->pending, masked);
	last_keep(log, log->pending, masked);
	if (!log->is_full && (int64_t)masked > log->bytes_left) {
		log_write(log, full_note, sizeof(full_note) - 1);
		log->is_full = true;
	}
	if (!log->is_full) {
		log_write(log, log->pending, masked);
		log->bytes_left -= (int64_t)masked;
	}
	memmove(log->pending, log->pending + length, rest);
	log->length = rest;
}

/* Where a full buffer may be broken: before what may be a secret, and before a character that is not all there. */
static size_t pending_cut(const struct bln_job_log *log)
{
	size_t cut = bln_secrets_cut(log->secrets, log->pending, log->length);

	for (size_t back = 1; back < 4 && back <= cut && cut == log->length; back++)
		if ((unsigned char)log->pending[cut - back] >= 0xc0 &&
		    bln_utf8_character(log->pending + cut - back, back) == 0)
			cut -= back;
	return cut;
}

void bln_job_log_feed(struct bln_job_log *log, const char *bytes, size_t length)
{
	while (length > 0) {
		const size_t room = sizeof(log->pending) - log->length;
		const size_t take = length < room ? length : room;
		const char *end = memrchr(bytes, '\n', take); /* lines that come together are written together */
		const size_t part = end ? (size_t)(end - bytes) + 1 : take;
		size_t cut;

		memcpy(log->pending + log->length, bytes, part);
		log->length += part;
		bytes += part;
		length -= part;
		if (!end && log->length < sizeof(log->pending))
			continue;
		cut = pending_cut(log);
		if (cut == 0 && log->length == sizeof(log->pending))
			cut = log->length;
		pending_write(log, cut);
	}
}

void bln_job_log_close(struct bln_job_log *log)
{
	if (log->length > 0)
		pending_write(log, log->length);
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
