/* Values that are not written into a column's memory by the source itself: texts, and what is the same in a whole block. */
#include <string.h>

#include "engine/engine_private.h"
#include "engine/row_source.h"

void bln_row_block_set_text(const struct bln_row_block *block, size_t column, size_t row, const char *bytes,
			    size_t length)
{
	const struct bln_row_vector *vector = &block->columns[column];
	duckdb_string_t *text;

	if (!vector->values)
		return;
	text = &((duckdb_string_t *)vector->values)[row];
	if (length > sizeof(text->value.inlined.inlined)) {
		block->db->vector_assign_string_element_len(vector->vector, row, bytes, length);
		return;
	}
	/* As DuckDB lays short texts out itself, the rest zero; without its call per value. */
	memset(text, 0, sizeof(*text));
	text->value.inlined.length = (uint32_t)length;
	if (length > 0)
		memcpy(text->value.inlined.inlined, bytes, length);
}

/* Makes the column the constant VALUE, which ends here. */
static void constant(const struct bln_row_block *block, size_t column, duckdb_value value)
{
	block->db->vector_reference_value(block->columns[column].vector, value);
	block->db->destroy_value(&value);
}

void bln_row_block_set_constant_text(const struct bln_row_block *block, size_t column, const char *bytes, size_t length)
{
	if (block->columns[column].values)
		constant(block, column, block->db->create_varchar_length(bytes, length));
}

void bln_row_block_set_constant_int64(const struct bln_row_block *block, size_t column, int64_t value)
{
	const struct bln_duckdb *db = block->db;

	if (!block->columns[column].values)
		return;
	switch (block->types[column].type) {
	case BLN_ROW_INTEGER:
		constant(block, column, db->create_int32((int32_t)value));
		break;
	case BLN_ROW_TIMESTAMPTZ:
		constant(block, column, db->create_timestamp_tz((duckdb_timestamp){ value }));
		break;
	case BLN_ROW_DATE:
		constant(block, column, db->create_date((duckdb_date){ (int32_t)value }));
		break;
	case BLN_ROW_BOOLEAN:
		constant(block, column, db->create_bool(value != 0));
		break;
	default:
		constant(block, column, db->create_int64(value));
	}
}

/* Written as a null per row: a constant null has a type of its own in DuckDB's C API, which the column must not take. */
void bln_row_block_set_constant_null(const struct bln_row_block *block, size_t column)
{
	duckdb_vector vector = block->columns[column].vector;

	if (!block->columns[column].values)
		return;
	block->db->vector_ensure_validity_writable(vector);
	memset(block->db->vector_get_validity(vector), 0, BLN_ROW_VALID_WORDS * sizeof(uint64_t));
}
