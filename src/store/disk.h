/* The system calls of the local store, behind one hook: tests fail the Nth of them, take away what a kernel or a file
 * system lacks, count what an operation costs, and watch that nothing is published before it is on the disk.
 *
 * All of them start again when a signal interrupted them; -1 means failure with errno set. */
#ifndef BLN_STORE_DISK_H
#define BLN_STORE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum bln_disk_call {
	BLN_DISK_OPEN, /* a path of the user's: the root, a staged file */
	BLN_DISK_OPEN_BENEATH, /* openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS */
	BLN_DISK_OPEN_STEP, /* openat of one segment */
	BLN_DISK_CREATE,
	BLN_DISK_STAT,
	BLN_DISK_READ,
	BLN_DISK_READ_NAMES, /* getdents64 */
	BLN_DISK_WRITE,
	BLN_DISK_COPY, /* sendfile */
	BLN_DISK_SYNC,
	BLN_DISK_MAKE_DIR,
	BLN_DISK_RENAME,
	BLN_DISK_RENAME_ABSENT, /* renameat2 with RENAME_NOREPLACE */
	BLN_DISK_LINK,
	BLN_DISK_UNLINK,
	BLN_DISK_CALLS
};

/* { 0 } is the real disk. */
struct bln_disk {
	/* Called before each call, by any thread; FD is what the call is about: the file, or the directory that changes
	 * (-1 where there is none). Not 0: the call is not made and fails with that errno. */
	int (*before)(void *context, enum bln_disk_call call, int fd);
	void *context;
};

/* Flags are open(2)'s; O_CLOEXEC is added. */
int bln_disk_open(const struct bln_disk *disk, const char *path, int flags);
int bln_disk_open_beneath(const struct bln_disk *disk, int dir, const char *path, int flags);
int bln_disk_open_step(const struct bln_disk *disk, int dir, const char *name, int flags);
int bln_disk_create(const struct bln_disk *disk, int dir, const char *name); /* write only; must be new */
int bln_disk_stat(const struct bln_disk *disk, int fd, struct stat *out);
int bln_disk_stat_at(const struct bln_disk *disk, int dir, const char *name, struct stat *out); /* follows no link */
ssize_t bln_disk_read(const struct bln_disk *disk, int fd, void *buffer, size_t size, int64_t offset);
ssize_t bln_disk_read_names(const struct bln_disk *disk, int dir, void *buffer, size_t size);
ssize_t bln_disk_write(const struct bln_disk *disk, int fd, const void *bytes, size_t length);
ssize_t bln_disk_copy(const struct bln_disk *disk, int to, int from, size_t length);
int bln_disk_sync(const struct bln_disk *disk, int fd);
int bln_disk_make_dir(const struct bln_disk *disk, int dir, const char *name);
int bln_disk_rename(const struct bln_disk *disk, int from_dir, const char *from, int to_dir, const char *to);
int bln_disk_rename_absent(const struct bln_disk *disk, int dir, const char *from, const char *to);
int bln_disk_link(const struct bln_disk *disk, int dir, const char *from, const char *to);
int bln_disk_unlink(const struct bln_disk *disk, int dir, const char *name);

#endif
