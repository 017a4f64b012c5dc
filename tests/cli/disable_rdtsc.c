/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Preloaded: RDTSC faults from before main() on, as after prctl(PR_SET_TSC) and
 * in some sandboxes.  The setting survives exec, but glibc's loader reads the
 * TSC itself, so that a dynamic program would not even start under it.
 */
#include <sys/prctl.h>
#include <unistd.h>

__attribute__((constructor)) static void disable_rdtsc(void)
{
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		_exit(77);
}
