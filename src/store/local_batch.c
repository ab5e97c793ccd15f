/* Many objects at once: what costs is fsync, so each file and each folder gets one, several at a time. */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"

/* A folder that must be fsynced: the first LENGTH bytes of KEY. */
struct folder {
	const char *key;
	size_t length;
};

struct folders {
	struct folder *items;
	size_t count;
	size_t capacity;
};

struct batch {
	struct bln_local *local;
	const struct bln_staged_file *files;
	struct folders folders;
};

static enum bln_status folders_add(struct folders *folders, const char *key, size_t length, struct bln_err *err)
{
	if (!bln_mem_grow(&folders->items, folders->count, &folders->capacity, sizeof(*folders->items)))
		return bln_err_memory(err);
	folders->items[folders->count++] = (struct folder){ key, length };
	return BLN_OK;
}

static int folder_compare(const void *a, const void *b)
{
	const struct folder *x = a;
	const struct folder *y = b;
	size_t shorter = x->length < y->length ? x->length : y->length;
	int order = shorter > 0 ? memcmp(x->key, y->key, shorter) : 0;

	return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

/* Sorted, each once. */
static void folders_unite(struct folders *folders)
{
	size_t count = 0;

	if (folders->count == 0)
		return;
	qsort(folders->items, folders->count, sizeof(*folders->items), folder_compare);
	for (size_t i = 1; i < folders->count; i++)
		if (folder_compare(&folders->items[count], &folders->items[i]) != 0)
			folders->items[++count] = folders->items[i];
	folders->count = count + 1;
}

/* Makes the folders there are, and adds the parents that got new ones. */
static enum bln_status folders_make(struct bln_local *local, struct folders *folders, struct bln_err *err)
{
	size_t count = folders->count;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count && status == BLN_OK; i++) {
		struct folder folder = folders->items[i];
		size_t made_behind;

		status = bln_local_make_folder(local, folder.key, folder.length, &made_behind, err);
		while (status == BLN_OK && folder.length > made_behind) {
			folder.length = bln_local_parent_length(folder.key, folder.length);
			status = folders_add(folders, folder.key, folder.length, err);
		}
	}
	folders_unite(folders);
	return status;
}

static enum bln_status staged_fail(struct bln_err *err, int code, const struct bln_staged_file *file)
{
	return bln_err_errno(err, code, "cannot move the staged file %s into the store", file->path);
}

/* Over the border of a file system: what rename does is done by copying. 0 or errno. */
static int copy(struct bln_local *local, int from, int64_t size, int dir, const char *name)
{
	char temp[BLN_LOCAL_TEMP_SIZE];
	int fd = bln_local_temp_create(local, dir, temp);
	int code = fd < 0 ? errno : 0;

	while (code == 0 && size > 0) {
		ssize_t done = bln_disk_copy(&local->disk, fd, from, (size_t)size);

		if (done < 0)
			code = errno;
		else if (done == 0)
			code = EIO; /* it became shorter: somebody writes to it */
		else
			size -= done;
	}
	if (code == 0 && bln_disk_sync(&local->disk, fd) != 0)
		code = errno;
	if (fd >= 0 && close(fd) != 0 && code == 0 && errno != EINTR)
		code = errno;
	if (code == 0 && bln_disk_rename(&local->disk, dir, temp, dir, name) != 0)
		code = errno;
	if (code != 0 && fd >= 0)
		(void)bln_disk_unlink(&local->disk, dir, temp);
	return code;
}

/* DIR is the folder of the file's key, FROM the staged file. */
static enum bln_status file_move(struct bln_local *local, const struct bln_staged_file *file, int from, int dir,
				 struct bln_err *err)
{
	size_t folder = bln_key_folder_length(file->key);
	const char *name = folder > 0 ? file->key + folder + 1 : file->key;
	struct stat stat;
	struct stat dir_stat;
	int code;

	if (bln_disk_stat(&local->disk, from, &stat) != 0 || bln_disk_stat(&local->disk, dir, &dir_stat) != 0)
		return staged_fail(err, errno, file);
	if (!S_ISREG(stat.st_mode))
		return bln_err_set(err, BLN_INVALID, "the staged file %s is not a regular file", file->path);
	if (stat.st_dev == dir_stat.st_dev) {
		if (bln_disk_sync(&local->disk, from) != 0)
			return staged_fail(err, errno, file);
		if (bln_disk_rename(&local->disk, AT_FDCWD, file->path, dir, name) == 0)
			return BLN_OK;
		if (errno != EXDEV) /* two mounts of one file system */
			return bln_local_fail(local, err, errno, "write", file->key);
	}
	code = copy(local, from, (int64_t)stat.st_size, dir, name);
	if (code != 0)
		return bln_local_fail(local, err, code, "write", file->key);
	if (bln_disk_unlink(&local->disk, AT_FDCWD, file->path) != 0)
		return staged_fail(err, errno, file);
	return BLN_OK;
}

static enum bln_status move_one(void *context, size_t index, struct bln_err *err)
{
	const struct batch *batch = context;
	const struct bln_staged_file *file = &batch->files[index];
	struct bln_local *local = batch->local;
	size_t folder = bln_key_folder_length(file->key);
	enum bln_status status = BLN_OK;
	int from = bln_disk_open(&local->disk, file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	int dir = -1;

	if (from < 0) {
		status = staged_fail(err, errno, file);
	} else {
		dir = bln_local_open_at(local, file->key, folder, O_RDONLY | O_DIRECTORY);
		status = dir < 0 ? bln_local_fail(local, err, errno, "write", file->key)
				 : file_move(local, file, from, dir, err);
	}
	if (dir >= 0)
		close(dir);
	if (from >= 0)
		close(from);
	return status;
}

static enum bln_status sync_one(void *context, size_t index, struct bln_err *err)
{
	const struct batch *batch = context;
	const struct folder *folder = &batch->folders.items[index];

	return bln_local_sync_folder(batch->local, folder->key, folder->length, err);
}

enum bln_status bln_local_put_files(struct bln_store *store, const struct bln_staged_file *files, size_t count,
				    struct bln_err *err)
{
	struct batch batch = { .local = bln_local_of(store), .files = files };
	const int threads = batch.local->threads;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count; i++)
		BLN_TRY(folders_add(&batch.folders, files[i].key, bln_key_folder_length(files[i].key), err));
	folders_unite(&batch.folders);
	BLN_TRY(folders_make(batch.local, &batch.folders, err));
	BLN_TRY(bln_parallel_run(count, threads, move_one, &batch, err));
	BLN_TRY(bln_parallel_run(batch.folders.count, threads, sync_one, &batch, err));
done:
	bln_mem_free(batch.folders.items);
	return status;
}

enum bln_status bln_local_delete_many(struct bln_store *store, const char *const *keys, size_t count,
				      struct bln_err *err)
{
	struct batch batch = { .local = bln_local_of(store) };
	struct bln_local *local = batch.local;
	enum bln_status first = BLN_OK;
	enum bln_status status = BLN_OK;

	for (size_t i = 0; i < count; i++) {
		size_t folder = bln_key_folder_length(keys[i]);
		const char *name = folder > 0 ? keys[i] + folder + 1 : keys[i];
		int dir = bln_local_open_at(local, keys[i], folder, O_RDONLY | O_DIRECTORY);
		int code = dir < 0 || bln_disk_unlink(&local->disk, dir, name) != 0 ? errno : 0;
		enum bln_status one = BLN_OK;

		if (dir >= 0)
			close(dir);
		if (code == 0)
			one = folders_add(&batch.folders, keys[i], folder, first == BLN_OK ? err : NULL);
		else if (code != ENOENT && code != ENOTDIR && code != EISDIR) /* no such object: fine */
			one = bln_local_fail(local, first == BLN_OK ? err : NULL, code, "delete", keys[i]);
		if (first == BLN_OK)
			first = one;
	}
	folders_unite(&batch.folders);
	status = bln_parallel_run(batch.folders.count, local->threads, sync_one, &batch, first == BLN_OK ? err : NULL);
	bln_mem_free(batch.folders.items);
	return first != BLN_OK ? first : status;
}
