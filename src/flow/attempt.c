#include "flow/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "base/utf8.h"

enum {
	READ_SIZE = 1 << 16,
	READS_MAX = 16, /* at a time, so that one that writes a lot does not keep the others waiting */
	DRAIN_READS_MAX = 1 << 10, /* after its end: what is in a pipe then is bounded by the kernel */
};

static int64_t after_us(const struct bln_attempt *attempt, int64_t duration_us)
{
	int64_t at_us = INT64_MAX;

	return bln_int64_add(bln_clock_monotonic_us(attempt->clock), duration_us, &at_us) ? at_us : INT64_MAX;
}

static enum bln_status pipes_make(int output[2], int lines[2], struct bln_err *err)
{
	if (pipe2(output, O_CLOEXEC) != 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines) != 0 ||
	    fcntl(output[0], F_SETFL, O_NONBLOCK) != 0 || fcntl(lines[0], F_SETFL, O_NONBLOCK) != 0)
		return bln_err_errno(err, errno, "cannot start a job");
	return BLN_OK;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

enum bln_status bln_attempt_new(const struct bln_attempt_start *start, struct bln_clock *clock,
				struct bln_attempt **out, struct bln_err *err)
{
	static const char *const env[] = { BLN_JOB_FD_VARIABLE "=3", NULL };
	_Static_assert(BLN_JOB_FD == 3, "the environment names it");
	struct bln_attempt *attempt = bln_mem_calloc(1, sizeof(*attempt));
	struct bln_child_start child = { .file = start->file, .argv = start->argv, .env = env };
	struct bln_child_fd fd = { .theirs = BLN_JOB_FD };
	int output[2] = { -1, -1 };
	int lines[2] = { -1, -1 };
	enum bln_status status;

	*out = NULL;
	if (!attempt)
		return bln_err_memory(err);
	attempt->clock = clock;
	attempt->secrets = start->secrets;
	attempt->grace_us = start->grace_us;
	attempt->timeout_us = start->timeout_us;
	attempt->kill_at_us = INT64_MAX;
	attempt->deadline_us = start->timeout_us > 0 ? after_us(attempt, start->timeout_us) : INT64_MAX;
	attempt->log.fd = -1;
	attempt->child.pidfd = -1;
	BLN_TRY(pipes_make(output, lines, err));
	BLN_TRY(bln_job_log_open(&attempt->log, start->log_path, start->log_bytes_max, start->secrets, err));
	child.out = &output[1];
	child.err = &output[1];
	fd.ours = lines[1];
	child.fds = &fd;
	child.fds_count = 1;
	BLN_TRY(bln_child_start(&child, &attempt->child, err));
done:
	fd_close(&output[1]);
	fd_close(&lines[1]);
	attempt->output = output[0];
	attempt->lines = lines[0];
	if (status == BLN_OK)
		*out = attempt;
	else
		bln_attempt_destroy(attempt);
	return status;
}

size_t bln_attempt_poll(const struct bln_attempt *attempt, struct pollfd fds[static BLN_ATTEMPT_POLL_FDS])
{
	const int all[BLN_ATTEMPT_POLL_FDS] = { attempt->output, attempt->lines, attempt->child.pidfd };
	size_t count = 0;

	for (size_t i = 0; i < BLN_ATTEMPT_POLL_FDS; i++)
		if (all[i] >= 0)
			fds[count++] = (struct pollfd){ .fd = all[i], .events = POLLIN };
	return count;
}

int64_t bln_attempt_due_us(const struct bln_attempt *attempt)
{
	if (attempt->is_timed_out || attempt->is_stopped)
		return attempt->kill_at_us;
	return attempt->deadline_us;
}

/* Reads *FD until there is nothing more now; closes it at its end. */
static enum bln_status fd_read(struct bln_attempt *attempt, int *fd, int reads_max, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	char bytes[READ_SIZE];

	for (int i = 0; status == BLN_OK && *fd >= 0 && i < reads_max; i++) {
		const ssize_t got = read(*fd, bytes, sizeof(bytes));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			break;
		if (got <= 0)
			fd_close(fd);
		else if (fd == &attempt->output)
			bln_job_log_feed(&attempt->log, bytes, (size_t)got);
		else
			status = bln_job_reader_feed(&attempt->reader, bytes, (size_t)got, err);
	}
	return status;
}

static void time_watch(struct bln_attempt *attempt)
{
	const int64_t now_us = bln_clock_monotonic_us(attempt->clock);

	if (!attempt->is_timed_out && !attempt->is_stopped && now_us >= attempt->deadline_us) {
		attempt->is_timed_out = true;
		attempt->kill_at_us = after_us(attempt, attempt->grace_us);
		bln_child_signal(&attempt->child, SIGTERM);
	}
	if (now_us >= attempt->kill_at_us) {
		attempt->kill_at_us = INT64_MAX;
		bln_child_signal(&attempt->child, SIGKILL);
	}
}

void bln_attempt_stop(struct bln_attempt *attempt, bool is_now)
{
	if (!attempt->is_stopped && !is_now) {
		attempt->kill_at_us = after_us(attempt, attempt->grace_us);
		bln_child_signal(&attempt->child, SIGTERM);
	}
	if (is_now)
		bln_child_signal(&attempt->child, SIGKILL);
	attempt->is_stopped = true;
}

/* What each exit code is to the record; others are failures of the work. */
static const struct {
	int code;
	enum bln_run_state state;
} states[] = {
	{ BLN_JOB_EXIT_DONE, BLN_RUN_SUCCEEDED },    { BLN_JOB_EXIT_NOTHING, BLN_RUN_SUCCEEDED },
	{ BLN_JOB_EXIT_PARTIAL, BLN_RUN_SUCCEEDED }, { BLN_JOB_EXIT_USAGE, BLN_RUN_ERROR },
	{ BLN_JOB_EXIT_BUG, BLN_RUN_ERROR },	     { BLN_JOB_EXIT_STOPPED, BLN_RUN_STOPPED },
};

static enum bln_run_state state_of(const struct bln_attempt *attempt, const struct bln_child_end *how)
{
	enum bln_run_state state = BLN_RUN_FAILED;

	for (size_t i = 0; !how->is_signal && i < sizeof(states) / sizeof(states[0]); i++)
		if (states[i].code == how->code)
			state = states[i].state;
	/* Work that was finished is finished, even if somebody had asked it to stop. */
	if (state == BLN_RUN_SUCCEEDED)
		return state;
	if (attempt->is_stopped)
		return BLN_RUN_STOPPED;
	return attempt->is_timed_out ? BLN_RUN_TIMEOUT : state;
}

static void reason_make(struct bln_attempt *attempt, const struct bln_child_end *how, struct bln_attempt_end *end)
{
	const char *said = attempt->reader.error.length > 0 ? attempt->reader.error.at : attempt->log.last;
	const struct bln_child_end_text how_text = bln_child_end_text(how);
	char timeout[BLN_QUANTITY_TEXT_SIZE];
	size_t length;

	if (end->state == BLN_RUN_SUCCEEDED)
		return;
	if (end->state == BLN_RUN_STOPPED) {
		snprintf(end->reason, sizeof(end->reason), "stopped");
	} else if (end->state == BLN_RUN_TIMEOUT) {
		bln_duration_format(attempt->timeout_us, timeout);
		snprintf(end->reason, sizeof(end->reason), "it took longer than its timeout, %s, and was stopped",
			 timeout);
	} else if (how->is_signal) {
		snprintf(end->reason, sizeof(end->reason), "%s%s%s%s", how_text.text,
			 how->code == SIGKILL ? ", perhaps because there was no memory left" : "",
			 *said ? "; last words: " : "", said);
	} else if (attempt->reader.error.length > 0) {
		snprintf(end->reason, sizeof(end->reason), "%s", said);
	} else {
		snprintf(end->reason, sizeof(end->reason), "%s%s%s", how_text.text, *said ? ": " : "", said);
	}
	length = bln_secrets_mask(attempt->secrets, end->reason, strlen(end->reason));
	bln_utf8_clean(end->reason, length);
	end->reason[length] = '\0';
}

/* The result says "partial":true when the exit code does. */
static enum bln_status result_make(struct bln_attempt *attempt, struct bln_attempt_end *end, struct bln_err *err)
{
	const struct bln_text *said = &attempt->reader.result;
	json_t *json = NULL;
	enum bln_status status = BLN_OK;

	if (!end->is_partial) {
		if (said->length > 0)
			bln_text_add_bytes(&end->result, said->at, said->length);
		return bln_text_check(&end->result, err);
	}
	if (said->length > 0)
		BLN_TRY(bln_json_parse(said->at, said->length, "a job's result", &json, err));
	else
		json = json_object();
	if (!json || json_object_set_new(json, "partial", json_true()) != 0) {
		status = bln_err_memory(err);
		goto done;
	}
	bln_json_add(&end->result, json);
	status = bln_text_check(&end->result, err);
done:
	json_decref(json);
	return status;
}

enum bln_status bln_attempt_pump(struct bln_attempt *attempt, bool *has_ended, struct bln_attempt_end *end,
				 struct bln_err *err)
{
	struct bln_child_end how = { 0 };
	enum bln_status status;
	int reads_max;

	*has_ended = bln_child_has_ended(&attempt->child,
					 &how); /* asked first: what it wrote before is then there to be read */
	reads_max = *has_ended ? DRAIN_READS_MAX : READS_MAX;
	BLN_TRY(fd_read(attempt, &attempt->output, reads_max, err));
	BLN_TRY(fd_read(attempt, &attempt->lines, reads_max, err));
	if (!*has_ended) {
		time_watch(attempt);
		goto done;
	}
	bln_job_log_close(&attempt->log);
	end->reason[0] = '\0';
	end->result = (struct bln_text){ 0 };
	end->state = state_of(attempt, &how);
	end->exit_code = how.is_signal ? -1 : how.code;
	end->is_partial = end->state == BLN_RUN_SUCCEEDED && how.code == BLN_JOB_EXIT_PARTIAL;
	end->has_nothing_done = end->state == BLN_RUN_SUCCEEDED && how.code == BLN_JOB_EXIT_NOTHING;
	reason_make(attempt, &how, end);
	status = result_make(attempt, end, err);
done:
	return status;
}

void bln_attempt_destroy(struct bln_attempt *attempt)
{
	struct bln_child_end end;

	if (!attempt)
		return;
	if (attempt->child.pid > 0) {
		bln_child_signal(&attempt->child, SIGKILL);
		bln_child_wait(&attempt->child, &end);
	}
	bln_job_log_close(&attempt->log);
	fd_close(&attempt->output);
	fd_close(&attempt->lines);
	bln_job_reader_clean_up(&attempt->reader);
	bln_mem_free(attempt);
}
