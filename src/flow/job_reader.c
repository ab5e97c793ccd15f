#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "flow/job_protocol.h"

/* It will stand on a terminal: no control characters, no half characters. */
static void word_take(struct bln_slice word, char out[static BLN_JOB_WORD_SIZE])
{
	const size_t length = word.length < BLN_JOB_WORD_SIZE ? word.length : BLN_JOB_WORD_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		out[i] = (char)((unsigned char)word.at[i] < ' ' || word.at[i] == 0x7f ? '?' : word.at[i]);
	bln_utf8_clean(out, length);
	out[length] = '\0';
}

static bool progress_take(struct bln_job_reader *reader, const json_t *said)
{
	struct bln_job_progress progress = { 0 };
	struct bln_slice unit = { 0 };
	struct bln_slice what = { 0 };

	if (bln_json_get_int(said, "done", &progress.done, NULL) != BLN_OK ||
	    bln_json_get_int(said, "total", &progress.total, NULL) != BLN_OK ||
	    bln_json_get_text(said, "unit", &unit, NULL) != BLN_OK ||
	    bln_json_get_text(said, "what", &what, NULL) != BLN_OK)
		return false;
	if (progress.done < 0 || progress.total < 0)
		return false;
	word_take(unit, progress.unit);
	word_take(what, progress.what);
	reader->progress = progress;
	reader->has_progress = true;
	return true;
}

static bool error_take(struct bln_job_reader *reader, const json_t *said)
{
	struct bln_slice message = { 0 };

	if (bln_json_get_text(said, "message", &message, NULL) != BLN_OK || message.length == 0)
		return false;
	if (reader->error.length == 0)
		bln_text_add_bytes(&reader->error, message.at, message.length);
	return true;
}

static bool result_take(struct bln_job_reader *reader, const json_t *said)
{
	struct bln_text result = { 0 };

	bln_json_add(&result, said);
	if (!result.has_failed && result.length > BLN_JOB_RESULT_LENGTH_MAX) {
		bln_text_clean_up(&result);
		return false;
	}
	bln_text_clean_up(&reader->result);
	reader->result = result;
	return true;
}

static const struct {
	const char *key;
	bool (*take)(struct bln_job_reader *reader, const json_t *said);
} kinds[] = {
	{ "progress", progress_take },
	{ "result", result_take },
	{ "error", error_take },
};

static void line_take(struct bln_job_reader *reader)
{
	json_t *json = NULL;
	bool is_known = false;

	if (bln_json_parse(reader->line.at, reader->line.length, "a line of a job", &json, NULL) == BLN_OK) {
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			json_t *said = NULL;

			if (json_is_object(json) && bln_json_get_object(json, kinds[i].key, &said, NULL) == BLN_OK &&
			    said)
				is_known |= kinds[i].take(reader, said);
		}
		json_decref(json);
	}
	if (!is_known)
		reader->unknown++;
}

enum bln_status bln_job_reader_feed(struct bln_job_reader *reader, const char *bytes, size_t length,
				    struct bln_err *err)
{
	struct bln_slice rest = { bytes, length };
	enum bln_status status = BLN_OK;

	while (status == BLN_OK && rest.length > 0) {
		const char *end = memchr(rest.at, '\n', rest.length);
		const size_t part = end ? (size_t)(end - rest.at) : rest.length;

		if (!reader->is_skipping && part > BLN_JOB_LINE_LENGTH_MAX - reader->line.length)
			reader->is_skipping = true;
		if (!reader->is_skipping)
			bln_text_add_bytes(&reader->line, rest.at, part);
		if (end && reader->is_skipping)
			reader->unknown++;
		else if (end && reader->line.length > 0 && !reader->line.has_failed)
			line_take(reader);
		status = bln_text_check(&reader->line, err);
		if (status == BLN_OK)
			status = bln_text_check(&reader->result, err);
		if (status == BLN_OK)
			status = bln_text_check(&reader->error, err);
		if (end) {
			bln_text_clear(&reader->line);
			reader->is_skipping = false;
		}
		rest.at += part + (end ? 1 : 0);
		rest.length -= part + (end ? 1 : 0);
	}
	return status;
}

void bln_job_reader_clean_up(struct bln_job_reader *reader)
{
	bln_text_clean_up(&reader->line);
	bln_text_clean_up(&reader->result);
	bln_text_clean_up(&reader->error);
	*reader = (struct bln_job_reader){ 0 };
}
