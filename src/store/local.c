/* Opening and closing, and what the errors of the disk mean to a user. */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/percent.h"

/* What to do about it. Where it differs from what bln_err_errno makes of a code, also what it is. */
static const struct advice {
	int code;
	enum bln_status status; /* BLN_OK: as bln_err_errno says */
	const char *text;
} advices[] = {
	{ ENOSPC, BLN_OK, "free some space on that disk, then try again" },
	{ EDQUOT, BLN_OK, "free some space or ask for a larger quota, then try again" },
	{ EFBIG, BLN_OK, "raise the limit on file sizes (ulimit -f), or use another file system" },
	{ EIO, BLN_OK, "check the disk (dmesg), then try again" },
	{ EROFS, BLN_OK, "mount it writable, or use another directory" },
	{ EACCES, BLN_OK, "give this user the right to do so, or use another directory" },
	{ EPERM, BLN_OK, "give this user the right to do so, or use another directory" },
	{ EMFILE, BLN_OK, "raise the limit on open files (ulimit -n)" },
	{ ENFILE, BLN_OK, "the system has too many open files" },
	{ ELOOP, BLN_DENIED, "it is or lies behind a symbolic link; below its root a store follows none" },
	{ EISDIR, BLN_INVALID, "a folder has that name: choose another" },
	{ ENOTEMPTY, BLN_INVALID, "a folder has that name: choose another" },
	{ ENOTDIR, BLN_INVALID, "an object has the name of a folder on the way: choose another" },
	{ ENAMETOOLONG, BLN_INVALID, "that file system takes only shorter names" },
	{ EINVAL, BLN_UNSUPPORTED, "that file system cannot do it" },
};

/* A path in a message: what is not printable as '?'. */
static void path_print(char *out, size_t size, const char *root, const char *key)
{
	snprintf(out, size, "%s%s%s", root[0] || key[0] ? root : "/", key[0] ? "/" : "", key);
	for (char *at = out; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
}

enum bln_status bln_local_fail(const struct bln_local *local, struct bln_err *err, int code, const char *verb,
			       const char *key)
{
	enum bln_status status = bln_err_errno(NULL, code, "%s", verb);
	const char *text = NULL;
	char path[BLN_ERR_MESSAGE_SIZE - 256];
	char reason[128];

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		if (advices[i].code != code)
			continue;
		text = advices[i].text;
		if (advices[i].status != BLN_OK)
			status = advices[i].status;
	}
	path_print(path, sizeof(path), local->root, key);
	return bln_err_set(err, status, "cannot %s %s: %s%s%s", verb, path, strerror_r(code, reason, sizeof(reason)),
			   text ? ": " : "", text ? text : "");
}

static void local_close(struct bln_store *store)
{
	struct bln_local *local = bln_local_of(store);
	int fd = atomic_load(&local->root_fd);

	if (fd >= 0)
		close(fd);
	bln_mem_free(local->root);
	bln_mem_free(local);
}

/* Of the root, or of the nearest folder above it that is there. */
static enum bln_status local_check_write(struct bln_store *store, struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	char path[PATH_MAX];
	char *end;

	if (snprintf(path, sizeof(path), "%s/", local->root) >= (int)sizeof(path))
		return BLN_OK;
	while (access(path, F_OK) != 0 && errno == ENOENT && (end = strrchr(path, '/')) != path) {
		*end = '\0';
		end = strrchr(path, '/');
		end[1] = '\0';
	}
	if (access(path, W_OK | X_OK) == 0)
		return BLN_OK;
	return bln_local_fail(local, err, errno, "write into", "");
}

/* RFC 3986's unreserved characters and '/' stay as they are. */
static void local_url(struct bln_store *store, const char *key, struct bln_text *url)
{
	const struct bln_local *local = bln_local_of(store);
	const char *const parts[] = { local->root, key ? "/" : "", key ? key : "" };

	bln_text_add(url, "file://");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *at = parts[i]; *at; at++) {
			bool is_plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
					(*at >= '0' && *at <= '9') || strchr("-._~/", *at);

			if (is_plain)
				bln_text_add_bytes(url, at, 1);
			else
				bln_text_add_format(url, "%%%02X", (unsigned)(unsigned char)*at);
		}
	}
	if (!local->root[0] && !key)
		bln_text_add(url, "/");
}

static const struct bln_store_ops local_ops = {
	.name = "local",
	.close = local_close,
	.get = bln_local_get,
	.get_range = bln_local_get_range,
	.head = bln_local_head,
	.reader_open = bln_local_reader_open,
	.reader_read = bln_local_reader_read,
	.reader_close = bln_local_reader_close,
	.list = bln_local_list,
	.listing_next = bln_local_listing_next,
	.listing_close = bln_local_listing_close,
	.put = bln_local_put,
	.put_if_absent = bln_local_put_if_absent,
	.put_files = bln_local_put_files,
	.delete_many = bln_local_delete_many,
	.sweep = bln_local_sweep,
	.local_path = bln_local_path,
	.check_write = local_check_write,
	.url = local_url,
	.put_torn = bln_local_put_torn,
};

/* Absolute, so that a later chdir changes nothing; without '/' at the end or doubled. */
static enum bln_status root_resolve(const char *path, char **root, struct bln_err *err)
{
	struct bln_text text = { 0 };
	char here[PATH_MAX];
	enum bln_status status;

	if (path[0] != '/') {
		if (!getcwd(here, sizeof(here)))
			return bln_err_errno(err, errno, "cannot tell the working directory");
		bln_text_add(&text, here);
		bln_text_add(&text, "/");
	}
	bln_text_add(&text, path);
	status = bln_text_check(&text, err);
	if (status == BLN_OK) {
		size_t length = 0;

		for (size_t at = 0; at < text.length; at++)
			if (text.at[at] != '/' || (text.at[at + 1] != '/' && text.at[at + 1] != '\0'))
				text.at[length++] = text.at[at];
		text.at[length] = '\0';
		if (length >= PATH_MAX - BLN_KEY_MAX)
			status = bln_err_set(err, BLN_INVALID, "the path '%s' is too long for a store: %zu bytes",
					     bln_quote(path, strlen(path)).text, length);
	}
	if (status != BLN_OK) {
		bln_text_clean_up(&text);
		return status;
	}
	*root = text.at;
	return BLN_OK;
}

enum bln_status bln_local_open(const char *path, const struct bln_store_options *options, struct bln_store **store,
			       struct bln_err *err)
{
	struct bln_local *local = bln_mem_calloc(1, sizeof(*local));
	enum bln_status status;

	if (!local)
		return bln_err_memory(err);
	local->store.ops = &local_ops;
	local->threads = options && options->threads > 0 ? options->threads : BLN_STORE_THREADS;
	local->names_max = BLN_LOCAL_NAMES_MAX;
	atomic_init(&local->root_fd, -1);
	if (bln_process_of(getpid(), &local->self, NULL) != BLN_OK)
		local->self = (struct bln_process){ 0 };
	BLN_TRY(root_resolve(path, &local->root, err));
	if (bln_local_root(local) < 0 && errno != ENOENT) {
		if (errno == ENOTDIR)
			BLN_TRY(bln_err_set(err, BLN_INVALID, "'%s' is not a directory: give one to keep objects in",
					    bln_quote(path, strlen(path)).text));
		BLN_TRY(bln_local_fail(local, err, errno, "open", ""));
	}
done:
	if (status != BLN_OK)
		local_close(&local->store);
	else
		*store = &local->store;
	return status;
}

/* RFC 8089. What has a meaning in URLs but none here ('?', '#') must come encoded: a path with one was not meant as a URL. */
enum bln_status bln_local_open_url(const char *url, const struct bln_store_options *options, struct bln_store **store,
				   struct bln_err *err)
{
	static const char localhost[] = "localhost";
	struct bln_text path = { 0 };
	const char *at = url + strlen("file://");
	enum bln_status status;
	bool is_good;

	if (strncmp(at, localhost, sizeof(localhost) - 1) == 0)
		at += sizeof(localhost) - 1;
	if (*at != '/')
		return bln_err_set(err, BLN_INVALID, "'%s' names another host: a directory of this one is file:///path",
				   bln_quote(url, strlen(url)).text);
	is_good = !strpbrk(at, "?#") && bln_percent_decode(&path, at, strlen(at));
	status = bln_text_check(&path, err);
	if (status == BLN_OK && (!is_good || strlen(path.at) < path.length)) /* %00 is not for paths */
		status = bln_err_set(
			err, BLN_INVALID,
			"'%s' is no URL of a directory: write %%25, %%3F and %%23 for percent, question mark and hash",
			bln_quote(url, strlen(url)).text);
	if (status == BLN_OK)
		status = bln_local_open(path.at, options, store, err);
	bln_text_clean_up(&path);
	return status;
}

void bln_local_set_disk(struct bln_store *store, const struct bln_disk *disk)
{
	bln_local_of(store)->disk = *disk;
}
