/* How the process of a job tells the runner what it does: lines of JSON on a socket, each an object with one of
 *
 *   {"progress":{"done":5,"total":10,"unit":"files","what":"reading"}}   total 0: not known
 *   {"result":{…}}                                what is recorded of the run; the last one counts
 *   {"error":{"status":"not found","message":"…"}}                     why it fails; the first one counts
 *
 * What a reader does not know it passes over, so that both sides may learn new lines. The socket's number is in the
 * environment variable BULLION_JOB_FD. The exit code says how the job ended (enum bln_job_exit); lines only explain
 * it. */
#ifndef BLN_FLOW_JOB_PROTOCOL_H
#define BLN_FLOW_JOB_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"

#define BLN_JOB_FD_VARIABLE "BULLION_JOB_FD"

enum {
	BLN_JOB_FD = 3,
	BLN_JOB_RESULT_LENGTH_MAX = 1 << 19, /* bytes of JSON; a record takes twice as much */
	BLN_JOB_LINE_LENGTH_MAX = BLN_JOB_RESULT_LENGTH_MAX + 1024,
	BLN_JOB_WORD_SIZE = 64, /* of a unit or a "what", with its NUL; what is longer is cut */
	BLN_JOB_PROGRESS_US = 100000, /* progress is told at most this often */
};

/* What a job's process exits with, besides what main's own failures give. */
enum bln_job_exit {
	BLN_JOB_EXIT_DONE = 0,
	BLN_JOB_EXIT_FAILED = 1,
	BLN_JOB_EXIT_USAGE = 2, /* configuration: not the work's fault */
	BLN_JOB_EXIT_NOTHING = 3, /* done: there was nothing to do */
	BLN_JOB_EXIT_CONFLICT = 4,
	BLN_JOB_EXIT_NOT_FOUND = 5,
	BLN_JOB_EXIT_PARTIAL = 6,
	BLN_JOB_EXIT_BUG = 70,
	BLN_JOB_EXIT_STOPPED = 130,
};

struct bln_job_progress {
	int64_t done;
	int64_t total;
	char unit[BLN_JOB_WORD_SIZE];
	char what[BLN_JOB_WORD_SIZE];
};

/* The job's side. */
struct bln_job_writer {
	int fd; /* -1: nobody listens */
	struct bln_clock *clock;
	bool has_told;
	int64_t told_at_us;
};

/* Takes the socket that the environment names, if it does, for itself alone: children do not inherit it. */
void bln_job_writer_init(struct bln_job_writer *writer, struct bln_clock *clock);

/* UNIT and WHAT may be NULL. Not every call is a line; one with DONE = TOTAL is. */
void bln_job_writer_progress(struct bln_job_writer *writer, int64_t done, int64_t total, const char *unit,
			     const char *what);

/* RESULT is a JSON object on one line, at most BLN_JOB_RESULT_LENGTH_MAX bytes. */
BLN_MUST_CHECK enum bln_status bln_job_writer_result(struct bln_job_writer *writer, struct bln_slice result,
						     struct bln_err *err);

/* Mask it first. */
void bln_job_writer_error(struct bln_job_writer *writer, const struct bln_err *why);

/* The runner's side: bytes in, what they say out. { 0 } has read nothing. */
struct bln_job_reader {
	struct bln_text line; /* what has come of a line */
	bool is_skipping; /* a line that is too long */
	struct bln_text result; /* the last; empty: none */
	struct bln_text error; /* the message of the first; empty: none */
	struct bln_job_progress progress; /* the last */
	bool has_progress;
	int64_t unknown; /* lines that were no such line */
};

/* Takes bytes as they come. BLN_NO_MEMORY only: what a child writes cannot be wrong, only unknown. */
BLN_MUST_CHECK enum bln_status bln_job_reader_feed(struct bln_job_reader *reader, const char *bytes, size_t length,
						   struct bln_err *err);
void bln_job_reader_clean_up(struct bln_job_reader *reader);

#endif
