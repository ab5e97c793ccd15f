#include "cli/lake.h"

#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "delta/history.h"

enum bln_exit bln_cli_lake_open(struct bln_cli *cli, struct bln_cli_lake *lake)
{
	struct bln_setting_list roots = { 0 };
	struct bln_expander expander;
	struct bln_err err = { 0 };
	const char *url;
	enum bln_exit result;

	*lake = (struct bln_cli_lake){ 0 };
	bln_parquet_lazy_init(&lake->parquet, cli->cancel);
	result = bln_cli_load_places(cli);
	if (result != BLN_EXIT_DONE)
		return result;
	expander = bln_cli_expander(cli, NULL);
	if (bln_project_lake(&expander, &url, &err) != BLN_OK ||
	    bln_project_foreign_roots(&expander, &roots, &err) != BLN_OK ||
	    bln_lake_open(url, NULL, &lake->parquet.port, &lake->lake, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	lake->url = url;
	lake->lake.roots = roots.items;
	lake->lake.root_count = roots.count;
	return BLN_EXIT_DONE;
}

void bln_cli_lake_close(struct bln_cli_lake *lake)
{
	bln_lake_close(&lake->lake);
	bln_parquet_lazy_clean_up(&lake->parquet);
}

/* Digits are a version, everything else is a time. */
static enum bln_status as_of_find(const struct bln_snapshot *latest, const char *as_of, int64_t *version,
				  struct bln_err *err)
{
	struct bln_slice text = bln_slice_of(as_of);
	enum bln_status status;
	int64_t time_us;

	if (bln_int64_parse(text.at, text.length, version) && *version >= 0)
		return BLN_OK;
	status = bln_time_parse(text.at, text.length, &time_us, err);
	if (status != BLN_OK)
		return bln_err_set(err, BLN_INVALID,
				   "--as-of takes a version, as in 12, or a time, as in 2024-01-31T12:00:00Z, "
				   "not '%s'",
				   bln_quote(text.at, text.length).text);
	return bln_version_at(latest, time_us, true, version, err);
}

enum bln_status bln_cli_snapshot_load(struct bln_cli_lake *lake, const char *name, const char *as_of,
				      struct bln_snapshot **snapshot, struct bln_store **store, struct bln_err *err)
{
	struct bln_snapshot *latest = NULL;
	struct bln_table table;
	enum bln_status status;
	int64_t version;

	*snapshot = NULL;
	*store = NULL;
	if (bln_table_name_check(bln_slice_of(name), NULL) == BLN_OK) {
		BLN_TRY(bln_lake_snapshot(&lake->lake, name, BLN_VERSION_LATEST, &latest, err));
	} else {
		BLN_TRY(bln_lake_foreign(&lake->lake, name, store, &table, err));
		status = bln_snapshot_load(&table, BLN_VERSION_LATEST, lake->lake.parquet, &latest, err);
		if (status == BLN_NOT_FOUND) /* there is no log at all */
			status = strchr(name, '/') ? bln_err_set(err, status, "there is no Delta table at %s", name)
						   : bln_lake_not_found(&lake->lake, name, err);
		else if (status != BLN_OK)
			status = bln_err_about(err, status, name);
		if (status != BLN_OK)
			goto done;
	}
	if (as_of) {
		BLN_TRY(as_of_find(latest, as_of, &version, err));
		BLN_TRY(bln_snapshot_load(&latest->table, version, lake->lake.parquet, snapshot, err));
	} else {
		*snapshot = latest;
		latest = NULL;
	}
done:
	bln_snapshot_destroy(latest);
	if (status != BLN_OK) {
		bln_store_close(*store);
		*store = NULL;
	}
	return status;
}

enum bln_exit bln_cli_snapshot(struct bln_cli *cli, struct bln_cli_lake *lake, const char *name, const char *as_of,
			       struct bln_snapshot **snapshot, struct bln_store **store)
{
	struct bln_err err = { 0 };

	if (bln_cli_snapshot_load(lake, name, as_of, snapshot, store, &err) != BLN_OK)
		return bln_cli_fail(cli, &err);
	return BLN_EXIT_DONE;
}
