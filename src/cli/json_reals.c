#include "cli/json_reals.h"

#include <string.h>

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Outside of texts JSON has the words true, false and null: what begins with N or I is none of them. */
static size_t outside_pass(struct bln_json_reals *state, char byte, char *out)
{
	size_t count = 0;

	if (state->is_dropped && is_letter(byte))
		return 0;
	state->is_dropped = byte == 'N' || byte == 'I';
	if (state->is_dropped) {
		state->has_minus = false;
		memcpy(out, "null", 4);
		return 4;
	}
	if (state->has_minus)
		out[count++] = '-';
	state->has_minus = byte == '-';
	state->is_text = byte == '"';
	if (!state->has_minus)
		out[count++] = byte;
	return count;
}

size_t bln_json_reals_pass(struct bln_json_reals *state, const char *in, size_t length, char *out)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (!state->is_text) {
			count += outside_pass(state, in[i], out + count);
			continue;
		}
		out[count++] = in[i];
		if (state->is_escaped)
			state->is_escaped = false;
		else if (in[i] == '\\')
			state->is_escaped = true;
		else
			state->is_text = in[i] != '"';
	}
	return count;
}
