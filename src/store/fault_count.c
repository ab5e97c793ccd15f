#include "store/fault_count.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { FILE_SIZE_MAX = 1024 };

/* The lines are those of format(), in its order: "all", then the calls. */
static bool parse(char *text, uint64_t numbers[static BLN_CALLS + 1])
{
	for (int i = 0; i <= BLN_CALLS; i++) {
		char *end;

		errno = 0;
		numbers[i] = strtoull(text, &end, 10);
		if (end == text || errno != 0 || *end != ' ' || !(text = strchr(end, '\n')))
			return false;
		text++;
	}
	return *text == '\0';
}

/* Returns the length, always the same for what fits into 20 digits: one write changes all of it. */
static size_t format(const uint64_t numbers[static BLN_CALLS + 1], char text[static FILE_SIZE_MAX])
{
	size_t length = 0;

	for (int i = 0; i <= BLN_CALLS; i++)
		length += (size_t)snprintf(text + length, FILE_SIZE_MAX - length, "%20" PRIu64 " %s\n", numbers[i],
					   i == 0 ? "all" : bln_store_call_name((enum bln_store_call)(i - 1)));
	return length;
}

static enum bln_status count_in_file(const char *path, enum bln_store_call call, struct bln_fault_count *count,
				     struct bln_err *err)
{
	uint64_t numbers[BLN_CALLS + 1] = { 0 };
	char text[FILE_SIZE_MAX];
	/* Opened each time: a lock of flock belongs to what open made, which threads and forked children would share. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	enum bln_status status = BLN_OK;
	ssize_t got = -1;
	size_t length;

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		got = pread(fd, text, sizeof(text) - 1, 0);
	if (got < 0) {
		BLN_TRY(bln_err_errno(err, errno, "cannot count store calls in %s", path));
	} else if (got > 0) {
		text[got] = '\0';
		if (!parse(text, numbers))
			BLN_TRY(bln_err_set(err, BLN_CORRUPT, "%s holds no counts of store calls: remove it", path));
	}
	count->own = ++numbers[call + 1];
	count->all = bln_store_call_is_step(call) ? 0 : ++numbers[0];
	length = format(numbers, text);
	if (pwrite(fd, text, length, 0) != (ssize_t)length)
		status = bln_err_errno(err, errno, "cannot count store calls in %s", path);
done:
	if (fd >= 0)
		close(fd);
	return status;
}

enum bln_status bln_fault_count_next(struct bln_fault_counter *counter, const char *path, enum bln_store_call call,
				     struct bln_fault_count *count, struct bln_err *err)
{
	if (path[0])
		return count_in_file(path, call, count, err);
	count->own = atomic_fetch_add(&counter->own[call], 1) + 1;
	count->all = bln_store_call_is_step(call) ? 0 : atomic_fetch_add(&counter->all, 1) + 1;
	return BLN_OK;
}
