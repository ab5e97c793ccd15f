#include "source/kraken_archive/kraken_archive.h"

#include "base/parallel.h"
#include "source/kraken_archive/kit_test.h"

static const char *const order_wanted = "ADAUSD 15m base/ADAUSD_15.csv\n"
					"ETHUSD 15m Kraken_OHLCVT.zip deep/er/ETHUSD_15.CSV\n"
					"XBTEUR 15m Kraken_OHLCVT.zip XBTEUR_15.csv\n"
					"XBTUSD 15m Kraken_OHLCVT.zip XBTUSD_15.csv\n"
					"XBTUSD 15m base/XBTUSD_15.csv\n"
					"XBTUSD 15m Kraken_OHLCVT_Q1_2023.zip XBTUSD_15.csv\n"
					"XBTUSD 15m Q2_2023/XBTUSD_15.csv\n"
					"XBTUSD 1h Kraken_OHLCVT.zip XBTUSD_60.csv\n";

static void inbox_make(void)
{
	const char *text = candles("2022-12-01", "2022-12-02", 15);
	const struct made_entry base[] = {
		{ .name = "XBTUSD_15.csv", .text = text },
		{ .name = "__MACOSX/._XBTUSD_15.csv", .text = "x" },
		{ .name = "deep/er/ETHUSD_15.CSV", .text = text },
		{ .name = "XBTEUR_15.csv", .text = text, .is_stored = true },
		{ .name = "XBTUSD_60.csv", .text = candles("2022-12-01", "2022-12-02", 60) },
		{ .name = "ReadMe.txt", .text = "hello" },
	};
	const struct made_entry update[] = { { .name = "XBTUSD_15.csv",
					       .text = candles("2023-01-01", "2023-01-02", 15) } };

	zip_make("inbox/Kraken_OHLCVT.zip", base, 6);
	zip_make("inbox/Kraken_OHLCVT_Q1_2023.zip", update, 1);
	text_make("inbox/Q2_2023/XBTUSD_15.csv", candles("2023-04-01", "2023-04-02", 15));
	text_make("inbox/base/XBTUSD_15.csv", text);
	text_make("inbox/base/ADAUSD_15.csv", text);
	text_make("inbox/.hidden/XBTUSD_15.csv", text);
	text_make("inbox/XBTUSD.csv", "1500000000,1.5,2\n");
}

static void lists_in_one_order_and_notes_the_rest(void **state)
{
	struct bln_text got = { 0 };
	struct kit kit;
	(void)state;

	text_make("inbox/x", "");
	inbox_make();
	kit_make(&kit, "inbox");
	for (size_t i = 0; i < kit.count; i++) {
		const struct bln_unit *unit = &kit.units[i];

		bln_text_add_format(&got, "%s %s %s%s%s\n", unit->symbol, unit->frequency,
				    unit->path + strlen(made_folder) + strlen("/inbox/"), unit->entry ? " " : "",
				    unit->entry ? unit->entry : "");
		assert_string_equal(unit->source, "kraken");
		assert_string_equal(unit->type, "crypto");
		assert_string_equal(unit->origin, "historic");
		assert_string_equal(unit->base_currency, unit->symbol + 3);
		assert_true(unit->content_bytes > 0 && unit->fingerprint.size_bytes > 0 &&
			    unit->fingerprint.inode != 0);
		assert_int_equal(unit->fingerprint.crc != 0, unit->entry != NULL);
		assert_false(unit->is_hashed || unit->is_read || bln_unit_has_rows(unit));
	}
	assert_string_equal(got.at, order_wanted);
	assert_part(kit.notes.at, "ReadMe.txt: passed over");
	assert_part(kit.notes.at, "inbox/XBTUSD.csv: passed over");
	assert_part(kit.notes.at, "inbox: 3 names were passed over: ");
	assert_null(strstr(kit.notes.at, "MACOSX"));
	assert_null(strstr(kit.notes.at, "hidden"));
	bln_text_clean_up(&got);
	kit_clean_up(&kit);
}

static void filters_and_unites(void **state)
{
	const struct bln_frequency quarter = { .step_us = 15 * BLN_US_PER_MINUTE };
	const char *const symbols[] = { "XBTUSD", "XBTUSDD", "ZZZZ" };
	struct bln_source_filter filter = { .base = "EUR" };
	struct kit kit;
	(void)state;

	assert_ok(kit_open(&kit, "inbox,inbox/base,inbox/Kraken_OHLCVT.zip,inbox/base/XBTUSD_15.csv", NULL), &kit.err);
	assert_ok(kit_list(&kit, NULL), &kit.err);
	assert_int_equal(kit.count, 8);
	assert_ok(kit_list(&kit, &filter), &kit.err);
	assert_int_equal(kit.count, 1);
	assert_string_equal(kit.units[0].symbol, "XBTEUR");
	filter = (struct bln_source_filter){
		.symbols = { symbols, 3 }, .frequencies = &quarter, .frequency_count = 1, .base = "USD"
	};
	assert_ok(kit_list(&kit, &filter), &kit.err);
	assert_int_equal(kit.count, 4);
	assert_part(kit.notes.at, "no file is of the symbol XBTUSDD; did you mean XBTUSD?");
	assert_part(kit.notes.at, "no file is of the symbol ZZZZ\n");
	filter.frequencies = &(struct bln_frequency){ .step_us = BLN_US_PER_DAY };
	assert_int_equal(kit_list(&kit, &filter), BLN_NOT_FOUND);
	assert_part(kit.err.message, "no candle file");
	assert_part(kit.err.message, "of the symbols XBTUSD, XBTUSDD, ZZZZ with candles of 1d with prices in USD");
	kit_clean_up(&kit);
}

/* The content decides the hash, not where it lies. */
static void commas_part_paths_or_belong_to_one(void **state)
{
	struct kit kit;
	(void)state;

	text_make("one/XBTUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	text_make("two/ADAUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	kit_make(&kit, "one, two");
	assert_int_equal(kit.count, 2);
	kit_clean_up(&kit);
	text_make("one, two/ETHUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	kit_make(&kit, "one, two");
	assert_int_equal(kit.count, 1);
	assert_string_equal(kit.units[0].symbol, "ETHUSD");
	kit_clean_up(&kit);
	mkdir(made_path("no,thing"), 0755); /* it is the one that is named, not the first of two */
	assert_ok(kit_open(&kit, "no,thing", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_NOT_FOUND);
	assert_part(kit.err.message, "/no,thing: no candle file");
	kit_clean_up(&kit);
}

static void folder_and_archive_give_the_same(void **state)
{
	struct kit kit;
	int64_t trades[3] = { 0 };
	(void)state;

	for (int i = 0; i < 2; i++) { /* whole in memory, and in two passes */
		assert_ok(kit_open(&kit, "inbox", i == 0 ? NULL : "memory=1"), &kit.err);
		assert_ok(kit_list(&kit, NULL), &kit.err);
		for (size_t j = 0; j < 3; j++)
			assert_ok(kit_read(&kit, &kit.units[j + 2], &trades[j]), &kit.err);
		assert_string_equal(kit.units[3].hash, kit.units[4].hash);
		assert_string_equal(kit.units[3].hash, kit.units[2].hash);
		assert_int_equal(kit.units[4].rows, 97);
		assert_int_equal(trades[1], trades[2]);
		kit_clean_up(&kit);
	}
}

/* What xxhsum -H2 prints. */
static void the_hash_is_that_of_xxhsum(void **state)
{
	struct kit kit;
	(void)state;

	text_make("hash/XBTUSD_15.csv", "");
	kit_make(&kit, "hash");
	assert_ok(kit_read(&kit, &kit.units[0], NULL), &kit.err);
	assert_string_equal(kit.units[0].hash, "99aa06d3014798d86001c324468d497f");
	kit_clean_up(&kit);
}

static void only_chosen_entries_are_read(void **state)
{
	enum { ENTRIES = 12 };
	const struct kraken_source *source;
	struct made_entry entries[ENTRIES];
	char names[ENTRIES][32];
	char *text = malloc(1 << 20);
	size_t length = 0;
	struct kit kit;
	int64_t listed;
	(void)state;

	for (long i = 0; i < 16000; i++)
		length += (size_t)sprintf(text + length, "%ld,1.5,2.5,1,2,3.25,4\n", 1500000300 + i * 900);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(names[i], sizeof(names[i]), "S%dUSD_15.csv", i);
		entries[i] = (struct made_entry){ names[i], text, length, true, false };
	}
	zip_make("big.zip", entries, ENTRIES);
	kit_make(&kit, "big.zip");
	source = (const struct kraken_source *)kit.source;
	listed = source->bytes_read;
	assert_true(listed < 70000);
	assert_ok(kit_read(&kit, &kit.units[5], NULL), &kit.err);
	assert_int_equal(source->bytes_read - listed, 30 + (int64_t)strlen(kit.units[5].entry) + (int64_t)length);
	kit_clean_up(&kit);
	free(text);
}

static void what_is_no_file_is_said(void **state)
{
	struct kit kit;
	char path[256];
	(void)state;

	assert_int_equal(kit_open(&kit, "", NULL), BLN_INVALID); /* never the project itself */
	assert_part(kit.err.message, "path: ");
	kit_clean_up(&kit);
	assert_ok(kit_open(&kit, "nowhere", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_NOT_FOUND);
	assert_part(kit.err.message, "/nowhere is not there; give a folder, a ZIP archive or a candle file that is");
	assert_int_equal(bln_source_check(kit.source, &(struct bln_source_filter){ 0 }, &kit.err), BLN_NOT_FOUND);
	kit_clean_up(&kit);

	mkdir(made_path("bare"), 0755);
	assert_ok(kit_open(&kit, "bare", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_NOT_FOUND);
	assert_part(kit.err.message, "/bare: no candle file");
	kit_clean_up(&kit);

	text_make("odd/notes.csv", "x");
	assert_ok(kit_open(&kit, "odd/notes.csv", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_INVALID);
	assert_part(kit.err.message, "notes.csv: its name is not SYMBOL_MINUTES.csv");
	kit_clean_up(&kit);
	text_make("odd/notes.txt", "x");
	assert_ok(kit_open(&kit, "odd/notes.txt", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_CORRUPT);
	assert_part(kit.err.message, "notes.txt: it has no directory at its end: it is no ZIP archive");
	kit_clean_up(&kit);

	/* neither followed nor waited for */
	snprintf(path, sizeof(path), "%s", made_path("odd/XBTUSD_15.csv"));
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(mkfifo(made_path("odd/ETHUSD_15.csv"), 0644), 0);
	assert_int_equal(symlink("..", made_path("odd/loop")), 0);
	text_make("odd/ADAUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	kit_make(&kit, "odd");
	assert_int_equal(kit.count, 1);
	assert_part(kit.notes.at, "XBTUSD_15.csv: passed over: a symbolic link: links are not followed");
	assert_part(kit.notes.at, "ETHUSD_15.csv: passed over: a FIFO");
	assert_part(kit.notes.at, "loop: passed over: a symbolic link");
	kit_clean_up(&kit);
	assert_ok(kit_open(&kit, "odd/ETHUSD_15.csv", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_INVALID);
	assert_part(kit.err.message, "ETHUSD_15.csv is a FIFO; wanted is a folder");
	kit_clean_up(&kit);
}

/* Root may read everything: then the test becomes somebody else. */
static void what_must_not_be_read_is_said(void **state)
{
	const bool is_root = geteuid() == 0;
	struct kit kit;
	(void)state;

	text_make("locked/ADAUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	text_make("locked/XBTUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	text_make("locked/more.zip", "x");
	text_make("locked/folder/XBTUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	assert_int_equal(chmod(made_folder, 0755), 0);
	assert_int_equal(chmod(made_path("locked/ADAUSD_15.csv"), 0), 0);
	assert_int_equal(chmod(made_path("locked/more.zip"), 0), 0);
	assert_int_equal(chmod(made_path("locked/folder"), 0), 0);
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	kit_make(&kit, "locked");
	assert_int_equal(kit.count, 2);
	assert_part(kit.notes.at, "denied: ");
	assert_part(kit.notes.at, "locked/folder: cannot open it: Permission denied");
	assert_part(kit.notes.at, "locked/more.zip: cannot open it: Permission denied");
	assert_int_equal(kit_read(&kit, &kit.units[0], NULL), BLN_DENIED);
	assert_part(kit.err.message, "/locked/ADAUSD_15.csv: cannot open it: Permission denied");
	assert_ok(kit_read(&kit, &kit.units[1], NULL), &kit.err);
	assert_ok(bln_source_check(kit.source, &(struct bln_source_filter){ 0 }, &kit.err), &kit.err);
	kit_clean_up(&kit);
	assert_ok(kit_open(&kit, "locked/ADAUSD_15.csv", NULL), &kit.err); /* the only one there is */
	assert_int_equal(bln_source_check(kit.source, &(struct bln_source_filter){ 0 }, &kit.err), BLN_DENIED);
	assert_part(kit.err.message, "/locked/ADAUSD_15.csv: cannot open it: Permission denied");
	kit_clean_up(&kit);
	assert_ok(kit_open(&kit, "locked/folder", NULL), &kit.err);
	assert_int_equal(kit_list(&kit, NULL), BLN_DENIED);
	kit_clean_up(&kit);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(made_path("locked/folder"), 0755), 0);
}

static void a_bad_part_spoils_only_itself(void **state)
{
	const struct made_entry entries[] = {
		{ .name = "ADAUSD_15.csv", .text = "1500000300,1,1,1,1,1,1\n", .is_stored = true },
		{ .name = "../ETHUSD_15.csv", .text = "1500000300,1,1,1,1,1,1\n" },
		{ .name = "LINKUSD_15.csv", .text = "1500000300,1,1,1,1,1,1\n", .is_encrypted = true },
		{ .name = "XBTUSD_15.csv", .text = "1500000300,1,1,1,1,1,2\n", .is_stored = true },
	};
	size_t length;
	struct kit kit;
	char *bytes;
	(void)state;

	text_make("bad/x", "");
	zip_make("bad/some.zip", entries, 4);
	bytes = file_bytes("bad/some.zip", &length);
	bytes[bytes_find(bytes, length, "1500000300", 10, 0)] = '2';
	file_make("bad/some.zip", bytes, length);
	file_make("bad/cut.zip", bytes, length - 30);
	free(bytes);
	kit_make(&kit, "bad");
	assert_int_equal(kit.count, 3);
	assert_part(kit.notes.at, "denied: ");
	assert_part(kit.notes.at, "some.zip: ../ETHUSD_15.csv: its name leads out");
	assert_part(kit.notes.at, "corrupt: ");
	assert_part(kit.notes.at, "cut.zip: it has no directory");
	assert_int_equal(kit_read(&kit, &kit.units[0], NULL), BLN_CORRUPT);
	assert_part(kit.err.message, "/bad/some.zip: ADAUSD_15.csv: its content has the CRC");
	assert_int_equal(kit_read(&kit, &kit.units[1], NULL), BLN_UNSUPPORTED);
	assert_part(kit.err.message, "/bad/some.zip: LINKUSD_15.csv: it is encrypted");
	assert_ok(kit_read(&kit, &kit.units[2], NULL), &kit.err);
	assert_int_equal(kit.units[2].rows, 1);
	kit_clean_up(&kit);
}

static void a_file_that_changed_or_went_is_said(void **state)
{
	struct bln_source_reader *reader = NULL;
	struct bln_chunk *chunk = bln_chunk_new();
	enum bln_status status = BLN_OK;
	struct kit kit;
	(void)state;

	text_make("moving/ADAUSD_15.csv", "1500000300,1,1,1,1,1,1\n");
	text_make("moving/XBTUSD_15.csv", candles("2022-12-01", "2022-12-05", 15));
	assert_ok(kit_open(&kit, "moving", "memory=1"), &kit.err);
	assert_ok(kit_list(&kit, NULL), &kit.err);
	text_make("moving/ADAUSD_15.csv", "1500000300,1,1,1,1,1,1\n1500001200,1,1,1,1,1,1\n");
	assert_int_equal(kit_read(&kit, &kit.units[0], NULL), BLN_CONFLICT);
	assert_part(kit.err.message, "/moving/ADAUSD_15.csv: it was changed after it was listed");
	assert_int_equal(remove(made_path("moving/ADAUSD_15.csv")), 0);
	assert_int_equal(kit_read(&kit, &kit.units[0], NULL), BLN_NOT_FOUND);

	/* between the two passes, its times put back: only the bytes tell */
	assert_ok(bln_source_reader_open(kit.source, &kit.units[1], NULL, NULL, NULL, &reader, &kit.err), &kit.err);
	{
		struct stat stat_before;
		struct timespec times[2];
		int fd = open(made_path("moving/XBTUSD_15.csv"), O_WRONLY);

		assert_int_equal(fstat(fd, &stat_before), 0);
		assert_int_equal(pwrite(fd, "9", 1, 12), 1);
		times[0] = times[1] = stat_before.st_mtim;
		assert_int_equal(futimens(fd, times), 0);
		close(fd);
	}
	do
		status = bln_source_reader_next(reader, chunk, &kit.err);
	while (status == BLN_OK && chunk->count > 0);
	assert_int_equal(status, BLN_CONFLICT);
	assert_part(kit.err.message, "XBTUSD_15.csv: it was changed while it was read");
	bln_source_reader_close(reader);
	bln_mem_free(chunk);
	kit_clean_up(&kit);
}

static void sizes_are_bounded(void **state)
{
	struct kit kit;
	(void)state;

	assert_ok(kit_open(&kit, "inbox", "max_file=100"), &kit.err);
	assert_ok(kit_list(&kit, NULL), &kit.err);
	assert_int_equal(kit_read(&kit, &kit.units[0], NULL), BLN_INVALID);
	assert_part(kit.err.message, "ADAUSD_15.csv: it has ");
	assert_int_equal(kit_read(&kit, &kit.units[1], NULL), BLN_CORRUPT);
	assert_part(kit.err.message, "ETHUSD_15.CSV: it has ");
	kit_clean_up(&kit);
}

static enum bln_status read_one(void *context, size_t index, struct bln_err *err)
{
	struct kit *kit = context;
	struct bln_source_reader *reader = NULL;
	struct bln_chunk *chunk = bln_chunk_new();
	enum bln_status status = BLN_NO_MEMORY;

	if (!chunk)
		return status;
	BLN_TRY(bln_source_reader_open(kit->source, &kit->units[index], NULL, NULL, NULL, &reader, err));
	do
		BLN_TRY(bln_source_reader_next(reader, chunk, err));
	while (chunk->count > 0);
done:
	bln_source_reader_close(reader);
	bln_mem_free(chunk);
	return status;
}

static void threads_read_different_units(void **state)
{
	struct kit kit;
	(void)state;

	for (int round = 0; round < 5; round++) {
		assert_ok(kit_open(&kit, "inbox", round % 2 ? "memory=1" : NULL), &kit.err);
		assert_ok(kit_list(&kit, NULL), &kit.err);
		assert_ok(bln_parallel_run(kit.count, 4, read_one, &kit, &kit.err), &kit.err);
		assert_ok(bln_source_settle(kit.source, kit.units, kit.count, &kit.err), &kit.err);
		for (size_t i = 0; i < kit.count; i++)
			assert_true(kit.units[i].rows > 0 && kit.units[i].to_us > kit.units[i].from_us);
		kit_clean_up(&kit);
	}
}

static enum bln_status use_all(struct kit *kit)
{
	enum bln_status status = kit_open(kit, "inbox,bad", "memory=4096");

	if (status != BLN_OK)
		return status;
	BLN_TRY(kit_list(kit, NULL));
	for (size_t i = 0; i < kit->count; i++) {
		status = kit_read(kit, &kit->units[i], NULL);
		if (status == BLN_NO_MEMORY)
			return status;
	}
	status = bln_source_settle(kit->source, kit->units, kit->count, &kit->err);
done:
	return status;
}

static void no_memory_is_said_and_nothing_lost(void **state)
{
	(void)state;

	for (int is_always = 0; is_always < 2; is_always++) {
		uint64_t nth = 0, requests;

		do {
			enum bln_status status;
			struct kit kit;

			bln_mem_fail_at(++nth, is_always);
			status = use_all(&kit);
			requests = bln_mem_fail_at(0, false);
			/* A note that found no memory is not told; all else is said. */
			assert_true(status == BLN_OK || status == BLN_NO_MEMORY);
			assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* nothing of others is closed */
			kit_clean_up(&kit);
		} while (requests >= nth);
		assert_true(nth > 50);
	}
}

static void kinds_are_found_by_name(void **state)
{
	const struct bln_source_ops *ops = NULL;
	struct bln_err err = { 0 };
	struct kit kit;
	(void)state;

	assert_ok(bln_source_find(bln_slice_of("kraken_archive"), &ops, &err), &err);
	assert_ptr_equal(ops, &bln_kraken_archive);
	assert_int_equal(bln_source_find(bln_slice_of("kraken_archiv"), &ops, &err), BLN_INVALID);
	assert_part(err.message,
		    "no source of kind \"kraken_archiv\"; did you mean kraken_archive?; there are: kraken_archive");
	assert_int_equal(bln_source_find(bln_slice_of("fmp"), &ops, &err), BLN_UNSUPPORTED);
	assert_part(err.message, "this version of bullion does not read from fmp yet");
	assert_int_equal(kit_open(&kit, "x", "pth=y"), BLN_INVALID);
	assert_part(kit.err.message, "path");
	kit_clean_up(&kit);
}

/* Real files, where they are: the figures were counted from them by other means. */
static void real_files_give_known_figures(void **state)
{
	static const struct {
		const char *symbol;
		const char *frequency;
		int64_t rows, first_s, last_s, trades;
	} known[] = {
		{ "ETHUSD", "1h", 63568, 1438956000, 1680303600, 43841578 },
		{ "ETHUSD", "1d", 2058, 1438905600, 1617148800, 22931660 },
		{ "XBTUSD", "1h", 70253, 1381093200, 1673082000, 54383342 },
		{ "XBTUSD", "1d", 2722, 1381017600, 1617148800, 33511377 },
	};
	const char *shared = getenv("BLN_SHARED_DATA");
	const char *root = getenv("BLN_TEST_ROOT");
	char path[PATH_MAX];
	struct kit kit;
	(void)state;

	snprintf(path, sizeof(path), "%s%s/kraken",
		 shared ? shared
		 : root ? root
			: ".",
		 shared ? "" : "/../shared/data");
	if (access(path, R_OK) != 0)
		skip();
	kit_make(&kit, path);
	assert_int_equal(kit.count, 4);
	for (size_t i = 0; i < 4; i++) {
		int64_t trades = 0;

		assert_ok(kit_read(&kit, &kit.units[i], &trades), &kit.err);
		assert_string_equal(kit.units[i].symbol, known[i].symbol);
		assert_string_equal(kit.units[i].frequency, known[i].frequency);
		assert_int_equal(kit.units[i].rows, known[i].rows);
		assert_int_equal(kit.units[i].refused, 0);
		assert_int_equal(kit.units[i].first_us, known[i].first_s * 1000000);
		assert_int_equal(kit.units[i].last_us, known[i].last_s * 1000000);
		assert_int_equal(trades, known[i].trades);
	}
	assert_null(kit.refusals.at);
	kit_clean_up(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_in_one_order_and_notes_the_rest),
		cmocka_unit_test(filters_and_unites),
		cmocka_unit_test(commas_part_paths_or_belong_to_one),
		cmocka_unit_test(folder_and_archive_give_the_same),
		cmocka_unit_test(the_hash_is_that_of_xxhsum),
		cmocka_unit_test(only_chosen_entries_are_read),
		cmocka_unit_test(what_is_no_file_is_said),
		cmocka_unit_test(what_must_not_be_read_is_said),
		cmocka_unit_test(a_bad_part_spoils_only_itself),
		cmocka_unit_test(a_file_that_changed_or_went_is_said),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(threads_read_different_units),
		cmocka_unit_test(no_memory_is_said_and_nothing_lost),
		cmocka_unit_test(kinds_are_found_by_name),
		cmocka_unit_test(real_files_give_known_figures),
	};

	return cmocka_run_group_tests(tests, kit_set_up, kit_tear_down);
}
