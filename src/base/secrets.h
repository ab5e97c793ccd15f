/* Texts that must never be shown: keys, tokens, passwords. Whatever leaves the program is masked with them first.
 *
 * Filled while the program starts, then only read: masking is for any number of threads, adding is not. */
#ifndef BLN_BASE_SECRETS_H
#define BLN_BASE_SECRETS_H

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"

enum {
	BLN_SECRET_LENGTH_MIN = 4, /* what is shorter would mask half of every text, and keeps nothing safe */
	BLN_SECRET_LENGTH_MAX = 8192,
	BLN_SECRETS_MAX = 256, /* forms, see bln_secrets_add */
};

/* { 0 } knows no secrets. */
struct bln_secrets {
	struct bln_text *forms; /* as they may appear */
	size_t count;
	size_t capacity;
};

/* Adds SECRET (copied) and, where they differ, its form in a URL and its form in a JSON string. BLN_INVALID, without
 * showing it, where its length is out of bounds or there are too many. One that is known already is BLN_OK. */
BLN_MUST_CHECK enum bln_status bln_secrets_add(struct bln_secrets *secrets, struct bln_slice secret,
					       struct bln_err *err);

/* Replaces every secret in BYTES by "***", in place; returns the new length, which is never larger. Secrets that
 * overlap or touch become one "***". As messages are cut where they grow too long, beginnings are masked as well:
 * where BYTES ends within a secret, BLN_SECRET_LENGTH_MIN bytes of it and more; elsewhere half of it and more, if
 * that is 8 bytes or more. SECRETS may be NULL. */
size_t bln_secrets_mask(const struct bln_secrets *secrets, char *bytes, size_t length);

/* For texts that come in pieces: how many of the LENGTH bytes may be masked by themselves. Less than LENGTH where
 * BYTES end within what may turn out to be a secret: the rest is to be put before what comes next. */
size_t bln_secrets_cut(const struct bln_secrets *secrets, const char *bytes, size_t length);

/* Masks the message of ERR (may be NULL). */
void bln_secrets_mask_err(const struct bln_secrets *secrets, struct bln_err *err);

/* Overwrites and frees them. */
void bln_secrets_clean_up(struct bln_secrets *secrets);

#endif
