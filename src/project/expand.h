/* ${env:NAME}, ${run:NAME} and ${project:NAME} in the values of a project file.
 *
 * Values are kept as written and expanded by whoever uses them, so that a variable that is not set fails only what needs
 * it. $${ stands for ${ itself; what has no such form (a shell's ${HOME}, ${A:-b}) is left alone. What is put in is not
 * expanded again, except that the text of a property may itself name variables, once. */
#ifndef BLN_PROJECT_EXPAND_H
#define BLN_PROJECT_EXPAND_H

#include "project/project.h"

struct bln_secrets;

struct bln_expander {
	const struct bln_project *project; /* ${project:name}, ${project:folder}, and what errors call the file */
	const struct bln_properties *properties; /* ${run:…}: those of the run; NULL is none */
	/* ${env:…}: the value of NAME or NULL. NULL is getenv. */
	const char *(*env)(void *context, const char *name);
	void *env_context;
	struct bln_secrets *secrets; /* learns what must not be shown; may be NULL */
	/* For logs of jobs, where programs write what they were given: SECRETS learns the values of all variables, whatever
	 * their names, but for those that are plainly no secrets: up to 3 bytes, up to 7 letters or 7 digits, paths, addresses
	 * of a host alone. */
	bool is_wary;
	struct bln_slice *missing; /* gets the name of a property that there is none of, in the text; may be NULL */
	struct bln_arena *arena; /* of the results */
};

/* Whether TEXT refers to anything. */
bool bln_expand_is_needed(const char *text);

/* BLN_INVALID for a reference that can never be resolved: "${evn:X}", "${env:}", "${project:nme}". Looks nothing up. */
BLN_MUST_CHECK enum bln_status bln_expand_check(const char *text, struct bln_err *err);

/* Lets SECRETS know every variable of the environment that PROJECT names and that is a secret (where IS_WARY, not those that
 * only say where the lake and the foreign roots are), before anything is expanded: a program that a job starts may print what
 * nobody ever put in. */
BLN_MUST_CHECK enum bln_status bln_expand_secrets(const struct bln_expander *expander, struct bln_err *err);

/* *OUT is TEXT with all references replaced; KEY and PLACE are what errors name. The values of environment variables go to
 * SECRETS if IS_SECRET, or if the variable's name ends in KEY, TOKEN, SECRET or PASSWORD; so does the whole result of a
 * secret. BLN_INVALID when a variable is not set: "bullion.yaml:12:40: key: the environment variable FMP_KEY is not set". */
BLN_MUST_CHECK enum bln_status bln_expand(const struct bln_expander *expander, const char *text, const char *key,
					  struct bln_place place, bool is_secret, const char **out,
					  struct bln_err *err);

/* The value of PROPERTY: the text of a file expanded, what somebody gave a run (it has no place) as it is. */
BLN_MUST_CHECK enum bln_status bln_expand_property(const struct bln_expander *expander,
						   const struct bln_property *property, const char **out,
						   struct bln_err *err);

enum { BLN_EXPAND_FILE_MAX = 1 << 20 };

/* The same for the TEXT of a file, as of a job's SQL, of up to BLN_EXPAND_FILE_MAX bytes when expanded: errors name FILE and the
 * line, "jobs/a.sql:3: the run has no property 'base': …". */
BLN_MUST_CHECK enum bln_status bln_expand_file(const struct bln_expander *expander, const char *text, const char *file,
					       const char **out, struct bln_err *err);

#endif
