#include "base/base_test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "flow/job_protocol.h"

static void feed(struct bln_job_reader *reader, const char *text)
{
	struct bln_err err = { 0 };

	assert_ok(bln_job_reader_feed(reader, text, strlen(text), &err), &err);
}

static void lines_are_understood(void **state)
{
	struct bln_job_reader reader = { 0 };
	(void)state;

	feed(&reader, "{\"progress\":{\"done\":5,\"total\":10,\"unit\":\"files\",\"what\":\"reading\"}}\n");
	assert_true(reader.has_progress);
	assert_int_equal(reader.progress.done, 5);
	assert_int_equal(reader.progress.total, 10);
	assert_string_equal(reader.progress.unit, "files");
	assert_string_equal(reader.progress.what, "reading");
	feed(&reader, "{\"progress\":{\"done\":6}}\n{\"result\":{\"rows\":1}}\n{\"result\": {\"rows\": 2} }\n");
	assert_int_equal(reader.progress.done, 6);
	assert_string_equal(reader.progress.unit, "");
	assert_string_equal(reader.result.at, "{\"rows\":2}");
	feed(&reader, "{\"error\":{\"status\":\"not found\",\"message\":\"the "
		      "cause\"}}\n{\"error\":{\"message\":\"what came of it\"}}\n");
	assert_string_equal(reader.error.at, "the cause");
	assert_int_equal(reader.unknown, 0);
	bln_job_reader_clean_up(&reader);
}

static void what_is_unknown_or_wrong_is_passed_over(void **state)
{
	static const char *const bad[] = { "hello\n",
					   "{\n",
					   "[]\n",
					   "{}\n",
					   "{\"news\":{}}\n",
					   "{\"progress\":5}\n",
					   "{\"progress\":{\"done\":-1}}\n",
					   "{\"progress\":{\"done\":\"x\"}}\n",
					   "{\"progress\":{\"done\":1.5}}\n",
					   "{\"result\":[1]}\n",
					   "{\"error\":{}}\n",
					   "\xff\n" };
	struct bln_job_reader reader = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		feed(&reader, bad[i]);
		assert_int_equal(reader.unknown, i + 1);
	}
	feed(&reader, "\n\n");
	assert_int_equal(reader.unknown, sizeof(bad) / sizeof(bad[0]));
	assert_false(reader.has_progress);
	assert_int_equal(reader.result.length + reader.error.length, 0);
	feed(&reader, "{\"progress\":{\"done\":1,\"what\":\"a\\u001b[2J\\u0000b\"}}\n{\"progress\":{\"done\":2,"
		      "\"what\":\"a\\u001b[2J\"}}\n");
	assert_int_equal(reader.progress.done, 2); /* no NUL in JSON */
	assert_string_equal(reader.progress.what, "a?[2J");
	bln_job_reader_clean_up(&reader);
}

static void a_line_too_long_is_passed_over_and_not_kept(void **state)
{
	struct bln_job_reader reader = { 0 };
	char *piece = bln_mem_alloc(100001);
	(void)state;

	memset(piece, ' ', 100000);
	piece[100000] = '\0';
	feed(&reader, "{\"result\":{\"a\":1}");
	for (int i = 0; i < 20; i++)
		feed(&reader, piece);
	assert_true(reader.line.length <= BLN_JOB_LINE_LENGTH_MAX);
	feed(&reader, "}\n");
	assert_int_equal(reader.unknown, 1);
	assert_int_equal(reader.result.length, 0);
	feed(&reader, "{\"result\":{\"a\":2}}\n");
	assert_string_equal(reader.result.at, "{\"a\":2}");
	bln_mem_free(piece);
	bln_job_reader_clean_up(&reader);
}

/* What one side writes the other reads, in whatever pieces it comes. */
static void writer_and_reader_agree(void **state)
{
	struct bln_clock_virtual clock;
	struct bln_job_writer writer;
	struct bln_random random;
	struct bln_err err = { 0 };
	struct bln_err why = { 0 };
	char number[16];
	char bytes[8192];
	ssize_t length;
	int fds[2];
	(void)state;

	bln_random_init(&random, test_seed(8));
	bln_clock_virtual_init(&clock, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	snprintf(number, sizeof(number), "%d", fds[1]);
	setenv(BLN_JOB_FD_VARIABLE, number, 1);
	bln_job_writer_init(&writer, &clock.clock);
	assert_null(getenv(BLN_JOB_FD_VARIABLE));
	assert_int_equal(writer.fd, fds[1]);
	bln_job_writer_progress(&writer, 1, 3, "files", "a \"quoted\" \xff name");
	bln_job_writer_progress(&writer, 2, 3, "files", "too soon");
	assert_ok(bln_job_writer_result(&writer, bln_slice_of("{\"rows\":7}"), &err), &err);
	assert_int_equal(bln_err_set(&why, BLN_NOT_FOUND, "no \"table\"\nat all\xc3"), BLN_NOT_FOUND);
	bln_job_writer_error(&writer, &why);
	length = read(fds[0], bytes, sizeof(bytes));
	assert_true(length > 0);
	for (int round = 0; round < 100; round++) {
		struct bln_job_reader reader = { 0 };

		for (size_t at = 0; at < (size_t)length;) {
			size_t part = 1 + bln_random_below(&random, (uint64_t)length - at);

			assert_ok(bln_job_reader_feed(&reader, bytes + at, part, &err), &err);
			at += part;
		}
		assert_int_equal(reader.progress.done, 1);
		assert_string_equal(reader.progress.what, "a \"quoted\" ? name");
		assert_string_equal(reader.result.at, "{\"rows\":7}");
		assert_string_equal(reader.error.at, "no \"table\"\nat all?");
		assert_int_equal(reader.unknown, 0);
		bln_job_reader_clean_up(&reader);
	}
	bln_job_writer_progress(&writer, 3, 3, NULL, NULL); /* the last is told however soon it comes */
	assert_true(read(fds[0], bytes, sizeof(bytes)) > 0);
	bln_clock_virtual_advance(&clock, BLN_JOB_PROGRESS_US);
	bln_job_writer_progress(&writer, 1, 3, NULL, NULL);
	assert_true(read(fds[0], bytes, sizeof(bytes)) > 0);
	close(fds[0]);
	bln_job_writer_error(&writer, &why); /* nobody listens: no signal */
	assert_int_equal(writer.fd, -1);
	close(fds[1]);
}

static void a_writer_nobody_gave_a_socket_is_silent(void **state)
{
	static const char *const numbers[] = { "", "x", "1", "-1", "999", "3x", "99999999999999999999" };
	struct bln_job_writer writer;
	struct bln_err err = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		setenv(BLN_JOB_FD_VARIABLE, numbers[i], 1);
		bln_job_writer_init(&writer, bln_clock_system());
		assert_int_equal(writer.fd, -1);
	}
	bln_job_writer_progress(&writer, 1, 1, NULL, NULL);
	assert_ok(bln_job_writer_result(&writer, bln_slice_of("{}"), &err), &err);
	assert_int_equal(bln_job_writer_result(&writer, bln_slice_of("{\n}"), &err), BLN_BUG);
}

static void without_memory_the_reader_says_so(void **state)
{
	static const char lines[] = "{\"result\":{\"rows\":2}}\n{\"error\":{\"message\":\"the cause\"}}\n";
	struct bln_job_reader reader = { 0 };
	struct bln_err err = { 0 };
	enum bln_status status = BLN_NO_MEMORY;
	uint64_t nth;
	(void)state;

	for (nth = 1; status == BLN_NO_MEMORY && nth < 100; nth++) {
		bln_job_reader_clean_up(&reader);
		bln_mem_fail_at(nth, false);
		status = bln_job_reader_feed(&reader, lines, strlen(lines), &err);
		bln_mem_fail_at(0, false);
	}
	assert_ok(status, &err);
	assert_true(nth > 3);
	assert_string_equal(reader.error.at, "the cause");
	bln_job_reader_clean_up(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_understood),
		cmocka_unit_test(what_is_unknown_or_wrong_is_passed_over),
		cmocka_unit_test(a_line_too_long_is_passed_over_and_not_kept),
		cmocka_unit_test(writer_and_reader_agree),
		cmocka_unit_test(a_writer_nobody_gave_a_socket_is_silent),
		cmocka_unit_test(without_memory_the_reader_says_so),
	};

	return cmocka_run_group_tests_name("job_protocol", tests, NULL, NULL);
}
