/* From what a log adds up to, to the snapshot. */
#include "delta/snapshot_state.h"

#include <string.h>

#include "base/mem.h"

static enum bln_status files_split(struct bln_snapshot *snapshot, const struct bln_replay *replay, struct bln_err *err)
{
	struct bln_add *adds = bln_arena_alloc(&snapshot->arena, (replay->file_count + 1) * sizeof(*adds));
	struct bln_remove *removes;
	size_t removed = 0;

	for (size_t i = 0; i < replay->file_count; i++)
		removed += replay->files[i].is_removed;
	removes = bln_arena_alloc(&snapshot->arena, (removed + 1) * sizeof(*removes));
	if (!adds || !removes)
		return bln_err_memory(err);
	snapshot->files = adds;
	snapshot->tombstones = removes;
	for (size_t i = 0; i < replay->file_count; i++) {
		if (replay->files[i].is_removed)
			removes[snapshot->tombstone_count++] = replay->files[i].remove;
		else
			adds[snapshot->file_count++] = replay->files[i].add;
	}
	return BLN_OK;
}

static enum bln_status lists_keep(struct bln_snapshot *snapshot, const struct bln_replay *replay, struct bln_err *err)
{
	struct bln_txn *txns = bln_arena_alloc(&snapshot->arena, (replay->txn_count + 1) * sizeof(*txns));
	struct bln_domain *domains = bln_arena_alloc(&snapshot->arena, (replay->domain_count + 1) * sizeof(*domains));

	if (!txns || !domains)
		return bln_err_memory(err);
	if (replay->txn_count)
		memcpy(txns, replay->txns, replay->txn_count * sizeof(*txns));
	for (size_t i = 0; i < replay->domain_count; i++)
		if (!replay->domains[i].is_removed)
			domains[snapshot->domain_count++] = replay->domains[i];
	snapshot->txns = txns;
	snapshot->txn_count = replay->txn_count;
	snapshot->domains = domains;
	return BLN_OK;
}

/* Partition columns are columns, and no column is there twice: which of two values of a file counts, nobody could tell. */
static enum bln_status partition_check(const struct bln_snapshot *snapshot, struct bln_err *err)
{
	const struct bln_slices *columns = &snapshot->metadata.partition_columns;
	const struct bln_schema *schema = &snapshot->schema;
	bool *is_seen = bln_mem_calloc(schema->field_count + 1, sizeof(*is_seen));
	enum bln_status status = BLN_OK;

	if (!is_seen)
		return bln_err_memory(err);
	for (size_t i = 0; i < columns->count && status == BLN_OK; i++) {
		struct bln_quoted name = bln_quote(columns->items[i].at, columns->items[i].length);
		const struct bln_field *field = bln_schema_find(schema, columns->items[i]);

		if (!field)
			status = bln_err_set(err, BLN_CORRUPT, "the partition column '%s' is not in the schema",
					     name.text);
		else if (is_seen[field - schema->fields])
			status = bln_err_set(err, BLN_CORRUPT, "the partition column '%s' is named twice", name.text);
		else
			is_seen[field - schema->fields] = true;
	}
	bln_mem_free(is_seen);
	return status;
}

enum bln_status bln_snapshot_fill(struct bln_snapshot *snapshot, const struct bln_replay *replay, struct bln_err *err)
{
	enum bln_status status;

	snapshot->protocol = replay->protocol;
	snapshot->metadata = replay->metadata;
	BLN_TRY(bln_protocol_check_read(&snapshot->protocol, err));
	if (!bln_slice_is(snapshot->metadata.format, "parquet"))
		return bln_err_set(err, BLN_UNSUPPORTED, "the table's files are '%s', only parquet can be read",
				   bln_quote(snapshot->metadata.format.at, snapshot->metadata.format.length).text);
	BLN_TRY(bln_mapping_mode(&snapshot->protocol, &snapshot->metadata, &snapshot->mapping, err));
	BLN_TRY(bln_schema_parse(snapshot->metadata.schema, snapshot->mapping != BLN_MAPPING_NONE, &snapshot->arena,
				 &snapshot->schema, err));
	BLN_TRY(partition_check(snapshot, err));
	BLN_TRY(files_split(snapshot, replay, err));
	BLN_TRY(lists_keep(snapshot, replay, err));
done:
	return status;
}
