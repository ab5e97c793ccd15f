/* Reading objects: a file that is open stays as it is, whatever takes its name later. */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"

struct reader {
	struct bln_store_reader reader;
	int fd;
	int64_t offset;
	char key[]; /* for errors */
};

static enum bln_status not_found(const struct bln_local *local, struct bln_err *err, const char *key)
{
	return bln_local_fail(local, err, ENOENT, "read", key);
}

/* Only regular files are objects; a folder, or a file where the key has a folder, is no such object. O_NONBLOCK: opening a
 * pipe must not wait for its writer (with O_PATH nothing is opened, and openat2 takes no other flag then). */
static enum bln_status object_open(struct bln_local *local, const char *key, int flags, int *fd, struct stat *stat,
				   struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	*stat = (struct stat){ 0 };
	*fd = bln_local_open_at(local, key, strlen(key), flags & O_PATH ? flags : flags | O_NONBLOCK);
	if (*fd < 0)
		return errno == ENOTDIR || errno == ENXIO ? not_found(local, err, key)
							  : bln_local_fail(local, err, errno, "read", key);
	if (bln_disk_stat(&local->disk, *fd, stat) != 0)
		status = bln_local_fail(local, err, errno, "read", key);
	else if (S_ISLNK(stat->st_mode)) /* what O_PATH opened where links are walked around */
		status = bln_local_fail(local, err, ELOOP, "read", key);
	else if (!S_ISREG(stat->st_mode))
		status = not_found(local, err, key);
	if (status != BLN_OK)
		close(*fd);
	return status;
}

int64_t bln_local_modified_us(const struct stat *stat)
{
	return (int64_t)stat->st_mtim.tv_sec * 1000000 + stat->st_mtim.tv_nsec / 1000;
}

/* *GOT < LENGTH only at the end. */
static enum bln_status read_fully(struct bln_local *local, const char *key, int fd, int64_t offset, char *buffer,
				  size_t length, size_t *got, struct bln_err *err)
{
	size_t done = 0;

	while (done < length) {
		ssize_t more = bln_disk_read(&local->disk, fd, buffer + done, length - done, offset + (int64_t)done);

		if (more < 0)
			return bln_local_fail(local, err, errno, "read", key);
		if (more == 0)
			break;
		done += (size_t)more;
	}
	*got = done;
	return BLN_OK;
}

enum bln_status bln_local_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
			      struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	enum bln_status status;
	struct stat stat;
	size_t size;
	int fd;

	status = object_open(local, key, O_RDONLY, &fd, &stat, err);
	if (status != BLN_OK)
		return status;
	if ((uint64_t)stat.st_size > size_max)
		BLN_TRY(bln_err_set(err, BLN_CORRUPT, "%s/%s has %" PRId64 " bytes, more than the %zu that it may have",
				    local->root, bln_quote(key, strlen(key)).text, (int64_t)stat.st_size, size_max));
	size = (size_t)stat.st_size;
	if (bytes->capacity < size + 1) {
		char *block = bln_mem_realloc(bytes->at, size + 1);

		if (!block)
			BLN_TRY(bln_err_memory(err));
		bytes->at = block;
		bytes->capacity = size + 1;
	}
	BLN_TRY(read_fully(local, key, fd, 0, bytes->at, size, &bytes->length, err));
	bytes->at[bytes->length] = '\0';
	if (bytes->length < size)
		status = bln_err_set(err, BLN_IO, "%s/%s was cut short while it was read", local->root,
				     bln_quote(key, strlen(key)).text);
done:
	close(fd);
	return status;
}

enum bln_status bln_local_get_range(struct bln_store *store, const char *key, int64_t offset, void *buffer,
				    size_t length, size_t *got, struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	enum bln_status status;
	struct stat stat;
	int fd;

	status = object_open(local, key, O_RDONLY, &fd, &stat, err);
	if (status != BLN_OK)
		return status;
	status = read_fully(local, key, fd, offset, buffer, length, got, err);
	close(fd);
	return status;
}

enum bln_status bln_local_head(struct bln_store *store, const char *key, struct bln_object_head *head,
			       struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	enum bln_status status;
	struct stat stat;
	long generation = 0;
	int fd;

	status = object_open(local, key, O_RDONLY, &fd, &stat, err);
	if (status != BLN_OK)
		return status;
	if (ioctl(fd, FS_IOC_GETVERSION, &generation) != 0)
		generation = 0; /* a file system that has none does not use inodes again so soon */
	close(fd);
	*head = (struct bln_object_head){
		.size_bytes = (int64_t)stat.st_size,
		.modified_us = bln_local_modified_us(&stat),
	};
	/* We never change an object in place: another content is another inode. Its number may be used again within one tick
	 * of the clock of file times, but then with another generation. */
	snprintf(head->etag, sizeof(head->etag), "%" PRIx64 ".%lx-%" PRIx64 ".%lx-%" PRIx64, (uint64_t)stat.st_ino,
		 (unsigned long)generation, (uint64_t)stat.st_mtim.tv_sec, (unsigned long)stat.st_mtim.tv_nsec,
		 (uint64_t)stat.st_size);
	return BLN_OK;
}

enum bln_status bln_local_reader_open(struct bln_store *store, const char *key, struct bln_store_reader **reader,
				      struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	size_t length = strlen(key);
	struct reader *opened = bln_mem_alloc(sizeof(*opened) + length + 1);
	enum bln_status status;
	struct stat stat;

	if (!opened)
		return bln_err_memory(err);
	status = object_open(local, key, O_RDONLY, &opened->fd, &stat, err);
	if (status != BLN_OK) {
		bln_mem_free(opened);
		return status;
	}
	opened->reader.store = store;
	opened->offset = 0;
	memcpy(opened->key, key, length + 1);
	*reader = &opened->reader;
	return BLN_OK;
}

enum bln_status bln_local_reader_read(struct bln_store_reader *reader, void *buffer, size_t size, size_t *got,
				      struct bln_err *err)
{
	struct reader *self = (struct reader *)reader;
	struct bln_local *local = bln_local_of(reader->store);
	ssize_t more = bln_disk_read(&local->disk, self->fd, buffer, size, self->offset);

	if (more < 0)
		return bln_local_fail(local, err, errno, "read", self->key);
	self->offset += more;
	*got = (size_t)more;
	return BLN_OK;
}

void bln_local_reader_close(struct bln_store_reader *reader)
{
	struct reader *self = (struct reader *)reader;

	close(self->fd);
	bln_mem_free(self);
}

enum bln_status bln_local_path(struct bln_store *store, const char *key, struct bln_text *path, struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	enum bln_status status;
	struct stat stat;
	int fd;

	status = object_open(local, key, O_PATH, &fd, &stat, err);
	if (status != BLN_OK)
		return status;
	close(fd);
	bln_text_add(path, local->root);
	bln_text_add(path, "/");
	bln_text_add(path, key);
	return bln_text_check(path, err);
}
