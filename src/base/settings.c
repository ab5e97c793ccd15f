#include "base/settings.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/nearest.h"
#include "base/settings_value.h"

static void *field_of(const struct bln_settings *settings, size_t i)
{
	return (char *)settings->values + settings->table[i].offset;
}

/* The row of NAME, or COUNT. */
static size_t row_find(const struct bln_settings *settings, struct bln_slice name)
{
	size_t i = 0;

	while (i < settings->count && !bln_slice_is(name, settings->table[i].name))
		i++;
	return i;
}

static enum bln_status unknown(const struct bln_settings *settings, struct bln_slice name, struct bln_err *err)
{
	struct bln_text known = { 0 };
	const char *meant = NULL;
	size_t distance = SIZE_MAX;
	enum bln_status status;

	for (size_t i = 0; i < settings->count; i++)
		bln_nearest_try(name, settings->table[i].name, &meant, &distance);
	if (meant)
		return bln_err_set(err, BLN_INVALID, "unknown key '%s': did you mean '%s'?",
				   bln_quote(name.at, name.length).text, meant);

	for (size_t i = 0; i < settings->count; i++)
		bln_text_add_format(&known, "%s%s", i > 0 ? ", " : "", settings->table[i].name);
	status = bln_text_check(&known, err);
	if (status == BLN_OK)
		status = bln_err_set(err, BLN_INVALID, "unknown key '%s': known are %s",
				     bln_quote(name.at, name.length).text, known.length > 0 ? known.at : "none");
	bln_text_clean_up(&known);
	return status;
}

/* Says why TEXT was refused, without showing a secret. */
static enum bln_status refused(const struct bln_setting *setting, struct bln_slice text, struct bln_err *err)
{
	struct bln_text allowed = { 0 };
	size_t distance = SIZE_MAX;
	const char *meant = NULL;
	enum bln_status status;

	for (size_t i = 0; setting->choices && setting->choices[i]; i++)
		bln_nearest_try(text, setting->choices[i], &meant, &distance);
	bln_setting_describe(setting, &allowed);
	status = bln_text_check(&allowed, err);
	if (status == BLN_OK && setting->is_secret)
		status = bln_err_set(err, BLN_INVALID, "%s: not %s (the value is a secret)", setting->name, allowed.at);
	else if (status == BLN_OK)
		status = bln_err_set(err, BLN_INVALID, "%s: '%s' is not %s%s%s%s", setting->name,
				     bln_quote(text.at, text.length).text, allowed.at, meant ? "; did you mean '" : "",
				     meant ? meant : "", meant ? "'?" : "");
	bln_text_clean_up(&allowed);
	return status;
}

/* What follows a try to read TEXT into row I. */
static enum bln_status set_end(struct bln_settings *settings, size_t i, enum bln_status status, struct bln_slice text,
			       struct bln_err *err)
{
	if (status == BLN_OK)
		settings->given |= UINT64_C(1) << i;
	else if (status == BLN_NO_MEMORY)
		return bln_err_memory(err);
	else
		return refused(&settings->table[i], text, err);
	return BLN_OK;
}

enum bln_status bln_settings_init(struct bln_settings *settings, const struct bln_setting *table, size_t count,
				  void *values, struct bln_arena *arena, struct bln_err *err)
{
	assert(count <= BLN_SETTINGS_MAX);
	*settings = (struct bln_settings){ .table = table, .count = count, .values = values, .arena = arena };
	for (size_t i = 0; i < count; i++) {
		const struct bln_slice text = bln_slice_of(table[i].default_text);
		enum bln_status status;

		if (!text.at)
			continue;
		status = bln_setting_read(&table[i], text, field_of(settings, i), arena);
		if (status == BLN_NO_MEMORY)
			return bln_err_memory(err);
		if (status != BLN_OK)
			return bln_err_set(err, BLN_BUG, "the default '%s' of the setting '%s' does not fit it",
					   text.at, table[i].name);
	}
	return BLN_OK;
}

enum bln_status bln_settings_set(struct bln_settings *settings, struct bln_slice name, struct bln_slice text,
				 struct bln_err *err)
{
	const size_t i = row_find(settings, name);

	if (i == settings->count)
		return unknown(settings, name, err);
	return set_end(settings, i, bln_setting_read(&settings->table[i], text, field_of(settings, i), settings->arena),
		       text, err);
}

enum bln_status bln_settings_set_list(struct bln_settings *settings, struct bln_slice name,
				      const struct bln_slice *items, size_t count, struct bln_err *err)
{
	const size_t i = row_find(settings, name);
	const struct bln_setting *setting;
	struct bln_setting_list alone;
	enum bln_status status;
	size_t wrong = 0;

	if (i == settings->count)
		return unknown(settings, name, err);
	setting = &settings->table[i];
	if (setting->type != BLN_SETTING_LIST)
		return bln_err_set(err, BLN_INVALID, "%s: takes one value, not a list", setting->name);
	status = bln_setting_read_list(setting, items, count, field_of(settings, i), settings->arena);
	if (status == BLN_INVALID && count > BLN_SETTING_ITEMS_MAX)
		return bln_err_set(err, BLN_INVALID, "%s: more than %d items", setting->name, BLN_SETTING_ITEMS_MAX);
	/* The first item that does not do alone is the one to name. */
	while (status == BLN_INVALID && wrong + 1 < count &&
	       bln_setting_read_list(setting, &items[wrong], 1, &alone, settings->arena) == BLN_OK)
		wrong++;
	return set_end(settings, i, status, count > 0 ? items[wrong] : (struct bln_slice){ 0 }, err);
}

/* From the user or the table. */
static bool has_value(const struct bln_settings *settings, size_t i)
{
	return settings->table[i].default_text || (settings->given >> i & 1) != 0;
}

static bool is_missing(const struct bln_settings *settings, size_t i)
{
	const struct bln_setting *setting = &settings->table[i];

	if (!setting->is_required || !has_value(settings, i))
		return setting->is_required;
	return setting->type == BLN_SETTING_STRING && **(const char *const *)field_of(settings, i) == '\0';
}

enum bln_status bln_settings_check(const struct bln_settings *settings, struct bln_err *err)
{
	struct bln_text allowed = { 0 };
	enum bln_status status = BLN_OK;
	size_t i = 0;

	while (i < settings->count && !is_missing(settings, i))
		i++;
	if (i == settings->count)
		return BLN_OK;
	bln_setting_describe(&settings->table[i], &allowed);
	status = bln_text_check(&allowed, err);
	if (status == BLN_OK)
		status = bln_err_set(err, BLN_INVALID, "'%s' is missing: %s (%s)", settings->table[i].name,
				     settings->table[i].help, allowed.at);
	bln_text_clean_up(&allowed);
	return status;
}

/* A bar would end the cell. */
static void cell_add(struct bln_text *text, const char *content)
{
	for (; *content; content++) {
		if (*content == '|')
			bln_text_add(text, "\\");
		bln_text_add_bytes(text, content, 1);
	}
}

void bln_settings_markdown(const struct bln_setting *table, size_t count, struct bln_text *text)
{
	bln_text_add(text, "| key | takes | default | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		struct bln_text takes = { 0 };

		bln_setting_describe(&table[i], &takes);
		if (takes.has_failed)
			text->has_failed = true;
		bln_text_add_format(text, "| `%s` | ", table[i].name);
		cell_add(text, takes.at ? takes.at : "");
		bln_text_add(text, " | ");
		if (table[i].default_text) {
			bln_text_add(text, "`");
			cell_add(text, table[i].default_text);
			bln_text_add(text, "`");
		} else {
			bln_text_add(text, table[i].is_required ? "required" : "");
		}
		bln_text_add(text, " | ");
		cell_add(text, table[i].help);
		bln_text_add(text, " |\n");
		bln_text_clean_up(&takes);
	}
}
