/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The advice: one whole sentence, for each pair of verdicts. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "calib/judge/judge.h"

#define N(array) (sizeof(array) / sizeof(*(array)))
#define NTP "to verify it, let NTP or PTP"
#define PORTS "`sudo tscal --probe ports` may verify it"
#define PORTS_PIT "`sudo tscal --probe ports --pit` may verify it"
#define DEVICES "`sudo tscal` may verify it"
#define HPET (UINT64_C(1) << TSCAL_SOURCE_HPET)

struct timer {
	enum tscal_source id;
	enum tscal_status status;
	const char *probe;
	bool for_root_too; /* skipped, whatever --probe is */
};

struct row {
	const char *what;
	enum tscal_rate rate;
	enum tscal_use use;
	double hz_raw, hz_si; /* hz is 2000000000 */
	const char *says, *says_not;
	struct timer timer[2];
	double hz_off, hz_raw_off; /* half the width of the bounds */
	bool guest, replay, ntp;
	uint64_t only;
	uint32_t flags;
	bool rejected, passed; /* by the kernel; by the comparison of CPUs */
	int cpus;	       /* 0: two */
};

static const struct row rows[] = {
	{"all is well", TSCAL_RATE_VERIFIED, TSCAL_USE_YES, 2e9, 0,
		.says = "Convert with this rate: it agrees with this machine's "
			"CLOCK_MONOTONIC_RAW.",
		"verify"},
	{"RAW has another rate", TSCAL_RATE_VERIFIED, TSCAL_USE_YES, 2000000134,
		0,
		.says = "Convert with 2000000134 Hz (hz_raw), the rate that "
			"agrees",
		NULL},
	{"RAW has the same rate, rounded", TSCAL_RATE_VERIFIED, TSCAL_USE_YES,
		2000000000.9, 0, .says = "Convert with this rate: it agrees"},
	{"RAW is 0.0006 ppm lower", TSCAL_RATE_VERIFIED, TSCAL_USE_YES,
		1999999998.8, 0, .says = "Convert with 1999999999 Hz (hz_raw)"},
	{"RAW is measured, and includes the rate", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_UNTIL_MOVED, 2000002000, 0,
		.says = "Convert with this rate: it agrees", "hz_raw",
		.hz_raw_off = 2001},
	{"RAW is measured better than the rate", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_UNTIL_MOVED, 2000002000, 0,
		.says = "Convert with 2000002000 Hz (hz_raw)", NULL,
		.hz_off = 40000, .hz_raw_off = 8000},
	{"RAW is measured, and excludes the rate", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_UNTIL_MOVED, 2000002000, 0,
		.says = "Convert with 2000002000 Hz (hz_raw)", NULL,
		.hz_raw_off = 1999},
	{"true seconds", TSCAL_RATE_VERIFIED, TSCAL_USE_YES, 2e9, 2000004000,
		.says = "; for true seconds, convert with 2000004000 Hz "
			"(hz_si).",
		NULL},
	{"RAW is not known", TSCAL_RATE_SINGLE, TSCAL_USE_YES, 0, 0,
		.says = "Convert with this rate; to verify",
		"CLOCK_MONOTONIC_RAW"},
	{"metal, ports not asked", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9, 0,
		.says = PORTS, NTP,
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_DENIED, "devices", false},
			{TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_SKIPPED, "ports",
				false}}},
	{"metal, devices not asked", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9,
		0, .says = DEVICES, NTP,
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_SKIPPED, "devices", false},
			{TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_ABSENT, "ports",
				false}}},
	{"metal, /dev/hpet denied", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9,
		0,
		.says = "; hpet may verify it, with the permission that its "
			"line names.",
		"sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_DENIED, "devices", false},
			{TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_ABSENT, "ports",
				false}}},
	{"metal, ports denied", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9, 0,
		.says = "; acpi-pm may verify it, with", "sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_ABSENT, "devices", false},
			{TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_DENIED, "ports",
				false}}},
	{"NTP has not settled", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9, 0,
		.says = "; NTP does not verify it now: `tscal --all` shows "
			"why.",
		"let NTP", .ntp = true},
	{"metal, all timers were read", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES,
		2e9, 0, .says = NTP, "sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_AGREES, "devices", false},
			{TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_COARSE, "ports",
				false}}},
	{"metal, the kernel has switched the HPET off", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_YES, 2e9, 0, .says = NTP, "sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_SKIPPED, "devices", true},
			{TSCAL_SOURCE_PIT, TSCAL_STATUS_ABSENT, "ports",
				false}}},
	{"metal, ports asked, the PIT not needed", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_YES, 2e9, 0, .says = PORTS_PIT, NTP,
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_AGREES, "devices", false},
			{TSCAL_SOURCE_PIT, TSCAL_STATUS_SKIPPED, "ports",
				true}}},
	{"metal, the PIT is in use", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9,
		0, .says = NTP, "sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_AGREES, "devices", false},
			{TSCAL_SOURCE_PIT, TSCAL_STATUS_SKIPPED, "ports",
				true}},
		.flags = TSCAL_OPT_PIT},
	{"what is no timer verifies nothing", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_YES, 2e9, 0, .says = NTP, "sudo",
		{{TSCAL_SOURCE_PERF_PAGE, TSCAL_STATUS_DENIED, "devices",
			false}}},
	{"a guest's timers are the host's clock", TSCAL_RATE_CONSISTENT,
		TSCAL_USE_UNTIL_MOVED, 2e9, 0, .says = NTP, "sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_DENIED, "devices", false},
			{TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_SKIPPED, "ports",
				false}},
		.guest = true},
	{"few sources by choice", TSCAL_RATE_SINGLE, TSCAL_USE_YES, 2e9, 0,
		.says = "CLOCK_MONOTONIC_RAW.", "verify",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_DENIED, "devices", false}},
		.only = HPET},
	{"no measurement by choice", TSCAL_RATE_CONSISTENT, TSCAL_USE_YES, 2e9,
		0, .says = "without --no-measure it is compared", "sudo",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_SKIPPED, "devices", false}},
		.flags = TSCAL_OPT_NO_MEASURE},
	{"conflict", TSCAL_RATE_CONFLICT, TSCAL_USE_YES, 2e9, 0,
		.says = "Do not convert with this rate: run `tscal compare` to "
			"find the source that is wrong, which may be the "
			"kernel's own clock.",
		"clock_gettime"},
	{"conflict, recorded", TSCAL_RATE_CONFLICT, TSCAL_USE_YES, 2e9, 0,
		.says = "run `tscal compare` on the machine to find", NULL,
		.replay = true},
	{"moved to another host", TSCAL_RATE_CONFLICT, TSCAL_USE_UNTIL_MOVED,
		2e9, 0,
		.says = "Convert with this rate, and not with the kernel's: "
			"its clocks are off until",
		"compare",
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_STALE, "devices", false}},
		.guest = true},
	{"moved, and another source contradicts", TSCAL_RATE_CONFLICT,
		TSCAL_USE_UNTIL_MOVED, 2e9, 0, .says = "Do not convert", NULL,
		{{TSCAL_SOURCE_HPET, TSCAL_STATUS_STALE, "devices", false},
			{TSCAL_SOURCE_PIT, TSCAL_STATUS_DISAGREES, "ports",
				false}},
		.guest = true},
	{"conflict, and trapped", TSCAL_RATE_CONFLICT, TSCAL_USE_SLOW, 2e9, 0,
		.says = "Do not convert with this rate", NULL},
	{"trapped", TSCAL_RATE_VERIFIED, TSCAL_USE_SLOW, 2e9, 0,
		.says = "clock_gettime(); `tscal bench`", "Convert"},
	{"just booted", TSCAL_RATE_SINGLE, TSCAL_USE_PROVISIONAL, 2e9, 0,
		.says = "Until the kernel is done, read the time with "
			"clock_gettime(); then run tscal again.",
		"Convert"},
	{"rejected", TSCAL_RATE_VERIFIED, TSCAL_USE_NO, 2e9, 0,
		.says = "Here read the time with clock_gettime(); a clock of "
			"<tscal/clock.h>",
		"Convert"},
	{"rejected, and in conflict", TSCAL_RATE_CONFLICT, TSCAL_USE_NO, 2e9, 0,
		.says = "a clock of <tscal/clock.h> does so by itself",
		"Convert"},
	{"no rate", TSCAL_RATE_NONE, TSCAL_USE_NO, 0, 0,
		.says = "clock_gettime(); `tscal --all` shows why", NULL},
	{"no rate, and trapped", TSCAL_RATE_NONE, TSCAL_USE_SLOW, 0, 0,
		.says = "clock_gettime(); `tscal --all` shows why", "bench"},
	{"no rate, and a clock", TSCAL_RATE_NONE, TSCAL_USE_YES, 0, 0,
		.says = "clock_gettime(); `tscal --all` shows why", "Convert"},
	{"a dump of CPUID", TSCAL_RATE_NONE, TSCAL_USE_UNKNOWN, 0, 0,
		.says = "Run tscal on the machine itself: this file does not "
			"show its "
			"rate.",
		NULL, .replay = true},
	{"a dump of CPUID with a rate", TSCAL_RATE_SINGLE, TSCAL_USE_UNKNOWN, 0,
		0, .says = "does not show whether its TSC may be a clock.",
		NULL, .replay = true},
	{"not measured, and no /sys", TSCAL_RATE_SINGLE, TSCAL_USE_UNKNOWN, 0,
		0, .says = "Run tscal without --no-measure.", NULL,
		.flags = TSCAL_OPT_NO_MEASURE},
	{"a source that was not there", TSCAL_RATE_NONE, TSCAL_USE_UNKNOWN, 0,
		0, .says = "Run tscal without --only.", NULL, .only = HPET},
	{"rejected, and the CPUs agree", TSCAL_RATE_SINGLE, TSCAL_USE_NO, 0, 0,
		.says = "If the kernel was wrong to reject this TSC, "
			"--trust-over-kernel uses it.",
		.says_not = "all CPUs", .rejected = true, .passed = true},
	{"rejected, on one CPU", TSCAL_RATE_SINGLE, TSCAL_USE_NO, 0, 0,
		.says = "--trust-over-kernel uses it.", .rejected = true,
		.cpus = 1},
	{"rejected, and nothing was compared", TSCAL_RATE_SINGLE, TSCAL_USE_NO,
		0, 0, .says = "does so by itself.", .says_not = "--trust",
		.rejected = true},
	{"trusted, and nothing was compared", TSCAL_RATE_SINGLE, TSCAL_USE_NO,
		0, 0,
		.says = "overrules the kernel only if all CPUs that this "
			"process may use were compared.",
		.rejected = true, .flags = TSCAL_OPT_TRUST_OVER_KERNEL},
	{"the CPUs agree, and it is simulated", TSCAL_RATE_SINGLE, TSCAL_USE_NO,
		0, 0, .says = "does so by itself.", .says_not = "--trust",
		.passed = true},
	{"nothing can be asked", TSCAL_RATE_NONE, TSCAL_USE_UNKNOWN, 0, 0,
		.says = "read the time with clock_gettime(); `tscal --all`",
		NULL},
};

static struct tscal_info advice_on(const struct row *r)
{
	struct estimate est[N(r->timer)] = {0};
	struct kernel_rate kernel = {.guest = r->guest};
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct cpus cpus = {.n = 2,
		.n_visited = r->passed ? 2 : 0,
		.verdict = r->passed ? PAIR_SYNCHRONISED : PAIR_UNKNOWN};
	struct advice_view v = {.est = est,
		.cpus = &cpus,
		.kernel = &kernel,
		.opts = &opts,
		.ntp = r->ntp,
		.replay = r->replay};
	struct tscal_info info = {.hz = 2e9,
		.hz_raw = r->hz_raw,
		.hz_lo = 2e9 - r->hz_off,
		.hz_hi = 2e9 + r->hz_off,
		.hz_raw_lo = r->hz_raw - r->hz_raw_off,
		.hz_raw_hi = r->hz_raw + r->hz_raw_off,
		.hz_si = r->hz_si,
		.rate = r->rate,
		.use = r->use,
		.cpus = r->cpus ? r->cpus : 2,
		.rejected_by_kernel = r->rejected,
		.synchronised = r->passed ? 1 : -1,
		.advice = "what was there before"};

	for (; v.n < N(r->timer) && r->timer[v.n].probe; v.n++) {
		est[v.n].line.id = r->timer[v.n].id;
		est[v.n].line.name = tscal_source_str(r->timer[v.n].id);
		est[v.n].line.status = r->timer[v.n].status;
		est[v.n].probe = r->timer[v.n].probe;
		est[v.n].other_probe = !r->timer[v.n].for_root_too;
	}
	opts.only = r->only;
	opts.flags = r->flags;
	advise(&v, &info);
	return info;
}

Test(advice, follows_from_the_verdicts)
{
	for (size_t i = 0; i < N(rows); i++) {
		const struct row *r = &rows[i];
		struct tscal_info info = advice_on(r);

		cr_expect(ne(ptr, strstr(info.advice, r->says), NULL), "%s: %s",
			r->what, info.advice);
		if (r->says_not)
			cr_expect(
				eq(ptr, strstr(info.advice, r->says_not), NULL),
				"%s: %s", r->what, info.advice);
	}
}

/* With the longest numbers there are. */
Test(advice, is_a_whole_sentence)
{
	for (size_t i = 0; i < N(rows); i++)
		for (int rate = 0; rate <= TSCAL_RATE_VERIFIED; rate++)
			for (int use = 0; use <= TSCAL_USE_UNKNOWN; use++) {
				struct row r = rows[i];
				struct tscal_info info;
				size_t len;

				r.rate = (enum tscal_rate)rate;
				r.use = (enum tscal_use)use;
				r.hz_raw = 19999999999;
				r.hz_si = 19999999999;
				info = advice_on(&r);
				len = strlen(info.advice);
				cr_assert(lt(sz, 10, len), "%s", r.what);
				cr_expect(eq(chr, info.advice[len - 1], '.'),
					"%s: %s", r.what, info.advice);
				cr_expect(ne(chr, info.advice[len - 2], '.'),
					"%s: %s", r.what, info.advice);
			}
}
