/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Preloaded: disables RDTSC for a program before its main().  (Doing so before
 * execve(2) would kill Debian 12's dynamic loader, which executes RDTSC.) */
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((constructor)) static void disable_rdtsc(void)
{
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		_exit(77);
}
