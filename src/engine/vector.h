/* Reading DuckDB's vectors: values out of a result's chunk, typed, with their nulls.
 *
 * Inside src/engine only. Slices point into the chunk and live as long as it does. */
#ifndef BLN_ENGINE_VECTOR_H
#define BLN_ENGINE_VECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "engine/library.h"

struct bln_vector {
	const struct bln_duckdb *db;
	duckdb_vector vector;
	void *data;
	uint64_t *validity; /* NULL: no value is null */
};

struct bln_vector bln_vector_column(const struct bln_duckdb *db, duckdb_data_chunk chunk, idx_t column);

bool bln_vector_is_null(const struct bln_vector *vector, idx_t row);

/* The column must have the type read: BIGINT, UBIGINT, BOOLEAN, VARCHAR or BLOB. */
int64_t bln_vector_int64(const struct bln_vector *vector, idx_t row);
bool bln_vector_bool(const struct bln_vector *vector, idx_t row);
struct bln_slice bln_vector_text(const struct bln_vector *vector, idx_t row); /* { NULL, 0 } for a null */

/* Members of a list or map: rows *FIRST to *FIRST + *COUNT - 1 of the child vector. */
struct bln_vector bln_vector_list_child(const struct bln_vector *vector);
void bln_vector_list(const struct bln_vector *vector, idx_t row, idx_t *first, idx_t *count);

/* Member INDEX of a struct; in a map's child 0 is the key and 1 the value. */
struct bln_vector bln_vector_member(const struct bln_vector *vector, idx_t index);

#endif
