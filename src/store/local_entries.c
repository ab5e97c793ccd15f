/* What lies in a folder, as the file system gives it, and what each entry is to a store. */
#include "store/local_internal.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static unsigned char type_of(mode_t mode)
{
	return S_ISREG(mode) ? DT_REG : S_ISDIR(mode) ? DT_DIR : DT_LNK;
}

int bln_local_entries_next(struct bln_local_entries *entries, const char **name, enum bln_local_kind *kind)
{
	struct bln_local *local = entries->local;

	for (;;) {
		const struct dirent64 *entry;
		unsigned char type;
		struct stat stat;

		if (entries->at == entries->length) {
			ssize_t got = bln_disk_read_names(&local->disk, entries->dir, entries->buffer, entries->size);

			if (got <= 0)
				return (int)got;
			entries->at = 0;
			entries->length = (size_t)got;
		}
		entry = (const void *)(entries->buffer + entries->at);
		entries->at += entry->d_reclen;
		*name = entry->d_name;
		if (strcmp(*name, ".") == 0 || strcmp(*name, "..") == 0)
			continue;
		type = entry->d_type;
		if (type == DT_UNKNOWN) { /* some file systems leave it to stat */
			if (bln_disk_stat_at(&local->disk, entries->dir, *name, &stat) == 0)
				type = type_of(stat.st_mode);
			else if (errno != ENOENT)
				return -1;
		}
		if (type == DT_REG)
			*kind = bln_local_temp_is(*name) ? BLN_LOCAL_TEMP : BLN_LOCAL_OBJECT;
		else if (type == DT_DIR && !bln_local_temp_is(*name))
			*kind = BLN_LOCAL_FOLDER;
		else
			continue;
		if (strlen(*name) <= BLN_KEY_SEGMENT_MAX)
			return 1;
	}
}
