/* Holding one commit of others against what we want to commit: the rules of conflict.h, one by one. commit.c stands on it. */
#ifndef BLN_DELTA_RACE_H
#define BLN_DELTA_RACE_H

#include "base/arena.h"
#include "base/map.h"
#include "delta/commit.h"

/* What we want, prepared for looking things up; made when the first race is lost. */
struct bln_race_rules {
	const struct bln_snapshot *base;
	const struct bln_commit *commit;
	struct bln_arena arena;
	struct bln_map removed; /* paths, decoded, of what we remove */
	struct bln_map app_ids;
	struct bln_map domains;
	struct bln_map
		files; /* decoded path → struct bln_add: what the base has and what was moved since; where ranges were read */
};

BLN_MUST_CHECK enum bln_status bln_race_rules_init(struct bln_race_rules *rules, const struct bln_snapshot *base,
						   const struct bln_commit *commit, struct bln_err *err);
void bln_race_rules_clean_up(struct bln_race_rules *rules);

/* What is to know of another's commit. */
struct bln_rival {
	enum bln_race race;
	char operation[BLN_COMMIT_OPERATION_SIZE];
	char what[128]; /* the file, application id, … that is in the way, fit for a message */
	int64_t txn_version; /* of an application id of ours; -1: none */
	int64_t in_commit_time_ms; /* -1: it says none */
};

/* Judges the commit VERSION, whose lines are BYTES; to be asked for each version in turn. BLN_CORRUPT: it cannot be read. */
BLN_MUST_CHECK enum bln_status bln_race_judge(struct bln_race_rules *rules, int64_t version,
					      const struct bln_text *bytes, struct bln_rival *rival,
					      struct bln_err *err);

#endif
