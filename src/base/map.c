#include "base/map.h"

#include <string.h>
#include <xxhash.h>

#include "base/mem.h"

enum { CAPACITY_MIN = 16 };

static uint64_t hash_of(const struct bln_map *map, const char *key, size_t length)
{
	uint64_t hash = XXH3_64bits_withSeed(key, length, map->seed);

	return hash != 0 ? hash : 1;
}

/* The slot that holds KEY, or the free one where it would go. There always is a free one. */
static size_t slot_find(const struct bln_map *map, const char *key, size_t length, uint64_t hash)
{
	const size_t mask = map->capacity - 1;
	size_t at = (size_t)hash & mask;

	for (; map->slots[at].hash != 0; at = (at + 1) & mask) {
		const struct bln_map_entry *entry = &map->slots[at];

		if (entry->hash == hash && entry->length == length && memcmp(entry->key, key, length) == 0)
			break;
	}
	return at;
}

static bool map_grow(struct bln_map *map)
{
	struct bln_map larger = {
		.capacity = map->capacity == 0 ? CAPACITY_MIN : map->capacity * 2,
		.count = map->count,
		.seed = map->seed,
	};

	larger.slots = bln_mem_calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < map->capacity; i++) {
		size_t at = (size_t)map->slots[i].hash & (larger.capacity - 1);

		if (map->slots[i].hash == 0)
			continue;
		while (larger.slots[at].hash != 0)
			at = (at + 1) & (larger.capacity - 1);
		larger.slots[at] = map->slots[i];
	}
	bln_mem_free(map->slots);
	*map = larger;
	return true;
}

struct bln_map_entry *bln_map_find(const struct bln_map *map, const char *key, size_t length)
{
	struct bln_map_entry *entry;

	if (map->count == 0)
		return NULL;
	if (length == 0)
		key = "";
	entry = &map->slots[slot_find(map, key, length, hash_of(map, key, length))];
	return entry->hash != 0 ? entry : NULL;
}

struct bln_map_entry *bln_map_insert(struct bln_map *map, const char *key, size_t length, bool *is_new)
{
	const char *at = length > 0 ? key : "";
	const uint64_t hash = hash_of(map, at, length);
	struct bln_map_entry *entry;

	if (map->count >= map->capacity / 4 * 3 && !map_grow(map))
		return NULL;
	entry = &map->slots[slot_find(map, at, length, hash)];
	if (is_new)
		*is_new = entry->hash == 0;
	if (entry->hash == 0) {
		*entry = (struct bln_map_entry){ .key = at, .length = length, .hash = hash };
		map->count++;
	}
	return entry;
}

void *bln_map_get(const struct bln_map *map, const char *key, size_t length)
{
	const struct bln_map_entry *entry = bln_map_find(map, key, length);

	return entry ? entry->pointer : NULL;
}

bool bln_map_put(struct bln_map *map, const char *key, size_t length, void *pointer)
{
	struct bln_map_entry *entry = bln_map_insert(map, key, length, NULL);

	if (!entry)
		return false;
	entry->pointer = pointer;
	return true;
}

struct bln_map_entry *bln_map_next(const struct bln_map *map, const struct bln_map_entry *entry)
{
	for (size_t at = entry ? (size_t)(entry - map->slots) + 1 : 0; at < map->capacity; at++)
		if (map->slots[at].hash != 0)
			return &map->slots[at];
	return NULL;
}

void bln_map_clean_up(struct bln_map *map)
{
	bln_mem_free(map->slots);
	*map = (struct bln_map){ .seed = map->seed };
}
