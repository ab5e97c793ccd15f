#include "engine/vector.h"

static struct bln_vector vector_of(const struct bln_duckdb *db, duckdb_vector vector)
{
	return (struct bln_vector){
		.db = db,
		.vector = vector,
		.data = db->vector_get_data(vector),
		.validity = db->vector_get_validity(vector),
	};
}

struct bln_vector bln_vector_column(const struct bln_duckdb *db, duckdb_data_chunk chunk, idx_t column)
{
	return vector_of(db, db->data_chunk_get_vector(chunk, column));
}

bool bln_vector_is_null(const struct bln_vector *vector, idx_t row)
{
	return vector->validity && !(vector->validity[row / 64] >> (row % 64) & 1);
}

int64_t bln_vector_int64(const struct bln_vector *vector, idx_t row)
{
	return ((const int64_t *)vector->data)[row];
}

bool bln_vector_bool(const struct bln_vector *vector, idx_t row)
{
	return ((const bool *)vector->data)[row];
}

struct bln_slice bln_vector_text(const struct bln_vector *vector, idx_t row)
{
	const duckdb_string_t *text = &((const duckdb_string_t *)vector->data)[row];

	if (bln_vector_is_null(vector, row))
		return (struct bln_slice){ 0 };
	if (text->value.inlined.length <= sizeof(text->value.inlined.inlined))
		return (struct bln_slice){ text->value.inlined.inlined, text->value.inlined.length };
	return (struct bln_slice){ text->value.pointer.ptr, text->value.pointer.length };
}

struct bln_vector bln_vector_list_child(const struct bln_vector *vector)
{
	return vector_of(vector->db, vector->db->list_vector_get_child(vector->vector));
}

void bln_vector_list(const struct bln_vector *vector, idx_t row, idx_t *first, idx_t *count)
{
	const duckdb_list_entry *entry = &((const duckdb_list_entry *)vector->data)[row];

	*first = bln_vector_is_null(vector, row) ? 0 : entry->offset;
	*count = bln_vector_is_null(vector, row) ? 0 : entry->length;
}

struct bln_vector bln_vector_member(const struct bln_vector *vector, idx_t index)
{
	return vector_of(vector->db, vector->db->struct_vector_get_child(vector->vector, index));
}
