#include "cli/grid.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/grid_fit.h"
#include "cli/width.h"

#define BLN_GRID_CUT "…"

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

/* VALUE without what would steer the terminal. */
static void add_plain(struct bln_text *text, const char *value, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)value[i];
		/* C1 controls are two bytes in UTF-8: 0xc2 0x80 to 0xc2 0x9f. */
		const bool is_control = byte < 0x20 || byte == 0x7f ||
					(byte == 0xc2 && (unsigned char)value[i + 1] < 0xa0 && value[i + 1]);

		if (byte == 0xc2 && is_control)
			i++;
		bln_text_add_bytes(text, is_control ? "?" : &value[i], 1);
	}
}

static void add_spaces(struct bln_text *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bln_text_add(text, " ");
}

/* Without the spaces of the last column, and of last cells that are empty. */
static void end_line(struct bln_text *text)
{
	while (text->length && text->at[text->length - 1] == ' ')
		text->length--;
	bln_text_add(text, "\n");
}

/* VALUE in a column of WIDTH, cut where it is wider and CAN_CUT. */
static void add_padded(struct bln_text *text, const char *value, const struct bln_grid_column_width *column,
		       bool is_right)
{
	const size_t length = strlen(value);
	const size_t taken = bln_width(value, length);
	const size_t missing = taken < column->width ? column->width - taken : 0;

	if (column->can_cut && taken > column->width) {
		const size_t kept = bln_width_fitting(value, length, column->width - 1);

		add_plain(text, value, kept);
		bln_text_add(text, BLN_GRID_CUT);
		add_spaces(text, column->width - 1 - bln_width(value, kept));
		return;
	}
	add_spaces(text, is_right ? missing : 0);
	add_plain(text, value, length);
	add_spaces(text, is_right ? 0 : missing);
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

/* Of the columns that are shown. */
struct layout {
	struct bln_grid_column_width *columns;
	size_t *shown; /* which of the grid's each is */
	const char **heads;
	size_t count;
};

static bool is_shown(const struct bln_grid *grid, size_t column)
{
	return grid->columns[column].only != BLN_COLUMN_ONLY_JSON;
}

/* False where there was no memory. */
static bool measure(const struct bln_grid *grid, struct bln_arena *arena, struct layout *layout)
{
	const size_t rows = grid->column_count > 0 ? grid->cell_count / grid->column_count : 0;

	layout->columns = bln_arena_calloc(arena, grid->column_count + 1, sizeof(*layout->columns));
	layout->shown = bln_arena_calloc(arena, grid->column_count + 1, sizeof(*layout->shown));
	layout->heads = bln_arena_calloc(arena, grid->column_count + 1, sizeof(*layout->heads));
	if (grid->has_failed || !layout->columns || !layout->shown || !layout->heads)
		return false;
	for (size_t i = 0; i < grid->column_count; i++) {
		const char *name = grid->columns[i].name;
		struct bln_grid_column_width *column = &layout->columns[layout->count];

		if (!is_shown(grid, i))
			continue;
		layout->heads[layout->count] = grid->has_own_heads ? name : head(arena, name);
		if (!layout->heads[layout->count])
			return false;
		column->width = bln_width(layout->heads[layout->count], strlen(layout->heads[layout->count]));
		for (size_t row = 0; row < rows; row++) {
			const char *value = cell(grid, row, i);
			const size_t width = bln_width(value, strlen(value));

			if (column->width < width)
				column->width = width;
		}
		column->can_cut = grid->has_own_heads && grid->columns[i].type != BLN_COLUMN_NUMBER;
		layout->shown[layout->count++] = i;
	}
	return true;
}

/* Fits LAYOUT into the terminal; *LEFT says what that left. */
static void fit(const struct bln_grid *grid, struct layout *layout, struct bln_grid_left *left)
{
	size_t before = 0;
	size_t after = 0;

	if (grid->width_max == 0 || layout->count == 0)
		return;
	if (!grid->has_own_heads && layout->columns[layout->count - 1].width > BLN_GRID_LAST_MIN)
		layout->columns[layout->count - 1].width = BLN_GRID_LAST_MIN; /* it is not padded, but runs on */
	for (size_t i = 0; i < layout->count; i++)
		before += layout->columns[i].width;
	left->columns = bln_grid_fit(layout->columns, layout->count, grid->width_max);
	for (size_t i = 0; i < layout->count; i++)
		after += layout->columns[i].width;
	left->has_cut = after < before;
	left->columns_of = layout->count;
}

/* ROW of the cells; SIZE_MAX: the heads. */
static void add_line(const struct bln_grid *grid, const struct layout *layout, size_t row, struct bln_text *text)
{
	for (size_t i = 0; i < layout->count; i++) {
		const size_t column = layout->shown[i];
		const bool is_number = grid->columns[column].type == BLN_COLUMN_NUMBER;

		if (layout->columns[i].is_out && layout->columns[i - 1].is_out) /* the first never is */
			continue;
		add_spaces(text, i > 0 ? BLN_GRID_GAP : 0);
		if (layout->columns[i].is_out)
			bln_text_add(text, BLN_GRID_CUT);
		else
			add_padded(text, row == SIZE_MAX ? layout->heads[i] : cell(grid, row, column),
				   &layout->columns[i], is_number);
	}
	while (text->length &&
	       text->at[text->length - 1] == ' ') /* of the last column, and where the last cells are empty */
		text->length--;
	bln_text_add(text, "\n");
}

enum bln_status bln_grid_format(const struct bln_grid *grid, struct bln_text *text, struct bln_grid_left *left,
				struct bln_err *err)
{
	const size_t rows = grid->column_count > 0 ? grid->cell_count / grid->column_count : 0;
	struct bln_arena arena = { 0 };
	struct layout layout = { 0 };
	enum bln_status status = BLN_OK;

	*left = (struct bln_grid_left){ 0 };
	if (!measure(grid, &arena, &layout)) {
		status = bln_err_memory(err);
		goto done;
	}
	assert(rows * grid->column_count == grid->cell_count);
	fit(grid, &layout, left);
	if (rows > 0)
		add_line(grid, &layout, SIZE_MAX, text);
	for (size_t row = 0; row < rows; row++)
		add_line(grid, &layout, row, text);
	status = bln_text_check(text, err);
done:
	bln_arena_clean_up(&arena);
	return status;
}

enum bln_status bln_grid_format_lines(const struct bln_grid *grid, struct bln_text *text, struct bln_err *err)
{
	const size_t rows = grid->column_count > 0 ? grid->cell_count / grid->column_count : 0;
	struct bln_arena arena = { 0 };
	struct layout layout = { 0 };
	struct bln_grid_column_width names = { 0 };
	enum bln_status status = BLN_OK;

	if (!measure(grid, &arena, &layout)) {
		status = bln_err_memory(err);
		goto done;
	}
	for (size_t i = 0; i < layout.count; i++) {
		const size_t width = bln_width(layout.heads[i], strlen(layout.heads[i]));

		if (names.width < width)
			names.width = width;
	}
	for (size_t row = 0; row < rows; row++) {
		bln_text_add(text, row > 0 ? "\n" : "");
		for (size_t i = 0; i < layout.count; i++) {
			const char *value = cell(grid, row, layout.shown[i]);

			add_padded(text, layout.heads[i], &names, false);
			add_spaces(text, BLN_GRID_GAP);
			add_plain(text, value, strlen(value));
			end_line(text);
		}
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
