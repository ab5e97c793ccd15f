#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"

enum {
	STANDARD_FDS = 3,
	PIPE_READ = 0,
	PIPE_WRITE = 1,
	EXIT_NOT_EXECUTED = 127, /* as shells say it; only we see it */
	STOP_STEP_US = 10000,
	PATH_LENGTH_MAX = 1 << 16, /* of $PATH */
};

/* What fails in the child, told through a pipe. */
struct failure {
	enum { FAILED_FD, FAILED_CWD, FAILED_EXEC } at;
	int code; /* errno */
};

/* Everything the child needs, made before the fork: after it, in a program with threads, nothing may be allocated. */
struct plan {
	const char *file;
	char *const *argv;
	char *const *env;
	const char *cwd;
	int ours[STANDARD_FDS + BLN_CHILD_FDS_MAX]; /* changed by the child: moved out of the way */
	int theirs[STANDARD_FDS + BLN_CHILD_FDS_MAX];
	size_t fds_count;
	bool leads_group;
	pid_t parent;
	int report; /* the pipe's end; likewise */
};

/* Where NAME is along PATH. BLN_NOT_FOUND, or BLN_DENIED where it is there and may not be executed. */
static enum bln_status path_find(const char *name, struct bln_arena *arena, const char **out, struct bln_err *err)
{
	const char *path = getenv("PATH");
	struct bln_slice rest = bln_slice_of(path && *path ? path : "/usr/local/bin:/usr/bin:/bin");
	bool is_denied = false;

	if (rest.length > PATH_LENGTH_MAX)
		rest.length = PATH_LENGTH_MAX;
	while (rest.at) {
		const struct bln_slice folder = bln_slice_cut(&rest, ':');
		char *file = bln_arena_printf(arena, "%.*s/%s", folder.length ? (int)folder.length : 1,
					      folder.length ? folder.at : ".", name);

		if (!file)
			return bln_err_memory(err);
		if (access(file, X_OK) == 0) {
			*out = file;
			return BLN_OK;
		}
		is_denied |= errno == EACCES;
	}
	if (is_denied)
		return bln_err_set(err, BLN_DENIED, "cannot run %s: it is not executable", name);
	return bln_err_set(err, BLN_NOT_FOUND, "cannot run %s: there is no such program in PATH", name);
}

static size_t name_length(const char *variable)
{
	return strcspn(variable, "=");
}

/* Our environment with the variables of MORE in it. */
static char **env_make(const char *const *more, struct bln_arena *arena)
{
	size_t count = 1;
	size_t used = 0;
	char **env;

	for (char **at = environ; *at; at++)
		count++;
	for (const char *const *at = more; at && *at; at++)
		count++;
	env = bln_arena_calloc(arena, count, sizeof(*env));
	if (!env)
		return NULL;
	for (char **at = environ; *at; at++) {
		const char *const *other = more;

		while (other && *other && strncmp(*at, *other, name_length(*other) + 1) != 0)
			other++;
		if (!other || !*other)
			env[used++] = *at;
	}
	for (const char *const *at = more; at && *at; at++)
		env[used++] = (char *)*at; /* execve does not change it */
	return env;
}

static void plan_fd(struct plan *plan, int ours, int theirs)
{
	plan->ours[plan->fds_count] = ours;
	plan->theirs[plan->fds_count++] = theirs;
}

static enum bln_status plan_make(const struct bln_child_start *start, int null_fd, struct bln_arena *arena,
				 struct plan *plan, struct bln_err *err)
{
	if (!start->argv || !start->argv[0] || start->fds_count > BLN_CHILD_FDS_MAX)
		return bln_err_set(err, BLN_BUG, "a child without a name, or with more than %d descriptors",
				   BLN_CHILD_FDS_MAX);
	plan->argv = (char *const *)start->argv;
	plan->cwd = start->cwd;
	plan->leads_group = !start->stays_in_group;
	plan->parent = getpid();
	plan->file = start->file ? start->file : start->argv[0];
	plan_fd(plan, null_fd, STDIN_FILENO);
	plan_fd(plan, start->out ? *start->out : null_fd, STDOUT_FILENO);
	plan_fd(plan, start->err ? *start->err : null_fd, STDERR_FILENO);
	for (size_t i = 0; i < start->fds_count; i++) {
		if (start->fds[i].theirs < STANDARD_FDS || start->fds[i].theirs > BLN_CHILD_FD_MAX)
			return bln_err_set(err, BLN_BUG, "descriptor %d is not one that a child can have",
					   start->fds[i].theirs);
		plan_fd(plan, start->fds[i].ours, start->fds[i].theirs);
	}
	plan->env = env_make(start->env, arena);
	if (!plan->env)
		return bln_err_memory(err);
	if (!start->file && !strchr(plan->file, '/'))
		return path_find(plan->file, arena, &plan->file, err);
	return BLN_OK;
}

static _Noreturn void child_fail(const struct plan *plan, struct failure failure)
{
	while (write(plan->report, &failure, sizeof(failure)) < 0 && errno == EINTR)
		;
	_exit(EXIT_NOT_EXECUTED);
}

/* Gives the descriptors their numbers. All move above those first: one's old number may be another's new one. */
static void child_take_fds(struct plan *plan)
{
	int report = fcntl(plan->report, F_DUPFD_CLOEXEC, BLN_CHILD_FD_MAX + 1);

	if (report < 0)
		child_fail(plan, (struct failure){ FAILED_FD, errno });
	plan->report = report;
	for (size_t i = 0; i < plan->fds_count; i++) {
		plan->ours[i] = fcntl(plan->ours[i], F_DUPFD_CLOEXEC, BLN_CHILD_FD_MAX + 1);
		if (plan->ours[i] < 0)
			child_fail(plan, (struct failure){ FAILED_FD, errno });
	}
	(void)syscall(SYS_close_range, STANDARD_FDS, UINT_MAX,
		      1U << 2 /* CLOSE_RANGE_CLOEXEC */); /* ours have it anyway */
	for (size_t i = 0; i < plan->fds_count; i++)
		if (dup2(plan->ours[i], plan->theirs[i]) < 0)
			child_fail(plan, (struct failure){ FAILED_FD, errno });
}

/* The child, from the fork to its program. Only calls that are safe in signal handlers. */
static _Noreturn void child_become(struct plan *plan)
{
	sigset_t none;

	/* A handler of ours must not run here: the signals were blocked before the fork. */
	for (int number = 1; number < NSIG; number++)
		if (number != SIGKILL && number != SIGSTOP)
			(void)signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (plan->leads_group)
		(void)setpgid(0, 0);
	/* The parent may have ended before the kernel knew that this matters. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != plan->parent)
		_exit(EXIT_NOT_EXECUTED);
	child_take_fds(plan);
	if (plan->cwd && chdir(plan->cwd) != 0)
		child_fail(plan, (struct failure){ FAILED_CWD, errno });
	execve(plan->file, plan->argv, plan->env);
	child_fail(plan, (struct failure){ FAILED_EXEC, errno });
}

/* Waits until the program runs (the pipe closes) or the child says why not. */
static enum bln_status report_read(int fd, const struct plan *plan, struct bln_err *err)
{
	struct failure failure = { 0 };
	ssize_t got;

	do
		got = read(fd, &failure, sizeof(failure));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return BLN_OK;
	if (got != sizeof(failure))
		return bln_err_errno(err, got < 0 ? errno : EIO, "cannot start %s", plan->argv[0]);
	if (failure.at == FAILED_CWD)
		return bln_err_errno(err, failure.code, "cannot start %s in %s", plan->argv[0], plan->cwd);
	if (failure.at == FAILED_FD)
		return bln_err_errno(err, failure.code, "cannot start %s: its descriptors", plan->argv[0]);
	return bln_err_errno(err, failure.code, "cannot run %s", plan->file);
}

static enum bln_status fork_child(struct plan *plan, int report[2], struct bln_child *child, struct bln_err *err)
{
	struct bln_child_end end;
	enum bln_status status;
	sigset_t all;
	sigset_t before;
	pid_t pid;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	plan->report = report[PIPE_WRITE];
	pid = fork();
	code = errno;
	if (pid == 0)
		child_become(plan);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(report[PIPE_WRITE]);
	report[PIPE_WRITE] = -1;
	if (pid < 0)
		return bln_err_errno(err, code, "cannot start %s", plan->argv[0]);
	/* Whoever is first; it must be done before we signal the group. */
	if (plan->leads_group)
		(void)setpgid(pid, pid);
	*child = (struct bln_child){ .pid = pid, .pidfd = -1, .leads_group = plan->leads_group };
	status = report_read(report[PIPE_READ], plan, err);
	if (status != BLN_OK) {
		bln_child_wait(child, &end);
		return status;
	}
	child->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return BLN_OK;
}

enum bln_status bln_child_start(const struct bln_child_start *start, struct bln_child *child, struct bln_err *err)
{
	struct bln_arena arena = { 0 };
	struct plan plan = { 0 };
	int report[2] = { -1, -1 };
	int null_fd;
	enum bln_status status;

	*child = (struct bln_child){ .pidfd = -1 };
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0 || pipe2(report, O_CLOEXEC) != 0) {
		status = bln_err_errno(err, errno, "cannot start a process");
		goto done;
	}
	BLN_TRY(plan_make(start, null_fd, &arena, &plan, err));
	status = fork_child(&plan, report, child, err);
done:
	if (null_fd >= 0)
		close(null_fd);
	for (int i = 0; i < 2; i++)
		if (report[i] >= 0)
			close(report[i]);
	bln_arena_clean_up(&arena);
	return status;
}

void bln_child_signal(const struct bln_child *child, int number)
{
	if (child->pid > 0)
		(void)kill(child->leads_group ? -child->pid : child->pid, number);
}

/* Looks without taking: as long as it is a zombie, its number, which is its group's too, is nobody else's. */
static bool child_look(struct bln_child *child, struct bln_child_end *end, int options)
{
	siginfo_t info = { 0 };
	int code;

	do
		code = waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT | options);
	while (code != 0 && errno == EINTR);
	if (code == 0 && info.si_pid == 0)
		return false;
	if (code != 0) { /* somebody took it: SIGCHLD is ignored, or a wait for any child */
		*end = (struct bln_child_end){ .is_signal = true, .code = SIGKILL };
	} else {
		*end = (struct bln_child_end){ .is_signal = info.si_code != CLD_EXITED, .code = info.si_status };
		if (child->leads_group)
			(void)kill(-child->pid, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (child->pidfd >= 0)
		close(child->pidfd);
	*child = (struct bln_child){ .pidfd = -1 };
	return true;
}

bool bln_child_has_ended(struct bln_child *child, struct bln_child_end *end)
{
	return child_look(child, end, WNOHANG);
}

void bln_child_wait(struct bln_child *child, struct bln_child_end *end)
{
	(void)child_look(child, end, 0);
}

void bln_child_stop(struct bln_child *child, struct bln_clock *clock, int64_t grace_us, struct bln_child_end *end)
{
	const int64_t begun_us = bln_clock_monotonic_us(clock);

	bln_child_signal(child, SIGTERM);
	while (bln_clock_monotonic_us(clock) - begun_us < grace_us) {
		if (bln_child_has_ended(child, end))
			return;
		bln_clock_sleep_us(clock, STOP_STEP_US);
	}
	bln_child_signal(child, SIGKILL);
	bln_child_wait(child, end);
}

struct bln_child_end_text bln_child_end_text(const struct bln_child_end *end)
{
	struct bln_child_end_text out = { 0 };
	const char *name = end->is_signal ? sigabbrev_np(end->code) : NULL; /* real-time signals have none */

	if (end->is_signal)
		snprintf(out.text, sizeof(out.text), "killed by signal %d%s%s%s", end->code, name ? " (SIG" : "",
			 name ? name : "", name ? ")" : "");
	else
		snprintf(out.text, sizeof(out.text), "exit code %d", end->code);
	return out;
}
