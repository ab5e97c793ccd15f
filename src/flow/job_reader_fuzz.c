/* Whatever a job's process writes to its runner. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flow/job_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t half = size / 2;
	struct bln_job_reader whole = { 0 };
	struct bln_job_reader pieces = { 0 };

	if (bln_job_reader_feed(&whole, (const char *)data, size, NULL) != BLN_OK ||
	    bln_job_reader_feed(&pieces, (const char *)data, half, NULL) != BLN_OK ||
	    bln_job_reader_feed(&pieces, (const char *)data + half, size - half, NULL) != BLN_OK)
		abort();
	if (whole.unknown != pieces.unknown || whole.has_progress != pieces.has_progress ||
	    memcmp(&whole.progress, &pieces.progress, sizeof(whole.progress)) != 0 ||
	    whole.result.length != pieces.result.length || whole.error.length != pieces.error.length)
		abort();
	bln_job_reader_clean_up(&whole);
	bln_job_reader_clean_up(&pieces);
	return 0;
}
