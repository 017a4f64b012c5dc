/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "plat/errname.h"
#include "plat/text.h"

void outcome_set(
	struct outcome *o, enum tscal_status status, const char *fmt, ...)
{
	va_list ap;

	o->status = status;
	o->sentence[0] = '\0';
	va_start(ap, fmt);
	text_vprintf(o->sentence, sizeof(o->sentence), fmt, ap);
	va_end(ap);
}

/* The one map of errors (plat.h); the rows from COUNTER on are of counters. */
#define COUNTER 6
static const struct {
	int error;
	enum tscal_status status;
	const char *before, *after;
} errors[] = {
	{ENOENT, TSCAL_STATUS_ABSENT, "", " is not on this machine"},
	{EACCES, TSCAL_STATUS_DENIED, "no permission for ", ""},
	{EPERM, TSCAL_STATUS_DENIED, "no permission for ", ""},
	{EOPNOTSUPP, TSCAL_STATUS_SKIPPED, "not asked to use ", ""},
	{ENODATA, TSCAL_STATUS_ABSENT, "", " is not in the recording"},
	/* The worker could not be started: no matter of capabilities. */
	{ECANCELED, TSCAL_STATUS_DENIED,
		"a seccomp filter forbids to start the process that reads ",
		""},
	{EFAULT, TSCAL_STATUS_DENIED, "reading ",
		" faults, although the kernel permitted it"},
	{ENODEV, TSCAL_STATUS_STUCK, "", " does not count"},
	{ETIMEDOUT, TSCAL_STATUS_UNSTABLE, "",
		" did not answer in time and was closed"},
	{EBUSY, TSCAL_STATUS_SKIPPED, "another program uses ", ""},
	{ENXIO, TSCAL_STATUS_DENIED, "the kernel does not let programs read ",
		" (hpet_mmap=0?)"},
	/* No number that contradicts: nothing was counted. */
	{ERANGE, TSCAL_STATUS_ERROR, "", " reports an impossible frequency"},
	/* ioperm(2) of a kernel without X86_IOPL_IOPERM, or some filters. */
	{ENOSYS, TSCAL_STATUS_DENIED, "",
		" needs ioperm, which this kernel lacks or a seccomp filter "
		"refuses (ENOSYS)"},
	{ECHILD, TSCAL_STATUS_ERROR, "the process that reads ", " was killed"},
};

/*
 * What a refused look-up needs, by what was asked.  Never "root": uid 0 in a
 * container lacks the capability too.  Linux: msr_open(), ksys_ioperm(),
 * kernel/events/core.c, generic_permission() for the mode of a file, and
 * devcgroup_check_permission(), which gives EPERM.
 */
static const struct {
	const char *what;
	int error;
	const char *needs;
} rights[] = {
	{"/dev/cpu/0/msr", EPERM,
		"needs CAP_SYS_RAWIO, and the device in the container's list"},
	{"/dev/cpu/0/msr", EACCES,
		"needs CAP_SYS_RAWIO, and read permission or "
		"CAP_DAC_READ_SEARCH"},
	{"I/O ports", EPERM,
		"needs CAP_SYS_RAWIO, and no kernel lockdown or seccomp "
		"filter against ioperm"},
	{"perf_event_open(2)", EACCES,
		"needs CAP_PERFMON, or a lower kernel.perf_event_paranoid"},
	{"perf_event_open(2)", EPERM,
		"needs CAP_PERFMON, or a seccomp filter that permits it"},
	{"/dev/kvm", EACCES, "needs the group of the file, often kvm"},
	{"adjtimex", EPERM, "needs a seccomp filter that permits it"},
	{"ACPI's FADT", EACCES,
		"/sys/firmware/acpi/tables/FACP needs CAP_DAC_READ_SEARCH"},
	/* All other files. */
	{"/", EACCES, "needs read permission or CAP_DAC_READ_SEARCH"},
	{"/dev/", EPERM, "needs the device in the container's list"},
};

static void say_needs(struct outcome *o, int rc, const char *what)
{
	for (size_t i = 0; i < sizeof(rights) / sizeof(*rights); i++)
		if (rights[i].error == -rc && !strncmp(what, rights[i].what,
						      strlen(rights[i].what))) {
			text_printf(o->sentence, sizeof(o->sentence), ": %s",
				rights[i].needs);
			return;
		}
}

static void set(struct outcome *o, int rc, const char *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (errors[i].error == -rc) {
			outcome_set(o, errors[i].status, "%s%s%s",
				errors[i].before, what, errors[i].after);
			say_needs(o, rc, what);
			return;
		}
	if (errname(rc))
		outcome_set(o, TSCAL_STATUS_ERROR, "%s fails (%s: %s)", what,
			errname(rc), errname_meaning(rc));
	else
		outcome_set(o, TSCAL_STATUS_ERROR, "%s fails (errno %d)", what,
			-rc);
}

void outcome_errno(struct outcome *o, int rc, const char *what)
{
	set(o, rc, what, COUNTER);
}

void outcome_counter_errno(struct outcome *o, int rc, const char *what)
{
	set(o, rc, what, sizeof(errors) / sizeof(*errors));
}
