/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* In a KVM guest: an exact source is chosen, and it agrees with the TSC rate
 * that the kernel logged at boot, which it does also where it keeps time by
 * kvm-clock.
 */
#include <cpuid.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/klog.h>

#include <tscal/tscal.h>

#include "live.h"

#define READ_ALL 3     /* SYSLOG_ACTION_READ_ALL, syslog(2) */
#define SIZE_BUFFER 10 /* SYSLOG_ACTION_SIZE_BUFFER */
/* The kernel prints its rate cut to a kHz, after cutting the hypervisor's. */
#define AGREE_PPM 2.0

static const char *kernel_log(void)
{
	int size = klogctl(SIZE_BUFFER, NULL, 0), n;
	char *text;

	if (size <= 0)
		skip("the kernel's log is not readable: %s", strerror(errno));
	text = calloc(1, (size_t)size + 1);
	check(text, "no memory");
	n = klogctl(READ_ALL, text, size);
	if (n <= 0)
		skip("the kernel's log is not readable: %s", strerror(errno));
	text[n] = '\0';
	return text;
}

/* The number in Hz that follows the last such message; 0 when there is none. */
static double logged_hz(const char *log, const char *message)
{
	double mhz = 0;

	for (const char *at = log; (at = strstr(at, message)); at++)
		mhz = strtod(at + strlen(message), NULL);
	return mhz * 1e6;
}

static const struct tscal_line *line_of(
	const struct tscal_report *r, enum tscal_source source)
{
	for (size_t i = 0; i < tscal_report_count(r); i++)
		if (tscal_report_line(r, i)->id == source)
			return tscal_report_line(r, i);
	check(false, "no line of %s", tscal_source_str(source));
	return NULL;
}

/* CPUID itself, without the library. */
static bool is_kvm(void)
{
	unsigned eax, ebx, ecx, edx;

	__cpuid(1, eax, ebx, ecx, edx);
	if (!(ecx >> 31))
		return false;
	__cpuid(0x40000000, eax, ebx, ecx, edx);
	/* "KVMKVMKVM": Linux, Documentation/virt/kvm/x86/cpuid.rst. */
	return ebx == 0x4b4d564b && ecx == 0x564b4d56 && edx == 0x4d;
}

static bool exact(const struct tscal_report *r, enum tscal_source source)
{
	/* The kernel maps kvm-clock's record only where all CPUs may use it. */
	if (source == TSCAL_SOURCE_CLOCK_RAW)
		return !strcmp(tscal_report_machine(r)->clocksource,
			       "kvm-clock") &&
		       !(line_of(r, TSCAL_SOURCE_KVMCLOCK)->hz > 0);
	return source == TSCAL_SOURCE_HV_LEAF ||
	       source == TSCAL_SOURCE_KVMCLOCK || source == TSCAL_SOURCE_VDSO;
}

int main(void)
{
	const struct tscal_info *info;
	char clocksource[64] = "";
	struct tscal_report *r;
	const char *log;
	double hz;

	check(!tscal_report_new(NULL, &r), "no report");
	info = tscal_report_info(r);
	if (!is_kvm())
		skip("not a KVM guest");
	truth_line(TRUTH_CLOCKSOURCE "current_clocksource", "", clocksource,
		sizeof(clocksource));
	if (strcmp(clocksource, "tsc") && strcmp(clocksource, "kvm-clock"))
		skip("the clocksource is \"%s\", neither tsc nor kvm-clock",
			clocksource);
	log = kernel_log();
	for (size_t i = 0; i < tscal_report_count(r); i++) {
		if (tscal_report_line(r, i)->status != TSCAL_STATUS_STALE)
			continue;
		/* Linux drivers/char/random.c, where VMGENID reports it. */
		if (strstr(log, "crng reseeded due to virtual machine fork"))
			skip("restored from a snapshot since boot");
		check(!"stale", "the kernel's log shows no move: %s",
			info->rate_sentence);
	}
	hz = logged_hz(log, "tsc: Refined TSC clocksource calibration: ");
	if (hz <= 0)
		hz = logged_hz(log, "tsc: Detected ");
	free((void *)log);
	if (hz <= 0)
		skip("the kernel's log no longer holds its tsc: message");

	printf("kernel %.0f Hz, %s %.3f Hz, %s\n", hz,
		tscal_source_str(info->source), info->hz, info->rate_sentence);
	check(exact(r, info->source), "chosen: %s",
		tscal_source_str(info->source));
	check(info->hz_lo / hz - 1 < AGREE_PPM * 1e-6 &&
			1 - info->hz_hi / hz < AGREE_PPM * 1e-6,
		"%.2f ppm apart", (info->hz / hz - 1) * 1e6);
	check(info->hz_lo <= info->hz && info->hz <= info->hz_hi,
		"[%.3f, %.3f]", info->hz_lo, info->hz_hi);
	check(info->rate == TSCAL_RATE_CONSISTENT ||
			info->rate == TSCAL_RATE_VERIFIED ||
			info->source == TSCAL_SOURCE_CLOCK_RAW,
		"%s: %s", tscal_rate_str(info->rate), info->rate_sentence);
	/* Each CPU of a guest with an unmapped kvm-clock has its own offset. */
	check(info->use == (info->source == TSCAL_SOURCE_CLOCK_RAW
					   ? TSCAL_USE_NO
					   : TSCAL_USE_UNTIL_MOVED),
		"use %s: %s", tscal_use_str(info->use), info->use_sentence);
	check(info->watch || info->use == TSCAL_USE_NO, "nothing to watch");
	tscal_report_free(r);
	return 0;
}
