#include "base/base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/time.h"
#include "base/utf8.h"

#define TIME "2026-01-31T12:34:56.000001Z"

static struct bln_clock_virtual virtual_clock;
static struct bln_secrets secrets;
static int fds[2];

static int set_up(void **state)
{
	struct bln_err err = { 0 };
	int64_t now_us = 0;

	(void)state;
	assert_ok(bln_time_parse(TIME, strlen(TIME), &now_us, &err), &err);
	bln_clock_virtual_init(&virtual_clock, now_us);
	assert_ok(bln_secrets_add(&secrets, bln_slice_of("hunter2hunter2"), &err), &err);
	assert_ok(bln_secrets_add(&secrets, bln_slice_of("12345678"), &err), &err);
	assert_int_equal(pipe2(fds, O_DIRECT | O_NONBLOCK), 0); /* packets: a read gives what one write gave */
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(fds[0]);
	close(fds[1]);
	bln_secrets_clean_up(&secrets);
	return 0;
}

static struct bln_logger logger_of(enum bln_log_format format)
{
	return (struct bln_logger){ .fd = fds[1],
				    .level = BLN_LEVEL_INFO,
				    .format = format,
				    .secrets = &secrets,
				    .clock = &virtual_clock.clock };
}

/* The line that one write wrote, without its end; lives until the next call. */
static const char *line_written(void)
{
	static char line[BLN_LOG_LINE_MAX + 1];
	ssize_t length = read(fds[0], line, sizeof(line));

	if (length < 0)
		return NULL;
	assert_true(length <= BLN_LOG_LINE_MAX);
	assert_int_equal(line[length - 1], '\n');
	line[length - 1] = '\0';
	assert_int_equal(strlen(line), length - 1);
	assert_null(strchr(line, '\n'));
	assert_true(bln_utf8_is_valid(line, strlen(line)));
	return line;
}

static void lines_are_for_people_or_json(void **state)
{
	const struct bln_log_field fields[] = {
		{ .key = "rows", .number = -42 },
		{ .key = "table", .text = "silver.cryptos" },
		{ .key = "file", .text = "a \"b\"=c\\" },
		{ .key = "none", .text = "" },
	};
	struct bln_logger logger = logger_of(BLN_LOG_TEXT);
	(void)state;

	bln_logger_write(&logger, BLN_LEVEL_WARN, "flow", fields, 4, "done %d%%", 5);
	assert_string_equal(line_written(), TIME " warn  flow: done 5% rows=-42 table=silver.cryptos "
						 "file=\"a \\\"b\\\"=c\\\\\" none=\"\"");
	logger.format = BLN_LOG_JSON;
	bln_logger_write(&logger, BLN_LEVEL_ERROR, "flow", fields, 4, "say \"%s\"", "a\\b");
	assert_string_equal(line_written(), "{\"time\":\"" TIME "\",\"level\":\"error\",\"area\":\"flow\",\"message\":"
					    "\"say \\\"a\\\\b\\\"\",\"rows\":-42,\"table\":\"silver.cryptos\","
					    "\"file\":\"a \\\"b\\\"=c\\\\\",\"none\":\"\"}");
}

static void less_urgent_is_not_written(void **state)
{
	struct bln_logger logger = logger_of(BLN_LOG_TEXT);
	(void)state;

	bln_logger_say(&logger, BLN_LEVEL_DEBUG, "flow", "not this");
	bln_logger_say(NULL, BLN_LEVEL_ERROR, "flow", "nor this");
	assert_null(line_written());
	bln_logger_say(&logger, BLN_LEVEL_INFO, "flow", "this");
	assert_non_null(line_written());
}

static void secrets_are_masked_in_every_part(void **state)
{
	const struct bln_log_field fields[] = {
		{ .key = "url", .text = "https://x/?key=hunter2hunter2&y" },
		{ .key = "pin", .number = 12345678 },
	};
	struct bln_logger logger = logger_of(BLN_LOG_JSON);
	(void)state;

	bln_logger_write(&logger, BLN_LEVEL_ERROR, "http", fields, 2, "no: hunter2hunter2");
	assert_string_equal(line_written(), "{\"time\":\"" TIME "\",\"level\":\"error\",\"area\":\"http\",\"message\":"
					    "\"no: ***\",\"url\":\"https://x/?key=***&y\",\"pin\":\"***\"}");
}

static void outside_text_neither_forges_lines_nor_steers_terminals(void **state)
{
	struct bln_logger logger = logger_of(BLN_LOG_TEXT);
	(void)state;

	bln_logger_say(&logger, BLN_LEVEL_INFO, "a",
		       "x\n" TIME " error b: forged\t\x1b[31m\x7f \xc2\x9b"
		       "1m \xff\xc3 \xc3\xa9");
	assert_string_equal(line_written(),
			    TIME " info  a: x\\n" TIME " error b: forged\\t\\u001b[31m\\u007f \\u009b1m ?? \xc3\xa9");
	logger.format = BLN_LOG_JSON;
	bln_logger_say(&logger, BLN_LEVEL_INFO, "a", "x\n\x1b");
	assert_says(line_written(), "\"message\":\"x\\n\\u001b\"}");
}

/* Wherever the bound falls: the line is whole, JSON is JSON, and nothing of a secret that lies over the bound is
 * seen. */
static void huge_texts_are_cut_and_secrets_with_them(void **state)
{
	char *text = bln_mem_alloc(40000);
	(void)state;

	for (size_t before = 1990; before < 2100; before++) {
		const struct bln_log_field fields[] = { { .key = "one", .text = text },
							{ .key = "two", .text = text },
							{ .key = "three", .text = text } };
		struct bln_logger logger = logger_of(BLN_LOG_JSON);
		json_t *json = NULL;
		struct bln_err err = { 0 };
		const char *line;

		memset(text, 'x', 40000);
		memcpy(text + before, "hunter2hunter2", 14);
		memcpy(text + 20000, "hunter2hunter2", 14);
		text[before % 2 ? 39999 : before + 14] = '\0';
		bln_logger_write(&logger, BLN_LEVEL_INFO, "a", fields, 3, "%s", text);
		line = line_written();
		assert_null(strstr(line, "hun"));
		assert_says(line, ",\"cut\":true}");
		assert_ok(bln_json_parse(line, strlen(line), "line", &json, &err), &err);
		json_decref(json);
		logger.format = BLN_LOG_TEXT;
		bln_logger_write(&logger, BLN_LEVEL_INFO, "a", fields, 3, "%s", text);
		line = line_written();
		assert_null(strstr(line, "hun"));
		assert_true(bln_slice_ends(bln_slice_of(line), "\xe2\x80\xa6"));
	}
	bln_mem_free(text);
}

static void random_bytes_make_whole_lines(void **state)
{
	struct bln_random random;
	char text[6000];
	(void)state;

	bln_random_init(&random, test_seed(3));
	for (int round = 0; round < 600; round++) {
		const struct bln_log_field fields[] = { { .key = "a", .text = text }, { .key = "b", .number = round } };
		struct bln_logger logger = logger_of(round % 2 ? BLN_LOG_JSON : BLN_LOG_TEXT);
		size_t length = bln_random_below(&random, sizeof(text));
		json_t *json = NULL;
		struct bln_err err = { 0 };
		const char *line;

		for (size_t i = 0; i < length; i++)
			text[i] = (char)(1 + bln_random_below(&random, round % 3 ? 255 : 31));
		text[length] = '\0';
		bln_logger_write(&logger, BLN_LEVEL_INFO, "area", fields, 2, "%s", text);
		line = line_written();
		assert_non_null(line);
		if (round % 2) {
			assert_ok(bln_json_parse(line, strlen(line), "line", &json, &err), &err);
			json_decref(json);
		}
	}
}

static void it_needs_no_memory_and_keeps_errno(void **state)
{
	const struct bln_log_field field = { .key = "a", .text = "b" };
	struct bln_logger logger = logger_of(BLN_LOG_JSON);
	(void)state;

	bln_mem_fail_at(0, false);
	bln_mem_fail_at(1, true);
	errno = ENOSPC;
	bln_logger_write(&logger, BLN_LEVEL_ERROR, "area", &field, 1, "out of memory");
	assert_int_equal(errno, ENOSPC);
	logger.fd = -1;
	bln_logger_say(&logger, BLN_LEVEL_ERROR, "area", "nowhere to go");
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(bln_mem_fail_at(0, false), 0);
	assert_says(line_written(), "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_for_people_or_json),
		cmocka_unit_test(less_urgent_is_not_written),
		cmocka_unit_test(secrets_are_masked_in_every_part),
		cmocka_unit_test(outside_text_neither_forges_lines_nor_steers_terminals),
		cmocka_unit_test(huge_texts_are_cut_and_secrets_with_them),
		cmocka_unit_test(random_bytes_make_whole_lines),
		cmocka_unit_test(it_needs_no_memory_and_keeps_errno),
	};

	return cmocka_run_group_tests_name("log", tests, set_up, tear_down);
}
