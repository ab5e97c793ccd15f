#include "store/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_allowed(const struct bln_disk *disk, enum bln_disk_call call, int fd)
{
	int code = disk->before ? disk->before(disk->context, call, fd) : 0;

	if (code != 0)
		errno = code;
	return code == 0;
}

/* Makes the call unless the hook forbids it, and again while signals interrupt it. */
#define DISK_CALL(type, which, fd, expression)                                                                         \
	do {                                                                                                           \
		type result;                                                                                           \
		if (!is_allowed(disk, which, fd))                                                                      \
			return -1;                                                                                     \
		do                                                                                                     \
			result = (expression);                                                                         \
		while (result < 0 && errno == EINTR);                                                                  \
		return result;                                                                                         \
	} while (0)

int bln_disk_open(const struct bln_disk *disk, const char *path, int flags)
{
	DISK_CALL(int, BLN_DISK_OPEN, -1, open(path, flags | O_CLOEXEC));
}

int bln_disk_open_beneath(const struct bln_disk *disk, int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	/* glibc has no function for it */
	DISK_CALL(int, BLN_DISK_OPEN_BENEATH, dir, (int)syscall(SYS_openat2, dir, path, &how, sizeof(how)));
}

int bln_disk_open_step(const struct bln_disk *disk, int dir, const char *name, int flags)
{
	DISK_CALL(int, BLN_DISK_OPEN_STEP, dir, openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC));
}

int bln_disk_create(const struct bln_disk *disk, int dir, const char *name)
{
	DISK_CALL(int, BLN_DISK_CREATE, dir,
		  openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
}

int bln_disk_stat(const struct bln_disk *disk, int fd, struct stat *out)
{
	DISK_CALL(int, BLN_DISK_STAT, fd, fstat(fd, out));
}

int bln_disk_stat_at(const struct bln_disk *disk, int dir, const char *name, struct stat *out)
{
	DISK_CALL(int, BLN_DISK_STAT, dir, fstatat(dir, name, out, AT_SYMLINK_NOFOLLOW));
}

ssize_t bln_disk_read(const struct bln_disk *disk, int fd, void *buffer, size_t size, int64_t offset)
{
	DISK_CALL(ssize_t, BLN_DISK_READ, fd, pread(fd, buffer, size, offset));
}

ssize_t bln_disk_read_names(const struct bln_disk *disk, int dir, void *buffer, size_t size)
{
	DISK_CALL(ssize_t, BLN_DISK_READ_NAMES, dir, getdents64(dir, buffer, size));
}

ssize_t bln_disk_write(const struct bln_disk *disk, int fd, const void *bytes, size_t length)
{
	DISK_CALL(ssize_t, BLN_DISK_WRITE, fd, write(fd, bytes, length));
}

ssize_t bln_disk_copy(const struct bln_disk *disk, int to, int from, size_t length)
{
	DISK_CALL(ssize_t, BLN_DISK_COPY, to, sendfile(to, from, NULL, length));
}

int bln_disk_sync(const struct bln_disk *disk, int fd)
{
	DISK_CALL(int, BLN_DISK_SYNC, fd, fsync(fd));
}

int bln_disk_make_dir(const struct bln_disk *disk, int dir, const char *name)
{
	DISK_CALL(int, BLN_DISK_MAKE_DIR, dir, mkdirat(dir, name, 0777));
}

int bln_disk_rename(const struct bln_disk *disk, int from_dir, const char *from, int to_dir, const char *to)
{
	DISK_CALL(int, BLN_DISK_RENAME, to_dir, renameat(from_dir, from, to_dir, to));
}

int bln_disk_rename_absent(const struct bln_disk *disk, int dir, const char *from, const char *to)
{
	DISK_CALL(int, BLN_DISK_RENAME_ABSENT, dir, renameat2(dir, from, dir, to, RENAME_NOREPLACE));
}

int bln_disk_link(const struct bln_disk *disk, int dir, const char *from, const char *to)
{
	DISK_CALL(int, BLN_DISK_LINK, dir, linkat(dir, from, dir, to, 0));
}

int bln_disk_unlink(const struct bln_disk *disk, int dir, const char *name)
{
	DISK_CALL(int, BLN_DISK_UNLINK, dir, unlinkat(dir, name, 0));
}
