/* One object: written under a hidden name, fsynced, given its name in one step, the folder fsynced. */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Gives the file FROM of the folder DIR the name TO; 0 or errno. FROM is gone afterwards. */
typedef int publisher(struct bln_local *local, int dir, const char *from, const char *to);

static int publish_replacing(struct bln_local *local, int dir, const char *from, const char *to)
{
	return bln_disk_rename(&local->disk, dir, from, dir, to) == 0 ? 0 : errno;
}

/* link() for file systems without RENAME_NOREPLACE (NFS, some of FUSE). An answer lost on the way makes an NFS client ask
 * again and be told EEXIST about its own link: two names of our file mean that we were the one. */
static int publish_link(struct bln_local *local, int dir, const char *from, const char *to)
{
	int code = bln_disk_link(&local->disk, dir, from, to) == 0 ? 0 : errno;
	struct stat stat;

	if (code == EEXIST && bln_disk_stat_at(&local->disk, dir, from, &stat) == 0 && stat.st_nlink == 2)
		code = 0;
	if (code == 0)
		(void)bln_disk_unlink(&local->disk, dir, from); /* else a sweep does it: the object is there */
	return code;
}

static bool is_missing_call(int code)
{
	return code == EINVAL || code == ENOSYS || code == EOPNOTSUPP || code == EPERM;
}

static int publish_absent(struct bln_local *local, int dir, const char *from, const char *to)
{
	int code = bln_disk_rename_absent(&local->disk, dir, from, to) == 0 ? 0 : errno;
	int link_code;

	if (!is_missing_call(code))
		return code;
	link_code = publish_link(local, dir, from, to);
	return is_missing_call(link_code) ? code : link_code;
}

/* 0 or errno. */
static int write_fully(struct bln_local *local, int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t done = bln_disk_write(&local->disk, fd, bytes, length > SSIZE_MAX ? SSIZE_MAX : length);

		if (done < 0)
			return errno;
		bytes += done;
		length -= (size_t)done;
	}
	return 0;
}

/* Opens the folder of KEY to write in, made and fsynced in its parents if need be. */
static enum bln_status folder_open(struct bln_local *local, const char *key, int *dir, struct bln_err *err)
{
	size_t length = bln_key_folder_length(key);
	size_t made_behind;
	enum bln_status status;

	*dir = bln_local_open_at(local, key, length, O_RDONLY | O_DIRECTORY);
	if (*dir >= 0)
		return BLN_OK;
	if (errno != ENOENT)
		return bln_local_fail(local, err, errno, "write", key);
	status = bln_local_make_folder(local, key, length, &made_behind, err);
	if (status == BLN_OK)
		status = bln_local_sync_new(local, key, length, made_behind, err);
	if (status != BLN_OK)
		return status;
	*dir = bln_local_open_at(local, key, length, O_RDONLY | O_DIRECTORY);
	return *dir >= 0 ? BLN_OK : bln_local_fail(local, err, errno, "write", key);
}

static const char *key_name(const char *key)
{
	size_t length = bln_key_folder_length(key);

	return length > 0 ? key + length + 1 : key;
}

static enum bln_status write_object(struct bln_local *local, const char *key, const void *bytes, size_t length, int dir,
				    publisher *publish, struct bln_err *err)
{
	char temp[BLN_LOCAL_TEMP_SIZE];
	int fd = bln_local_temp_create(local, dir, temp);
	int code = fd < 0 ? errno : write_fully(local, fd, bytes, length);

	if (code == 0 && bln_disk_sync(&local->disk, fd) != 0)
		code = errno;
	if (fd >= 0 && close(fd) != 0 && code == 0 && errno != EINTR)
		code = errno; /* network file systems may say only here that the disk was full */
	if (code == 0)
		code = publish(local, dir, temp, key_name(key));
	if (code == 0)
		return bln_local_sync_fd(local, dir, key, err);
	if (fd >= 0)
		(void)bln_disk_unlink(&local->disk, dir, temp);
	return bln_local_fail(local, err, code, "write", key);
}

static enum bln_status put(struct bln_local *local, const char *key, const void *bytes, size_t length,
			   publisher *publish, struct bln_err *err)
{
	enum bln_status status;
	int dir;

	status = folder_open(local, key, &dir, err);
	if (status != BLN_OK)
		return status;
	status = write_object(local, key, bytes, length, dir, publish, err);
	close(dir);
	return status;
}

enum bln_status bln_local_put(struct bln_store *store, const char *key, const void *bytes, size_t length,
			      struct bln_err *err)
{
	return put(bln_local_of(store), key, bytes, length, publish_replacing, err);
}

enum bln_status bln_local_put_if_absent(struct bln_store *store, const char *key, const void *bytes, size_t length,
					struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	struct stat stat;
	enum bln_status status;
	int dir;

	status = folder_open(local, key, &dir, err);
	if (status != BLN_OK)
		return status;
	/* A race that is lost already need not be paid for; who wins a running one is decided by publish_absent. */
	if (bln_disk_stat_at(&local->disk, dir, key_name(key), &stat) == 0)
		status = bln_local_fail(local, err,
					S_ISDIR(stat.st_mode)	? EISDIR
					: S_ISLNK(stat.st_mode) ? ELOOP
								: EEXIST,
					"write", key);
	else
		status = write_object(local, key, bytes, length, dir, publish_absent, err);
	close(dir);
	return status;
}

enum bln_status bln_local_put_torn(struct bln_store *store, const char *key, const void *bytes, size_t length,
				   struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	char temp[BLN_LOCAL_TEMP_SIZE];
	enum bln_status status;
	int dir;
	int fd;
	int code;

	status = folder_open(local, key, &dir, err);
	if (status != BLN_OK)
		return status;
	fd = bln_local_temp_create(local, dir, temp);
	code = fd < 0 ? errno : write_fully(local, fd, bytes, length / 2);
	if (fd >= 0)
		close(fd);
	close(dir);
	return code == 0 ? BLN_OK : bln_local_fail(local, err, code, "write", key);
}
