#include "project/project.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "project/parse.h"
#include "project/yaml.h"

/* The folder's absolute path and name, and how the file is called in errors. */
static enum bln_status folder_set(struct bln_project *project, const char *folder, struct bln_err *err)
{
	char resolved[PATH_MAX];
	const char *slash;
	struct bln_problems name_problems = { 0 };
	bool is_name;

	if (!realpath(folder, resolved))
		return bln_err_errno(err, errno, "cannot enter the folder %s", folder);
	project->folder = bln_arena_strdup(&project->arena, strcmp(resolved, "/") == 0 ? "" : resolved);
	project->file = strcmp(folder, ".") == 0 ? BLN_PROJECT_FILE
						 : bln_arena_printf(&project->arena, "%s/" BLN_PROJECT_FILE, folder);
	slash = strrchr(resolved, '/');
	is_name = bln_name_check(slash + 1, "project", (struct bln_place){ 0 }, &name_problems);
	bln_problems_clean_up(&name_problems);
	project->name = is_name ? bln_arena_strdup(&project->arena, slash + 1) : "project";
	return project->folder && project->file && project->name ? BLN_OK : bln_err_memory(err);
}

/* How many of BYTES, from the first, are text. */
static size_t text_length(const char *bytes, size_t length)
{
	size_t at = 0;
	size_t character = 1;

	while (at < length && bytes[at] != '\0' && character > 0) {
		character = bln_utf8_character(bytes + at, length - at);
		at += character;
	}
	return at;
}

/* Where the byte AT stands, before which all is text. */
static struct bln_place place_of(const char *bytes, size_t at)
{
	struct bln_place place = { .line = 1, .column = 1 };

	for (size_t i = 0; i < at; i++) {
		if (bytes[i] == '\n')
			place = (struct bln_place){ .line = place.line + 1, .column = 1 };
		else if (((unsigned char)bytes[i] & 0xc0) != 0x80) /* a character, not a byte of one */
			place.column++;
	}
	return place;
}

static enum bln_status parse_all(struct bln_project *project, const char *bytes, size_t length, bool is_places,
				 struct bln_problems *problems, struct bln_err *err)
{
	const struct bln_place start = { .line = 1, .column = 1 };
	struct bln_parse parse = { .project = project, .problems = problems, .is_places = is_places };
	const struct bln_node *root = NULL;
	const size_t good = text_length(bytes, length);

	if (length > BLN_PROJECT_SIZE_MAX)
		bln_problems_add(problems, start, "the file is larger than %d bytes", BLN_PROJECT_SIZE_MAX);
	else if (good < length)
		bln_problems_add(problems, place_of(bytes, good),
				 "the file is no UTF-8 text: here stands the byte 0x%02x", (unsigned char)bytes[good]);
	else if (bln_yaml_parse(bytes, length, &project->arena, &root, problems) != BLN_OK)
		return bln_err_memory(err);
	/* What stands in a file that is no YAML is anybody's guess. */
	if (problems->count == 0 || root)
		bln_parse_root(&parse, root);
	bln_problems_sort(problems);
	return bln_problems_check(problems, project->file, err);
}

static enum bln_status parse(const char *folder, const char *bytes, size_t length, bool is_places,
			     struct bln_project **out, struct bln_problems *problems, struct bln_err *err)
{
	struct bln_project *project = bln_mem_calloc(1, sizeof(*project));
	struct bln_problems *own = problems ? problems : bln_mem_calloc(1, sizeof(*own));
	enum bln_status status = BLN_OK;

	if (!project || !own) {
		status = bln_err_memory(err);
		goto done;
	}
	project->lake = "./lake";
	BLN_TRY(folder_set(project, folder, err));
	BLN_TRY(parse_all(project, bytes, length, is_places, own, err));
	*out = project;
	project = NULL;
done:
	bln_project_close(project);
	if (!problems && own) {
		bln_problems_clean_up(own);
		bln_mem_free(own);
	}
	return status;
}

enum bln_status bln_project_parse(const char *folder, const char *bytes, size_t length, struct bln_project **out,
				  struct bln_problems *problems, struct bln_err *err)
{
	return parse(folder, bytes, length, false, out, problems, err);
}

/* All of FD, up to one byte more than is allowed, so that a longer file is seen to be one. */
static enum bln_status read_all(int fd, const char *path, char *bytes, size_t *length, struct bln_err *err)
{
	*length = 0;
	while (*length <= BLN_PROJECT_SIZE_MAX) {
		const ssize_t got = read(fd, bytes + *length, BLN_PROJECT_SIZE_MAX + 1 - *length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return bln_err_errno(err, errno, "cannot read %s", path);
		if (got == 0)
			break;
		*length += (size_t)got;
	}
	return BLN_OK;
}

static enum bln_status load(const char *folder, bool is_places, struct bln_project **out, struct bln_problems *problems,
			    struct bln_err *err)
{
	char path[PATH_MAX];
	char *bytes = bln_mem_alloc(BLN_PROJECT_SIZE_MAX + 1);
	struct stat stat;
	size_t length = 0;
	enum bln_status status = BLN_OK;
	int fd = -1;

	if (!bytes)
		return bln_err_memory(err);
	if (snprintf(path, sizeof(path), "%s/" BLN_PROJECT_FILE, folder) >= (int)sizeof(path)) {
		status = bln_err_set(err, BLN_INVALID, "the path of the project's folder is too long");
		goto done;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not keep everybody waiting */
	if (fd < 0 && errno == ENOENT)
		status = bln_err_set(
			err, BLN_NOT_FOUND,
			"there is no %s in %s: go to a project's folder, name one with -C, or make one with "
			"`bullion init`",
			BLN_PROJECT_FILE, strcmp(folder, ".") == 0 ? "this folder" : folder);
	else if (fd < 0)
		status = bln_err_errno(err, errno, "cannot open %s", path);
	BLN_TRY(status);
	if (fstat(fd, &stat) != 0 || (!S_ISREG(stat.st_mode) && !S_ISDIR(stat.st_mode))) {
		status = bln_err_set(err, BLN_INVALID, "%s is no file", path);
		goto done;
	}
	BLN_TRY(read_all(fd, path, bytes, &length, err));
	status = parse(folder, bytes, length, is_places, out, problems, err);
done:
	if (fd >= 0)
		(void)close(fd);
	bln_mem_free(bytes);
	return status;
}

enum bln_status bln_project_load(const char *folder, struct bln_project **out, struct bln_problems *problems,
				 struct bln_err *err)
{
	return load(folder, false, out, problems, err);
}

enum bln_status bln_project_load_places(const char *folder, struct bln_project **out, struct bln_problems *problems,
					struct bln_err *err)
{
	return load(folder, true, out, problems, err);
}

void bln_project_close(struct bln_project *project)
{
	if (!project)
		return;
	bln_arena_clean_up(&project->arena);
	bln_mem_free(project);
}
