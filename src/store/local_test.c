/* The local store does what every store does: by itself, behind a faulty store that does nothing, and where the kernel and the
 * file system lack what it would rather have. */
#include "store/store_conformance_run.h"

#include <errno.h>

#include "store/faulty.h"
#include "store/local_internal.h"

struct local {
	struct conformance c;
	char folder[KIT_PATH_SIZE];
};

static void local_reset(struct conformance *c)
{
	struct local *local = (struct local *)c;

	if (local->folder[0])
		test_folder_remove(local->folder);
	kit_folder_make(local->folder);
}

static struct bln_store *local_open(struct conformance *c)
{
	return kit_open(kit_path(((struct local *)c)->folder, "lake"));
}

static struct bln_store *faulty_open(struct conformance *c)
{
	struct bln_store *store = NULL;
	struct bln_err err = { 0 };

	assert_ok(bln_faulty_open(local_open(c), "", &store, &err), &err);
	return store;
}

/* No openat2, no RENAME_NOREPLACE, no fsync of folders. */
static int poor_before(void *context, enum bln_disk_call call, int fd)
{
	struct stat stat;
	(void)context;

	if (call == BLN_DISK_OPEN_BENEATH)
		return ENOSYS;
	if (call == BLN_DISK_RENAME_ABSENT)
		return EINVAL;
	return call == BLN_DISK_SYNC && fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode) ? EINVAL : 0;
}

static struct bln_store *poor_open(struct conformance *c)
{
	struct bln_store *store = local_open(c);

	bln_local_set_disk(store, &(struct bln_disk){ .before = poor_before });
	bln_local_of(store)->names_max = 3; /* so that listings read their folders again and again */
	return store;
}

int main(void)
{
	struct local local = {
		.c = {
			.name = "local",
			.reset = local_reset,
			.open = local_open,
			.takes_any_bytes = true,
			.torn_left = 1,
		},
	};
	int failed = conformance_run(&local.c);

	local.c.name = "faulty";
	local.c.open = faulty_open;
	failed += conformance_run(&local.c);
	local.c.name = "poor";
	local.c.open = poor_open;
	failed += conformance_run(&local.c);
	test_folder_remove(local.folder);
	return failed;
}
