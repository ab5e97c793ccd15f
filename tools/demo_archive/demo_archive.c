/* demo_archive: writes an archive in the shape of Kraken's OHLCVT downloads, made up from a seed. price.h says how.
 *
 * What it makes in DIR, as folders or as ZIPs: the base archive, which ends with 2024, and quarterly updates of 2025.
 * The second update begins a week before its quarter, with the same rows as the first (an overlap); the first quarter
 * comes a second time, with one row in 50 changed (a restatement); the files of XDGUSD have a few bad rows. The same
 * options give the same bytes. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/time.h"
#include "price.h"
#include "zip_write.h"

enum {
	YEARS_MAX = 14,
	SYMBOLS_MAX = 1000,
	QUARTERS_MAX = 4,
	LINE_MAX_BYTES = 160,
	RESTATED_EVERY = 50,
	OVERLAP_DAYS = 7,
	BASE_END_YEAR = 2025,
};

static const char usage[] =
	"usage: demo_archive DIR [--years N] [--symbols N] [--quarters N] [--seed N] [--zip] [--clean]\n"
	"Writes a GENERATED archive of 15-minute candles in the shape of Kraken's OHLCVT downloads into DIR.\n"
	"  --years N     years of the base archive, which ends with 2024 (3)\n"
	"  --symbols N   XBTUSD ETHUSD LINKUSD XDGUSD USDTUSD, then made-up names (5)\n"
	"  --quarters N  updates of 2025, at most 4 (3)\n"
	"  --seed N      another seed, other prices (1)\n"
	"  --zip         ZIP archives instead of folders\n"
	"  --clean       no bad rows, no overlap, no restated quarter\n";

struct options {
	const char *folder;
	int64_t years, symbols, quarters, seed;
	bool is_zip, is_clean;
};

/* One archive: what its candles are. */
struct part {
	char name[64];
	int64_t from_s, to_s;
	bool is_restated;
	bool has_bad_rows;
};

struct made {
	size_t files;
	int64_t rows;
	int64_t bytes;
};

static int64_t date_s(int year, int month)
{
	return bln_days_from_civil(year + (month - 1) / 12, (month - 1) % 12 + 1, 1) * 86400;
}

static char *integer_put(char *at, uint64_t value)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

/* VALUE in units of 10^-DECIMALS, and a comma. */
static char *decimal_put(char *at, int64_t value, int decimals)
{
	char fraction[20];

	for (int i = decimals; i-- > 0; value /= 10)
		fraction[i] = (char)('0' + value % 10);
	at = integer_put(at, (uint64_t)value);
	*at++ = '.';
	memcpy(at, fraction, (size_t)decimals);
	at += decimals;
	*at++ = ',';
	return at;
}

static char *row_put(char *at, const struct demo_candle *candle, int decimals)
{
	at = integer_put(at, (uint64_t)candle->time_s);
	*at++ = ',';
	at = decimal_put(at, candle->open, decimals);
	at = decimal_put(at, candle->high, decimals);
	at = decimal_put(at, candle->low, decimals);
	at = decimal_put(at, candle->close, decimals);
	at = decimal_put(at, candle->volume, 8);
	at = integer_put(at, (uint64_t)candle->trades);
	*at++ = '\n';
	return at;
}

/* A few rows that must be refused: each stands after a good one of the same time or before the next. */
static char *bad_rows_put(char *at, const struct demo_candle *candle, int64_t row)
{
	const long long time_s = (long long)candle->time_s;

	switch (row) {
	case 100: /* milliseconds */
		return at + sprintf(at, "%lld000,1,1,1,1,1,1\n", time_s);
	case 200: /* wrong columns */
		return at + sprintf(at, "%lld,1,1,1,1\n", time_s);
	case 300: /* no number */
		return at + sprintf(at, "%lld,nan,1,1,1,1,1\n", time_s);
	case 400: /* the same time with other values */
		return at + sprintf(at, "%lld,1,1,1,1,1,1\n", time_s);
	case 500: /* off the grid */
		return at + sprintf(at, "%lld,1,1,1,1,1,1\n", time_s + 7);
	default:
		return at;
	}
}

static void restate(struct demo_candle *candle)
{
	candle->high += candle->high / 500 + 1;
	candle->volume += candle->volume / 10 + 1;
	candle->trades++;
}

/* The rows of PART as text. WALK is a copy: each part goes over the same way. */
static size_t part_text(const struct part *part, struct demo_walk walk, char *text, int64_t *rows)
{
	struct demo_candle candle;
	char *at = text;
	int64_t row = 0;

	while (demo_walk_next(&walk, part->to_s, &candle)) {
		if (candle.time_s < part->from_s)
			continue;
		row++;
		if (part->is_restated && row % RESTATED_EVERY == 0)
			restate(&candle);
		at = row_put(at, &candle, walk.symbol->decimals);
		if (part->has_bad_rows && strcmp(walk.symbol->name, "XDGUSD") == 0)
			at = bad_rows_put(at, &candle, row);
	}
	*rows += row;
	return (size_t)(at - text);
}

static enum bln_status file_write(const char *path, const char *bytes, size_t length, struct bln_err *err)
{
	FILE *file = fopen(path, "wb");
	bool is_written;

	if (!file)
		return bln_err_errno(err, errno, "cannot create %s", path);
	is_written = fwrite(bytes, 1, length, file) == length;
	is_written = fclose(file) == 0 && is_written;
	return is_written ? BLN_OK : bln_err_errno(err, errno, "cannot write %s", path);
}

/* Makes one archive: MADE says what it became. */
static enum bln_status part_make(const struct options *options, const struct part *part, int64_t begin_s, int64_t end_s,
				 struct made *made, struct bln_err *err)
{
	char *text = bln_mem_alloc((size_t)((part->to_s - part->from_s) / DEMO_STEP_S + 8) * LINE_MAX_BYTES);
	struct zip_write zip = { 0 };
	enum bln_status status = BLN_OK;
	char path[PATH_MAX];

	if (!text)
		return bln_err_memory(err);
	snprintf(path, sizeof(path), "%s/%s%s", options->folder, part->name, options->is_zip ? ".zip" : "");
	if (options->is_zip && !(zip.file = fopen(path, "wb")))
		BLN_TRY(bln_err_errno(err, errno, "cannot create %s", path));
	if (!options->is_zip && mkdir(path, 0755) != 0 && errno != EEXIST)
		BLN_TRY(bln_err_errno(err, errno, "cannot create %s", path));
	for (int i = 0; i < options->symbols; i++) {
		const struct demo_symbol symbol = demo_symbol_at(i);
		struct demo_walk walk;
		char name[PATH_MAX + 32];
		size_t length;

		demo_walk_init(&walk, &symbol, i, (uint64_t)options->seed, begin_s, end_s);
		length = part_text(part, walk, text, &made->rows);
		if (length == 0) /* not listed yet */
			continue;
		snprintf(name, sizeof(name), "%s%s%s_15.csv", options->is_zip ? "" : path, options->is_zip ? "" : "/",
			 symbol.name);
		if (options->is_zip)
			BLN_TRY(zip_write_add(&zip, name, text, length, err));
		else
			BLN_TRY(file_write(name, text, length, err));
		made->files++;
		made->bytes += (int64_t)length;
	}
	if (options->is_zip)
		BLN_TRY(zip_write_end(&zip, err));
done:
	if (zip.file && fclose(zip.file) != 0 && status == BLN_OK)
		status = bln_err_errno(err, errno, "cannot write %s", path);
	bln_mem_free(text);
	return status;
}

static enum bln_status archive_make(const struct options *options, struct bln_err *err)
{
	static const char note[] =
		"GENERATED: these candles were made up by bullion's demo_archive. They are no market data.\n";
	const int64_t begin_s = date_s(BASE_END_YEAR - (int)options->years, 1);
	const int64_t end_s = date_s(BASE_END_YEAR, 1 + 3 * (int)options->quarters);
	struct part parts[QUARTERS_MAX + 2] = { { "Kraken_OHLCVT", begin_s, date_s(BASE_END_YEAR, 1), false, false } };
	struct made all = { 0 };
	enum bln_status status;
	char path[PATH_MAX];
	size_t count = 1;

	for (int quarter = 1; quarter <= options->quarters; quarter++) {
		struct part *part = &parts[count++];

		snprintf(part->name, sizeof(part->name), "Kraken_OHLCVT_Q%d_%d", quarter, BASE_END_YEAR);
		part->from_s = date_s(BASE_END_YEAR, 3 * quarter - 2);
		part->to_s = date_s(BASE_END_YEAR, 3 * quarter + 1);
		part->has_bad_rows = !options->is_clean;
		if (quarter == 2 && !options->is_clean)
			part->from_s -= OVERLAP_DAYS * 86400;
	}
	if (options->quarters > 0 && !options->is_clean) {
		parts[count] = parts[1];
		parts[count].is_restated = true;
		parts[count].has_bad_rows = false;
		snprintf(parts[count].name, sizeof(parts[count].name), "Kraken_OHLCVT_Q1_%d_restated", BASE_END_YEAR);
		count++;
	}
	if (mkdir(options->folder, 0755) != 0 && errno != EEXIST)
		return bln_err_errno(err, errno, "cannot create %s", options->folder);
	snprintf(path, sizeof(path), "%s/GENERATED.txt", options->folder);
	BLN_TRY(file_write(path, note, sizeof(note) - 1, err));
	fputs(note, stdout);
	for (size_t i = 0; i < count; i++) {
		struct made made = { 0 };

		BLN_TRY(part_make(options, &parts[i], begin_s, end_s, &made, err));
		printf("%s/%s%s: %zu files, %" PRId64 " candles, %" PRId64 " bytes\n", options->folder, parts[i].name,
		       options->is_zip ? ".zip" : "", made.files, made.rows, made.bytes);
		all.files += made.files;
		all.rows += made.rows;
	}
	printf("seed %" PRId64 ": %zu files, %" PRId64 " candles\n", options->seed, all.files, all.rows);
done:
	return status;
}

static bool number_take(const char *text, int64_t min, int64_t max, int64_t *out)
{
	return bln_int64_parse(text, strlen(text), out) && *out >= min && *out <= max;
}

/* False for wrong usage. */
static bool options_take(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {
		{ "years", required_argument, NULL, 'y' },
		{ "symbols", required_argument, NULL, 'n' },
		{ "quarters", required_argument, NULL, 'q' },
		{ "seed", required_argument, NULL, 's' },
		{ "zip", no_argument, NULL, 'z' },
		{ "clean", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool is_good = true;
	int option;

	while (is_good && (option = getopt_long(count, arguments, "h", known, NULL)) != -1) {
		switch (option) {
		case 'y':
			is_good = number_take(optarg, 1, YEARS_MAX, &options->years);
			break;
		case 'n':
			is_good = number_take(optarg, 1, SYMBOLS_MAX, &options->symbols);
			break;
		case 'q':
			is_good = number_take(optarg, 0, QUARTERS_MAX, &options->quarters);
			break;
		case 's':
			is_good = number_take(optarg, 0, INT64_MAX, &options->seed);
			break;
		case 'z':
			options->is_zip = true;
			break;
		case 'c':
			options->is_clean = true;
			break;
		default:
			is_good = false;
		}
	}
	options->folder = arguments[optind];
	return is_good && optind == count - 1 && options->folder[0] != '\0' && strlen(options->folder) < PATH_MAX - 128;
}

int main(int count, char **arguments)
{
	struct options options = { .years = 3, .symbols = 5, .quarters = 3, .seed = 1 };
	struct bln_err err = { 0 };

	if (!options_take(count, arguments, &options)) {
		fputs(usage, stderr);
		return 2;
	}
	if (archive_make(&options, &err) == BLN_OK)
		return 0;
	fprintf(stderr, "demo_archive: %s\n", err.message);
	return 1;
}
