#include "source/kraken_archive/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/kraken_archive/name.h"

static bool name_ends(const char *name, const char *suffix)
{
	const size_t length = strlen(name);

	return length > strlen(suffix) && strcasecmp(name + length - strlen(suffix), suffix) == 0;
}

static struct bln_fingerprint fingerprint_of(const struct stat *stat)
{
	return (struct bln_fingerprint){ .size_bytes = stat->st_size,
					 .mtime_ns = stat->st_mtim.tv_sec * INT64_C(1000000000) + stat->st_mtim.tv_nsec,
					 .inode = stat->st_ino };
}

/* What a file is called that can be neither read nor entered. */
static const char *kind_name(mode_t mode)
{
	return S_ISLNK(mode)	? "a symbolic link: links are not followed"
	       : S_ISFIFO(mode) ? "a FIFO"
	       : S_ISSOCK(mode) ? "a socket"
	       : S_ISDIR(mode)	? "a folder"
				: "a device";
}

static void tell_errno(struct kraken_walk *walk, const char *path, int code)
{
	struct bln_err wrong = { 0 };
	enum bln_status status = bln_err_errno(&wrong, code, "cannot open it");

	kraken_tell(walk, status, path, (struct bln_slice){ 0 }, wrong.message);
}

/* Links are not followed, but for the path that the settings name. */
static int nofollow(const struct kraken_walk *walk, const char *path)
{
	return walk->is_link && strcmp(path, walk->given) == 0 ? 0 : O_NOFOLLOW;
}

static enum bln_status zip_found(struct kraken_walk *walk, const char *path, const struct stat *stat,
				 struct bln_err *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | nofollow(walk, path));
	const struct bln_fingerprint fingerprint = fingerprint_of(stat);

	if (fd >= 0)
		return kraken_walk_zip(walk, path, fd, &fingerprint, err);
	tell_errno(walk, path, errno);
	return BLN_OK;
}

/* RANGE_AT is where the folders begin in PATH whose names may say the range. */
static enum bln_status candles_found(struct kraken_walk *walk, const char *path, size_t range_at,
				     const struct stat *stat, struct bln_err *err)
{
	const size_t folder_length = (size_t)(strrchr(path, '/') - path);
	const struct kraken_place place = { .path = { path + range_at,
						      folder_length > range_at ? folder_length - range_at : 0 },
					    .archive = { path, folder_length } };
	struct kraken_file file = { .path = path, .fingerprint = fingerprint_of(stat) };
	struct kraken_item item = { .content_bytes = stat->st_size };
	enum bln_status status;
	bool is_taken;

	BLN_TRY(kraken_walk_take(walk, &place, bln_slice_of(path + folder_length + 1), &item, &is_taken, err));
	if (!is_taken)
		return BLN_OK;
	BLN_TRY(kraken_walk_file(walk, &file, &item.file, err));
	status = kraken_walk_add(walk, &item, err);
done:
	return status;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in the folder at PATH, sorted: the same notes in the same order each time. *NAMES is the caller's; they
 * are in ARENA. */
static enum bln_status folder_names(struct kraken_walk *walk, const char *path, struct bln_arena *arena, char ***names,
				    size_t *count, struct bln_err *err)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | nofollow(walk, path));
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	enum bln_status status = BLN_OK;
	struct dirent *entry;
	size_t capacity = 0;

	if (!folder) {
		tell_errno(walk, path, errno);
		if (fd >= 0)
			close(fd);
		return BLN_OK;
	}
	while (status == BLN_OK && (errno = 0, entry = readdir(folder))) {
		char *name;

		if (kraken_is_litter(bln_slice_of(entry->d_name)) || strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		BLN_TRY(kraken_walk_count(walk, err));
		name = bln_arena_strdup(arena, entry->d_name);
		if (!name || !bln_mem_grow(names, *count, &capacity, sizeof(**names)))
			status = bln_err_memory(err);
		else
			(*names)[(*count)++] = name;
	}
	if (status == BLN_OK && errno != 0)
		tell_errno(walk, path, errno);
	if (*count > 0)
		qsort(*names, *count, sizeof(**names), by_name);
done:
	closedir(folder);
	return status;
}

static enum bln_status folder_walk(struct kraken_walk *walk, const char *path, size_t range_at, int depth,
				   struct bln_err *err);

/* What PATH, found in a folder, is. */
static enum bln_status path_found(struct kraken_walk *walk, const char *path, size_t range_at, int depth,
				  struct bln_err *err)
{
	static const struct bln_slice none = { 0 };
	const char *name = strrchr(path, '/') + 1;
	struct kraken_name parsed;
	struct stat stat;
	const bool is_candles = kraken_name_parse(bln_slice_of(name), &parsed);

	if (lstat(path, &stat) != 0)
		tell_errno(walk, path, errno);
	else if (S_ISDIR(stat.st_mode))
		return folder_walk(walk, path, range_at, depth + 1, err);
	else if (!S_ISREG(stat.st_mode))
		kraken_pass_over(walk, path, none, kind_name(stat.st_mode));
	else if (is_candles)
		return candles_found(walk, path, range_at, &stat, err);
	else if (name_ends(name, ".zip"))
		return zip_found(walk, path, &stat, err);
	else
		kraken_pass_over(walk, path, none, kraken_name_fault(bln_slice_of(name)));
	return BLN_OK;
}

static enum bln_status folder_walk(struct kraken_walk *walk, const char *path, size_t range_at, int depth,
				   struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	enum bln_status status;
	char **names = NULL;
	size_t count = 0;

	if (depth > KRAKEN_DEPTH_MAX) {
		kraken_tell(walk, BLN_INVALID, path, (struct bln_slice){ 0 },
			    "too deep: folders in it are not searched");
		return BLN_OK;
	}
	BLN_TRY(folder_names(walk, path, &arena, &names, &count, err));
	for (size_t i = 0; i < count; i++) {
		char *below =
			bln_arena_printf(&walk->source->listed, "%s/%s", strcmp(path, "/") == 0 ? "" : path, names[i]);

		if (!below)
			BLN_TRY(bln_err_memory(err));
		BLN_TRY(path_found(walk, below, range_at, depth, err));
	}
done:
	bln_mem_free(names);
	bln_arena_clean_up(&arena);
	return status;
}

/* A file that the settings name itself must be one of those that we read. */
static enum bln_status file_given(struct kraken_walk *walk, const char *path, size_t range_at, const struct stat *stat,
				  struct bln_err *err)
{
	const char *name = strrchr(path, '/') + 1;
	struct kraken_name parsed;

	if (kraken_name_parse(bln_slice_of(name), &parsed))
		return candles_found(walk, path, range_at, stat, err);
	if (!name_ends(name, ".csv"))
		return zip_found(walk, path, stat, err);
	return bln_err_set(err, BLN_INVALID, "%s: its name is not SYMBOL_MINUTES.csv, such as XBTUSD_15.csv", path);
}

/* Where the name of the folder begins that PATH, a folder itself if IS_FOLDER, belongs to. */
static size_t range_begin(const char *path, bool is_folder)
{
	size_t at = strlen(path);

	for (int slashes = is_folder ? 1 : 2; at > 0; at--)
		if (path[at - 1] == '/' && --slashes == 0)
			break;
	return at;
}

/* PATH without links, but for its last component: stores of data keep files under names that say nothing, and links to them under
 * those that do. NULL, errno set, where it cannot be told. */
static char *path_resolve(struct kraken_walk *walk, char *path)
{
	struct bln_arena *arena = &walk->source->listed;
	char resolved[PATH_MAX];
	struct stat stat;
	size_t length = strlen(path);
	const char *name;
	char *whole;

	while (length > 1 && path[length - 1] == '/') /* a link with a slash behind it is what it leads to */
		path[--length] = '\0';
	walk->is_link = lstat(path, &stat) == 0 && S_ISLNK(stat.st_mode);
	name = strrchr(path, '/') + 1;
	if (!walk->is_link)
		return realpath(path, resolved) ? bln_arena_strdup(arena, resolved) : NULL;
	whole = bln_arena_printf(arena, "%.*s", (int)(name - path), path);
	if (!whole || !realpath(whole, resolved))
		return NULL;
	return bln_arena_printf(arena, "%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved, name);
}

/* The path that GIVEN means, in the list's arena, or NULL. */
static char *given_path(struct kraken_walk *walk, const char *given)
{
	const struct kraken_source *source = walk->source;

	return bln_arena_printf(&walk->source->listed, "%s%s%s", given[0] == '/' ? "" : source->root,
				given[0] == '/' ? "" : "/", given);
}

static enum bln_status given_walk(struct kraken_walk *walk, const char *given, struct bln_err *err)
{
	char *path = given_path(walk, given);
	struct stat stat;

	if (!path)
		return bln_err_memory(err);
	walk->given = path;
	if (!(path = path_resolve(walk, path)) || fstatat(AT_FDCWD, path, &stat, 0) != 0)
		return errno == ENOENT
			       ? bln_err_set(err, BLN_NOT_FOUND,
					     "%s is not there; give a folder, a ZIP archive or a candle file that is",
					     walk->given)
			       : bln_err_errno(err, errno, "%s: no folder, ZIP or candle file to read there",
					       walk->given);
	walk->given = path;
	if (S_ISDIR(stat.st_mode))
		return folder_walk(walk, path, range_begin(path, true), 0, err);
	if (S_ISREG(stat.st_mode))
		return file_given(walk, path, range_begin(path, false), &stat, err);
	return bln_err_set(err, BLN_INVALID, "%s is %s; wanted is a folder, a ZIP archive, or a candle file", path,
			   kind_name(stat.st_mode));
}

/* A text with commas is a list, unless there is something of that name. */
static enum bln_status paths_find(struct kraken_walk *walk, struct bln_err *err)
{
	const struct bln_setting_list *paths = &walk->source->values->path;
	struct stat stat;
	char *path;

	walk->paths = *paths;
	if (!paths->whole || paths->count < 2)
		return BLN_OK;
	path = given_path(walk, paths->whole);
	if (!path)
		return bln_err_memory(err);
	if (lstat(path, &stat) == 0)
		walk->paths = (struct bln_setting_list){ .items = &paths->whole, .count = 1 };
	return BLN_OK;
}

enum bln_status kraken_walk_all(struct kraken_walk *walk, struct bln_err *err)
{
	enum bln_status status = paths_find(walk, err);

	for (size_t i = 0; i < walk->paths.count && status == BLN_OK; i++) {
		status = given_walk(walk, walk->paths.items[i], err);
		kraken_tell_passed(walk);
	}
	return status;
}
