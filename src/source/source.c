#include "source/source.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "source/connector.h"
#include "source/kraken_archive/kraken_archive.h"

static const struct bln_source_ops *const connectors[] = {
	&bln_kraken_archive,
};

/* Those that projects may name already and that a later version has. */
static const char *const later[] = {
	"kraken", "fmp", "currencybeacon", "investing", "binance",
};

enum { CONNECTORS = sizeof(connectors) / sizeof(connectors[0]), LATER = sizeof(later) / sizeof(later[0]) };

enum bln_status bln_source_find(struct bln_slice kind, const struct bln_source_ops **ops, struct bln_err *err)
{
	struct bln_text known = { 0 };
	const char *best = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < CONNECTORS; i++) {
		if (bln_slice_is(kind, connectors[i]->kind)) {
			*ops = connectors[i];
			bln_text_clean_up(&known);
			return BLN_OK;
		}
		bln_nearest_try(kind, connectors[i]->kind, &best, &distance);
		bln_text_add_format(&known, "%s%s", i > 0 ? ", " : "", connectors[i]->kind);
	}
	for (size_t i = 0; i < LATER; i++) {
		if (bln_slice_is(kind, later[i])) {
			bln_text_clean_up(&known);
			return bln_err_set(err, BLN_UNSUPPORTED, "this version of bullion does not read from %s yet",
					   later[i]);
		}
		bln_nearest_try(kind, later[i], &best, &distance);
	}
	bln_err_set(err, BLN_INVALID, "there is no source of kind \"%s\"%s%s%s; there are: %s",
		    bln_quote(kind.at, kind.length).text, best ? "; did you mean " : "", best ? best : "",
		    best ? "?" : "", known.at ? known.at : "");
	bln_text_clean_up(&known);
	return BLN_INVALID;
}

/* The struct that SOURCE's settings table fills, checked, in its arena. */
static enum bln_status values_take(struct bln_source *source, const struct bln_source_value *values, size_t count,
				   void **filled, struct bln_err *err)
{
	const struct bln_source_ops *ops = source->ops;
	struct bln_settings settings;
	enum bln_status status;

	*filled = bln_arena_calloc(&source->arena, 1, ops->methods->values_size);
	if (!*filled)
		return bln_err_memory(err);
	BLN_TRY(bln_settings_init(&settings, ops->settings, ops->setting_count, *filled, &source->arena, err));
	for (size_t i = 0; i < count; i++) {
		if (values[i].items)
			BLN_TRY(bln_settings_set_list(&settings, values[i].name, values[i].items, values[i].count,
						      err));
		else
			BLN_TRY(bln_settings_set(&settings, values[i].name, values[i].text, err));
	}
	status = bln_settings_check(&settings, err);
done:
	return status;
}

enum bln_status bln_source_open(const struct bln_source_ops *ops, const char *root,
				const struct bln_source_value *values, size_t count, struct bln_clock *clock,
				struct bln_source **source, struct bln_err *err)
{
	struct bln_source *opened = bln_mem_calloc(1, ops->methods->source_size);
	enum bln_status status;
	void *filled;

	if (!opened)
		return bln_err_memory(err);
	opened->ops = ops;
	opened->clock = clock;
	status = values_take(opened, values, count, &filled, err);
	if (status != BLN_OK) {
		bln_arena_clean_up(&opened->arena);
		bln_mem_free(opened);
		return status;
	}
	status = ops->methods->open(opened, root, filled, err);
	if (status != BLN_OK)
		bln_source_close(opened);
	else
		*source = opened;
	return status;
}

void bln_source_close(struct bln_source *source)
{
	if (!source)
		return;
	source->ops->methods->close(source);
	bln_arena_clean_up(&source->arena);
	bln_mem_free(source);
}

enum bln_status bln_source_list(struct bln_source *source, const struct bln_source_filter *filter,
				bln_source_tell *tell, void *context, struct bln_unit **units, size_t *count,
				struct bln_err *err)
{
	return source->ops->methods->list(source, filter, tell, context, units, count, err);
}

enum bln_status bln_source_check(struct bln_source *source, const struct bln_source_filter *filter, struct bln_err *err)
{
	return source->ops->methods->check ? source->ops->methods->check(source, filter, err) : BLN_OK;
}

enum bln_status bln_source_reader_open(struct bln_source *source, struct bln_unit *unit, bln_source_refuse *refuse,
				       bln_source_resume *resume, void *context, struct bln_source_reader **reader,
				       struct bln_err *err)
{
	return source->ops->methods->reader_open(source, unit, refuse, resume, context, reader, err);
}

enum bln_status bln_source_reader_next(struct bln_source_reader *reader, struct bln_chunk *chunk, struct bln_err *err)
{
	return reader->ops->methods->reader_next(reader, chunk, err);
}

void bln_source_reader_close(struct bln_source_reader *reader)
{
	if (reader)
		reader->ops->methods->reader_close(reader);
}

enum bln_status bln_source_settle(struct bln_source *source, struct bln_unit *units, size_t count, struct bln_err *err)
{
	return source->ops->methods->settle(source, units, count, err);
}
