/* What the files of a scan share. Read scan.c first.
 *
 * What the view of a scan must know of each file, its partition values and its deleted rows, is kept here, by the path that
 * DuckDB calls the file by; SQL asks for it through two functions (scan_function.c). DuckDB evaluates what depends on the path
 * alone before it opens a file: that is how filters on partition columns skip files, whatever their folders are called. */
#ifndef BLN_ENGINE_SCAN_PRIVATE_H
#define BLN_ENGINE_SCAN_PRIVATE_H

#include "base/map.h"
#include "delta/dv.h"
#include "engine/engine_private.h"
#include "engine/scan.h"

enum { BLN_SCAN_FUNCTION_NAME_SIZE = 48 };

struct bln_scan_file {
	const char *path; /* on the local disk */
	const struct bln_slice *values; /* of the partition columns; AT is NULL for a null */
	struct bln_dv dv;
	size_t shape; /* which of the scan's shapes it has */
};

/* All that is known of the files of one scan. */
struct bln_scan_files {
	struct bln_arena arena;
	struct bln_map by_path; /* → struct bln_scan_file */
	struct bln_scan_file *items;
	size_t count;
	const struct bln_field **partition; /* the partition columns; only while the view is made */
	size_t partition_count;
	/* The table's columns with the members of structs called as some of the files call them: each the fields of one schema.
	 * A member without a name is no column's, and there for DuckDB alone. Only while the view is made. */
	const struct bln_field **shapes;
	size_t shape_count;
	bool has_deleted_rows;
	const char *table; /* where it lies, for messages */
	struct bln_pairs renamed; /* columns that the log calls otherwise than users: its name → theirs */
};

/* A view and its functions, which stay when the view is replaced: DuckDB has no way to take a function back. FILES is changed
 * only while no statement runs, so that any thread of DuckDB may read it. */
struct bln_scan_slot {
	struct bln_scan_slot *next; /* of the engine's */
	char *schema_name;
	char *view_name;
	struct bln_scan_files *files;
	bool is_registered;
	char value_name[BLN_SCAN_FUNCTION_NAME_SIZE]; /* of the function (path, n) → partition value n, as text */
	char lives_name[BLN_SCAN_FUNCTION_NAME_SIZE]; /* of (path, row) → whether the row is not deleted */
};

/* Finds the files of SCAN on the disk and what is known of them. */
BLN_MUST_CHECK enum bln_status bln_scan_files_load(struct bln_scan_files *files, const struct bln_scan *scan,
						   struct bln_err *err);
void bln_scan_files_destroy(struct bln_scan_files *files); /* NULL is fine */

/* *SLOT is the view's, with its functions known to SQL; made where there was none. */
BLN_MUST_CHECK enum bln_status bln_scan_slot_find(struct bln_engine *engine, const char *schema_name,
						  const char *view_name, struct bln_scan_slot **slot,
						  struct bln_err *err);

/* Of a list of them. NULL is fine. */
void bln_scan_slots_destroy(struct bln_scan_slot *slots);

/* The deleted rows of ADD, in ARENA. */
BLN_MUST_CHECK enum bln_status bln_scan_dv_load(const struct bln_table *table, const struct bln_add *add,
						struct bln_arena *arena, struct bln_dv *dv, struct bln_err *err);

/* Makes the functions of SLOT, whose names it has, known to SQL. */
BLN_MUST_CHECK enum bln_status bln_scan_functions_register(struct bln_engine *engine, struct bln_scan_slot *slot,
							   struct bln_err *err);

/* Finds out what the files call the members of structs, where mapped columns make that a question. BLN_UNSUPPORTED names a file
 * whose members cannot be told apart. */
BLN_MUST_CHECK enum bln_status bln_scan_shapes_find(struct bln_engine *engine, const struct bln_snapshot *snapshot,
						    struct bln_scan_files *files, struct bln_err *err);

/* Whether MESSAGE is DuckDB's, of a value in a file of one of ENGINE's scans that the table's type has not: then ERR says so in our
 * words (BLN_CORRUPT). */
bool bln_scan_misfit(const struct bln_engine *engine, const char *message, struct bln_err *err);

/* Appends what makes the column FIELD of the view out of column INDEX of the files, f."cINDEX". */
void bln_scan_column_sql(const struct bln_field *field, size_t index, struct bln_text *sql);

/* The same out of the value of a partition, which is what the SQL VALUE gives, as text (bln_scan_value_text). */
void bln_scan_partition_sql(const struct bln_field *field, const char *value, struct bln_text *sql);

/* Appends the text that bln_scan_partition_sql's SQL wants for what stands in a partition. False where TEXT is no value of
 * TYPE; *IS_NULL where it is none. */
bool bln_scan_value_text(struct bln_slice text, const struct bln_type *type, struct bln_text *out, bool *is_null);

#endif
