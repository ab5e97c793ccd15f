/* What the files of the local store share. Nobody else includes this. */
#ifndef BLN_STORE_LOCAL_INTERNAL_H
#define BLN_STORE_LOCAL_INTERNAL_H

#include <stdatomic.h>

#include "base/process.h"
#include "store/key.h"
#include "store/local.h"

/* Names that one listing keeps in memory: see local_sorted.c. */
enum { BLN_LOCAL_NAMES_MAX = 65536 };

struct bln_local {
	struct bln_store store;
	struct bln_disk disk;
	char *root; /* absolute, without '/' at the end; empty for "/" */
	int threads;
	atomic_int root_fd; /* -1 while the root does not exist */
	atomic_bool has_no_beneath; /* openat2 cannot be had: walk */
	atomic_uint_fast64_t temps; /* names of temporary files given out */
	size_t names_max; /* BLN_LOCAL_NAMES_MAX; less in tests */
	struct bln_process self; /* who opened the store; { 0 } where /proc is not to be had */
};

static inline struct bln_local *bln_local_of(struct bln_store *store)
{
	return (struct bln_local *)store; /* STORE is its first member */
}

/* local.c: "cannot VERB ROOT/KEY: reason; what to do next". KEY "" is the root. CODE is an errno. */
enum bln_status bln_local_fail(const struct bln_local *local, struct bln_err *err, int code, const char *verb,
			       const char *key);

/* local_dir.c: folders. Paths are keys, or "" for the root. -1 means failure with errno set. */

/* The root's descriptor (O_PATH), the store's; ENOENT when there is no root yet. */
int bln_local_root(struct bln_local *local);

/* Opens the path that is the first LENGTH bytes of KEY, following no link below the root: ELOOP when there is one. */
int bln_local_open_at(struct bln_local *local, const char *key, size_t length, int flags);

/* Makes the folder that is the first LENGTH bytes of KEY, with its parents and the root. *MADE_BEHIND is the length of the
 * path that was there before: what lies behind it is new, and the folders from there on must be fsynced (bln_local_sync_new).
 * LENGTH when all was there. */
enum bln_status bln_local_make_folder(struct bln_local *local, const char *key, size_t length, size_t *made_behind,
				      struct bln_err *err);

/* fsyncs an open folder, or one by its path. */
enum bln_status bln_local_sync_fd(struct bln_local *local, int fd, const char *key, struct bln_err *err);
enum bln_status bln_local_sync_folder(struct bln_local *local, const char *key, size_t length, struct bln_err *err);

/* fsyncs the folders that got new ones when the folder KEY[LENGTH] was made. */
enum bln_status bln_local_sync_new(struct bln_local *local, const char *key, size_t length, size_t made_behind,
				   struct bln_err *err);

/* The length of the path above the one of LENGTH > 0 bytes; 0 for the root. */
size_t bln_local_parent_length(const char *key, size_t length);

/* local_temp.c: the hidden names of files being written: who writes them, so that what the dead left can be told. */
enum { BLN_LOCAL_TEMP_SIZE = 192 };

/* Makes an empty file with a new hidden name, put into NAME, in the folder DIR; its descriptor, or -1. */
int bln_local_temp_create(struct bln_local *local, int dir, char name[static BLN_LOCAL_TEMP_SIZE]);

bool bln_local_temp_is(const char *name);

/* Whether the file NAME, last changed at MODIFIED_US, may be removed: see bln_store_sweep. */
bool bln_local_temp_is_left(const struct bln_local *local, const char *name, int64_t modified_us, int64_t before_us);

/* local_entries.c: what lies in a folder. */
enum bln_local_kind { BLN_LOCAL_OBJECT, BLN_LOCAL_FOLDER, BLN_LOCAL_TEMP };

struct bln_local_entries {
	struct bln_local *local;
	int dir;
	char *buffer; /* SIZE bytes aligned for 64 bits, the caller's */
	size_t size;
	size_t at; /* 0, as is LENGTH, before the first call */
	size_t length;
};

/* 1 with *NAME until the next call and *KIND; 0 at the end; -1 with errno. Leaves out what is none of the kinds (links,
 * devices, pipes, sockets). In no order. */
int bln_local_entries_next(struct bln_local_entries *entries, const char **name, enum bln_local_kind *kind);

/* local_sorted.c: of the names added, the first MAX in the order of their bytes. { 0 } is empty. */
struct bln_local_sorted {
	char *bytes;
	size_t length;
	size_t capacity;
	size_t *names; /* offsets in BYTES */
	size_t count;
	size_t names_capacity;
	bool is_cut; /* there were more */
};

/* False when there is no memory; then only clear and clean_up may follow. MAX > 0 is the same until the next clear. */
bool bln_local_sorted_add(struct bln_local_sorted *sorted, size_t max, const char *name, size_t length);
bool bln_local_sorted_finish(struct bln_local_sorted *sorted, size_t max); /* before reading */
const char *bln_local_sorted_at(const struct bln_local_sorted *sorted, size_t index);
void bln_local_sorted_clear(struct bln_local_sorted *sorted);
void bln_local_sorted_clean_up(struct bln_local_sorted *sorted);

/* local_read.c */
enum bln_status bln_local_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
			      struct bln_err *err);
enum bln_status bln_local_get_range(struct bln_store *store, const char *key, int64_t offset, void *buffer,
				    size_t length, size_t *got, struct bln_err *err);
enum bln_status bln_local_head(struct bln_store *store, const char *key, struct bln_object_head *head,
			       struct bln_err *err);
enum bln_status bln_local_reader_open(struct bln_store *store, const char *key, struct bln_store_reader **reader,
				      struct bln_err *err);
enum bln_status bln_local_reader_read(struct bln_store_reader *reader, void *buffer, size_t size, size_t *got,
				      struct bln_err *err);
void bln_local_reader_close(struct bln_store_reader *reader);
enum bln_status bln_local_path(struct bln_store *store, const char *key, struct bln_text *path, struct bln_err *err);
int64_t bln_local_modified_us(const struct stat *stat);

/* local_write.c */
enum bln_status bln_local_put(struct bln_store *store, const char *key, const void *bytes, size_t length,
			      struct bln_err *err);
enum bln_status bln_local_put_if_absent(struct bln_store *store, const char *key, const void *bytes, size_t length,
					struct bln_err *err);
enum bln_status bln_local_put_torn(struct bln_store *store, const char *key, const void *bytes, size_t length,
				   struct bln_err *err);

/* local_batch.c */
enum bln_status bln_local_put_files(struct bln_store *store, const struct bln_staged_file *files, size_t count,
				    struct bln_err *err);
enum bln_status bln_local_delete_many(struct bln_store *store, const char *const *keys, size_t count,
				      struct bln_err *err);

/* local_list.c */
enum bln_status bln_local_list(struct bln_store *store, const struct bln_list_options *options,
			       struct bln_listing **listing, struct bln_err *err);
enum bln_status bln_local_listing_next(struct bln_listing *listing, const struct bln_object **object,
				       struct bln_err *err);
void bln_local_listing_close(struct bln_listing *listing);

/* local_sweep.c */
enum bln_status bln_local_sweep(struct bln_store *store, const char *prefix, int64_t before_us, int64_t *removed,
				struct bln_err *err);

#endif
