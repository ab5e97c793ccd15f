/* An engine, a folder and a schema for tests of staging. */
#ifndef BLN_ENGINE_STAGE_TEST_KIT_H
#define BLN_ENGINE_STAGE_TEST_KIT_H

#include "base/folder_test_kit.h"

#include <dirent.h>

#include "base/arena.h"
#include "engine/engine.h"
#include "engine/stage.h"

struct kit {
	struct bln_engine *engine;
	struct bln_cancel cancel;
	struct bln_arena arena;
	struct bln_schema schema;
	struct bln_err err;
	char folder[TEST_FOLDER_SIZE];
};

static inline void kit_open(struct kit *kit)
{
	struct bln_engine_settings settings = { .memory_bytes = INT64_C(512) << 20,
						.threads = 2,
						.cancel = &kit->cancel };

	test_folder_make(kit->folder, sizeof(kit->folder), "stage");
	assert_ok(bln_engine_open(&settings, &kit->engine, &kit->err), &kit->err);
}

static inline void kit_close(struct kit *kit)
{
	bln_engine_close(kit->engine);
	bln_arena_clean_up(&kit->arena);
	test_folder_remove(kit->folder);
}

/* The schema of a table like what SQL gives. */
static inline const struct bln_schema *kit_schema(struct kit *kit, const char *sql)
{
	assert_ok(bln_stage_schema(kit->engine, sql, &kit->arena, &kit->schema, &kit->err), &kit->err);
	return &kit->schema;
}

/* The column NAME of the kit's schema must not be null from now on. */
static inline void kit_require(struct kit *kit, const char *name)
{
	struct bln_field *fields = bln_arena_alloc(&kit->arena, kit->schema.field_count * sizeof(*fields));

	assert_non_null(fields);
	memcpy(fields, kit->schema.fields, kit->schema.field_count * sizeof(*fields));
	kit->schema.fields = fields;
	for (size_t i = 0; i < kit->schema.field_count; i++)
		if (strcmp(fields[i].name, name) == 0)
			fields[i].is_nullable = false;
}

static inline int64_t kit_number(struct kit *kit, const char *format, ...)
{
	char sql[4096];
	va_list arguments;
	int64_t value = -1;

	va_start(arguments, format);
	vsnprintf(sql, sizeof(sql), format, arguments);
	va_end(arguments);
	assert_ok(bln_engine_query_int64(kit->engine, sql, &value, NULL, &kit->err), &kit->err);
	return value;
}

static inline size_t kit_entries(const struct kit *kit)
{
	DIR *dir = opendir(kit->folder);
	size_t count = 0;

	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

/* Stages and expects it to work: as many files as said lie in the folder, and no other. */
static inline struct bln_staged_list kit_stage(struct kit *kit, const char *sql, const struct bln_stage_spec *spec)
{
	struct bln_staged_list list;

	assert_ok(bln_stage(kit->engine, sql, spec, &kit->arena, &list, &kit->err), &kit->err);
	assert_int_equal(kit_entries(kit), list.count);
	return list;
}

/* Stages and expects STATUS, both TEXTs in the message, and nothing left behind. */
static inline void kit_refused(struct kit *kit, const char *sql, const struct bln_stage_spec *spec,
			       enum bln_status status, const char *text, const char *also)
{
	struct bln_staged_list list;

	kit->err.message[0] = '\0';
	assert_int_equal(bln_stage(kit->engine, sql, spec, &kit->arena, &list, &kit->err), status);
	if (!strstr(kit->err.message, text) || !strstr(kit->err.message, also))
		fail_msg("'%s' names neither '%s' nor '%s'", kit->err.message, text, also);
	assert_int_equal(kit_entries(kit), 0);
	assert_int_equal(list.count, 0);
}

static inline const char *kit_value(struct bln_pairs pairs, const char *key)
{
	static char text[256];
	const struct bln_pair *pair = bln_pairs_find(pairs, key);

	assert_non_null(pair);
	snprintf(text, sizeof(text), "%.*s", (int)pair->value.length, pair->value.at ? pair->value.at : "");
	return pair->is_null ? NULL : text;
}

#endif
