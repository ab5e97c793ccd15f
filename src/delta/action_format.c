/* Actions as lines of a commit. The counterpart of action_parse.c. */
#include "delta/action.h"

#include <inttypes.h>

#include "base/json.h"

static void slice_format(struct bln_slice slice, struct bln_text *text)
{
	bln_json_add_string(text, slice.at, slice.length);
}

void bln_pairs_format(struct bln_pairs pairs, struct bln_text *text)
{
	bln_text_add(text, "{");
	for (size_t i = 0; i < pairs.count; i++) {
		if (i)
			bln_text_add(text, ",");
		slice_format(pairs.items[i].key, text);
		bln_text_add(text, ":");
		if (pairs.items[i].is_null)
			bln_text_add(text, "null");
		else
			slice_format(pairs.items[i].value, text);
	}
	bln_text_add(text, "}");
}

static void texts_format(const char *key, struct bln_slices texts, struct bln_text *text)
{
	bln_text_add_format(text, ",\"%s\":[", key);
	for (size_t i = 0; i < texts.count; i++) {
		if (i)
			bln_text_add(text, ",");
		slice_format(texts.items[i], text);
	}
	bln_text_add(text, "]");
}

static void dv_format(const struct bln_dv_ref *dv, struct bln_text *text)
{
	if (!dv->storage)
		return;
	bln_text_add_format(text, ",\"deletionVector\":{\"storageType\":\"%c\",\"pathOrInlineDv\":", dv->storage);
	slice_format(dv->path_or_inline, text);
	if (dv->offset >= 0)
		bln_text_add_format(text, ",\"offset\":%" PRId64, dv->offset);
	bln_text_add_format(text, ",\"sizeInBytes\":%" PRId64 ",\"cardinality\":%" PRId64 "}", dv->size_bytes,
			    dv->cardinality);
}

static void add_format(const struct bln_add *add, struct bln_text *text)
{
	bln_text_add(text, "{\"add\":{\"path\":");
	slice_format(add->path, text);
	bln_text_add(text, ",\"partitionValues\":");
	bln_pairs_format(add->partition, text);
	bln_text_add_format(text, ",\"size\":%" PRId64 ",\"modificationTime\":%" PRId64 ",\"dataChange\":%s",
			    add->size_bytes, add->modified_ms, add->is_data_change ? "true" : "false");
	if (add->stats.length) {
		bln_text_add(text, ",\"stats\":");
		slice_format(add->stats, text);
	}
	if (add->tags.count) {
		bln_text_add(text, ",\"tags\":");
		bln_pairs_format(add->tags, text);
	}
	dv_format(&add->dv, text);
	bln_text_add(text, "}}\n");
}

static void remove_format(const struct bln_remove *remove, struct bln_text *text)
{
	bln_text_add(text, "{\"remove\":{\"path\":");
	slice_format(remove->path, text);
	bln_text_add_format(text, ",\"deletionTimestamp\":%" PRId64 ",\"dataChange\":%s", remove->deleted_ms,
			    remove->is_data_change ? "true" : "false");
	if (remove->has_extended) {
		bln_text_add(text, ",\"extendedFileMetadata\":true");
		bln_text_add(text, ",\"partitionValues\":");
		bln_pairs_format(remove->partition, text);
		bln_text_add_format(text, ",\"size\":%" PRId64, remove->size_bytes);
	}
	if (remove->stats.length) {
		bln_text_add(text, ",\"stats\":");
		slice_format(remove->stats, text);
	}
	dv_format(&remove->dv, text);
	bln_text_add(text, "}}\n");
}

static void metadata_format(const struct bln_metadata *metadata, struct bln_text *text)
{
	bln_text_add(text, "{\"metaData\":{\"id\":");
	slice_format(metadata->id, text);
	if (metadata->name.at) {
		bln_text_add(text, ",\"name\":");
		slice_format(metadata->name, text);
	}
	if (metadata->description.at) {
		bln_text_add(text, ",\"description\":");
		slice_format(metadata->description, text);
	}
	bln_text_add(text, ",\"format\":{\"provider\":");
	slice_format(metadata->format, text);
	bln_text_add(text, ",\"options\":{}},\"schemaString\":");
	slice_format(metadata->schema, text);
	texts_format("partitionColumns", metadata->partition_columns, text);
	bln_text_add(text, ",\"configuration\":");
	bln_pairs_format(metadata->configuration, text);
	if (metadata->created_ms >= 0)
		bln_text_add_format(text, ",\"createdTime\":%" PRId64, metadata->created_ms);
	bln_text_add(text, "}}\n");
}

static void protocol_format(const struct bln_protocol *protocol, struct bln_text *text)
{
	bln_text_add_format(text, "{\"protocol\":{\"minReaderVersion\":%" PRId64 ",\"minWriterVersion\":%" PRId64,
			    protocol->reader, protocol->writer);
	if (protocol->reader >= 3)
		texts_format("readerFeatures", protocol->reader_features, text);
	if (protocol->writer >= 7)
		texts_format("writerFeatures", protocol->writer_features, text);
	bln_text_add(text, "}}\n");
}

static void txn_format(const struct bln_txn *txn, struct bln_text *text)
{
	bln_text_add(text, "{\"txn\":{\"appId\":");
	slice_format(txn->app_id, text);
	bln_text_add_format(text, ",\"version\":%" PRId64, txn->version);
	if (txn->updated_ms >= 0)
		bln_text_add_format(text, ",\"lastUpdated\":%" PRId64, txn->updated_ms);
	bln_text_add(text, "}}\n");
}

static void domain_format(const struct bln_domain *domain, struct bln_text *text)
{
	bln_text_add(text, "{\"domainMetadata\":{\"domain\":");
	slice_format(domain->name, text);
	bln_text_add(text, ",\"configuration\":");
	slice_format(domain->configuration, text);
	bln_text_add_format(text, ",\"removed\":%s}}\n", domain->is_removed ? "true" : "false");
}

static void sidecar_format(const struct bln_sidecar *sidecar, struct bln_text *text)
{
	bln_text_add(text, "{\"sidecar\":{\"path\":");
	slice_format(sidecar->path, text);
	bln_text_add_format(text, ",\"sizeInBytes\":%" PRId64 ",\"modificationTime\":%" PRId64 "}}\n",
			    sidecar->size_bytes, sidecar->modified_ms);
}

void bln_action_format(const struct bln_action *action, struct bln_text *text)
{
	switch (action->kind) {
	case BLN_ACTION_ADD:
		add_format(&action->add, text);
		break;
	case BLN_ACTION_REMOVE:
		remove_format(&action->remove, text);
		break;
	case BLN_ACTION_METADATA:
		metadata_format(&action->metadata, text);
		break;
	case BLN_ACTION_PROTOCOL:
		protocol_format(&action->protocol, text);
		break;
	case BLN_ACTION_TXN:
		txn_format(&action->txn, text);
		break;
	case BLN_ACTION_COMMIT_INFO:
		bln_text_add(text, "{\"commitInfo\":");
		bln_text_add_bytes(text, action->commit_info.json.at, action->commit_info.json.length);
		bln_text_add(text, "}\n");
		break;
	case BLN_ACTION_DOMAIN:
		domain_format(&action->domain, text);
		break;
	case BLN_ACTION_SIDECAR:
		sidecar_format(&action->sidecar, text);
		break;
	default:
		break;
	}
}
