/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The period that a VMClock device gives for the TSC: the host's, by the clock
 * that the host keeps, which its NTP or PTP may steer. */
#include <errno.h>

#include "calib/source/source.h"

static bool in_guest(const struct run *run, struct estimate *est)
{
	if (!run->kernel.guest)
		est_say(est, TSCAL_STATUS_ABSENT, "no hypervisor here");
	return run->kernel.guest;
}

static void survey(struct run *run, struct estimate *est)
{
	char dev[16];

	if (!in_guest(run, est))
		return;
	if (run->plat->ops->read_file(run->plat, "/sys/class/misc/vmclock0/dev",
		    dev, sizeof(dev)) == -ENOENT)
		est_say(est, TSCAL_STATUS_ABSENT, "no /dev/vmclock0 here");
	else
		est_say(est, TSCAL_STATUS_READY, "would read /dev/vmclock0");
}

static void ask(struct run *run, struct estimate *est)
{
	const struct vmclock *v = &run->vmclock;

	if (!in_guest(run, est))
		return;
	switch (run->vmclock_rc) {
	case 0:
		break;
	case -EBUSY:
		est_say(est, TSCAL_STATUS_UNSTABLE,
			"the host was writing the vmclock page at every look");
		return;
	case -EBADMSG:
		est_say(est, TSCAL_STATUS_ERROR,
			"/dev/vmclock0 holds no vmclock page of version 1, or "
			"a part of one");
		return;
	default:
		est_errno(est, run->vmclock_rc, "/dev/vmclock0");
		return;
	}
	if (!(v->hz > 0)) {
		est_say(est, TSCAL_STATUS_ABSENT, "the vmclock device %s",
			v->why_not);
		return;
	}
	est->by_host_clock = true;
	est_number(est, v->hz, v->lo, v->hi, TSCAL_ROOT_HV,
		"vmclock, by the host's clock; disruption marker %llu",
		(unsigned long long)v->disruption_marker);
}

const struct source source_vmclock = {
	.id = TSCAL_SOURCE_VMCLOCK,
	.name = "vmclock",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "devices",
	.needs = "/dev/vmclock0; --probe devices",
	.survey = survey,
	.ask = ask,
};
