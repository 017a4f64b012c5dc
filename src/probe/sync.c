/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal_sync(): the pairs one after the other. */
#include "probe/sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "plat/pair.h"
#include "plat/plat.h"
#include "probe/child.h"
#include "probe/devices.h"

#define ROUNDS 4096
#define PAIR_NS UINT64_C(80000000)
#define LIMIT_MS 3600000

static bool is_done(const struct tscal_sync_result *r, struct sync_todo t)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->raw[i].todo.a == t.a && r->raw[i].todo.b == t.b)
			return true;
	return false;
}

/* The pairs that are still to be compared: at the start, and when a CPU was
 * lost. */
static int make_plan(struct sync_run *s)
{
	bool all = s->opts->flags & TSCAL_SYNC_ALL_PAIRS;
	size_t n = sync_plan(&s->r->cpus, all, NULL, 0), left = 0;
	struct sync_todo *todo;
	struct measured_pair *raw;

	if (n == SYNC_NO_MEMORY)
		return -ENOMEM;
	todo = realloc(s->todo, (n + 1) * sizeof(*todo));
	if (!todo)
		return -ENOMEM;
	s->todo = todo;
	if (sync_plan(&s->r->cpus, all, todo, n) == SYNC_NO_MEMORY)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (!s->r->n || !is_done(s->r, todo[i]))
			todo[left++] = todo[i];
	s->at = 0;
	s->n_todo = left;
	raw = realloc(s->r->raw, (s->r->n + left + 1) * sizeof(*raw));
	if (!raw)
		return -ENOMEM;
	s->r->raw = raw;
	return 0;
}

/* Time for the next pair: its part of what is left; 0: none. */
static uint64_t time_for(struct sync_run *s, size_t left)
{
	uint64_t now_ns = s->plat->ops->now_ns(s->plat), ns;

	if (!s->deadline_ns)
		return PAIR_NS;
	if (now_ns >= s->deadline_ns)
		return 0;
	ns = (s->deadline_ns - now_ns) / left;
	return ns < PAIR_NS ? ns : PAIR_NS;
}

static int lose(struct sync_run *s, uint32_t cpu)
{
	for (size_t i = 0; i < s->r->cpus.n; i++)
		if (s->r->cpus.cpu[i].cpu.cpu == (int32_t)cpu)
			s->r->cpus.cpu[i].lost = true;
	return make_plan(s);
}

/* One pair: 0, or -errno, which ends the run. */
static int compare_pair(struct sync_run *s, struct sync_todo t, uint64_t ns)
{
	struct tscal_sync_result *r = s->r;
	struct measured_pair *m = &r->raw[r->n];
	struct plat_pair_until until = {.ns = ns, .rounds = ROUNDS};
	int rc = pair_measure((unsigned)r->cpus.cpu[t.a].cpu.cpu,
		(unsigned)r->cpus.cpu[t.b].cpu.cpu, s->rdtscp, &until,
		&m->found);

	if (rc == -ENXIO)
		return lose(s, m->found.lost);
	if (rc) {
		s->thread_rc = rc;
		s->ended = true;
		return rc == -ENOMEM ? rc : 0;
	}
	m->todo = t;
	r->n++;
	s->at++;
	r->cpus.cpu[t.a].cpu.visited = 1;
	r->cpus.cpu[t.b].cpu.visited = 1;
	return 0;
}

static int compare_all(struct sync_run *s)
{
	int rc = make_plan(s);

	while (!rc && s->at < s->n_todo && !s->ended) {
		size_t left = s->n_todo - s->at, done = s->r->n;
		uint64_t ns = time_for(s, left);

		if (!ns ||
			(s->opts->progress &&
				s->opts->progress(s->opts->arg, (uint32_t)done,
					(uint32_t)(done + left))))
			s->ended = true;
		else
			rc = compare_pair(s, s->todo[s->at], ns);
	}
	return rc;
}

static int run(struct sync_run *s)
{
	enum plat_tsc_access access;
	struct plat_cpuid regs;
	int rc = sync_cpus_find(&s->r->cpus);

	if (rc)
		return rc;
	if (s->plat->ops->tsc_access(s->plat, &access))
		access = PLAT_TSC_ENABLED;
	/* CPUID.80000001H:EDX[27]. */
	s->rdtscp = !s->plat->ops->cpuid(s->plat, 0x80000001, 0, &regs) &&
		    regs.edx >> 27 & 1;
	if (access != PLAT_TSC_ENABLED)
		s->no_tsc = s->ended = true;
	rc = compare_all(s);
	if (rc)
		return rc;
	s->r->pair = calloc(s->r->n + 1, sizeof(*s->r->pair));
	if (!s->r->pair)
		return -ENOMEM;
	sync_judge(s);
	return 0;
}

int tscal_sync(
	const struct tscal_sync_opts *opts, struct tscal_sync_result **out)
{
	static const struct tscal_sync_opts defaults = TSCAL_SYNC_OPTS_INIT;
	struct sync_run s = {.opts = opts ? opts : &defaults,
		.plat = tscal_platform_passive()};
	int rc, before;

	if (!out || s.opts->size != sizeof(*opts) ||
		s.opts->flags & ~TSCAL_SYNC_ALL_PAIRS ||
		s.opts->budget_ms > LIMIT_MS)
		return -EINVAL;
	if (s.plat->ops->size != sizeof(struct plat_ops))
		return -EPROTO;
	s.r = calloc(1, sizeof(*s.r));
	if (!s.r)
		return -ENOMEM;
	s.begun_ns = s.plat->ops->now_ns(s.plat);
	if (s.opts->budget_ms)
		s.deadline_ns = s.begun_ns +
				s.opts->budget_ms * UINT64_C(1000000);
	before = child_uncancelled();
	rc = run(&s);
	pthread_setcancelstate(before, NULL);
	free(s.todo);
	if (rc)
		tscal_sync_free(s.r);
	else
		*out = s.r;
	return rc;
}

void tscal_sync_free(struct tscal_sync_result *result)
{
	if (!result)
		return;
	free(result->cpus.cpu);
	free(result->raw);
	free(result->pair);
	free(result);
}

const struct tscal_sync_info *tscal_sync_result_info(
	const struct tscal_sync_result *result)
{
	return &result->info;
}

const struct tscal_sync_pair *tscal_sync_result_pair(
	const struct tscal_sync_result *result, size_t i)
{
	return i < result->n ? &result->pair[i] : NULL;
}

const struct tscal_sync_cpu *tscal_sync_result_cpu(
	const struct tscal_sync_result *result, size_t i)
{
	return i < result->cpus.n ? &result->cpus.cpu[i].cpu : NULL;
}

const char *tscal_sync_verdict_str(enum tscal_sync_verdict verdict)
{
	switch (verdict) {
	case TSCAL_SYNC_UNKNOWN:
		return "unknown";
	case TSCAL_SYNC_SYNCHRONISED:
		return "synchronised";
	case TSCAL_SYNC_SKEWED:
		return "skewed";
	}
	return "?";
}
