/* YAML text to a tree of nodes: the only file that sees libfyaml.
 *
 * Of YAML 1.2 we take one document of maps with text keys, lists, texts and aliases. Left out on purpose, and refused: tags,
 * merge keys ("<<"), keys that are no text, NUL characters. A file can be no bomb: what an alias stands for counts again
 * wherever it stands, and depth and number of nodes are bounded. */
#ifndef BLN_PROJECT_YAML_H
#define BLN_PROJECT_YAML_H

#include "project/node.h"
#include "project/problems.h"

enum {
	BLN_YAML_DEPTH_MAX = 32,
	BLN_YAML_NODES_MAX = 100000, /* with what aliases stand for */
};

/* Parses LENGTH bytes; *ROOT and all below it is ARENA's. What is wrong goes to PROBLEMS and then *ROOT, if not NULL, is what
 * could be read. BLN_NO_MEMORY; BLN_OK otherwise. */
BLN_MUST_CHECK enum bln_status bln_yaml_parse(const char *bytes, size_t length, struct bln_arena *arena,
					      const struct bln_node **root, struct bln_problems *problems);

#endif
