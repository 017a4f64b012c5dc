/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* In a guest: port 0x61 and the mode of the PIT's channel 2 are what they were,
 * also where the process that reads it is killed, or the program around it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/wait.h>
#include <unistd.h>

#include "in_lab.h"
#include "probe/devices.h"

struct state {
	unsigned port61, mode;
};

static struct state look(void)
{
	struct state s = {.port61 = inb(0x61) & 0x0f};

	outb(0xe8, 0x43);
	s.mode = inb(0x42) & 0x3f;
	return s;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "not so: %s\n", what);
	exit(1);
}

static void same(struct state before, const char *what)
{
	struct state now = look();

	printf("%s: port 0x61 %x, mode %x; was %x, %x\n", what, now.port61,
		now.mode, before.port61, before.mode);
	must(now.port61 == before.port61 && now.mode == before.mode, what);
}

static void open_pit(struct worker *w)
{
	struct plat_counter c;
	int rc = pit_open(w, NULL, &c);

	must(!rc, "the PIT can be read");
	must(look().mode == 0x34, "it counts and wraps");
}

int main(void)
{
	static struct plat_sample s[1000];
	const struct plat_until until = {.reads = 1000, .ns = 1000000};
	struct worker w = {0};
	struct state before;
	pid_t program;

	must(in_lab(), "this is a guest of the lab");
	must(!ioperm(0x42, 2, 1) && !ioperm(0x61, 1, 1), "permission");
	/* A mode of its own, to be known again: 3, as for a sound. */
	outb(0xb6, 0x43);
	before = look();
	must(before.mode == 0x36, "channel 2 is in mode 3");

	open_pit(&w);
	must(worker_burst(&w, s, &until) > 0, "a burst");
	worker_close(&w);
	same(before, "closed");

	open_pit(&w);
	kill(w.pid, SIGKILL);
	must(worker_burst(&w, s, &until) == -ECHILD, "a burst by a dead one");
	same(before, "killed");
	worker_close(&w);
	same(before, "killed and closed");

	/* A second one, that would take the first one's mode for the machine's.
	 */
	{
		struct worker second = {0};

		open_pit(&w);
		must(pit_open(&second, NULL, &(struct plat_counter){0}) ==
				-EBUSY,
			"one at a time");
		worker_close(&w);
		same(before, "two at once");
		open_pit(&second);
		worker_close(&second);
		same(before, "the second one");
	}

	program = fork();
	if (!program) {
		open_pit(&w);
		kill(getpid(), SIGKILL);
	}
	waitpid(program, NULL, 0);
	usleep(200000);
	same(before, "the program killed");

	/* A sound that begins meanwhile goes on. */
	open_pit(&w);
	outb(0xb6, 0x43);
	outb(0, 0x42);
	outb(4, 0x42);
	outb(3, 0x61);
	worker_close(&w);
	same((struct state){3, 0x36}, "a sound meanwhile");
	outb((unsigned char)before.port61, 0x61);

	/* A sound that is being made. */
	outb(3, 0x61);
	must(pit_open(&w, NULL, &(struct plat_counter){0}) == -EBUSY,
		"left alone while the speaker sounds");
	same((struct state){3, before.mode}, "sounding");
	outb((unsigned char)before.port61, 0x61);
	return 0;
}
