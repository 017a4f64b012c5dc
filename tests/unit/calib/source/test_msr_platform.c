/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The TSC's frequency by registers: a label only. */
#include <errno.h>

#include "unit/asking.h"
#include "unit/comparing.h"

#define PLATFORM_INFO 0xce
#define FSB_FREQ 0xcd
#define PERF_STATUS 0x198
#define TSC_FREQ 0xc0010015 /* HWCR */
#define PSTATE_0 0xc0010064

#define FREQ_SEL (UINT64_C(1) << 24)
#define PSTATE_EN (UINT64_C(1) << 63)

TestSuite(msr, .init = init_metal);

static void cpu(const char *vendor, uint32_t family, uint32_t model)
{
	strcpy(run.facts.cpu_vendor, vendor);
	/* No boost. */
	run.facts.max_ext = 0x80000008;
	sim.n_cpuid = 0;
	sim_add_cpuid(&sim, 0x80000007, 0, 0, 0, 0, 1 << 8);
	run.facts.family = family;
	run.facts.model = model;
	sim.n_msrs = 0;
}

/* A label is a hint of the CPU's, half a MHz to either side. */
static void labels(double mhz, const char *what)
{
	int status = STATUS(TSCAL_SOURCE_MSR_PLATFORM);

	if (mhz > 0) {
		cr_expect(eq(int, status, TSCAL_STATUS_HINT), "%s: %s", what,
			est.line.sentence);
		cr_expect(
			epsilon_eq(dbl, est.line.hz, mhz * 1e6, 1), "%s", what);
		cr_expect(epsilon_eq(dbl, est.line.hz_lo, mhz * 1e6 - 5e5, 1));
		/* No TSC ticks faster than 20 GHz. */
		cr_expect(epsilon_eq(dbl, est.line.hz_hi,
			mhz < 2e4 ? mhz * 1e6 + 5e5 : 2e10, 1));
		cr_expect(eq(u32, est.line.roots, TSCAL_ROOT_CPU), "%s", what);
		sentence_has("a label");
	} else {
		cr_expect(eq(int, status, TSCAL_STATUS_ABSENT), "%s: %s", what,
			est.line.sentence);
		cr_expect(zero(dbl, est.line.hz), "%s", what);
	}
	cr_expect(not(est_credible(&est)), "%s", what);
}

struct amd {
	const char *what;
	uint32_t family;
	uint64_t p0;
	double mhz; /* 0: reserved */
};

#define ZEN(fid, did) (PSTATE_EN | (did) << 8 | (fid))
#define OLD(fid, did) (PSTATE_EN | (did) << 6 | (fid))

static const struct amd amds[] = {
	{"EPYC 7003", 0x19, ZEN(0x62u, 8u), 2450},
	{"EPYC 7571", 0x17, ZEN(0x58u, 8u), 2200},
	{"Ryzen 9 5950X", 0x19, ZEN(0x88u, 8u), 3400},
	{"by 9 eighths", 0x17, ZEN(0x90u, 9u), 3200},
	{"other fields of P0", 0x19, ZEN(0x62u, 8u) | 0x00ffc000, 2450},
	{"least fid", 0x17, ZEN(0x10u, 8u), 400},
	{"reserved fid", 0x17, ZEN(0xfu, 8u), 0},
	{"divider off", 0x17, ZEN(0x62u, 0u), 0},
	{"reserved divider 7", 0x17, ZEN(0x62u, 7u), 0},
	{"divider 1ah", 0x17, ZEN(0xffu, 0x1au), 51000. / 26},
	{"reserved divider 1bh", 0x17, ZEN(0xffu, 0x1bu), 0},
	{"divider 1ch", 0x17, ZEN(0xffu, 0x1cu), 51000. / 28},
	{"reserved divider 1dh", 0x17, ZEN(0xffu, 0x1du), 0},
	{"divider 2ch", 0x17, ZEN(0xffu, 0x2cu), 51000. / 44},
	{"reserved divider 2dh", 0x17, ZEN(0xffu, 0x2du), 0},
	{"reserved divider 2eh", 0x17, ZEN(0xffu, 0x2eu), 0},
	{"reserved divider 3fh", 0x17, ZEN(0xffu, 0x3fu), 0},
	{"P0 is not enabled", 0x19, ZEN(0x62u, 8u) & ~PSTATE_EN, 0},
	{"Hygon Dhyana", 0x18, ZEN(0x50u, 8u), 2000},
	/* 12 bits of 5 MHz, no divider. */
	{"EPYC 9005", 0x1a, PSTATE_EN | 0x1e0, 2400},
	{"all 12 bits", 0x1a, PSTATE_EN | 0xfffff3e8, 0x3e8 * 5},
	{"beyond 8 bits", 0x1a, PSTATE_EN | 0xfa0, 0xfa0 * 5},
	{"reserved", 0x1a, PSTATE_EN | 0xf, 0},
	{"P0 of Zen 5 is not enabled", 0x1a, 0x1e0, 0},
	{"Phenom", 0x10, OLD(0xeu, 0u), 3000},
	{"Phenom, halved", 0x10, OLD(0xeu, 1u), 1500},
	{"Bulldozer", 0x15, OLD(0x14u, 0u), 3600},
	{"Bulldozer, by 16", 0x15, OLD(0x3fu, 4u), 493.75},
	{"reserved", 0x15, OLD(0x14u, 5u), 0},
	{"reserved", 0x10, OLD(0x14u, 7u), 0},
	{"Jaguar", 0x16, OLD(0x10u, 1u), 1600},
	/* Their P-states are written otherwise. */
	{"K8", 0xf, OLD(0xeu, 0u), 0},
	{"Llano", 0x12, OLD(0xeu, 0u), 0},
	{"Bobcat", 0x14, OLD(0xeu, 0u), 0},
};

Test(msr, amd_names_p_state_0)
{
	for (size_t i = 0; i < sizeof(amds) / sizeof(*amds); i++) {
		const struct amd *a = &amds[i];

		cpu(a->family == 0x18 ? "HygonGenuine" : "AuthenticAMD",
			a->family, 1);
		sim_add_msr(&sim, 0, TSC_FREQ, ~UINT64_C(0));
		sim_add_msr(&sim, 0, PSTATE_0, a->p0);
		labels(a->mhz, a->what);
	}
}

/* Its first states may be those of the boost, and the TSC's is none of them. */
Test(msr, amd_before_zen_with_a_boost)
{
	cpu("AuthenticAMD", 0x15, 1);
	sim_add_msr(&sim, 0, TSC_FREQ, FREQ_SEL);
	sim_add_msr(&sim, 0, PSTATE_0, OLD(0x14u, 0u));
	labels(3600, "no boost");
	sim.cpuid[0].regs.edx |= 1 << 9;
	labels(0, "with a boost");
	sentence_has("boost state");
	run.facts.max_ext = 0x80000004;
	labels(0, "nobody says");
	/* Since Zen the boost is no P-state. */
	run.facts.family = 0x17;
	sim.msrs[1].value = ZEN(0x62u, 8u);
	labels(2450, "Zen");
}

Test(msr, amd_whose_tsc_does_not_count_as_p_state_0)
{
	cpu("AuthenticAMD", 0x19, 1);
	sim_add_msr(&sim, 0, TSC_FREQ, ~FREQ_SEL);
	sim_add_msr(&sim, 0, PSTATE_0, ZEN(0x62u, 8u));
	labels(0, "HWCR[24] clear");
	sentence_has("HWCR");
	sim.msrs[0].value = FREQ_SEL;
	labels(2450, "HWCR[24] set");
}

struct intel {
	const char *what;
	uint32_t model, msr;
	uint64_t ratio, fsb;
	double mhz; /* 0: none */
};

/* As it is in a register where all else is set. */
#define INFO(ratio) (UINT64_C(0xffffffffffff00ff) | (ratio) << 8)
#define PERF(ratio) (UINT64_C(0xffffe0ffffffffff) | (ratio) << 40)

#define BY_INFO(what, model, ratio, fsb, mhz)                                  \
	{                                                                      \
		what, model, PLATFORM_INFO, INFO((uint64_t)(ratio)), fsb, mhz  \
	}
#define BY_PERF(what, model, ratio, fsb, mhz)                                  \
	{                                                                      \
		what, model, PERF_STATUS, PERF((uint64_t)(ratio)), fsb, mhz    \
	}

static const struct intel intels[] = {
	BY_INFO("Skylake", 0x5e, 40, 0, 4000),
	BY_INFO("Skylake-SP", 0x55, 25, 7, 2500),
	BY_INFO("largest ratio", 0x8f, 199, 0, 19900),
	BY_INFO("no ratio", 0x5e, 0, 0, 0),
	BY_INFO("Nehalem", 0x1a, 20, 0, 8000. / 3),
	BY_INFO("Lynnfield", 0x1e, 21, 0, 2800),
	BY_INFO("Havendale", 0x1f, 21, 0, 2800),
	BY_INFO("Clarkdale", 0x25, 24, 0, 3200),
	BY_INFO("Gulftown", 0x2c, 25, 0, 10000. / 3),
	BY_INFO("Nehalem-EX", 0x2e, 18, 0, 2400),
	BY_INFO("Westmere-EX", 0x2f, 18, 0, 2400),
	BY_INFO("Sandy Bridge", 0x2a, 34, 0, 3400),
	BY_PERF("Penwell", 0x27, 16, 7, 1331.2),
	BY_PERF("Penwell, 99.84 MHz", 0x27, 16, 5, 1597.44),
	BY_PERF("Penwell, reserved clock", 0x27, 16, 6, 0),
	BY_PERF("Penwell, beyond its mask", 0x27, 16, 8 + 7, 1331.2),
	BY_PERF("Penwell, no ratio", 0x27, 0, 7, 0),
	BY_PERF("Cloverview", 0x35, 16, 1, 2131.2),
	BY_PERF("Cloverview, 83.2 MHz", 0x35, 31, 7, 2579.2),
	BY_PERF("Cloverview, reserved clock", 0x35, 16, 0, 0),
	BY_INFO("Bay Trail", 0x37, 16, 0, 1333.328),
	BY_INFO("Bay Trail, 100 MHz", 0x37, 16, 1, 1600),
	BY_INFO("Bay Trail, 133 MHz", 0x37, 16, 2, 2133.328),
	BY_INFO("Bay Trail, 117 MHz", 0x37, 16, 3, 1866.672),
	BY_INFO("Bay Trail, 80 MHz", 0x37, 16, 4, 1280),
	BY_INFO("Bay Trail, reserved clock", 0x37, 16, 5, 0),
	BY_INFO("Tangier", 0x4a, 5, 1, 500),
	BY_INFO("Tangier, 133 MHz", 0x4a, 5, 2, 666.665),
	BY_INFO("Tangier, reserved clock", 0x4a, 5, 0, 0),
	BY_INFO("Cherry Trail, 0", 0x4c, 18, 0, 1499.994),
	BY_INFO("Cherry Trail, 1", 0x4c, 18, 1, 1800),
	BY_INFO("Cherry Trail, 2", 0x4c, 18, 2, 2399.994),
	BY_INFO("Cherry Trail, 3", 0x4c, 18, 3, 2100.006),
	BY_INFO("Cherry Trail, 4", 0x4c, 18, 4, 1440),
	BY_INFO("Cherry Trail, 5", 0x4c, 18, 5, 1679.994),
	BY_INFO("Cherry Trail, 6", 0x4c, 18, 6, 1620),
	BY_INFO("Cherry Trail, 7", 0x4c, 18, 7, 1600.002),
	BY_INFO("Cherry Trail, 8", 0x4c, 18, 8, 1575),
	BY_INFO("Cherry Trail, reserved clock", 0x4c, 18, 9, 0),
	BY_INFO("Cherry Trail, last clock", 0x4c, 18, 15, 0),
	BY_INFO("Cherry Trail, beyond its mask", 0x4c, 18, 0x18, 1575),
	BY_INFO("Cherry Trail, no ratio", 0x4c, 0, 8, 0),
	BY_INFO("Anniedale", 0x5a, 17, 3, 1700),
	BY_INFO("Anniedale, reserved clock", 0x5a, 17, 4, 0),
	BY_INFO("Airmont NP, one clock", 0x75, 20, 0xffff, 1560),
};

Test(msr, intel_names_a_ratio)
{
	for (size_t i = 0; i < sizeof(intels) / sizeof(*intels); i++) {
		const struct intel *c = &intels[i];

		cpu("GenuineIntel", 6, c->model);
		sim_add_msr(&sim, 0, c->msr, c->ratio);
		sim_add_msr(&sim, 0, FSB_FREQ, c->fsb);
		labels(c->mhz, c->what);
	}
}

Test(msr, intel_of_another_family_has_none)
{
	static const uint32_t families[] = {5, 0xf, 0x12, 0x13};

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		/* A model of family 6, but no Atom. */
		cpu("GenuineIntel", families[i], i ? 0x4c : 0x5e);
		sim_add_msr(&sim, 0, PLATFORM_INFO, INFO(UINT64_C(40)));
		sim_add_msr(&sim, 0, FSB_FREQ, 1);
		labels(0, "another family");
		sentence_has("family 0x");
	}
}

/* Each register that a kind of CPU is asked for, in order. */
struct asked {
	const char *vendor;
	uint32_t family, model, msr[2];
};

static const struct asked askeds[] = {
	{"AuthenticAMD", 0x19, 1, {TSC_FREQ, PSTATE_0}},
	{"HygonGenuine", 0x18, 1, {TSC_FREQ, PSTATE_0}},
	{"GenuineIntel", 6, 0x5e, {PLATFORM_INFO, 0}},
	{"GenuineIntel", 6, 0x4c, {PLATFORM_INFO, FSB_FREQ}},
	{"GenuineIntel", 6, 0x27, {PERF_STATUS, FSB_FREQ}},
};

struct failure {
	int rc;
	enum tscal_status status;
	const char *sentence;
};

static const struct failure failures[] = {
	{-ENOENT, TSCAL_STATUS_ABSENT, "modprobe msr"},
	{-EACCES, TSCAL_STATUS_DENIED, "no permission for /dev/cpu/0/msr"},
	{-EPERM, TSCAL_STATUS_DENIED, "no permission for /dev/cpu/0/msr"},
	{-EOPNOTSUPP, TSCAL_STATUS_SKIPPED, "not asked to use /dev/cpu/0/msr"},
	{-ENODATA, TSCAL_STATUS_ABSENT, "not in the recording"},
	{-EIO, TSCAL_STATUS_ERROR, "fails"},
};

static void fails(const struct failure *f)
{
	sim.msr_rc = f->rc;
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_MSR_PLATFORM), f->status), "%d",
		f->rc);
	cr_expect(zero(dbl, est.line.hz), "%d", f->rc);
	sentence_has(f->sentence);
}

Test(msr, registers_that_cannot_be_read)
{
	for (size_t i = 0; i < sizeof(askeds) / sizeof(*askeds); i++)
		for (size_t k = 0; k < sizeof(failures) / sizeof(*failures);
			k++) {
			const struct asked *a = &askeds[i];

			cpu(a->vendor, a->family, a->model);
			fails(&failures[k]);
			/* The first of two can be read, the second not. */
			sim_add_msr(&sim, 0, a->msr[0], ~UINT64_C(0));
			if (a->msr[1])
				fails(&failures[k]);
		}
}

Test(msr, another_cpus_register_is_not_read)
{
	cpu("GenuineIntel", 6, 0x5e);
	sim_add_msr(&sim, 1, PLATFORM_INFO, INFO(UINT64_C(40)));
	labels(0, "CPU 1's");
}

Test(msr, the_passive_platform_is_not_asked_to)
{
	cpu("GenuineIntel", 6, 0x5e);
	run.plat = tscal_platform_passive();
	cr_assert(eq(
		int, STATUS(TSCAL_SOURCE_MSR_PLATFORM), TSCAL_STATUS_SKIPPED));
	sentence_has("not asked to use");
	sentence_has("--probe devices");
}

static void survey(enum tscal_status status)
{
	would(TSCAL_SOURCE_MSR_PLATFORM);
	cr_expect(eq(int, est.line.status, status), "%s", est.line.sentence);
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_MSR_PLATFORM),
		status == TSCAL_STATUS_READY ? TSCAL_STATUS_HINT : status));
}

/* A register that would answer stays unread. */
Test(msr, machines_on_which_no_register_is_asked)
{
	static const char *const others[] = {"CentaurHauls", "  Shanghai  ",
		"GenuineTMx86", "TCGTCGTCGTCG", "KVMKVMKVM", ""};

	cpu("GenuineIntel", 6, 0x5e);
	sim_add_msr(&sim, 0, PLATFORM_INFO, INFO(UINT64_C(40)));
	sim_add_msr(&sim, 0, TSC_FREQ, FREQ_SEL);
	sim_add_msr(&sim, 0, PSTATE_0, ZEN(0x62u, 8u));
	survey(TSCAL_STATUS_READY);
	run.kernel.guest = true;
	survey(TSCAL_STATUS_SKIPPED);
	sentence_has("virtual machine");
	run.kernel.guest = false;
	run.facts.cpuid_rc = -ENODATA;
	survey(TSCAL_STATUS_ABSENT);
	run.facts.cpuid_rc = 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		memcpy(run.facts.cpu_vendor, others[i], strlen(others[i]) + 1);
		survey(TSCAL_STATUS_ABSENT);
		sentence_has("vendor");
	}
}

/* Machines by what else they have, up to a conflict. */
static void fill(struct machine *m, int what)
{
	*m = (struct machine){0};
	if (what > 0)
		kernel(m, HPET, 0);
	if (what > 1)
		counter(m, PM, 20)->line.id = TSCAL_SOURCE_ACPI_PM;
	if (what > 2)
		cpuid(m, 30000);
}

Test(msr, a_label_takes_no_side)
{
	/* 2.5 GHz, 3 % more, 3 % less, 0.2 % less, and twice that. */
	static const unsigned fids[] = {100, 103, 97, 0, 200};
	static const int rates[] = {TSCAL_RATE_NONE, TSCAL_RATE_CONSISTENT,
		TSCAL_RATE_VERIFIED, TSCAL_RATE_CONFLICT};

	for (int what = 0; what < 4; what++)
		for (size_t i = 0; i < sizeof(fids) / sizeof(*fids); i++) {
			struct machine with, without;

			cpu("AuthenticAMD", fids[i] ? 0x19 : 0x1a, 1);
			sim_add_msr(&sim, 0, TSC_FREQ, FREQ_SEL);
			sim_add_msr(&sim, 0, PSTATE_0,
				fids[i] ? ZEN(fids[i], 8u) : PSTATE_EN | 499);
			ask(TSCAL_SOURCE_MSR_PLATFORM);
			fill(&without, what);
			judge(&without);
			fill(&with, what);
			with.est[with.n++] = est;
			judge(&with);
			cr_expect(eq(int, RATE(with), rates[what]));
			cr_expect(eq(int, RATE(without), rates[what]));
			cr_expect(
				eq(int, with.info.source, without.info.source));
			cr_expect(ieee_ulp_eq(
				dbl, with.info.hz, without.info.hz, 0));
			cr_expect(ieee_ulp_eq(dbl, with.info.agreement_ppm,
				without.info.agreement_ppm, 0));
			cr_expect(eq(int,
				status(&with, TSCAL_SOURCE_MSR_PLATFORM),
				TSCAL_STATUS_HINT));
			for (size_t k = 0; k < without.n; k++)
				cr_expect(eq(int, with.est[k].line.status,
					without.est[k].line.status));
		}
}
