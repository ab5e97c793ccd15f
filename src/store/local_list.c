/* Listing: folders depth first, each one's names sorted as keys sort, where a folder counts with its '/' ("a-b" < "a/b"). */
#include "store/local_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	ENTRIES_SIZE = 32768,
	PEEK_SIZE = 1024, /* the same where only the first few entries matter; on the stack, once a level */
	LEVEL_NAMES_MIN = 64, /* what a folder may keep in memory even if those above it took all there is */
};

/* A folder that is being listed. */
struct level {
	int fd;
	size_t path_length; /* of its path in the listing's key, with the '/' */
	const char *floor; /* the rest of start_after behind that path; NULL: everything is behind start_after */
	struct bln_local_sorted names; /* those of folders end in '/' */
	size_t next;
	bool is_full; /* NAMES holds the last of them */
	char last[BLN_KEY_SEGMENT_MAX + 2]; /* the last of the NAMES before; "" for none */
};

struct listing {
	struct bln_listing listing;
	bool is_shallow;
	bool names_only;
	const char *name_prefix; /* names in the first folder begin so; in START_AFTER's block */
	struct level *levels;
	size_t depth;
	size_t capacity;
	struct bln_object object;
	char key[BLN_KEY_MAX + 2];
	char buffer[ENTRIES_SIZE] __attribute__((aligned(8)));
	char start_after[]; /* then the name prefix */
};

static enum bln_status fail(const struct listing *self, size_t length, struct bln_err *err)
{
	char path[sizeof(self->key)];

	memcpy(path, self->key, length);
	path[length] = '\0';
	if (length > 0 && path[length - 1] == '/')
		path[length - 1] = '\0';
	return bln_local_fail(bln_local_of(self->listing.store), err, errno, "list", path);
}

/* FD becomes the listing's, also on failure. */
static enum bln_status level_push(struct listing *self, int fd, size_t path_length, const char *floor,
				  struct bln_err *err)
{
	if (!bln_mem_grow(&self->levels, self->depth, &self->capacity, sizeof(*self->levels))) {
		close(fd);
		return bln_err_memory(err);
	}
	self->levels[self->depth++] = (struct level){ .fd = fd, .path_length = path_length, .floor = floor };
	return BLN_OK;
}

static void level_pop(struct listing *self)
{
	struct level *level = &self->levels[--self->depth];

	close(level->fd);
	bln_local_sorted_clean_up(&level->names);
}

/* Whether what is called NAME, a folder's ending in '/', belongs in the listing and was not given yet. */
static bool is_wanted(const struct listing *self, const struct level *level, const char *name, size_t length)
{
	bool is_folder = name[length - 1] == '/';

	if (strcmp(name, level->last) <= 0)
		return false;
	if (level == self->levels && strncmp(name, self->name_prefix, strlen(self->name_prefix)) != 0)
		return false;
	if (!level->floor || strcmp(name, level->floor) > 0)
		return true;
	return is_folder && !self->is_shallow && strncmp(level->floor, name, length) == 0; /* it holds such keys */
}

static size_t level_max(const struct listing *self)
{
	size_t max = bln_local_of(self->listing.store)->names_max;
	size_t held = 0;

	for (size_t i = 0; i + 1 < self->depth; i++)
		held += self->levels[i].names.count;
	return held + LEVEL_NAMES_MIN < max ? max - held : max < LEVEL_NAMES_MIN ? max : LEVEL_NAMES_MIN;
}

/* Reads the names of the folder at the top that come behind LAST. */
static enum bln_status level_read(struct listing *self, struct bln_err *err)
{
	struct bln_local *local = bln_local_of(self->listing.store);
	struct level *level = &self->levels[self->depth - 1];
	struct bln_local_entries entries = { local, level->fd, self->buffer, sizeof(self->buffer), 0, 0 };
	size_t max = level_max(self);
	enum bln_local_kind kind;
	const char *name;
	int more;

	if (lseek(level->fd, 0, SEEK_SET) != 0)
		return fail(self, level->path_length, err);
	while ((more = bln_local_entries_next(&entries, &name, &kind)) > 0) {
		char full[BLN_KEY_SEGMENT_MAX + 2];
		size_t length = strlen(name);

		if (kind == BLN_LOCAL_TEMP)
			continue;
		memcpy(full, name, length + 1);
		if (kind == BLN_LOCAL_FOLDER)
			memcpy(full + length++, "/", 2);
		if (is_wanted(self, level, full, length) && !bln_local_sorted_add(&level->names, max, full, length))
			return bln_err_memory(err);
	}
	if (more < 0)
		return fail(self, level->path_length, err);
	if (!bln_local_sorted_finish(&level->names, max))
		return bln_err_memory(err);
	level->is_full = !level->names.is_cut;
	return BLN_OK;
}

static enum bln_status level_fill(struct listing *self, struct bln_err *err)
{
	struct level *level = &self->levels[self->depth - 1];
	enum bln_status status;

	if (level->names.count > 0) {
		const char *last = bln_local_sorted_at(&level->names, level->names.count - 1);

		memcpy(level->last, last, strlen(last) + 1);
	}
	bln_local_sorted_clear(&level->names);
	level->next = 0;
	status = level_read(self, err);
	if (status != BLN_OK)
		bln_local_sorted_clear(&level->names); /* so that who asks again gets no half */
	return status;
}

static bool is_gone(int code)
{
	return code == ENOENT || code == ENOTDIR || code == ELOOP; /* or something else has its name now */
}

/* Whether an object lies in or below the folder NAME, whose key takes LENGTH bytes: 1, 0, or -1 with errno. */
static int has_object(struct bln_local *local, int dir, const char *name, size_t length)
{
	char buffer[PEEK_SIZE] __attribute__((aligned(8)));
	int fd = bln_disk_open_step(&local->disk, dir, name, O_RDONLY | O_DIRECTORY);
	struct bln_local_entries entries = { local, fd, buffer, sizeof(buffer), 0, 0 };
	enum bln_local_kind kind;
	const char *inner;
	int code;
	int found = 0;

	if (fd < 0)
		return is_gone(errno)	 ? 0
		       : errno == EACCES ? 1
					 : -1; /* who cannot look inside is shown that it is there */
	while (found == 0) {
		int more = bln_local_entries_next(&entries, &inner, &kind);
		size_t inner_length = more > 0 ? length + strlen(inner) : 0;

		if (more <= 0) {
			found = more;
			break;
		}
		if (kind == BLN_LOCAL_OBJECT && inner_length <= BLN_KEY_MAX)
			found = 1;
		else if (kind == BLN_LOCAL_FOLDER && inner_length + 1 < BLN_KEY_MAX)
			found = has_object(local, fd, inner, inner_length + 1);
	}
	code = errno;
	close(fd);
	errno = code;
	return found;
}

/* A folder's key is in KEY, with the '/': gives it as one (*IS_GIVEN), or goes on inside. */
static enum bln_status folder_visit(struct listing *self, const char *name, size_t length, bool *is_given,
				    struct bln_err *err)
{
	struct bln_local *local = bln_local_of(self->listing.store);
	const struct level *level = &self->levels[self->depth - 1];
	size_t name_length = length - level->path_length;
	const char *floor =
		level->floor && strncmp(level->floor, name, name_length) == 0 ? level->floor + name_length : NULL;
	char plain[BLN_KEY_SEGMENT_MAX + 1];
	int fd;

	memcpy(plain, name, name_length - 1);
	plain[name_length - 1] = '\0';
	if (self->is_shallow) {
		int found = has_object(local, level->fd, plain, length);

		self->object = (struct bln_object){ self->key, -1, -1, true };
		*is_given = found > 0;
		return found >= 0 ? BLN_OK : fail(self, length, err);
	}
	fd = bln_disk_open_step(&local->disk, level->fd, plain, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return is_gone(errno) ? BLN_OK : fail(self, length, err);
	return level_push(self, fd, length, floor, err);
}

static enum bln_status object_visit(struct listing *self, const char *name, bool *is_given, struct bln_err *err)
{
	struct bln_local *local = bln_local_of(self->listing.store);
	const struct level *level = &self->levels[self->depth - 1];
	struct stat stat;

	self->object = (struct bln_object){ self->key, -1, -1, false };
	*is_given = true;
	if (self->names_only)
		return BLN_OK;
	if (bln_disk_stat_at(&local->disk, level->fd, name, &stat) != 0) {
		*is_given = false;
		return is_gone(errno) ? BLN_OK : fail(self, strlen(self->key), err);
	}
	*is_given = S_ISREG(stat.st_mode);
	self->object.size_bytes = (int64_t)stat.st_size;
	self->object.modified_us = bln_local_modified_us(&stat);
	return BLN_OK;
}

enum bln_status bln_local_listing_next(struct bln_listing *listing, const struct bln_object **object,
				       struct bln_err *err)
{
	struct listing *self = (struct listing *)listing;
	enum bln_status status = BLN_OK;
	bool is_given = false;

	while (status == BLN_OK && !is_given && self->depth > 0) {
		struct level *level = &self->levels[self->depth - 1];
		const char *name;
		size_t length;

		if (level->next == level->names.count) {
			if (level->is_full)
				level_pop(self);
			else
				status = level_fill(self, err);
			continue;
		}
		name = bln_local_sorted_at(&level->names, level->next++);
		length = level->path_length + strlen(name);
		if (length > BLN_KEY_MAX) /* what other programs made: no key of ours */
			continue;
		memcpy(self->key + level->path_length, name, length - level->path_length + 1);
		status = self->key[length - 1] == '/' ? folder_visit(self, name, length, &is_given, err)
						      : object_visit(self, name, &is_given, err);
	}
	if (status == BLN_OK)
		*object = is_given ? &self->object : NULL;
	return status;
}

void bln_local_listing_close(struct bln_listing *listing)
{
	struct listing *self = (struct listing *)listing;

	while (self->depth > 0)
		level_pop(self);
	bln_mem_free(self->levels);
	bln_mem_free(self);
}

enum bln_status bln_local_list(struct bln_store *store, const struct bln_list_options *options,
			       struct bln_listing **listing, struct bln_err *err)
{
	struct bln_local *local = bln_local_of(store);
	size_t folder = bln_key_folder_length(options->prefix);
	size_t path = folder > 0 ? folder + 1 : 0;
	size_t after_length = strlen(options->start_after);
	struct listing *self = bln_mem_alloc(sizeof(*self) + after_length + 1 + strlen(options->prefix) + 1);
	int order = memcmp(options->start_after, options->prefix, after_length < path ? after_length : path);
	enum bln_status status = BLN_OK;
	char *name_prefix;
	int fd;

	if (!self)
		return bln_err_memory(err);
	self->listing.store = store;
	self->is_shallow = options->is_shallow;
	self->names_only = options->names_only;
	self->levels = NULL;
	self->depth = self->capacity = 0;
	memcpy(self->key, options->prefix, path);
	memcpy(self->start_after, options->start_after, after_length + 1);
	name_prefix = self->start_after + after_length + 1;
	memcpy(name_prefix, options->prefix + path, strlen(options->prefix + path) + 1);
	self->name_prefix = name_prefix;
	fd = order > 0 ? -1 : bln_local_open_at(local, options->prefix, folder, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		status = level_push(self, fd, path,
				    order == 0 && after_length >= path ? self->start_after + path : NULL, err);
	else if (order <= 0 && errno != ENOENT && errno != ENOTDIR) /* else there are no such keys */
		status = fail(self, path, err);
	if (status != BLN_OK) {
		bln_local_listing_close(&self->listing);
		return status;
	}
	*listing = &self->listing;
	return BLN_OK;
}
