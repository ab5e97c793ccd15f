/* The actions of a Delta log (protocol, "Actions"), as structs, and their JSON form, both ways.
 *
 * Text in an action is a view: parsed actions point into the arena they were parsed into. Times are as the protocol has
 * them: milliseconds since the epoch. */
#ifndef BLN_DELTA_ACTION_H
#define BLN_DELTA_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* A map from text to text or null: partition values, tags, configuration. */
struct bln_pair {
	struct bln_slice key;
	struct bln_slice value;
	bool is_null;
};

struct bln_pairs {
	const struct bln_pair *items;
	size_t count;
};

/* The pair with this key, or NULL. */
const struct bln_pair *bln_pairs_find(struct bln_pairs pairs, const char *key);

/* Appends them as an object of JSON. */
void bln_pairs_format(struct bln_pairs pairs, struct bln_text *text);

struct bln_slices {
	const struct bln_slice *items;
	size_t count;
};

/* Whether TEXT is among SLICES. */
bool bln_slices_have(struct bln_slices slices, const char *text);

/* Where a file's deleted rows are written down; storage 0 is "nowhere: no row is deleted". */
struct bln_dv_ref {
	char storage; /* 'u' a file by UUID, 'i' inline, 'p' a file by path */
	struct bln_slice path_or_inline;
	int64_t offset; /* in the file; -1 when absent */
	int64_t size_bytes;
	int64_t cardinality;
};

struct bln_add {
	struct bln_slice path; /* URI-encoded, as in the log */
	struct bln_pairs partition;
	int64_t size_bytes;
	int64_t modified_ms;
	bool is_data_change;
	struct bln_slice stats; /* JSON; empty when there are none */
	struct bln_pairs tags;
	struct bln_dv_ref dv;
};

struct bln_remove {
	struct bln_slice path;
	int64_t deleted_ms;
	bool is_data_change;
	bool has_extended; /* partition and size are known */
	struct bln_pairs partition;
	int64_t size_bytes;
	struct bln_slice stats; /* JSON; empty when there are none. Not kept in snapshots */
	struct bln_dv_ref dv;
};

struct bln_metadata {
	struct bln_slice id;
	struct bln_slice name; /* AT is NULL when absent */
	struct bln_slice description; /* the same */
	struct bln_slice format; /* "parquet" */
	struct bln_slice schema; /* JSON, see schema.h */
	struct bln_slices partition_columns;
	struct bln_pairs configuration;
	int64_t created_ms; /* -1 when absent */
};

struct bln_protocol {
	int64_t reader;
	int64_t writer;
	struct bln_slices reader_features; /* only when READER is 3 */
	struct bln_slices writer_features; /* only when WRITER is 7 */
};

struct bln_txn {
	struct bln_slice app_id;
	int64_t version;
	int64_t updated_ms; /* -1 when absent */
};

/* Free-form; what we use of it is picked out, JSON is the whole object. */
struct bln_commit_info {
	struct bln_slice json;
	int64_t timestamp_ms; /* -1 when absent */
	int64_t in_commit_timestamp_ms; /* -1 when absent */
};

struct bln_domain {
	struct bln_slice name;
	struct bln_slice configuration;
	bool is_removed;
};

struct bln_sidecar {
	struct bln_slice path;
	int64_t size_bytes;
	int64_t modified_ms;
};

enum bln_action_kind {
	BLN_ACTION_NONE, /* an action we need not know: skipped, as the protocol asks */
	BLN_ACTION_ADD,
	BLN_ACTION_REMOVE,
	BLN_ACTION_METADATA,
	BLN_ACTION_PROTOCOL,
	BLN_ACTION_TXN,
	BLN_ACTION_COMMIT_INFO,
	BLN_ACTION_DOMAIN,
	BLN_ACTION_SIDECAR,
	BLN_ACTION_CDC, /* a change file: says nothing about the table's rows */
	BLN_ACTIONS
};

struct bln_action {
	enum bln_action_kind kind;
	union {
		struct bln_add add;
		struct bln_remove remove;
		struct bln_metadata metadata;
		struct bln_protocol protocol;
		struct bln_txn txn;
		struct bln_commit_info commit_info;
		struct bln_domain domain;
		struct bln_sidecar sidecar;
	};
};

/* Reads one line of a commit. BLN_CORRUPT names WHAT and the member. */
BLN_MUST_CHECK enum bln_status bln_action_parse(struct bln_slice line, const char *what, struct bln_arena *arena,
						struct bln_action *action, struct bln_err *err);

/* Appends the action as one line of a commit, with its newline. CDC and NONE append nothing. */
void bln_action_format(const struct bln_action *action, struct bln_text *text);

#endif
