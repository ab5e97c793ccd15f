#include "cli/grid.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/width.h"

void bln_grid_add(struct bln_grid *grid, const char *text)
{
	const char *copy = text ? bln_arena_strdup(&grid->arena, text) : NULL;

	if ((text && !copy) ||
	    !bln_mem_grow(&grid->cells, grid->cell_count, &grid->cell_capacity, sizeof(*grid->cells)))
		grid->has_failed = true;
	else
		grid->cells[grid->cell_count++] = copy;
}

void bln_grid_add_int(struct bln_grid *grid, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	bln_grid_add(grid, text);
}

static const char *cell(const struct bln_grid *grid, size_t row, size_t column)
{
	const char *text = grid->cells[row * grid->column_count + column];

	return text ? text : grid->null ? grid->null : "-";
}

/* Without the spaces at the end of a line. */
static void add_padded(struct bln_text *text, const char *value, size_t width, bool is_right, bool is_last)
{
	const size_t length = strlen(value);
	const size_t taken = bln_width(value, length);
	const size_t missing = taken < width ? width - taken : 0;

	for (size_t i = 0; is_right && i < missing; i++)
		bln_text_add(text, " ");
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)value[i];
		/* C1 controls are two bytes in UTF-8: 0xc2 0x80 to 0xc2 0x9f. */
		const bool is_control = byte < 0x20 || byte == 0x7f ||
					(byte == 0xc2 && (unsigned char)value[i + 1] < 0xa0 && value[i + 1]);

		if (byte == 0xc2 && is_control)
			i++;
		bln_text_add_bytes(text, is_control ? "?" : &value[i], 1);
	}
	for (size_t i = 0; !is_right && !is_last && i < missing; i++)
		bln_text_add(text, " ");
}

static const char *head(struct bln_arena *arena, const char *name)
{
	char *text = bln_arena_strdup(arena, name);

	for (char *at = text; at && *at; at++) {
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
		else if (*at == '_')
			*at = ' ';
	}
	return text;
}

static bool is_shown(const struct bln_grid *grid, size_t column)
{
	return grid->columns[column].only != BLN_COLUMN_ONLY_JSON;
}

enum bln_status bln_grid_format(const struct bln_grid *grid, struct bln_text *text, struct bln_err *err)
{
	const size_t rows = grid->column_count > 0 ? grid->cell_count / grid->column_count : 0;
	struct bln_arena arena = { 0 };
	size_t *widths = bln_arena_calloc(&arena, grid->column_count + 1, sizeof(*widths));
	const char **heads = bln_arena_calloc(&arena, grid->column_count + 1, sizeof(*heads));
	enum bln_status status = BLN_OK;
	size_t last = 0;

	if (grid->has_failed || !widths || !heads) {
		status = bln_err_memory(err);
		goto done;
	}
	assert(rows * grid->column_count == grid->cell_count);
	for (size_t column = 0; column < grid->column_count; column++) {
		heads[column] =
			grid->has_own_heads ? grid->columns[column].name : head(&arena, grid->columns[column].name);
		if (!heads[column]) {
			status = bln_err_memory(err);
			goto done;
		}
		widths[column] = bln_width(heads[column], strlen(heads[column]));
		for (size_t row = 0; row < rows; row++) {
			const char *value = cell(grid, row, column);
			const size_t width = bln_width(value, strlen(value));

			if (widths[column] < width)
				widths[column] = width;
		}
		if (is_shown(grid, column))
			last = column;
	}
	for (size_t line = 0; rows > 0 && line <= rows; line++) {
		bool is_first = true;

		for (size_t column = 0; column < grid->column_count; column++) {
			if (!is_shown(grid, column))
				continue;
			bln_text_add(text, is_first ? "" : "  ");
			add_padded(text, line == 0 ? heads[column] : cell(grid, line - 1, column), widths[column],
				   grid->columns[column].type == BLN_COLUMN_NUMBER, column == last);
			is_first = false;
		}
		while (text->length && text->at[text->length - 1] == ' ') /* where the last cells are empty */
			text->length--;
		bln_text_add(text, "\n");
	}
	status = bln_text_check(text, err);
done:
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_grid_format_json(const struct bln_grid *grid, struct bln_text *text, struct bln_err *err)
{
	const size_t rows = grid->column_count > 0 ? grid->cell_count / grid->column_count : 0;

	if (grid->has_failed)
		return bln_err_memory(err);
	bln_text_add(text, "[");
	for (size_t row = 0; row < rows; row++) {
		bool is_first = true;

		bln_text_add(text, row > 0 ? ",\n {" : "{");
		for (size_t column = 0; column < grid->column_count; column++) {
			const struct bln_column *it = &grid->columns[column];
			const char *value = grid->cells[row * grid->column_count + column];

			if (it->only == BLN_COLUMN_ONLY_TEXT)
				continue;
			bln_text_add(text, is_first ? "" : ",");
			is_first = false;
			bln_json_add_string(text, it->name, strlen(it->name));
			bln_text_add(text, ":");
			if (!value)
				bln_text_add(text, "null");
			else if (it->type == BLN_COLUMN_TEXT)
				bln_json_add_string(text, value, strlen(value));
			else
				bln_text_add(text, value);
		}
		bln_text_add(text, "}");
	}
	bln_text_add(text, "]\n");
	return bln_text_check(text, err);
}

void bln_grid_clean_up(struct bln_grid *grid)
{
	bln_arena_clean_up(&grid->arena);
	bln_mem_free(grid->cells);
	grid->cells = NULL;
	grid->cell_count = grid->cell_capacity = 0;
}
