/* The views of an engine, each with its functions. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/scan_private.h"

static void slot_free(struct bln_scan_slot *slot)
{
	bln_scan_files_destroy(slot->files);
	bln_mem_free(slot->schema_name);
	bln_mem_free(slot->view_name);
	bln_mem_free(slot);
}

/* DuckDB's names are the same whatever the case of their letters: two slots for one view would only cost memory. */
static struct bln_scan_slot *slot_search(struct bln_engine *engine, const char *schema_name, const char *view_name)
{
	struct bln_scan_slot *slot = engine->scans;

	while (slot && (strcmp(slot->schema_name, schema_name) != 0 || strcmp(slot->view_name, view_name) != 0))
		slot = slot->next;
	return slot;
}

static enum bln_status slot_make(struct bln_engine *engine, const char *schema_name, const char *view_name,
				 struct bln_scan_slot **out, struct bln_err *err)
{
	struct bln_scan_slot *slot = bln_mem_calloc(1, sizeof(*slot));
	size_t number;

	if (!slot)
		return bln_err_memory(err);
	slot->schema_name = bln_mem_strndup(schema_name, strlen(schema_name));
	slot->view_name = bln_mem_strndup(view_name, strlen(view_name));
	if (!slot->schema_name || !slot->view_name) {
		slot_free(slot);
		return bln_err_memory(err);
	}
	number = ++engine->scan_count;
	snprintf(slot->value_name, sizeof(slot->value_name), "bln_scan_%zu_value", number);
	snprintf(slot->lives_name, sizeof(slot->lives_name), "bln_scan_%zu_lives", number);
	/* The engine's from here on: what DuckDB has got must not go before the database does. */
	slot->next = engine->scans;
	engine->scans = slot;
	*out = slot;
	return BLN_OK;
}

enum bln_status bln_scan_slot_find(struct bln_engine *engine, const char *schema_name, const char *view_name,
				   struct bln_scan_slot **out, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	*out = slot_search(engine, schema_name, view_name);
	if (!*out)
		BLN_TRY(slot_make(engine, schema_name, view_name, out, err));
	if (!(*out)->is_registered)
		BLN_TRY(bln_scan_functions_register(engine, *out, err));
	(*out)->is_registered = true;
done:
	return status;
}

void bln_scan_slots_destroy(struct bln_scan_slot *slots)
{
	while (slots) {
		struct bln_scan_slot *next = slots->next;

		slot_free(slots);
		slots = next;
	}
}
