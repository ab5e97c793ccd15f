#include "source/zip/archive.h"

#include "base/mem.h"
#include "source/zip/make_test.h"

static _Atomic int64_t bytes_read;

static enum bln_status open_made(const char *name, struct bln_zip **zip, struct bln_err *err)
{
	bytes_read = 0;
	return bln_zip_open(open(made_path(name), O_RDONLY | O_CLOEXEC), &bytes_read, zip, err);
}

/* Reads entry INDEX whole, in pieces of SIZE; *BYTES is the caller's to free. */
static enum bln_status read_all(const struct bln_zip *zip, size_t index, size_t size, char **bytes, size_t *length,
				struct bln_err *err)
{
	struct bln_zip_stream *stream = NULL;
	enum bln_status status = bln_zip_stream_open(zip, index, INT64_MAX, &stream, err);
	size_t got = 1;

	*bytes = malloc((size_t)bln_zip_entry_at(zip, index)->content_bytes % (1 << 26) + size + 1);
	*length = 0;
	while (status == BLN_OK && got > 0) {
		status = bln_zip_read(stream, *bytes + *length, size, &got, err);
		*length += got;
	}
	bln_zip_stream_close(stream);
	return status;
}

static void assert_content(const struct bln_zip *zip, size_t index, const char *text, size_t text_length)
{
	static const size_t sizes[] = { 1, 7, 4096, 1 << 20 };
	struct bln_err err = { 0 };
	size_t length;
	char *bytes;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_ok(read_all(zip, index, sizes[i], &bytes, &length, &err), &err);
		assert_int_equal(length, text_length);
		assert_memory_equal(bytes, text, length);
		free(bytes);
	}
}

/* Opening, or reading entry INDEX, fails with STATUS and a message that has PART. */
static void assert_bad(const char *name, size_t index, enum bln_status wanted, const char *part)
{
	struct bln_err err = { 0 };
	struct bln_zip *zip = NULL;
	enum bln_status status = open_made(name, &zip, &err);
	size_t length;
	char *bytes = NULL;

	if (status == BLN_OK)
		status = read_all(zip, index, 1000, &bytes, &length, &err);
	assert_int_equal(status, wanted);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" has no \"%s\"", err.message, part);
	free(bytes);
	bln_zip_close(zip);
}

static char *rows_text(size_t count, size_t *length)
{
	char *text = malloc(count * 48);

	*length = 0;
	for (size_t i = 0; i < count; i++)
		*length += (size_t)sprintf(text + *length, "%zu,%zu.5,2,1,1.5,%zu.25,3\n", 1500000000 + i * 900, i % 97,
					   i % 1009);
	return text;
}

static void reads_what_libzip_wrote(void **state)
{
	size_t length;
	char *text = rows_text(20000, &length);
	const struct made_entry entries[] = {
		{ .name = "a.csv", .text = text, .length = length },
		{ .name = "b/stored.csv", .text = text, .length = length, .is_stored = true },
		{ .name = "empty.csv", .text = "" },
	};
	struct bln_err err = { 0 };
	struct bln_zip *zip;
	(void)state;

	zip_make("good.zip", entries, 3);
	assert_ok(open_made("good.zip", &zip, &err), &err);
	assert_int_equal(bln_zip_entry_count(zip), 3);
	assert_int_equal(bln_zip_entry_at(zip, 1)->content_bytes, length);
	assert_int_equal(bln_zip_entry_at(zip, 1)->name_length, strlen("b/stored.csv"));
	assert_memory_equal(bln_zip_entry_at(zip, 1)->name, "b/stored.csv", strlen("b/stored.csv"));
	assert_content(zip, 0, text, length);
	assert_content(zip, 1, text, length);
	assert_content(zip, 2, "", 0);
	bln_zip_close(zip);
	free(text);
}

/* Opening costs the end and the directory; an entry costs its own bytes. */
static void counts_what_it_reads(void **state)
{
	size_t length, got;
	char *text = rows_text(100000, &length);
	struct made_entry entries[8];
	struct bln_err err = { 0 };
	struct bln_zip *zip;
	int64_t opened;
	char *bytes;
	(void)state;

	for (size_t i = 0; i < 8; i++)
		entries[i] = (struct made_entry){ (const char *[]){ "a", "b", "c", "d", "e", "f", "g", "h" }[i], text,
						  length, true, false };
	zip_make("counted.zip", entries, 8);
	assert_ok(open_made("counted.zip", &zip, &err), &err);
	opened = bytes_read;
	assert_true(opened > 8 * 46 && opened < 70000);
	assert_ok(read_all(zip, 3, 4096, &bytes, &got, &err), &err);
	assert_int_equal(bytes_read - opened, 30 + 1 + (int64_t)length);
	free(bytes);
	bln_zip_close(zip);
	free(text);
}

static void reads_zip64_and_descriptors(void **state)
{
	struct bln_err err = { 0 };
	struct bln_zip *zip;
	size_t length;
	char *text = rows_text(5000, &length);
	char command[512];
	(void)state;

	file_make("in/x.csv", text, length);
	snprintf(command, sizeof(command),
		 "cd %s/in && zip -q -fz ../forced.zip x.csv && cat x.csv | zip -q -fd ../piped.zip - && "
		 "cat x.csv | zip -q ../plain.zip -",
		 made_folder);
	assert_int_equal(system(command), 0);
	for (int i = 0; i < 3; i++) {
		assert_ok(open_made((const char *[]){ "forced.zip", "piped.zip", "plain.zip" }[i], &zip, &err), &err);
		assert_int_equal(bln_zip_entry_count(zip), 1);
		assert_content(zip, 0, text, length);
		bln_zip_close(zip);
	}
	free(text);
}

/* More entries than 16 bits count need the ZIP64 end. */
static void reads_many_entries(void **state)
{
	enum { COUNT = 66000 };
	struct made_entry *entries = calloc(COUNT, sizeof(*entries));
	char(*names)[16] = malloc(COUNT * sizeof(*names));
	struct bln_err err = { 0 };
	struct bln_zip *zip;
	(void)state;

	for (size_t i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu.csv", i);
		entries[i] = (struct made_entry){ .name = names[i], .text = names[i], .is_stored = true };
	}
	zip_make("many.zip", entries, COUNT);
	assert_ok(open_made("many.zip", &zip, &err), &err);
	assert_int_equal(bln_zip_entry_count(zip), COUNT);
	assert_content(zip, 65999, "65999.csv", 9);
	bln_zip_close(zip);
	free(entries);
	free(names);
}

static void cut_anywhere_is_corrupt(void **state)
{
	const struct made_entry entries[] = { { .name = "a.csv", .text = "1,2,3\n1,2,3\n1,2,3\n" },
					      { .name = "b.csv", .text = "4\n" } };
	size_t length;
	char *bytes;
	(void)state;

	zip_make("whole.zip", entries, 2);
	bytes = file_bytes("whole.zip", &length);
	for (size_t i = 0; i < length; i++) {
		file_make("cut.zip", bytes, i);
		assert_bad("cut.zip", 0, BLN_CORRUPT, "cut off");
	}
	free(bytes);
}

/* One byte changed, anywhere: an error, or what was there. The directory's and the headers' unused fields do not
 * matter. */
static void any_changed_byte_is_seen_or_harmless(void **state)
{
	static const char text[] = "1500000000,1,2,1,1,5,3\n1500000900,1,2,1,1,5,3\n";
	const struct made_entry entries[] = { { .name = "a.csv", .text = text },
					      { .name = "b.csv", .text = text, .is_stored = true } };
	size_t length;
	char *bytes;
	int errors = 0;
	(void)state;

	zip_make("whole.zip", entries, 2);
	bytes = file_bytes("whole.zip", &length);
	for (size_t i = 0; i < length; i++) {
		struct bln_zip *zip = NULL;

		bytes[i] ^= 0x41;
		file_make("bent.zip", bytes, length);
		bytes[i] ^= 0x41;
		if (open_made("bent.zip", &zip, NULL) != BLN_OK) {
			errors++;
			continue;
		}
		for (size_t entry = 0; entry < bln_zip_entry_count(zip); entry++) {
			size_t got;
			char *content;

			if (read_all(zip, entry, 1000, &content, &got, NULL) != BLN_OK) {
				errors++;
			} else {
				assert_int_equal(got, strlen(text));
				assert_memory_equal(content, text, got);
			}
			free(content);
		}
		bln_zip_close(zip);
	}
	assert_true(errors > (int)length / 3);
	free(bytes);
}

static void lies_are_named(void **state)
{
	static char zeros[4 << 20];
	const struct made_entry entries[] = {
		{ .name = "a.csv", .text = "1500000000,1,2,1,1,5,3\n", .is_stored = true },
		{ .name = "bomb.csv", .text = zeros, .length = sizeof(zeros) },
		{ .name = "locked.csv", .text = "1500000000,1,2,1,1,5,3\n", .is_encrypted = true },
	};
	size_t length, at, other;
	char *bytes;
	(void)state;

	zip_make("lies.zip", entries, 3);
	assert_bad("lies.zip", 1, BLN_CORRUPT, "bomb.csv: its ");
	assert_bad("lies.zip", 2, BLN_UNSUPPORTED, "locked.csv: it is encrypted");
	bytes = file_bytes("lies.zip", &length);

	/* the content */
	at = bytes_find(bytes, length, "1500000000", 10, 0);
	bytes[at] = '2';
	file_make("crc.zip", bytes, length);
	assert_bad("crc.zip", 0, BLN_CORRUPT, "a.csv: its content has the CRC");
	bytes[at] = '1';

	/* the directory's sizes of an entry: too much, too little */
	at = bytes_find(bytes, length, "PK\1\2", 4, 1);
	bytes[at + 26] ^= 0x10;
	file_make("size.zip", bytes, length);
	assert_bad("size.zip", 1, BLN_CORRUPT, "bomb.csv: it");
	memcpy(bytes + at + 24, "\x10\0\0\0", 4);
	file_make("size.zip", bytes, length);
	assert_bad("size.zip", 1, BLN_CORRUPT, "bomb.csv: it is not of the 16 bytes");
	memcpy(bytes + at + 24, "\0\0\x40\0", 4);

	/* two entries at one place; the third is still read */
	other = bytes_find(bytes, length, "PK\1\2", 4, 0);
	memcpy(bytes + at + 42, bytes + other + 42, 4);
	file_make("overlap.zip", bytes, length);
	assert_bad("overlap.zip", 0, BLN_CORRUPT, "a.csv: its bytes are those of another entry too");
	assert_bad("overlap.zip", 1, BLN_CORRUPT, "bomb.csv: its bytes are those of another entry too");
	assert_bad("overlap.zip", 2, BLN_UNSUPPORTED, "locked.csv");

	/* outside of the file; elsewhere in it; another method */
	memcpy(bytes + at + 42, "\0\0\0\x70", 4);
	file_make("outside.zip", bytes, length);
	assert_bad("outside.zip", 1, BLN_CORRUPT, "bomb.csv: it is said to lie outside");
	bytes[other + 42] = 5;
	file_make("elsewhere.zip", bytes, length);
	assert_bad("elsewhere.zip", 0, BLN_CORRUPT, "a.csv: it is not where the directory says");
	bytes[other + 42] = 0;
	bytes[other + 10] = 14;
	file_make("method.zip", bytes, length);
	assert_bad("method.zip", 0, BLN_UNSUPPORTED, "a.csv: it is compressed by method 14");
	bytes[other + 10] = 8;
	file_make("method.zip", bytes, length);
	assert_bad("method.zip", 0, BLN_CORRUPT, "a.csv: it is compressed in another way");

	/* the number of entries, and a directory said to be huge */
	at = bytes_find(bytes, length, "PK\5\6", 4, 0);
	memcpy(bytes + at + 10, "\xF0\xFF", 2);
	file_make("count.zip", bytes, length);
	assert_bad("count.zip", 0, BLN_CORRUPT, "it says it has 65520 entries, in a directory of");
	for (char count = 2; count >= 0; count--) { /* none of those that are there is passed over */
		memcpy(bytes + at + 10, (const char[]){ count, 0 }, 2);
		file_make("fewer.zip", bytes, length);
		assert_bad("fewer.zip", 0, BLN_CORRUPT, "its directory has more entries than the");
	}
	memcpy(bytes + at + 12, "\xFF\xFF\xFF\x7F", 4);
	file_make("huge.zip", bytes, length);
	assert_bad("huge.zip", 0, BLN_CORRUPT, "its directory says it has 2147483647 bytes");
	free(bytes);

	text_make("no.zip", "this is text\n");
	assert_bad("no.zip", 0, BLN_CORRUPT, "no ZIP archive");
	text_make("empty.zip", "");
	assert_bad("empty.zip", 0, BLN_CORRUPT, "no ZIP archive");
}

static void content_has_a_bound(void **state)
{
	const struct made_entry entry = { .name = "a.csv", .text = "0123456789" };
	struct bln_zip_stream *stream = NULL;
	struct bln_err err = { 0 };
	struct bln_zip *zip;
	(void)state;

	zip_make("bound.zip", &entry, 1);
	assert_ok(open_made("bound.zip", &zip, &err), &err);
	assert_int_equal(bln_zip_stream_open(zip, 0, 9, &stream, &err), BLN_CORRUPT);
	assert_non_null(strstr(err.message, "a.csv: it has 10 bytes unpacked; more than 9 are not read"));
	assert_ok(bln_zip_stream_open(zip, 0, 10, &stream, &err), &err);
	bln_zip_stream_close(stream);
	bln_zip_close(zip);
}

static void no_memory_is_said_and_nothing_lost(void **state)
{
	const struct made_entry entry = { .name = "a.csv", .text = "0123456789012345678901234567890123456789" };
	enum bln_status status;
	uint64_t nth = 0;
	(void)state;

	zip_make("memory.zip", &entry, 1);
	do {
		struct bln_zip *zip = NULL;
		size_t length;
		char *bytes = NULL;

		bln_mem_fail_at(++nth, false);
		status = open_made("memory.zip", &zip, NULL);
		if (status == BLN_OK)
			status = read_all(zip, 0, 1000, &bytes, &length, NULL);
		bln_mem_fail_at(0, false);
		assert_true(status == BLN_OK || status == BLN_NO_MEMORY);
		free(bytes);
		bln_zip_close(zip);
	} while (status != BLN_OK);
	assert_true(nth > 5);
}

static int set_up(void **state)
{
	(void)state;
	folder_make();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_libzip_wrote),
		cmocka_unit_test(counts_what_it_reads),
		cmocka_unit_test(reads_zip64_and_descriptors),
		cmocka_unit_test(reads_many_entries),
		cmocka_unit_test(cut_anywhere_is_corrupt),
		cmocka_unit_test(any_changed_byte_is_seen_or_harmless),
		cmocka_unit_test(lies_are_named),
		cmocka_unit_test(content_has_a_bound),
		cmocka_unit_test(no_memory_is_said_and_nothing_lost),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
