#include "source/kraken_archive/kraken_archive.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "source/kraken_archive/list.h"
#include "source/kraken_archive/range.h"
#include "source/kraken_archive/reader.h"

static const struct bln_setting settings[] = {
	{ "path",
	  "folders (searched with all below them), ZIP archives and candle files to read, as SYMBOL_MINUTES.csv",
	  .type = BLN_SETTING_LIST, .offset = offsetof(struct kraken_values, path), .is_required = true },
	{ "max_file", "larger files, and larger entries of archives, are not read", "16GiB", .type = BLN_SETTING_SIZE,
	  .min = 1, .max = INT64_C(1) << 40, .offset = offsetof(struct kraken_values, file_max_bytes) },
	{ "memory",
	  "files up to this size are kept in memory by each thread while they are read; larger ones are read twice",
	  "64MiB", .type = BLN_SETTING_SIZE, .min = 1, .max = INT64_C(1) << 32,
	  .offset = offsetof(struct kraken_values, memory_bytes) },
};

static enum bln_status kraken_open(struct bln_source *base, const char *root, const void *values, struct bln_err *err)
{
	struct kraken_source *source = (struct kraken_source *)base;

	pthread_mutex_init(&source->lock, NULL);
	source->values = values;
	for (size_t i = 0; i < source->values->path.count; i++)
		if (source->values->path.items[i][0] == '\0')
			return bln_err_set(err, BLN_INVALID,
					   "path: it is empty; wanted are folders, ZIP archives or candle files");
	if (source->values->path.count == 0)
		return bln_err_set(err, BLN_INVALID,
				   "path: there is none; wanted are folders, ZIP archives or candle files");
	source->root = bln_arena_strdup(&base->arena, root);
	return source->root ? BLN_OK : bln_err_memory(err);
}

static void kraken_close(struct bln_source *base)
{
	struct kraken_source *source = (struct kraken_source *)base;

	kraken_list_clean_up(source);
	pthread_mutex_destroy(&source->lock);
}

/* Names and directories are all that a list reads: little beside what they lead to. One file that can be opened is enough. */
static enum bln_status kraken_check(struct bln_source *base, const struct bln_source_filter *filter,
				    struct bln_err *err)
{
	const struct kraken_source *source = (struct kraken_source *)base;
	struct bln_unit *units;
	int first_errno = 0;
	size_t count;
	enum bln_status status = kraken_list(base, filter, NULL, NULL, &units, &count, err);

	if (status != BLN_OK)
		return status;
	for (size_t i = 0; i < source->file_count; i++) {
		if (source->files[i].zip || faccessat(AT_FDCWD, source->files[i].path, R_OK, AT_EACCESS) == 0)
			return BLN_OK;
		if (first_errno == 0)
			first_errno = errno;
	}
	return bln_err_errno(err, first_errno, "%s: cannot open it", source->files[0].path);
}

static const struct bln_source_methods methods = {
	.source_size = sizeof(struct kraken_source),
	.values_size = sizeof(struct kraken_values),
	.open = kraken_open,
	.close = kraken_close,
	.list = kraken_list,
	.check = kraken_check,
	.reader_open = kraken_reader_open,
	.reader_next = kraken_reader_next,
	.reader_close = kraken_reader_close,
	.settle = kraken_settle,
};

const struct bln_source_ops bln_kraken_archive = {
	.kind = "kraken_archive",
	.help = "Kraken's historical OHLCVT archives: the base archive and its quarterly updates, unpacked or not",
	.venue = "kraken",
	.type = "crypto",
	.origin = "historic",
	.settings = settings,
	.setting_count = sizeof(settings) / sizeof(settings[0]),
	.methods = &methods,
};
