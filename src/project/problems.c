#include "project/problems.h"

#include <stdarg.h>
#include <stdio.h>

void bln_problems_add(struct bln_problems *problems, struct bln_place place, const char *format, ...)
{
	char text[BLN_ERR_MESSAGE_SIZE];
	const char *copy;
	va_list args;

	if (problems->count == BLN_PROBLEMS_MAX) {
		problems->left_out++;
		return;
	}
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	copy = bln_arena_strdup(&problems->arena, text);
	if (!copy)
		problems->has_failed = true;
	else
		problems->items[problems->count++] = (struct bln_problem){ .place = place, .text = copy };
}

static bool is_before(struct bln_place a, struct bln_place b)
{
	return a.line != b.line ? a.line < b.line : a.column < b.column;
}

void bln_problems_sort(struct bln_problems *problems)
{
	/* Few, nearly in order, and those at one place stay in the order they were found in: by insertion. */
	for (size_t i = 1; i < problems->count; i++) {
		const struct bln_problem problem = problems->items[i];
		size_t at = i;

		for (; at > 0 && is_before(problem.place, problems->items[at - 1].place); at--)
			problems->items[at] = problems->items[at - 1];
		problems->items[at] = problem;
	}
}

enum bln_status bln_problems_check(const struct bln_problems *problems, const char *file, struct bln_err *err)
{
	const struct bln_problem *first = &problems->items[0];

	if (problems->has_failed)
		return bln_err_memory(err);
	if (problems->count == 0)
		return BLN_OK;
	return bln_err_set(err, BLN_INVALID, "%s:%d:%d: %s", file, first->place.line, first->place.column, first->text);
}

void bln_problems_clean_up(struct bln_problems *problems)
{
	bln_arena_clean_up(&problems->arena);
	problems->count = problems->left_out = 0;
	problems->has_failed = false;
}
