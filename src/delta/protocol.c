#include "delta/protocol.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* What a feature asks of us. */
enum need {
	FREE, /* nothing: reading and writing go on as they are */
	WHEN_ON, /* refused while the table property is "true" */
	IN_COLUMNS, /* refused while a column's metadata mentions it */
	IN_PROPERTIES, /* refused while a property with this prefix is set */
	ALWAYS, /* refused to write */
};

static const struct feature {
	const char *name;
	int reader; /* readers need it from this protocol version on; 0: only writers do */
	int writer; /* the legacy writer version that brings it; 7: only by name */
	bool is_read; /* we read tables that have it */
	enum need write; /* what keeps us from writing */
	const char *where; /* the property, prefix or member that NEED looks at */
} features[] = {
	{ "appendOnly", 0, 2, true, FREE, NULL }, /* checked by itself: it depends on what is written */
	{ "invariants", 0, 2, true, IN_COLUMNS, "delta.invariants" },
	{ "checkConstraints", 0, 3, true, IN_PROPERTIES, "delta.constraints." },
	{ "changeDataFeed", 0, 4, true, FREE, NULL }, /* the same */
	{ "generatedColumns", 0, 4, true, IN_COLUMNS, "delta.generationExpression" },
	{ "columnMapping", 2, 5, true, FREE, NULL }, /* the same */
	{ "identityColumns", 0, 6, true, IN_COLUMNS, "delta.identity." },
	{ "deletionVectors", 3, 7, true, FREE, NULL },
	{ "timestampNtz", 3, 7, true, FREE, NULL },
	{ "v2Checkpoint", 3, 7, true, FREE, NULL },
	{ "vacuumProtocolCheck", 3, 7, true, FREE, NULL },
	{ "inCommitTimestamp", 0, 7, true, FREE, NULL },
	{ "domainMetadata", 0, 7, true, FREE, NULL },
	{ "clustering", 0, 7, true, FREE, NULL },
	{ "checkpointProtection", 0, 7, true, FREE, NULL },
	{ "allowColumnDefaults", 0, 7, true, IN_COLUMNS, "CURRENT_DEFAULT" },
	{ "rowTracking", 0, 7, true, ALWAYS, NULL },
	{ "icebergCompatV1", 0, 7, true, WHEN_ON, "delta.enableIcebergCompatV1" },
	{ "icebergCompatV2", 0, 7, true, WHEN_ON, "delta.enableIcebergCompatV2" },
	{ "icebergWriterCompatV1", 0, 7, true, ALWAYS, NULL },
	{ "materializePartitionColumns", 0, 7, true, ALWAYS, NULL },
	/* Only writers list it, but the newest commits are elsewhere until somebody copies them into the log: what the log
	 * says is old, and nothing in it tells how old. */
	{ "coordinatedCommits-preview", 0, 7, false, ALWAYS, NULL },
};
enum { FEATURES = sizeof(features) / sizeof(features[0]), READER_MAX = 3, WRITER_MAX = 7 };

static const struct feature *feature_find(struct bln_slice name)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (bln_slice_is(name, features[i].name))
			return &features[i];
	return NULL;
}

static enum bln_status refused(struct bln_slice name, const char *verb, struct bln_err *err)
{
	return bln_err_set(err, BLN_UNSUPPORTED, "the table uses the feature '%s', which this version cannot %s",
			   bln_quote(name.at, name.length).text, verb);
}

enum bln_status bln_protocol_check_read(const struct bln_protocol *protocol, struct bln_err *err)
{
	if (protocol->reader < 1 || protocol->reader > READER_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "the table needs a reader of protocol version %" PRId64
				   ", this version reads 1 to %d: a newer bullion may",
				   protocol->reader, READER_MAX);
	for (size_t i = 0; i < protocol->reader_features.count; i++) {
		const struct feature *feature = feature_find(protocol->reader_features.items[i]);

		if (!feature || !feature->is_read)
			return refused(protocol->reader_features.items[i], "read", err);
	}
	for (size_t i = 0; i < protocol->writer_features.count; i++) {
		const struct feature *feature = feature_find(protocol->writer_features.items[i]);

		if (feature && !feature->is_read)
			return refused(protocol->writer_features.items[i], "read", err);
	}
	return BLN_OK;
}

/* Whether the table has the feature: by name, or because its version is one that had it before names. */
static bool is_active(const struct bln_protocol *protocol, const struct feature *feature)
{
	if (protocol->writer < WRITER_MAX)
		return protocol->writer >= feature->writer;
	return bln_slices_have(protocol->writer_features, feature->name);
}

/* The name of a column whose metadata mentions WORD, also inside structs; NULL when none does. */
static const char *column_with(const struct bln_field *fields, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		const char *inner;

		if (fields[i].metadata && strstr(fields[i].metadata, word))
			return fields[i].name;
		inner = column_with(fields[i].type.fields, fields[i].type.field_count, word);
		if (inner)
			return inner;
	}
	return NULL;
}

static const struct bln_pair *property_with(const struct bln_metadata *metadata, const char *prefix)
{
	for (size_t i = 0; i < metadata->configuration.count; i++)
		if (bln_slice_starts(metadata->configuration.items[i].key, prefix))
			return &metadata->configuration.items[i];
	return NULL;
}

static enum bln_status feature_check_write(const struct feature *feature, const struct bln_metadata *metadata,
					   const struct bln_schema *schema, struct bln_err *err)
{
	const struct bln_pair *property = NULL;
	const char *column = NULL;

	switch (feature->write) {
	case FREE:
		return BLN_OK;
	case WHEN_ON:
		return bln_metadata_is_on(metadata, feature->where) ? refused(bln_slice_of(feature->name), "write", err)
								    : BLN_OK;
	case IN_COLUMNS:
		column = column_with(schema->fields, schema->field_count, feature->where);
		if (column)
			return bln_err_set(err, BLN_UNSUPPORTED,
					   "column '%s' uses the feature '%s', which this version cannot write", column,
					   feature->name);
		return BLN_OK;
	case IN_PROPERTIES:
		property = property_with(metadata, feature->where);
		if (property)
			return bln_err_set(
				err, BLN_UNSUPPORTED,
				"the table has '%s' (feature '%s'), which this version cannot honour when writing",
				bln_quote(property->key.at, property->key.length).text, feature->name);
		return BLN_OK;
	case ALWAYS:
		break;
	}
	return refused(bln_slice_of(feature->name), "write", err);
}

enum bln_status bln_protocol_check_write(const struct bln_protocol *protocol, const struct bln_metadata *metadata,
					 const struct bln_schema *schema, enum bln_write_kind kind, struct bln_err *err)
{
	enum bln_mapping_mode mode = BLN_MAPPING_NONE;
	enum bln_status status;

	BLN_TRY(bln_protocol_check_read(protocol, err));
	if (protocol->writer < 1 || protocol->writer > WRITER_MAX)
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "the table needs a writer of protocol version %" PRId64
				   ", this version writes 1 to %d: a newer bullion may",
				   protocol->writer, WRITER_MAX);
	for (size_t i = 0; i < protocol->writer_features.count; i++)
		if (!feature_find(protocol->writer_features.items[i]))
			return refused(protocol->writer_features.items[i], "write", err);
	for (size_t i = 0; i < FEATURES; i++)
		if (is_active(protocol, &features[i]))
			BLN_TRY(feature_check_write(&features[i], metadata, schema, err));

	BLN_TRY(bln_mapping_mode(protocol, metadata, &mode, err));
	if (mode != BLN_MAPPING_NONE)
		return refused(bln_slice_of("columnMapping"), "write", err);
	if (schema->left_out)
		return bln_err_set(err, BLN_UNSUPPORTED,
				   "column '%s' has the type 'void', which this version cannot write",
				   bln_quote(schema->left_out, strlen(schema->left_out)).text);
	if (kind == BLN_WRITE_REWRITE && bln_metadata_is_on(metadata, "delta.appendOnly"))
		return bln_err_set(err, BLN_DENIED,
				   "the table is append-only (delta.appendOnly): its rows cannot be changed");
	if (kind == BLN_WRITE_REWRITE && bln_metadata_is_on(metadata, "delta.enableChangeDataFeed"))
		return bln_err_set(
			err, BLN_UNSUPPORTED,
			"the table records its changes (feature 'changeDataFeed'): this version can append to it, "
			"not change its rows");
done:
	return status;
}

bool bln_metadata_is_on(const struct bln_metadata *metadata, const char *property)
{
	const struct bln_pair *pair = bln_pairs_find(metadata->configuration, property);

	return pair && pair->value.length == strlen("true") && strncasecmp(pair->value.at, "true", strlen("true")) == 0;
}

enum bln_status bln_mapping_mode(const struct bln_protocol *protocol, const struct bln_metadata *metadata,
				 enum bln_mapping_mode *mode, struct bln_err *err)
{
	const struct bln_pair *pair = bln_pairs_find(metadata->configuration, "delta.columnMapping.mode");
	bool is_active_here = protocol->reader == 2 || bln_slices_have(protocol->reader_features, "columnMapping");

	*mode = BLN_MAPPING_NONE;
	if (!pair || !is_active_here || bln_slice_is(pair->value, "none"))
		return BLN_OK; /* the property means nothing to a table whose protocol does not have the feature */
	if (bln_slice_is(pair->value, "name"))
		*mode = BLN_MAPPING_NAME;
	else if (bln_slice_is(pair->value, "id"))
		*mode = BLN_MAPPING_ID;
	else
		return bln_err_set(err, BLN_UNSUPPORTED, "unknown delta.columnMapping.mode '%s'",
				   bln_quote(pair->value.at, pair->value.length).text);
	return BLN_OK;
}

bool bln_protocol_has_commit_timestamps(const struct bln_protocol *protocol, const struct bln_metadata *metadata)
{
	return bln_slices_have(protocol->writer_features, "inCommitTimestamp") &&
	       bln_metadata_is_on(metadata, "delta.enableInCommitTimestamps");
}
