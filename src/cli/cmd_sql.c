#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/query.h"

enum { SHOWN_ROWS_MAX = 10000 };

/* Into FILE as a whole or not at all. */
static enum bln_exit file_write(struct bln_query *query, const char *sql, const char *format, const char *file)
{
	struct bln_cli *cli = query->cli;
	const char *partial = bln_arena_printf(&cli->arena, "%s.%ld.partial", file, (long)getpid());
	struct bln_err err = { 0 };

	if (!partial)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	if (bln_query_copy(query, sql, format, partial, &err) != BLN_OK) {
		(void)unlink(partial);
		return bln_cli_fail(cli, &err);
	}
	if (rename(partial, file) != 0) {
		(void)bln_err_errno(&err, errno, "cannot write %s", file);
		(void)unlink(partial);
		return bln_cli_fail(cli, &err);
	}
	return BLN_EXIT_DONE;
}

/* DuckDB writes files: Parquet is written beside and then given out, text goes straight. */
static enum bln_exit out_write(struct bln_query *query, const char *sql, const char *format)
{
	struct bln_cli *cli = query->cli;
	const char *path = "/dev/stdout";
	struct bln_err err = { 0 };
	char buffer[1 << 16];
	size_t got;
	FILE *in;

	if (strcmp(format, "parquet") == 0) {
		if (isatty(fileno(cli->out)))
			return bln_cli_fail_with(cli, BLN_INVALID,
			                         "Parquet is not for a terminal: name a file with -o, or redirect the output");
		path = query->spill ? bln_arena_printf(&cli->arena, "%s/result.parquet", query->spill) : NULL;
		if (!path)
			return bln_cli_fail_with(cli, BLN_IO, "there is no folder for temporary files: set TMPDIR");
	}
	fflush(cli->out);
	if (bln_query_copy(query, sql, format, path, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	if (strcmp(format, "parquet") != 0)
		return BLN_EXIT_DONE;
	in = fopen(path, "rb");
	(void)unlink(path);
	while (in && (got = fread(buffer, 1, sizeof(buffer), in)) > 0)
		fwrite(buffer, 1, got, cli->out);
	if (!in || ferror(in) || fflush(cli->out) != 0)
		(void)bln_err_errno(&err, errno, "cannot write the result");
	if (in)
		fclose(in);
	return err.status == BLN_OK ? BLN_EXIT_DONE : bln_cli_fail(cli, &err);
}

static enum bln_exit sql_run(struct bln_query *query)
{
	struct bln_cli *cli = query->cli;
	const char *sql = bln_args_word(&cli->args, 0);
	const char *format = bln_args_value(&cli->args, "format");
	const char *file = bln_args_value(&cli->args, "output");
	struct bln_err err = { 0 };
	size_t length = strlen(sql);
	char *text = bln_arena_strndup(&cli->arena, sql, length);

	if (!text)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	while (length && strchr("; \t\r\n", text[length - 1]))
		text[--length] = '\0';
	if (!format)
		format = cli->is_json ? "json" : file ? "csv" : "table";
	if (bln_query_resolve(query, text, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	if (strcmp(format, "table") != 0)
		return file ? file_write(query, text, format, file) : out_write(query, text, format);
	if (file)
		return bln_cli_fail_with(cli, BLN_INVALID, "a table is for people: --format csv, json or parquet goes into a file");
	return bln_query_print(query, text, SHOWN_ROWS_MAX);
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_query query;
	enum bln_exit result = bln_query_open(cli, &query);

	if (result == BLN_EXIT_DONE)
		result = sql_run(&query);
	bln_query_close(&query);
	return result;
}

static const char *const formats[] = { "table", "csv", "json", "parquet", NULL };

static const struct bln_option options[] = {
	{ .name = "format", .letter = 'f', .value = "FORMAT", .choices = formats, .complete = BLN_COMPLETE_NOTHING,
	  .help = "table, csv, json or parquet" },
	{ .name = "as-of", .value = "VERSION|TIME", .complete = BLN_COMPLETE_NOTHING,
	  .help = "the tables as they were then" },
	{ .name = "output", .letter = 'o', .value = "FILE", .help = "write to FILE: whole or not at all" },
};

static const struct bln_argument arguments[] = {
	{ .name = "SQL", .help = "one SELECT", .complete = BLN_COMPLETE_TABLE },
};

const struct bln_command bln_command_sql = {
	.name = "sql",
	.summary = "ask the lake",
	.description = "Runs one SELECT of DuckDB's SQL. Tables are named layer.table; delta('PATH') is a\n"
	               "Delta table anywhere, files('layer.table') has a row for each of a table's data files.",
	.examples = "bullion sql \"SELECT symbol, count(*) FROM silver.cryptos GROUP BY ALL\"\nrows per symbol\n"
	            "bullion sql \"FROM gold.info\" --as-of 3\nas it was at version 3\n"
	            "bullion sql \"FROM gold.candles WHERE symbol = 'XBTUSD'\" -o xbt.parquet -f parquet\ninto a file",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
