/* Times as commands print them, always UTC. */
#ifndef BLN_CLI_TIME_H
#define BLN_CLI_TIME_H

#include "cli/cli.h"

/* In the command's arena: whole seconds for people, "2024-01-31T12:34:56Z"; in JSON with six digits before the Z where there is a
 * fraction. NULL for 0, which stands for no time. */
const char *bln_cli_time(struct bln_cli *cli, int64_t time_us);

/* The same with the fraction for people too: a commit's time, which --as-of takes. */
const char *bln_cli_time_exact(struct bln_cli *cli, int64_t time_us);

#endif
