#include "source/csv/place.h"

#include "base/number.h"
#include "base/text.h"
#include "source/csv/rows.h"

static bool line_has_time(const char *line, size_t length)
{
	static const double units[] = { 1, 1e3, 1e6, 1e9 }; /* in a second */
	struct bln_slice rest = { line, length };
	struct bln_slice field = bln_slice_cut(&rest, ',');
	double time;

	for (; field.length > 0 && field.at[0] == ' '; field.at++)
		field.length--;
	while (field.length > 0 && field.at[field.length - 1] == ' ')
		field.length--;
	if (!bln_double_parse(field.at, field.length, &time))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (time / units[i] >= BLN_CSV_ROW_SECONDS_MIN && time / units[i] < BLN_CSV_ROW_SECONDS_MAX)
			return true;
	return false;
}

bool bln_csv_is_unplaced(enum bln_reason reason, const char *line, size_t length)
{
	return !bln_reason_is_kept(reason) && reason != BLN_REASON_EMPTY_FILE && reason != BLN_REASON_EMPTY_LINE &&
	       !line_has_time(line, length);
}
