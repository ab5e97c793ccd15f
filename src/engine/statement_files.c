/* files('layer.table'): a row per data file, from the log alone: what can be known of a table without reading it. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "engine/statement_private.h"

static void add_file(struct bln_text *json, const struct bln_add *file)
{
	json_t *stats = NULL;
	const json_t *min = NULL;
	const json_t *max = NULL;
	int64_t rows = -1;

	if (file->stats.length && bln_json_parse(file->stats.at, file->stats.length, "stats", &stats, NULL) == BLN_OK) {
		(void)!bln_json_get_int(stats, "numRecords", &rows, NULL);
		min = json_object_get(stats, "minValues");
		max = json_object_get(stats, "maxValues");
	}
	bln_text_add(json, "{\"path\":");
	bln_json_add_string(json, file->path.at, file->path.length);
	bln_text_add_format(json, ",\"size_bytes\":%" PRId64 ",\"modified_ms\":%" PRId64, file->size_bytes,
			    file->modified_ms);
	if (rows >= 0)
		bln_text_add_format(json, ",\"rows\":%" PRId64, rows - file->dv.cardinality);
	bln_text_add(json, ",\"partition\":");
	bln_pairs_format(file->partition, json);
	if (json_is_object(min)) {
		bln_text_add(json, ",\"min\":");
		bln_json_add(json, min);
	}
	if (json_is_object(max)) {
		bln_text_add(json, ",\"max\":");
		bln_json_add(json, max);
	}
	bln_text_add(json, "}");
	json_decref(stats);
}

enum bln_status bln_statement_files(struct bln_engine *engine, const char *schema, const char *name,
				    const struct bln_resolved *resolved, struct bln_err *err)
{
	size_t count = resolved->is_all ? resolved->snapshot->file_count : resolved->file_count;
	struct bln_text json = { 0 };
	struct bln_text sql = { 0 };
	enum bln_status status;

	bln_text_add(&json, "[");
	for (size_t i = 0; i < count; i++) {
		bln_text_add(&json, i ? "," : "");
		add_file(&json, resolved->is_all ? &resolved->snapshot->files[i] : resolved->files[i]);
	}
	bln_text_add(&json, "]");
	BLN_TRY(bln_text_check(&json, err));
	bln_text_add(&sql, "CREATE OR REPLACE TABLE ");
	bln_text_add_quoted(&sql, '"', schema, strlen(schema));
	bln_text_add(&sql, ".");
	bln_text_add_quoted(&sql, '"', name, strlen(name));
	bln_text_add(&sql,
		     " AS SELECT f.path, f.rows, f.size_bytes, make_timestamptz(f.modified_ms * 1000) AS modified_at, "
		     "f.\"partition\", f.min, f.max FROM (SELECT unnest(from_json(");
	bln_text_add_quoted(&sql, '\'', json.at, json.length);
	bln_text_add(
		&sql,
		", '[{\"path\":\"VARCHAR\",\"rows\":\"BIGINT\",\"size_bytes\":\"BIGINT\",\"modified_ms\":\"BIGINT\","
		"\"partition\":\"JSON\",\"min\":\"JSON\",\"max\":\"JSON\"}]')) AS f)");
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_exec(engine, sql.at, err));
done:
	bln_text_clean_up(&json);
	bln_text_clean_up(&sql);
	return status;
}
