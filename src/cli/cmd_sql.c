#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/json_reals.h"
#include "cli/query.h"

enum { SHOWN_ROWS_MAX = 10000, LINKS_MAX = 40, SQL_BYTES_MAX = 1 << 20 };

/* From a pipe to whom the rows are for, until it is closed on the other side. */
struct pump {
	int from;
	int to;
	int error; /* an errno of writing; reading goes on, so that nobody waits */
	bool is_json; /* NaN becomes null */
	struct bln_cancel *cancel; /* stops the query when nobody reads any more, as `head` does */
};

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return errno;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

static void *pump_run(void *argument)
{
	struct pump *pump = argument;
	struct bln_json_reals reals = { 0 };
	char buffer[1 << 14];
	char json[BLN_JSON_REALS_SIZE(sizeof(buffer))];
	ssize_t got;

	while ((got = read(pump->from, buffer, sizeof(buffer))) > 0 || (got < 0 && errno == EINTR)) {
		if (got < 0 || pump->error)
			continue;
		if (pump->is_json)
			pump->error = write_all(pump->to, json, bln_json_reals_pass(&reals, buffer, (size_t)got, json));
		else
			pump->error = write_all(pump->to, buffer, (size_t)got);
		if (pump->error)
			bln_cancel_request(pump->cancel);
	}
	return NULL;
}

/* DuckDB writes files, and begins them by cutting them to nothing: what may be somebody's file to append to (stdout), or no
 * file at all, is kept from it behind a pipe. */
static enum bln_exit stream_write(struct bln_query *query, const char *sql, const char *format, int to,
				  const char *name)
{
	struct bln_cli *cli = query->cli;
	struct pump pump = { .to = to, .is_json = strcmp(format, "json") == 0, .cancel = cli->cancel };
	struct bln_err err = { 0 };
	enum bln_status status;
	pthread_t thread;
	const char *path;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return bln_cli_fail_with(cli, BLN_IO, "cannot write %s: %s", name, strerror(errno));
	pump.from = ends[0];
	path = bln_arena_printf(&cli->arena, "/proc/self/fd/%d", ends[1]);
	if (!path || pthread_create(&thread, NULL, pump_run, &pump) != 0) {
		close(ends[0]);
		close(ends[1]);
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	}
	status = bln_query_copy(query, sql, format, path, &err);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	if (pump.error == EPIPE) /* who closes a pipe early (head) has what it wanted */
		return BLN_EXIT_DONE;
	if (pump.error)
		status = bln_err_errno(&err, pump.error, "cannot write %s", name);
	return status == BLN_OK ? BLN_EXIT_DONE : bln_cli_fail(cli, &err);
}

static enum bln_exit out_write(struct bln_query *query, const char *sql, const char *format)
{
	struct bln_cli *cli = query->cli;

	if (strcmp(format, "parquet") == 0 && isatty(fileno(cli->out)))
		return bln_cli_fail_with(cli, BLN_INVALID,
					 "Parquet is not for a terminal: name a file with -o, or redirect the output");
	return stream_write(query, sql, format, fileno(cli->out), "the result");
}

/* Into the file at PATH as a whole or not at all. FILE is what the user calls it. */
static enum bln_exit whole_write(struct bln_query *query, const char *sql, const char *format, const char *path,
				 const char *file)
{
	struct bln_cli *cli = query->cli;
	const char *partial = bln_arena_printf(&cli->arena, "%s.%ld.partial", path, (long)getpid());
	struct bln_err err = { 0 };
	enum bln_status status = BLN_OK;
	enum bln_exit result;
	int fd;

	if (!partial)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return bln_cli_fail_with(cli, BLN_IO, "cannot write %s: %s", file, strerror(errno));
	/* JSON is mended on its way. */
	result = strcmp(format, "json") == 0 ? stream_write(query, sql, format, fd, file) : BLN_EXIT_DONE;
	(void)close(fd);
	if (result == BLN_EXIT_DONE) {
		if (strcmp(format, "json") != 0)
			status = bln_query_copy(query, sql, format, partial, &err);
		if (status == BLN_OK && rename(partial, path) != 0)
			status = bln_err_errno(&err, errno, "cannot write %s", file);
		if (status == BLN_OK)
			return BLN_EXIT_DONE;
		result = bln_cli_fail(cli, &err);
	}
	(void)unlink(partial);
	return result;
}

/* What a chain of links at FILE leads to, be it there or not: a file beside it can be renamed to it, and the links stay. */
static const char *link_end(struct bln_cli *cli, const char *file)
{
	char target[PATH_MAX];
	ssize_t length;

	for (int i = 0; file && i < LINKS_MAX && (length = readlink(file, target, sizeof(target) - 1)) > 0; i++) {
		const char *slash = strrchr(file, '/');

		target[length] = '\0';
		file = bln_arena_printf(&cli->arena, "%.*s%s", slash && target[0] != '/' ? (int)(slash - file) + 1 : 0,
					file, target);
	}
	return file;
}

/* Whether THERE is what stdout leads to, whatever path led to it: /dev/stdout, or the file that the shell opened. */
static bool is_out(const struct bln_cli *cli, const struct stat *there)
{
	struct stat out;

	return fstat(fileno(cli->out), &out) == 0 && out.st_dev == there->st_dev && out.st_ino == there->st_ino;
}

/* A file is replaced, also at the end of a link; a pipe or a device is written to, and so is what stdout was redirected to. */
static enum bln_exit file_write(struct bln_query *query, const char *sql, const char *format, const char *file)
{
	enum bln_exit result;
	struct stat there;
	bool is_there;
	int fd;

	if (strcmp(file, "-") == 0)
		return out_write(query, sql, format);
	is_there = stat(file, &there) == 0;
	if (is_there && is_out(query->cli, &there))
		return out_write(query, sql, format);
	if (!is_there || S_ISREG(there.st_mode)) {
		const char *end = link_end(query->cli, file);

		return end ? whole_write(query, sql, format, end, file)
			   : bln_cli_fail_with(query->cli, BLN_NO_MEMORY, "out of memory");
	}
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return bln_cli_fail_with(query->cli, BLN_IO, "cannot write %s: %s", file, strerror(errno));
	result = stream_write(query, sql, format, fd, file);
	(void)close(fd);
	return result;
}

/* All of what FD gives, as a text in the command's arena; NAME is what errors call it. */
static enum bln_exit text_read(struct bln_cli *cli, int fd, const char *name, const char **text)
{
	char *bytes = bln_arena_alloc(&cli->arena, SQL_BYTES_MAX + 1);
	size_t length = 0;
	ssize_t got = 1;

	if (!bytes)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	while (got != 0 && length <= SQL_BYTES_MAX) {
		got = read(fd, bytes + length, SQL_BYTES_MAX + 1 - length);
		if (got < 0 && errno != EINTR)
			return bln_cli_fail_with(cli, BLN_IO, "cannot read %s: %s", name, strerror(errno));
		if (got > 0)
			length += (size_t)got;
	}
	if (length > SQL_BYTES_MAX)
		return bln_cli_fail_with(cli, BLN_INVALID, "%s: more than %d bytes, which is no SQL for one question",
					 name, SQL_BYTES_MAX);
	if (memchr(bytes, '\0', length))
		return bln_cli_fail_with(cli, BLN_INVALID, "%s: it holds a zero byte: it is no text", name);
	bytes[length] = '\0';
	*text = bytes;
	return BLN_EXIT_DONE;
}

/* The SQL that was typed, or that is in a file: then *FILE is what errors call it. */
static enum bln_exit sql_take(struct bln_cli *cli, const char **sql, const char **file)
{
	const char *path = bln_args_value(&cli->args, "file");
	struct bln_err err = { 0 };
	enum bln_exit result;
	int fd;

	*sql = bln_args_word(&cli->args, 0);
	if (!*sql == !path)
		return bln_cli_fail_with(cli, BLN_INVALID, "%s: SQL in quotes, or --file FILE (- is standard input)",
					 path ? "give one of the two" : "give what to ask");
	if (!path && strcmp(*sql, "-") == 0)
		path = *sql;
	if (!path)
		return BLN_EXIT_DONE;
	*file = strcmp(path, "-") == 0 ? "standard input" : path;
	if (strcmp(path, "-") == 0)
		return text_read(cli, STDIN_FILENO, *file, sql);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		bln_err_errno(&err, errno, "cannot read %s", path);
		return bln_cli_fail(cli, &err);
	}
	result = text_read(cli, fd, *file, sql);
	(void)close(fd);
	return result;
}

/* What goes into FILE where -f does not say: who names a file x.parquet does not want CSV in it. */
static const char *format_of(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && strcasecmp(dot, ".parquet") == 0 ? "parquet"
	       : dot && strcasecmp(dot, ".json") == 0  ? "json"
						       : "csv";
}

static enum bln_exit sql_run(struct bln_query *query, const char *sql)
{
	struct bln_cli *cli = query->cli;
	const char *format = bln_args_value(&cli->args, "format");
	const char *file = bln_args_value(&cli->args, "output");
	struct bln_err err = { 0 };
	size_t length = strlen(sql);
	char *text = bln_arena_strndup(&cli->arena, sql, length);

	if (!text)
		return bln_cli_fail_with(cli, BLN_NO_MEMORY, "out of memory");
	if (cli->is_json && format && strcmp(format, "json") != 0)
		return bln_cli_fail_with(cli, BLN_INVALID, "--json and --format %s do not go together", format);
	while (length && strchr("; \t\r\n", text[length - 1]))
		text[--length] = '\0';
	if (!format)
		format = cli->is_json ? "json" : file ? format_of(file) : "table";
	if (bln_query_resolve(query, text, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	if (bln_statement_explain_length(text) > 0) {
		if (strcmp(format, cli->is_json ? "json" : "table") == 0 && !file)
			return bln_query_print_plan(query, text);
		return bln_cli_fail_with(cli, BLN_INVALID,
					 "a plan is printed as it is, or with --json: it is no table");
	}
	if (strcmp(format, "table") != 0 && strcmp(format, "line") != 0)
		return file ? file_write(query, text, format, file) : out_write(query, text, format);
	if (file && strcmp(file, "-") != 0)
		return bln_cli_fail_with(cli, BLN_INVALID,
					 "a %s is for people: --format csv, json or parquet goes into a file", format);
	if (strcmp(format, "line") == 0)
		return bln_query_print_lines(query, text, SHOWN_ROWS_MAX);
	return bln_query_print(query, text, SHOWN_ROWS_MAX);
}

static enum bln_exit run(struct bln_cli *cli)
{
	struct bln_query query;
	const char *file = NULL;
	const char *sql = NULL;
	enum bln_exit result = sql_take(cli, &sql, &file);

	if (result != BLN_EXIT_DONE)
		return result;
	result = bln_query_open(cli, &query);
	query.file = file;
	query.all = "-f line";
	if (result == BLN_EXIT_DONE)
		result = sql_run(&query, sql);
	bln_query_close(&query);
	return result;
}

static const char *const formats[] = { "table", "line", "csv", "json", "parquet", NULL };

static const struct bln_option options[] = {
	{ .name = "format",
	  .letter = 'f',
	  .value = "FORMAT",
	  .choices = formats,
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "table or line (a value a line) for people, csv, json or parquet" },
	{ .name = "file", .value = "FILE", .help = "take the SQL from FILE; - is standard input" },
	{ .name = "as-of",
	  .value = "VERSION|TIME",
	  .complete = BLN_COMPLETE_NOTHING,
	  .help = "the tables as they were then; a version only where one is named" },
	{ .name = "output",
	  .letter = 'o',
	  .value = "FILE",
	  .help = "write to FILE, whole or not at all; -f or its ending (.json, .parquet) says how, else "
		  "csv; - is standard output" },
};

static const struct bln_argument arguments[] = {
	{ .name = "SQL",
	  .help = "one SELECT, in quotes; - takes it from standard input",
	  .complete = BLN_COMPLETE_TABLE,
	  .is_optional = true },
};

const struct bln_command bln_command_sql = {
	.name = "sql",
	.summary = "ask the lake",
	.description = "Runs one SELECT of DuckDB's SQL (or DESCRIBE, SUMMARIZE). Tables are named layer.table;\n"
		       "delta('PATH') is a Delta table anywhere, files('layer.table') has a row for each of a\n"
		       "table's data files. EXPLAIN prints the plan instead, and says how many files of each\n"
		       "table are left to read; EXPLAIN ANALYZE runs it and names them. On a terminal a\n"
		       "table is made to fit: … stands for what is left out. Columns of TIMESTAMPTZ are\n"
		       "printed as 2024-01-31T12:34:56Z, other times as DuckDB prints them.",
	.json = "[{…}]: the columns of each row, NaN and infinities as null",
	.examples =
		"bullion sql \"SELECT symbol, count(*) FROM silver.cryptos GROUP BY ALL\"\nrows per symbol\n"
		"bullion sql \"FROM gold.info\" --as-of 3\nas it was at version 3\n"
		"bullion sql \"FROM gold.candles WHERE symbol = 'XBTUSD'\" -o xbt.parquet\ninto a file\n"
		"bullion sql \"EXPLAIN FROM gold.candles WHERE symbol = 'XBTUSD'\"\nwhich files that would read\n"
		"bullion sql \"FROM files('gold.info')\" -f line\nwhat is too wide for a table\n"
		"echo \"FROM gold.info\" | bullion sql - -f csv\nthe SQL from standard input, or with --file from a file",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
