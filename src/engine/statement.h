/* SQL as users write it, with names of tables in it: what does it name, and how does DuckDB come to know them?
 *
 * A table is `layer.table`; `changes('layer.table')` and `existing('layer.table')` are rows of files that the resolver
 * picks; `files('layer.table')` is a row per data file, from the log alone: path, rows, size_bytes, modified_at,
 * partition, min, max (JSON). `delta('PATH')` is a Delta table anywhere. The text stays as it is: each name is made a view or
 * a macro before the statement runs. Which snapshot a name stands for is decided by a resolver, once per name and
 * statement. */
#ifndef BLN_ENGINE_STATEMENT_H
#define BLN_ENGINE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "delta/snapshot.h"
#include "engine/engine.h"
#include "engine/prune.h"

enum bln_relation_kind {
	BLN_RELATION_TABLE, /* layer.table: NAME is "layer.table", or one part where the user wrote one */
	BLN_RELATION_CHANGES, /* changes('NAME') */
	BLN_RELATION_EXISTING, /* existing('NAME') */
	BLN_RELATION_FILES, /* files('NAME') */
	BLN_RELATION_DELTA, /* delta('NAME'): a path */
	BLN_RELATION_KINDS
};

struct bln_relation {
	enum bln_relation_kind kind;
	const char *name;
	const struct bln_predicate
		*predicates; /* what every row that the statement can use passes; only where the text */
	size_t predicate_count; /* names the relation once */
	int line, column; /* where the text names it first, from 1; 0 where DuckDB does not say */
	size_t file_count, file_total; /* once resolved: data files that are left to read, and that the snapshot has */
};

struct bln_relations {
	const struct bln_relation *items;
	size_t count;
};

/* What a name stands for: a snapshot, or some of its files (changes). Files that the relation's predicates rule out are
 * left out afterwards, without the resolver. */
struct bln_resolved {
	const struct bln_snapshot *snapshot;
	const struct bln_add *const *files; /* ignored where IS_ALL */
	size_t file_count;
	bool is_all;
	const struct bln_add *const
		*written; /* besides: rows of these, as often as they are not in REPLACED, all columns compared */
	size_t written_count;
	const struct bln_add *const *replaced; /* which need not be the snapshot's */
	size_t replaced_count;
	const char *where; /* SQL over its columns: only rows for which it is true are seen; NULL: all. Not of FILES */
};

struct bln_resolver {
	void *context;
	/* Asked once per kind and name. What it gives must live until the statement's rows were read. BLN_NOT_FOUND where
	 * there is no such table, with the nearest name in ERR. */
	enum bln_status (*resolve)(void *context, const struct bln_relation *relation, struct bln_resolved *out,
				   struct bln_err *err);
};

enum { BLN_STATEMENT_SIZE_MAX = 1 << 20, BLN_STATEMENT_RELATIONS_MAX = 1000 };

struct bln_statement_options {
	bool may_read_files; /* read_csv, glob, FROM 'file.parquet' and any other table function of DuckDB; else only those that
	                      * make rows by themselves (range, unnest, json_each, …) */
};

/* What SQL, one SELECT, names, each kind and name once (tables whatever their capitals), in the order of the text. No table
 * is opened and no file touched.
 *
 * BLN_INVALID: not one SELECT (said which statement it is), a syntax error with line and column, a name that is not constant
 * text in changes(…) and its like. BLN_DENIED: files, where they may not be read. BLN_UNSUPPORTED: names in three parts, AT. */
BLN_MUST_CHECK enum bln_status bln_statement_analyse(struct bln_engine *engine, const char *sql,
						     const struct bln_statement_options *options,
						     struct bln_arena *arena, struct bln_relations *out,
						     struct bln_err *err);

/* Does so, asks RESOLVER for each, and makes ENGINE know them: SQL can then be run as it is (bln_engine_query, bln_stage).
 * A name that an earlier statement made known stands for what this one's resolver says. Errors of the resolver come with the
 * place of the name before them. OUT, if not NULL, gets the relations, in ARENA. */
BLN_MUST_CHECK enum bln_status bln_statement_resolve(struct bln_engine *engine, const char *sql,
						     const struct bln_statement_options *options,
						     const struct bln_resolver *resolver, struct bln_arena *arena,
						     struct bln_relations *out, struct bln_err *err);

/* How many bytes of SQL are "EXPLAIN", "EXPLAIN ANALYZE" or "EXPLAIN (options)", with what is white space and comments before and
 * within; 0 where SQL is none. What is behind them is what the functions above take. */
size_t bln_statement_explain_length(const char *sql);

/* Of an error that DuckDB gave for SQL within another statement: sets the number of the line that it shows to what it is in SQL,
 * and takes the line out where it is none of SQL's. */
void bln_statement_mend_error(const char *sql, struct bln_err *err);

/* Of an error about the SQL in FILE: puts before it where that is, as editors and compilers know it ("jobs/a.sql:2:14: …"), with
 * what the message says of the place: "line 2, column 14: …", or the line that DuckDB shows. Returns STATUS. */
enum bln_status bln_statement_in_file(const char *file, enum bln_status status, struct bln_err *err);

#endif
