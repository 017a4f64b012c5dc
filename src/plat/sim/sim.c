/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/sim/sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct plat_cpuid *find_leaf(const struct sim_cpuid *table,
	size_t n, uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].leaf == leaf && table[i].subleaf == subleaf)
			return &table[i].regs;
	return NULL;
}

static int sim_cpuid(struct tscal_platform *p, uint32_t leaf, uint32_t subleaf,
	struct plat_cpuid *out)
{
	const struct sim *s = sim_of(p);
	const struct plat_cpuid *regs = find_leaf(
		s->cpuid, s->n_cpuid, leaf, subleaf);

	if (!regs)
		regs = s->out_of_range;
	if (!regs)
		return -ENODATA;
	*out = *regs;
	return 0;
}

static int sim_xen_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	const struct sim *s = sim_of(p);
	const struct plat_cpuid *regs = find_leaf(
		s->xen_cpuid, s->n_xen_cpuid, leaf, subleaf);

	if (!s->n_xen_cpuid)
		return -EFAULT;
	*out = regs ? *regs : (struct plat_cpuid){0};
	return 0;
}

static int sim_rdmsr(
	struct tscal_platform *p, unsigned cpu, uint32_t msr, uint64_t *value)
{
	const struct sim *s = sim_of(p);

	for (size_t i = 0; i < s->n_msrs; i++)
		if (s->msrs[i].cpu == cpu && s->msrs[i].msr == msr) {
			*value = s->msrs[i].value;
			return 0;
		}
	return s->msr_rc;
}

static int sim_read_file(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	const struct sim *s = sim_of(p);
	size_t len;

	for (size_t i = 0; i < s->n_files; i++) {
		if (strcmp(s->files[i].path, path))
			continue;
		if (!s->files[i].text)
			return s->files[i].error;
		len = s->files[i].size;
		len = len ? len : strlen(s->files[i].text);
		len = len < size ? len : size;
		memcpy(buf, s->files[i].text, len);
		return (int)len;
	}
	return -ENOENT;
}

static int sim_adjtimex(struct tscal_platform *p, struct plat_timex *out)
{
	struct sim *s = sim_of(p);

	*out = s->timex;
	s->timex.freq += s->timex_freq_step;
	return s->timex_rc;
}

static struct sim_page *find_page(
	struct sim *sim, enum plat_page which, unsigned index)
{
	for (size_t i = 0; i < sim->n_pages; i++)
		if (sim->pages[i].which == which &&
			sim->pages[i].index == index)
			return &sim->pages[i];
	return NULL;
}

static int sim_page(struct tscal_platform *p, enum plat_page which,
	unsigned index, void *buf)
{
	const struct sim_page *page = find_page(sim_of(p), which, index);

	if (!page)
		return -ENOENT;
	memcpy(buf, page->bytes, PLAT_PAGE_SIZE);
	return 0;
}

static int sim_perf_page(struct tscal_platform *p, struct plat_perf_page *out)
{
	*out = sim_of(p)->perf;
	return sim_of(p)->perf_rc;
}

static int sim_kvm_tsc_khz(struct tscal_platform *p, uint32_t *khz)
{
	*khz = sim_of(p)->kvm_khz;
	return sim_of(p)->kvm_rc;
}

static int sim_backdoor_hz(
	struct tscal_platform *p, enum plat_backdoor how, uint64_t *hz)
{
	*hz = sim_of(p)->backdoor_hz[how];
	return sim_of(p)->backdoor_rc[how];
}

static int sim_tsc_access(struct tscal_platform *p, enum plat_tsc_access *out)
{
	*out = sim_of(p)->tsc_access;
	return 0;
}

static int sim_cpus(struct tscal_platform *p, uint32_t *cpu, size_t max)
{
	const struct sim *s = sim_of(p);

	for (unsigned i = 0; i < s->n_cpus && i < max; i++)
		cpu[i] = i;
	return s->n_cpus ? (int)s->n_cpus : -EOPNOTSUPP;
}

static int sim_pair(struct tscal_platform *p, unsigned a, unsigned b,
	const struct plat_pair_until *until, struct plat_pair *out)
{
	struct sim *s = sim_of(p);
	struct pair_bounds found = {
		s->cpu_ahead[b] - s->cpu_ahead[a] - s->pair_ticks,
		s->cpu_ahead[b] - s->cpu_ahead[a] + s->pair_ticks};
	struct pair_sum sum = {0};

	*out = (struct plat_pair){.aux = 1, .lost = b};
	if (s->pair_rc)
		return s->pair_rc;
	pair_add(&sum, out, &found, until->rounds);
	pair_close(&sum, out);
	out->ns = s->pair_ps / 1000;
	out->ticks = (uint64_t)(s->tsc_hz * (double)s->pair_ps * 1e-12);
	s->now_ps += s->pair_ps;
	return 0;
}

static int sim_free(struct tscal_platform *p)
{
	(void)p;
	return 0;
}

static const struct plat_ops sim_ops = {
	.size = sizeof(struct plat_ops),
	.name = "sim",
	.counters = UINT32_MAX,
	.cpuid = sim_cpuid,
	.xen_cpuid = sim_xen_cpuid,
	.rdmsr = sim_rdmsr,
	.read_file = sim_read_file,
	.adjtimex = sim_adjtimex,
	.page = sim_page,
	.perf_page = sim_perf_page,
	.kvm_tsc_khz = sim_kvm_tsc_khz,
	.backdoor_hz = sim_backdoor_hz,
	.tsc_access = sim_tsc_access,
	.counter_open = sim_counter_open,
	.burst = sim_burst,
	.counter_close = sim_counter_close,
	.clock_burst = sim_clock_burst,
	.clock_ns = sim_clock_ns,
	.cpus = sim_cpus,
	.pair = sim_pair,
	.wait = sim_wait,
	.now_ns = sim_now_ns,
	.pin = sim_pin,
	.unpin = sim_unpin,
	.free = sim_free,
};

void sim_init(struct sim *sim)
{
	memset(sim, 0, sizeof(*sim));
	sim->plat.ops = &sim_ops;
	sim->msr_rc = -ENOENT;
	sim->timex_rc = -ENOENT;
	sim->perf_rc = -ENOENT;
	sim->kvm_rc = -ENOENT;
	for (int how = 0; how < PLAT_BACKDOOR_COUNT; how++)
		sim->backdoor_rc[how] = -ENOENT;
}

void sim_add_cpuid(struct sim *sim, uint32_t leaf, uint32_t subleaf,
	uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	if (sim->n_cpuid == SIM_CPUID_MAX)
		abort();
	sim->cpuid[sim->n_cpuid++] = (struct sim_cpuid){
		leaf, subleaf, {eax, ebx, ecx, edx}};
}

void sim_add_xen_cpuid(struct sim *sim, uint32_t leaf, uint32_t subleaf,
	uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	if (sim->n_xen_cpuid == SIM_XEN_CPUID_MAX)
		abort();
	sim->xen_cpuid[sim->n_xen_cpuid++] = (struct sim_cpuid){
		leaf, subleaf, {eax, ebx, ecx, edx}};
}

void sim_add_msr(struct sim *sim, unsigned cpu, uint32_t msr, uint64_t value)
{
	if (sim->n_msrs == SIM_MSRS_MAX)
		abort();
	sim->msrs[sim->n_msrs++] = (struct sim_msr){cpu, msr, value};
}

static void add_file(struct sim *sim, struct sim_file file)
{
	if (sim->n_files == SIM_FILES_MAX)
		abort();
	sim->files[sim->n_files++] = file;
}

void sim_add_file(struct sim *sim, const char *path, const char *text)
{
	add_file(sim, (struct sim_file){.path = path, .text = text});
}

void sim_add_bytes(
	struct sim *sim, const char *path, const void *bytes, size_t size)
{
	add_file(sim, (struct sim_file){.path = path,
			      .text = size ? (const char *)bytes : "",
			      .size = size});
}

void sim_add_file_error(struct sim *sim, const char *path, int error)
{
	add_file(sim, (struct sim_file){.path = path, .error = error});
}

/* The bytes of page 0, which is made where it does not exist. */
static uint8_t *page_of(struct sim *sim, enum plat_page which)
{
	struct sim_page *page = find_page(sim, which, 0);

	if (!page && sim->n_pages == SIM_PAGES_MAX)
		abort();
	if (!page) {
		page = &sim->pages[sim->n_pages++];
		page->which = which;
	}
	return page->bytes;
}

void sim_add_mult_page(
	struct sim *sim, size_t offset, uint32_t mult, uint32_t shift)
{
	uint8_t *page = page_of(sim, PLAT_PAGE_VVAR);

	if (offset > PLAT_PAGE_SIZE - 8)
		abort();
	memcpy(page + offset, &mult, 4);
	memcpy(page + offset + 4, &shift, 4);
}

void sim_add_pvclock_page(
	struct sim *sim, uint32_t mul, int8_t shift, uint8_t flags)
{
	uint8_t *page = page_of(sim, PLAT_PAGE_VVAR_VCLOCK);
	uint32_t version = 2;
	uint64_t tsc = sim->tsc_start + 1, system = 1000000000;

	memcpy(page, &version, 4);
	memcpy(page + 8, &tsc, 8);
	memcpy(page + 16, &system, 8);
	memcpy(page + 24, &mul, 4);
	memcpy(page + 28, &shift, 1);
	memcpy(page + 29, &flags, 1);
}
