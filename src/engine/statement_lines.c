/* Errors of DuckDB show the line they speak of and its number. Where a statement was run as part of another, the number counts
 * lines that its author has not written, or the line is none of the author's. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/statement.h"

/* LINE of SQL, from 1; AT is NULL where there is none. */
static struct bln_slice line_of(const char *sql, long line)
{
	struct bln_slice rest = bln_slice_of(sql);
	struct bln_slice found = { 0 };

	for (long i = 0; i < line; i++) {
		if (!rest.at)
			return rest;
		found = bln_slice_cut(&rest, '\n');
	}
	return found;
}

/* The column, in characters, to which "LINE 2: …" at SHOWN points with a '^' below it; 0 where that cannot be told. */
static int column_shown(const char *shown)
{
	const char *text = strchr(shown, ':') + 2;
	const char *below = shown + strcspn(shown, "\n");
	const size_t blank = *below ? strspn(below + 1, " ") : 0;
	const size_t before = (size_t)(text - shown);

	if (!*below || below[1 + blank] != '^' || strncmp(text, "...", 3) == 0 || blank < before)
		return 0;
	return (int)(blank - before) + 1;
}

/* Steps over WORDS and a number from 1. */
static bool take_number(const char **at, const char *words, int *number)
{
	const size_t length = strlen(words);
	char *rest;
	long value;

	if (strncmp(*at, words, length) != 0)
		return false;
	value = strtol(*at + length, &rest, 10);
	if (rest == *at + length || value < 1 || value > INT_MAX)
		return false;
	*number = (int)value;
	*at = rest;
	return true;
}

enum bln_status bln_statement_in_file(const char *file, enum bln_status status, struct bln_err *err)
{
	char place[48] = "";
	const char *shown;
	const char *at;
	int line = 0;
	int column = 0;

	if (!err)
		return status;
	at = err->message;
	shown = strstr(err->message, "\n\nLINE ");
	if (take_number(&at, "line ", &line) && take_number(&at, ", column ", &column) && strncmp(at, ": ", 2) == 0)
		memmove(err->message, at + 2, strlen(at + 2) + 1);
	else if (shown && take_number(&shown, "\n\nLINE ", &line) && strncmp(shown, ": ", 2) == 0)
		column = column_shown(strstr(err->message, "\n\nLINE ") + 2);
	else
		line = 0;
	if (line && column)
		snprintf(place, sizeof(place), ":%d:%d", line, column);
	else if (line)
		snprintf(place, sizeof(place), ":%d", line);
	return bln_err_where(err, status, "%s%s", file, place);
}

static struct bln_slice trimmed(struct bln_slice slice)
{
	while (slice.length && strchr(" \t\r.", slice.at[0])) /* "..." stands for what was cut off */
		slice.at++, slice.length--;
	while (slice.length && strchr(" \t\r.", slice.at[slice.length - 1]))
		slice.length--;
	return slice;
}

void bln_statement_mend_error(const char *sql, struct bln_err *err)
{
	static const char mark[] = "\n\nLINE ";
	char *at = err ? strstr(err->message, mark) : NULL;
	struct bln_slice shown;
	char *rest;
	long said;

	if (!at)
		return;
	said = strtol(at + strlen(mark), &rest, 10);
	if (said < 1 || *rest != ':')
		return;
	shown.at = rest + 1;
	shown.length = strcspn(shown.at, "\n");
	shown = trimmed(shown);
	for (long line = said; line > 0 && said - line < 2; line--) { /* a line may stand before the statement */
		struct bln_slice written = line_of(sql, line);
		char number[24];
		size_t length;

		if (!written.at || !memmem(written.at, written.length, shown.at, shown.length))
			continue;
		length = (size_t)snprintf(number, sizeof(number), "%ld", line);
		memcpy(at + strlen(mark), number, length);
		memmove(at + strlen(mark) + length, rest, strlen(rest) + 1);
		return;
	}
	*at = '\0'; /* what the author never saw helps nobody */
}
