#include "delta/path.h"

#include <string.h>
#include <strings.h>

#include "base/percent.h"
#include "store/key.h"

/* Schemes that mean the same are one: Hadoop's s3a and s3n are S3. */
static const struct {
	const char *scheme;
	const char *canonical; /* what a decoded location of it begins with */
} schemes[] = {
	{ "file", "" },
	{ "s3", "s3:/" },
	{ "s3a", "s3:/" },
	{ "s3n", "s3:/" },
};

void bln_path_decode(struct bln_slice path, struct bln_text *text)
{
	if (!bln_percent_decode(text, path.at, path.length))
		bln_text_add_bytes(text, path.at, path.length);
}

/* The bytes of the scheme PATH begins with, or 0. A ':' alone does not make one: "a:b/x.parquet" is a relative path to
 * all writers but the most learned. */
static size_t scheme_length(struct bln_slice path)
{
	for (size_t i = 0; i + 1 < path.length; i++) {
		char c = path.at[i];

		if (c == ':')
			return path.at[i + 1] == '/' ? i : 0;
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (i > 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'))))
			return 0;
	}
	return 0;
}

static bool is_absolute(struct bln_slice path)
{
	return scheme_length(path) > 0 || (path.length > 0 && path.at[0] == '/');
}

/* Whether all bytes can be in a name of a file and no segment is "..". */
static enum bln_status steps_check(struct bln_slice given, const struct bln_text *decoded, struct bln_err *err)
{
	struct bln_slice rest = { decoded->at, decoded->length };

	if (decoded->length == 0 || memchr(decoded->at, '\0', decoded->length))
		return bln_err_set(err, BLN_CORRUPT, "the path '%s' is no name of a file",
				   bln_quote(given.at, given.length).text);
	while (rest.at)
		if (bln_slice_is(bln_slice_cut(&rest, '/'), ".."))
			return bln_err_set(err, BLN_DENIED, "the path '%s' has '..' in it",
					   bln_quote(given.at, given.length).text);
	return BLN_OK;
}

/* Appends the one form of an absolute path or URL: "/data/x" for files, "s3://bucket/x", decoded, no '/' doubled behind
 * the scheme. */
static enum bln_status canonical_add(struct bln_slice path, struct bln_text *text, struct bln_err *err)
{
	size_t length = scheme_length(path);
	struct bln_slice rest = path;
	const char *canonical = "";
	size_t i = 0;

	if (length > 0) {
		while (i < sizeof(schemes) / sizeof(schemes[0]) &&
		       !(strlen(schemes[i].scheme) == length && strncasecmp(path.at, schemes[i].scheme, length) == 0))
			i++;
		if (i == sizeof(schemes) / sizeof(schemes[0]))
			return bln_err_set(err, BLN_UNSUPPORTED, "'%s': files at such URLs cannot be read",
					   bln_quote(path.at, path.length).text);
		canonical = schemes[i].canonical;
		rest.at += length + 1;
		rest.length -= length + 1;
	}
	if (length > 0 && canonical[0] == '\0' && bln_slice_starts(rest, "//localhost/")) {
		rest.at += strlen("//localhost");
		rest.length -= strlen("//localhost");
	} else if (length > 0 && canonical[0] == '\0' && bln_slice_starts(rest, "//") &&
		   !bln_slice_starts(rest, "///")) {
		return bln_err_set(err, BLN_UNSUPPORTED, "'%s': a file of another host",
				   bln_quote(path.at, path.length).text);
	}
	while (rest.length > 1 && rest.at[0] == '/' && rest.at[1] == '/') {
		rest.at++;
		rest.length--;
	}
	bln_text_add(text, canonical);
	bln_path_decode(rest, text);
	return bln_text_check(text, err);
}

/* The bytes of PATH that are ROOT and the '/' behind it; 0 where PATH is not below ROOT. */
static size_t below(const struct bln_text *path, const struct bln_text *text)
{
	struct bln_slice root = { text->at, text->length };

	while (root.length > 0 && root.at[root.length - 1] == '/')
		root.length--;
	if (path->length <= root.length + 1 || path->at[root.length] != '/' ||
	    (root.length > 0 && memcmp(path->at, root.at, root.length) != 0))
		return 0;
	return root.length + 1;
}

static enum bln_status key_set(const char *folder, struct bln_slice given, const char *path, struct bln_arena *arena,
			       struct bln_location *location, struct bln_err *err)
{
	char *key = bln_arena_printf(arena, "%s%s%s", folder, folder[0] ? "/" : "", path);

	if (!key)
		return bln_err_memory(err);
	if (bln_key_check(key, strlen(key), NULL) != BLN_OK)
		return bln_err_set(err, BLN_CORRUPT, "the path '%s' is no name of a file",
				   bln_quote(given.at, given.length).text);
	location->key = key;
	return BLN_OK;
}

/* For an absolute PATH, CANONICAL in its one form. */
static enum bln_status absolute_resolve(const struct bln_table *table, struct bln_slice path,
					const struct bln_text *canonical, struct bln_arena *arena,
					struct bln_location *location, struct bln_err *err)
{
	struct bln_text url = { 0 };
	struct bln_text root = { 0 };
	enum bln_status status;
	size_t length;

	BLN_TRY(bln_store_url(table->store, NULL, &url, err));
	BLN_TRY(canonical_add((struct bln_slice){ url.at, url.length }, &root, err));
	length = below(canonical, &root);
	if (length > 0) {
		status = key_set("", path, canonical->at + length, arena, location, err);
		goto done;
	}
	for (size_t i = 0; i < table->root_count && length == 0; i++) {
		bln_text_clear(&root);
		BLN_TRY(canonical_add(bln_slice_of(table->roots[i]), &root, err));
		length = below(canonical, &root);
	}
	if (length == 0) {
		status = bln_err_set(err, BLN_DENIED,
				     "the path '%s' leads out of the table: only what lies in the lake or under "
				     "foreign_roots is read",
				     bln_quote(path.at, path.length).text);
		goto done;
	}
	location->external = bln_arena_strndup(arena, canonical->at, canonical->length);
	if (!location->external)
		status = bln_err_memory(err);
done:
	bln_text_clean_up(&url);
	bln_text_clean_up(&root);
	return status;
}

enum bln_status bln_table_resolve_path(const struct bln_table *table, struct bln_slice path, struct bln_arena *arena,
				       struct bln_location *location, struct bln_err *err)
{
	struct bln_text decoded = { 0 };
	enum bln_status status;

	*location = (struct bln_location){ 0 };
	if (is_absolute(path))
		BLN_TRY(canonical_add(path, &decoded, err));
	else
		bln_path_decode(path, &decoded);
	BLN_TRY(bln_text_check(&decoded, err));
	BLN_TRY(steps_check(path, &decoded, err));
	if (is_absolute(path))
		status = absolute_resolve(table, path, &decoded, arena, location, err);
	else
		status = key_set(table->prefix, path, decoded.at, arena, location, err);
done:
	bln_text_clean_up(&decoded);
	return status;
}
