/* A hash map from byte strings to a pointer or a number: open addressing, linear probing, doubling at three quarters.
 *
 * Keys are not copied: their bytes must stay as they are while they are in the map (an arena's usually do). Values are the
 * caller's. The same inserts in the same order give the same order of iteration in every run. Not for several threads at
 * once unless all of them only read. */
#ifndef BLN_BASE_MAP_H
#define BLN_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bln_map_entry {
	const char *key; /* LENGTH bytes, any; never NULL */
	size_t length;
	uint64_t hash; /* 0 in a free slot */
	union {
		void *pointer;
		uint64_t number;
	};
};

/* { 0 } is an empty map. */
struct bln_map {
	struct bln_map_entry *slots;
	size_t capacity; /* 0 or a power of two */
	size_t count;
	uint64_t seed; /* of the hash; to be set before the first insert where an enemy may choose the keys, else 0 */
};

/* The entry of KEY or NULL. Entries stay where they are until the next insert or remove. */
struct bln_map_entry *bln_map_find(const struct bln_map *map, const char *key, size_t length);

/* The entry of KEY, made with value 0 (*IS_NEW, if not NULL, says so) where there was none. An entry that was there keeps
 * the key it had. NULL, the map unchanged, when there is no memory. */
struct bln_map_entry *bln_map_insert(struct bln_map *map, const char *key, size_t length, bool *is_new);

/* The pointer at KEY, or NULL; and setting it, whatever was there. False when there is no memory. */
void *bln_map_get(const struct bln_map *map, const char *key, size_t length);
bool bln_map_put(struct bln_map *map, const char *key, size_t length, void *pointer);

/* Walks the entries: NULL gives the first, the last gives NULL. No insert in between. */
struct bln_map_entry *bln_map_next(const struct bln_map *map, const struct bln_map_entry *entry);

/* Forgets all entries; the map is empty and usable again. */
void bln_map_clean_up(struct bln_map *map);

#endif
