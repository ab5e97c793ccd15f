/* Actions out of a checkpoint's Parquet file: the rows of what checkpoint_select.c selects. They stream: memory does not grow with
 * the file. */
#include "engine/checkpoint_private.h"

#include <string.h>

#include "base/mem.h"
#include "engine/checkpoint_select.h"
#include "engine/engine_private.h"

struct reader {
	struct bln_engine *engine;
	const struct bln_action_sink *sink;
	struct bln_arena arena; /* of a chunk: members of maps and lists */
	struct bln_checkpoint_selection selection;
};

static enum bln_status pairs_read(struct reader *reader, const struct bln_vector *vector, size_t row,
				  struct bln_pairs *pairs, struct bln_err *err)
{
	struct bln_vector entries = bln_vector_list_child(vector);
	struct bln_vector keys = bln_vector_member(&entries, 0);
	struct bln_vector values = bln_vector_member(&entries, 1);
	struct bln_pair *items;
	idx_t first;
	idx_t count;

	bln_vector_list(vector, row, &first, &count);
	*pairs = (struct bln_pairs){ 0 };
	if (count == 0)
		return BLN_OK;
	items = bln_arena_calloc(&reader->arena, count, sizeof(*items));
	if (!items)
		return bln_err_memory(err);
	for (idx_t i = 0; i < count; i++)
		items[i] = (struct bln_pair){
			.key = bln_vector_text(&keys, first + i),
			.value = bln_vector_text(&values, first + i),
			.is_null = bln_vector_is_null(&values, first + i),
		};
	*pairs = (struct bln_pairs){ .items = items, .count = count };
	return BLN_OK;
}

static enum bln_status texts_read(struct reader *reader, const struct bln_vector *vector, size_t row,
				  struct bln_slices *texts, struct bln_err *err)
{
	struct bln_vector child = bln_vector_list_child(vector);
	struct bln_slice *items;
	idx_t first;
	idx_t count;

	bln_vector_list(vector, row, &first, &count);
	*texts = (struct bln_slices){ 0 };
	if (count == 0)
		return BLN_OK;
	items = bln_arena_calloc(&reader->arena, count, sizeof(*items));
	if (!items)
		return bln_err_memory(err);
	for (idx_t i = 0; i < count; i++) {
		items[i] = bln_vector_text(&child, first + i);
		if (!items[i].at)
			return bln_err_set(err, BLN_CORRUPT, "a list has a null where there must be text");
	}
	*texts = (struct bln_slices){ .items = items, .count = count };
	return BLN_OK;
}

static enum bln_status value_read(struct reader *reader, const struct bln_checkpoint_column *column,
				  const struct bln_vector *vector, size_t row, struct bln_action *action,
				  struct bln_err *err)
{
	void *at = (char *)action + column->offset;
	struct bln_slice text;

	switch (column->kind) {
	case BLN_COLUMN_TEXT:
	case BLN_COLUMN_STATS:
		*(struct bln_slice *)at = bln_vector_text(vector, row);
		return BLN_OK;
	case BLN_COLUMN_INT:
		*(int64_t *)at = bln_vector_int64(vector, row);
		return BLN_OK;
	case BLN_COLUMN_BOOL:
		*(bool *)at = bln_vector_bool(vector, row);
		return BLN_OK;
	case BLN_COLUMN_PAIRS:
		return pairs_read(reader, vector, row, at, err);
	case BLN_COLUMN_TEXTS:
		return texts_read(reader, vector, row, at, err);
	case BLN_COLUMN_LETTER:
		text = bln_vector_text(vector, row);
		if (text.length != 1)
			return bln_err_set(err, BLN_CORRUPT, "'%s' is not one letter",
					   bln_checkpoint_column_name(column).text);
		*(char *)at = text.at[0];
		return BLN_OK;
	}
	return BLN_OK;
}

/* What holds where a column is absent or null; the same as in a commit's JSON. */
static struct bln_action action_empty(enum bln_action_kind kind)
{
	struct bln_action action = { .kind = kind };

	switch (kind) {
	case BLN_ACTION_ADD:
		action.add.is_data_change = true;
		action.add.dv.offset = -1;
		break;
	case BLN_ACTION_REMOVE:
		action.remove.is_data_change = true;
		action.remove.dv.offset = -1;
		break;
	case BLN_ACTION_METADATA:
		action.metadata.created_ms = -1;
		action.metadata.format = bln_slice_of("parquet");
		break;
	case BLN_ACTION_TXN:
		action.txn.updated_ms = -1;
		break;
	default:
		break;
	}
	return action;
}

static enum bln_status action_check(const struct bln_action *action, struct bln_err *err)
{
	const struct bln_dv_ref *dv = action->kind == BLN_ACTION_ADD	  ? &action->add.dv
				      : action->kind == BLN_ACTION_REMOVE ? &action->remove.dv
									  : NULL;

	if (action->kind == BLN_ACTION_ADD && action->add.size_bytes < 0)
		return bln_err_set(err, BLN_CORRUPT, "'add.size' is negative");
	if (dv && dv->storage && (!strchr("uip", dv->storage) || !dv->path_or_inline.at))
		return bln_err_set(err, BLN_CORRUPT, "'deletionVector' has an unknown storage type or no place");
	return BLN_OK;
}

/* The action in the columns FIRST to END - 1 of the table, if the row has it. */
static enum bln_status action_read(struct reader *reader, const struct bln_rows *rows, size_t row, size_t first,
				   size_t end, struct bln_err *err)
{
	struct bln_action action = action_empty(bln_checkpoint_columns[first].action);
	const struct bln_checkpoint_column *missing = NULL;
	enum bln_status status = BLN_OK;
	bool is_there = false;

	for (size_t i = first; i < end && bln_checkpoint_columns[i].is_required; i++) {
		if (!bln_rows_is_null(rows, reader->selection.position[i], row))
			is_there = true;
		else
			missing = &bln_checkpoint_columns[i];
	}
	if (!is_there)
		return BLN_OK;
	if (missing)
		return bln_err_set(err, BLN_CORRUPT, "'%s' is null", bln_checkpoint_column_name(missing).text);
	for (size_t i = first; i < end; i++)
		if (reader->selection.is_selected[i] && !bln_rows_is_null(rows, reader->selection.position[i], row))
			BLN_TRY(value_read(reader, &bln_checkpoint_columns[i],
					   &rows->columns[reader->selection.position[i]], row, &action, err));
	BLN_TRY(action_check(&action, err));
	BLN_TRY(reader->sink->take(reader->sink->context, &action, err));
done:
	return status;
}

static enum bln_status row_read(struct reader *reader, const struct bln_rows *rows, size_t row, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	size_t end;

	for (size_t first = 0; first < bln_checkpoint_column_count; first = end) {
		enum bln_action_kind action = bln_checkpoint_columns[first].action;

		for (end = first; end < bln_checkpoint_column_count && bln_checkpoint_columns[end].action == action;)
			end++;
		if (reader->selection.has_action[action])
			BLN_TRY(action_read(reader, rows, row, first, end, err));
	}
done:
	return status;
}

static enum bln_status rows_read(struct reader *reader, struct bln_err *err)
{
	struct bln_rows *rows = NULL;
	enum bln_status status;
	size_t count;

	BLN_TRY(bln_checkpoint_corrupt(bln_engine_query(reader->engine, reader->selection.sql.at, &rows, err), err));
	for (;;) {
		BLN_TRY(bln_checkpoint_corrupt(bln_rows_next(rows, &count, err), err));
		if (count == 0)
			break;
		for (size_t row = 0; row < count; row++)
			BLN_TRY(row_read(reader, rows, row, err));
		bln_arena_clean_up(&reader->arena);
	}
done:
	bln_rows_destroy(rows);
	return status;
}

enum bln_status bln_checkpoint_read(void *context, struct bln_store *store, const char *key,
				    const struct bln_action_sink *sink, struct bln_err *err)
{
	struct reader reader = { .engine = context, .sink = sink };
	struct bln_text path = { 0 }; /* on the disk */
	enum bln_status status;

	BLN_TRY(bln_store_local_path(store, key, &path, err));
	BLN_TRY(bln_checkpoint_select(reader.engine, path.at, &reader.selection, err));
	BLN_TRY(rows_read(&reader, err));
done:
	bln_text_clean_up(&path);
	bln_text_clean_up(&reader.selection.sql);
	bln_arena_clean_up(&reader.arena);
	return status;
}
