/* What things of a project may be called. */
#ifndef BLN_PROJECT_NAME_H
#define BLN_PROJECT_NAME_H

#include "project/problems.h"

/* Whether NAME is one for a project, source, job, …: letters, digits, '-' and '_', up to BLN_NAME_MAX, the first a letter or a
 * digit. Such names are safe in paths, in SQL strings and on a command line. "all" and "none" are kept for commands.
 * What is wrong goes to PROBLEMS; WHAT is "job". */
bool bln_name_check(const char *name, const char *what, struct bln_place place, struct bln_problems *problems);

/* The same for a table: "layer.table", each part a small letter or '_' and then small letters, digits and '_', as engines
 * disagree about capitals. Layers that DuckDB has schemas for are refused. KEY is what holds the name. */
bool bln_name_check_table(const char *name, const char *of, const char *key, struct bln_place place,
			  struct bln_problems *problems);

/* The same for a file of the project: below its folder. */
bool bln_name_check_path(const char *path, const char *of, const char *key, struct bln_place place,
			 struct bln_problems *problems);

#endif
