/* What a walk does with a name: whether it is wanted, and what else it says. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "source/kraken_archive/name.h"
#include "source/kraken_archive/walk.h"

enum { PASSED_SHOWN_MAX = 4 };

void kraken_tell(struct kraken_walk *walk, enum bln_status status, const char *path, struct bln_slice entry,
		 const char *text)
{
	const struct bln_quoted name = bln_quote(entry.at, entry.length);
	char whole[BLN_ERR_MESSAGE_SIZE];

	snprintf(whole, sizeof(whole), "%s%s%s: %s", path, entry.length > 0 ? ": " : "", name.text, text);
	if (status != BLN_OK && walk->first.status == BLN_OK)
		bln_err_set(&walk->first, status, "%s", whole);
	if (walk->tell)
		walk->tell(walk->context, &(struct bln_source_note){ .status = status,
								     .path = path,
								     .entry = entry.length > 0 ? name.text : NULL,
								     .text = whole });
}

void kraken_pass_over(struct kraken_walk *walk, const char *path, struct bln_slice entry, const char *why)
{
	const size_t given = strlen(walk->given);
	const bool is_below = strncmp(path, walk->given, given) == 0 && path[given] == '/';
	const char *below = is_below ? path + given + 1 : strrchr(path, '/') + 1;
	const struct bln_quoted name =
		entry.length > 0 ? bln_quote(entry.at, entry.length) : bln_quote(below, strlen(below));
	char whole[BLN_ERR_MESSAGE_SIZE];

	if (++walk->passed_over <= PASSED_SHOWN_MAX)
		bln_text_add_format(&walk->passed, "%s%s (%s)", walk->passed_over > 1 ? ", " : "", name.text, why);
	if (walk->passed_over > KRAKEN_NOTES_MAX || !walk->tell)
		return;
	snprintf(whole, sizeof(whole), "%s%s%s: passed over: %s", path, entry.length > 0 ? ": " : "",
		 entry.length > 0 ? name.text : "", why);
	walk->tell(walk->context, &(struct bln_source_note){ .is_detail = true,
							     .path = path,
							     .entry = entry.length > 0 ? name.text : NULL,
							     .text = whole });
}

void kraken_tell_passed(struct kraken_walk *walk)
{
	const size_t more = walk->passed_over > PASSED_SHOWN_MAX ? walk->passed_over - PASSED_SHOWN_MAX : 0;
	char text[BLN_ERR_MESSAGE_SIZE];

	if (walk->passed_over == 0)
		return;
	if (more > 0)
		bln_text_add_format(&walk->passed, ", and %zu more", more);
	if (walk->passed.has_failed)
		return;
	snprintf(text, sizeof(text), "%zu name%s passed over: %s", walk->passed_over,
		 walk->passed_over == 1 ? " was" : "s were", walk->passed.at);
	kraken_tell(walk, BLN_OK, walk->given, (struct bln_slice){ 0 }, text);
	bln_text_clear(&walk->passed);
	walk->passed_over = 0;
}

static bool frequency_is_wanted(const struct bln_source_filter *filter, int minutes)
{
	for (size_t i = 0; i < filter->frequency_count; i++)
		if (filter->frequencies[i].step_us == minutes * BLN_US_PER_MINUTE)
			return true;
	return !filter->frequencies;
}

/* The archive of the files in FOLDER. */
static enum bln_status archive_of(struct kraken_walk *walk, struct bln_slice folder, size_t *archive,
				  struct bln_err *err)
{
	struct kraken_source *source = walk->source;
	struct bln_map_entry *entry = bln_map_find(&walk->archives, folder.at, folder.length);

	if (!entry) {
		char *key = bln_arena_strndup(&source->listed, folder.at, folder.length);

		if (!key ||
		    !bln_mem_grow(&source->archives, source->archive_count, &source->archive_capacity,
				  sizeof(*source->archives)) ||
		    !(entry = bln_map_insert(&walk->archives, key, folder.length, NULL)))
			return bln_err_memory(err);
		source->archives[source->archive_count++] = (struct kraken_archive){ 0 };
		entry->number = source->archive_count;
	}
	*archive = (size_t)entry->number - 1;
	return BLN_OK;
}

bool kraken_quarter_find(struct bln_slice path, int64_t *from_us, int64_t *to_us)
{
	while (path.length > 0) {
		size_t at = path.length;

		while (at > 0 && path.at[at - 1] != '/')
			at--;
		if (kraken_quarter_parse((struct bln_slice){ path.at + at, path.length - at }, from_us, to_us))
			return true;
		path.length = at > 0 ? at - 1 : 0;
	}
	return false;
}

enum bln_status kraken_walk_take(struct kraken_walk *walk, const struct kraken_place *place, struct bln_slice name,
				 struct kraken_item *item, bool *is_taken, struct bln_err *err)
{
	const struct bln_source_filter *filter = walk->filter;
	struct bln_map_entry *wanted, *seen;
	struct kraken_name parsed;

	*is_taken = false;
	if (!kraken_name_parse(name, &parsed))
		return BLN_OK;
	walk->candle_files++;
	seen = bln_map_find(&walk->seen, parsed.symbol.at, parsed.symbol.length);
	if (!seen) {
		char *symbol = bln_arena_strndup(&walk->source->listed, parsed.symbol.at, parsed.symbol.length);

		if (!symbol || !(seen = bln_map_insert(&walk->seen, symbol, parsed.symbol.length, NULL)))
			return bln_err_memory(err);
	}
	wanted = bln_map_find(&walk->wanted, seen->key, seen->length);
	if (wanted)
		wanted->number = 1;
	if ((filter->symbols.count > 0 && !wanted) || !frequency_is_wanted(filter, parsed.minutes) ||
	    (filter->base && strcmp(filter->base, kraken_base_currency(parsed.symbol)) != 0))
		return BLN_OK;
	*is_taken = true;
	item->symbol = seen->key;
	item->minutes = parsed.minutes;
	item->archive = KRAKEN_NAMED;
	if (kraken_quarter_find(place->path, &item->from_us, &item->to_us))
		return BLN_OK;
	if (place->has_quarter) {
		item->from_us = place->from_us;
		item->to_us = place->to_us;
		return BLN_OK;
	}
	return archive_of(walk, place->archive, &item->archive, err);
}

enum bln_status kraken_walk_add(struct kraken_walk *walk, const struct kraken_item *item, struct bln_err *err)
{
	struct kraken_source *source = walk->source;

	if (!bln_mem_grow(&source->items, source->item_count, &source->item_capacity, sizeof(*source->items)))
		return bln_err_memory(err);
	source->items[source->item_count++] = *item;
	return BLN_OK;
}

enum bln_status kraken_walk_file(struct kraken_walk *walk, const struct kraken_file *file, size_t *index,
				 struct bln_err *err)
{
	struct kraken_source *source = walk->source;

	if (!bln_mem_grow(&source->files, source->file_count, &source->file_capacity, sizeof(*source->files)))
		return bln_err_memory(err);
	*index = source->file_count;
	source->files[source->file_count] = *file;
	source->files[source->file_count++].is_link = walk->is_link && strcmp(file->path, walk->given) == 0;
	return BLN_OK;
}

enum bln_status kraken_walk_count(struct kraken_walk *walk, struct bln_err *err)
{
	if (++walk->names <= KRAKEN_NAMES_MAX)
		return BLN_OK;
	return bln_err_set(err, BLN_INVALID, "%s: more than %d names in it: is it the right place?", walk->given,
			   KRAKEN_NAMES_MAX);
}
