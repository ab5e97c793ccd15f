#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* A handler is given nothing but the signal's number. */
static struct bln_cancel *asked;
static volatile sig_atomic_t times;

static void on_signal(int signal)
{
	static const char note[] = "\nstopping; once more to end at once\n";

	if (times++ > 0)
		_exit(128 + signal);
	bln_cancel_request(asked);
	if (signal == SIGINT && isatty(STDERR_FILENO) == 1)
		(void)!write(STDERR_FILENO, note, sizeof(note) - 1);
}

/* Caught and dropped, not ignored: what is ignored stays so in the programs that we start. */
static void on_pipe(int signal)
{
	(void)signal;
}

void bln_signals_catch(struct bln_cancel *cancel)
{
	const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };

	asked = cancel;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;

		/* Whoever started us with a signal ignored (nohup) wants it so. */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &action, NULL);
	}
	action.sa_handler = on_pipe;
	(void)sigaction(SIGPIPE, &action, NULL);
}
