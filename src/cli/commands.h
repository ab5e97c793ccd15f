/* The commands of the program, one file each. */
#ifndef BLN_CLI_COMMANDS_H
#define BLN_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct bln_command bln_command_complete, bln_command_completion, bln_command_doctor, bln_command_help,
	bln_command_coverage, bln_command_init, bln_command_job_run, bln_command_man, bln_command_run,
	bln_command_runs_cancel, bln_command_runs_list, bln_command_runs_logs, bln_command_runs_show, bln_command_sql,
	bln_command_table_history, bln_command_table_list, bln_command_table_show, bln_command_validate,
	bln_command_version;

#endif
