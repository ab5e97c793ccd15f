#include "delta/stats.h"

#include <string.h>

#include "base/json.h"
#include "base/number.h"

/* As most writers begin them: then nothing else of them need be read. -1 where they begin otherwise. */
static int64_t rows_first(struct bln_slice stats)
{
	static const char head[] = "{\"numRecords\":";
	size_t length = 0;
	int64_t rows;

	if (!bln_slice_starts(stats, head))
		return -1;
	stats.at += sizeof(head) - 1;
	stats.length -= sizeof(head) - 1;
	while (length < stats.length && stats.at[length] >= '0' && stats.at[length] <= '9')
		length++;
	if (length == stats.length || (stats.at[length] != ',' && stats.at[length] != '}') ||
	    !bln_int64_parse(stats.at, length, &rows))
		return -1;
	return rows;
}

bool bln_stats_rows(struct bln_slice stats, const struct bln_dv_ref *dv, int64_t *rows)
{
	int64_t count = rows_first(stats);
	json_t *json = NULL;

	if (count < 0 && stats.length > 0 && bln_json_parse(stats.at, stats.length, "stats", &json, NULL) == BLN_OK &&
	    bln_json_get_int(json, "numRecords", &count, NULL) != BLN_OK)
		count = -1;
	json_decref(json);
	if (dv->storage)
		count = dv->cardinality >= 0 && dv->cardinality <= count ? count - dv->cardinality : -1;
	*rows = count < 0 ? -1 : count;
	return count >= 0;
}
