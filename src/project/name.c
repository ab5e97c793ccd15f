#include "project/name.h"

#include <string.h>

#include "base/text.h"
#include "project/project.h"

enum { PART_MAX = 63 }; /* as long as the names of most engines may be */

static bool is_small(char letter)
{
	return (letter >= 'a' && letter <= 'z') || letter == '_';
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool is_alphanumeric(char letter)
{
	return is_digit(letter) || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool bln_name_check(const char *name, const char *what, struct bln_place place, struct bln_problems *problems)
{
	const size_t length = strlen(name);
	size_t good = 0;

	while (good < length && (is_alphanumeric(name[good]) || (good > 0 && (name[good] == '-' || name[good] == '_'))))
		good++;
	if (length == 0 || length > BLN_NAME_MAX || good < length) {
		bln_problems_add(
			problems, place,
			"'%s' is no name for a %s: letters, digits, '-' and '_', up to %d of them, a letter or a "
			"digit first",
			bln_quote(name, length).text, what, BLN_NAME_MAX);
		return false;
	}
	if (strcmp(name, "all") == 0 || strcmp(name, "none") == 0) {
		bln_problems_add(problems, place, "a %s cannot be called '%s': commands use that word", what, name);
		return false;
	}
	return true;
}

static bool is_part(struct bln_slice part)
{
	if (part.length == 0 || part.length > PART_MAX || !is_small(part.at[0]))
		return false;
	for (size_t i = 1; i < part.length; i++)
		if (!is_small(part.at[i]) && !is_digit(part.at[i]))
			return false;
	return true;
}

bool bln_name_check_table(const char *name, const char *of, const char *key, struct bln_place place,
			  struct bln_problems *problems)
{
	static const char *const taken[] = { "main", "temp", "system", "pg_catalog", "information_schema" };
	struct bln_slice table = bln_slice_of(name);
	const struct bln_slice layer = bln_slice_cut(&table, '.');

	if (!is_part(layer) || !is_part(table)) {
		bln_problems_add(
			problems, place,
			"%s: %s: '%s' is no table: write layer.table, as in silver.cryptos, with small letters, "
			"digits and '_'",
			of, key, bln_quote(name, strlen(name)).text);
		return false;
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (bln_slice_is(layer, taken[i])) {
			bln_problems_add(problems, place,
					 "%s: %s: no layer can be called '%s': the engine has a schema of that name",
					 of, key, taken[i]);
			return false;
		}
	return true;
}

bool bln_name_check_path(const char *path, const char *of, const char *key, struct bln_place place,
			 struct bln_problems *problems)
{
	struct bln_slice rest = bln_slice_of(path);
	bool is_inside = path[0] != '\0' && path[0] != '/';

	while (is_inside && rest.at)
		if (bln_slice_is(bln_slice_cut(&rest, '/'), ".."))
			is_inside = false;
	if (!is_inside)
		bln_problems_add(problems, place, "%s: %s: '%s' must be a path below the project's folder", of, key,
				 bln_quote(path, strlen(path)).text);
	return is_inside;
}
