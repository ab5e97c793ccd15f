#include "delta/member.h"

#include <assert.h>
#include <string.h>

#include "base/map.h"
#include "base/number.h"

static const struct bln_member dv_members[] = {
	{ "storageType", BLN_MEMBER_STORAGE, offsetof(struct bln_dv_ref, storage), true },
	{ "pathOrInlineDv", BLN_MEMBER_TEXT, offsetof(struct bln_dv_ref, path_or_inline), true },
	{ "offset", BLN_MEMBER_INT, offsetof(struct bln_dv_ref, offset), false },
	{ "sizeInBytes", BLN_MEMBER_INT, offsetof(struct bln_dv_ref, size_bytes), false },
	{ "cardinality", BLN_MEMBER_INT, offsetof(struct bln_dv_ref, cardinality), false },
};

static const struct bln_member format_members[] = {
	{ "provider", BLN_MEMBER_TEXT, 0, false },
};

static enum bln_status not_json(const struct bln_member_parser *parser)
{
	return bln_json_reader_error(&parser->reader, parser->what, parser->err);
}

static enum bln_status wrong(const struct bln_member_parser *parser, const char *key, const char *how)
{
	if (parser->reader.wrong)
		return not_json(parser);
	return bln_err_set(parser->err, BLN_CORRUPT, "'%s' %s", key, how);
}

static enum bln_status text_read(struct bln_member_parser *parser, const char *key, struct bln_slice *out)
{
	if (bln_json_reader_peek(&parser->reader) != BLN_JSON_STRING)
		return wrong(parser, key, "is not a string");
	return bln_json_reader_string(&parser->reader, out) ? BLN_OK : not_json(parser);
}

static enum bln_status int_read(struct bln_member_parser *parser, const char *key, int64_t *out)
{
	if (bln_json_reader_peek(&parser->reader) != BLN_JSON_NUMBER || !bln_json_reader_int(&parser->reader, out))
		return wrong(parser, key, "is not an integer");
	return BLN_OK;
}

static enum bln_status bool_read(struct bln_member_parser *parser, const char *key, bool *out)
{
	enum bln_json_kind kind = bln_json_reader_peek(&parser->reader);

	if (kind != BLN_JSON_TRUE && kind != BLN_JSON_FALSE)
		return wrong(parser, key, "is not true or false");
	*out = kind == BLN_JSON_TRUE;
	return bln_json_reader_skip(&parser->reader, NULL) ? BLN_OK : not_json(parser);
}

static enum bln_status storage_read(struct bln_member_parser *parser, const char *key, char *out)
{
	struct bln_slice text = { 0 };
	enum bln_status status = text_read(parser, key, &text);

	if (status != BLN_OK)
		return status;
	if (text.length != 1 || !strchr("uip", text.at[0]))
		return wrong(parser, key, "is none of 'u', 'i' and 'p'");
	*out = text.at[0];
	return BLN_OK;
}

/* Room for one more of what is of SIZE bytes each, doubling in the arena. */
static void *arena_grow(struct bln_arena *arena, const void *items, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? *capacity * 2 : 4;
	void *grown;

	if (count < *capacity)
		return (void *)items;
	grown = bln_arena_alloc(arena, larger * size);
	if (grown && count)
		memcpy(grown, items, count * size);
	*capacity = larger;
	return grown;
}

/* Whether two of the pairs have one key: readers differ in which of them counts. */
static bool has_twins(const struct bln_pair *items, size_t count, bool *has_no_memory)
{
	enum { FEW = 16 };
	struct bln_map seen = { 0 };
	bool is_new = true;

	if (count <= FEW) {
		for (size_t i = 1; i < count; i++)
			for (size_t j = 0; j < i; j++)
				if (bln_slice_equals(items[i].key, items[j].key))
					return true;
		return false;
	}
	for (size_t i = 0; i < count && is_new && !*has_no_memory; i++)
		*has_no_memory = !bln_map_insert(&seen, items[i].key.at, items[i].key.length, &is_new);
	bln_map_clean_up(&seen);
	return !is_new;
}

static enum bln_status pairs_read(struct bln_member_parser *parser, const char *key, struct bln_pairs *pairs)
{
	struct bln_json_reader *reader = &parser->reader;
	struct bln_pair *items = NULL;
	bool has_no_memory = false;
	struct bln_slice name;
	size_t capacity = 0;
	size_t count = 0;

	if (bln_json_reader_peek(reader) != BLN_JSON_OBJECT)
		return wrong(parser, key, "is not an object");
	bln_json_reader_open(reader);
	while (bln_json_reader_member(reader, &name)) {
		enum bln_json_kind kind = bln_json_reader_peek(reader);
		struct bln_pair *item;

		items = arena_grow(reader->arena, items, count, &capacity, sizeof(*items));
		if (!items)
			return bln_err_memory(parser->err);
		item = &items[count++];
		*item = (struct bln_pair){ .is_null = kind == BLN_JSON_NULL };
		item->key.at = bln_arena_strndup(reader->arena, name.at, name.length);
		item->key.length = name.length;
		if (!item->key.at)
			return bln_err_memory(parser->err);
		if (kind == BLN_JSON_STRING)
			bln_json_reader_string(reader, &item->value);
		else if (kind != BLN_JSON_NULL)
			return wrong(parser, key, "has a value that is not text");
		else
			bln_json_reader_skip(reader, NULL);
	}
	if (reader->wrong)
		return not_json(parser);
	if (has_twins(items, count, &has_no_memory))
		return wrong(parser, key, "has a member twice");
	*pairs = (struct bln_pairs){ .items = items, .count = count };
	return has_no_memory ? bln_err_memory(parser->err) : BLN_OK;
}

static enum bln_status texts_read(struct bln_member_parser *parser, const char *key, struct bln_slices *texts)
{
	struct bln_json_reader *reader = &parser->reader;
	struct bln_slice *items = NULL;
	size_t capacity = 0;
	size_t count = 0;

	if (bln_json_reader_peek(reader) != BLN_JSON_ARRAY)
		return wrong(parser, key, "is not an array");
	bln_json_reader_open(reader);
	while (bln_json_reader_item(reader)) {
		items = arena_grow(reader->arena, items, count, &capacity, sizeof(*items));
		if (!items)
			return bln_err_memory(parser->err);
		if (bln_json_reader_peek(reader) != BLN_JSON_STRING)
			return wrong(parser, key, "has a member that is not text");
		bln_json_reader_string(reader, &items[count++]);
	}
	*texts = (struct bln_slices){ .items = items, .count = count };
	return reader->wrong ? not_json(parser) : BLN_OK;
}

/* Leaves *OUT where it is no number of 64 bits. */
static enum bln_status any_int_read(struct bln_member_parser *parser, int64_t *out)
{
	struct bln_slice raw;
	int64_t number;

	if (!bln_json_reader_skip(&parser->reader, &raw))
		return not_json(parser);
	if (bln_int64_parse(raw.at, raw.length, &number))
		*out = number;
	return BLN_OK;
}

static enum bln_status value_read(struct bln_member_parser *parser, const struct bln_member *member, void *out)
{
	void *at = (char *)out + member->offset;

	switch (member->kind) {
	case BLN_MEMBER_TEXT:
		return text_read(parser, member->key, at);
	case BLN_MEMBER_ANY_INT:
		return any_int_read(parser, at);
	case BLN_MEMBER_INT:
		return int_read(parser, member->key, at);
	case BLN_MEMBER_BOOL:
		return bool_read(parser, member->key, at);
	case BLN_MEMBER_PAIRS:
		return pairs_read(parser, member->key, at);
	case BLN_MEMBER_TEXTS:
		return texts_read(parser, member->key, at);
	case BLN_MEMBER_STORAGE:
		return storage_read(parser, member->key, at);
	case BLN_MEMBER_DV:
		*(struct bln_dv_ref *)at = (struct bln_dv_ref){ .offset = -1 };
		return bln_members_read(parser, member->key, dv_members, sizeof(dv_members) / sizeof(dv_members[0]),
					at);
	case BLN_MEMBER_FORMAT:
		return bln_members_read(parser, member->key, format_members, 1, at);
	}
	return BLN_BUG;
}

enum bln_status bln_members_read(struct bln_member_parser *parser, const char *name, const struct bln_member *members,
				 size_t count, void *out)
{
	struct bln_json_reader *reader = &parser->reader;
	enum bln_status status = BLN_OK;
	struct bln_slice key;
	uint32_t seen = 0;
	uint32_t nulls = 0;

	assert(count <= BLN_MEMBERS_MAX);
	if (bln_json_reader_peek(reader) != BLN_JSON_OBJECT)
		return wrong(parser, name, "is not an object");
	bln_json_reader_open(reader);
	while (bln_json_reader_member(reader, &key)) {
		bool is_null = bln_json_reader_peek(reader) == BLN_JSON_NULL;
		size_t i = 0;

		while (i < count && !bln_slice_is(key, members[i].key))
			i++;
		if (i < count && (seen & UINT32_C(1) << i))
			return wrong(parser, members[i].key, "stands there twice");
		if (i < count) {
			seen |= UINT32_C(1) << i;
			nulls |= is_null ? UINT32_C(1) << i : 0;
		}
		if (i < count && !is_null)
			status = value_read(parser, &members[i], out);
		else if (!bln_json_reader_skip(reader, NULL))
			status = not_json(parser);
		if (status != BLN_OK)
			return status;
	}
	for (size_t i = 0; i < count && !reader->wrong; i++)
		if (members[i].is_required && !(seen & ~nulls & UINT32_C(1) << i))
			return wrong(parser, members[i].key, seen & UINT32_C(1) << i ? "is null" : "is missing");
	return reader->wrong ? not_json(parser) : BLN_OK;
}
