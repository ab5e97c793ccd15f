/* What the readers of the sections share. For the .c files of this folder; others use project.h.
 *
 * load.c reads the file, root.c its top; jobs.c, workflows.c, sections.c and columns.c read the sections; graph.c looks at the
 * order of steps. They note what is wrong and go on; memory that is lacking is noted too (problems->has_failed). */
#ifndef BLN_PROJECT_PARSE_H
#define BLN_PROJECT_PARSE_H

#include "project/feed.h"
#include "project/name.h"
#include "project/project.h"

struct bln_parse {
	struct bln_project *project;
	struct bln_problems *problems;
	bool is_places; /* nothing but the sections that say where things are and how they are laid out */
};

/* "job 'explore'", in the arena. */
const char *bln_parse_of(struct bln_parse *parse, const char *what, const char *name);

/* COUNT zeroed things of SIZE bytes in the arena. NULL, noted, when there is no memory; also for a COUNT of 0, not noted. */
void *bln_parse_array(struct bln_parse *parse, size_t count, size_t size);

/* Whether NODE is the map that OF must be; nothing written is an empty one. *COUNT is its entries, or 0. */
bool bln_parse_map(struct bln_parse *parse, const struct bln_node *node, const char *of, size_t *count);

/* Reads the text of ENTRY; NULL, noted, where it is something else. */
const char *bln_parse_text(struct bln_parse *parse, const struct bln_entry *entry, const char *of);

/* The map of ENTRY, if there is one, as properties. */
void bln_parse_properties(struct bln_parse *parse, const struct bln_entry *entry, const char *of,
			  struct bln_properties *properties);

/* All of the file. ROOT may be NULL: there is nothing in it. */
void bln_parse_root(struct bln_parse *parse, const struct bln_node *root);

/* The sections. SECTION is the map of the file. */
void bln_parse_sources(struct bln_parse *parse, const struct bln_node *section);
void bln_parse_jobs(struct bln_parse *parse, const struct bln_node *section);
void bln_parse_workflows(struct bln_parse *parse, const struct bln_node *section);
void bln_parse_tables(struct bln_parse *parse, const struct bln_node *section);
void bln_parse_triggers(struct bln_parse *parse, const struct bln_node *section);

/* Names, and under each a map. */
void bln_parse_items(struct bln_parse *parse, const struct bln_node *section, const char *what,
		     struct bln_project_items *out);

/* What MAP, the one of TABLE, says of its columns. */
void bln_parse_columns(struct bln_parse *parse, const char *of, const struct bln_node *map,
		       struct bln_project_table *table);

/* That the columns which JOB, of kind sql, names of its tables are among those that they have, where that is said. */
void bln_parse_check_columns(struct bln_parse *parse, const char *of, const struct bln_job *job);

/* Circles among the steps of WORKFLOW, and steps whose conditions can never be met. */
void bln_parse_check_steps(struct bln_parse *parse, const struct bln_workflow *workflow);

/* The settings tables, for the reference page. */
struct bln_parse_table {
	const char *title;
	const struct bln_setting *rows;
	size_t count;
};
extern const struct bln_parse_table bln_parse_project_settings, bln_parse_table_settings, bln_parse_job_common,
	bln_parse_workflow_settings;
const struct bln_parse_table *bln_parse_job_table(enum bln_job_kind kind);

#endif
