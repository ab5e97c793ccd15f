/* What a commit says that it did, in the names that Spark gives these numbers: operationMetrics. */
#include <inttypes.h>

#include "delta/stats.h"
#include "job/write/table_write_private.h"

enum { METRICS_MAX = 12 };

struct metrics {
	struct bln_arena *arena;
	struct bln_pair *items;
	size_t count;
	bool has_failed;
};

static void metric_add(struct metrics *metrics, const char *name, int64_t value)
{
	const char *text = bln_arena_printf(metrics->arena, "%" PRId64, value);

	metrics->has_failed = metrics->has_failed || !text;
	metrics->items[metrics->count++] =
		(struct bln_pair){ .key = bln_slice_of(name), .value = bln_slice_of(text ? text : "") };
}

/* An upsert's rows are those that were in the files it removed, and those that are new. How many of the first it changed is known
 * where every row came once. */
static void merge_rows_add(const struct bln_table_writer *writer, struct metrics *metrics)
{
	const int64_t inserted = writer->rows - writer->removed_rows;

	if (writer->spec->mode ==
	    BLN_WRITE_UPSERT) /* else those that are there already were left out before they were counted */
		metric_add(metrics, "numSourceRows", writer->incoming);
	if (writer->removed_rows < 0 || writer->spec->clears_owned)
		return;
	metric_add(metrics, "numTargetRowsInserted", inserted);
	metric_add(metrics, "numTargetRowsDeleted", 0);
	if (writer->has_met_own || inserted > writer->incoming)
		return;
	metric_add(metrics, "numTargetRowsUpdated", writer->incoming - inserted);
	metric_add(metrics, "numTargetRowsCopied", writer->removed_rows - (writer->incoming - inserted));
}

enum bln_status bln_table_metrics(struct bln_table_writer *writer, bool is_merge, struct bln_pairs *out,
				  struct bln_err *err)
{
	struct metrics metrics = { .arena = &writer->arena };

	metrics.items = bln_arena_calloc(&writer->arena, METRICS_MAX, sizeof(*metrics.items));
	if (!metrics.items)
		return bln_err_memory(err);
	metric_add(&metrics, is_merge ? "numTargetFilesAdded" : "numFiles", (int64_t)writer->file_count);
	metric_add(&metrics, is_merge ? "numTargetBytesAdded" : "numOutputBytes", writer->bytes);
	metric_add(&metrics, "numOutputRows", writer->rows);
	if (is_merge || writer->removed > 0) {
		metric_add(&metrics, is_merge ? "numTargetFilesRemoved" : "numRemovedFiles", writer->removed);
		metric_add(&metrics, is_merge ? "numTargetBytesRemoved" : "numRemovedBytes", writer->removed_bytes);
	}
	if (is_merge)
		merge_rows_add(writer, &metrics);
	*out = (struct bln_pairs){ metrics.items, metrics.count };
	return metrics.has_failed ? bln_err_memory(err) : BLN_OK;
}

enum bln_status bln_table_remove(struct bln_table_writer *writer, const struct bln_add *file, int64_t now_ms,
				 struct bln_action *action, struct bln_err *err)
{
	int64_t rows;

	*action = bln_action_remove(file, now_ms, true);
	writer->removed++;
	writer->removed_bytes += file->size_bytes;
	if (!bln_stats_rows(file->stats, &(struct bln_dv_ref){ 0 }, &rows)) {
		writer->removed_rows = -1;
		return BLN_OK;
	}
	action->remove.stats = bln_slice_of(bln_arena_printf(&writer->arena, "{\"numRecords\":%" PRId64 "}", rows));
	if (!action->remove.stats.at)
		return bln_err_memory(err);
	if (writer->removed_rows >= 0)
		writer->removed_rows += rows - (file->dv.storage ? file->dv.cardinality : 0);
	return BLN_OK;
}
