/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Loops that use all the CPU time that they get. */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calibration.h"

static pid_t loops[BUSY_LOOPS];

static _Noreturn void loop(pid_t parent)
{
	volatile unsigned long spins = 0;

	/* The kernel ends it with the benchmark, however that ends. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
	for (;;)
		spins++;
}

bool busy_start(void)
{
	pid_t parent = getpid();

	for (size_t i = 0; i < BUSY_LOOPS; i++) {
		loops[i] = fork();
		if (!loops[i])
			loop(parent);
		if (loops[i] < 0) {
			busy_stop();
			return false;
		}
	}
	return true;
}

bool busy_stop(void)
{
	bool lasted = true;

	for (size_t i = 0; i < BUSY_LOOPS; i++) {
		int status;

		if (loops[i] <= 0)
			continue;
		lasted &= waitpid(loops[i], &status, WNOHANG) == 0;
		kill(loops[i], SIGKILL);
		waitpid(loops[i], &status, 0);
		loops[i] = 0;
	}
	return lasted;
}
