#include "base/secrets.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/percent.h"

static const char mask[] = "***";
enum { MASK_LENGTH = 3, BEGINNING_LENGTH_MIN = 8 };
_Static_assert((int)MASK_LENGTH <= (int)BLN_SECRET_LENGTH_MIN, "masking in place must not need room");

static void form_clean_up(struct bln_text *form)
{
	if (form->at)
		explicit_bzero(form->at, form->capacity);
	bln_text_clean_up(form);
}

/* Takes FORM over, whatever comes of it. */
static enum bln_status form_add(struct bln_secrets *secrets, struct bln_text *form, struct bln_err *err)
{
	enum bln_status status = bln_text_check(form, err);

	for (size_t i = 0; status == BLN_OK && i < secrets->count; i++) {
		const struct bln_text *known = &secrets->forms[i];

		if (known->length == form->length && memcmp(known->at, form->at, form->length) == 0) {
			form_clean_up(form);
			return BLN_OK;
		}
	}
	if (status == BLN_OK && secrets->count == BLN_SECRETS_MAX)
		status = bln_err_set(err, BLN_INVALID, "more secrets than the %d that can be kept out of the logs",
				     BLN_SECRETS_MAX);
	if (status == BLN_OK &&
	    !bln_mem_grow(&secrets->forms, secrets->count, &secrets->capacity, sizeof(*secrets->forms)))
		status = bln_err_memory(err);
	if (status == BLN_OK)
		secrets->forms[secrets->count++] = *form;
	else
		form_clean_up(form);
	return status;
}

/* Writes SECRET into FORM as it appears in one kind of text. */
typedef void form_write(struct bln_text *form, struct bln_slice secret);

static void write_plain(struct bln_text *form, struct bln_slice secret)
{
	bln_text_add_bytes(form, secret.at, secret.length);
}

static void write_url(struct bln_text *form, struct bln_slice secret)
{
	bln_percent_encode(form, secret.at, secret.length, bln_percent_keep_unreserved);
}

static void write_json(struct bln_text *form, struct bln_slice secret)
{
	bln_json_add_string(form, secret.at, secret.length);
}

static const struct {
	form_write *write;
	size_t growth; /* bytes that one byte becomes at most */
	size_t quotes; /* bytes around the text that are not of it, on each side */
} kinds[] = {
	{ write_plain, 1, 0 },
	{ write_url, 3, 0 },
	{ write_json, 6, 1 },
};

enum bln_status bln_secrets_add(struct bln_secrets *secrets, struct bln_slice secret, struct bln_err *err)
{
	enum bln_status status = BLN_OK;

	if (secret.length < BLN_SECRET_LENGTH_MIN || secret.length > BLN_SECRET_LENGTH_MAX)
		return bln_err_set(err, BLN_INVALID,
				   "a secret has %zu bytes; it must have %d to %d to be kept out of the logs",
				   secret.length, BLN_SECRET_LENGTH_MIN, BLN_SECRET_LENGTH_MAX);
	for (size_t i = 0; status == BLN_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct bln_text form = { 0 };

		/* Room at once: a text that grows leaves copies of the secret behind. */
		form.capacity = secret.length * kinds[i].growth + 2 * kinds[i].quotes + 1;
		form.at = bln_mem_alloc(form.capacity);
		if (!form.at)
			return bln_err_memory(err);
		kinds[i].write(&form, secret);
		if (kinds[i].quotes > 0 && !form.has_failed) {
			form.length -= 2 * kinds[i].quotes;
			memmove(form.at, form.at + kinds[i].quotes, form.length);
		}
		status = form_add(secrets, &form, err);
	}
	return status;
}

/* How many of the LENGTH bytes at AT are to be masked as FORM or its beginning. */
static size_t form_match(const struct bln_text *form, const char *at, size_t length)
{
	size_t same = 0;

	while (same < length && same < form->length && at[same] == form->at[same])
		same++;
	if (same == form->length)
		return same;
	if (same == length && same >= BLN_SECRET_LENGTH_MIN) /* the text ends within it */
		return same;
	return same >= BEGINNING_LENGTH_MIN && same >= form->length / 2 ? same : 0;
}

static size_t longest_match(const struct bln_secrets *secrets, const char *at, size_t length)
{
	size_t longest = 0;

	for (size_t i = 0; i < secrets->count; i++) {
		const size_t match = form_match(&secrets->forms[i], at, length);

		if (match > longest)
			longest = match;
	}
	return longest;
}

size_t bln_secrets_mask(const struct bln_secrets *secrets, char *bytes, size_t length)
{
	size_t written = 0;
	size_t at = 0;

	if (!secrets || secrets->count == 0)
		return length;
	while (at < length) {
		size_t end = at + longest_match(secrets, bytes + at, length - at);

		if (end == at) {
			bytes[written++] = bytes[at++];
			continue;
		}
		/* Others may begin within it, or where it ends. Nothing is written before the last is found: it would
		 * be over what they are looked for in. */
		for (at++; at <= end && at < length; at++) {
			const size_t further = at + longest_match(secrets, bytes + at, length - at);

			if (further > end)
				end = further;
		}
		memcpy(bytes + written, mask, MASK_LENGTH);
		written += MASK_LENGTH;
		at = end;
	}
	return written;
}

size_t bln_secrets_cut(const struct bln_secrets *secrets, const char *bytes, size_t length)
{
	size_t begin = 0; /* the last secrets that overlap, from begin to end */
	size_t end = 0;

	for (size_t at = 0; secrets && at < length; at++) {
		const size_t left = length - at;

		for (size_t i = 0; i < secrets->count; i++) {
			const struct bln_text *form = &secrets->forms[i];
			const size_t compared = left < form->length ? left : form->length;

			if (memcmp(bytes + at, form->at, compared) != 0)
				continue;
			if (compared < form->length)
				return at < end ? begin : at;
			begin = at < end ? begin : at;
			end = at + compared > end ? at + compared : end;
		}
	}
	return length;
}

void bln_secrets_mask_err(const struct bln_secrets *secrets, struct bln_err *err)
{
	if (err)
		err->message[bln_secrets_mask(secrets, err->message, strlen(err->message))] = '\0';
}

void bln_secrets_clean_up(struct bln_secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		form_clean_up(&secrets->forms[i]);
	bln_mem_free(secrets->forms);
	*secrets = (struct bln_secrets){ 0 };
}
