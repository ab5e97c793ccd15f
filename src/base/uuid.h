/* Names that no two things share. */
#ifndef BLN_BASE_UUID_H
#define BLN_BASE_UUID_H

#include "base/random.h"

/* "f47ac10b-58cc-4372-a567-0e02b2c3d479" with its NUL. */
enum { BLN_UUID_TEXT_SIZE = 37 };

/* A random UUID (RFC 9562, version 4). As unique as RANDOM's seed: take it from bln_random_seed_system outside tests. */
void bln_uuid_make(struct bln_random *random, char text[static BLN_UUID_TEXT_SIZE]);

#endif
