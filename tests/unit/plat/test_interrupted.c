/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A filter that answers EINTR to each read: nothing reads for ever. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tscal/calibrate.h>

#include "plat/plat.h"
#include "seccomp.h"

/* In a child: what reads must end, with EINTR. */
static int read_all(void)
{
	struct tscal_platform *p = tscal_platform_passive(), *replay;
	char buf[64], err[300];

	if (refuse_call(SYS_read, EINTR))
		return 77;
	/* If it does not end. */
	alarm(20);
	if (p->ops->read_file(p, "/proc/cpuinfo", buf, sizeof(buf)) != -EINTR)
		return 1;
	if (tscal_platform_replay("/proc/cpuinfo", &replay, err, sizeof(err)) !=
		-EINTR)
		return 2;
	return strstr(err, "cannot be read") ? 0 : 3;
}

Test(interrupted, no_read_is_made_again_for_ever)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(read_all());
	cr_assert(eq(int, waitpid(pid, &status, 0), pid));
	cr_assert(eq(int, WIFEXITED(status), 1), "%#x", (unsigned)status);
	if (WEXITSTATUS(status) == 77)
		cr_skip("no seccomp here");
	cr_assert(eq(int, WEXITSTATUS(status), 0));
}
