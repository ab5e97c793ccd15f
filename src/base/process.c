#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PROC_BYTES_MAX = 4095, /* of a file under /proc that we read; stat has about 300 */
	STAT_FIELD_START = 22, /* proc(5), /proc/[pid]/stat: starttime */
	STAT_FIELD_AFTER_NAME = 3,
	BOOT_ID_LENGTH = 36,
};

/* Reads the beginning of a file into BYTES with a NUL behind; 0 or errno. */
static int file_begin(const char *path, char bytes[static PROC_BYTES_MAX + 1])
{
	size_t length = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int code = fd < 0 ? errno : 0;

	while (code == 0 && length < PROC_BYTES_MAX) {
		ssize_t got = read(fd, bytes + length, PROC_BYTES_MAX - length);

		if (got == 0)
			break;
		if (got > 0)
			length += (size_t)got;
		else if (errno != EINTR)
			code = errno;
	}
	if (fd >= 0)
		close(fd);
	bytes[length] = '\0';
	return code;
}

/* The name, in parentheses, may hold anything, also spaces and parentheses: fields are counted after the last ')'. */
static bool stat_start_parse(const char *stat, int64_t *start_ticks)
{
	const char *at = strrchr(stat, ')');

	if (!at || at[1] != ' ')
		return false;
	at += 2;
	for (int field = STAT_FIELD_AFTER_NAME; field < STAT_FIELD_START; field++) {
		at = strchr(at, ' ');
		if (!at)
			return false;
		at++;
	}
	errno = 0;
	*start_ticks = strtoll(at, NULL, 10);
	return errno == 0 && *start_ticks > 0;
}

static enum bln_status space_read(char space[static BLN_PROCESS_SPACE_SIZE], struct bln_err *err)
{
	static const char boot_path[] = "/proc/sys/kernel/random/boot_id";
	static const char namespace_path[] = "/proc/self/ns/pid";
	char boot[PROC_BYTES_MAX + 1];
	struct stat pid_ns;
	int code = file_begin(boot_path, boot);

	if (code != 0)
		return bln_err_errno(err, code, "cannot read %s", boot_path);
	if (stat(namespace_path, &pid_ns) != 0)
		return bln_err_errno(err, errno, "cannot read %s", namespace_path);
	snprintf(space, BLN_PROCESS_SPACE_SIZE, "%.*s/%" PRIu64, BOOT_ID_LENGTH, boot, (uint64_t)pid_ns.st_ino);
	return BLN_OK;
}

enum bln_status bln_process_of(int64_t pid, struct bln_process *out, struct bln_err *err)
{
	struct bln_process process = { .pid = pid };
	char stat_bytes[PROC_BYTES_MAX + 1];
	char path[64];
	enum bln_status status;
	int code;

	if (pid <= 0)
		return bln_err_set(err, BLN_NOT_FOUND, "there is no process %" PRId64, pid);
	snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	code = file_begin(path, stat_bytes);
	if (code == ESRCH) /* it went between open and read */
		code = ENOENT;
	if (code != 0)
		return bln_err_errno(err, code, "cannot read %s", path);
	if (!stat_start_parse(stat_bytes, &process.start_ticks))
		return bln_err_set(err, BLN_NOT_FOUND, "%s does not say when the process began", path);
	status = space_read(process.space, err);
	if (status == BLN_OK)
		*out = process;
	return status;
}

enum bln_process_life bln_process_life(const struct bln_process *p)
{
	char space[BLN_PROCESS_SPACE_SIZE];
	struct bln_process now;
	enum bln_status status;

	if (p->pid <= 0)
		return BLN_PROCESS_DEAD;
	if (space_read(space, NULL) != BLN_OK)
		return BLN_PROCESS_UNKNOWN;
	if (strncmp(p->space, space, BOOT_ID_LENGTH) != 0)
		return BLN_PROCESS_DEAD;
	if (strcmp(p->space, space) != 0)
		return BLN_PROCESS_UNKNOWN;
	status = bln_process_of(p->pid, &now, NULL);
	if (status == BLN_NOT_FOUND)
		return BLN_PROCESS_DEAD;
	if (status != BLN_OK)
		return BLN_PROCESS_UNKNOWN;
	return now.start_ticks == p->start_ticks ? BLN_PROCESS_ALIVE : BLN_PROCESS_DEAD;
}
