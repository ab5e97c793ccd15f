/* What the footers of a scan's data files say of their columns. Only asked for where names alone do not do (scan_shapes.c):
 * each file is opened for it. */
#ifndef BLN_ENGINE_SCAN_FOOTER_H
#define BLN_ENGINE_SCAN_FOOTER_H

#include "engine/scan_private.h"

enum { BLN_FOOTER_NODES_MAX = 100000 };

/* A column, a member of one, or one of the groups that Parquet makes lists and maps of. */
struct bln_footer_node {
	const char *name;
	int64_t id; /* -1: none */
	int64_t child_count;
	size_t end; /* behind the last node below this one; the first child is the next node */
};

struct bln_footer {
	struct bln_scan_file *file;
	struct bln_footer_node *nodes; /* depth first; the first is the root, whose children are the columns */
	size_t count, capacity;
	struct bln_arena names;
};

/* FOOTER is good until it returns. */
typedef enum bln_status bln_footer_call(void *context, const struct bln_footer *footer, struct bln_err *err);

/* Calls for each file, in any order, and ends where that fails. */
BLN_MUST_CHECK enum bln_status bln_scan_footers_read(struct bln_engine *engine, const struct bln_scan_files *files,
						     bln_footer_call *call, void *context, struct bln_err *err);

#endif
