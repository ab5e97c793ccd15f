/* From what a log adds up to, to the snapshot. */
#include "delta/snapshot_state.h"

#include <string.h>

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
	for (size_t i = 0; i < snapshot->metadata.partition_columns.count; i++) {
		struct bln_slice name = snapshot->metadata.partition_columns.items[i];

		if (!bln_schema_find(&snapshot->schema, name))
			return bln_err_set(err, BLN_CORRUPT, "the partition column '%s' is not in the schema",
					   bln_quote(name.at, name.length).text);
	}
	BLN_TRY(files_split(snapshot, replay, err));
	BLN_TRY(lists_keep(snapshot, replay, err));
done:
	return status;
}
