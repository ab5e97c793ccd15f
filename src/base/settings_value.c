#include "base/settings_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/frequency.h"
#include "base/number.h"
#include "base/quantity.h"
#include "base/time.h"

static bool has_bounds(const struct bln_setting *setting)
{
	return setting->min != 0 || setting->max != 0;
}

/* The field of all types that are a number, once it is within its bounds. */
static enum bln_status number_keep(const struct bln_setting *setting, int64_t value, void *field)
{
	if (has_bounds(setting) && (value < setting->min || value > setting->max))
		return BLN_INVALID;
	*(int64_t *)field = value;
	return BLN_OK;
}

static enum bln_status string_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				   struct bln_arena *arena)
{
	const char *copy;

	(void)setting;
	if (text.length > 0 && memchr(text.at, '\0', text.length))
		return BLN_INVALID;
	copy = bln_arena_strndup(arena, text.length > 0 ? text.at : "", text.length);
	if (!copy)
		return BLN_NO_MEMORY;
	*(const char **)field = copy;
	return BLN_OK;
}

static enum bln_status bool_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				 struct bln_arena *arena)
{
	const bool is_true = bln_slice_is(text, "true");

	(void)setting;
	(void)arena;
	if (!is_true && !bln_slice_is(text, "false"))
		return BLN_INVALID;
	*(bool *)field = is_true;
	return BLN_OK;
}

static enum bln_status int_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				struct bln_arena *arena)
{
	int64_t value;

	(void)arena;
	return bln_int64_parse(text.at, text.length, &value) ? number_keep(setting, value, field) : BLN_INVALID;
}

static void int_write(int64_t bound, struct bln_text *text)
{
	bln_text_add_format(text, "%" PRId64, bound);
}

static enum bln_status size_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				 struct bln_arena *arena)
{
	int64_t value;
	enum bln_status status = bln_size_parse(text.at, text.length, &value, NULL);

	(void)arena;
	return status == BLN_OK ? number_keep(setting, value, field) : status;
}

static void size_write(int64_t bound, struct bln_text *text)
{
	char written[BLN_QUANTITY_TEXT_SIZE];

	bln_size_format(bound, written);
	bln_text_add(text, written);
}

static enum bln_status duration_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				     struct bln_arena *arena)
{
	int64_t value;
	enum bln_status status = bln_duration_parse(text.at, text.length, &value, NULL);

	(void)arena;
	return status == BLN_OK ? number_keep(setting, value, field) : status;
}

static void duration_write(int64_t bound, struct bln_text *text)
{
	char written[BLN_QUANTITY_TEXT_SIZE];

	bln_duration_format(bound, written);
	bln_text_add(text, written);
}

static enum bln_status time_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				 struct bln_arena *arena)
{
	int64_t value;
	enum bln_status status = bln_time_parse(text.at, text.length, &value, NULL);

	(void)arena;
	return status == BLN_OK ? number_keep(setting, value, field) : status;
}

static void time_write(int64_t bound, struct bln_text *text)
{
	char written[BLN_TIME_TEXT_SIZE];

	bln_time_format(bound, written);
	bln_text_add(text, written);
}

static enum bln_status frequency_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				      struct bln_arena *arena)
{
	(void)setting;
	(void)arena;
	return bln_frequency_parse(text.at, text.length, field, NULL);
}

/* Where TEXT is in CHOICES, or -1. */
static int choice_find(const char *const *choices, struct bln_slice text)
{
	for (int i = 0; choices[i]; i++)
		if (bln_slice_is(text, choices[i]))
			return i;
	return -1;
}

static enum bln_status choice_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				   struct bln_arena *arena)
{
	int found = choice_find(setting->choices, text);

	(void)arena;
	if (found < 0)
		return BLN_INVALID;
	memcpy(field, &found, sizeof(found)); /* it may be an enum there */
	return BLN_OK;
}

static struct bln_slice trimmed(struct bln_slice text)
{
	while (text.length > 0 && text.at[0] == ' ') {
		text.at++;
		text.length--;
	}
	while (text.length > 0 && text.at[text.length - 1] == ' ')
		text.length--;
	return text;
}

static enum bln_status list_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				 struct bln_arena *arena)
{
	struct bln_slice rest = text;
	enum bln_status status;
	struct bln_slice *items;
	size_t count = 0;

	if (trimmed(text).length == 0)
		return bln_setting_read_list(setting, NULL, 0, field, arena);
	for (; rest.at; count++)
		bln_slice_cut(&rest, ',');
	if (count > BLN_SETTING_ITEMS_MAX)
		return BLN_INVALID;
	items = bln_arena_calloc(arena, count, sizeof(*items));
	if (!items)
		return BLN_NO_MEMORY;
	rest = text;
	for (size_t i = 0; i < count; i++)
		items[i] = trimmed(bln_slice_cut(&rest, ','));
	status = bln_setting_read_list(setting, items, count, field, arena);
	return status == BLN_OK ? string_read(setting, text, &((struct bln_setting_list *)field)->whole, arena)
				: status;
}

static const struct {
	enum bln_status (*read)(const struct bln_setting *setting, struct bln_slice text, void *field,
				struct bln_arena *arena);
	void (*bound_write)(int64_t bound, struct bln_text *text); /* of what can have bounds */
	const char *description;
} types[BLN_SETTING_TYPES] = {
	[BLN_SETTING_STRING] = { string_read, NULL, "text" },
	[BLN_SETTING_BOOL] = { bool_read, NULL, "true or false" },
	[BLN_SETTING_INT] = { int_read, int_write, "a whole number" },
	[BLN_SETTING_SIZE] = { size_read, size_write, "a size as in 64MiB" },
	[BLN_SETTING_DURATION] = { duration_read, duration_write, "a duration as in 500ms, 30m or 7d" },
	[BLN_SETTING_TIME] = { time_read, time_write, "a time as in 2024-01-31 or 2024-01-31T12:34:56Z" },
	[BLN_SETTING_FREQUENCY] = { frequency_read, NULL, "a frequency as in 15m, 1h, 1d or 1w" },
	[BLN_SETTING_CHOICE] = { choice_read, NULL, "one of" },
	[BLN_SETTING_LIST] = { list_read, NULL, "texts separated by commas" },
};

enum bln_status bln_setting_read(const struct bln_setting *setting, struct bln_slice text, void *field,
				 struct bln_arena *arena)
{
	if (text.length > BLN_SETTING_TEXT_MAX)
		return BLN_INVALID;
	return types[setting->type].read(setting, text, field, arena);
}

enum bln_status bln_setting_read_list(const struct bln_setting *setting, const struct bln_slice *items, size_t count,
				      void *field, struct bln_arena *arena)
{
	const char **copies;

	if (count > BLN_SETTING_ITEMS_MAX)
		return BLN_INVALID;
	copies = bln_arena_calloc(arena, count + 1, sizeof(*copies));
	if (!copies)
		return BLN_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		enum bln_status status;

		if (items[i].length == 0 || items[i].length > BLN_SETTING_TEXT_MAX ||
		    (setting->choices && choice_find(setting->choices, items[i]) < 0))
			return BLN_INVALID;
		status = string_read(setting, items[i], &copies[i], arena);
		if (status != BLN_OK)
			return status;
	}
	*(struct bln_setting_list *)field = (struct bln_setting_list){ .items = copies, .count = count };
	return BLN_OK;
}

void bln_setting_describe(const struct bln_setting *setting, struct bln_text *text)
{
	const bool is_list = setting->type == BLN_SETTING_LIST;
	void (*const bound_write)(int64_t bound, struct bln_text * text) = types[setting->type].bound_write;

	bln_text_add(text, types[setting->type].description);
	if (setting->choices) {
		bln_text_add(text, is_list ? ", each one of " : " ");
		for (size_t i = 0; setting->choices[i]; i++) {
			bln_text_add(text, i > 0 ? ", " : "");
			bln_text_add(text, setting->choices[i]);
		}
	}
	if (!has_bounds(setting) || !bound_write)
		return;
	bln_text_add(text, setting->max == INT64_MAX ? ", at least " : ", from ");
	bound_write(setting->min, text);
	if (setting->max != INT64_MAX) {
		bln_text_add(text, " to ");
		bound_write(setting->max, text);
	}
}
