/* For tests: ZIP archives, written by libzip, and other files, in a folder of their own. */
#ifndef BLN_SOURCE_ZIP_MAKE_TEST_H
#define BLN_SOURCE_ZIP_MAKE_TEST_H

#include "base/base_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

struct made_entry {
	const char *name;
	const char *text;
	size_t length; /* 0: of a NUL-terminated text */
	bool is_stored;
	bool is_encrypted;
};

static char made_folder[64];

static inline void folder_make(void)
{
	snprintf(made_folder, sizeof(made_folder), "/tmp/bln_source_XXXXXX");
	assert_non_null(mkdtemp(made_folder));
}

static inline int folder_remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat, (void)type, (void)ftw;
	return remove(path);
}

static inline void folder_remove(void)
{
	nftw(made_folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* FOLDER/NAME; good until the fourth call from now. */
static inline const char *made_path(const char *name)
{
	static char paths[4][PATH_MAX];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", made_folder, name);
	return path;
}

static inline void file_make(const char *name, const char *bytes, size_t length)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s", made_path(name));
	for (char *slash = path + strlen(made_folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0755);
	}
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static inline void text_make(const char *name, const char *text)
{
	file_make(name, text, strlen(text));
}

static inline void zip_make(const char *name, const struct made_entry *entries, size_t count)
{
	int code = 0;
	zip_t *zip = zip_open(made_path(name), ZIP_CREATE | ZIP_TRUNCATE, &code);

	assert_non_null(zip);
	for (size_t i = 0; i < count; i++) {
		const size_t length = entries[i].length ? entries[i].length : strlen(entries[i].text);
		zip_source_t *source = zip_source_buffer(zip, entries[i].text, length, 0);
		zip_int64_t index = zip_file_add(zip, entries[i].name, source, ZIP_FL_ENC_UTF_8);

		assert_true(index >= 0);
		zip_set_file_compression(zip, (zip_uint64_t)index, entries[i].is_stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
					 0);
		if (entries[i].is_encrypted)
			zip_file_set_encryption(zip, (zip_uint64_t)index, ZIP_EM_AES_128, "secret");
	}
	assert_int_equal(zip_close(zip), 0);
}

static inline char *file_bytes(const char *name, size_t *length)
{
	FILE *file = fopen(made_path(name), "rb");
	char *bytes;
	long size;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	bytes = malloc((size_t)size + 1);
	assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
	fclose(file);
	*length = (size_t)size;
	return bytes;
}

/* Where NEEDLE stands in the file for the NTH time (from 0); it must. */
static inline size_t bytes_find(const char *bytes, size_t length, const char *needle, size_t needle_length, int nth)
{
	const char *at = bytes;

	for (; (at = memmem(at, length - (size_t)(at - bytes), needle, needle_length)); at++)
		if (nth-- == 0)
			return (size_t)(at - bytes);
	fail_msg("there is no such needle");
	return 0;
}

#endif
