#include "source/kraken_archive/content.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum bln_status kraken_content_where(const struct kraken_content *content, enum bln_status status, struct bln_err *err)
{
	return status == BLN_OK || status == BLN_NO_MEMORY ? status
							   : bln_err_where(err, status, "%s", content->file->path);
}

/* The file at its path must still be the one that was listed, as far as its size, time and inode tell. */
static enum bln_status unchanged_check(const struct kraken_content *content, struct bln_err *err)
{
	const struct bln_fingerprint *listed = &content->file->fingerprint;
	const int flags = content->file->is_link ? 0 : AT_SYMLINK_NOFOLLOW;
	struct stat now;

	if ((content->fd >= 0 ? fstat(content->fd, &now) : fstatat(AT_FDCWD, content->file->path, &now, flags)) != 0)
		return bln_err_errno(err, errno, "cannot look at it");
	if (!S_ISREG(now.st_mode) || now.st_size != listed->size_bytes || now.st_ino != listed->inode ||
	    now.st_mtim.tv_sec * INT64_C(1000000000) + now.st_mtim.tv_nsec != listed->mtime_ns)
		return bln_err_set(err, BLN_CONFLICT,
				   "it was changed after it was listed; run again once it is complete");
	return BLN_OK;
}

enum bln_status kraken_content_open(struct kraken_content *content, struct kraken_source *source,
				    const struct kraken_item *item, struct bln_err *err)
{
	const struct kraken_file *file = &source->files[item->file];
	const int64_t bytes_max = source->values->file_max_bytes;
	enum bln_status status;

	*content = (struct kraken_content){ .source = source, .item = item, .file = file, .fd = -1 };
	if (!file->zip) {
		content->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (file->is_link ? 0 : O_NOFOLLOW));
		if (content->fd < 0)
			return bln_err_errno(err, errno, "%s: cannot open it", file->path);
	}
	BLN_TRY(unchanged_check(content, err));
	if (file->zip)
		status = bln_zip_stream_open(file->zip, item->zip_index, bytes_max, &content->stream, err);
	else if (item->content_bytes > bytes_max)
		status = bln_err_set(err, BLN_INVALID,
				     "it has %" PRId64 " bytes; more than %" PRId64 " are not read (max_file)",
				     item->content_bytes, bytes_max);
	else
		posix_fadvise(content->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
done:
	if (status != BLN_OK)
		kraken_content_close(content);
	return kraken_content_where(content, status, err);
}

static enum bln_status file_read(struct kraken_content *content, char *bytes, size_t size, size_t *got,
				 struct bln_err *err)
{
	const int64_t left = content->item->content_bytes - content->at;
	const size_t wanted = (int64_t)size < left ? size : (size_t)left;

	while (*got < wanted) {
		ssize_t more = pread(content->fd, bytes + *got, wanted - *got, (off_t)(content->at + (int64_t)*got));

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return bln_err_errno(err, errno, "cannot read it");
		if (more == 0)
			break;
		*got += (size_t)more;
	}
	atomic_fetch_add_explicit(&content->source->bytes_read, (int64_t)*got, memory_order_relaxed);
	content->at += (int64_t)*got;
	return *got < wanted || content->at == content->item->content_bytes ? unchanged_check(content, err) : BLN_OK;
}

enum bln_status kraken_content_read(struct kraken_content *content, char *bytes, size_t size, size_t *got,
				    struct bln_err *err)
{
	enum bln_status status;

	*got = 0;
	status = content->stream ? bln_zip_read(content->stream, bytes, size, got, err)
				 : file_read(content, bytes, size, got, err);
	return kraken_content_where(content, status, err);
}

void kraken_content_close(struct kraken_content *content)
{
	bln_zip_stream_close(content->stream);
	if (content->fd >= 0)
		close(content->fd);
	content->stream = NULL;
	content->fd = -1;
}
