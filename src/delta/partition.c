#include "delta/partition.h"

#include <string.h>

#include "base/mem.h"
#include "base/percent.h"

void bln_partition_folder_format(struct bln_pairs values, struct bln_text *folder)
{
	for (size_t i = 0; i < values.count; i++) {
		const struct bln_pair *pair = &values.items[i];

		bln_percent_encode(folder, pair->key.at, pair->key.length, bln_percent_keep_hive);
		bln_text_add(folder, "=");
		if (pair->is_null || pair->value.length == 0)
			bln_text_add(folder, BLN_PARTITION_NULL);
		else
			bln_percent_encode(folder, pair->value.at, pair->value.length, bln_percent_keep_hive);
		bln_text_add(folder, "/");
	}
}

static enum bln_status part_decode(struct bln_slice part, struct bln_arena *arena, struct bln_slice *out,
				   struct bln_err *err)
{
	struct bln_text text = { 0 };
	enum bln_status status;

	if (!bln_percent_decode(&text, part.at, part.length)) {
		status = bln_text_check(&text, err);
		if (status == BLN_OK)
			status = bln_err_set(err, BLN_INVALID, "the folder '%s' has a '%%' that escapes nothing",
					     bln_quote(part.at, part.length).text);
		goto done;
	}
	status = bln_text_keep(&text, arena, out, err);
done:
	bln_text_clean_up(&text);
	return status;
}

static enum bln_status folder_parse(struct bln_slice folder, struct bln_arena *arena, struct bln_pair *pair,
				    struct bln_err *err)
{
	struct bln_slice value = folder;
	struct bln_slice name = bln_slice_cut(&value, '=');
	enum bln_status status;

	*pair = (struct bln_pair){ 0 };
	BLN_TRY(part_decode(name, arena, &pair->key, err));
	pair->is_null = bln_slice_is(value, BLN_PARTITION_NULL);
	if (!pair->is_null)
		BLN_TRY(part_decode(value, arena, &pair->value, err));
done:
	return status;
}

enum bln_status bln_partition_folder_parse(struct bln_slice path, struct bln_arena *arena, struct bln_pairs *values,
					   struct bln_err *err)
{
	struct bln_pair *pairs;
	enum bln_status status = BLN_OK;
	size_t folders = 0;

	*values = (struct bln_pairs){ 0 };
	for (size_t i = 0; i < path.length; i++)
		folders += path.at[i] == '/';
	if (folders == 0)
		return BLN_OK;
	pairs = bln_arena_alloc(arena, folders * sizeof(*pairs));
	if (!pairs)
		return bln_err_memory(err);
	values->items = pairs;
	for (; folders > 0; folders--) {
		struct bln_slice folder = bln_slice_cut(&path, '/');
		const char *equals = folder.length ? memchr(folder.at, '=', folder.length) : NULL;

		if (!equals || equals == folder.at)
			continue;
		BLN_TRY(folder_parse(folder, arena, &pairs[values->count], err));
		values->count++;
	}
done:
	return status;
}

void bln_partition_log_path(struct bln_slice path, struct bln_text *log_path)
{
	bln_percent_encode(log_path, path.at, path.length, bln_percent_keep_path);
}
