#include "engine/checkpoint_select.h"

#include <string.h>

#include "engine/engine_private.h"

struct selecting {
	struct bln_engine *engine;
	const char *path; /* of the file */
	duckdb_logical_type types[BLN_ACTIONS]; /* of the top-level columns; NULL where there is none */
	struct bln_checkpoint_selection *out;
};

enum bln_status bln_checkpoint_corrupt(enum bln_status status, struct bln_err *err)
{
	if (status != BLN_INVALID && status != BLN_IO)
		return status;
	if (err)
		err->status = BLN_CORRUPT;
	return BLN_CORRUPT;
}

static void from_add(struct selecting *selecting)
{
	bln_text_add(&selecting->out->sql, " FROM read_parquet([");
	bln_text_add_quoted(&selecting->out->sql, '\'', selecting->path, strlen(selecting->path));
	bln_text_add(&selecting->out->sql, "], binary_as_string = true, hive_partitioning = false) AS f");
}

/* Fills TYPES with the types of the columns that the file has. */
static enum bln_status types_fill(struct selecting *selecting, struct bln_err *err)
{
	const struct bln_duckdb *db = &selecting->engine->db;
	duckdb_result result = { 0 };
	enum bln_status status;
	bool is_any = false;

	bln_text_clear(&selecting->out->sql);
	bln_text_add(&selecting->out->sql, "SELECT *");
	from_add(selecting);
	bln_text_add(&selecting->out->sql, " LIMIT 0");
	BLN_TRY(bln_text_check(&selecting->out->sql, err));
	BLN_TRY(bln_checkpoint_corrupt(bln_engine_run(selecting->engine, selecting->out->sql.at, false, &result, err),
				       err));
	for (idx_t i = 0; i < db->column_count(&result); i++) {
		for (size_t j = 0; j < bln_checkpoint_column_count; j++) {
			const struct bln_checkpoint_column *column = &bln_checkpoint_columns[j];

			if (selecting->types[column->action] ||
			    strcmp(db->column_name(&result, i), column->path[0]) != 0)
				continue;
			selecting->types[column->action] = db->column_logical_type(&result, i);
			if (db->get_type_id(selecting->types[column->action]) != DUCKDB_TYPE_STRUCT) {
				status = bln_err_set(err, BLN_CORRUPT, "the column '%s' is not a struct",
						     column->path[0]);
				goto done;
			}
			selecting->out->has_action[column->action] = true;
			is_any = true;
		}
	}
	if (!is_any)
		status = bln_err_set(err, BLN_CORRUPT, "not a checkpoint: there is no column of any action");
done:
	db->destroy_result(&result);
	return status;
}

static void path_add(struct bln_text *text, const struct bln_checkpoint_column *column)
{
	bln_text_add(text, "f");
	for (size_t i = 0; i < BLN_CHECKPOINT_DEPTH && column->path[i]; i++) {
		bln_text_add(text, ".");
		bln_text_add_quoted(text, '"', column->path[i], strlen(column->path[i]));
	}
}

static void column_select(struct selecting *selecting, const struct bln_checkpoint_column *column)
{
	bln_text_add(&selecting->out->sql, selecting->out->count ? ", " : "");
	switch (column->kind) {
	case BLN_COLUMN_INT:
		bln_text_add(&selecting->out->sql, "CAST(");
		path_add(&selecting->out->sql, column);
		bln_text_add(&selecting->out->sql, " AS BIGINT)");
		break;
	case BLN_COLUMN_STATS:
		bln_text_add(&selecting->out->sql, "CAST(to_json(");
		path_add(&selecting->out->sql, column);
		bln_text_add(&selecting->out->sql, ") AS VARCHAR)");
		break;
	default:
		path_add(&selecting->out->sql, column);
		break;
	}
}

static enum bln_status columns_select(struct selecting *selecting, struct bln_err *err)
{
	const struct bln_duckdb *db = &selecting->engine->db;
	enum bln_status status;

	bln_text_clear(&selecting->out->sql);
	bln_text_add(&selecting->out->sql, "SELECT ");
	for (size_t i = 0; i < bln_checkpoint_column_count; i++) {
		const struct bln_checkpoint_column *column = &bln_checkpoint_columns[i];
		duckdb_logical_type type;
		bool is_fit;

		if (!selecting->types[column->action])
			continue;
		type = bln_checkpoint_type_find(db, selecting->types[column->action], column);
		if (!type && column->is_required)
			return bln_err_set(err, BLN_CORRUPT, "there is no column '%s'",
					   bln_checkpoint_column_name(column).text);
		if (!type)
			continue;
		is_fit = bln_checkpoint_type_fits(db, type, column->kind);
		db->destroy_logical_type(&type);
		if (!is_fit)
			return bln_err_set(err, BLN_CORRUPT, "the column '%s' is not %s",
					   bln_checkpoint_column_name(column).text,
					   bln_checkpoint_kind_name(column->kind));
		column_select(selecting, column);
		selecting->out->is_selected[i] = true;
		selecting->out->position[i] = selecting->out->count++;
	}
	from_add(selecting);
	BLN_TRY(bln_text_check(&selecting->out->sql, err));
done:
	return status;
}

enum bln_status bln_checkpoint_select(struct bln_engine *engine, const char *path, struct bln_checkpoint_selection *out,
				      struct bln_err *err)
{
	struct selecting selecting = { .engine = engine, .path = path, .out = out };
	enum bln_status status;

	BLN_TRY(types_fill(&selecting, err));
	BLN_TRY(columns_select(&selecting, err));
done:
	for (size_t i = 0; i < BLN_ACTIONS; i++)
		if (selecting.types[i])
			engine->db.destroy_logical_type(&selecting.types[i]);
	return status;
}
