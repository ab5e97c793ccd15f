#include "base/base_test.h"

#include "delta/log_name.h"

#define V "00000000000000000010"
#define UUID "016ae953-37a9-438e-8683-9a9a4a79a395"

static void every_kind_of_name_is_known(void **state)
{
	static const struct {
		const char *name;
		enum bln_log_kind kind;
	} cases[] = {
		{ V ".json", BLN_LOG_COMMIT },
		{ V ".checkpoint.parquet", BLN_LOG_CHECKPOINT },
		{ V ".checkpoint.0000000002.0000000003.parquet", BLN_LOG_CHECKPOINT_PART },
		{ V ".checkpoint." UUID ".parquet", BLN_LOG_CHECKPOINT_V2 },
		{ V ".checkpoint." UUID ".json", BLN_LOG_CHECKPOINT_V2_JSON },
		{ V ".00000000000000000012.compacted.json", BLN_LOG_COMPACTION },
		{ V ".crc", BLN_LOG_OTHER },
		{ V ".json.tmp", BLN_LOG_OTHER },
		{ V, BLN_LOG_OTHER },
		{ V ".", BLN_LOG_OTHER },
		{ "10.json", BLN_LOG_OTHER },
		{ "_last_checkpoint", BLN_LOG_OTHER },
		{ "", BLN_LOG_OTHER },
		{ "99999999999999999999.json", BLN_LOG_OTHER },
		{ "09223372036854775807.json", BLN_LOG_OTHER },
		{ "0000000000000000001x.json", BLN_LOG_OTHER },
		{ V ".checkpoint.0000000004.0000000003.parquet", BLN_LOG_OTHER },
		{ V ".checkpoint.0000000000.0000000003.parquet", BLN_LOG_OTHER },
		{ V ".checkpoint.0000000001.0000000003.json", BLN_LOG_OTHER },
		{ V ".checkpoint." UUID ".parquet.x", BLN_LOG_OTHER },
		{ V ".checkpoint.", BLN_LOG_OTHER },
		{ V ".00000000000000000009.compacted.json", BLN_LOG_OTHER },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bln_log_name name = bln_log_name_parse(bln_slice_of(cases[i].name));
		char text[BLN_LOG_NAME_SIZE];

		if (name.kind != cases[i].kind)
			fail_msg("'%s' is taken for kind %d", cases[i].name, name.kind);
		if (name.kind == BLN_LOG_OTHER)
			continue;
		assert_int_equal(name.version, 10);
		bln_log_name_format(&name, text);
		if (name.kind != BLN_LOG_CHECKPOINT_V2 && name.kind != BLN_LOG_CHECKPOINT_V2_JSON)
			assert_string_equal(text, cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_name_is_known),
	};

	return cmocka_run_group_tests_name("log_name", tests, NULL, NULL);
}
