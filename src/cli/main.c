#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/signals.h"

#ifndef NDEBUG
/* Tests, in builds that are for them: "N": the Nth request for memory fails in each process of a run, "N+": all from there on. */
static void memory_faults(void)
{
	const char *plan = getenv("BULLION_MEM_FAIL_AT");
	size_t digits = plan ? strspn(plan, "0123456789") : 0;
	uint64_t nth;

	if (digits && bln_uint64_parse(plan, digits, &nth))
		(void)bln_mem_fail_at(nth, plan[digits] == '+');
}
#else
static void memory_faults(void)
{
}
#endif

int main(int argc, char **argv)
{
	static struct bln_cancel cancel;

	memory_faults();
	bln_signals_catch(&cancel);
	return (int)bln_cli_run(&bln_commands, argc - 1, argv + 1, stdout, stderr, bln_clock_system(), &cancel);
}
