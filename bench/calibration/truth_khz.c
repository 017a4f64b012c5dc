/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The whole kHz that the kernel and its KVM name, read without tscal. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "truth.h"

/* Crystals and the kernel's boot-time calibration are within this of each
 * other; beyond it the message is of another machine: this one was resumed
 * from a snapshot, or moved. */
#define SAME_MACHINE_PPM 1000

/* The rate of a new virtual machine: that of this kernel's TSC. */
static double khz_by_ioctl(void)
{
	int dev = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = dev < 0 ? -1 : ioctl(dev, KVM_CREATE_VM, 0);
	int khz = vm < 0 ? -1 : ioctl(vm, KVM_GET_TSC_KHZ, 0);

	if (vm >= 0 && khz <= 0) {
		/* Before Linux 5.16 only a virtual CPU has it. */
		int cpu = ioctl(vm, KVM_CREATE_VCPU, 0);

		khz = cpu < 0 ? -1 : ioctl(cpu, KVM_GET_TSC_KHZ, 0);
		if (cpu >= 0)
			close(cpu);
	}
	if (vm >= 0)
		close(vm);
	if (dev >= 0)
		close(dev);
	return khz > 0 ? khz : 0;
}

static bool same_machine(const struct truth *t, double khz)
{
	return fabs(khz * 1e3 / t->raw.hz - 1) * 1e6 < SAME_MACHINE_PPM;
}

/*
 * The message is preferred: tscal has a source that uses the ioctl, and none
 * that reads the log.
 */
void truth_khz_find(struct truth *t)
{
	struct reference *r = &t->khz;
	double ioctl_khz = khz_by_ioctl(), khz;
	struct kernel_log log;
	char said[80] = "KVM_GET_TSC_KHZ has no answer here";

	*r = (struct reference){0};
	kernel_log_read(&log);
	khz = (double)log.khz;
	if (ioctl_khz > 0)
		snprintf(said, sizeof(said), "KVM_GET_TSC_KHZ %s: %.0f",
			ioctl_khz == khz ? "says the same" : "differs",
			ioctl_khz);
	snprintf(r->sentence, sizeof(r->sentence), "%s%s%s; %s",
		khz > 0 ? "\"" : "", log.line, khz > 0 ? "\"" : "", said);
	if (khz > 0 && !same_machine(t, khz)) {
		snprintf(r->sentence, sizeof(r->sentence),
			"\"%s\" is not of this machine: CLOCK_MONOTONIC_RAW is "
			"far from it; %s",
			log.line, said);
		khz = 0;
	}
	t->khz_by_ioctl = !(khz > 0) && same_machine(t, ioctl_khz);
	if (t->khz_by_ioctl)
		khz = ioctl_khz;
	if (!(khz > 0))
		return;
	/* It was rounded to whole kHz, or cut to them, as pvclock_tsc_khz() in
	 * Linux does. */
	r->hz = khz * 1e3;
	r->lo = r->hz - 1000;
	r->hi = r->hz + 1000;
}
