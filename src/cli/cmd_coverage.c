#include <stdint.h>
#include <string.h>

#include "base/nearest.h"
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

static enum bln_exit not_made(struct bln_cli *cli)
{
	return bln_cli_fail_with(cli, BLN_NOT_FOUND,
				 "there is no gold.coverage yet: `bullion run historical` makes it, or the job that "
				 "writes it");
}

/* What gold.coverage has in COLUMN, and of that what is nearest to NAME. */
struct known {
	bool has_it;
	bool has_any;
	const char *nearest;
};

static enum bln_status known_find(struct bln_query *query, const char *column, const char *table, const char *name,
				  struct known *known, struct bln_err *err)
{
	struct bln_text sql = { 0 };
	struct bln_rows *rows = NULL;
	size_t distance = SIZE_MAX;
	enum bln_status status;
	size_t count;

	*known = (struct known){ 0 };
	bln_text_add_format(&sql, "SELECT DISTINCT CAST(\"%s\" AS VARCHAR) FROM gold.coverage", column);
	if (table) {
		bln_text_add(&sql, " WHERE \"table\" = ");
		bln_text_add_quoted(&sql, '\'', table, strlen(table));
	}
	bln_text_add(&sql, " ORDER BY 1");
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_query_resolve(query, sql.at, err));
	BLN_TRY(bln_engine_query(query->engine, sql.at, &rows, err));
	for (;;) {
		BLN_TRY(bln_rows_next(rows, &count, err));
		if (count == 0)
			break;
		for (size_t i = 0; i < count; i++) {
			struct bln_slice text = bln_rows_text(rows, 0, i);
			const char *copy = text.at ? bln_arena_strndup(&query->cli->arena, text.at, text.length) : NULL;

			known->has_any = true;
			known->has_it = known->has_it || bln_slice_is(text, name);
			if (copy)
				bln_nearest_try(bln_slice_of(name), copy, &known->nearest, &distance);
		}
	}
done:
	bln_rows_destroy(rows);
	bln_text_clean_up(&sql);
	return status;
}

/* Nothing is never shown for something that is only mistyped. */
static enum bln_exit is_known(struct bln_query *query)
{
	struct bln_cli *cli = query->cli;
	const char *table = bln_args_word(&cli->args, 0);
	const struct {
		const char *column;
		const char *of; /* the table whose rows count */
		const char *name;
	} names[] = {
		{ "table", NULL, table },
		{ "symbol", table, bln_args_value(&cli->args, "symbol") },
		{ "frequency", table, bln_args_value(&cli->args, "frequency") },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bln_err err = { 0 };
		struct known known;

		if (!names[i].name)
			continue;
		if (known_find(query, names[i].column, names[i].of, names[i].name, &known, &err) != BLN_OK)
			return err.status == BLN_NOT_FOUND ? not_made(cli) : bln_cli_fail(cli, &err);
		if (known.has_it)
			continue;
		return bln_cli_fail_with(cli, BLN_NOT_FOUND, "gold.coverage has no %s %s%s%s%s%s%s", names[i].column,
					 bln_quote(names[i].name, strlen(names[i].name)).text,
					 names[i].of ? " of " : "", names[i].of ? names[i].of : "",
					 known.nearest ? "; did you mean " : "", known.nearest ? known.nearest : "",
					 known.nearest	 ? "?"
					 : known.has_any ? ": `bullion sql \"FROM gold.coverage\"` shows what it has"
							 : ": it is empty");
	}
	return BLN_EXIT_DONE;
}

static enum bln_exit coverage_show(struct bln_query *query)
{
	struct bln_cli *cli = query->cli;
	struct bln_text sql = { 0 };
	struct bln_err err = { 0 };
	enum bln_exit result = is_known(query);
	enum bln_status status;

	if (result != BLN_EXIT_DONE)
		return result;
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
	result = status == BLN_OK ? bln_query_print(query, sql.at, SHOWN_ROWS_MAX) : bln_cli_fail(cli, &err);
	bln_text_clean_up(&sql);
	return result;
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_query query;
	enum bln_exit result = bln_query_open(cli, &query);

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
	{ .name = "TABLE",
	  .help = "a table that gold.coverage speaks of, as silver.cryptos",
	  .complete = BLN_COMPLETE_TABLE },
};

const struct bln_command bln_command_coverage = {
	.name = "coverage",
	.summary = "which candles there are, which never were, and which are missing",
	.description = "For each symbol and frequency how many candles there could be (expected), how many\n"
		       "there are (data), of how many a source says that nothing was traded\n"
		       "(confirmed_empty), of how many nobody has said anything (missing), and in how many\n"
		       "stretches those lie (holes). With --symbol every stretch by itself. Intervals include\n"
		       "`from` and leave out `to`.",
	.json = "[{symbol, frequency, from, to, expected, data, confirmed_empty, missing, holes}]\n"
		"with --symbol: [{symbol, frequency, from, to, state, candles}]",
	.examples = "bullion coverage silver.cryptos\nall symbols\n"
		    "bullion coverage silver.cryptos --symbol XBTUSD --json\nintervals, for scripts",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
