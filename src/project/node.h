/* A project file as a tree: maps, lists and texts, each with its place in the file, so that whoever finds something wrong
 * with a value, however late, can say where it stands. Read this first, then project.h.
 *
 * Nodes live in the arena of whoever parsed them and are never changed. What is written once and referred to by an alias
 * (*name) is one node with several parents, and keeps the place where it is written. */
#ifndef BLN_PROJECT_NODE_H
#define BLN_PROJECT_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* From 1, columns in characters; { 0 } is nowhere in particular. */
struct bln_place {
	int line;
	int column;
};

enum bln_node_type {
	BLN_NODE_NULL, /* nothing written, ~ or null */
	BLN_NODE_TEXT, /* whatever a value looks like: what it means is for whoever reads it */
	BLN_NODE_LIST,
	BLN_NODE_MAP,
};

struct bln_entry {
	const char *key; /* unique in its map */
	struct bln_place place; /* of the key */
	const struct bln_node *value; /* never NULL */
};

struct bln_node {
	enum bln_node_type type;
	struct bln_place place;
	const char *text; /* TEXT: NUL-terminated UTF-8, without a NUL inside */
	union {
		const struct bln_node *const *items; /* LIST */
		const struct bln_entry *entries; /* MAP, in the order of the file */
	};
	size_t count; /* of ITEMS or ENTRIES */
};

/* The entry of KEY, or NULL; also where NODE is NULL or no map. */
const struct bln_entry *bln_node_find(const struct bln_node *node, const char *key);

/* "a text", "a list", "a map", "nothing": for messages. */
const char *bln_node_type_name(enum bln_node_type type);

#endif
