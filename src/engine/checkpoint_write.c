/* Actions, as lines of JSON, into a checkpoint's Parquet file (protocol, "Checkpoint Schema").
 *
 * Every column is declared: nothing is inferred from the lines, so that a file has the same columns whatever it holds. */
#include "engine/checkpoint_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* What DuckDB reserves per line and thread, at least. */
enum { LINE_BYTES_MIN = 1 << 20, BLOCK_BYTES = 1 << 16 };

static const char dv_columns[] = "STRUCT(\"storageType\" VARCHAR, \"pathOrInlineDv\" VARCHAR, \"offset\" INTEGER, "
				 "\"sizeInBytes\" INTEGER, cardinality BIGINT)";

/* Top-level columns with their types; %s is the deletion vector's. */
static const struct {
	const char *name;
	const char *type;
} columns[] = {
	{ "txn", "STRUCT(\"appId\" VARCHAR, version BIGINT, \"lastUpdated\" BIGINT)" },
	{ "add",
	  "STRUCT(path VARCHAR, \"partitionValues\" MAP(VARCHAR, VARCHAR), size BIGINT, \"modificationTime\" BIGINT, "
	  "\"dataChange\" BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR), \"deletionVector\" %s)" },
	{ "remove", "STRUCT(path VARCHAR, \"deletionTimestamp\" BIGINT, \"dataChange\" BOOLEAN, "
		    "\"extendedFileMetadata\" BOOLEAN, \"partitionValues\" MAP(VARCHAR, VARCHAR), size BIGINT, "
		    "\"deletionVector\" %s)" },
	{ "metaData", "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, "
		      "format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), \"schemaString\" VARCHAR, "
		      "\"partitionColumns\" VARCHAR[], configuration MAP(VARCHAR, VARCHAR), \"createdTime\" BIGINT)" },
	{ "protocol",
	  "STRUCT(\"minReaderVersion\" INTEGER, \"minWriterVersion\" INTEGER, \"readerFeatures\" VARCHAR[], "
	  "\"writerFeatures\" VARCHAR[])" },
	{ "domainMetadata", "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* The longest line of the file: DuckDB must be told what it may have to hold. */
static enum bln_status longest_line(const char *path, int64_t *longest, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	char *block = bln_mem_alloc(BLOCK_BYTES);
	FILE *file = fopen(path, "rbe");
	int64_t length = 0;
	size_t got;

	*longest = 0;
	if (!file) {
		status = bln_err_errno(err, errno, "cannot open %s", path);
		goto done;
	}
	if (!block) {
		status = bln_err_memory(err);
		goto done;
	}
	while ((got = fread(block, 1, BLOCK_BYTES, file)) > 0) {
		const char *at = block;
		const char *end = block + got;

		while (at < end) {
			const char *newline = memchr(at, '\n', (size_t)(end - at));

			length += (newline ? newline + 1 : end) - at;
			if (length > *longest)
				*longest = length;
			if (newline)
				length = 0;
			at = newline ? newline + 1 : end;
		}
	}
	if (ferror(file))
		status = bln_err_set(err, BLN_IO, "cannot read %s", path);
done:
	if (file)
		fclose(file);
	bln_mem_free(block);
	return status;
}

static void sql_make(const char *json_path, const char *parquet_path, int64_t line_bytes, struct bln_text *sql)
{
	bln_text_add(sql, "COPY (SELECT * FROM read_json([");
	bln_text_add_quoted(sql, '\'', json_path, strlen(json_path));
	bln_text_add_format(sql,
			    "], format = 'newline_delimited', records = true, maximum_object_size = %" PRId64
			    ", columns = {",
			    line_bytes);
	for (size_t i = 0; i < COLUMNS; i++) {
		struct bln_text type = { 0 };
		const char *dv = strstr(columns[i].type, "%s");

		bln_text_add_bytes(&type, columns[i].type,
				   dv ? (size_t)(dv - columns[i].type) : strlen(columns[i].type));
		if (dv) {
			bln_text_add(&type, dv_columns);
			bln_text_add(&type, dv + 2);
		}
		bln_text_add_format(sql, "%s\"%s\": ", i ? ", " : "", columns[i].name);
		bln_text_add_quoted(sql, '\'', type.at ? type.at : "", type.length);
		sql->has_failed = sql->has_failed || type.has_failed;
		bln_text_clean_up(&type);
	}
	bln_text_add(sql, "}) AS f WHERE ");
	for (size_t i = 0; i < COLUMNS; i++)
		bln_text_add_format(sql, "%sf.\"%s\" IS NOT NULL", i ? " OR " : "", columns[i].name);
	bln_text_add(sql, ") TO ");
	bln_text_add_quoted(sql, '\'', parquet_path, strlen(parquet_path));
	bln_text_add(sql, " (FORMAT parquet, COMPRESSION snappy)");
}

enum bln_status bln_checkpoint_write(void *context, const char *json_path, const char *parquet_path,
				     struct bln_err *err)
{
	struct bln_text sql = { 0 };
	enum bln_status status;
	int64_t line_bytes;
	int64_t rows;

	BLN_TRY(longest_line(json_path, &line_bytes, err));
	sql_make(json_path, parquet_path, line_bytes < LINE_BYTES_MIN ? LINE_BYTES_MIN : line_bytes, &sql);
	BLN_TRY(bln_text_check(&sql, err));
	BLN_TRY(bln_engine_query_int64(context, sql.at, &rows, NULL, err));
done:
	bln_text_clean_up(&sql);
	return status;
}
