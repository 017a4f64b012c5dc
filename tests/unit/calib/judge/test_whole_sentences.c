/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* No sentence of a verdict is cut, on random machines whose names, signs and
 * sentences are as long as they can be. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>

#include "unit/random_machine.h"

#include "calib/facts/ntp.h"

#define MACHINES 30000
/* As long as facts.h has room for. */
#define SIGN_LEN 95

/* A part of each sentence of verdict_rate.c and verdict_conflict.c. */
static const char *const rate_parts[] = {
	"No source gives a rate; a hint",
	"No source gives a rate.",
	"are independent of each other and confirm",
	"NTP has measured this rate",
	"both derive from the CPU's crystal",
	"; msr-platform confirms",
	"msr-platform confirms msr-platform to",
	"agrees with the host's own timers",
	"do not contradict",
	"because one is rounded; all available",
	": all timers here derive from the host's clock.",
	"is the only reference of both the kernel and",
	"All available sources derive from the hypervisor; nothing",
	"it is guaranteed by the CPU's firmware, not by the host",
	"which scales this TSC to",
	"CPUID 15h too, so the two",
	"; nothing independent confirms it.",
	"the origin of its rate is not known",
	"they may have the same origin",
	", but all timers here derive from the host's clock; the kernel",
	"Only the kernel's rate is available",
	"gives a rate, and the kernel",
	"gives a rate.",
	"CLOCK_MONOTONIC_RAW is off by as much",
	"reports, unless",
	" contradicts the source used",
	" contradict the source used",
	" more contradict the source used",
	" contradicts: ",
	" is used.",
};

static const char *const use_parts[] = {
	"reports no TSC",
	"RDTSC is disabled",
	"it is not a clock",
	"after boot it still runs on",
	"tsc is gone from",
	"pvclock is not marked stable",
	"The rate of this TSC is not known",
	"neither the TSC's rate nor its use",
	"and the clocksource is not visible:",
	"This TSC is guaranteed by",
	"Xen itself runs",
	"control domain never",
	"Xen never emulates",
	"so a host may control",
	"The host controls",
	"it is not known how long",
	"own clock runs on this TSC",
	"has not rejected the TSC",
	"RDTSC is trapped",
	"hypervisor reports that it traps",
	"run tscal again in a",
	"own verdict on this TSC is bad",
	"reads it all the same.",
	"RDTSC is simulated here",
	"translates this program",
	"which reads this TSC.",
	"The kernel does not list tsc.",
	"The kernel was told",
	"this time namespace",
};
#define N(array) (sizeof(array) / sizeof(*(array)))

static char sign[SIGN_LEN + 1];

static const char *long_sign(void)
{
	memset(sign, 'x', SIGN_LEN);
	return sign;
}

static void random_facts(struct facts *f)
{
	memset(f, 0, sizeof(*f));
	f->tdx = !below(4);
	f->secure_tsc = !below(4);
	f->hv_bit = below(2) ? 0 : -1;
	f->timex = (struct plat_timex){.freq = below(2) ? 500 * 65536 : -1,
		.tick = below(2) ? 10000 : 9000,
		.offset_ns = below(2) ? 0 : 2000000};
	f->has_tsc = below(8) ? 1 : 0;
	f->invariant = (int8_t)below(2);
	f->constant_tsc = (int8_t)below(2);
	f->cpus = 1 + below(2);
	f->tsc_access = below(8) ? 0 : PLAT_TSC_SIGSEGV;
	f->tsc_unstable = !below(3);
	f->notsc = !below(3);
	f->clocksource_visible = below(4) > 0;
	f->clocksource_rc = below(2) ? -ENODATA : -ENOENT;
	f->time_namespace = below(2);
	if (!below(8))
		strcpy(f->simulated, "QEMU's user mode");
	f->translated = below(2);
	f->dom0 = !below(4);
	f->uptime_s = below(2) ? -1 : 1e9 * below(4);
	if (below(2))
		memcpy(f->below_xen, long_sign(), sizeof(sign));
	snprintf(f->clocksource, sizeof(f->clocksource), "%s",
		below(2) ? "kvm-clock" : "a-clocksource-with-thirty-one-c");
	snprintf(f->available, sizeof(f->available), "%s",
		below(2) ? "tsc" : f->clocksource);
}

static void random_kernel(struct kernel_rate *k)
{
	/* Their phrases must be those of the longest too. */
	k->origin = below(KERNEL_ON_HIDDEN + 1);
	k->khz_origin = below(KERNEL_ON_HIDDEN + 1);
	k->roots = below(2) ? roots[below(N_ROOTS)] : TSCAL_ROOT_UNKNOWN;
	k->khz_roots = below(2) ? roots[below(N_ROOTS)] : TSCAL_ROOT_CPU;
	k->guest = below(2);
	k->ticks = !below(3);
	k->provisional = !below(5);
	k->tsc = below(2);
	k->hv_calibrated = below(2);
	k->sign = long_sign();
}

static void longest_names(struct machine *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct tscal_line *l = &m->est[i].line;
		size_t len = below(2) ? 30 : TSCAL_SENTENCE - 1;

		l->name = "msr-platform";
		memset(l->sentence, 'y', len);
		l->sentence[len] = '\0';
	}
}

/* Some machines have few sources, some agree in all. */
static void fewer(struct machine *m)
{
	unsigned keep = below(3) ? (unsigned)m->n : below(4);
	bool same = !below(3), one_root = !below(3);
	uint32_t root = roots[below(N_ROOTS)];

	if (keep < m->n)
		m->n = keep;
	for (size_t i = 0; i < m->n; i++) {
		struct tscal_line *l = &m->est[i].line;

		if (same) {
			double wide = below(8) ? 1e-7 : 4e-4;

			l->hz = HZ * (1 + between(-2e-7, 2e-7));
			l->hz_lo = l->hz * (1 - wide);
			l->hz_hi = l->hz * (1 + wide);
		}
		if (one_root)
			l->roots = root;
		m->est[i].of_cpu_crystal = !below(3);
	}
}

static void not_cut(const char *sentence, uint64_t seed)
{
	size_t len = strlen(sentence);

	cr_assert(len > 0 && len < TSCAL_SENTENCE, "%ju", (uintmax_t)seed);
	cr_assert(len < 4 || strcmp(sentence + len - 4, " ...") != 0,
		"seed %ju: %s", (uintmax_t)seed, sentence);
	cr_assert(sentence[len - 1] == '.', "seed %ju: %s", (uintmax_t)seed,
		sentence);
}

static void see(const char *sentence, const char *const *parts, size_t n,
	unsigned *seen)
{
	for (size_t i = 0; i < n; i++)
		seen[i] += strstr(sentence, parts[i]) != NULL;
}

static void all_seen(const char *const *parts, size_t n, const unsigned *seen)
{
	for (size_t i = 0; i < n; i++)
		cr_expect(seen[i] > 0, "never said: %s", parts[i]);
}

/* What the use verdict has of the hypervisor and the measurement. */
static void judge_use(struct machine *m, const struct facts *f)
{
	static const struct hv_vendor hyperv = {.id = "hyperv"};
	struct hypervisor hv = {
		.vendor = &hyperv,
		.id.present = below(2),
		.timing = {.emulated = !below(6), .steady = !below(4)},
	};
	struct measured raw = {.tsc_failed = !below(8)};
	struct pvclock pvclock = {.stable = below(2), .not_mapped = below(2)};
	struct vmclock vmclock = {.rc = -1};
	struct cpus cpus = {.n = 1024,
		.n_visited = below(2) ? 1024 : 0,
		.n_skewed = below(3),
		.verdict = (enum pair_verdict)below(3),
		.a = 1000,
		.b = 1023,
		.worst = {.rounds = 100,
			.lo = below(2) ? 8999999 : -8999999,
			.hi = 9999999,
			.apart = below(2),
			.warp = below(2)},
		.worst_hz = 1e9,
		.worst_ns = 9999999};
	struct use_view v = {
		.facts = f,
		.hv = &hv,
		.watch = 1U << below(6),
		.kernel = &m->kernel,
		.raw = &raw,
		.pvclock = &pvclock,
		.vmclock = &vmclock,
		.cpus = &cpus,
		.trust = below(2),
		.measured = below(3) > 0,
		.replay = below(2),
	};

	snprintf(raw.out.sentence, sizeof(raw.out.sentence),
		"the TSC does not count");
	pvclock.out.status = below(2) ? TSCAL_STATUS_READY
				      : TSCAL_STATUS_ABSENT;
	m->info.rdtsc_ns = below(4) ? 20 : below(2) ? -1 : 99999;
	verdict_use(&v, &m->info);
}

Test(whole_sentences, are_said_of_every_machine)
{
	static unsigned rate_seen[N(rate_parts)], use_seen[N(use_parts)];
	static struct machine m;
	static struct facts facts;
	static struct hypervisor none;

	for (uint64_t seed = 1; seed <= MACHINES; seed++) {
		struct rate_view v = {
			.facts = &facts, .hv = &none, .kernel = &m.kernel};

		random_machine(&m, seed);
		fewer(&m);
		random_facts(&facts);
		random_kernel(&m.kernel);
		judge(&m);
		longest_names(&m);
		v.est = m.est;
		v.n = m.n;
		verdict_rate(&v, &m.info);
		not_cut(m.info.rate_sentence, seed);
		see(m.info.rate_sentence, rate_parts, N(rate_parts), rate_seen);
		judge_use(&m, &facts);
		not_cut(m.info.use_sentence, seed);
		see(m.info.use_sentence, use_parts, N(use_parts), use_seen);
	}
	all_seen(rate_parts, N(rate_parts), rate_seen);
	all_seen(use_parts, N(use_parts), use_seen);
}
