/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* This machine, with devices opened where a source asks for them.  What needs
 * no device is done by the functions of the passive platform. */
#include <errno.h>
#include <libcpuid.h>
#include <stdlib.h>
#include <unistd.h>

#include <tscal/probe.h>

#include "probe/devices.h"

struct probe {
	struct tscal_platform plat;
	struct plat_ops ops; /* the passive ones, some overridden */
	struct bind bind;
	struct worker worker[PLAT_COUNTER_COUNT]; /* of those that have one */
	int phc;				  /* descriptor; -1: not open */
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

static int probe_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	if (which != PLAT_PAGE_VMCLOCK)
		return tscal_platform_passive()->ops->page(
			p, which, index, buf);
	return index ? -ENOENT : vmclock_page(buf);
}

static int probe_pin(struct tscal_platform *p)
{
	return bind_here(&probe_of(p)->bind);
}

static void probe_unpin(struct tscal_platform *p)
{
	bind_restore(&probe_of(p)->bind);
}

/* While the calling thread is bound for a measurement: where it may go later.
 */
static int probe_cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	return bind_cpus(&probe_of(p)->bind, cpu, max);
}

static int probe_pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	struct plat_cpuid regs;

	/* CPUID.80000001H:EDX[27]. */
	return pair_measure(a, b,
		!probe_cpuid(p, 0x80000001, 0, &regs) && regs.edx >> 27 & 1,
		until, out);
}

static const struct timer {
	int (*open)(struct worker *w, const struct plat_where *where,
		struct plat_counter *out);
	enum tscal_probe level;
} timers[PLAT_COUNTER_COUNT] = {
#define ROW(id, level, open) [id] = {open, level},
	TIMERS(ROW)
#undef ROW
};

static int probe_counter_open(struct tscal_platform *p, enum plat_counter_id id,
	const struct plat_where *where, struct plat_counter *out)
{
	struct probe *probe = probe_of(p);

	if (!(probe->ops.counters & PLAT_COUNTER_BIT(id)))
		return -EOPNOTSUPP;
	if (timers[id].open)
		return timers[id].open(&probe->worker[id], where, out);
	if (id != PLAT_COUNTER_PHC)
		return tscal_platform_passive()->ops->counter_open(
			p, id, where, out);
	probe->phc = phc_open(where, out);
	return probe->phc < 0 ? probe->phc : 0;
}

static int probe_burst(struct tscal_platform *p, enum plat_counter_id id,
	struct plat_sample *buf, const struct plat_until *until)
{
	if (timers[id].open)
		return worker_burst(&probe_of(p)->worker[id], buf, until);
	if (id == PLAT_COUNTER_PHC)
		return phc_burst(probe_of(p)->phc, buf, until);
	return tscal_platform_passive()->ops->burst(p, id, buf, until);
}

static void probe_counter_close(
	struct tscal_platform *p, enum plat_counter_id id)
{
	struct probe *probe = probe_of(p);

	worker_close(&probe->worker[id]);
	if (id == PLAT_COUNTER_PHC && probe->phc >= 0) {
		close(probe->phc);
		probe->phc = -1;
	}
}

static int probe_free(struct tscal_platform *p)
{
	for (int id = 0; id < PLAT_COUNTER_COUNT; id++)
		probe_counter_close(p, (enum plat_counter_id)id);
	bind_free(&probe_of(p)->bind);
	free(probe_of(p));
	return 0;
}

int tscal_platform_probe(enum tscal_probe level, struct tscal_platform **out)
{
	const struct plat_ops *passive = tscal_platform_passive()->ops;
	struct plat_ops *ops;
	struct probe *probe;

	if ((level != TSCAL_PROBE_DEVICES && level != TSCAL_PROBE_PORTS) ||
		!out)
		return -EINVAL;
	/* The table between the two libraries grows with their versions. */
	if (passive->size != sizeof(struct plat_ops))
		return -EPROTO;
	probe = calloc(1, sizeof(*probe));
	if (!probe)
		return -ENOMEM;
	probe->phc = -1;
	/* The passive functions do not use their platform argument. */
	ops = &probe->ops;
	*ops = *passive;
	ops->name = "probe";
	ops->cpuid = probe_cpuid;
	ops->xen_cpuid = xen_cpuid;
	ops->rdmsr = msr_read;
	ops->page = probe_page;
	ops->perf_page = perf_page_read;
	ops->kvm_tsc_khz = kvm_tsc_khz_read;
	if (level == TSCAL_PROBE_PORTS)
		ops->backdoor_hz = backdoor_hz;
	ops->counters |= PLAT_COUNTER_BIT(PLAT_COUNTER_PHC);
	for (int id = 0; id < PLAT_COUNTER_COUNT; id++)
		if (timers[id].open && timers[id].level <= level)
			ops->counters |= PLAT_COUNTER_BIT(id);
	ops->counter_open = probe_counter_open;
	ops->burst = probe_burst;
	ops->counter_close = probe_counter_close;
	ops->cpus = probe_cpus;
	ops->pair = probe_pair;
	ops->pin = probe_pin;
	ops->unpin = probe_unpin;
	ops->free = probe_free;
	probe->plat.ops = ops;
	*out = &probe->plat;
	return 0;
}
