#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "source/zip/directory.h"

enum {
	LOCAL_FLAGS = 6, /* offsets of the local header's fields */
	LOCAL_METHOD = 8,
	LOCAL_NAME_LENGTH = 26,
	LOCAL_EXTRA_LENGTH = 28,
	INPUT_BYTES = 1 << 16,
	RAW_DEFLATE = -15, /* zlib: no header, the largest window */
};

static const char LOCAL_MAGIC[4] = { 'P', 'K', 3, 4 };

struct bln_zip_stream {
	const struct bln_zip *zip;
	const struct bln_zip_entry *entry;
	int64_t at; /* of the compressed bytes to be read next, in the file */
	int64_t left; /* compressed bytes from there on */
	int64_t given; /* content bytes */
	uint32_t crc; /* of those */
	bool is_ended;
	bool has_inflate;
	z_stream inflate;
	char input[INPUT_BYTES];
};

static void *zlib_alloc(void *ignored, unsigned count, unsigned size)
{
	(void)ignored;
	return bln_mem_alloc((size_t)count * size);
}

static void zlib_free(void *ignored, void *block)
{
	(void)ignored;
	bln_mem_free(block);
}

/* Adds the entry's name to what went wrong. */
static enum bln_status named(const struct bln_zip_entry *entry, enum bln_status status, struct bln_err *err)
{
	return status == BLN_OK || status == BLN_NO_MEMORY
		       ? status
		       : bln_err_where(err, status, "%s", bln_quote(entry->name, entry->name_length).text);
}

static enum bln_status entry_check(const struct bln_zip_entry *entry, int64_t content_bytes_max, struct bln_err *err)
{
	if (entry->fault)
		return bln_err_set(err, BLN_CORRUPT, "%s", entry->fault);
	if (entry->flags & ZIP_FLAG_ENCRYPTED)
		return bln_err_set(err, BLN_UNSUPPORTED, "it is encrypted");
	if (entry->method != ZIP_METHOD_STORED && entry->method != ZIP_METHOD_DEFLATED)
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "it is compressed by method %u; stored and deflated entries are read",
				   entry->method);
	if (entry->content_bytes > content_bytes_max)
		return bln_err_set(err, BLN_CORRUPT,
				   "it has %" PRId64 " bytes unpacked; more than %" PRId64 " are not read",
				   entry->content_bytes, content_bytes_max);
	if (entry->content_bytes > BLN_ZIP_RATIO_FREE &&
	    entry->content_bytes / BLN_ZIP_RATIO_MAX > entry->compressed_bytes)
		return bln_err_set(err, BLN_CORRUPT,
				   "its %" PRId64 " bytes are said to unpack to %" PRId64 ", more than %d times",
				   entry->compressed_bytes, entry->content_bytes, BLN_ZIP_RATIO_MAX);
	if (entry->method == ZIP_METHOD_STORED && entry->compressed_bytes != entry->content_bytes)
		return bln_err_set(err, BLN_CORRUPT, "it is stored, with two different sizes");
	return BLN_OK;
}

/* Its own header must say the same as the directory; sets where the data begin. */
static enum bln_status header_check(const struct bln_zip *zip, const struct bln_zip_entry *entry, int64_t *data_at,
				    struct bln_err *err)
{
	const size_t length = ZIP_LOCAL_BYTES + entry->name_length;
	char *header = bln_mem_alloc(length);
	enum bln_status status;

	if (!header)
		return bln_err_memory(err);
	BLN_TRY(zip_read_at(zip, entry->offset, header, length, err));
	if (memcmp(header, LOCAL_MAGIC, sizeof(LOCAL_MAGIC)) != 0)
		status = bln_err_set(err, BLN_CORRUPT, "it is not where the directory says");
	else if (zip_number(header + LOCAL_NAME_LENGTH, 2) != entry->name_length ||
		 memcmp(header + ZIP_LOCAL_BYTES, entry->name, entry->name_length) != 0)
		status = bln_err_set(err, BLN_CORRUPT, "it has another name than in the directory");
	else if (zip_number(header + LOCAL_METHOD, 2) != entry->method ||
		 (zip_number(header + LOCAL_FLAGS, 2) & ZIP_FLAG_ENCRYPTED) != 0)
		status = bln_err_set(err, BLN_CORRUPT, "it is compressed in another way than the directory says");
	*data_at = entry->offset + (int64_t)length + (int64_t)zip_number(header + LOCAL_EXTRA_LENGTH, 2);
	if (status == BLN_OK && entry->compressed_bytes > zip->directory_at - *data_at)
		status = bln_err_set(err, BLN_CORRUPT, "its bytes are said to go on into the directory");
done:
	bln_mem_free(header);
	return status;
}

enum bln_status bln_zip_stream_open(const struct bln_zip *zip, size_t index, int64_t content_bytes_max,
				    struct bln_zip_stream **stream, struct bln_err *err)
{
	const struct bln_zip_entry *entry = bln_zip_entry_at(zip, index);
	struct bln_zip_stream *opened = NULL;
	enum bln_status status;
	int64_t data_at = 0;

	BLN_TRY(entry_check(entry, content_bytes_max, err));
	BLN_TRY(header_check(zip, entry, &data_at, err));
	opened = bln_mem_alloc(sizeof(*opened)); /* its input needs no zeros */
	if (!opened)
		BLN_TRY(bln_err_memory(err));
	opened->zip = zip;
	opened->entry = entry;
	opened->at = data_at;
	opened->left = entry->compressed_bytes;
	opened->given = 0;
	opened->crc = (uint32_t)crc32(0, NULL, 0);
	opened->is_ended = false;
	opened->has_inflate = false;
	opened->inflate = (z_stream){ .zalloc = zlib_alloc, .zfree = zlib_free };
	if (entry->method == ZIP_METHOD_DEFLATED) {
		if (inflateInit2(&opened->inflate, RAW_DEFLATE) != Z_OK)
			BLN_TRY(bln_err_memory(err));
		opened->has_inflate = true;
	}
	*stream = opened;
	return BLN_OK;
done:
	bln_zip_stream_close(opened);
	return named(entry, status, err);
}

void bln_zip_stream_close(struct bln_zip_stream *stream)
{
	if (!stream)
		return;
	if (stream->has_inflate)
		inflateEnd(&stream->inflate);
	bln_mem_free(stream);
}

static enum bln_status stored_read(struct bln_zip_stream *stream, char *bytes, size_t size, size_t *got,
				   struct bln_err *err)
{
	enum bln_status status;

	*got = (int64_t)size < stream->left ? size : (size_t)stream->left;
	status = zip_read_at(stream->zip, stream->at, bytes, *got, err);
	stream->at += (int64_t)*got;
	stream->left -= (int64_t)*got;
	stream->is_ended = stream->left == 0;
	return status;
}

static enum bln_status input_fill(struct bln_zip_stream *stream, struct bln_err *err)
{
	const size_t length = stream->left < INPUT_BYTES ? (size_t)stream->left : INPUT_BYTES;
	enum bln_status status = zip_read_at(stream->zip, stream->at, stream->input, length, err);

	stream->inflate.next_in = (unsigned char *)stream->input;
	stream->inflate.avail_in = status == BLN_OK ? (unsigned)length : 0;
	stream->at += (int64_t)length;
	stream->left -= (int64_t)length;
	return status;
}

/* Unpacks until SIZE bytes are there or the data end. */
static enum bln_status deflated_read(struct bln_zip_stream *stream, char *bytes, size_t size, size_t *got,
				     struct bln_err *err)
{
	z_stream *const inflater = &stream->inflate;
	enum bln_status status = BLN_OK;

	*got = 0;
	while (*got < size && !stream->is_ended) {
		const size_t room = size - *got < UINT32_MAX ? size - *got : UINT32_MAX;
		int result;

		if (inflater->avail_in == 0 && stream->left > 0)
			status = input_fill(stream, err);
		if (status != BLN_OK)
			return status;
		inflater->next_out = (unsigned char *)bytes + *got;
		inflater->avail_out = (unsigned)room;
		result = inflate(inflater, Z_NO_FLUSH);
		*got += room - inflater->avail_out;
		if (result == Z_MEM_ERROR)
			return bln_err_memory(err);
		if (result == Z_BUF_ERROR && inflater->avail_in == 0 && stream->left == 0)
			return bln_err_set(err, BLN_CORRUPT, "its compressed bytes end too early");
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
			return bln_err_set(err, BLN_CORRUPT,
					   "its compressed bytes are damaged behind byte %" PRId64 " of the content",
					   stream->given + (int64_t)*got);
		stream->is_ended = result == Z_STREAM_END;
	}
	return BLN_OK;
}

/* All that the directory says is there must have been given, and nothing may be left. */
static enum bln_status end_check(struct bln_zip_stream *stream, struct bln_err *err)
{
	const struct bln_zip_entry *entry = stream->entry;
	enum bln_status status = BLN_OK;
	size_t more = 0;
	char byte;

	if (!stream->is_ended && stream->has_inflate) /* the end of the data may still have to be read */
		status = deflated_read(stream, &byte, 1, &more, err);
	if (status != BLN_OK)
		return status;
	if (more > 0 || stream->given != entry->content_bytes || stream->left > 0 || stream->inflate.avail_in > 0)
		return bln_err_set(err, BLN_CORRUPT, "it is not of the %" PRId64 " bytes that the directory says",
				   entry->content_bytes);
	if (stream->crc != entry->crc)
		return bln_err_set(err, BLN_CORRUPT,
				   "its content has the CRC %08" PRIx32 ", the directory says %08" PRIx32, stream->crc,
				   entry->crc);
	return BLN_OK;
}

enum bln_status bln_zip_read(struct bln_zip_stream *stream, char *bytes, size_t size, size_t *got, struct bln_err *err)
{
	const int64_t rest = stream->entry->content_bytes - stream->given;
	const size_t wanted = (int64_t)size < rest ? size : (size_t)rest;
	enum bln_status status = BLN_OK;

	*got = 0;
	if (wanted > 0)
		status = (stream->has_inflate ? deflated_read : stored_read)(stream, bytes, wanted, got, err);
	stream->given += (int64_t)*got;
	stream->crc = (uint32_t)crc32_z(stream->crc, (const unsigned char *)bytes, *got);
	if (status == BLN_OK && size > 0 && (*got < wanted || wanted == 0 || wanted == (size_t)rest))
		status = end_check(stream, err);
	return named(stream->entry, status, err);
}
