#include <stdio.h>

#include "cli/cli.h"
#include "cli/signals.h"

int main(int argc, char **argv)
{
	static struct bln_cancel cancel;

	bln_signals_catch(&cancel);
	return (int)bln_cli_run(&bln_commands, argc - 1, argv + 1, stdout, stderr, bln_clock_system(), &cancel);
}
