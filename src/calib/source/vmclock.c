/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's period from a VMClock device: relative to the host's clock, which
 * NTP or PTP may steer. */
#include <errno.h>

#include "calib/source/source.h"

static bool check(const struct source_view *v, struct estimate *est)
{
	bool survey = v->opts->flags & TSCAL_OPT_SURVEY;
	char dev[16];

	if (!source_in_guest(v, est))
		return false;
	if (!survey ||
		v->plat->ops->read_file(v->plat, "/sys/class/misc/vmclock0/dev",
			dev, sizeof(dev)) != -ENOENT)
		return true;
	est_errno(est, -ENOENT, "/dev/vmclock0");
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	est->by_host_clock = true;
	if (v->vmclock->rc == -EOPNOTSUPP)
		est_errno(est, v->vmclock->rc, "/dev/vmclock0");
	else
		est_outcome(est, &v->vmclock->out, TSCAL_ROOT_HV);
}

const struct source source_vmclock = {
	.id = TSCAL_SOURCE_VMCLOCK,
	.name = "vmclock",
	.kind = TSCAL_KIND_REPORTED,
	.probe = "devices",
	.needs = "/dev/vmclock0; --probe devices",
	.check = check,
	.would = "would read /dev/vmclock0",
	.read = read,
};
