/* For tests of this connector: a source over what a test made, its units read, what was told. */
#ifndef BLN_SOURCE_KRAKEN_ARCHIVE_KIT_TEST_H
#define BLN_SOURCE_KRAKEN_ARCHIVE_KIT_TEST_H

#include "base/mem.h"
#include "base/text.h"
#include "source/kraken_archive/private.h"
#include "source/source.h"
#include "source/zip/make_test.h"

struct kit {
	struct bln_clock_virtual clock;
	struct bln_source *source;
	struct bln_unit *units;
	size_t count;
	struct bln_text notes; /* one a line: "status: text" */
	struct bln_text refusals; /* one a line: "SYMBOL line reason raw" */
	struct bln_text unplaced; /* one a line: "line AFTER", then "AFTER-BEFORE", in seconds */
	struct bln_err err;
};

static inline int64_t kit_time(const char *text)
{
	int64_t time_us = 0;

	assert_int_equal(bln_time_parse(text, strlen(text), &time_us, NULL), BLN_OK);
	return time_us;
}

/* PATHS are separated by commas, below the test's folder; SETTINGS, such as "memory=1", too. */
static inline enum bln_status kit_open(struct kit *kit, const char *paths, const char *settings)
{
	struct bln_source_value values[8] = { { .name = bln_slice_of("path"), .text = bln_slice_of(paths) } };
	const struct bln_source_ops *ops = NULL;
	struct bln_slice rest = bln_slice_of(settings);
	size_t count = 1;

	*kit = (struct kit){ 0 };
	bln_clock_virtual_init(&kit->clock, kit_time("2026-01-15"));
	while (rest.length > 0) {
		struct bln_slice value = bln_slice_cut(&rest, ',');

		values[count].name = bln_slice_cut(&value, '=');
		values[count++].text = value;
	}
	assert_int_equal(bln_source_find(bln_slice_of("kraken_archive"), &ops, &kit->err), BLN_OK);
	return bln_source_open(ops, made_folder, values, count, &kit->clock.clock, &kit->source, &kit->err);
}

static inline void kit_tell(void *context, const struct bln_source_note *note)
{
	struct kit *kit = context;

	bln_text_add_format(&kit->notes, "%s: %s\n", bln_status_name(note->status), note->text);
}

static inline enum bln_status kit_list(struct kit *kit, const struct bln_source_filter *filter)
{
	bln_text_clear(&kit->notes);
	return bln_source_list(kit->source, filter ? filter : &(struct bln_source_filter){ 0 }, kit_tell, kit,
			       &kit->units, &kit->count, &kit->err);
}

static inline void kit_make(struct kit *kit, const char *paths)
{
	assert_ok(kit_open(kit, paths, NULL), &kit->err);
	assert_ok(kit_list(kit, NULL), &kit->err);
}

static inline enum bln_status kit_refuse(void *context, const struct bln_refusal *refusal, struct bln_err *err)
{
	struct kit *kit = context;
	char id[BLN_UNIT_ID_SIZE];
	(void)err;

	bln_unit_id(refusal->unit, id);
	assert_memory_equal(refusal->id, id, strlen(id));
	assert_int_equal(strlen(refusal->raw), refusal->raw_length);
	bln_text_add_format(&kit->refusals, "%s %lld %s %s%s\n", refusal->unit->symbol, (long long)refusal->line,
			    bln_reason_code(refusal->reason), refusal->is_kept ? "kept " : "", refusal->raw);
	if (refusal->is_unplaced)
		bln_text_add_format(&kit->unplaced, "%lld %lld\n", (long long)refusal->line,
				    (long long)(refusal->after_us / BLN_US_PER_SECOND));
	return BLN_OK;
}

static inline enum bln_status kit_resume(void *context, const struct bln_unplaced *unplaced, struct bln_err *err)
{
	struct kit *kit = context;
	(void)err;

	bln_text_add_format(&kit->unplaced, "%lld-%lld\n", (long long)(unplaced->after_us / BLN_US_PER_SECOND),
			    (long long)(unplaced->before_us / BLN_US_PER_SECOND));
	return BLN_OK;
}

/* Reads UNIT to its end; adds the sum of its trades to *TRADES where that is not NULL. */
static inline enum bln_status kit_read(struct kit *kit, struct bln_unit *unit, int64_t *trades)
{
	struct bln_source_reader *reader = NULL;
	struct bln_chunk *chunk = bln_chunk_new();
	enum bln_status status = BLN_NO_MEMORY;
	int64_t rows = 0, last_us = INT64_MIN;

	if (!chunk)
		goto done;
	BLN_TRY(bln_source_reader_open(kit->source, unit, kit_refuse, kit_resume, kit, &reader, &kit->err));
	assert_true(unit->is_hashed && strlen(unit->hash) == BLN_HASH_TEXT_SIZE - 1);
	do {
		BLN_TRY(bln_source_reader_next(reader, chunk, &kit->err));
		for (size_t i = 0; i < chunk->count; i++) {
			assert_true(chunk->datetime_us[i] > last_us);
			last_us = chunk->datetime_us[i];
			if (trades)
				*trades += chunk->trades[i];
		}
		rows += (int64_t)chunk->count;
	} while (chunk->count > 0);
	assert_true(unit->is_read);
	assert_int_equal(unit->rows, rows);
	if (rows > 0)
		assert_int_equal(unit->last_us, last_us);
	status = bln_source_reader_next(reader, chunk, &kit->err); /* behind the end is still the end */
	assert_int_equal(chunk->count, 0);
done:
	bln_source_reader_close(reader);
	bln_mem_free(chunk);
	return status;
}

/* Reads all, and settles. */
static inline void kit_take(struct kit *kit)
{
	for (size_t i = 0; i < kit->count; i++)
		assert_ok(kit_read(kit, &kit->units[i], NULL), &kit->err);
	assert_ok(bln_source_settle(kit->source, kit->units, kit->count, &kit->err), &kit->err);
}

static inline void kit_clean_up(struct kit *kit)
{
	bln_source_close(kit->source);
	bln_text_clean_up(&kit->notes);
	bln_text_clean_up(&kit->refusals);
	bln_text_clean_up(&kit->unplaced);
	*kit = (struct kit){ 0 };
}

/* Candles of MINUTES from FIRST to LAST, both included, as a file has them; good until the next call but three. */
static inline const char *candles(const char *first, const char *last, int minutes)
{
	static char texts[4][1 << 16];
	static int next;
	char *text = texts[next++ % 4];
	size_t length = 0;

	for (int64_t at = kit_time(first) / 1000000; at <= kit_time(last) / 1000000; at += minutes * 60)
		length += (size_t)snprintf(text + length, (1 << 16) - length, "%lld,%lld.5,200,1,2,3.25,4\n",
					   (long long)at, (long long)(at / 60 % 97 + 2));
	assert_true(length < 1 << 16);
	return text;
}

static inline void assert_range(const struct bln_unit *unit, const char *from, const char *to)
{
	char got[2][BLN_TIME_TEXT_SIZE], wanted[2][BLN_TIME_TEXT_SIZE];

	bln_time_format(unit->from_us, got[0]);
	bln_time_format(unit->to_us, got[1]);
	bln_time_format(kit_time(from), wanted[0]);
	bln_time_format(kit_time(to), wanted[1]);
	if (strcmp(got[0], wanted[0]) != 0 || strcmp(got[1], wanted[1]) != 0)
		fail_msg("%s %s %s: [%s, %s) is not [%s, %s)", unit->path, unit->symbol, unit->frequency, got[0],
			 got[1], wanted[0], wanted[1]);
}

static inline void assert_part(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("\"%s\" has no \"%s\"", text ? text : "", part);
}

static inline int kit_set_up(void **state)
{
	(void)state;
	folder_make();
	return 0;
}

static inline int kit_tear_down(void **state)
{
	(void)state;
	folder_remove();
	return 0;
}

#endif
