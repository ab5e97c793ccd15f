/* Any bytes as a line of a commit: what is understood and written down again means the same. Corpus: tests/corpus/action. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "delta/action.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bln_arena arena = { 0 };
	struct bln_text once = { 0 };
	struct bln_text twice = { 0 };
	struct bln_action action;
	struct bln_err err = { 0 };
	enum bln_status status;

	status = bln_action_parse((struct bln_slice){ (const char *)data, size }, "fuzz", &arena, &action, &err);
	if (status != BLN_OK && (status != BLN_CORRUPT || err.message[0] == '\0'))
		abort();
	if (status == BLN_OK) {
		bln_action_format(&action, &once);
		if (once.length) {
			if (bln_action_parse((struct bln_slice){ once.at, once.length }, "again", &arena, &action,
					     &err) != BLN_OK)
				abort();
			bln_action_format(&action, &twice);
			if (once.length != twice.length || memcmp(once.at, twice.at, once.length) != 0)
				abort();
		}
	}
	bln_text_clean_up(&once);
	bln_text_clean_up(&twice);
	bln_arena_clean_up(&arena);
	return 0;
}
