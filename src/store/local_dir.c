/* Folders below the root: opened without following a link, made with their parents, put on the disk. */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static void close_keeping_errno(int fd)
{
	int code = errno;

	close(fd);
	errno = code;
}

int bln_local_root(struct bln_local *local)
{
	int known = atomic_load(&local->root_fd);
	int fd;

	if (known >= 0)
		return known;
	fd = bln_disk_open(&local->disk, local->root[0] ? local->root : "/", O_PATH | O_DIRECTORY);
	if (fd < 0)
		return -1;
	if (!atomic_compare_exchange_strong(&local->root_fd, &known, fd)) {
		close(fd); /* another thread was first */
		return known;
	}
	return fd;
}

/* One segment. A link gives ELOOP also where the kernel, asked for a directory, says ENOTDIR. */
static int step(struct bln_local *local, int dir, const char *name, int flags)
{
	int fd = bln_disk_open_step(&local->disk, dir, name, flags);
	struct stat stat;

	if (fd < 0 && errno == ENOTDIR) {
		if (bln_disk_stat_at(&local->disk, dir, name, &stat) == 0 && S_ISLNK(stat.st_mode))
			errno = ELOOP;
		else
			errno = ENOTDIR;
	}
	return fd;
}

static int walk(struct bln_local *local, int root, char *path, int flags)
{
	int dir = root;
	int fd;

	for (;;) {
		char *slash = strchr(path, '/');

		if (slash)
			*slash = '\0';
		fd = step(local, dir, path, slash ? O_PATH | O_DIRECTORY : flags);
		if (dir != root)
			close_keeping_errno(dir);
		if (fd < 0 || !slash)
			return fd;
		dir = fd;
		path = slash + 1;
	}
}

/* What openat2 says where the kernel does not know it or a container forbids it. It never says EPERM by itself here. */
static bool is_missing_call(int code)
{
	return code == ENOSYS || code == EPERM;
}

int bln_local_open_at(struct bln_local *local, const char *key, size_t length, int flags)
{
	char path[BLN_KEY_MAX + 1];
	int root = bln_local_root(local);
	int fd;

	if (root < 0)
		return -1;
	if (length == 0)
		return bln_disk_open_step(&local->disk, root, ".", flags);
	memcpy(path, key, length);
	path[length] = '\0';
	if (!atomic_load_explicit(&local->has_no_beneath, memory_order_relaxed)) {
		fd = bln_disk_open_beneath(&local->disk, root, path, flags);
		if (fd >= 0 || !is_missing_call(errno))
			return fd;
		atomic_store(&local->has_no_beneath, true);
	}
	return walk(local, root, path, flags);
}

size_t bln_local_parent_length(const char *key, size_t length)
{
	while (length > 0 && key[length - 1] != '/')
		length--;
	return length > 0 ? length - 1 : 0;
}

enum bln_status bln_local_sync_fd(struct bln_local *local, int fd, const char *key, struct bln_err *err)
{
	/* Some network and FUSE file systems have nothing to fsync in a folder, and say EINVAL. */
	if (bln_disk_sync(&local->disk, fd) != 0 && errno != EINVAL)
		return bln_local_fail(local, err, errno, "fsync the folder of", key);
	return BLN_OK;
}

enum bln_status bln_local_sync_folder(struct bln_local *local, const char *key, size_t length, struct bln_err *err)
{
	int fd = bln_local_open_at(local, key, length, O_RDONLY | O_DIRECTORY);
	enum bln_status status;

	if (fd < 0)
		return bln_local_fail(local, err, errno, "fsync the folder of", key);
	status = bln_local_sync_fd(local, fd, key, err);
	close(fd);
	return status;
}

enum bln_status bln_local_sync_new(struct bln_local *local, const char *key, size_t length, size_t made_behind,
				   struct bln_err *err)
{
	while (length > made_behind) {
		enum bln_status status;

		length = bln_local_parent_length(key, length);
		status = bln_local_sync_folder(local, key, length, err);
		if (status != BLN_OK)
			return status;
	}
	return BLN_OK;
}

/* Makes the folder PATH, NAME in PARENT, if need be, and fsyncs it in there; 0 or errno. */
static int root_step(struct bln_local *local, const char *parent, const char *path, const char *name)
{
	int fd = bln_disk_open(&local->disk, path, O_PATH | O_DIRECTORY);
	int code = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (code != ENOENT)
		return code;
	fd = bln_disk_open(&local->disk, parent, O_RDONLY | O_DIRECTORY);
	code = fd < 0 ? errno : 0;
	/* Made by another at this very moment counts as ours: its fsync may yet be to come. */
	if (code == 0 && bln_disk_make_dir(&local->disk, fd, name) != 0 && errno != EEXIST)
		code = errno;
	if (code == 0 && bln_disk_sync(&local->disk, fd) != 0 && errno != EINVAL)
		code = errno;
	if (fd >= 0)
		close(fd);
	return code;
}

/* mkdir -p. Links on the way to the root are the user's own and are followed. */
static enum bln_status root_make(struct bln_local *local, struct bln_err *err)
{
	char parent[PATH_MAX] = "/";
	char path[PATH_MAX];
	size_t length = strlen(local->root);
	int code = 0;

	for (size_t at = 0; at < length && code == 0;) {
		size_t end = at + 1 + strcspn(local->root + at + 1, "/");

		memcpy(path, local->root, end);
		path[end] = '\0';
		code = root_step(local, parent, path, path + at + 1);
		memcpy(parent, path, end + 1);
		at = end;
	}
	if (code == 0 && bln_local_root(local) < 0)
		code = errno;
	return code == 0 ? BLN_OK : bln_local_fail(local, err, code, "make the directory", "");
}

enum bln_status bln_local_make_folder(struct bln_local *local, const char *key, size_t length, size_t *made_behind,
				      struct bln_err *err)
{
	char path[BLN_KEY_MAX + 1];
	int root = bln_local_root(local);
	enum bln_status status = BLN_OK;
	int dir;

	if (root < 0 && errno == ENOENT) {
		status = root_make(local, err);
		if (status != BLN_OK)
			return status;
		root = bln_local_root(local);
	}
	if (root < 0)
		return bln_local_fail(local, err, errno, "open", "");
	*made_behind = length;
	memcpy(path, key, length);
	path[length] = '\0';
	dir = root;
	for (char *name = path, *slash; status == BLN_OK && length > 0; name = slash + 1) {
		int fd;

		slash = strchr(name, '/');
		if (slash)
			*slash = '\0';
		fd = step(local, dir, name, O_PATH | O_DIRECTORY);
		if (fd < 0 && errno == ENOENT) {
			/* Made by another at this very moment counts as ours: its fsync may yet be to come. */
			if (*made_behind == length)
				*made_behind = name > path ? (size_t)(name - path) - 1 : 0;
			if (bln_disk_make_dir(&local->disk, dir, name) == 0 || errno == EEXIST)
				fd = step(local, dir, name, O_PATH | O_DIRECTORY);
		}
		if (fd < 0)
			status = bln_local_fail(local, err, errno, "make the folder of", key);
		if (dir != root)
			close(dir);
		dir = fd;
		if (!slash)
			break;
	}
	if (dir >= 0 && dir != root)
		close(dir);
	return status;
}
