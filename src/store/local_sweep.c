/* Removing what writers left that died in the middle. */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Folders lie at most BLN_KEY_MAX / 2 deep in each other, so that recursion is bounded; it keeps this much a level. */
enum { NAMES_SIZE = 2048 };

struct sweep {
	struct bln_local *local;
	int64_t before_us;
	int64_t removed;
	struct bln_err *err;
	char path[BLN_KEY_MAX + 1]; /* of the folder at hand */
};

static enum bln_status temp_sweep(struct sweep *sweep, int dir, const char *name)
{
	struct bln_local *local = sweep->local;
	struct stat stat;

	if (bln_disk_stat_at(&local->disk, dir, name, &stat) != 0)
		return errno == ENOENT ? BLN_OK : bln_local_fail(local, sweep->err, errno, "sweep", sweep->path);
	if (!bln_local_temp_is_left(local, name, bln_local_modified_us(&stat), sweep->before_us))
		return BLN_OK;
	if (bln_disk_unlink(&local->disk, dir, name) == 0)
		sweep->removed++;
	else if (errno != ENOENT) /* another sweep was here */
		return bln_local_fail(local, sweep->err, errno, "sweep", sweep->path);
	return BLN_OK;
}

/* Sweeps the folder DIR whose path is the first LENGTH bytes of SWEEP's, with the folders in it whose names begin with
 * PREFIX. Which key a hidden file was for cannot be seen: those of this folder all go. */
static enum bln_status folder_sweep(struct sweep *sweep, int dir, size_t length, const char *prefix)
{
	char buffer[NAMES_SIZE] __attribute__((aligned(8)));
	struct bln_local_entries entries = { sweep->local, dir, buffer, sizeof(buffer), 0, 0 };
	enum bln_status status = BLN_OK;
	enum bln_local_kind kind;
	const char *name;
	int more;

	while (status == BLN_OK && (more = bln_local_entries_next(&entries, &name, &kind)) > 0) {
		size_t name_length = strlen(name);
		size_t slash = length > 0;
		int fd;

		if (kind == BLN_LOCAL_TEMP)
			status = temp_sweep(sweep, dir, name);
		if (kind != BLN_LOCAL_FOLDER || strncmp(name, prefix, strlen(prefix)) != 0 ||
		    length + slash + name_length >= BLN_KEY_MAX)
			continue;
		if (slash)
			sweep->path[length] = '/';
		memcpy(sweep->path + length + slash, name, name_length + 1);
		fd = bln_disk_open_step(&sweep->local->disk, dir, name, O_RDONLY | O_DIRECTORY);
		if (fd >= 0) {
			status = folder_sweep(sweep, fd, length + slash + name_length, "");
			close(fd);
		} else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) { /* it was a folder just now */
			status = bln_local_fail(sweep->local, sweep->err, errno, "sweep", sweep->path);
		}
		sweep->path[length] = '\0';
	}
	if (status == BLN_OK && more < 0)
		status = bln_local_fail(sweep->local, sweep->err, errno, "sweep", sweep->path);
	return status;
}

enum bln_status bln_local_sweep(struct bln_store *store, const char *prefix, int64_t before_us, int64_t *removed,
				struct bln_err *err)
{
	struct sweep sweep = { .local = bln_local_of(store), .before_us = before_us, .err = err };
	size_t length = bln_key_folder_length(prefix);
	enum bln_status status;
	int fd = bln_local_open_at(sweep.local, prefix, length, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? BLN_OK
							   : bln_local_fail(sweep.local, err, errno, "sweep", prefix);
	memcpy(sweep.path, prefix, length);
	status = folder_sweep(&sweep, fd, length, prefix + length + (prefix[length] == '/'));
	close(fd);
	*removed += sweep.removed;
	return status;
}
