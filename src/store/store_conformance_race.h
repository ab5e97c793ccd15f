/* Several processes at once: see store_conformance.h. */
#ifndef BLN_STORE_CONFORMANCE_RACE_H
#define BLN_STORE_CONFORMANCE_RACE_H

#include "base/processes_test_kit.h"

#include "store/store_conformance.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { RACE_PROCESSES = 8, RACE_ROUNDS = 150, RACE_PUTS = 150, RACE_READS_MIN = 20, RACE_UNIT = 3000 };

/* In memory that all processes share. */
struct race {
	struct conformance *c;
	void (*work)(struct race *race, struct bln_store *store, int self);
	atomic_int arrived;
	atomic_int winner[RACE_ROUNDS]; /* 1 + who; -1 when several */
	atomic_int failed;
	atomic_int writers_left;
	atomic_int reads;
};

static inline struct race *race_new(struct conformance *c)
{
	struct race *race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(race, MAP_FAILED);
	race->c = c;
	return race;
}

/* In a process of its own: works with a store of its own. */
static inline bool race_take_part(void *context, int self)
{
	struct race *race = context;
	struct bln_store *store = race->c->open(race->c);

	race->work(race, store, self);
	bln_store_close(store);
	return race->failed == 0;
}

static inline void race_run(struct race *race, int processes,
			    void (*work)(struct race *race, struct bln_store *store, int self))
{
	race->work = work;
	test_processes(processes, race_take_part, race);
}

/* Key and content: who has put it. */
static inline void race_for_each_round(struct race *race, struct bln_store *store, int self)
{
	for (int round = 0; round < RACE_ROUNDS; round++) {
		char key[64];
		char text[24];
		enum bln_status status;

		snprintf(key, sizeof(key), "t/_delta_log/%020d.json", round);
		snprintf(text, sizeof(text), "writer %d", self);
		atomic_fetch_add(&race->arrived, 1);
		while (atomic_load(&race->arrived) < (round + 1) * RACE_PROCESSES)
			sched_yield();
		status = bln_store_put_if_absent(store, key, text, strlen(text), NULL);
		if (status == BLN_OK) {
			int nobody = 0;

			if (!atomic_compare_exchange_strong(&race->winner[round], &nobody, self + 1))
				atomic_store(&race->winner[round], -1);
		} else if (status != BLN_EXISTS) {
			atomic_fetch_add(&race->failed, 1);
		}
	}
}

static inline void of_many_processes_exactly_one_wins(void **state)
{
	struct conformance *c = *state;
	struct race *race = race_new(c);
	int won[RACE_PROCESSES + 1] = { 0 };
	int winners = 0;

	race_run(race, RACE_PROCESSES, race_for_each_round);
	for (int round = 0; round < RACE_ROUNDS; round++) {
		int winner = race->winner[round];
		char key[64];
		char text[24];

		assert_in_range(winner, 1, RACE_PROCESSES);
		winners += won[winner]++ == 0;
		snprintf(key, sizeof(key), "t/_delta_log/%020d.json", round);
		snprintf(text, sizeof(text), "writer %d", winner - 1);
		assert_object(c->store, key, text);
	}
	assert_true(winners > 1); /* else it was no race */
	munmap(race, sizeof(*race));
}

/* An object is one letter, so often as the letter says. */
static inline size_t race_length(char letter)
{
	return (size_t)(letter - 'a' + 1) * RACE_UNIT;
}

static inline bool race_is_whole(const char *bytes, size_t length)
{
	if (length == 0 || bytes[0] < 'a' || bytes[0] > 'z' || length != race_length(bytes[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (bytes[i] != bytes[0])
			return false;
	return true;
}

static inline void race_write(struct race *race, struct bln_store *store, int self)
{
	char *bytes = malloc(race_length('z'));
	char path[KIT_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/%d", race->c->staging, self);
	for (int i = 0; i < RACE_PUTS || (atomic_load(&race->reads) < RACE_READS_MIN && i < 1000 * RACE_PUTS); i++) {
		char letter = (char)('a' + (i * 7 + self) % 26);
		enum bln_status status;

		memset(bytes, letter, race_length(letter));
		if (i % 3 > 0) {
			status = bln_store_put(store, "hot/object", bytes, race_length(letter), NULL);
		} else {
			FILE *file = fopen(path, "w");

			if (!file || fwrite(bytes, race_length(letter), 1, file) != 1 || fclose(file) != 0)
				abort();
			status = bln_store_put_file(store, "hot/object", path, NULL);
		}
		if (status != BLN_OK)
			atomic_fetch_add(&race->failed, 1);
	}
	atomic_fetch_sub(&race->writers_left, 1);
	free(bytes);
}

/* Streams in small steps, so that a put comes in between. */
static inline bool race_read_stream(struct bln_store *store, char *bytes)
{
	struct bln_store_reader *reader;
	size_t length = 0;
	size_t got = 1;

	if (bln_store_reader_open(store, "hot/object", &reader, NULL) != BLN_OK)
		return false;
	while (got > 0 && length <= race_length('z')) {
		if (bln_store_reader_read(reader, bytes + length, 1000, &got, NULL) != BLN_OK)
			break;
		length += got;
	}
	bln_store_reader_close(reader);
	return got == 0 && race_is_whole(bytes, length);
}

static inline void race_read(struct race *race, struct bln_store *store, int self)
{
	char *bytes = malloc(race_length('z') + 1000);
	struct bln_text text = { 0 };
	struct bln_object_head head;

	while (atomic_load(&race->writers_left) > 0) {
		bool is_good = self % 2 ? race_read_stream(store, bytes)
					: bln_store_get(store, "hot/object", race_length('z'), &text, NULL) == BLN_OK &&
						  race_is_whole(text.at, text.length);

		if (!is_good || bln_store_head(store, "hot/object", &head, NULL) != BLN_OK ||
		    head.size_bytes % RACE_UNIT != 0)
			atomic_fetch_add(&race->failed, 1);
		atomic_fetch_add(&race->reads, 1);
	}
	bln_text_clean_up(&text);
	free(bytes);
}

static inline void race_write_or_read(struct race *race, struct bln_store *store, int self)
{
	if (self < 2)
		race_write(race, store, self);
	else
		race_read(race, store, self);
}

static inline void readers_see_whole_objects_while_others_write(void **state)
{
	struct conformance *c = *state;
	struct race *race = race_new(c);
	char first[RACE_UNIT + 1];

	memset(first, 'a', RACE_UNIT);
	first[RACE_UNIT] = '\0';
	kit_put(c->store, "hot/object", first);
	race->writers_left = 2;
	race_run(race, 4, race_write_or_read);
	assert_true(race->reads >= RACE_READS_MIN);
	munmap(race, sizeof(*race));
}

#endif
