#include "job/work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uuid.h"

#define WORK_FOLDER ".bullion/work"
#define LOCK_NAME "lock"

enum { DEPTH_MAX = 8, TAKES_MAX = 8 };

/* Removes the folder NAME below DIR, with what is in it, following no link. KEPT, if not NULL, goes last and only when nothing
 * else is left. */
static void tree_remove(int dir, const char *name, const char *kept, int depth)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool is_empty = true;

	if (!entries && fd >= 0)
		close(fd);
	while (entries && (entry = readdir(entries))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    (kept && strcmp(entry->d_name, kept) == 0))
			continue;
		if (unlinkat(dirfd(entries), entry->d_name, 0) != 0 && (errno == EISDIR || errno == EPERM) && depth > 0)
			tree_remove(dirfd(entries), entry->d_name, NULL, depth - 1);
		is_empty = is_empty && faccessat(dirfd(entries), entry->d_name, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
	}
	if (entries && kept && is_empty)
		(void)unlinkat(dirfd(entries), kept, 0);
	if (entries)
		closedir(entries);
	(void)unlinkat(dir, name, AT_REMOVEDIR);
}

/* Removes the folders whose lock nobody holds, and empty ones: their owner died before there was a lock. One that lives makes
 * another. */
static void dead_remove(int dir)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;

	if (!entries && copy >= 0)
		close(copy);
	while (entries && (entry = readdir(entries))) {
		int folder;
		int lock;

		if (entry->d_name[0] == '.' || unlinkat(dir, entry->d_name, AT_REMOVEDIR) == 0)
			continue;
		folder = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		lock = folder >= 0 ? openat(folder, LOCK_NAME, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
		if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
			tree_remove(dir, entry->d_name, LOCK_NAME, DEPTH_MAX);
		if (lock >= 0)
			close(lock);
		if (folder >= 0)
			close(folder);
	}
	if (entries)
		closedir(entries);
}

static enum bln_status folder_make(const char *path, struct bln_err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return BLN_OK;
	return bln_err_errno(err, errno, "cannot make the folder %s", path);
}

/* Makes WORK's folder and takes its lock. BLN_EXISTS where another process took the folder for a dead one's, in the moment
 * before it was locked. After a failure nothing of it is there. */
static enum bln_status folder_take(struct bln_job_work *work, const char *all, struct bln_random *random,
				   struct bln_arena *arena, struct bln_err *err)
{
	char uuid[BLN_UUID_TEXT_SIZE];
	enum bln_status status;
	struct stat stat;
	char *lock;

	bln_uuid_make(random, uuid);
	work->path = bln_arena_printf(arena, "%s/%s", all, uuid);
	work->spill = bln_arena_printf(arena, "%s/%s/spill", all, uuid);
	lock = bln_arena_printf(arena, "%s/%s/" LOCK_NAME, all, uuid);
	if (!work->path || !work->spill || !lock)
		return bln_err_memory(err);
	BLN_TRY(folder_make(work->path, err));
	work->lock_fd = open(lock, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (work->lock_fd < 0) {
		status = errno == ENOENT ? bln_err_set(err, BLN_EXISTS, "%s was taken away", work->path)
					 : bln_err_errno(err, errno, "cannot make %s", lock);
		(void)rmdir(work->path);
		goto done;
	}
	if (flock(work->lock_fd, LOCK_EX | LOCK_NB) != 0 || fstat(work->lock_fd, &stat) != 0 || stat.st_nlink == 0) {
		close(work->lock_fd);
		work->lock_fd = -1;
		return bln_err_set(err, BLN_EXISTS, "%s was taken away", lock);
	}
	BLN_TRY(folder_make(work->spill, err));
done:
	return status;
}

enum bln_status bln_work_open(const char *project_folder, struct bln_random *random, struct bln_arena *arena,
			      struct bln_job_work **out, struct bln_err *err)
{
	char *state = bln_arena_printf(arena, "%s/.bullion", project_folder);
	char *all = bln_arena_printf(arena, "%s/" WORK_FOLDER, project_folder);
	enum bln_status status;

	if (!state || !all)
		return bln_err_memory(err);
	BLN_TRY(folder_make(state, err));
	BLN_TRY(bln_work_open_in(all, random, arena, out, err));
done:
	return status;
}

enum bln_status bln_work_open_in(const char *folder, struct bln_random *random, struct bln_arena *arena,
				 struct bln_job_work **out, struct bln_err *err)
{
	struct bln_job_work *work = bln_arena_calloc(arena, 1, sizeof(*work));
	enum bln_status status;
	int dir = -1;

	if (!work)
		return bln_err_memory(err);
	work->lock_fd = -1;
	BLN_TRY(folder_make(folder, err));
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		status = bln_err_errno(err, errno, "cannot open the folder %s", folder);
		goto done;
	}
	dead_remove(dir);
	for (int i = 0; i < TAKES_MAX; i++) {
		status = folder_take(work, folder, random, arena, err);
		if (status != BLN_EXISTS)
			break;
	}
	if (status == BLN_OK)
		*out = work;
done:
	if (dir >= 0)
		close(dir);
	if (status != BLN_OK)
		bln_work_close(work);
	return status;
}

enum bln_status bln_work_part(struct bln_job_work *work, struct bln_arena *arena, const char **path,
			      struct bln_err *err)
{
	char *part = bln_arena_printf(arena, "%s/%d", work->path, work->part++);
	enum bln_status status;

	if (!part)
		return bln_err_memory(err);
	status = folder_make(part, err);
	if (status == BLN_OK)
		*path = part;
	return status;
}

void bln_work_close(struct bln_job_work *work)
{
	if (!work)
		return;
	if (work->path && work->lock_fd >= 0)
		tree_remove(AT_FDCWD, work->path, LOCK_NAME, DEPTH_MAX);
	if (work->lock_fd >= 0)
		close(work->lock_fd);
	work->lock_fd = -1;
}
