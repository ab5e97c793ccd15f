/* Where objects live: one interface for a directory, for S3 and for the faulty store of the tests.
 *
 * An object is bytes under a key (store/key.h). Readers see a whole object or none, never half of one. What a write has
 * returned BLN_OK for survives a crash of the machine. Of several put_if_absent to one key, also of different processes
 * and machines, exactly one returns BLN_OK: Delta's commits need nothing more.
 *
 * Any status that this file does not give a meaning to means that the work failed and, for a write, that it is unknown
 * whether it happened: an answer may be lost behind the work. Who needs to know must look (get, head).
 *
 * A key must not be a folder of another key ("a" and "a/b"): object stores allow it, directories do not.
 *
 * Every function may be called by several threads at once on one store; a reader or listing is for one thread at a time.
 * Keys are NUL-terminated and, like everything passed in, stay the caller's. OUT arguments are untouched on failure unless
 * said otherwise. A store is closed after its readers and listings. */
#ifndef BLN_STORE_STORE_H
#define BLN_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

enum {
	BLN_STORE_BATCH_MAX = 1000000, /* files in one put_files, keys in one delete_many */
	BLN_STORE_ETAG_SIZE = 128,
};

struct bln_store_ops;

/* Implementations embed it first and are found again by a cast; likewise readers and listings. */
struct bln_store {
	const struct bln_store_ops *ops;
};
struct bln_store_reader {
	struct bln_store *store;
};
struct bln_listing {
	struct bln_store *store;
};

/* { 0 } is right for most. */
struct bln_store_options {
	int threads; /* at once in batches; 0 means BLN_STORE_THREADS */
	const char
		*faults; /* a plan of store/fault_plan.h, for tests; NULL: what BULLION_STORE_FAULTS says; "": none */
};
enum { BLN_STORE_THREADS = 8 };

struct bln_object_head {
	int64_t size_bytes;
	int64_t modified_us; /* since 1970, UTC */
	char etag[BLN_STORE_ETAG_SIZE]; /* changes whenever the object does; its form is the store's */
};

/* What a listing gives. */
struct bln_object {
	const char *key; /* of a folder: with '/' at the end */
	int64_t size_bytes; /* -1 for folders, and with names_only where it would cost extra */
	int64_t modified_us; /* since 1970, UTC; -1 likewise */
	bool is_folder;
};

struct bln_list_options {
	const char *prefix; /* only keys that begin so, also within a segment; NULL for all */
	const char *start_after; /* only what sorts behind it, whether or not it exists; NULL for all */
	bool is_shallow; /* the keys with a '/' behind the prefix are given as one folder each, up to that '/' */
	bool names_only; /* sizes and times are not needed */
};

/* A finished file on a local disk, to become the object KEY. */
struct bln_staged_file {
	const char *key;
	const char *path;
};

/* Opens what URL names: a path or file:///path (a directory; it and its parents are made by the first write). Of another
 * scheme: BLN_UNSUPPORTED. OPTIONS may be NULL and are not kept. */
BLN_MUST_CHECK enum bln_status bln_store_open(const char *url, const struct bln_store_options *options,
					      struct bln_store **store, struct bln_err *err);

/* NULL is fine. */
void bln_store_close(struct bln_store *store);

/* --- Reading. BLN_NOT_FOUND when there is no such object. --- */

/* Fills BYTES, whose content is replaced (on failure it is empty), with the whole object. One of more than SIZE_MAX bytes
 * is BLN_CORRUPT: the caller knows how large the thing it wants may be. */
BLN_MUST_CHECK enum bln_status bln_store_get(struct bln_store *store, const char *key, size_t size_max,
					     struct bln_text *bytes, struct bln_err *err);

/* Reads LENGTH bytes from OFFSET into BUFFER; *GOT is less only where the object ends, 0 behind its end. */
BLN_MUST_CHECK enum bln_status bln_store_get_range(struct bln_store *store, const char *key, int64_t offset,
						   void *buffer, size_t length, size_t *got, struct bln_err *err);

BLN_MUST_CHECK enum bln_status bln_store_head(struct bln_store *store, const char *key, struct bln_object_head *head,
					      struct bln_err *err);

/* A stream over the object as it is now; a later put does not disturb it. *READER is closed by the caller. */
BLN_MUST_CHECK enum bln_status bln_store_reader_open(struct bln_store *store, const char *key,
						     struct bln_store_reader **reader, struct bln_err *err);

/* The next bytes, at most SIZE (> 0); *GOT is 0 at the end and only there. */
BLN_MUST_CHECK enum bln_status bln_store_reader_read(struct bln_store_reader *reader, void *buffer, size_t size,
						     size_t *got, struct bln_err *err);
void bln_store_reader_close(struct bln_store_reader *reader); /* NULL is fine */

/* Lists in the order of the keys' bytes. What others write or delete meanwhile may be in it or not; the rest is in it once.
 * Memory does not grow with the number of objects. *LISTING is closed by the caller. */
BLN_MUST_CHECK enum bln_status bln_store_list(struct bln_store *store, const struct bln_list_options *options,
					      struct bln_listing **listing, struct bln_err *err);

/* *OBJECT is the next one, the listing's until the next call, or NULL at the end. */
BLN_MUST_CHECK enum bln_status bln_listing_next(struct bln_listing *listing, const struct bln_object **object,
						struct bln_err *err);
void bln_listing_close(struct bln_listing *listing); /* NULL is fine */

/* --- Writing. --- */

/* Makes the object KEY, or replaces it. */
BLN_MUST_CHECK enum bln_status bln_store_put(struct bln_store *store, const char *key, const void *bytes, size_t length,
					     struct bln_err *err);

/* Makes the object KEY; BLN_EXISTS, with nothing changed, when there is one already. */
BLN_MUST_CHECK enum bln_status bln_store_put_if_absent(struct bln_store *store, const char *key, const void *bytes,
						       size_t length, struct bln_err *err);

/* Moves a staged file into the store, replacing what was there: the file is gone from its path when this returned BLN_OK.
 * On failure it may be in either place or both, whole. BLN_NOT_FOUND when there is no file at its path. */
BLN_MUST_CHECK enum bln_status bln_store_put_file(struct bln_store *store, const char *key, const char *path,
						  struct bln_err *err);

/* The same for many at once, several at a time. Keys must differ. On failure each may be in either place. */
BLN_MUST_CHECK enum bln_status bln_store_put_files(struct bln_store *store, const struct bln_staged_file *files,
						   size_t count, struct bln_err *err);

/* Deletes; that there is no such object is fine. All keys are tried; the first failure is returned. */
BLN_MUST_CHECK enum bln_status bln_store_delete(struct bln_store *store, const char *key, struct bln_err *err);
BLN_MUST_CHECK enum bln_status bln_store_delete_many(struct bln_store *store, const char *const *keys, size_t count,
						     struct bln_err *err);

/* Removes below PREFIX (a beginning of keys, NULL for all) what writers that died left unfinished; what one of which
 * nothing is known left is removed only if it has not changed since BEFORE_US. *REMOVED (if not NULL) counts. */
BLN_MUST_CHECK enum bln_status bln_store_sweep(struct bln_store *store, const char *prefix, int64_t before_us,
					       int64_t *removed, struct bln_err *err);

/* --- Where things are. --- */

/* Whether objects can be put at all, as far as can be told without putting one: BLN_DENIED and its like say why not. */
BLN_MUST_CHECK enum bln_status bln_store_check_write(struct bln_store *store, struct bln_err *err);

/* Puts into PATH (its content is replaced) where the object KEY lies on a local disk, for engines that read files in
 * place. BLN_UNSUPPORTED where objects are no files; BLN_NOT_FOUND when there is none. */
BLN_MUST_CHECK enum bln_status bln_store_local_path(struct bln_store *store, const char *key, struct bln_text *path,
						    struct bln_err *err);

/* Puts into URL (its content is replaced) the object's URL, or the store's where KEY is NULL: file:///…, s3://… */
BLN_MUST_CHECK enum bln_status bln_store_url(struct bln_store *store, const char *key, struct bln_text *url,
					     struct bln_err *err);

/* --- For implementations: the functions above check keys and arguments, so these need not. --- */
struct bln_store_ops {
	const char *name;
	void (*close)(struct bln_store *store);
	enum bln_status (*get)(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
			       struct bln_err *err);
	enum bln_status (*get_range)(struct bln_store *store, const char *key, int64_t offset, void *buffer,
				     size_t length, size_t *got, struct bln_err *err);
	enum bln_status (*head)(struct bln_store *store, const char *key, struct bln_object_head *head,
				struct bln_err *err);
	enum bln_status (*reader_open)(struct bln_store *store, const char *key, struct bln_store_reader **reader,
				       struct bln_err *err);
	enum bln_status (*reader_read)(struct bln_store_reader *reader, void *buffer, size_t size, size_t *got,
				       struct bln_err *err);
	void (*reader_close)(struct bln_store_reader *reader);
	enum bln_status (*list)(struct bln_store *store, const struct bln_list_options *options,
				struct bln_listing **listing, struct bln_err *err); /* no member of OPTIONS is NULL */
	enum bln_status (*listing_next)(struct bln_listing *listing, const struct bln_object **object,
					struct bln_err *err);
	void (*listing_close)(struct bln_listing *listing);
	enum bln_status (*put)(struct bln_store *store, const char *key, const void *bytes, size_t length,
			       struct bln_err *err);
	enum bln_status (*put_if_absent)(struct bln_store *store, const char *key, const void *bytes, size_t length,
					 struct bln_err *err);
	enum bln_status (*put_files)(struct bln_store *store, const struct bln_staged_file *files, size_t count,
				     struct bln_err *err); /* COUNT > 0 */
	enum bln_status (*delete_many)(struct bln_store *store, const char *const *keys, size_t count,
				       struct bln_err *err); /* COUNT > 0 */
	enum bln_status (*sweep)(struct bln_store *store, const char *prefix, int64_t before_us, int64_t *removed,
				 struct bln_err *err); /* PREFIX and REMOVED are not NULL; *REMOVED begins as 0 */
	enum bln_status (*local_path)(struct bln_store *store, const char *key, struct bln_text *path,
				      struct bln_err *err);
	enum bln_status (*check_write)(struct bln_store *store, struct bln_err *err); /* NULL: nothing can be told */
	void (*url)(struct bln_store *store, const char *key, struct bln_text *url); /* KEY may be NULL */
	/* Leaves behind what a writer leaves that is killed in the middle of a put of BYTES: for the faulty store. */
	enum bln_status (*put_torn)(struct bln_store *store, const char *key, const void *bytes, size_t length,
				    struct bln_err *err);
};

#endif
