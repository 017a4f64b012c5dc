/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Programs that run this one, and its RDTSC. */
#include <stdio.h>
#include <string.h>

#include "plat/text.h"
#include "calib/facts/facts.h"

/* Name, umask, state and ids of a process, to TracerPid (Linux,
 * proc_pid_status()); what follows is not read. */
#define STATUS_SIZE 160

static bool is_valgrind(const char *name)
{
	static const char *const tools[] = {"memcheck-amd64", "callgrind-amd64",
		"cachegrind-amd6", "helgrind-amd64", "drd-amd64",
		"massif-amd64", "dhat-amd64", "lackey-amd64", "none-amd64",
		"exp-bbv-amd64"};

	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++)
		if (!strncmp(name, tools[i], strlen(tools[i])))
			return true;
	return false;
}

static void found(struct facts *f, const char *name, bool translated)
{
	snprintf(f->simulated, sizeof(f->simulated), "%s", name);
	f->simulated_known = true;
	f->translated = translated;
}

/*
 * The kernel has the name of what was executed: a tool of Valgrind
 * ("memcheck-amd64-linux", cut to 15 bytes), QEMU's user mode.  Both translate
 * the program.  Its RDTSC reads the host's TSC (VEX,
 * amd64g_dirtyhelper_RDTSC(); QEMU's user mode, cpu_get_tsc()).  The kernel
 * also has the name of the process that traces this one: rr lets RDTSC fault
 * (PR_SET_TSC), and records the value or gives the recorded one.
 */
void facts_simulated(struct tscal_platform *plat, struct facts *f)
{
	char text[STATUS_SIZE], path[48], name[32];
	const char *value, *end;
	double pid;

	if (text_read(plat, "/proc/self/status", text, sizeof(text)) <= 0)
		return;
	value = text_value(text, "Name");
	if (!value)
		return;
	value += strspn(value, " \t");
	if (!strncmp(value, "qemu-x86_64", strlen("qemu-x86_64"))) {
		found(f, "QEMU's user mode", true);
		return;
	}
	if (is_valgrind(value)) {
		found(f, "Valgrind", true);
		return;
	}
	value = text_value(text, "TracerPid");
	if (!value)
		return;
	pid = text_number(value, &end);
	if (end == value || !(pid >= 0 && pid < 1e9))
		return;
	if (pid < 1) {
		found(f, "", false);
		return;
	}
	snprintf(path, sizeof(path), "/proc/%.0f/comm", pid);
	if (text_read_line(plat, path, name, sizeof(name)) > 0)
		found(f, strcmp(name, "rr") ? "" : "rr", false);
}
