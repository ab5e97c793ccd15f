/* Any bytes as an archive: opened, and every entry read, within bounds. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/zip/archive.h"

enum { CONTENT_MAX = 1 << 22, ENTRIES_READ_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char bytes[1 << 16];
	_Atomic int64_t bytes_read = 0;
	struct bln_zip *zip;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || bln_zip_open(fd, &bytes_read, &zip, NULL) != BLN_OK)
		return 0;
	for (size_t i = 0; i < bln_zip_entry_count(zip) && i < ENTRIES_READ_MAX; i++) {
		const struct bln_zip_entry *entry = bln_zip_entry_at(zip, i);
		struct bln_zip_stream *stream = NULL;
		int64_t total = 0;
		size_t got = 1;
		enum bln_status status = bln_zip_stream_open(zip, i, CONTENT_MAX, &stream, NULL);

		while (status == BLN_OK && got > 0) {
			status = bln_zip_read(stream, bytes, sizeof(bytes), &got, NULL);
			total += (int64_t)got;
		}
		if (total > entry->content_bytes || (status == BLN_OK && total != entry->content_bytes))
			abort();
		bln_zip_stream_close(stream);
	}
	bln_zip_close(zip);
	return 0;
}
