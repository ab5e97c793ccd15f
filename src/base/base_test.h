/* What every test program includes first: cmocka with the headers it wants before it. */
#ifndef BLN_BASE_TEST_H
#define BLN_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define assert_ok(call, err)                                                                                           \
	do {                                                                                                           \
		enum bln_status assert_ok_status = (call);                                                             \
		if (assert_ok_status != BLN_OK)                                                                        \
			fail_msg("%s: %s (%s)", #call, (err)->message, bln_status_name(assert_ok_status));             \
	} while (0)

/* That TEXT, a message as a rule, has PART in it. */
#define assert_says(text, part)                                                                                        \
	do {                                                                                                           \
		const char *assert_says_text = (text);                                                                 \
		if (!assert_says_text || !strstr(assert_says_text, (part)))                                            \
			fail_msg("'%s' does not say '%s'", assert_says_text ? assert_says_text : "NULL", (part));      \
	} while (0)

/* BLN_TEST_SEED sets another seed; the one in use is printed, so that a failure can be repeated. */
static inline uint64_t test_seed(uint64_t otherwise)
{
	const char *given = getenv("BLN_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : otherwise;

	print_message("seed %llu (BLN_TEST_SEED sets another)\n", (unsigned long long)seed);
	return seed;
}

#endif
