/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A program in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fresh.h"

/* A process that takes longer hangs: the alarm ends it. */
#define PATIENCE_S 20

double clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static _Noreturn void become(
	const char *program, const char *const *argv, int out)
{
	/* It must not outlive the benchmark or block it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(PATIENCE_S);
	if (dup2(out, STDOUT_FILENO) >= 0)
		execv(program ? program : "/proc/self/exe",
			(char *const *)argv);
	_exit(127);
}

/* All that comes out of a pipe, up to its end or size. */
static void read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len + 1 < size) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
}

bool fresh_run(const char *program, const char *const *argv, char *buf,
	size_t size, double *ms)
{
	double start = clock_ms();
	int fd[2], status = -1;
	pid_t pid;

	buf[0] = '\0';
	if (pipe2(fd, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid)
		become(program, argv, fd[1]);
	close(fd[1]);
	if (pid > 0) {
		read_all(fd[0], buf, size);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(fd[0]);
	*ms = clock_ms() - start;
	return status == 0;
}
