#include "zip_write.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

enum { VERSION = 20, DEFLATED = 8, DATE = 1 << 5 | 1 /* 1980-01-01 */, RAW = -15, MEMORY = 8 };

static void number_add(struct bln_text *text, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		bln_text_add_bytes(text, &(char){ (char)(value >> 8 * i) }, 1);
}

/* What the header before an entry and its record in the directory have in common. */
static void head_add(struct bln_text *text, uint32_t crc, size_t compressed, size_t length, const char *name)
{
	number_add(text, VERSION, 2);
	number_add(text, 0, 2); /* flags */
	number_add(text, DEFLATED, 2);
	number_add(text, 0, 2); /* time */
	number_add(text, DATE, 2);
	number_add(text, crc, 4);
	number_add(text, compressed, 4);
	number_add(text, length, 4);
	number_add(text, strlen(name), 2);
	number_add(text, 0, 2); /* extra fields */
}

static enum bln_status text_write(struct zip_write *zip, const char *bytes, size_t length, struct bln_err *err)
{
	return fwrite(bytes, 1, length, zip->file) == length ? BLN_OK
							     : bln_err_errno(err, errno, "cannot write the archive");
}

enum bln_status zip_write_add(struct zip_write *zip, const char *name, const char *bytes, size_t length,
			      struct bln_err *err)
{
	const uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)bytes, length);
	const long at = ftell(zip->file);
	z_stream deflater = { 0 };
	struct bln_text head = { 0 };
	enum bln_status status = BLN_OK;
	char *packed = NULL;
	size_t room;

	if (at < 0 || (uint64_t)at + length > UINT32_MAX / 2)
		return bln_err_set(err, BLN_UNSUPPORTED, "the archive would become too large");
	if (deflateInit2(&deflater, Z_BEST_SPEED, Z_DEFLATED, RAW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return bln_err_memory(err);
	room = deflateBound(&deflater, (uLong)length);
	packed = bln_mem_alloc(room);
	if (!packed)
		BLN_TRY(bln_err_memory(err));
	deflater.next_in = (unsigned char *)(uintptr_t)bytes;
	deflater.avail_in = (unsigned)length;
	deflater.next_out = (unsigned char *)packed;
	deflater.avail_out = (unsigned)room;
	if (deflate(&deflater, Z_FINISH) != Z_STREAM_END)
		BLN_TRY(bln_err_set(err, BLN_BUG, "%s does not deflate", name));
	bln_text_add_bytes(&head, "PK\3\4", 4);
	head_add(&head, crc, deflater.total_out, length, name);
	bln_text_add(&head, name);
	bln_text_add_bytes(&zip->directory, "PK\1\2", 4);
	number_add(&zip->directory, VERSION, 2);
	head_add(&zip->directory, crc, deflater.total_out, length, name);
	number_add(&zip->directory, 0, 6); /* comment, disk, attributes of ours */
	number_add(&zip->directory, 0, 4); /* attributes of a file system */
	number_add(&zip->directory, (uint64_t)at, 4);
	bln_text_add(&zip->directory, name);
	BLN_TRY(bln_text_check(&head, err));
	BLN_TRY(bln_text_check(&zip->directory, err));
	BLN_TRY(text_write(zip, head.at, head.length, err));
	BLN_TRY(text_write(zip, packed, deflater.total_out, err));
	zip->count++;
done:
	deflateEnd(&deflater);
	bln_mem_free(packed);
	bln_text_clean_up(&head);
	return status;
}

enum bln_status zip_write_end(struct zip_write *zip, struct bln_err *err)
{
	const size_t length = zip->directory.length;
	const long at = ftell(zip->file);
	enum bln_status status;

	bln_text_add_bytes(&zip->directory, "PK\5\6", 4);
	number_add(&zip->directory, 0, 4); /* disks */
	number_add(&zip->directory, zip->count, 2);
	number_add(&zip->directory, zip->count, 2);
	number_add(&zip->directory, length, 4);
	number_add(&zip->directory, (uint64_t)at, 4);
	number_add(&zip->directory, 0, 2); /* comment */
	BLN_TRY(bln_text_check(&zip->directory, err));
	status = text_write(zip, zip->directory.at, zip->directory.length, err);
done:
	bln_text_clean_up(&zip->directory);
	return status;
}
