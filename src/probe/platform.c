/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* This machine, with devices opened where a source asks for them.  What needs
 * no device is left to the passive platform. */
#include <errno.h>
#include <libcpuid.h>
#include <stdlib.h>

#include <tscal/probe.h>

#include "probe/devices.h"

struct probe {
	struct tscal_platform plat;
	struct tscal_platform *passive;
	struct bind bind;
};

static struct probe *probe_of(struct tscal_platform *p)
{
	return (struct probe *)p;
}

static struct tscal_platform *passive_of(struct tscal_platform *p)
{
	return probe_of(p)->passive;
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

static int probe_read_file(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	p = passive_of(p);
	return p->ops->read_file(p, path, buf, size);
}

static int probe_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	p = passive_of(p);
	return p->ops->adjtimex(p, out);
}

static int probe_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	p = passive_of(p);
	return p->ops->page(p, which, index, buf);
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

static int probe_tsc_access(struct tscal_platform *p, enum plat_tsc_access *out)
{
	p = passive_of(p);
	return p->ops->tsc_access(p, out);
}

static int probe_counter_open(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_counter *out)
{
	p = passive_of(p);
	return p->ops->counter_open(p, id, out);
}

static int probe_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, size_t max, uint64_t max_ns)
{
	p = passive_of(p);
	return p->ops->burst(p, id, buf, max, max_ns);
}

static void probe_counter_close(
	struct tscal_platform *p, enum plat_counter_id id)
{
	p = passive_of(p);
	p->ops->counter_close(p, id);
}

static void probe_wait(struct tscal_platform *p, uint64_t ns, bool spin)
{
	p = passive_of(p);
	p->ops->wait(p, ns, spin);
}

static uint64_t probe_now_ns(struct tscal_platform *p)
{
	p = passive_of(p);
	return p->ops->now_ns(p);
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

static const struct plat_ops probe_ops = {
	.size = sizeof(struct plat_ops),
	.name = "probe",
	.cpuid = probe_cpuid,
	.rdmsr = probe_rdmsr,
	.read_file = probe_read_file,
	.adjtimex = probe_adjtimex,
	.page = probe_page,
	.perf_page = probe_perf_page,
	.kvm_tsc_khz = probe_kvm_tsc_khz,
	.tsc_access = probe_tsc_access,
	.counter_open = probe_counter_open,
	.burst = probe_burst,
	.counter_close = probe_counter_close,
	.wait = probe_wait,
	.now_ns = probe_now_ns,
	.pin = probe_pin,
	.unpin = probe_unpin,
	.free = probe_free,
};

int tscal_platform_probe(enum tscal_probe level, struct tscal_platform **out)
{
	struct tscal_platform *passive = tscal_platform_passive();
	struct probe *probe;

	if (level != TSCAL_PROBE_DEVICES || !out)
		return -EINVAL;
	/* The table between the two libraries grows with their versions. */
	if (passive->ops->size != sizeof(struct plat_ops))
		return -EPROTO;
	probe = calloc(1, sizeof(*probe));
	if (!probe)
		return -ENOMEM;
	probe->plat.ops = &probe_ops;
	probe->passive = passive;
	*out = &probe->plat;
	return 0;
}
