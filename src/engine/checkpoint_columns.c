#include "engine/checkpoint_columns.h"

#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct bln_action, member)

/* clang-format off */
const struct bln_checkpoint_column bln_checkpoint_columns[] = {
	{ BLN_ACTION_ADD, { "add", "path" }, BLN_COLUMN_TEXT, AT(add.path), true },
	{ BLN_ACTION_ADD, { "add", "size" }, BLN_COLUMN_INT, AT(add.size_bytes), true },
	{ BLN_ACTION_ADD, { "add", "partitionValues" }, BLN_COLUMN_PAIRS, AT(add.partition), false },
	{ BLN_ACTION_ADD, { "add", "modificationTime" }, BLN_COLUMN_INT, AT(add.modified_ms), false },
	{ BLN_ACTION_ADD, { "add", "dataChange" }, BLN_COLUMN_BOOL, AT(add.is_data_change), false },
	{ BLN_ACTION_ADD, { "add", "stats_parsed" }, BLN_COLUMN_STATS, AT(add.stats), false },
	{ BLN_ACTION_ADD, { "add", "stats" }, BLN_COLUMN_TEXT, AT(add.stats), false }, /* wins over the one before */
	{ BLN_ACTION_ADD, { "add", "tags" }, BLN_COLUMN_PAIRS, AT(add.tags), false },
	{ BLN_ACTION_ADD, { "add", "deletionVector", "storageType" }, BLN_COLUMN_LETTER, AT(add.dv.storage), false },
	{ BLN_ACTION_ADD, { "add", "deletionVector", "pathOrInlineDv" }, BLN_COLUMN_TEXT, AT(add.dv.path_or_inline), false },
	{ BLN_ACTION_ADD, { "add", "deletionVector", "offset" }, BLN_COLUMN_INT, AT(add.dv.offset), false },
	{ BLN_ACTION_ADD, { "add", "deletionVector", "sizeInBytes" }, BLN_COLUMN_INT, AT(add.dv.size_bytes), false },
	{ BLN_ACTION_ADD, { "add", "deletionVector", "cardinality" }, BLN_COLUMN_INT, AT(add.dv.cardinality), false },

	{ BLN_ACTION_REMOVE, { "remove", "path" }, BLN_COLUMN_TEXT, AT(remove.path), true },
	{ BLN_ACTION_REMOVE, { "remove", "deletionTimestamp" }, BLN_COLUMN_INT, AT(remove.deleted_ms), false },
	{ BLN_ACTION_REMOVE, { "remove", "dataChange" }, BLN_COLUMN_BOOL, AT(remove.is_data_change), false },
	{ BLN_ACTION_REMOVE, { "remove", "extendedFileMetadata" }, BLN_COLUMN_BOOL, AT(remove.has_extended), false },
	{ BLN_ACTION_REMOVE, { "remove", "partitionValues" }, BLN_COLUMN_PAIRS, AT(remove.partition), false },
	{ BLN_ACTION_REMOVE, { "remove", "size" }, BLN_COLUMN_INT, AT(remove.size_bytes), false },
	{ BLN_ACTION_REMOVE, { "remove", "deletionVector", "storageType" }, BLN_COLUMN_LETTER, AT(remove.dv.storage), false },
	{ BLN_ACTION_REMOVE, { "remove", "deletionVector", "pathOrInlineDv" }, BLN_COLUMN_TEXT,
	  AT(remove.dv.path_or_inline), false },
	{ BLN_ACTION_REMOVE, { "remove", "deletionVector", "offset" }, BLN_COLUMN_INT, AT(remove.dv.offset), false },
	{ BLN_ACTION_REMOVE, { "remove", "deletionVector", "sizeInBytes" }, BLN_COLUMN_INT, AT(remove.dv.size_bytes), false },
	{ BLN_ACTION_REMOVE, { "remove", "deletionVector", "cardinality" }, BLN_COLUMN_INT, AT(remove.dv.cardinality), false },

	{ BLN_ACTION_METADATA, { "metaData", "id" }, BLN_COLUMN_TEXT, AT(metadata.id), true },
	{ BLN_ACTION_METADATA, { "metaData", "schemaString" }, BLN_COLUMN_TEXT, AT(metadata.schema), true },
	{ BLN_ACTION_METADATA, { "metaData", "name" }, BLN_COLUMN_TEXT, AT(metadata.name), false },
	{ BLN_ACTION_METADATA, { "metaData", "description" }, BLN_COLUMN_TEXT, AT(metadata.description), false },
	{ BLN_ACTION_METADATA, { "metaData", "format", "provider" }, BLN_COLUMN_TEXT, AT(metadata.format), false },
	{ BLN_ACTION_METADATA, { "metaData", "partitionColumns" }, BLN_COLUMN_TEXTS, AT(metadata.partition_columns), false },
	{ BLN_ACTION_METADATA, { "metaData", "configuration" }, BLN_COLUMN_PAIRS, AT(metadata.configuration), false },
	{ BLN_ACTION_METADATA, { "metaData", "createdTime" }, BLN_COLUMN_INT, AT(metadata.created_ms), false },

	{ BLN_ACTION_PROTOCOL, { "protocol", "minReaderVersion" }, BLN_COLUMN_INT, AT(protocol.reader), true },
	{ BLN_ACTION_PROTOCOL, { "protocol", "minWriterVersion" }, BLN_COLUMN_INT, AT(protocol.writer), true },
	{ BLN_ACTION_PROTOCOL, { "protocol", "readerFeatures" }, BLN_COLUMN_TEXTS, AT(protocol.reader_features), false },
	{ BLN_ACTION_PROTOCOL, { "protocol", "writerFeatures" }, BLN_COLUMN_TEXTS, AT(protocol.writer_features), false },

	{ BLN_ACTION_TXN, { "txn", "appId" }, BLN_COLUMN_TEXT, AT(txn.app_id), true },
	{ BLN_ACTION_TXN, { "txn", "version" }, BLN_COLUMN_INT, AT(txn.version), true },
	{ BLN_ACTION_TXN, { "txn", "lastUpdated" }, BLN_COLUMN_INT, AT(txn.updated_ms), false },

	{ BLN_ACTION_DOMAIN, { "domainMetadata", "domain" }, BLN_COLUMN_TEXT, AT(domain.name), true },
	{ BLN_ACTION_DOMAIN, { "domainMetadata", "configuration" }, BLN_COLUMN_TEXT, AT(domain.configuration), false },
	{ BLN_ACTION_DOMAIN, { "domainMetadata", "removed" }, BLN_COLUMN_BOOL, AT(domain.is_removed), false },

	{ BLN_ACTION_SIDECAR, { "sidecar", "path" }, BLN_COLUMN_TEXT, AT(sidecar.path), true },
	{ BLN_ACTION_SIDECAR, { "sidecar", "sizeInBytes" }, BLN_COLUMN_INT, AT(sidecar.size_bytes), true },
	{ BLN_ACTION_SIDECAR, { "sidecar", "modificationTime" }, BLN_COLUMN_INT, AT(sidecar.modified_ms), false },
};
/* clang-format on */

const size_t bln_checkpoint_column_count = sizeof(bln_checkpoint_columns) / sizeof(bln_checkpoint_columns[0]);
_Static_assert(sizeof(bln_checkpoint_columns) / sizeof(bln_checkpoint_columns[0]) <= BLN_CHECKPOINT_COLUMNS_MAX,
	       "more columns than their readers have room for");

static duckdb_logical_type member_find(const struct bln_duckdb *db, duckdb_logical_type type, const char *name)
{
	idx_t count = db->get_type_id(type) == DUCKDB_TYPE_STRUCT ? db->struct_type_child_count(type) : 0;

	for (idx_t i = 0; i < count; i++) {
		char *member = db->struct_type_child_name(type, i);
		bool is_it = member && strcmp(member, name) == 0;

		db->free(member);
		if (is_it)
			return db->struct_type_child_type(type, i);
	}
	return NULL;
}

duckdb_logical_type bln_checkpoint_type_find(const struct bln_duckdb *db, duckdb_logical_type type,
					     const struct bln_checkpoint_column *column)
{
	duckdb_logical_type found = NULL;

	for (size_t i = 1; i < BLN_CHECKPOINT_DEPTH && column->path[i]; i++) {
		duckdb_logical_type next = member_find(db, found ? found : type, column->path[i]);

		if (found)
			db->destroy_logical_type(&found);
		if (!next)
			return NULL;
		found = next;
	}
	return found;
}

static bool is_text(const struct bln_duckdb *db, duckdb_logical_type type)
{
	bool is_it = db->get_type_id(type) == DUCKDB_TYPE_VARCHAR;

	db->destroy_logical_type(&type);
	return is_it;
}

bool bln_checkpoint_type_fits(const struct bln_duckdb *db, duckdb_logical_type type, enum bln_checkpoint_kind kind)
{
	duckdb_type id = db->get_type_id(type);

	switch (kind) {
	case BLN_COLUMN_TEXT:
	case BLN_COLUMN_LETTER:
		return id == DUCKDB_TYPE_VARCHAR;
	case BLN_COLUMN_INT:
		return id == DUCKDB_TYPE_TINYINT || id == DUCKDB_TYPE_SMALLINT || id == DUCKDB_TYPE_INTEGER ||
		       id == DUCKDB_TYPE_BIGINT || id == DUCKDB_TYPE_UTINYINT || id == DUCKDB_TYPE_USMALLINT ||
		       id == DUCKDB_TYPE_UINTEGER || id == DUCKDB_TYPE_UBIGINT;
	case BLN_COLUMN_BOOL:
		return id == DUCKDB_TYPE_BOOLEAN;
	case BLN_COLUMN_PAIRS:
		return id == DUCKDB_TYPE_MAP && is_text(db, db->map_type_key_type(type)) &&
		       is_text(db, db->map_type_value_type(type));
	case BLN_COLUMN_TEXTS:
		return id == DUCKDB_TYPE_LIST && is_text(db, db->list_type_child_type(type));
	case BLN_COLUMN_STATS:
		return id == DUCKDB_TYPE_STRUCT;
	}
	return false;
}

const char *bln_checkpoint_kind_name(enum bln_checkpoint_kind kind)
{
	static const char *const names[] = {
		[BLN_COLUMN_TEXT] = "text",
		[BLN_COLUMN_INT] = "an integer",
		[BLN_COLUMN_BOOL] = "a boolean",
		[BLN_COLUMN_PAIRS] = "a map from text to text",
		[BLN_COLUMN_TEXTS] = "a list of texts",
		[BLN_COLUMN_LETTER] = "text",
		[BLN_COLUMN_STATS] = "a struct",
	};

	return names[kind];
}

struct bln_checkpoint_name bln_checkpoint_column_name(const struct bln_checkpoint_column *column)
{
	struct bln_checkpoint_name name;

	(void)snprintf(name.text, sizeof(name.text), "%s.%s%s%s", column->path[0], column->path[1],
		       column->path[2] ? "." : "", column->path[2] ? column->path[2] : "");
	return name;
}
