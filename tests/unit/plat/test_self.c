/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A process is distinguished from its ancestors, whatever their pids are. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plat/self.h"

enum { DIFFERS, SAME, CHANGES, NOT_PERMITTED };

/* How the number in a child compares with those two. */
static int look(uint32_t parent, uint32_t grandparent)
{
	uint32_t self = self_process();

	if (self == parent || self == grandparent || !self)
		return SAME;
	return self_process() == self ? DIFFERS : CHANGES;
}

/* In a child and its child, each in a new PID namespace if anew. */
static int in_children(bool anew)
{
	uint32_t top = self_process();
	int status;

	if (fork() == 0) {
		uint32_t self;

		if (anew && unshare(CLONE_NEWPID))
			_exit(NOT_PERMITTED);
		if (fork() == 0) {
			int found = look(top, top);

			self = self_process();
			if (found)
				_exit(found);
			if (anew && (getpid() != 1 || unshare(CLONE_NEWPID)))
				_exit(NOT_PERMITTED);
			if (fork() == 0)
				_exit(look(self, top));
			wait(&status);
			_exit(WEXITSTATUS(status));
		}
		wait(&status);
		_exit(WEXITSTATUS(status));
	}
	wait(&status);
	cr_assert(eq(u32, self_process(), top));
	cr_assert(eq(int, WIFEXITED(status), 1));
	return WEXITSTATUS(status);
}

Test(self, the_number_of_a_child_differs_and_does_not_change)
{
	cr_assert(eq(int, in_children(false), DIFFERS));
}

Test(self, two_processes_of_pid_1_differ)
{
	int found = in_children(true);

	if (found == NOT_PERMITTED)
		cr_skip("no PID namespaces here");
	cr_assert(eq(int, found, DIFFERS));
}
