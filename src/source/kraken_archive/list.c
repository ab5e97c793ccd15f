#include "source/kraken_archive/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "source/kraken_archive/name.h"
#include "source/kraken_archive/walk.h"

enum { NAMES_SHOWN_MAX = 8 }; /* of what was looked for, in messages */

void kraken_list_clean_up(struct kraken_source *source)
{
	for (size_t i = 0; i < source->file_count; i++)
		bln_zip_close(source->files[i].zip);
	bln_mem_free(source->files);
	bln_mem_free(source->items);
	bln_mem_free(source->archives);
	bln_arena_clean_up(&source->listed);
	source->files = NULL;
	source->items = NULL;
	source->archives = NULL;
	source->units = NULL;
	source->file_count = source->file_capacity = 0;
	source->item_count = source->item_capacity = 0;
	source->archive_count = source->archive_capacity = 0;
}

static int text_compare(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int item_compare(const void *left, const void *right, void *context)
{
	const struct kraken_item *a = left, *b = right;
	const struct kraken_file *files = context;
	const int64_t a_from = a->archive == KRAKEN_NAMED ? a->from_us : INT64_MIN; /* base archives come first */
	const int64_t b_from = b->archive == KRAKEN_NAMED ? b->from_us : INT64_MIN;
	int order = strcmp(a->symbol, b->symbol);

	if (order == 0)
		order = (a->minutes > b->minutes) - (a->minutes < b->minutes);
	if (order == 0)
		order = (a_from > b_from) - (a_from < b_from);
	if (order == 0)
		order = strcmp(files[a->file].path, files[b->file].path);
	if (order == 0)
		order = text_compare(a->entry, b->entry);
	return order != 0 ? order : (a->zip_index > b->zip_index) - (a->zip_index < b->zip_index);
}

/* Paths given twice, or within another, lead to the same file twice. */
static void items_unite(struct kraken_source *source)
{
	size_t kept = 0;

	for (size_t i = 0; i < source->item_count; i++) {
		const struct kraken_item *item = &source->items[i];
		const struct kraken_item *last = kept > 0 ? &source->items[kept - 1] : NULL;

		if (!last || strcmp(last->symbol, item->symbol) != 0 || last->minutes != item->minutes ||
		    last->zip_index != item->zip_index ||
		    strcmp(source->files[last->file].path, source->files[item->file].path) != 0)
			source->items[kept++] = *item;
	}
	source->item_count = kept;
}

static enum bln_status units_make(struct kraken_source *source, struct bln_err *err)
{
	const struct bln_source_ops *ops = source->base.ops;

	source->units = bln_arena_calloc(&source->listed, source->item_count, sizeof(*source->units));
	if (!source->units)
		return bln_err_memory(err);
	for (size_t i = 0; i < source->item_count; i++) {
		const struct kraken_item *item = &source->items[i];
		const struct kraken_file *file = &source->files[item->file];
		const struct bln_frequency frequency = { .step_us = item->minutes * BLN_US_PER_MINUTE };
		char text[BLN_FREQUENCY_TEXT_SIZE];

		bln_frequency_format(frequency, text);
		source->units[i] = (struct bln_unit){
			.source = ops->venue,
			.symbol = item->symbol,
			.base_currency = kraken_base_currency(bln_slice_of(item->symbol)),
			.type = ops->type,
			.origin = ops->origin,
			.frequency = bln_arena_strdup(&source->listed, text),
			.step_us = frequency.step_us,
			.path = file->path,
			.entry = item->entry,
			.content_bytes = item->content_bytes,
			.fingerprint = file->fingerprint,
			.first_us = INT64_MAX,
			.last_us = INT64_MIN,
			.archive = item->archive,
			.entry_index = i,
		};
		if (!source->units[i].frequency)
			return bln_err_memory(err);
		if (file->zip)
			source->units[i].fingerprint.crc = bln_zip_entry_at(file->zip, item->zip_index)->crc;
	}
	return BLN_OK;
}

static void frequencies_mark(struct kraken_source *source)
{
	for (size_t i = 0; i < source->item_count; i++) {
		const struct kraken_item *item = &source->items[i];
		struct kraken_archive *archive;

		if (item->archive == KRAKEN_NAMED)
			continue;
		archive = &source->archives[item->archive];
		if (archive->minutes_min == 0 || item->minutes < archive->minutes_min)
			archive->minutes_min = item->minutes;
		if (item->minutes > archive->minutes_max)
			archive->minutes_max = item->minutes;
	}
}

/* Symbols that were asked for and that no file is of. */
static void missing_tell(struct kraken_walk *walk)
{
	size_t told = 0;

	for (const struct bln_map_entry *wanted = NULL; (wanted = bln_map_next(&walk->wanted, wanted));) {
		const struct bln_slice symbol = { wanted->key, wanted->length };
		const char *best = NULL;
		size_t distance = SIZE_MAX;
		char text[256];

		if (wanted->number != 0 || told++ >= NAMES_SHOWN_MAX)
			continue;
		for (const struct bln_map_entry *seen = NULL; (seen = bln_map_next(&walk->seen, seen));)
			bln_nearest_try(symbol, seen->key, &best, &distance);
		snprintf(text, sizeof(text), "no file is of the symbol %s%s%s%s",
			 bln_quote(symbol.at, symbol.length).text, best ? "; did you mean " : "", best ? best : "",
			 best ? "?" : "");
		kraken_tell(walk, BLN_OK, walk->given, (struct bln_slice){ 0 }, text);
	}
}

/* Nothing was found: says where, what was looked for, and what was there instead. */
static enum bln_status nothing_found(struct kraken_walk *walk, struct bln_err *err)
{
	const struct bln_source_filter *filter = walk->filter;
	const struct bln_setting_list *paths = &walk->paths;
	struct bln_text text = { 0 };

	if (walk->first.status != BLN_OK)
		return bln_err_set(err, walk->first.status, "%s", walk->first.message);
	bln_text_add_format(&text, "%s", paths->count > 1 ? paths->items[0] : walk->given);
	if (paths->count > 1)
		bln_text_add_format(&text, " and %zu more", paths->count - 1);
	bln_text_add(&text, ": no candle file (SYMBOL_MINUTES.csv, such as XBTUSD_15.csv, in folders or ZIP archives)");
	for (size_t i = 0; i < filter->symbols.count && i < NAMES_SHOWN_MAX; i++)
		bln_text_add_format(&text, "%s%s", i == 0 ? " of the symbols " : ", ", filter->symbols.items[i]);
	if (filter->symbols.count > NAMES_SHOWN_MAX)
		bln_text_add(&text, ", …");
	for (size_t i = 0; i < filter->frequency_count && i < NAMES_SHOWN_MAX; i++) {
		char frequency[BLN_FREQUENCY_TEXT_SIZE];

		bln_frequency_format(filter->frequencies[i], frequency);
		bln_text_add_format(&text, "%s%s", i == 0 ? " with candles of " : ", ", frequency);
	}
	if (filter->base)
		bln_text_add_format(&text, " with prices in %s", filter->base);
	bln_text_add_format(&text, "; there are %zu candle files, and %zu other names", walk->candle_files,
			    walk->names > walk->candle_files ? walk->names - walk->candle_files : 0);
	bln_err_set(err, BLN_NOT_FOUND, "%s", text.at ? text.at : "no candle file");
	bln_text_clean_up(&text);
	return BLN_NOT_FOUND;
}

static enum bln_status list_make(struct kraken_walk *walk, struct bln_err *err)
{
	struct kraken_source *source = walk->source;
	const struct bln_setting_list *symbols = &walk->filter->symbols;
	enum bln_status status;

	for (size_t i = 0; i < symbols->count; i++)
		if (!bln_map_insert(&walk->wanted, symbols->items[i], strlen(symbols->items[i]), NULL))
			return bln_err_memory(err);
	BLN_TRY(kraken_walk_all(walk, err));
	missing_tell(walk);
	if (source->item_count == 0)
		return nothing_found(walk, err);
	qsort_r(source->items, source->item_count, sizeof(*source->items), item_compare, source->files);
	items_unite(source);
	frequencies_mark(source);
	status = units_make(source, err);
done:
	return status;
}

enum bln_status kraken_list(struct bln_source *base, const struct bln_source_filter *filter, bln_source_tell *tell,
			    void *context, struct bln_unit **units, size_t *count, struct bln_err *err)
{
	struct kraken_source *source = (struct kraken_source *)base;
	struct kraken_walk walk = { .source = source, .filter = filter, .tell = tell, .context = context };
	enum bln_status status;

	kraken_list_clean_up(source);
	source->now_us = bln_clock_now_us(base->clock);
	status = list_make(&walk, err);
	bln_text_clean_up(&walk.passed);
	bln_map_clean_up(&walk.wanted);
	bln_map_clean_up(&walk.seen);
	bln_map_clean_up(&walk.archives);
	if (status != BLN_OK) {
		kraken_list_clean_up(source);
		return status;
	}
	*units = source->units;
	*count = source->item_count;
	return BLN_OK;
}
