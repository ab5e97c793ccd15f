/* What is on the disk when: nothing gets its name before its bytes are there, nothing is done before its name is; and what
 * that costs. */
#include "store/store_test_kit.h"

#include <errno.h>
#include <pthread.h>

#include "store/local_internal.h"

enum { INODES_MAX = 4096 };

/* What was changed and not fsynced since. */
struct watch {
	pthread_mutex_t lock;
	ino_t files[INODES_MAX];
	int files_count;
	ino_t folders[INODES_MAX];
	int folders_count;
	int published_early;
	int syncs;
	int poor; /* the first so many renames fail with EXDEV; RENAME_NOREPLACE always */
};

static void dirty_add(ino_t *inodes, int *count, ino_t inode)
{
	for (int i = 0; i < *count; i++)
		if (inodes[i] == inode)
			return;
	assert_true(*count < INODES_MAX);
	inodes[(*count)++] = inode;
}

static void dirty_remove(ino_t *inodes, int *count, ino_t inode)
{
	for (int i = 0; i < *count; i++)
		if (inodes[i] == inode)
			inodes[i] = inodes[--*count];
}

static int watch_call(struct watch *watch, enum bln_disk_call call, int fd)
{
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) != 0) /* a path of the user's */
		return 0;
	switch (call) {
	case BLN_DISK_WRITE:
	case BLN_DISK_COPY:
		dirty_add(watch->files, &watch->files_count, stat.st_ino);
		break;
	case BLN_DISK_SYNC:
		watch->syncs++;
		dirty_remove(watch->files, &watch->files_count, stat.st_ino);
		dirty_remove(watch->folders, &watch->folders_count, stat.st_ino);
		break;
	case BLN_DISK_RENAME_ABSENT:
		if (watch->poor > 0)
			return EINVAL;
		/* fallthrough */
	case BLN_DISK_RENAME:
		if (watch->poor > 0 && call == BLN_DISK_RENAME && watch->poor-- > 0)
			return EXDEV;
		/* fallthrough */
	case BLN_DISK_LINK:
		watch->published_early += watch->files_count > 0;
		/* fallthrough */
	case BLN_DISK_MAKE_DIR:
	case BLN_DISK_UNLINK:
		dirty_add(watch->folders, &watch->folders_count, stat.st_ino);
		break;
	default:
		break;
	}
	return 0;
}

static int watch_before(void *context, enum bln_disk_call call, int fd)
{
	struct watch *watch = context;
	int code;

	pthread_mutex_lock(&watch->lock);
	code = watch_call(watch, call, fd);
	pthread_mutex_unlock(&watch->lock);
	return code;
}

struct place {
	char folder[KIT_PATH_SIZE];
	char staging[KIT_PATH_SIZE];
	struct watch watch;
	struct bln_disk disk;
	struct bln_store *store;
};

static struct place *place_new(int threads)
{
	struct place *place = calloc(1, sizeof(*place));
	struct bln_err err = { 0 };

	kit_folder_make(place->folder);
	kit_folder_make(place->staging);
	pthread_mutex_init(&place->watch.lock, NULL);
	place->disk = (struct bln_disk){ watch_before, &place->watch };
	assert_ok(bln_store_open(kit_path(place->folder, "not/yet/there"),
				 &(struct bln_store_options){ .threads = threads, .faults = "" }, &place->store, &err),
		  &err);
	bln_local_set_disk(place->store, &place->disk);
	return place;
}

static void place_free(struct place *place)
{
	bln_store_close(place->store);
	pthread_mutex_destroy(&place->watch.lock);
	test_folder_remove(place->folder);
	test_folder_remove(place->staging);
	free(place);
}

/* All is on the disk, in so many calls of fsync. */
static void assert_synced(struct place *place, int syncs)
{
	assert_int_equal(place->watch.published_early, 0);
	assert_int_equal(place->watch.files_count, 0);
	assert_int_equal(place->watch.folders_count, 0);
	assert_int_equal(place->watch.syncs, syncs);
	place->watch.syncs = 0;
}

static void put_staged(struct place *place, int count, int folders)
{
	struct bln_staged_file *files = calloc((size_t)count, sizeof(*files));
	char(*names)[2][KIT_PATH_SIZE + 16] = calloc((size_t)count, sizeof(*names));
	struct bln_err err = { 0 };

	for (int i = 0; i < count; i++) {
		snprintf(names[i][0], sizeof(names[i][0]), "batch/%d/%d", i % folders, i);
		snprintf(names[i][1], sizeof(names[i][1]), "%s/%d", place->staging, i);
		kit_file_write(names[i][1], "x");
		files[i] = (struct bln_staged_file){ names[i][0], names[i][1] };
	}
	assert_ok(bln_store_put_files(place->store, files, (size_t)count, &err), &err);
	free(names);
	free(files);
}

static void a_write_is_on_the_disk_when_it_returns(void **state)
{
	struct place *place = place_new(1);
	struct bln_err err = { 0 };
	(void)state;

	kit_put(place->store, "a", "1"); /* the way to the root is three new folders */
	assert_synced(place, 3 + 1 + 1);
	kit_put(place->store, "a", "2");
	assert_synced(place, 1 + 1);
	kit_put(place->store, "b/c/d", "3"); /* "b" is new in the root, "c" in "b" */
	assert_synced(place, 2 + 1 + 1);
	assert_ok(bln_store_put_if_absent(place->store, "b/c/e", "4", 1, &err), &err);
	assert_synced(place, 1 + 1);
	place->watch.poor = 1;
	assert_ok(bln_store_put_if_absent(place->store, "b/c/f", "4", 1, &err), &err); /* by link */
	assert_synced(place, 1 + 1);
	assert_int_equal(bln_store_put_if_absent(place->store, "b/c/f", "5", 1, &err), BLN_EXISTS);
	assert_synced(place, 0); /* a race that is lost already costs nothing */
	assert_ok(bln_store_delete_many(place->store, (const char *[]){ "a", "b/c/d", "b/c/e" }, 3, &err), &err);
	assert_synced(place, 2);
	place_free(place);
}

static void a_batch_costs_one_fsync_a_file_and_one_a_folder(void **state)
{
	enum { COUNT = 1000, FOLDERS = 10 };
	struct place *place = place_new(8);
	(void)state;

	kit_put(place->store, "a", "1");
	place->watch.syncs = 0;
	put_staged(place, COUNT, FOLDERS);
	assert_synced(place, COUNT + FOLDERS + 2); /* and the root, where "batch" is new, and "batch", where they are */
	put_staged(place, COUNT, FOLDERS);
	assert_synced(place, COUNT + FOLDERS);
	place_free(place);
}

static void a_copy_over_a_border_is_on_the_disk_too(void **state)
{
	struct place *place = place_new(1);
	(void)state;

	kit_put(place->store, "batch/0/a", "1");
	place->watch.syncs = 0;
	place->watch.poor = 1;
	put_staged(place, 1, 1);
	assert_synced(place, 1 + 1 + 1); /* the staged file before the rename was tried, its copy, the folder */
	assert_object(place->store, "batch/0/0", "x");
	assert_int_equal(kit_files_below(place->staging), 0);
	place_free(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_is_on_the_disk_when_it_returns),
		cmocka_unit_test(a_batch_costs_one_fsync_a_file_and_one_a_folder),
		cmocka_unit_test(a_copy_over_a_border_is_on_the_disk_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
