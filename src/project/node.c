#include "project/node.h"

#include <string.h>

const struct bln_entry *bln_node_find(const struct bln_node *node, const char *key)
{
	if (!node || node->type != BLN_NODE_MAP)
		return NULL;
	for (size_t i = 0; i < node->count; i++)
		if (strcmp(node->entries[i].key, key) == 0)
			return &node->entries[i];
	return NULL;
}

const char *bln_node_type_name(enum bln_node_type type)
{
	static const char *const names[] = {
		[BLN_NODE_NULL] = "nothing",
		[BLN_NODE_TEXT] = "a text",
		[BLN_NODE_LIST] = "a list",
		[BLN_NODE_MAP] = "a map",
	};

	return names[type];
}
