/* What makes a job's output besides the tables it reads: its SQL and what the project says of it, as a number that is another
 * when one of them is.
 *
 * Comments and white space say nothing. Of the properties those count that the SQL names, as the project and the job set them:
 * what a workflow or -p says is for one run, and the next run's may be another without what was made being wrong. What
 * environment variables hold does not count, nor how files are laid out. */
#include <ctype.h>
#include <string.h>

#include "job/mark.h"
#include "job/sql/sql.h"

/* With the NUL: "ab", "c" are not "a", "bc". NULL is not "". */
static uint64_t text_hash(uint64_t hash, const char *text)
{
	return text ? bln_mark_hash(hash, text, strlen(text) + 1) : bln_mark_hash(hash, "\1", 1);
}

static uint64_t list_hash(uint64_t hash, const struct bln_setting_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		hash = text_hash(hash, list->items[i]);
	return text_hash(hash, NULL);
}

/* Behind the comment or the white space that begins at AT; AT where none does. */
static const char *blank_skip(const char *at)
{
	int depth = 0;

	if (isspace((unsigned char)*at))
		return at + 1;
	if (at[0] == '-' && at[1] == '-')
		return at + strcspn(at, "\n");
	if (at[0] != '/' || at[1] != '*')
		return at;
	do { /* they nest */
		if (at[0] == '/' && at[1] == '*') {
			depth++;
			at += 2;
		} else if (at[0] == '*' && at[1] == '/') {
			depth--;
			at += 2;
		} else {
			at++;
		}
	} while (depth && *at);
	return at;
}

/* Behind the $tag$…$tag$ that begins at AT; AT where none does. */
static const char *dollars_skip(const char *at)
{
	const char *end = at + 1;
	size_t length;

	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	if (*at != '$' || *end != '$')
		return at;
	length = (size_t)(end - at) + 1;
	for (end++; *end; end++)
		if (strncmp(end, at, length) == 0)
			return end + length;
	return end;
}

/* Behind the text or the quoted name that begins at AT; AT where none does. HAS_ESCAPES: e'it\'s'. */
static const char *quoted_skip(const char *at, bool has_escapes)
{
	const char quote = *at;

	if (quote == '$')
		return dollars_skip(at);
	if (quote != '\'' && quote != '"')
		return at;
	for (at++; *at && *at != quote; at++)
		if (has_escapes && quote == '\'' && at[0] == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

static uint64_t sql_hash(uint64_t hash, const char *sql)
{
	bool is_apart = false; /* from what came before, by white space or comments */
	char before = '\0';

	if (!sql)
		return text_hash(hash, NULL);
	while (*sql) {
		const char *end = blank_skip(sql);

		if (end != sql) {
			is_apart = true;
			sql = end;
			continue;
		}
		if (is_apart && before)
			hash = bln_mark_hash(hash, " ", 1);
		end = quoted_skip(sql, !is_apart && (before == 'e' || before == 'E'));
		end += end == sql;
		hash = bln_mark_hash(hash, sql, (size_t)(end - sql));
		before = end[-1];
		is_apart = false;
		sql = end;
	}
	return bln_mark_hash(hash, "", 1);
}

/* As "${run:NAME}" or getvariable('NAME'). */
static bool is_named(const struct sql_job *sql, const char *name, struct bln_text *form)
{
	const struct sql_text *const texts[] = { &sql->main, &sql->side, &sql->slices };
	const char *const around[][2] = { { "${run:", "}" }, { "'", "'" } };

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		bln_text_clear(form);
		bln_text_add_format(form, "%s%s%s", around[i][0], name, around[i][1]);
		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]) && form->at; j++)
			if (texts[j]->written && strstr(texts[j]->written, form->at))
				return true;
	}
	return false;
}

/* The same in whatever order they stand. */
static uint64_t properties_hash(const struct sql_job *sql, const struct bln_properties *properties,
				const struct bln_properties *override, struct bln_text *form)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < properties->count; i++) {
		const struct bln_property *property = &properties->items[i];

		if ((!override || !bln_properties_find(override, property->name)) &&
		    is_named(sql, property->name, form))
			hash ^= text_hash(text_hash(BLN_MARK_BASIS, property->name), property->text);
	}
	return hash;
}

enum bln_status sql_definition_hash(const struct sql_job *sql, uint64_t *hash, struct bln_err *err)
{
	const struct bln_job *job = sql->job;
	struct bln_text form = { 0 };
	uint64_t properties = properties_hash(sql, &sql->context->project->properties, &job->properties, &form) ^
			      properties_hash(sql, &job->properties, NULL, &form);
	const char mode = (char)('0' + job->mode);
	enum bln_status status = bln_text_check(&form, err);

	*hash = sql_hash(BLN_MARK_BASIS, sql->main.written);
	*hash = sql_hash(*hash, sql->side.written);
	*hash = sql_hash(*hash, sql->slices.written);
	*hash = bln_mark_hash(*hash, &mode, 1);
	*hash = list_hash(*hash, &job->key);
	*hash = list_hash(*hash, &job->slice);
	*hash = text_hash(*hash, job->side_into);
	*hash = list_hash(*hash, &job->side_key);
	*hash = bln_mark_hash(*hash, (const char *)&properties, sizeof(properties));
	*hash ^= *hash >> 32; /* what is kept of it are the low bits */
	bln_text_clean_up(&form);
	return status;
}
