#include "delta/tend.h"

enum bln_status bln_log_tend(const struct bln_snapshot *base, int64_t version, const struct bln_tend_spec *spec,
			     struct bln_tended *tended, struct bln_err *err)
{
	const struct bln_clean_up_spec clean_up = {
		.parquet = spec->checkpoint.parquet,
		.clock = spec->checkpoint.clock,
		.keep_from_version = spec->keep_from_version,
		.keep = spec->keep,
		.keep_context = spec->keep_context,
	};
	struct bln_snapshot *now = NULL;
	enum bln_status status;

	*tended = (struct bln_tended){ .cleaned.first_version = -1 };
	if (!bln_checkpoint_is_due(&base->metadata, version))
		return BLN_OK;
	BLN_TRY(bln_snapshot_load(&base->table, version, spec->checkpoint.parquet, &now, err));
	BLN_TRY(bln_log_checkpoint(now, &spec->checkpoint, &tended->checkpoint, err));
	tended->has_checkpoint = true;
	BLN_TRY(bln_log_clean_up(now, &clean_up, &tended->cleaned, err));
done:
	bln_snapshot_destroy(now);
	return status;
}
