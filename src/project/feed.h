/* From a map of the project file to a settings table (base/settings.h): how sources, jobs and the project's own settings
 * are read, each wrong one with its place. */
#ifndef BLN_PROJECT_FEED_H
#define BLN_PROJECT_FEED_H

#include "base/settings.h"
#include "project/expand.h"
#include "project/problems.h"

struct bln_feed {
	const struct bln_node *map; /* NULL or NODE_NULL is an empty one */
	const char *const *skip; /* keys that are read elsewhere; ends with NULL; may be NULL */
	struct bln_place place; /* of the whole, for what is missing */
	const char *of; /* "job 'explore'": what the map belongs to */
};

/* Checks without expanding: names, types, what is required. A value with references is taken as given; its field is set
 * only where it is a string, to the text as written. All that is wrong goes to PROBLEMS; false if anything was. */
bool bln_feed_check(const struct bln_feed *feed, struct bln_settings *settings, struct bln_problems *problems);

/* Sets everything, expanded, when the thing is to be used. The first thing wrong is in ERR, with file, line and column. */
BLN_MUST_CHECK enum bln_status bln_feed(const struct bln_feed *feed, const struct bln_expander *expander,
					struct bln_settings *settings, struct bln_err *err);

#endif
