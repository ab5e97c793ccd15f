#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"
#include "flow/job_protocol.h"

void bln_job_writer_init(struct bln_job_writer *writer, struct bln_clock *clock)
{
	const char *number = getenv(BLN_JOB_FD_VARIABLE);
	char *end = NULL;
	long fd = number ? strtol(number, &end, 10) : -1;

	*writer = (struct bln_job_writer){ .fd = -1, .clock = clock };
	if (number && end != number && *end == '\0' && fd > STDERR_FILENO && fd < 1024 &&
	    fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0)
		writer->fd = (int)fd;
	(void)unsetenv(BLN_JOB_FD_VARIABLE);
}

/* Who no longer listens has other ways to notice: nothing is done about it, and no signal comes of it. */
static void line_send(struct bln_job_writer *writer, struct bln_text *line)
{
	size_t sent = 0;

	bln_text_add(line, "\n");
	while (writer->fd >= 0 && !line->has_failed && sent < line->length) {
		const ssize_t got = send(writer->fd, line->at + sent, line->length - sent, MSG_NOSIGNAL);

		if (got > 0)
			sent += (size_t)got;
		else if (errno != EINTR)
			writer->fd = -1;
	}
	bln_text_clean_up(line);
}

static void add_word(struct bln_text *line, const char *key, const char *word)
{
	char clean[BLN_JOB_WORD_SIZE];
	const size_t length = word ? strnlen(word, sizeof(clean) - 1) : 0;

	if (length == 0)
		return;
	memcpy(clean, word, length);
	bln_utf8_clean(clean, length);
	bln_text_add_format(line, ",\"%s\":", key);
	bln_json_add_string(line, clean, length);
}

void bln_job_writer_progress(struct bln_job_writer *writer, int64_t done, int64_t total, const char *unit,
			     const char *what)
{
	struct bln_text line = { 0 };
	int64_t now_us;

	if (writer->fd < 0)
		return;
	now_us = bln_clock_monotonic_us(writer->clock);
	if (writer->has_told && done != total && now_us - writer->told_at_us < BLN_JOB_PROGRESS_US)
		return;
	writer->has_told = true;
	writer->told_at_us = now_us;
	bln_text_add_format(&line, "{\"progress\":{\"done\":%" PRId64 ",\"total\":%" PRId64, done, total);
	add_word(&line, "unit", unit);
	add_word(&line, "what", what);
	bln_text_add(&line, "}}");
	line_send(writer, &line);
}

enum bln_status bln_job_writer_result(struct bln_job_writer *writer, struct bln_slice result, struct bln_err *err)
{
	struct bln_text line = { 0 };
	enum bln_status status;

	if (result.length > BLN_JOB_RESULT_LENGTH_MAX || memchr(result.at, '\n', result.length))
		return bln_err_set(err, BLN_BUG, "a job's result of %zu bytes: it must be one line of at most %d",
				   result.length, BLN_JOB_RESULT_LENGTH_MAX);
	bln_text_add(&line, "{\"result\":");
	bln_text_add_bytes(&line, result.at, result.length);
	bln_text_add(&line, "}");
	status = bln_text_check(&line, err);
	line_send(writer, &line);
	return status;
}

void bln_job_writer_error(struct bln_job_writer *writer, const struct bln_err *why)
{
	struct bln_text line = { 0 };
	char message[BLN_ERR_MESSAGE_SIZE];
	const size_t length = strnlen(why->message, sizeof(message) - 1);

	memcpy(message, why->message, length);
	bln_utf8_clean(message, length);
	bln_text_add_format(&line, "{\"error\":{\"status\":\"%s\",\"message\":", bln_status_name(why->status));
	bln_json_add_string(&line, message, length);
	bln_text_add(&line, "}}");
	line_send(writer, &line);
}
