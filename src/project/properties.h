/* What a run is to take: names and texts, in the order in which they were first set.
 *
 * Those of a run come, each overriding the ones before, from the project, the job, the workflow, the step, and who starts
 * it (-p key=value). */
#ifndef BLN_PROJECT_PROPERTIES_H
#define BLN_PROJECT_PROPERTIES_H

#include "base/arena.h"
#include "project/node.h"

enum {
	BLN_PROPERTIES_MAX = 256,
	BLN_PROPERTY_NAME_MAX = 64, /* a letter or '_', then letters, digits, '_' and '-' */
	BLN_PROPERTY_TEXT_MAX = 1 << 16,
};

struct bln_property {
	const char *name;
	const char *text; /* a list of the file is its items with commas between; unexpanded (expand.h) */
	struct bln_place place; /* of the value; { 0 } where it comes from no file */
};

/* { 0 } is none. */
struct bln_properties {
	struct bln_property *items;
	size_t count;
	size_t capacity;
};

/* What the kind of job `ingest` reads of a run's properties, besides what its source's settings put in. */
enum bln_ingest_property { BLN_INGEST_SYMBOLS, BLN_INGEST_BASE, BLN_INGEST_FREQ, BLN_INGEST_PROPERTIES };
const char *bln_ingest_property_name(enum bln_ingest_property property);

/* NULL where there is no NAME. */
const struct bln_property *bln_properties_find(const struct bln_properties *properties, const char *name);

/* Sets NAME; a name that is there keeps its place in the order. The texts must live as long as PROPERTIES; the array is
 * ARENA's. BLN_INVALID for a name that is none, and beyond the limits. */
BLN_MUST_CHECK enum bln_status bln_properties_set(struct bln_properties *properties, struct bln_property property,
						  struct bln_arena *arena, struct bln_err *err);

/* Sets all of MORE. */
BLN_MUST_CHECK enum bln_status bln_properties_override(struct bln_properties *properties,
						       const struct bln_properties *more, struct bln_arena *arena,
						       struct bln_err *err);

/* Sets what TEXT says, "key=value", as after -p. Copied into ARENA. */
BLN_MUST_CHECK enum bln_status bln_properties_set_text(struct bln_properties *properties, const char *text,
						       struct bln_arena *arena, struct bln_err *err);

/* Appends them as a JSON object, sorted by name, so that the same properties are the same text. */
void bln_properties_add_json(const struct bln_properties *properties, struct bln_text *text);

#endif
