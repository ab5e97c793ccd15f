/* What the commands about runs share. */
#ifndef BLN_CLI_RUNS_H
#define BLN_CLI_RUNS_H

#include "cli/cli.h"
#include "cli/time.h"
#include "state/runs.h"
#include "state/state.h"

/* Opens the project's state (loading its places, where it is not loaded yet), HOW says whether it is made. *STATE is NULL, and
 * BLN_EXIT_DONE returned, where there is none. */
enum bln_exit bln_cli_open_state_as(struct bln_cli *cli, struct bln_state **state, enum bln_state_open how);

/* The same with runs ended whose process is gone, so that none is shown as running for ever; but not where the state can only
 * be read (BLN_STATE_LOOK). */
enum bln_exit bln_cli_open_state(struct bln_cli *cli, struct bln_state **state, enum bln_state_open how);

/* Finds the run that WORD names: its id, or enough of its beginning; NULL is the newest. In the command's arena. */
enum bln_exit bln_cli_find_run(struct bln_cli *cli, struct bln_state *state, const char *word, struct bln_run *run);

/* What a job did, out of the RESULT it gave: "1234 rows in 12 files, version 3". Nothing for jobs without a table. */
void bln_cli_result_add(const char *result, struct bln_text *text);

/* The lines of KEY out of the RESULT that a job gave, in the command's arena: what it "missed" where it was done in part, its
 * "remarks". Returns how many there are. */
size_t bln_cli_result_lines(struct bln_cli *cli, const char *result, const char *key, const char *const **lines);

/* How long RUN took, or has taken by now: "1m30s"; NULL where it has not begun. */
const char *bln_cli_took(struct bln_cli *cli, const struct bln_run *run);

#endif
