#include "source/kraken_archive/name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "base/time.h"
#include "base/utf8.h"
#include "source/candle.h"

enum { MINUTES_OF_DAY = 1440, YEAR_MIN = 2010, YEAR_MAX = 2099 };

static const char suffix[] = ".csv";

/* NAME as SYMBOL_NUMBER.csv, whatever symbol and number are. */
static bool name_split(struct bln_slice name, struct bln_slice *symbol, int64_t *number)
{
	const size_t suffix_length = sizeof(suffix) - 1;
	size_t at;

	if (name.length <= suffix_length ||
	    strncasecmp(name.at + name.length - suffix_length, suffix, suffix_length) != 0)
		return false;
	name.length -= suffix_length;
	for (at = name.length; at > 0 && name.at[at - 1] != '_';)
		at--;
	if (at < 2 || at - 1 >= BLN_SYMBOL_MAX || at == name.length || name.at[at] == '0' || name.at[at] == '-' ||
	    !bln_int64_parse(name.at + at, name.length - at, number))
		return false;
	*symbol = (struct bln_slice){ name.at, at - 1 };
	return true;
}

bool kraken_name_parse(struct bln_slice name, struct kraken_name *out)
{
	struct bln_slice symbol;
	int64_t minutes;

	if (!name_split(name, &symbol, &minutes) || minutes > MINUTES_OF_DAY || MINUTES_OF_DAY % minutes != 0)
		return false;
	*out = (struct kraken_name){ .symbol = symbol, .minutes = (int)minutes };
	for (size_t i = 0; i < out->symbol.length; i++)
		if (!isalnum((unsigned char)name.at[i]) && (i == 0 || (name.at[i] != '.' && name.at[i] != '-')))
			return false;
	return true;
}

const char *kraken_name_fault(struct bln_slice name)
{
	struct bln_slice symbol;
	int64_t minutes;

	if (name_split(name, &symbol, &minutes) && (minutes > MINUTES_OF_DAY || MINUTES_OF_DAY % minutes != 0))
		return "a day is no whole number of candles of so many minutes";
	return "its name is not SYMBOL_MINUTES.csv";
}

const char *kraken_base_currency(struct bln_slice symbol)
{
	/* What Kraken has had as the second half of a pair. */
	static const char *const currencies[] = { "USD",  "EUR",  "GBP", "JPY",	 "CHF", "CAD", "AUD", "AED",
						  "USDT", "USDC", "DAI", "EURC", "XBT", "ETH", "DOT" };
	const char *best = "";

	for (size_t i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++)
		if (symbol.length > strlen(currencies[i]) && bln_slice_ends(symbol, currencies[i]) &&
		    strlen(currencies[i]) > strlen(best))
			best = currencies[i];
	return best;
}

static bool is_separator(char c)
{
	return c == '_' || c == '-' || c == ' ' || c == '.';
}

/* "Qn" at AT. Returns its length, 0 where it is none. */
static size_t quarter_at(struct bln_slice text, size_t at, int *quarter)
{
	if (at + 2 > text.length || (text.at[at] != 'Q' && text.at[at] != 'q') || text.at[at + 1] < '1' ||
	    text.at[at + 1] > '4')
		return 0;
	*quarter = text.at[at + 1] - '0';
	return 2;
}

static size_t year_at(struct bln_slice text, size_t at, int *year)
{
	int64_t value;

	if (at + 4 > text.length || !bln_int64_parse(text.at + at, 4, &value) || value < YEAR_MIN || value > YEAR_MAX)
		return 0;
	*year = (int)value;
	return 4;
}

/* Both, in either order, with at most one separator in between, and around them neither letters nor digits. */
static bool both_at(struct bln_slice text, size_t at, int *year, int *quarter)
{
	const size_t start = at;
	size_t first = quarter_at(text, at, quarter);
	const bool is_quarter_first = first > 0;
	size_t second;

	if (!is_quarter_first)
		first = year_at(text, at, year);
	at += first;
	if (first > 0 && at < text.length && is_separator(text.at[at]))
		at++;
	second = is_quarter_first ? year_at(text, at, year) : quarter_at(text, at, quarter);
	at += second;
	return first > 0 && second > 0 && (start == 0 || !isalnum((unsigned char)text.at[start - 1])) &&
	       (at == text.length || !isalnum((unsigned char)text.at[at]));
}

bool kraken_quarter_parse(struct bln_slice component, int64_t *from_us, int64_t *to_us)
{
	int found = 0; /* years × 4 + quarter - 1; 0: none */

	for (size_t at = 0; at < component.length; at++) {
		int year, quarter;

		if (!both_at(component, at, &year, &quarter))
			continue;
		if (found != 0 && found != year * 4 + quarter - 1)
			return false;
		found = year * 4 + quarter - 1;
	}
	if (found == 0)
		return false;
	*from_us = bln_days_from_civil(found / 4, found % 4 * 3 + 1, 1) * BLN_US_PER_DAY;
	*to_us = bln_days_from_civil((found + 1) / 4, (found + 1) % 4 * 3 + 1, 1) * BLN_US_PER_DAY;
	return true;
}

bool kraken_entry_is_safe(struct bln_slice name)
{
	if (name.length == 0 || name.length > KRAKEN_ENTRY_MAX || !bln_utf8_is_valid(name.at, name.length))
		return false;
	for (size_t i = 0; i < name.length; i++)
		if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7F || name.at[i] == '\\')
			return false;
	for (bool is_last = false; !is_last;) {
		struct bln_slice component;

		is_last = !memchr(name.at, '/', name.length);
		component = bln_slice_cut(&name, '/');
		if (component.length == 0 || bln_slice_is(component, ".") || bln_slice_is(component, ".."))
			return false;
	}
	return true;
}

bool kraken_is_litter(struct bln_slice path)
{
	while (path.length > 0) {
		struct bln_slice component = bln_slice_cut(&path, '/');

		if (bln_slice_is(component, "__MACOSX") ||
		    (bln_slice_starts(component, ".") && !bln_slice_is(component, ".") &&
		     !bln_slice_is(component, "..")))
			return true;
	}
	return false;
}
