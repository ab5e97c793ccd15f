/* The columns that a query gives, and how its rows are put into texts. */
#ifndef BLN_CLI_QUERY_COLUMNS_H
#define BLN_CLI_QUERY_COLUMNS_H

#include "cli/query.h"

struct bln_query_columns {
	struct bln_column *items;
	size_t count;
	const char *
		from; /* the statement that gives the rows with columns of times as texts: "2024-01-31T12:34:56Z", with six
			   * digits before the Z where there is a fraction (RFC 3339), as all JSON of ours has them. The
			   * query begins in its second line */
};

/* All in the command's arena. */
BLN_MUST_CHECK enum bln_status bln_query_columns_find(struct bln_query *query, const char *sql,
						      struct bln_query_columns *columns, struct bln_err *err);

#endif
