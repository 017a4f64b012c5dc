/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The whole kHz that the kernel and its KVM name, asked without tscal. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <unistd.h>

#include "truth.h"

/* syslog(2), which has no header for these. */
#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_SIZE_BUFFER 10

/* Crystals and the kernel's boot-time calibration are within this of each
 * other; beyond it the message is of another machine: this one was resumed
 * from a snapshot, or moved. */
#define SAME_MACHINE_PPM 1000

/* What stands before and after the MHz, the later ones replaced by the
 * earlier (Linux, arch/x86/kernel/tsc.c). */
static const struct {
	const char *before, *after;
} messages[] = {
	{"tsc: Refined TSC clocksource calibration: ", " MHz"},
	{"tsc: Detected ", " MHz TSC"},
	{"tsc: Detected ", " MHz processor"},
};

/* kHz, 0 when no line says it; line: what was said. */
static double find_message(const char *log, char *line, size_t size)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		const char *before = messages[i].before;
		const char *after = messages[i].after;

		for (const char *p = strstr(log, before); p;
			p = strstr(p + 1, before)) {
			char *end;
			double mhz = strtod(p + strlen(before), &end);

			if (!(mhz > 0) || strncmp(end, after, strlen(after)))
				continue;
			snprintf(line, size, "%.*s",
				(int)(end - p) + (int)strlen(after), p);
			return round(mhz * 1e3);
		}
	}
	return 0;
}

static double khz_by_message(char *line, size_t size)
{
	int room = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
	char *log = room > 0 ? malloc((size_t)room + 1) : NULL;
	int n = log ? klogctl(SYSLOG_ACTION_READ_ALL, log, room) : -1;
	double khz = 0;

	if (n < 0) {
		snprintf(line, size, "the kernel's log cannot be read here");
	} else {
		log[n] = '\0';
		snprintf(line, size, "the kernel's log does not say it");
		khz = find_message(log, line, size);
	}
	free(log);
	return khz;
}

/* The rate of a new virtual machine: that of this kernel's TSC. */
static double khz_by_ioctl(void)
{
	int dev = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = dev < 0 ? -1 : ioctl(dev, KVM_CREATE_VM, 0);
	int khz = vm < 0 ? -1 : ioctl(vm, KVM_GET_TSC_KHZ, 0);

	if (vm >= 0 && khz <= 0) {
		/* Before Linux 5.16 only a virtual CPU knows it. */
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
 * The message is preferred: tscal has a source that asks the ioctl, and none
 * that reads the log.
 */
void truth_khz_find(struct truth *t)
{
	struct exact *e = &t->khz;
	double ioctl_khz = khz_by_ioctl(), khz;
	char line[120], said[80] = "KVM_GET_TSC_KHZ has no answer here";

	memset(e, 0, sizeof(*e));
	khz = khz_by_message(line, sizeof(line));
	if (ioctl_khz > 0)
		snprintf(said, sizeof(said), "KVM_GET_TSC_KHZ %s: %.0f",
			ioctl_khz == khz ? "says the same" : "differs",
			ioctl_khz);
	snprintf(e->from, sizeof(e->from), "%s%s%s; %s", khz > 0 ? "\"" : "",
		line, khz > 0 ? "\"" : "", said);
	if (khz > 0 && !same_machine(t, khz)) {
		snprintf(e->from, sizeof(e->from),
			"\"%s\" is not of this machine: CLOCK_MONOTONIC_RAW is "
			"far from it; %s",
			line, said);
		khz = 0;
	}
	t->khz_by_ioctl = !(khz > 0) && same_machine(t, ioctl_khz);
	if (t->khz_by_ioctl)
		khz = ioctl_khz;
	if (!(khz > 0))
		return;
	/* Whoever named it cut or rounded it to whole kHz. */
	e->hz = khz * 1e3;
	e->lo = e->hz - 500;
	e->hi = e->hz + 500;
}
