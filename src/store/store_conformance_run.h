/* Runs all that every store must do. */
#ifndef BLN_STORE_CONFORMANCE_RUN_H
#define BLN_STORE_CONFORMANCE_RUN_H

#include "store/store_conformance.h"
#include "store/store_conformance_batch.h"
#include "store/store_conformance_list.h"
#include "store/store_conformance_race.h"

/* Returns how many tests failed. */
static inline int conformance_run(struct conformance *c)
{
#define CONFORMANCE_TEST(test)                                                                                         \
	cmocka_unit_test_prestate_setup_teardown(test, conformance_setup, conformance_teardown, c)
	const struct CMUnitTest conformance[] = {
		CONFORMANCE_TEST(an_object_comes_back_as_it_was_put),
		CONFORMANCE_TEST(any_key_is_a_name),
		CONFORMANCE_TEST(the_longest_keys_are_names),
		CONFORMANCE_TEST(what_is_no_key_is_refused_everywhere),
		CONFORMANCE_TEST(a_range_is_cut_at_the_end),
		CONFORMANCE_TEST(a_reader_stays_with_what_it_opened),
		CONFORMANCE_TEST(what_is_not_there_is_not_found),
		CONFORMANCE_TEST(an_etag_changes_when_the_object_does),
		CONFORMANCE_TEST(put_if_absent_changes_nothing_that_is_there),
		CONFORMANCE_TEST(an_url_names_an_object),
		CONFORMANCE_TEST(staged_files_move_into_the_store),
		CONFORMANCE_TEST(a_large_staged_file_stays_whole),
		CONFORMANCE_TEST(a_batch_that_cannot_be_is_refused),
		CONFORMANCE_TEST(what_the_dead_left_is_hidden_and_swept),
		CONFORMANCE_TEST(the_living_are_not_swept),
		CONFORMANCE_TEST(listings_are_those_of_the_model),
		CONFORMANCE_TEST(a_listing_tells_sizes_and_times),
		CONFORMANCE_TEST(what_stays_is_listed_once_whatever_goes_on),
		CONFORMANCE_TEST(of_many_processes_exactly_one_wins),
		CONFORMANCE_TEST(readers_see_whole_objects_while_others_write),
	};

	return cmocka_run_group_tests_name(c->name, conformance, NULL, NULL);
#undef CONFORMANCE_TEST
}

#endif
