#include "project/expand.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/secrets.h"

enum {
	DEPTH_MAX = 4, /* properties whose texts refer to properties: more is a circle */
	WORD_LENGTH_MAX = 7,
	SCOPE_MAX = 16, /* letters that may stand before the colon */
};

/* ${SCOPE:NAME} of LENGTH bytes in all. */
struct reference {
	struct bln_slice scope;
	struct bln_slice name;
	size_t length;
};

struct expansion {
	const struct bln_expander *expander;
	bool is_secret;
	size_t length_max;
	const char *at; /* in the text itself: the reference that is being replaced */
	struct bln_text out;
};

enum { ENV, RUN, PROJECT, SCOPES };
static const char *const scopes[SCOPES] = { [ENV] = "env", [RUN] = "run", [PROJECT] = "project" };
static const char *const project_names[] = { "name", "folder" };

static size_t scope_find(struct bln_slice scope)
{
	size_t i = 0;

	while (i < SCOPES && !bln_slice_is(scope, scopes[i]))
		i++;
	return i;
}

static bool is_name_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
}

/* What begins at AT, behind "${". Another program's ${…} is none, and BLN_OK with a length of 0. */
static enum bln_status reference_read(const char *at, struct reference *out, struct bln_err *err)
{
	const char *colon = at;
	const char *end;
	size_t scope;

	out->length = 0;
	while (*colon >= 'a' && *colon <= 'z' && colon - at < SCOPE_MAX)
		colon++;
	if (colon == at || *colon != ':')
		return BLN_OK;
	out->scope = (struct bln_slice){ at, (size_t)(colon - at) };
	for (end = colon + 1; is_name_letter(*end);)
		end++;
	out->name = (struct bln_slice){ colon + 1, (size_t)(end - colon) - 1 };
	scope = scope_find(out->scope);
	if (scope == SCOPES) {
		const char *meant = bln_nearest(out->scope, scopes, SCOPES);

		if (!meant || *end != '}' || out->name.length == 0)
			return BLN_OK;
		return bln_err_set(err, BLN_INVALID, "'${%.*s:%.*s}' is unknown; did you mean '${%s:%.*s}'?",
				   (int)out->scope.length, out->scope.at, (int)out->name.length, out->name.at, meant,
				   (int)out->name.length, out->name.at);
	}
	if (*end != '}' || out->name.length == 0)
		return bln_err_set(err, BLN_INVALID,
				   "'${%s:' must be followed by a name and '}' ('$${' is a plain '${')", scopes[scope]);
	if (scope == PROJECT && !bln_slice_is(out->name, project_names[0]) &&
	    !bln_slice_is(out->name, project_names[1]))
		return bln_err_set(err, BLN_INVALID,
				   "'${project:%.*s}' is unknown: there are ${project:name} and ${project:folder}",
				   (int)out->name.length, out->name.at);
	out->length = (size_t)(end - at) + 3;
	return BLN_OK;
}

/* The next reference in *AT, with what stands before it added to OUT (may be NULL); LENGTH 0 at the end. */
static enum bln_status reference_next(const char **at, struct reference *reference, struct bln_text *out,
				      struct bln_err *err)
{
	const char *start = *at;
	const char *dollar;
	enum bln_status status;

	reference->length = 0;
	while ((dollar = strstr(start, "${"))) {
		const bool is_escaped = dollar > start && dollar[-1] == '$';

		if (out)
			bln_text_add_bytes(out, start, (size_t)(dollar - start) - is_escaped);
		start = dollar;
		if (!is_escaped) {
			status = reference_read(dollar + 2, reference, err);
			if (status != BLN_OK || reference->length > 0) {
				*at = dollar + reference->length;
				return status;
			}
		}
		if (out)
			bln_text_add(out, "${");
		start += 2;
	}
	if (out)
		bln_text_add(out, start);
	*at = start + strlen(start);
	return BLN_OK;
}

bool bln_expand_is_needed(const char *text)
{
	return strstr(text, "${") != NULL;
}

enum bln_status bln_expand_check(const char *text, struct bln_err *err)
{
	struct reference reference = { .length = 1 };
	enum bln_status status = BLN_OK;

	while (status == BLN_OK && reference.length > 0)
		status = reference_next(&text, &reference, NULL, err);
	return status;
}

/* Variables that are secrets wherever they are put. */
static bool is_secret_name(struct bln_slice name)
{
	static const char *const endings[] = { "KEY", "TOKEN", "SECRET", "PASSWORD" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (bln_slice_ends(name, endings[i]))
			return true;
	return false;
}

/* What is plainly no secret: what people call things, small numbers, where files are, and hosts. */
static bool is_ordinary(const char *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char digits[] = "0123456789";
	const size_t length = strlen(value);
	const char *begin = value + strspn(value, ".~");
	const char *host = strstr(value, "://");

	if (length < BLN_SECRET_LENGTH_MIN)
		return true;
	if (length <= WORD_LENGTH_MAX && (strspn(value, letters) == length || strspn(value, digits) == length))
		return true;
	if (*begin == '/' && !strpbrk(value, "+=\r\n")) /* a key in base64 may begin with '/' too */
		return true;
	return host && !strpbrk(host + 3, "@?#") && host[3 + strcspn(host + 3, "/")] == '\0';
}

static bool is_secret(const struct bln_expander *expander, struct bln_slice name, const char *value)
{
	return is_secret_name(name) || (expander->is_wary && !is_ordinary(value));
}

/* What is too short to be masked is none that could be kept: it passes. */
static enum bln_status secret_keep(const struct expansion *expansion, const char *bytes, size_t length,
				   struct bln_err *err)
{
	if (!expansion->expander->secrets || length < BLN_SECRET_LENGTH_MIN)
		return BLN_OK;
	return bln_secrets_add(expansion->expander->secrets, (struct bln_slice){ bytes, length }, err);
}

static enum bln_status add_env(struct expansion *expansion, struct bln_slice name, struct bln_err *err)
{
	const struct bln_expander *expander = expansion->expander;
	char *variable = bln_arena_strndup(expander->arena, name.at, name.length);
	const char *value;

	if (!variable)
		return bln_err_memory(err);
	value = expander->env ? expander->env(expander->env_context, variable) : getenv(variable);
	if (!value)
		return bln_err_set(err, BLN_INVALID, "the environment variable %s is not set", variable);
	bln_text_add(&expansion->out, value);
	if (!expansion->is_secret && !is_secret(expander, name, value))
		return BLN_OK;
	return secret_keep(expansion, value, strlen(value), err);
}

/* Keeps the secrets that the texts below NODE refer to. What is no reference is somebody else's business to refuse. */
static enum bln_status secrets_find(const struct bln_expander *expander, const struct bln_node *node,
				    struct bln_err *err)
{
	const struct expansion expansion = { .expander = expander };
	struct reference reference = { .length = 1 };
	const char *at = node->type == BLN_NODE_TEXT ? node->text : "";
	enum bln_status status = BLN_OK;

	while (reference.length > 0 && reference_next(&at, &reference, NULL, NULL) == BLN_OK) {
		const char *value;
		char *name;

		if (reference.length == 0 || !bln_slice_is(reference.scope, scopes[ENV]))
			continue;
		name = bln_arena_strndup(expander->arena, reference.name.at, reference.name.length);
		if (!name)
			return bln_err_memory(err);
		value = expander->env ? expander->env(expander->env_context, name) : getenv(name);
		if (value && is_secret(expander, reference.name, value))
			BLN_TRY(secret_keep(&expansion, value, strlen(value), err));
	}
	for (size_t i = 0; node->type == BLN_NODE_LIST && i < node->count; i++)
		BLN_TRY(secrets_find(expander, node->items[i], err));
	for (size_t i = 0; node->type == BLN_NODE_MAP && i < node->count; i++)
		BLN_TRY(secrets_find(expander, node->entries[i].value, err));
done:
	return status;
}

enum bln_status bln_expand_secrets(const struct bln_expander *expander, struct bln_err *err)
{
	const struct bln_node *root = expander->project->root;
	enum bln_status status = BLN_OK;

	if (!root || root->type != BLN_NODE_MAP || !expander->is_wary)
		return root ? secrets_find(expander, root, err) : BLN_OK;
	for (size_t i = 0; i < root->count; i++) {
		const struct bln_entry *entry = &root->entries[i];

		if (strcmp(entry->key, "lake") != 0 && strcmp(entry->key, "foreign_roots") != 0)
			BLN_TRY(secrets_find(expander, entry->value, err));
	}
done:
	return status;
}

static enum bln_status add_all(struct expansion *expansion, const char *text, int depth, struct bln_err *err);

static enum bln_status add_run(struct expansion *expansion, struct bln_slice name, int depth, struct bln_err *err)
{
	const struct bln_properties *properties = expansion->expander->properties;

	for (size_t i = 0; properties && i < properties->count; i++) {
		const struct bln_property *property = &properties->items[i];

		if (!bln_slice_is(name, property->name))
			continue;
		if (depth == DEPTH_MAX)
			return bln_err_set(err, BLN_INVALID, "the property '%s' refers to itself", property->name);
		/* Whoever starts a run may be far away: only the file's texts may read variables. */
		if (property->place.line > 0)
			return add_all(expansion, property->text, depth + 1, err);
		bln_text_add(&expansion->out, property->text);
		return BLN_OK;
	}
	if (expansion->expander->missing)
		*expansion->expander->missing = name;
	return bln_err_set(err, BLN_INVALID, "the run has no property '%.*s': give it with -p %.*s=…", (int)name.length,
			   name.at, (int)name.length, name.at);
}

static enum bln_status add_all(struct expansion *expansion, const char *text, int depth, struct bln_err *err)
{
	const struct bln_project *project = expansion->expander->project;
	struct reference reference = { .length = 1 };
	enum bln_status status = BLN_OK;

	for (;;) {
		status = reference_next(&text, &reference, &expansion->out, err);
		if (depth == 0)
			expansion->at = text - reference.length;
		if (status != BLN_OK || reference.length == 0)
			return status;
		if (bln_slice_is(reference.scope, scopes[ENV]))
			status = add_env(expansion, reference.name, err);
		else if (bln_slice_is(reference.scope, scopes[RUN]))
			status = add_run(expansion, reference.name, depth, err);
		else
			bln_text_add(&expansion->out,
				     bln_slice_is(reference.name, "name") ? project->name : project->folder);
		if (status != BLN_OK)
			return status;
		if (expansion->out.length > expansion->length_max)
			return bln_err_set(err, BLN_INVALID, "expanded, the value is longer than %zu bytes",
					   expansion->length_max);
	}
}

static enum bln_status expansion_run(struct expansion *expansion, const char *text, const char **out,
				     struct bln_err *err)
{
	const char *result;
	enum bln_status status;

	BLN_TRY(add_all(expansion, text, 0, err));
	BLN_TRY(bln_text_check(&expansion->out, err));
	text = expansion->out.at ? expansion->out.at : "";
	if (expansion->is_secret)
		BLN_TRY(secret_keep(expansion, text, expansion->out.length, err));
	result = bln_arena_strndup(expansion->expander->arena, text, expansion->out.length);
	if (result)
		*out = result;
	else
		status = bln_err_memory(err);
done:
	bln_text_clean_up(&expansion->out);
	return status;
}

enum bln_status bln_expand_file(const struct bln_expander *expander, const char *text, const char *file,
				const char **out, struct bln_err *err)
{
	struct expansion expansion = { .expander = expander, .length_max = BLN_EXPAND_FILE_MAX };
	enum bln_status status = expansion_run(&expansion, text, out, err);
	int line = 1;

	if (status != BLN_INVALID)
		return status;
	for (; text < expansion.at; text++)
		line += *text == '\n';
	return bln_err_where(err, status, "%s:%d", file, line);
}

enum bln_status bln_expand(const struct bln_expander *expander, const char *text, const char *key,
			   struct bln_place place, bool is_secret, const char **out, struct bln_err *err)
{
	struct expansion expansion = { .expander = expander,
				       .is_secret = is_secret,
				       .length_max = BLN_SETTING_TEXT_MAX };
	enum bln_status status = expansion_run(&expansion, text, out, err);

	if (status == BLN_INVALID) {
		status = bln_err_where(err, status, "%s", key);
		status = bln_project_where(expander->project, place, err, status);
	}
	return status;
}

enum bln_status bln_expand_property(const struct bln_expander *expander, const struct bln_property *property,
				    const char **out, struct bln_err *err)
{
	if (property->place.line > 0)
		return bln_expand(expander, property->text, property->name, property->place, false, out, err);
	*out = property->text;
	return BLN_OK;
}
