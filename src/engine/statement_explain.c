/* EXPLAIN: what it asks about is a statement by itself, whose tables must be known. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/statement_private.h"

/* Steps over WORD, whatever its capitals, and what is skipped behind it. False where *AT is something else. */
static bool take_word(const char **at, const char *word)
{
	const size_t length = strlen(word);

	if (strncasecmp(*at, word, length) != 0 || isalnum((unsigned char)(*at)[length]) || (*at)[length] == '_')
		return false;
	*at = bln_statement_skip(*at + length, "");
	return true;
}

/* "(ANALYZE, FORMAT json)", not the parenthesis of "(SELECT 1)". */
static bool take_options(const char **at)
{
	const char *inner = **at == '(' ? bln_statement_skip(*at + 1, "") : "";
	const char *end = strchr(inner, ')');

	if (!end || (!take_word(&inner, "ANALYZE") && !take_word(&inner, "FORMAT")))
		return false;
	*at = end + 1;
	return true;
}

size_t bln_statement_explain_length(const char *sql)
{
	const char *at = bln_statement_skip(sql, "");

	if (!take_word(&at, "EXPLAIN"))
		return 0;
	if (!take_word(&at, "ANALYZE"))
		(void)take_options(&at);
	return (size_t)(at - sql);
}
