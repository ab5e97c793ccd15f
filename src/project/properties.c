#include "project/properties.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

const char *bln_ingest_property_name(enum bln_ingest_property property)
{
	static const char *const names[BLN_INGEST_PROPERTIES] = {
		[BLN_INGEST_SYMBOLS] = "symbols",
		[BLN_INGEST_BASE] = "base",
		[BLN_INGEST_FREQ] = "freq",
	};

	return names[property];
}

static bool is_name(struct bln_slice name)
{
	if (name.length == 0 || name.length > BLN_PROPERTY_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.length; i++) {
		const char letter = name.at[i];
		const bool is_letter =
			(letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';

		if (!is_letter && (i == 0 || ((letter < '0' || letter > '9') && letter != '-')))
			return false;
	}
	return true;
}

static struct bln_property *find(const struct bln_properties *properties, const char *name)
{
	for (size_t i = 0; i < properties->count; i++)
		if (strcmp(properties->items[i].name, name) == 0)
			return &properties->items[i];
	return NULL;
}

const struct bln_property *bln_properties_find(const struct bln_properties *properties, const char *name)
{
	return find(properties, name);
}

/* The array is the arena's, so growing it leaves the old one behind; it is small. */
static bool grow(struct bln_properties *properties, struct bln_arena *arena)
{
	const size_t capacity = properties->capacity > 0 ? 2 * properties->capacity : 8;
	struct bln_property *items;

	if (properties->count < properties->capacity)
		return true;
	items = bln_arena_calloc(arena, capacity, sizeof(*items));
	if (!items)
		return false;
	if (properties->count > 0)
		memcpy(items, properties->items, properties->count * sizeof(*items));
	properties->items = items;
	properties->capacity = capacity;
	return true;
}

enum bln_status bln_properties_set(struct bln_properties *properties, struct bln_property property,
				   struct bln_arena *arena, struct bln_err *err)
{
	const struct bln_slice name = bln_slice_of(property.name);
	struct bln_property *known;

	if (!is_name(name))
		return bln_err_set(
			err, BLN_INVALID,
			"'%s' is no name for a property: a letter or '_', then letters, digits, '_' and '-', up to %d",
			bln_quote(name.at, name.length).text, BLN_PROPERTY_NAME_MAX);
	if (strlen(property.text) > BLN_PROPERTY_TEXT_MAX)
		return bln_err_set(err, BLN_INVALID, "the property '%s' is longer than %d bytes", property.name,
				   BLN_PROPERTY_TEXT_MAX);
	known = find(properties, property.name);
	if (known) {
		*known = property;
		return BLN_OK;
	}
	if (properties->count == BLN_PROPERTIES_MAX)
		return bln_err_set(err, BLN_INVALID, "there are more than %d properties", BLN_PROPERTIES_MAX);
	if (!grow(properties, arena))
		return bln_err_memory(err);
	properties->items[properties->count++] = property;
	return BLN_OK;
}

enum bln_status bln_properties_override(struct bln_properties *properties, const struct bln_properties *more,
					struct bln_arena *arena, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	for (size_t i = 0; status == BLN_OK && i < more->count; i++)
		status = bln_properties_set(properties, more->items[i], arena, err);
	return status;
}

enum bln_status bln_properties_set_text(struct bln_properties *properties, const char *text, struct bln_arena *arena,
					struct bln_err *err)
{
	const char *equals = strchr(text, '=');
	struct bln_property property = { 0 };

	if (!bln_utf8_is_valid(text, strlen(text)))
		return bln_err_set(err, BLN_INVALID, "the property %s is not UTF-8",
				   bln_quote(text, strlen(text)).text);
	if (!equals)
		return bln_err_set(err, BLN_INVALID, "'%s' is no property: write key=value",
				   bln_quote(text, strlen(text)).text);
	property.name = bln_arena_strndup(arena, text, (size_t)(equals - text));
	property.text = bln_arena_strdup(arena, equals + 1);
	if (!property.name || !property.text)
		return bln_err_memory(err);
	return bln_properties_set(properties, property, arena, err);
}

static int by_name(const void *a, const void *b)
{
	const struct bln_property *const *x = a;
	const struct bln_property *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

void bln_properties_add_json(const struct bln_properties *properties, struct bln_text *text)
{
	const struct bln_property *sorted[BLN_PROPERTIES_MAX];

	for (size_t i = 0; i < properties->count; i++)
		sorted[i] = &properties->items[i];
	if (properties->count > 0)
		qsort(sorted, properties->count, sizeof(sorted[0]), by_name);
	bln_text_add(text, "{");
	for (size_t i = 0; i < properties->count; i++) {
		bln_text_add(text, i > 0 ? "," : "");
		bln_json_add_string(text, sorted[i]->name, strlen(sorted[i]->name));
		bln_text_add(text, ":");
		bln_json_add_string(text, sorted[i]->text, strlen(sorted[i]->text));
	}
	bln_text_add(text, "}");
}
