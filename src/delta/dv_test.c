#include "base/base_test.h"

#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "delta/dv.h"

static void vectors_of_other_writers_decode(void **state)
{
	static const int64_t rows[] = { 3, 4, 7, 11, 18, 29 };
	struct bln_dv_ref inlined = {
		.storage = 'i',
		.path_or_inline = bln_slice_of("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L"),
		.size_bytes = 44,
		.cardinality = 6,
	};
	struct bln_dv_ref stored = { .storage = 'u', .path_or_inline = bln_slice_of("ab^-aqEH.-t@S}K{vb[*k^") };
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	struct bln_dv dv;
	unsigned char *bytes;
	size_t length;
	size_t at = 0;
	char *path;
	(void)state;

	assert_ok(bln_dv_inline_bytes(&inlined, &arena, &bytes, &length, &err), &err);
	assert_ok(bln_dv_decode(bytes, length, inlined.cardinality, &arena, &dv, &err), &err);
	assert_int_equal(dv.row_count, 6);
	for (size_t i = 0; i < dv.range_count; i++)
		for (int64_t row = dv.ranges[i].first; row <= dv.ranges[i].last; row++)
			assert_int_equal(row, rows[at++]);
	assert_int_equal(at, 6);
	assert_ok(bln_dv_file_path(&stored, &arena, &path, &err), &err);
	assert_string_equal(path, "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");
	bln_arena_clean_up(&arena);
}

static void add_number(struct bln_text *out, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++) {
		char byte = (char)(number >> (8 * i));

		bln_text_add_bytes(out, &byte, 1);
	}
}

/* Encodes IS_DELETED (65,536 flags a container) as one 32-bit bitmap under KEY, with runs where WITH_RUNS. */
static void add_bitmap(struct bln_text *out, const unsigned char *is_deleted, size_t containers, bool with_runs)
{
	size_t cardinality[8] = { 0 };

	for (size_t c = 0; c < containers; c++)
		for (size_t i = 0; i < 65536; i++)
			cardinality[c] += is_deleted[c * 65536 + i];
	add_number(out, with_runs ? 12347 | (containers - 1) << 16 : 12346, 4);
	if (with_runs)
		add_number(out, 0xff, (int)(containers + 7) / 8);
	else
		add_number(out, containers, 4);
	for (size_t c = 0; c < containers; c++)
		add_number(out, c | (cardinality[c] - 1) << 16, 4);
	for (size_t c = 0; c < containers && (!with_runs || containers >= 4); c++)
		add_number(out, 0, 4);
	for (size_t c = 0; c < containers; c++) {
		const unsigned char *flags = is_deleted + c * 65536;

		if (with_runs) {
			struct bln_text runs = { 0 };
			size_t count = 0;

			for (size_t i = 0; i < 65536; i++) {
				size_t start = i;

				if (!flags[i])
					continue;
				while (i + 1 < 65536 && flags[i + 1])
					i++;
				add_number(&runs, start, 2);
				add_number(&runs, i - start, 2);
				count++;
			}
			add_number(out, count, 2);
			bln_text_add_bytes(out, runs.at, runs.length);
			bln_text_clean_up(&runs);
		} else if (cardinality[c] <= 4096) {
			for (size_t i = 0; i < 65536; i++)
				if (flags[i])
					add_number(out, i, 2);
		} else {
			for (size_t i = 0; i < 65536; i += 8) {
				uint64_t byte = 0;

				for (size_t bit = 0; bit < 8; bit++)
					byte |= (uint64_t)flags[i + bit] << bit;
				add_number(out, byte, 1);
			}
		}
	}
}

static uint64_t random_next(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return z ^ (z >> 27);
}

static void every_container_comes_back_row_for_row(void **state)
{
	enum { CONTAINERS = 5, FLAGS = CONTAINERS * 65536 };
	uint64_t seed = test_seed(7);
	unsigned char *flags = test_malloc(FLAGS);
	(void)state;

	for (int turn = 0; turn < 12; turn++) {
		bool with_runs = turn % 2;
		size_t containers = 1 + random_next(&seed) % CONTAINERS;
		struct bln_text text = { 0 };
		struct bln_arena arena = { 0 };
		struct bln_err err = { 0 };
		struct bln_dv dv;
		int64_t rows = 0;
		size_t at = 0;

		for (size_t c = 0; c < containers; c++) {
			uint64_t density = 1 + random_next(&seed) % 300;

			for (size_t i = 0; i < 65536; i++)
				flags[c * 65536 + i] = random_next(&seed) % 301 < density;
			flags[c * 65536 + 77] = 1;
		}
		for (size_t i = 0; i < containers * 65536; i++)
			rows += flags[i];
		add_number(&text, 1681511377, 4);
		add_number(&text, 1, 8);
		add_number(&text, 0, 4);
		add_bitmap(&text, flags, containers, with_runs);

		assert_ok(bln_dv_decode((unsigned char *)text.at, text.length, rows, &arena, &dv, &err), &err);
		for (size_t i = 0; i < dv.range_count; i++) {
			while (at < (size_t)dv.ranges[i].first)
				assert_int_equal(flags[at++], 0);
			while (at <= (size_t)dv.ranges[i].last)
				assert_int_equal(flags[at++], 1);
		}
		while (at < containers * 65536)
			assert_int_equal(flags[at++], 0);

		assert_int_equal(bln_dv_decode((unsigned char *)text.at, text.length, rows + 1, &arena, &dv, &err),
				 BLN_CORRUPT);
		for (size_t cut = 0; cut < text.length; cut += 1 + text.length / 97)
			assert_int_equal(bln_dv_decode((unsigned char *)text.at, cut, rows, &arena, &dv, &err),
					 BLN_CORRUPT);
		bln_arena_clean_up(&arena);
		bln_text_clean_up(&text);
	}
	test_free(flags);
}

static void rows_beyond_32_bits_keep_their_number(void **state)
{
	struct bln_text text = { 0 };
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	struct bln_dv dv;
	(void)state;

	add_number(&text, 1681511377, 4);
	add_number(&text, 1, 8);
	add_number(&text, 3, 4); /* rows from 3 × 2^32 on */
	add_number(&text, 12346, 4);
	add_number(&text, 1, 4);
	add_number(&text, 2, 4); /* container 2, one row */
	add_number(&text, 0, 4);
	add_number(&text, 9, 2);
	assert_ok(bln_dv_decode((unsigned char *)text.at, text.length, 1, &arena, &dv, &err), &err);
	assert_true(dv.ranges[0].first == (INT64_C(3) << 32) + (2 << 16) + 9);
	bln_arena_clean_up(&arena);
	bln_text_clean_up(&text);
}

static void a_wrong_wrapping_is_refused(void **state)
{
	unsigned char block[4 + 5 + 4] = { 0, 0, 0, 5, 1, 2, 3, 4, 5 };
	struct bln_dv_ref ref = { .storage = 'u', .size_bytes = 5 };
	struct bln_err err = { 0 };
	const unsigned char *bytes;
	size_t length;
	uint32_t crc = (uint32_t)crc32(0, block + 4, 5);
	(void)state;

	for (int i = 0; i < 4; i++)
		block[9 + i] = (unsigned char)(crc >> (24 - 8 * i));
	assert_ok(bln_dv_unwrap(block, sizeof(block), &ref, &bytes, &length, &err), &err);
	assert_ptr_equal(bytes, block + 4);
	assert_int_equal(length, 5);
	assert_int_equal(bln_dv_unwrap(block, sizeof(block) - 1, &ref, &bytes, &length, &err), BLN_CORRUPT);
	block[5] ^= 1;
	assert_int_equal(bln_dv_unwrap(block, sizeof(block), &ref, &bytes, &length, &err), BLN_CORRUPT);
	assert_non_null(strstr(err.message, "checksum"));
	ref.size_bytes = 4;
	assert_int_equal(bln_dv_unwrap(block, sizeof(block), &ref, &bytes, &length, &err), BLN_CORRUPT);
}

static void text_that_is_no_base85_is_refused(void **state)
{
	static const char *const bad[] = { "", "abc", "01234567890123456789~", "%%%%%%%%%%%%%%%%%%%%",
					   "0123456789012345678\"" };
	struct bln_arena arena = { 0 };
	struct bln_err err = { 0 };
	unsigned char *bytes;
	size_t length;
	char *path;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bln_dv_ref ref = { .path_or_inline = bln_slice_of(bad[i]), .size_bytes = 16 };

		assert_int_equal(bln_dv_file_path(&ref, &arena, &path, &err), BLN_CORRUPT);
		assert_int_equal(bln_dv_inline_bytes(&ref, &arena, &bytes, &length, &err), BLN_CORRUPT);
	}
	bln_arena_clean_up(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_other_writers_decode),
		cmocka_unit_test(every_container_comes_back_row_for_row),
		cmocka_unit_test(rows_beyond_32_bits_keep_their_number),
		cmocka_unit_test(a_wrong_wrapping_is_refused),
		cmocka_unit_test(text_that_is_no_base85_is_refused),
	};

	return cmocka_run_group_tests_name("dv", tests, NULL, NULL);
}
