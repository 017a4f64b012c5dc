/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * The TSC's frequency in model-specific registers: a label, like the brand.
 * AMD's mean rate is up to 0.2 % below its P0 state (the crystal's spectrum is
 * spread), and Intel's ratio is of a bus clock that may be set differently. Not
 * read in a virtual machine, where the hypervisor makes up the values.
 */
#include <errno.h>
#include <string.h>

#include "calib/source/source.h"

#define MSR_PLATFORM_INFO 0xce
#define MSR_FSB_FREQ 0xcd
#define MSR_PERF_STATUS 0x198
#define MSR_HWCR 0xc0010015
#define MSR_PSTATE_DEF_0 0xc0010064

static bool rdmsr(const struct source_view *v, struct estimate *est,
	uint32_t msr, uint64_t *value)
{
	int rc = v->plat->ops->rdmsr(v->plat, 0, msr, value);

	if (rc == -ENOENT)
		est_say(est, TSCAL_STATUS_ABSENT,
			"no /dev/cpu/0/msr here (load the module: modprobe "
			"msr), or not this register (0x%x)",
			msr);
	else if (rc)
		est_errno(est, rc, "/dev/cpu/0/msr");
	return !rc;
}

/* Half a MHz: enough to identify a frequency. */
static void label(struct estimate *est, double mhz, const char *what)
{
	est_number(est, mhz * 1e6, mhz * 1e6 - 0.5e6, mhz * 1e6 + 0.5e6,
		TSCAL_ROOT_CPU, "%s, a label", what);
}

/*
 * Atoms without leaf 0x15: the bus clock by MSR_FSB_FREQ (Intel SDM vol. 4,
 * tables for each model; Linux arch/x86/kernel/tsc_msr.c), in kHz; 0: reserved.
 */
struct atom {
	uint32_t model;
	uint8_t mask;
	bool perf_status; /* the ratio is in MSR_PERF_STATUS[44:40] */
	uint32_t khz[16];
};
static const struct atom atoms[] = {
	/* Penwell, Cloverview */
	{0x27, 7, true, {0, 0, 0, 0, 0, 99840, 0, 83200}},
	{0x35, 7, true, {0, 133200, 0, 0, 0, 99840, 0, 83200}},
	/* Bay Trail */
	{0x37, 7, false, {83333, 100000, 133333, 116667, 80000}},
	/* Tangier */
	{0x4a, 7, false, {0, 100000, 133333}},
	/* Cherry Trail */
	{0x4c, 15, false,
		{83333, 100000, 133333, 116667, 80000, 93333, 90000, 88889,
			87500}},
	/* Anniedale */
	{0x5a, 7, false, {83333, 100000, 133333, 100000}},
	/* Airmont NP: one clock, for any MSR_FSB_FREQ */
	{0x75, 0, false, {78000}},
};

static const struct atom *atom_of(uint32_t model)
{
	for (size_t i = 0; i < sizeof(atoms) / sizeof(*atoms); i++)
		if (atoms[i].model == model)
			return &atoms[i];
	return NULL;
}

static void read_atom(const struct source_view *v, struct estimate *est,
	const struct atom *atom)
{
	uint64_t ratio, fsb;
	uint32_t khz;

	if (!rdmsr(v, est,
		    atom->perf_status ? MSR_PERF_STATUS : MSR_PLATFORM_INFO,
		    &ratio) ||
		!rdmsr(v, est, MSR_FSB_FREQ, &fsb))
		return;
	ratio = atom->perf_status ? ratio >> 40 & 0x1f : ratio >> 8 & 0xff;
	khz = atom->khz[fsb & atom->mask];
	if (!khz || !ratio)
		est_say(est, TSCAL_STATUS_ABSENT,
			"MSR_FSB_FREQ gives no bus clock known for this Atom");
	else
		label(est, (double)khz * (double)ratio / 1e3,
			"bus clock x ratio, MSR 0xcd");
}

static void read_intel(const struct source_view *v, struct estimate *est)
{
	const struct atom *atom = atom_of(v->facts->model);
	uint32_t model = v->facts->model;
	uint64_t info;
	/* Nehalem and Westmere count a bus clock of 133.33 MHz, all later ones
	 * of 100 MHz (Intel SDM vol. 4, MSR_PLATFORM_INFO[15:8]). */
	bool nehalem = model == 0x1a || model == 0x1e || model == 0x1f ||
		       model == 0x2e || model == 0x25 || model == 0x2c ||
		       model == 0x2f;

	if (v->facts->family != 6) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"no register with the rate is known for Intel "
			"family 0x%x",
			v->facts->family);
		return;
	}
	if (atom) {
		read_atom(v, est, atom);
		return;
	}
	/* Defined since Nehalem, but not for Bonnell, Saltwell and Avoton
	 * (Intel SDM vol. 4). */
	if (model < 0x1a || model == 0x1c || model == 0x1d || model == 0x26 ||
		model == 0x36 || model == 0x4d) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"no register with the rate is known for Intel model "
			"0x%x",
			model);
		return;
	}
	if (!rdmsr(v, est, MSR_PLATFORM_INFO, &info))
		return;
	info = info >> 8 & 0xff;
	if (!info)
		est_say(est, TSCAL_STATUS_ABSENT,
			"MSR_PLATFORM_INFO names no ratio");
	else
		label(est, (double)info * (nehalem ? 400.0 / 3 : 100),
			"maximum non-turbo ratio, MSR 0xce");
}

/* MHz of P-state 0; 0 where its fields are reserved. */
static double amd_mhz(uint32_t family, uint64_t p0)
{
	uint64_t fid = p0 & 0xff, did = p0 >> 8 & 0x3f;

	if (family >= 0x1a) {
		/* CpuFid[11:0] in 5 MHz (Linux cpupower, since 2024). */
		fid = p0 & 0xfff;
		return fid > 0xf ? 5.0 * (double)fid : 0;
	}
	if (family >= 0x17) {
		/* CpuFid[7:0] x 25 MHz over CpuDfsId[5:0] eighths; below 8 the
		 * divider is reserved, and so is a fid below 0x10 (AMD PPR for
		 * family 17h, MSRC001_0064). */
		if (fid <= 0xf || did < 8 || did > 0x2c ||
			(did > 0x1a && did & 1))
			return 0;
		return 200.0 * (double)fid / (double)did;
	}
	if (family == 0x10 || family == 0x15 || family == 0x16) {
		/* CpuFid[5:0], CpuDid[8:6] (AMD BKDG, MSRC001_0064). */
		fid = p0 & 0x3f;
		did = p0 >> 6 & 7;
		return did > 4 ? 0
			       : 100.0 * (double)(fid + 0x10) /
					 (double)(1u << did);
	}
	return 0;
}

/* Before family 17h the first states are boost states where the CPU has such
 * (AMD BKDG for family 15h, NumBoostStates), at whose rate the TSC does not
 * count; their number is in PCI configuration space. */
static bool may_be_boost(const struct source_view *v)
{
	struct plat_cpuid r;

	/* CPUID.80000007H:EDX[9], CPB. */
	return v->facts->family < 0x17 &&
	       (v->facts->max_ext < 0x80000007 ||
		       v->plat->ops->cpuid(v->plat, 0x80000007, 0, &r) ||
		       r.edx >> 9 & 1);
}

static void read_amd(const struct source_view *v, struct estimate *est)
{
	uint64_t hwcr, p0;
	double mhz;

	if (may_be_boost(v)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"P-state 0 of this CPU may be a boost state");
		return;
	}
	if (!rdmsr(v, est, MSR_HWCR, &hwcr) ||
		!rdmsr(v, est, MSR_PSTATE_DEF_0, &p0))
		return;
	/* HWCR[24], TscFreqSel: the TSC counts at the rate of P0. */
	if (!(hwcr >> 24 & 1)) {
		est_say(est, TSCAL_STATUS_ABSENT,
			"HWCR shows that the TSC does not count at P0's rate");
		return;
	}
	mhz = p0 >> 63 ? amd_mhz(v->facts->family, p0) : 0;
	if (mhz > 0)
		label(est, mhz, "P-state 0, MSR 0xc0010064");
	else
		est_say(est, TSCAL_STATUS_ABSENT,
			"P-state 0 is not defined in a way known to tscal");
}

static bool check(const struct source_view *v, struct estimate *est)
{
	if (v->kernel->guest)
		est_say(est, TSCAL_STATUS_SKIPPED,
			"%sin a virtual machine%s such registers are made up",
			v->kernel->guest_perhaps ? "perhaps " : "",
			v->kernel->guest_perhaps ? ", where" : "");
	else if (v->facts->cpuid_rc)
		est_errno(est, v->facts->cpuid_rc, "CPUID leaf 0x0");
	else if (v->facts->leaf_1_rc)
		est_errno(est, v->facts->leaf_1_rc, "CPUID leaf 0x1");
	else if (strcmp(v->facts->cpu_vendor, "GenuineIntel") &&
		 strcmp(v->facts->cpu_vendor, "AuthenticAMD") &&
		 strcmp(v->facts->cpu_vendor, "HygonGenuine"))
		est_say(est, TSCAL_STATUS_ABSENT,
			"no register with the rate is known for this CPU's "
			"vendor");
	else
		return true;
	return false;
}

static void read(const struct source_view *v, struct estimate *est)
{
	if (!strcmp(v->facts->cpu_vendor, "GenuineIntel"))
		read_intel(v, est);
	else
		read_amd(v, est);
}

const struct source source_msr_platform = {
	.id = TSCAL_SOURCE_MSR_PLATFORM,
	.name = "msr-platform",
	.kind = TSCAL_KIND_NOMINAL,
	.probe = "devices",
	.needs = "bare metal, /dev/cpu/0/msr (CAP_SYS_RAWIO); --probe devices",
	.check = check,
	.would = "would read the nominal frequency from /dev/cpu/0/msr",
	.read = read,
};
