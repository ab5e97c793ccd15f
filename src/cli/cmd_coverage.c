#include <string.h>

#include "cli/commands.h"
#include "cli/query.h"

enum { SHOWN_ROWS_MAX = 100000 };

static void add_filter(struct bln_cli *cli, struct bln_text *sql, const char *column, const char *option)
{
	const char *value = bln_args_value(&cli->args, option);

	if (!value)
		return;
	bln_text_add_format(sql, " AND %s = ", column);
	bln_text_add_quoted(sql, '\'', value, strlen(value));
}

/* gold.coverage cuts intervals at the turn of the year; here they are joined again. */
static void add_intervals(struct bln_cli *cli, struct bln_text *sql)
{
	const char *table = bln_args_word(&cli->args, 0);

	bln_text_add(
		sql,
		"WITH parts AS (SELECT *, \"from\" IS DISTINCT FROM lag(\"to\") OVER w OR state <> lag(state) OVER w "
		"AS is_first FROM gold.coverage WHERE \"table\" = ");
	bln_text_add_quoted(sql, '\'', table, strlen(table));
	add_filter(cli, sql, "symbol", "symbol");
	add_filter(cli, sql, "frequency", "frequency");
	bln_text_add(sql,
		     " WINDOW w AS (PARTITION BY symbol, frequency ORDER BY \"from\")), "
		     "runs AS (SELECT *, sum(CASE WHEN is_first THEN 1 ELSE 0 END) OVER "
		     "(PARTITION BY symbol, frequency ORDER BY \"from\") AS run FROM parts), "
		     "intervals AS (SELECT symbol, frequency, min(\"from\") AS \"from\", max(\"to\") AS \"to\", state, "
		     "sum(candles)::BIGINT AS candles FROM runs GROUP BY symbol, frequency, run, state) ");
}

static enum bln_exit coverage_show(struct bln_query *query)
{
	struct bln_cli *cli = query->cli;
	struct bln_text sql = { 0 };
	struct bln_err err = { 0 };
	enum bln_exit result;
	enum bln_status status;

	add_intervals(cli, &sql);
	if (bln_args_value(&cli->args, "symbol"))
		bln_text_add(
			&sql,
			"SELECT symbol, frequency, \"from\", \"to\", state, candles FROM intervals ORDER BY 1, 2, 3");
	else
		bln_text_add(&sql,
			     "SELECT symbol, frequency, min(\"from\") AS \"from\", max(\"to\") AS \"to\", "
			     "sum(candles)::BIGINT AS expected, "
			     "coalesce(sum(candles) FILTER (state = 'data'), 0)::BIGINT AS data, "
			     "coalesce(sum(candles) FILTER (state = 'confirmed_empty'), 0)::BIGINT AS confirmed_empty, "
			     "coalesce(sum(candles) FILTER (state = 'missing'), 0)::BIGINT AS missing, "
			     "count(*) FILTER (state = 'missing') AS holes "
			     "FROM intervals GROUP BY ALL ORDER BY 1, 2");
	status = bln_text_check(&sql, &err);
	if (status == BLN_OK)
		status = bln_query_resolve(query, sql.at, &err);
	if (status == BLN_NOT_FOUND)
		result = bln_cli_fail_with(
			cli, BLN_NOT_FOUND,
			"there is no gold.coverage yet: `bullion run historical` makes it, or the job that "
			"writes it");
	else if (status != BLN_OK)
		result = bln_cli_fail(cli, &err);
	else
		result = bln_query_print(query, sql.at, SHOWN_ROWS_MAX);
	bln_text_clean_up(&sql);
	return result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_query query;
	struct bln_err err = { 0 };
	enum bln_exit result;

	if (bln_table_name_check(bln_slice_of(bln_args_word(&cli->args, 0)), &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	result = bln_query_open(cli, &query);
	if (result == BLN_EXIT_DONE)
		result = coverage_show(&query);
	bln_query_close(&query);
	return result;
}

static const struct bln_option options[] = {
	{ .name = "symbol",
	  .letter = 's',
	  .value = "SYMBOL",
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "its intervals, one by one" },
	{ .name = "frequency",
	  .value = "FREQUENCY",
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "only this one, as in 15m" },
};

static const struct bln_argument arguments[] = {
	{ .name = "TABLE", .help = "as layer.table", .complete = BLN_COMPLETE_TABLE },
};

const struct bln_command bln_command_coverage = {
	.name = "coverage",
	.summary = "which candles there are, which never were, and which are missing",
	.description = "For each symbol how many candles there are (data), of how many a source says that nothing\n"
		       "was traded (confirmed empty), and of how many nobody has said anything (missing).",
	.examples = "bullion coverage silver.cryptos\nall symbols\n"
		    "bullion coverage silver.cryptos --symbol XBTUSD --json\nintervals, for scripts",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
