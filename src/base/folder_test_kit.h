/* What tests that need files share: a folder of their own, and its end. */
#ifndef BLN_BASE_FOLDER_TEST_KIT_H
#define BLN_BASE_FOLDER_TEST_KIT_H

#include "base/base_test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEST_FOLDER_SIZE = 256, TEST_FOLDERS_OPEN_MAX = 64 };

/* Makes a new folder bln-NAME-…, whose path goes to FOLDER of SIZE bytes: in memory where that can be had, for no test here is
 * about a disk's own speed. BLN_TEST_DIR sets another place. */
static inline void test_folder_make(char *folder, size_t size, const char *name)
{
	const char *given = getenv("BLN_TEST_DIR");
	const char *place = given ? given : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	const int length = snprintf(folder, size, "%s/bln-%s-XXXXXX", place, name);

	assert_true(length > 0 && (size_t)length < size);
	assert_non_null(mkdtemp(folder));
}

static inline int test_remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)stat, (void)type, (void)at;
	return remove(path);
}

/* Removes FOLDER and all that is in it. */
static inline void test_folder_remove(const char *folder)
{
	assert_int_equal(nftw(folder, test_remove_one, TEST_FOLDERS_OPEN_MAX, FTW_DEPTH | FTW_PHYS), 0);
}

/* Writes the file NAME below FOLDER, and the folders that NAME names on the way. */
static inline void test_file_write(const char *folder, const char *name, const char *text)
{
	char path[TEST_FOLDER_SIZE * 2];
	const int length = snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file;

	assert_true(length > 0 && (size_t)length < sizeof(path));
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(path, 0755);
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

#endif
