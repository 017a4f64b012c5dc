/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which pairs of CPUs to compare. */
#include "probe/sync.h"

/* Room for pairs; what does not fit is counted. */
struct plan {
	struct sync_todo *out;
	size_t n, max;
};

static void add(struct plan *p, size_t a, size_t b)
{
	if (p->n < p->max)
		p->out[p->n] = (struct sync_todo){(uint32_t)a, (uint32_t)b};
	p->n++;
}

/* The next CPU that can be visited; cpus->n: there is none. */
static size_t next(const struct sync_cpus *cpus, size_t i)
{
	while (i < cpus->n && (!cpus->cpu[i].allowed || cpus->cpu[i].lost))
		i++;
	return i;
}

static bool same_group(const struct sync_cpus *cpus, size_t i, size_t k)
{
	const struct tscal_sync_cpu *a = &cpus->cpu[i].cpu,
				    *b = &cpus->cpu[k].cpu;

	return a->package == b->package && a->node == b->node;
}

/* The next CPU that is the first of its package and node. */
static size_t next_group(const struct sync_cpus *cpus, size_t i)
{
	for (; (i = next(cpus, i)) < cpus->n; i++) {
		size_t k = next(cpus, 0);

		while (k < i && !same_group(cpus, i, k))
			k = next(cpus, k + 1);
		if (k == i)
			break;
	}
	return i;
}

static void each_with_each(const struct sync_cpus *cpus, struct plan *p)
{
	for (size_t a = next(cpus, 0); a < cpus->n; a = next(cpus, a + 1))
		for (size_t b = next(cpus, a + 1); b < cpus->n;
			b = next(cpus, b + 1))
			add(p, a, b);
}

/* The first CPU stands for the first group, and was compared with all. */
static void groups(const struct sync_cpus *cpus, size_t visitable,
	size_t n_groups, struct plan *p)
{
	bool each = (n_groups - 1) * (n_groups - 2) / 2 <= visitable;
	size_t a = next_group(cpus, next(cpus, 0) + 1), b;

	for (; a < cpus->n; a = next_group(cpus, a + 1))
		for (b = next_group(cpus, a + 1); b < cpus->n;
			b = next_group(cpus, b + 1)) {
			add(p, a, b);
			if (!each)
				break;
		}
}

size_t sync_plan(const struct sync_cpus *cpus, bool all, struct sync_todo *out,
	size_t max)
{
	struct plan p = {.out = out, .max = max};
	size_t first = next(cpus, 0), visitable = 0, n_groups = 0, i;

	if (all) {
		each_with_each(cpus, &p);
		return p.n;
	}
	for (i = first; i < cpus->n; i = next(cpus, i + 1)) {
		visitable++;
		if (i > first)
			add(&p, first, i);
	}
	for (i = first; i < cpus->n; i = next_group(cpus, i + 1))
		n_groups++;
	if (n_groups > 2)
		groups(cpus, visitable, n_groups, &p);
	return p.n;
}
