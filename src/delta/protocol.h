/* Which tables we read and write: the protocol's versions and features, in one table (protocol, "Table Features").
 *
 * What would change the meaning of a read and is not known here is refused by its name. */
#ifndef BLN_DELTA_PROTOCOL_H
#define BLN_DELTA_PROTOCOL_H

#include "base/status.h"
#include "delta/action.h"
#include "delta/schema.h"

/* BLN_UNSUPPORTED names the feature or the version. */
BLN_MUST_CHECK enum bln_status bln_protocol_check_read(const struct bln_protocol *protocol, struct bln_err *err);

enum bln_write_kind {
	BLN_WRITE_APPEND, /* adds files only */
	BLN_WRITE_REARRANGE, /* the same rows in other files */
	BLN_WRITE_REWRITE, /* removes rows, or puts others in their place */
};

/* Whether we honour everything that the table asks of who writes to it in this way. BLN_UNSUPPORTED names the feature,
 * constraint or column in the way; BLN_DENIED when the table is append-only. */
BLN_MUST_CHECK enum bln_status bln_protocol_check_write(const struct bln_protocol *protocol,
							const struct bln_metadata *metadata,
							const struct bln_schema *schema, enum bln_write_kind kind,
							struct bln_err *err);

/* How columns of the table are found in its files. */
enum bln_mapping_mode { BLN_MAPPING_NONE, BLN_MAPPING_NAME, BLN_MAPPING_ID };
BLN_MUST_CHECK enum bln_status bln_mapping_mode(const struct bln_protocol *protocol,
						const struct bln_metadata *metadata, enum bln_mapping_mode *mode,
						struct bln_err *err);

/* A table property that is "true", in letters of any case as Spark takes it. */
bool bln_metadata_is_on(const struct bln_metadata *metadata, const char *property);

/* Whether each commit must say its time in commitInfo.inCommitTimestamp. */
bool bln_protocol_has_commit_timestamps(const struct bln_protocol *protocol, const struct bln_metadata *metadata);

#endif
