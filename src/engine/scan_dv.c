/* Deletion vectors from where they lie: in the log, in a file of the table, in a file elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "delta/path.h"
#include "engine/scan_private.h"

/* A file of vectors begins with a byte for its version: the first vector's place where the log gives none. */
enum { FIRST_OFFSET = 1, LENGTH_AND_CHECKSUM = 8 };

/* A file outside of the table's store, below a root that the project names. */
static enum bln_status external_read(const char *path, int64_t offset, void *buffer, size_t length, size_t *got,
				     struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	int fd;

	if (path[0] != '/')
		return bln_err_set(err, BLN_UNSUPPORTED, "%s: not a local file", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return bln_err_errno(err, errno, "cannot open %s", path);
	for (*got = 0; *got < length;) {
		ssize_t count = pread(fd, (char *)buffer + *got, length - *got, offset + (int64_t)*got);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			status = bln_err_errno(err, errno, "cannot read %s", path);
		if (count <= 0)
			break;
		*got += (size_t)count;
	}
	close(fd);
	return status;
}

static enum bln_status block_read(const struct bln_table *table, const struct bln_dv_ref *ref, struct bln_arena *arena,
				  unsigned char **block, size_t *got, struct bln_err *err)
{
	size_t length = (size_t)ref->size_bytes + LENGTH_AND_CHECKSUM;
	int64_t offset = ref->offset >= 0 ? ref->offset : FIRST_OFFSET;
	struct bln_location location = { 0 };
	enum bln_status status;
	char *relative;

	if (ref->storage == 'u') {
		BLN_TRY(bln_dv_file_path(ref, arena, &relative, err));
		location.key = bln_table_key(table, arena, relative);
		if (!location.key)
			return bln_err_memory(err);
	} else {
		BLN_TRY(bln_table_resolve_path(table, ref->path_or_inline, arena, &location, err));
	}
	*block = bln_arena_alloc(arena, length);
	if (!*block)
		return bln_err_memory(err);
	status = location.key ? bln_store_get_range(table->store, location.key, offset, *block, length, got, err)
			      : external_read(location.external, offset, *block, length, got, err);
done:
	return status;
}

enum bln_status bln_scan_dv_load(const struct bln_table *table, const struct bln_add *add, struct bln_arena *arena,
				 struct bln_dv *dv, struct bln_err *err)
{
	struct bln_arena scratch = { 0 }; /* the vector's bytes are not needed once its ranges are known */
	const unsigned char *bytes = NULL;
	unsigned char *block = NULL;
	enum bln_status status;
	size_t length = 0;

	*dv = (struct bln_dv){ 0 };
	if (!add->dv.storage)
		return BLN_OK;
	if (add->dv.size_bytes < 0 || add->dv.size_bytes > BLN_DV_BYTES_MAX)
		return bln_err_set(err, BLN_CORRUPT, "a deletion vector of an impossible size");
	if (add->dv.storage == 'i') {
		BLN_TRY(bln_dv_inline_bytes(&add->dv, &scratch, &block, &length, err));
		bytes = block;
	} else {
		size_t got = 0;

		BLN_TRY(block_read(table, &add->dv, &scratch, &block, &got, err));
		BLN_TRY(bln_dv_unwrap(block, got, &add->dv, &bytes, &length, err));
	}
	BLN_TRY(bln_dv_decode(bytes, length, add->dv.cardinality, arena, dv, err));
done:
	bln_arena_clean_up(&scratch);
	return status;
}
