/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A filter that answers EINTR to each read: nothing reads for ever. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tscal/calibrate.h>

#include "plat/plat.h"

static int never_read(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINTR),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof(f) / sizeof(*f), f};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* In a child: what reads must end, with EINTR. */
static int read_all(void)
{
	struct tscal_platform *p = tscal_platform_passive(), *replay;
	char buf[64], err[300];

	if (never_read())
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
