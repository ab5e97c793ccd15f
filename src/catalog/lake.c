#include "catalog/lake.h"

#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "delta/log_name.h"

enum bln_status bln_lake_open(const char *url, const struct bln_store_options *options,
			      const struct bln_parquet *parquet, struct bln_lake *lake, struct bln_err *err)
{
	struct bln_store *store = NULL;
	enum bln_status status = bln_store_open(url, options, &store, err);

	if (status == BLN_OK)
		*lake = (struct bln_lake){ .store = store, .parquet = parquet };
	return status;
}

void bln_lake_close(struct bln_lake *lake)
{
	bln_store_close(lake->store);
	*lake = (struct bln_lake){ 0 };
}

static bool is_name_part(struct bln_slice part)
{
	if (part.length == 0 || part.length > BLN_TABLE_NAME_PART_MAX)
		return false;
	for (size_t i = 0; i < part.length; i++) {
		char c = part.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!is_letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return true;
}

enum bln_status bln_table_name_check(struct bln_slice name, struct bln_err *err)
{
	struct bln_slice table = name;
	struct bln_slice layer = bln_slice_cut(&table, '.');

	if (is_name_part(layer) && is_name_part(table))
		return BLN_OK;
	return bln_err_set(
		err, BLN_INVALID,
		"'%s' is no table's name: expected LAYER.TABLE of letters, digits and '_', as in silver.cryptos",
		bln_quote(name.at, name.length).text);
}

enum bln_status bln_lake_table(const struct bln_lake *lake, const char *name, struct bln_arena *arena,
			       struct bln_table *table, struct bln_err *err)
{
	struct bln_slice rest = bln_slice_of(name);
	enum bln_status status = bln_table_name_check(rest, err);
	struct bln_slice layer;
	const char *called;
	char *prefix;

	if (status != BLN_OK)
		return status;
	layer = bln_slice_cut(&rest, '.');
	prefix = bln_arena_printf(arena, "%.*s/%.*s", (int)layer.length, layer.at, (int)rest.length, rest.at);
	called = bln_arena_strdup(arena, name);
	if (!prefix || !called)
		return bln_err_memory(err);
	*table = (struct bln_table){ .store = lake->store,
				     .prefix = prefix,
				     .name = called,
				     .roots = lake->roots,
				     .root_count = lake->root_count };
	return BLN_OK;
}

/* The table that was meant by a name: a mistyped one, or one without its layer. */
static const char *nearest(const char *name, const char *const *names, size_t count)
{
	const char *found = bln_nearest(bln_slice_of(name), names, count);
	size_t distance = SIZE_MAX;

	if (found || strchr(name, '.'))
		return found;
	for (size_t i = 0; i < count; i++) {
		const char *best = NULL;
		const size_t before = distance;

		bln_nearest_try(bln_slice_of(name), strchr(names[i], '.') + 1, &best, &distance);
		if (distance < before)
			found = names[i];
	}
	return found;
}

enum bln_status bln_lake_not_found(const struct bln_lake *lake, const char *name, struct bln_err *err)
{
	const struct bln_quoted quoted = bln_quote(name, strlen(name));
	struct bln_arena arena = { 0 };
	const char *const *names = NULL;
	size_t count = 0;
	const char *meant = NULL;

	if (bln_lake_tables(lake, &arena, &names, &count, NULL) == BLN_OK)
		meant = nearest(name, names, count);
	if (meant)
		(void)bln_err_set(err, BLN_NOT_FOUND, "there is no table %s; did you mean %s?", quoted.text, meant);
	else if (count == 0)
		(void)bln_err_set(err, BLN_NOT_FOUND, "there is no table %s: the lake is empty", quoted.text);
	else
		(void)bln_err_set(err, BLN_NOT_FOUND, "there is no table %s: `bullion table list` shows what there is",
				  quoted.text);
	bln_arena_clean_up(&arena);
	return BLN_NOT_FOUND;
}

/* Whether anything lies in the table's log: what tells "no such table" from "no such version". */
static enum bln_status log_exists(const struct bln_table *table, struct bln_arena *arena, bool *exists,
				  struct bln_err *err)
{
	struct bln_list_options options = { .is_shallow = true };
	struct bln_listing *listing = NULL;
	const struct bln_object *object = NULL;
	enum bln_status status;

	options.prefix = bln_table_log_key(table, arena, "");
	if (!options.prefix)
		return bln_err_memory(err);
	BLN_TRY(bln_store_list(table->store, &options, &listing, err));
	BLN_TRY(bln_listing_next(listing, &object, err));
	*exists = object != NULL;
done:
	bln_listing_close(listing);
	return status;
}

enum bln_status bln_lake_snapshot(const struct bln_lake *lake, const char *name, int64_t version,
				  struct bln_snapshot **snapshot, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct bln_table table;
	enum bln_status status;
	bool exists = false;

	BLN_TRY(bln_lake_table(lake, name, &arena, &table, err));
	status = bln_snapshot_load(&table, version, lake->parquet, snapshot, err);
	if (status == BLN_NOT_FOUND && log_exists(&table, &arena, &exists, NULL) == BLN_OK && !exists)
		status = bln_lake_not_found(lake, name, err);
	else if (status != BLN_OK)
		status = bln_err_about(err, status, name);
done:
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_lake_snapshot_if_any(const struct bln_lake *lake, const char *name, struct bln_snapshot **snapshot,
					 struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct bln_table table;
	enum bln_status status;
	bool exists = false;

	*snapshot = NULL;
	BLN_TRY(bln_lake_table(lake, name, &arena, &table, err));
	BLN_TRY(log_exists(&table, &arena, &exists, err));
	if (exists)
		status = bln_snapshot_load(&table, BLN_VERSION_LATEST, lake->parquet, snapshot, err);
done:
	bln_arena_clean_up(&arena);
	return status == BLN_OK ? BLN_OK : bln_err_about(err, status, name);
}

/* The names found so far. */
struct folder_walk {
	const struct bln_lake *lake;
	struct bln_arena *arena;
	const char **names;
	size_t count;
	size_t capacity;
};

static enum bln_status table_add(struct folder_walk *walk, struct bln_slice layer, struct bln_slice table,
				 struct bln_err *err)
{
	struct bln_table place;
	enum bln_status status;
	bool exists = false;
	char *name;

	if (!is_name_part(layer) || !is_name_part(table))
		return BLN_OK;
	name = bln_arena_printf(walk->arena, "%.*s.%.*s", (int)layer.length, layer.at, (int)table.length, table.at);
	if (!name)
		return bln_err_memory(err);
	BLN_TRY(bln_lake_table(walk->lake, name, walk->arena, &place, err));
	BLN_TRY(log_exists(&place, walk->arena, &exists, err));
	if (!exists)
		return BLN_OK;
	if (walk->count == BLN_LAKE_TABLES_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED, "the lake holds more than %d tables", BLN_LAKE_TABLES_MAX);
	if (!bln_mem_grow(&walk->names, walk->count, &walk->capacity, sizeof(*walk->names)))
		return bln_err_memory(err);
	walk->names[walk->count++] = name;
done:
	return status;
}

static enum bln_status layer_walk(struct folder_walk *walk, struct bln_slice layer, struct bln_err *err)
{
	struct bln_list_options options = { .is_shallow = true };
	struct bln_listing *listing = NULL;
	const struct bln_object *object = NULL;
	enum bln_status status;

	options.prefix = bln_arena_printf(walk->arena, "%.*s/", (int)layer.length, layer.at);
	if (!options.prefix)
		return bln_err_memory(err);
	BLN_TRY(bln_store_list(walk->lake->store, &options, &listing, err));
	for (;;) {
		struct bln_slice key;

		BLN_TRY(bln_listing_next(listing, &object, err));
		if (!object)
			break;
		if (!object->is_folder)
			continue;
		key = bln_slice_of(object->key + layer.length + 1);
		key.length--; /* its '/' */
		BLN_TRY(table_add(walk, layer, key, err));
	}
done:
	bln_listing_close(listing);
	return status;
}

static enum bln_status lake_walk(struct folder_walk *walk, struct bln_err *err)
{
	const struct bln_list_options options = { .is_shallow = true };
	struct bln_listing *listing = NULL;
	const struct bln_object *object = NULL;
	enum bln_status status;

	BLN_TRY(bln_store_list(walk->lake->store, &options, &listing, err));
	for (;;) {
		struct bln_slice key;
		char *layer;

		BLN_TRY(bln_listing_next(listing, &object, err));
		if (!object)
			break;
		if (!object->is_folder)
			continue;
		key = bln_slice_of(object->key);
		key.length--;
		if (!is_name_part(key))
			continue;
		layer = bln_arena_strndup(walk->arena, key.at, key.length);
		if (!layer) {
			status = bln_err_memory(err);
			goto done;
		}
		BLN_TRY(layer_walk(walk, bln_slice_of(layer), err));
	}
done:
	bln_listing_close(listing);
	return status;
}

enum bln_status bln_lake_tables(const struct bln_lake *lake, struct bln_arena *arena, const char *const **names,
				size_t *count, struct bln_err *err)
{
	struct folder_walk walk = { .lake = lake, .arena = arena };
	enum bln_status status;
	const char **kept;

	BLN_TRY(lake_walk(&walk, err));
	kept = bln_arena_alloc(arena, (walk.count + 1) * sizeof(*kept));
	if (!kept) {
		status = bln_err_memory(err);
		goto done;
	}
	if (walk.count)
		memcpy(kept, walk.names, walk.count * sizeof(*kept));
	*names = kept;
	*count = walk.count;
done:
	bln_mem_free(walk.names);
	return status;
}

enum bln_status bln_lake_foreign(const struct bln_lake *lake, const char *url, struct bln_store **store,
				 struct bln_table *table, struct bln_err *err)
{
	enum bln_status status = bln_store_open(url, NULL, store, err);

	if (status == BLN_OK)
		*table = (struct bln_table){
			.store = *store, .prefix = "", .name = url, .roots = lake->roots, .root_count = lake->root_count
		};
	return status;
}
