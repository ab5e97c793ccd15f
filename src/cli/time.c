#include "cli/time.h"

#include "base/time.h"

static const char *show(struct bln_cli *cli, int64_t time_us, bool is_exact)
{
	const int64_t fraction = (time_us % BLN_US_PER_SECOND + BLN_US_PER_SECOND) % BLN_US_PER_SECOND;
	char text[BLN_TIME_TEXT_SIZE];

	if (time_us == 0)
		return NULL;
	if (is_exact && fraction)
		bln_time_format_us(time_us, text);
	else
		bln_time_format(time_us - fraction, text);
	return bln_arena_strdup(&cli->arena, text);
}

const char *bln_cli_time(struct bln_cli *cli, int64_t time_us)
{
	return show(cli, time_us, cli->is_json);
}

const char *bln_cli_time_exact(struct bln_cli *cli, int64_t time_us)
{
	return show(cli, time_us, true);
}
