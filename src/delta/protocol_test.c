#include "base/base_test.h"

#include "delta/protocol.h"

struct table {
	struct bln_arena arena;
	struct bln_protocol protocol;
	struct bln_metadata metadata;
	struct bln_schema schema;
};

/* A table as its log would have it. */
static void table_of(struct table *table, const char *protocol, const char *configuration, const char *column_metadata)
{
	struct bln_text text = { 0 };
	struct bln_action action;
	struct bln_err err = { 0 };

	memset(table, 0, sizeof(*table));
	assert_ok(bln_action_parse(bln_slice_of(protocol), "p", &table->arena, &action, &err), &err);
	table->protocol = action.protocol;
	bln_text_add_format(&text, "{\"metaData\":{\"id\":\"x\",\"schemaString\":\"\",\"configuration\":%s}}",
			    configuration);
	assert_ok(bln_action_parse((struct bln_slice){ text.at, text.length }, "m", &table->arena, &action, &err),
		  &err);
	table->metadata = action.metadata;
	bln_text_clear(&text);
	bln_text_add_format(&text,
			    "{\"type\":\"struct\",\"fields\":[{\"name\":\"c\",\"type\":\"long\",\"metadata\":%s}]}",
			    column_metadata);
	assert_ok(bln_schema_parse((struct bln_slice){ text.at, text.length }, false, &table->arena, &table->schema,
				   &err),
		  &err);
	bln_text_clean_up(&text);
}

#define P(reader, writer) "{\"protocol\":{\"minReaderVersion\":" #reader ",\"minWriterVersion\":" #writer "}}"
#define P37(readers, writers)                                                                                          \
	"{\"protocol\":{\"minReaderVersion\":3,\"minWriterVersion\":7,\"readerFeatures\":[" readers                    \
	"],\"writerFeatures\":[" writers "]}}"

static void reading_is_refused_by_name(void **state)
{
	static const struct {
		const char *protocol;
		const char *said; /* NULL: it can be read */
	} cases[] = {
		{ P(1, 2), NULL },
		{ P(2, 5), NULL },
		{ P(1, 6), NULL },
		{ P37("\"deletionVectors\",\"timestampNtz\",\"v2Checkpoint\",\"columnMapping\",\"vacuumProtocolCheck\"",
		      "\"deletionVectors\""),
		  NULL },
		/* What only concerns writers, known to us or not, must not stop a read. */
		{ P(1, 7), NULL },
		{ P37("",
		      "\"appendOnly\",\"invariants\",\"checkConstraints\",\"changeDataFeed\",\"generatedColumns\","
		      "\"identityColumns\",\"allowColumnDefaults\",\"domainMetadata\",\"rowTracking\",\"clustering\","
		      "\"inCommitTimestamp\",\"icebergCompatV1\",\"icebergCompatV2\",\"checkpointProtection\""),
		  NULL },
		{ P37("", "\"writersOwnBusiness\""), NULL },
		{ P(4, 7), "protocol version 4" },
		{ P(0, 2), "protocol version 0" },
		{ P37("\"deletionVectors\",\"typeWidening-preview\"", ""), "'typeWidening-preview'" },
		{ P37("\"variantShredding-preview\"", ""), "'variantShredding-preview'" },
		{ P37("\"catalogOwned-preview\"", ""), "'catalogOwned-preview'" },
		{ P37("", "\"coordinatedCommits-preview\""), "'coordinatedCommits-preview'" },
		{ P37("\"variantType\"", "\"variantType\""), "'variantType'" },
		{ P37("\"typeWidening\"", "\"typeWidening\""), "'typeWidening'" },
		{ P37("\"catalogManaged\"", "\"catalogManaged\""), "'catalogManaged'" },
		{ P37("\"madeUp\"", "\"madeUp\""), "'madeUp'" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table table;
		struct bln_err err = { 0 };

		table_of(&table, cases[i].protocol, "{}", "{}");
		assert_int_equal(bln_protocol_check_read(&table.protocol, &err),
				 cases[i].said ? BLN_UNSUPPORTED : BLN_OK);
		if (cases[i].said)
			assert_non_null(strstr(err.message, cases[i].said));
		bln_arena_clean_up(&table.arena);
	}
}

static void writing_is_refused_by_name(void **state)
{
	static const struct {
		const char *protocol;
		const char *configuration;
		const char *column;
		enum bln_write_kind kind;
		const char *said; /* NULL: it can be written */
	} cases[] = {
		{ P(1, 2), "{}", "{}", BLN_WRITE_REWRITE, NULL },
		{ P(1, 2), "{\"delta.appendOnly\":\"true\"}", "{}", BLN_WRITE_APPEND, NULL },
		{ P(1, 2), "{\"delta.appendOnly\":\"TRUE\"}", "{}", BLN_WRITE_REWRITE, "append-only" },
		{ P(1, 2), "{\"delta.appendOnly\":\"truer\"}", "{}", BLN_WRITE_REWRITE, NULL },
		{ P(1, 2), "{\"delta.appendOnly\":\"true\"}", "{}", BLN_WRITE_REARRANGE, NULL },
		{ P(1, 2), "{\"delta.appendOnly\":\"true\"}", "{}", BLN_WRITE_REWRITE, "append-only" },
		{ P(1, 2), "{}", "{\"delta.invariants\":\"{}\"}", BLN_WRITE_APPEND, "'invariants'" },
		{ P(1, 3), "{\"delta.constraints.positive\":\"c > 0\"}", "{}", BLN_WRITE_APPEND,
		  "delta.constraints.positive" },
		{ P(1, 3), "{}", "{}", BLN_WRITE_APPEND, NULL },
		{ P(1, 4), "{}", "{\"delta.generationExpression\":\"a+1\"}", BLN_WRITE_APPEND, "'generatedColumns'" },
		{ P(1, 4), "{\"delta.enableChangeDataFeed\":\"true\"}", "{}", BLN_WRITE_APPEND, NULL },
		{ P(1, 4), "{\"delta.enableChangeDataFeed\":\"true\"}", "{}", BLN_WRITE_REWRITE, "'changeDataFeed'" },
		{ P(1, 6), "{}", "{\"delta.identity.start\":1}", BLN_WRITE_APPEND, "'identityColumns'" },
		{ P(2, 5), "{\"delta.columnMapping.mode\":\"name\"}", "{}", BLN_WRITE_APPEND, "'columnMapping'" },
		{ P(2, 5), "{\"delta.columnMapping.mode\":\"none\"}", "{}", BLN_WRITE_APPEND, NULL },
		{ P37("", "\"appendOnly\",\"invariants\",\"domainMetadata\""), "{}", "{}", BLN_WRITE_REWRITE, NULL },
		{ P37("", "\"rowTracking\",\"domainMetadata\""), "{}", "{}", BLN_WRITE_APPEND, "'rowTracking'" },
		{ P37("", "\"madeUp\""), "{}", "{}", BLN_WRITE_APPEND, "'madeUp'" },
		{ P(1, 8), "{}", "{}", BLN_WRITE_APPEND, "protocol version 8" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table table;
		struct bln_err err = { 0 };
		enum bln_status status;

		table_of(&table, cases[i].protocol, cases[i].configuration, cases[i].column);
		status = bln_protocol_check_write(&table.protocol, &table.metadata, &table.schema, cases[i].kind, &err);
		assert_int_equal(status != BLN_OK, cases[i].said != NULL);
		if (cases[i].said && !strstr(err.message, cases[i].said))
			fail_msg("'%s' does not say '%s'", err.message, cases[i].said);
		bln_arena_clean_up(&table.arena);
	}
}

static void a_schema_that_would_be_written_with_less_is_refused(void **state)
{
	struct table table;
	struct bln_err err = { 0 };
	(void)state;

	table_of(&table, P(1, 2), "{}", "{}");
	assert_ok(bln_protocol_check_write(&table.protocol, &table.metadata, &table.schema, BLN_WRITE_APPEND, &err),
		  &err);
	table.schema.left_out = "n";
	assert_int_equal(bln_protocol_check_write(&table.protocol, &table.metadata, &table.schema, BLN_WRITE_APPEND,
						  &err),
			 BLN_UNSUPPORTED);
	assert_non_null(strstr(err.message, "'n' has the type 'void'"));
	bln_arena_clean_up(&table.arena);
}

static void the_mapping_mode_counts_only_with_its_feature(void **state)
{
	struct table table;
	enum bln_mapping_mode mode;
	struct bln_err err = { 0 };
	(void)state;

	table_of(&table, P(1, 2), "{\"delta.columnMapping.mode\":\"name\"}", "{}");
	assert_ok(bln_mapping_mode(&table.protocol, &table.metadata, &mode, &err), &err);
	assert_int_equal(mode, BLN_MAPPING_NONE);
	bln_arena_clean_up(&table.arena);
	table_of(&table, P37("\"columnMapping\"", "\"columnMapping\""), "{\"delta.columnMapping.mode\":\"id\"}", "{}");
	assert_ok(bln_mapping_mode(&table.protocol, &table.metadata, &mode, &err), &err);
	assert_int_equal(mode, BLN_MAPPING_ID);
	bln_arena_clean_up(&table.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_is_refused_by_name),
		cmocka_unit_test(writing_is_refused_by_name),
		cmocka_unit_test(a_schema_that_would_be_written_with_less_is_refused),
		cmocka_unit_test(the_mapping_mode_counts_only_with_its_feature),
	};

	return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
