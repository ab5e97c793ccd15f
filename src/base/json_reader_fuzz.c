/* Any bytes as JSON: the reader takes what jansson takes. Corpus: tests/corpus/json_reader. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bln_json_reader reader;
	struct bln_arena arena = { 0 };
	json_error_t error = { 0 };
	json_t *json = json_loadb((const char *)data, size, JSON_DECODE_ANY, &error);
	/* Sizes of numbers do not matter to one who skips them; of depth jansson takes more, and it skips a NUL after a token. */
	bool has_nul = size > 0 && memchr(data, 0, size);
	bool is_comparable = !has_nul && (json || json_error_code(&error) != json_error_numeric_overflow);
	bool is_ok;

	bln_json_reader_init(&reader, (const char *)data, size, &arena);
	is_ok = bln_json_reader_skip(&reader, NULL) && bln_json_reader_end(&reader);
	if (is_comparable && is_ok != (json != NULL) && size < BLN_JSON_DEPTH_MAX)
		abort();
	json_decref(json);
	bln_arena_clean_up(&arena);
	return 0;
}
