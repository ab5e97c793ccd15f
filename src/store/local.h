/* A directory as an object store: the key "a/b" is the file ROOT/a/b.
 *
 * How a write is made safe (local_write.c): the bytes go into a file with a hidden name of its own in the folder of the key,
 * the file is fsynced, gets the key's name in one step, and the folder is fsynced; so are the parents of new folders. The
 * one step is rename, or, for put_if_absent, renameat2 with RENAME_NOREPLACE, or link where a file system lacks that: both
 * are decided by the kernel (on NFS by the server), so that they hold between processes and machines.
 *
 * Symbolic links: the root may be one or lie behind some. Below the root none is followed, neither for reading nor for
 * writing, wherever it leads; listings leave them out: a lake that somebody hands us cannot show or overwrite other
 * files. (A folder on another disk is mounted there instead.)
 *
 * Folders stay when their last object is deleted, so that deleting never races with a writer that has just found its folder;
 * listings show none that is empty. The name of a folder stays taken.
 *
 * Kernels without openat2 or that forbid it (old ones, some containers) are walked segment by segment instead; file systems
 * that cannot fsync a folder (EINVAL) are taken at their word. What else the store asks of a file system: rename and link
 * are atomic, and fsync of a folder keeps its names, and the folder itself where another process has just made it (what
 * journals do).
 *
 * What costs is fsync: about one for each object and one for each folder that changed. Batches (local_batch.c) make all
 * folders first, then fsync and rename the files by several threads at once, which a journal turns into a few commits, and
 * in the end fsync each folder once, however many files it got.
 *
 * Listings sort each folder by itself and keep at most some ten thousands of names in memory: a larger folder is read
 * several times. Whoever lists below a folder that is a link is told so; elsewhere links are left out in silence.
 *
 * Read local_internal.h next, then local.c, local_dir.c, local_read.c, local_temp.c, local_write.c, local_batch.c,
 * local_entries.c, local_sorted.c, local_list.c, local_sweep.c. */
#ifndef BLN_STORE_LOCAL_H
#define BLN_STORE_LOCAL_H

#include "store/disk.h"
#include "store/store.h"

/* Opens the directory PATH, relative to the working directory of now. It need not exist: reading then finds nothing, the
 * first write makes it. BLN_INVALID when something else is there, BLN_DENIED when it may not be entered. */
BLN_MUST_CHECK enum bln_status bln_local_open(const char *path, const struct bln_store_options *options,
					      struct bln_store **store, struct bln_err *err);

/* The same for a URL: file:///path or file://localhost/path, percent-encoded. */
BLN_MUST_CHECK enum bln_status bln_local_open_url(const char *url, const struct bln_store_options *options,
						  struct bln_store **store, struct bln_err *err);

/* Tests: all system calls go through DISK, which outlives the store. To be called before the store is used. */
void bln_local_set_disk(struct bln_store *store, const struct bln_disk *disk);

#endif
