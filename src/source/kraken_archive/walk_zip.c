#include <string.h>
#include <unistd.h>

#include "source/kraken_archive/name.h"
#include "source/kraken_archive/walk.h"

static enum bln_status entry_walk(struct kraken_walk *walk, size_t file, const struct kraken_place *place, size_t index,
				  struct bln_err *err)
{
	struct kraken_source *source = walk->source;
	const char *path = source->files[file].path;
	const struct bln_zip_entry *entry = bln_zip_entry_at(source->files[file].zip, index);
	const struct bln_slice name = { entry->name, entry->name_length };
	struct kraken_item item = { .file = file, .zip_index = index, .content_bytes = entry->content_bytes };
	struct kraken_place here = *place;
	struct bln_slice last = name;
	enum bln_status status;
	bool is_taken;

	BLN_TRY(kraken_walk_count(walk, err));
	if (bln_slice_ends(name, "/") || kraken_is_litter(name))
		return BLN_OK;
	if (!kraken_entry_is_safe(name)) {
		kraken_tell(walk, BLN_DENIED, path, name,
			    "its name leads out of the archive, or is not fit to be shown");
		return BLN_OK;
	}
	while (memchr(last.at, '/', last.length))
		bln_slice_cut(&last, '/');
	here.path = (struct bln_slice){ name.at, name.length - last.length };
	BLN_TRY(kraken_walk_take(walk, &here, last, &item, &is_taken, err));
	if (!is_taken) {
		struct kraken_name ignored;

		if (!kraken_name_parse(last, &ignored))
			kraken_pass_over(walk, path, name, kraken_name_fault(last));
		return BLN_OK;
	}
	item.entry = bln_arena_strndup(&source->listed, name.at, name.length);
	status = item.entry ? kraken_walk_add(walk, &item, err) : bln_err_memory(err);
done:
	return status;
}

enum bln_status kraken_walk_zip(struct kraken_walk *walk, const char *path, int fd,
				const struct bln_fingerprint *fingerprint, struct bln_err *err)
{
	const char *name = strrchr(path, '/') + 1; /* paths are absolute */
	struct kraken_place place = { .archive = bln_slice_of(path) };
	struct kraken_file file = { .path = path, .fingerprint = *fingerprint };
	struct bln_err wrong = { 0 };
	enum bln_status status;
	size_t index;

	if (++walk->zips > KRAKEN_ZIPS_MAX) {
		close(fd);
		return bln_err_set(err, BLN_INVALID, "%s: more than %d archives", walk->given, KRAKEN_ZIPS_MAX);
	}
	status = bln_zip_open(fd, &walk->source->bytes_read, &file.zip, &wrong);
	if (status == BLN_NO_MEMORY)
		return bln_err_memory(err);
	if (status != BLN_OK) {
		kraken_tell(walk, status, path, (struct bln_slice){ 0 }, wrong.message);
		return BLN_OK;
	}
	status = kraken_walk_file(walk, &file, &index, err);
	if (status != BLN_OK) {
		bln_zip_close(file.zip);
		return status;
	}
	place.has_quarter = kraken_quarter_find(bln_slice_of(name), &place.from_us, &place.to_us);
	for (size_t i = 0; i < bln_zip_entry_count(file.zip) && status == BLN_OK; i++)
		status = entry_walk(walk, index, &place, i, err);
	return status;
}
