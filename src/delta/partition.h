/* Partition values as the names of folders, as Hive and Spark have them: "symbol=XBTUSD/year=2024".
 *
 * The names are for people and for readers without the log; what counts is the log (protocol, "Data Files"). A folder's name
 * is escaped once as Hive does, and once more, as a URI, where it stands in the log: a symbol "A/B" lies in the folder
 * "symbol=A%2FB" and its path in the log begins with "symbol=A%252FB". */
#ifndef BLN_DELTA_PARTITION_H
#define BLN_DELTA_PARTITION_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "delta/action.h"

#define BLN_PARTITION_NULL "__HIVE_DEFAULT_PARTITION__"

/* Appends the folder of the partition with VALUES, in their order, "/" after each; nothing where there are none. */
void bln_partition_folder_format(struct bln_pairs values, struct bln_text *folder);

/* Reads the "name=value" folders of PATH, a key or a path relative to its table as it is in the store; what comes after the
 * last '/' is the file's own. Folders of another form are passed over. Texts are ARENA's.
 *
 * BLN_INVALID: a folder with a '%' that escapes nothing; BLN_NO_MEMORY. */
BLN_MUST_CHECK enum bln_status bln_partition_folder_parse(struct bln_slice path, struct bln_arena *arena,
							  struct bln_pairs *values, struct bln_err *err);

/* Appends PATH, relative to its table, as it stands in a log: the value of an add's "path". bln_path_decode (path.h) undoes
 * it. */
void bln_partition_log_path(struct bln_slice path, struct bln_text *log_path);

#endif
