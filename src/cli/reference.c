/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Takes nothing from the library but reads of the TSC: it judges the library's
 * sources, and must not share their errors. */
#include "cli/reference.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tscal/tscal.h>

#include "cli/format.h"
#include "cli/running.h"

#define READINGS 10000
#define CURRENT                                                                \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
/* Reads of CLOCK_BOOTTIME and CLOCK_MONOTONIC are not of one moment. */
#define SUSPENDED_NS (NS_PER_S / 100)

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void read_clocksource(char *out, size_t size)
{
	int fd = open(CURRENT, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

/* The vDSO's RDTSC waits for what is before it (LFENCE), and so for our first
 * reading; our second one waits for the vDSO's. */
static void take_tightest(struct raw_point *p)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < READINGS; i++) {
		uint64_t before = tscal_rdtsc_ordered();
		int64_t ns = now_ns(CLOCK_MONOTONIC_RAW);
		uint64_t after = tscal_rdtsc_ordered();

		/* Less than before: on another CPU, whose TSC is behind. */
		if (after < before || after - before >= best)
			continue;
		best = after - before;
		p->before_ticks = before;
		p->after_ticks = after;
		p->ns = ns;
	}
}

void raw_point_take(struct raw_point *out, const struct raw_point *before)
{
	cpu_set_t all;
	int cpu = before ? before->cpu : sched_getcpu();
	bool pinned = !sched_getaffinity(0, sizeof(all), &all) &&
		      !running_pin(cpu);

	*out = (struct raw_point){.cpu = -1};
	if (pinned)
		out->cpu = cpu;
	take_tightest(out);
	if (pinned)
		sched_setaffinity(0, sizeof(all), &all);
	out->suspended_ns = now_ns(CLOCK_BOOTTIME) - now_ns(CLOCK_MONOTONIC);
	read_clocksource(out->clocksource, sizeof(out->clocksource));
}

/* By how much a reading may be late: clocks are cut to whole ns, and stand
 * still between two counts of what they run by.  0: for milliseconds. */
static double step_ns(const char *clocksource)
{
	if (!strcmp(clocksource, "tsc") || !strcmp(clocksource, "kvm-clock") ||
		!strcmp(clocksource, "xen"))
		return 1;
	if (strstr(clocksource, "jiffies"))
		return 0;
	/* hyperv_clocksource_*: 100 ns; acpi_pm: 280; pit: 838; hpet: 100. */
	return 1000;
}

/* The interval between two points, where there is one. */
static bool between(const struct raw_point *first, const struct raw_point *last,
	struct reference *out)
{
	double ns = (double)(last->ns - first->ns);
	double step = step_ns(last->clocksource);

	if (last->before_ticks <= first->after_ticks || ns <= step)
		return false;
	out->lo = (double)(last->before_ticks - first->after_ticks) /
		  (ns + step) * 1e9;
	out->hi = (double)(last->after_ticks - first->before_ticks) /
		  (ns - step) * 1e9;
	out->hz = (out->lo + out->hi) / 2;
	return true;
}

/* What the seconds are by which it counts. */
static const char *seconds_of(const char *clocksource)
{
	if (!strcmp(clocksource, "tsc"))
		return "it counts this TSC by the rate that the kernel "
		       "uses, so it does not show true seconds";
	if (!strcmp(clocksource, "kvm-clock") || !strcmp(clocksource, "xen") ||
		!strncmp(clocksource, "hyperv", 6))
		return "it counts this TSC by the rate that the host states";
	if (!*clocksource)
		return "its oscillator is not visible here";
	return "it runs on another oscillator, which may be tens of ppm off";
}

/* Why three points are of no use; NULL: they are. */
static const char *unfit(const struct raw_point p[3])
{
	struct reference first, second;

	if (strcmp(p[0].clocksource, p[2].clocksource))
		return "the clocksource changed meanwhile";
	if (step_ns(p[0].clocksource) == 0)
		return "CLOCK_MONOTONIC_RAW advances by milliseconds here";
	if (llabs(p[2].suspended_ns - p[0].suspended_ns) > SUSPENDED_NS)
		return "the machine was suspended meanwhile";
	if (!between(&p[0], &p[1], &first) || !between(&p[1], &p[2], &second))
		return "the TSC or CLOCK_MONOTONIC_RAW went backwards "
		       "meanwhile";
	if (first.hi < second.lo || second.hi < first.lo)
		return "the rate changed meanwhile: the machine was moved, or "
		       "a clock was corrected";
	return NULL;
}

void reference_raw(const struct raw_point p[3], struct reference *out)
{
	const char *why = unfit(p);
	const char *clocksource = p[0].clocksource;
	char bound[32];

	*out = (struct reference){0};
	if (why) {
		snprintf(out->sentence, sizeof(out->sentence), "%s", why);
		return;
	}
	between(&p[0], &p[2], out);
	format_bound(bound, sizeof(bound), reference_ppm(out));
	snprintf(out->sentence, sizeof(out->sentence),
		"+-%s ppm, proven by reading CLOCK_MONOTONIC_RAW between two "
		"readings of the TSC, %.1f s apart%s.  Clocksource %s: %s.",
		bound, (double)(p[2].ns - p[0].ns) / 1e9,
		p[0].cpu >= 0 && p[0].cpu == p[2].cpu ? ", on one CPU"
						      : ", on whichever CPU",
		*clocksource ? clocksource : "unknown",
		seconds_of(clocksource));
}

double reference_ppm(const struct reference *r)
{
	return (r->hi - r->lo) / 2 / r->hz * 1e6;
}
