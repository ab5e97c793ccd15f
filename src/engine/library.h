/* DuckDB's C API, loaded when it is needed: what needs no SQL starts without its 70 MB.
 *
 * Inside src/engine only. Functions are called through the table: db->query(…) is duckdb_query(…). */
#ifndef BLN_ENGINE_LIBRARY_H
#define BLN_ENGINE_LIBRARY_H

#include <duckdb.h>

#include "base/status.h"

/* clang-format off */
#define BLN_DUCKDB_FUNCTIONS(X)                                                                                      \
	X(create_config) X(set_config) X(destroy_config) X(open_ext) X(close) X(connect) X(disconnect)               \
	X(interrupt) X(query_progress) X(query) X(destroy_result) X(result_error) X(free) X(malloc)                  \
	X(prepare) X(prepare_error) X(destroy_prepare) X(nparams)                                                    \
	X(prepared_statement_column_count) X(prepared_statement_column_name)                                         \
	X(prepared_statement_column_logical_type)                                                                    \
	X(bind_int64) X(bind_varchar_length) X(bind_double) X(bind_null)                                             \
	X(pending_prepared) X(pending_prepared_streaming) X(pending_error) X(pending_execute_task)                   \
	X(pending_execute_check_state) X(pending_execution_is_finished) X(execute_pending) X(destroy_pending)        \
	X(column_count) X(column_name) X(column_type) X(column_logical_type) X(rows_changed)                         \
	X(result_return_type)                                                                                        \
	X(fetch_chunk) X(destroy_data_chunk) X(data_chunk_get_size) X(data_chunk_get_vector)                         \
	X(data_chunk_set_size) X(data_chunk_get_column_count)                                                        \
	X(vector_get_column_type) X(vector_get_data) X(vector_get_validity) X(vector_ensure_validity_writable)       \
	X(vector_assign_string_element_len) X(vector_reference_value)                                                \
	X(list_vector_get_child) X(list_vector_get_size) X(struct_vector_get_child)                                  \
	X(validity_set_row_invalid)                                                                                  \
	X(create_logical_type) X(destroy_logical_type) X(get_type_id) X(logical_type_get_alias)                      \
	X(decimal_width) X(decimal_scale) X(decimal_internal_type) X(list_type_child_type) X(map_type_key_type)      \
	X(map_type_value_type) X(struct_type_child_count) X(struct_type_child_name) X(struct_type_child_type)        \
	X(create_varchar_length) X(create_int64) X(create_int32) X(create_double) X(create_bool) X(create_date)      \
	X(create_timestamp_tz)                                                                                       \
	X(create_null_value) X(destroy_value) X(get_varchar) X(get_int64)                                            \
	X(create_table_function) X(destroy_table_function) X(table_function_set_name)                                \
	X(table_function_add_parameter) X(table_function_set_extra_info) X(table_function_set_bind)                  \
	X(table_function_set_init) X(table_function_set_local_init) X(table_function_set_function)                   \
	X(table_function_supports_projection_pushdown) X(register_table_function)                                    \
	X(bind_get_extra_info) X(bind_add_result_column) X(bind_get_parameter) X(bind_set_bind_data)                 \
	X(bind_set_error) X(bind_set_cardinality) X(init_get_extra_info) X(init_get_bind_data)                       \
	X(init_set_init_data) X(init_set_max_threads) X(init_set_error) X(init_get_column_count)                     \
	X(init_get_column_index) X(function_get_extra_info) X(function_get_bind_data) X(function_get_init_data)      \
	X(function_get_local_init_data) X(function_set_error) X(library_version)                                     \
	X(create_scalar_function) X(destroy_scalar_function) X(scalar_function_set_name)                             \
	X(scalar_function_add_parameter) X(scalar_function_set_varargs) X(scalar_function_set_special_handling)        \
	X(scalar_function_set_return_type) X(scalar_function_set_extra_info)        \
	X(scalar_function_set_function) X(register_scalar_function) X(scalar_function_get_extra_info)                \
	X(scalar_function_set_error)
/* clang-format on */

struct bln_duckdb {
#define X(name) __typeof__(&duckdb_##name) name; /* NOLINT(bugprone-macro-parentheses) */
	BLN_DUCKDB_FUNCTIONS(X)
#undef X
	void *handle;
};

/* Loads the library: the file that BULLION_DUCKDB names, else libduckdb.so in the program's own folders (lib/ beside
 * bin/, or the build's). BLN_NOT_FOUND says where was looked. Loading twice is cheap. */
BLN_MUST_CHECK enum bln_status bln_duckdb_load(struct bln_duckdb *db, struct bln_err *err);
void bln_duckdb_unload(struct bln_duckdb *db);

/* For functions of ours that DuckDB calls: they get at what they were registered with only through the library, whose table
 * this is. It is filled when the library is first loaded and stays, as the library itself does. */
const struct bln_duckdb *bln_duckdb_loaded(void);

#endif
