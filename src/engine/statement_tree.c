/* A statement as a tree: DuckDB parses it and gives its tree as JSON. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "engine/statement_private.h"

enum { WORD_SIZE = 32, INTEGER_DIGITS_MAX = 18 };

const char *bln_node_text(const json_t *node, const char *key)
{
	const char *text = json_string_value(json_object_get(node, key));

	return text ? text : "";
}

int64_t bln_node_location(const json_t *node)
{
	const json_t *location = json_object_get(node, "query_location");

	return json_is_integer(location) ? json_integer_value(location) : -1;
}

void bln_statement_place(const char *sql, int64_t offset, int *line, int *column)
{
	*line = *column = 0;
	if (offset < 0 || (uint64_t)offset > strlen(sql))
		return;
	*line = *column = 1;
	for (int64_t i = 0; i < offset; i++) {
		if (sql[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)sql[i] & 0xc0) != 0x80) { /* a character, not a byte of one */
			++*column;
		}
	}
}

/* Whether JSON's reader takes the word as it is, exactly. */
static bool is_plain(const char *word, size_t length)
{
	size_t digits = 0;

	if ((length == 4 && (memcmp(word, "true", 4) == 0 || memcmp(word, "null", 4) == 0)) ||
	    (length == 5 && memcmp(word, "false", 5) == 0))
		return true;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)word[i]) && !(i == 0 && word[i] == '-'))
			return false;
		digits += isdigit((unsigned char)word[i]) != 0;
	}
	return digits > 0 && digits <= INTEGER_DIGITS_MAX;
}

/* DuckDB's JSON has numbers beyond 64 bits, fractions that a double would round, Infinity and NaN: they become strings. */
static void numbers_quote(struct bln_slice json, struct bln_text *out)
{
	size_t i = 0;

	while (i < json.length) {
		size_t end = i + 1;

		if (json.at[i] == '"') {
			while (end < json.length && json.at[end] != '"')
				end += json.at[end] == '\\' ? 2 : 1;
			end = end < json.length ? end + 1 : json.length;
			bln_text_add_bytes(out, json.at + i, end - i);
		} else if (isalnum((unsigned char)json.at[i]) || json.at[i] == '-') {
			while (end < json.length &&
			       (isalnum((unsigned char)json.at[end]) || strchr("+-.", json.at[end])))
				end++;
			if (is_plain(json.at + i, end - i))
				bln_text_add_bytes(out, json.at + i, end - i);
			else
				bln_json_add_string(out, json.at + i, end - i);
		} else {
			bln_text_add_bytes(out, json.at + i, 1);
		}
		i = end;
	}
}

const char *bln_statement_skip(const char *sql, const char *besides)
{
	for (;;) {
		while (*sql && (strchr(" \t\r\n", *sql) || strchr(besides, *sql)))
			sql++;
		if (strncmp(sql, "--", 2) == 0) {
			sql += strcspn(sql, "\n");
		} else if (strncmp(sql, "/*", 2) == 0) {
			const char *end = strstr(sql, "*/");

			sql = end ? end + 2 : sql + strlen(sql);
		} else {
			return sql;
		}
	}
}

/* The first word of SQL, in capitals, behind comments and parentheses. */
static void first_word(const char *sql, char word[static WORD_SIZE])
{
	size_t length = 0;

	sql = bln_statement_skip(sql, "(;");
	for (; length + 1 < WORD_SIZE && isalpha((unsigned char)sql[length]); length++)
		word[length] = (char)toupper((unsigned char)sql[length]);
	word[length] = '\0';
}

static enum bln_status no_select(const char *sql, struct bln_err *err)
{
	static const char *const writers[] = { "INSERT", "UPDATE", "DELETE", "MERGE",	"CREATE",
					       "DROP",	 "ALTER",  "COPY",   "TRUNCATE" };
	char word[WORD_SIZE];
	bool is_writer = false;

	first_word(sql, word);
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		is_writer |= strcmp(word, writers[i]) == 0;
	if (strcmp(word, "PIVOT") == 0 || strcmp(word, "SELECT") == 0 || strcmp(word, "FROM") == 0 ||
	    strcmp(word, "WITH") == 0)
		return bln_err_set(err, BLN_INVALID,
				   "a PIVOT must name its values here: PIVOT … ON symbol IN ('XBTUSD', 'ETHUSD')");
	return bln_err_set(err, BLN_INVALID, "only a SELECT can be run here, not %s%s",
			   word[0] ? word : "this statement",
			   is_writer ? ": tables are written by jobs, with the rows that their SELECT gives" : "");
}

/* DuckDB counts characters in errors, bytes in trees. */
static int64_t characters_offset(const char *sql, int64_t characters)
{
	int64_t at = 0;

	while (sql[at] && characters > 0)
		characters -= ((unsigned char)sql[++at] & 0xc0) != 0x80;
	return at;
}

static enum bln_status parse_failed(const char *sql, const json_t *tree, struct bln_err *err)
{
	const char *message = bln_node_text(tree, "error_message");
	const char *position = json_string_value(json_object_get(tree, "position"));
	int line, column;

	if (strstr(message, "Only SELECT"))
		return no_select(sql, err);
	bln_statement_place(sql, position ? characters_offset(sql, strtoll(position, NULL, 10)) : -1, &line, &column);
	if (line)
		return bln_err_set(err, BLN_INVALID, "line %d, column %d: %s", line, column, message);
	return bln_err_set(err, BLN_INVALID, "%s", message);
}

static enum bln_status tree_check(const char *sql, const json_t *tree, struct bln_err *err)
{
	size_t count = json_array_size(json_object_get(tree, "statements"));

	if (json_is_true(json_object_get(tree, "error")))
		return parse_failed(sql, tree, err);
	if (count == 1)
		return BLN_OK;
	return count == 0 ? bln_err_set(err, BLN_INVALID, "there is no statement")
			  : bln_err_set(err, BLN_INVALID, "one statement can be run at a time, not %zu", count);
}

enum bln_status bln_statement_tree(struct bln_engine *engine, const char *sql, json_t **tree, struct bln_err *err)
{
	struct bln_text query = { 0 };
	struct bln_text json = { 0 };
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count;

	*tree = NULL;
	if (strlen(sql) > BLN_STATEMENT_SIZE_MAX)
		return bln_err_set(err, BLN_INVALID, "the statement is longer than %d bytes", BLN_STATEMENT_SIZE_MAX);
	bln_text_add(&query, "SELECT CAST(json_serialize_sql(");
	bln_text_add_quoted(&query, '\'', sql, strlen(sql));
	bln_text_add(&query, ", skip_null := true, skip_empty := true) AS VARCHAR)");
	BLN_TRY(bln_text_check(&query, err));
	BLN_TRY(bln_engine_query(engine, query.at, &rows, err));
	BLN_TRY(bln_rows_next(rows, &count, err));
	if (count != 1) {
		status = bln_err_set(err, BLN_BUG, "DuckDB gives no tree for a statement");
		goto done;
	}
	numbers_quote(bln_rows_text(rows, 0, 0), &json);
	BLN_TRY(bln_text_check(&json, err));
	status = bln_json_parse(json.at, json.length, "the statement's tree", tree, err);
	if (status == BLN_CORRUPT)
		status = bln_err_set(err, BLN_INVALID, "the statement is nested too deeply");
	if (status == BLN_OK)
		status = tree_check(sql, *tree, err);
done:
	if (status != BLN_OK) {
		json_decref(*tree);
		*tree = NULL;
	}
	bln_rows_destroy(rows);
	bln_text_clean_up(&query);
	bln_text_clean_up(&json);
	return status;
}
