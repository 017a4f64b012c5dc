/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* This machine, with devices opened where a source asks for them.  What needs
 * no device is done by the functions of the passive platform. */
#include <errno.h>
#include <libcpuid.h>
#include <stdlib.h>

#include <tscal/probe.h>

#include "probe/devices.h"

struct probe {
	struct tscal_platform plat;
	struct plat_ops ops; /* the passive ones, some overridden */
	struct bind bind;
};

static struct probe *probe_of(struct tscal_platform *p)
{
	return (struct probe *)p;
}

static int probe_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	uint32_t regs[4] = {leaf, 0, subleaf, 0};

	(void)p;
	cpu_exec_cpuid_ext(regs);
	*out = (struct plat_cpuid){regs[0], regs[1], regs[2], regs[3]};
	return 0;
}

static int probe_rdmsr(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	(void)p;
	return msr_read(cpu, msr, value);
}

static int probe_perf_page(struct tscal_platform *p, struct plat_perf_page *out)
{
	(void)p;
	return perf_page_read(out);
}

static int probe_kvm_tsc_khz(struct tscal_platform *p, uint32_t *khz)
{
	(void)p;
	return kvm_tsc_khz_read(khz);
}

static int probe_pin(struct tscal_platform *p)
{
	return bind_here(&probe_of(p)->bind);
}

static void probe_unpin(struct tscal_platform *p)
{
	bind_restore(&probe_of(p)->bind);
}

static int probe_free(struct tscal_platform *p)
{
	bind_free(&probe_of(p)->bind);
	free(probe_of(p));
	return 0;
}

int tscal_platform_probe(enum tscal_probe level, struct tscal_platform **out)
{
	const struct plat_ops *passive = tscal_platform_passive()->ops;
	struct plat_ops *ops;
	struct probe *probe;

	if (level != TSCAL_PROBE_DEVICES || !out)
		return -EINVAL;
	/* The table between the two libraries grows with their versions. */
	if (passive->size != sizeof(struct plat_ops))
		return -EPROTO;
	probe = calloc(1, sizeof(*probe));
	if (!probe)
		return -ENOMEM;
	/* The passive functions look at nothing of the platform they get. */
	ops = &probe->ops;
	*ops = *passive;
	ops->name = "probe";
	ops->cpuid = probe_cpuid;
	ops->rdmsr = probe_rdmsr;
	ops->perf_page = probe_perf_page;
	ops->kvm_tsc_khz = probe_kvm_tsc_khz;
	ops->pin = probe_pin;
	ops->unpin = probe_unpin;
	ops->free = probe_free;
	probe->plat.ops = ops;
	*out = &probe->plat;
	return 0;
}
