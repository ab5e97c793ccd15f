/* SQL over the lake, for commands that answer with rows. */
#ifndef BLN_CLI_QUERY_H
#define BLN_CLI_QUERY_H

#include "cli/lake.h"
#include "engine/statement.h"

enum { BLN_QUERY_TABLES_MAX = 256 };

struct bln_job_work;

struct bln_query {
	struct bln_cli *cli;
	struct bln_cli_lake lake;
	struct bln_engine *engine;
	const char *as_of; /* --as-of; NULL: now */
	const char *file; /* what errors call the file that the SQL is from; NULL: it was typed */
	const char *all; /* what shows all of a table that is too wide; NULL: --json */
	struct bln_job_work *spill; /* for what does not fit in memory; NULL: nothing may spill */
	struct bln_progress *progress; /* may be NULL */
	struct {
		const char *name;
		struct bln_snapshot *snapshot;
		struct bln_store *store;
	} tables[BLN_QUERY_TABLES_MAX]; /* one snapshot per table, however often it is named */
	size_t table_count;
	struct bln_relations named; /* by what was resolved last */
};

/* Opens the lake and the engine. Close it also after a failure. */
enum bln_exit bln_query_open(struct bln_cli *cli, struct bln_query *query);
void bln_query_close(struct bln_query *query);

/* Makes the engine know the tables that SQL names, also behind EXPLAIN, so that it can be run. */
BLN_MUST_CHECK enum bln_status bln_query_resolve(struct bln_query *query, const char *sql, struct bln_err *err);

/* Puts the file that the SQL is from before the message, where it is from one. */
enum bln_status bln_query_where(const struct bln_query *query, enum bln_status status, struct bln_err *err);

/* Runs SQL and prints at most ROWS_MAX rows as a table; or a line per value. */
enum bln_exit bln_query_print(struct bln_query *query, const char *sql, size_t rows_max);
enum bln_exit bln_query_print_lines(struct bln_query *query, const char *sql, size_t rows_max);

/* Runs SQL, an EXPLAIN that was resolved, and prints the plan as DuckDB draws it; says of each table how many of its data files
 * are left to read. */
enum bln_exit bln_query_print_plan(struct bln_query *query, const char *sql);

/* Runs SQL and writes all rows to the file PATH as FORMAT ("csv", "json", "parquet"). */
BLN_MUST_CHECK enum bln_status bln_query_copy(struct bln_query *query, const char *sql, const char *format,
					      const char *path, struct bln_err *err);

#endif
