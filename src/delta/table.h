/* Where a table lies, and the keys of what is in it. */
#ifndef BLN_DELTA_TABLE_H
#define BLN_DELTA_TABLE_H

#include <stddef.h>

#include "base/arena.h"
#include "store/store.h"

struct bln_table {
	struct bln_store *store;
	const char *prefix; /* the key of its folder in the store; "" where the store is the table */
	/* Places outside of the store that absolute paths in the log may lead to (path.h): absolute paths or URLs, as a user
	 * writes them. They must outlive what is made from the table. */
	const char *const *roots;
	size_t root_count;
	const char *name; /* what its user calls it: "gold.info", or a path; NULL: the prefix will do */
};

/* The key of NAME in the table ("silver/cryptos/NAME") or in its log, in ARENA; NULL when there is no memory. */
char *bln_table_key(const struct bln_table *table, struct bln_arena *arena, const char *name);
char *bln_table_log_key(const struct bln_table *table, struct bln_arena *arena, const char *name);

/* What to call it in messages; lives as long as the table. */
const char *bln_table_name(const struct bln_table *table);

#endif
