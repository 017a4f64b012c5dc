/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/outcome.h"

#include <errno.h>
#include <stdarg.h>

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
#define COUNTER 5
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
	/* ioperm(2) of a kernel without X86_IOPL_IOPERM. */
	{ENOSYS, TSCAL_STATUS_DENIED, "the kernel has no ioperm, which ",
		" needs"},
	{ECHILD, TSCAL_STATUS_ERROR, "the process that reads ", " was killed"},
};

static void set(struct outcome *o, int rc, const char *what, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (errors[i].error == -rc) {
			outcome_set(o, errors[i].status, "%s%s%s",
				errors[i].before, what, errors[i].after);
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
