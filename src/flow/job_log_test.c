#include "base/base_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/utf8.h"
#include "flow/job_log.h"

static char path[64];
static struct bln_secrets secrets;

static int set_up(void **state)
{
	struct bln_err err = { 0 };

	(void)state;
	assert_ok(bln_secrets_add(&secrets, bln_slice_of("hunter2hunter2"), &err), &err);
	assert_ok(bln_secrets_add(&secrets, bln_slice_of("-----KEY\nabcdef\n-----END"), &err), &err);
	snprintf(path, sizeof(path), "/tmp/bln-job-log-%d", (int)getpid());
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bln_secrets_clean_up(&secrets);
	return unlink(path) && 0;
}

static struct bln_job_log *log_open(int64_t bytes_max)
{
	struct bln_job_log *log = bln_mem_alloc(sizeof(*log));
	struct bln_err err = { 0 };

	(void)unlink(path);
	assert_non_null(log);
	assert_ok(bln_job_log_open(log, path, bytes_max, &secrets, &err), &err);
	return log;
}

static void feed(struct bln_job_log *log, const char *text)
{
	bln_job_log_feed(log, text, strlen(text));
}

/* Closes LOG and gives what its file holds; for bln_mem_free. */
static char *log_text(struct bln_job_log *log, size_t *length)
{
	FILE *file;
	char *text = bln_mem_calloc(1, 1 << 20);

	bln_job_log_close(log);
	bln_mem_free(log);
	file = fopen(path, "re");
	assert_non_null(file);
	*length = fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

static void assert_log(struct bln_job_log *log, const char *expected)
{
	size_t length = 0;
	char *text = log_text(log, &length);

	assert_string_equal(text, expected);
	bln_mem_free(text);
}

static void what_is_written_is_kept(void **state)
{
	struct bln_job_log *log = log_open(1000);
	struct stat stat_of;
	(void)state;

	feed(log, "first\nsec");
	feed(log, "ond\n\n  \nwithout end");
	assert_string_equal(log->last, "second");
	bln_job_log_close(log);
	assert_string_equal(log->last, "without end");
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	assert_log(log, "first\nsecond\n\n  \nwithout end");
}

static void secrets_are_masked_in_pieces_and_over_lines(void **state)
{
	struct bln_job_log *log = log_open(1000);
	(void)state;

	feed(log, "key=hunt");
	feed(log, "er2hunter2\nthen -----KEY\n");
	feed(log, "abcdef\n");
	feed(log, "-----END.\n");
	assert_log(log, "key=***\nthen ***.\n");
	log = log_open(1000);
	feed(log, "\n");
	feed(log, "ends in hunter2hun");
	assert_log(log, "\nends in ***");
}

static void only_so_much_is_kept(void **state)
{
	struct bln_job_log *log = log_open(12);
	(void)state;

	feed(log, "12345\n");
	feed(log, "67890\n");
	feed(log, "more\n");
	feed(log, "still more\n");
	assert_string_equal(log->last, "still more");
	assert_log(log,
		   "12345\n67890\n… the log is full: what the job wrote after this is not kept (settings: log_max)\n");
}

/* A line without an end, and secrets anywhere in it, also over where the buffer ends. */
static void a_line_longer_than_the_buffer_is_masked_too(void **state)
{
	(void)state;

	for (size_t before = BLN_JOB_LOG_PENDING_MAX - 20; before <= BLN_JOB_LOG_PENDING_MAX + 2; before++) {
		struct bln_job_log *log = log_open(1 << 20);
		char *text = bln_mem_calloc(1, BLN_JOB_LOG_PENDING_MAX + 100);
		size_t length = 0;

		memset(text, 'x', before);
		memcpy(text + before, "\xc3\xa9hunter2hunter2 end", 21);
		for (size_t at = 0; at < before + 20; at += 5000)
			bln_job_log_feed(log, text + at, before + 20 - at < 5000 ? before + 20 - at : 5000);
		bln_mem_free(text);
		text = log_text(log, &length);
		assert_int_equal(length, before + 9);
		assert_string_equal(text + before, "\xc3\xa9*** end");
		bln_mem_free(text);
	}
}

static void random_bytes_come_out_as_utf8(void **state)
{
	struct bln_job_log *log = log_open(1 << 19);
	struct bln_random random;
	size_t fed = 0;
	size_t length = 0;
	char *text;
	(void)state;

	bln_random_init(&random, test_seed(9));
	for (int round = 0; round < 200; round++) {
		char bytes[2000];
		size_t count = bln_random_below(&random, sizeof(bytes));

		for (size_t i = 0; i < count; i++)
			bytes[i] = (char)bln_random_next(&random);
		bln_job_log_feed(log, bytes, count);
		fed += count;
	}
	text = log_text(log, &length);
	assert_int_equal(length, fed);
	assert_true(bln_utf8_is_valid(text, length));
	bln_mem_free(text);
}

static void a_log_that_cannot_be_opened_is_told(void **state)
{
	static struct bln_job_log log;
	struct bln_err err = { 0 };
	(void)state;

	assert_int_equal(bln_job_log_open(&log, "/no/such/folder/log", 1, NULL, &err), BLN_NOT_FOUND);
	assert_non_null(strstr(err.message, "/no/such/folder/log"));
	feed(&log, "nowhere\n");
	bln_job_log_close(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_kept),
		cmocka_unit_test(secrets_are_masked_in_pieces_and_over_lines),
		cmocka_unit_test(only_so_much_is_kept),
		cmocka_unit_test(a_line_longer_than_the_buffer_is_masked_too),
		cmocka_unit_test(random_bytes_come_out_as_utf8),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_told),
	};

	return cmocka_run_group_tests_name("job_log", tests, set_up, tear_down);
}
