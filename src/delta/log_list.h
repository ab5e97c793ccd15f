/* What is in a table's log, by name. */
#ifndef BLN_DELTA_LOG_LIST_H
#define BLN_DELTA_LOG_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "delta/log_name.h"
#include "delta/table.h"

struct bln_log_file {
	const char *key;
	struct bln_log_name name;
	int64_t size_bytes;
	int64_t modified_us;
};

enum { BLN_LOG_FILES_MAX = 10000000 };

/* { 0 } is empty. */
struct bln_log_files {
	struct bln_log_file *items;
	size_t count;
	size_t capacity;
};

/* Lists the files of versions from FROM on into FILES (whose content is replaced), in the order of their names, which is
 * the order of their versions; what is no file of a log is left out. Keys are ARENA's. */
BLN_MUST_CHECK enum bln_status bln_log_list(const struct bln_table *table, int64_t from, struct bln_arena *arena,
					    struct bln_log_files *files, struct bln_err *err);

/* Whether among the files of one version, from index FIRST on, there is a whole checkpoint, and if so at which index it
 * begins and of how many files it is: those behind *BEGIN of the same kind and number of parts. */
bool bln_log_checkpoint_at(const struct bln_log_files *files, size_t first, size_t *begin, size_t *count);

void bln_log_files_clean_up(struct bln_log_files *files);

#endif
