/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which pairs of CPUs to compare. */
#include "probe/sync.h"

#include <stdlib.h>

/* Room for pairs; what does not fit is counted. */
struct plan {
	struct sync_todo *out;
	size_t n, max;
};

/* A CPU that can be visited. */
struct member {
	int32_t package, node;
	uint32_t index; /* in sync_cpus.cpu */
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

static void each_with_each(const struct sync_cpus *cpus, struct plan *p)
{
	for (size_t a = next(cpus, 0); a < cpus->n; a = next(cpus, a + 1))
		for (size_t b = next(cpus, a + 1); b < cpus->n;
			b = next(cpus, b + 1))
			add(p, a, b);
}

static int by_index(const void *x, const void *y)
{
	const struct member *a = x, *b = y;

	return (a->index > b->index) - (a->index < b->index);
}

/* By package and node, then by index. */
static int by_group(const void *x, const void *y)
{
	const struct member *a = x, *b = y;

	if (a->package != b->package)
		return a->package < b->package ? -1 : 1;
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return by_index(x, y);
}

/* Keep the first CPU of each package and node, in order of the index.  Returns
 * how many there are. */
static size_t keep_firsts(struct member *m, size_t n)
{
	size_t kept = 0;

	qsort(m, n, sizeof(*m), by_group);
	for (size_t i = 0; i < n; i++)
		if (!kept || m[i].package != m[kept - 1].package ||
			m[i].node != m[kept - 1].node)
			m[kept++] = m[i];
	qsort(m, kept, sizeof(*m), by_index);
	return kept;
}

/* The first CPU stands for the first group, and was compared with all. */
static void groups(
	const struct member *first, size_t n, size_t visitable, struct plan *p)
{
	bool each = n > 2 && (n - 1) * (n - 2) / 2 <= visitable;

	for (size_t a = 1; a + 1 < n; a++)
		for (size_t b = a + 1; b < n && (each || b == a + 1); b++)
			add(p, first[a].index, first[b].index);
}

size_t sync_plan(const struct sync_cpus *cpus, bool all, struct sync_todo *out,
	size_t max)
{
	struct plan p = {.out = out, .max = max};
	size_t first = next(cpus, 0), n = 0;
	struct member *m;

	if (all) {
		each_with_each(cpus, &p);
		return p.n;
	}
	m = malloc((cpus->n + 1) * sizeof(*m));
	if (!m)
		return SYNC_NO_MEMORY;
	for (size_t i = first; i < cpus->n; i = next(cpus, i + 1)) {
		m[n++] = (struct member){cpus->cpu[i].cpu.package,
			cpus->cpu[i].cpu.node, (uint32_t)i};
		if (i > first)
			add(&p, first, i);
	}
	groups(m, keep_firsts(m, n), n, &p);
	free(m);
	return p.n;
}
