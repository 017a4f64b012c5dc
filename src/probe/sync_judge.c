/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the pairs mean: the verdict and its sentence. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/sync.h"

__attribute__((format(printf, 2, 3))) static void say(
	struct tscal_sync_info *info, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(info->sentence, sizeof(info->sentence), fmt, ap);
	va_end(ap);
}

static int32_t cpu_of(const struct tscal_sync_result *r, size_t i)
{
	return r->cpus.cpu[i].cpu.cpu;
}

/* The rate, only to state ticks in ns: that of the longest pair. */
static double rate_hz(const struct tscal_sync_result *r)
{
	uint64_t ns = 0;
	double hz = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct plat_pair *p = &r->raw[i].found;

		if (p->ns <= ns || !(pair_hz(p) > 0))
			continue;
		ns = p->ns;
		hz = pair_hz(p);
	}
	return hz;
}

static struct tscal_sync_pair judge_pair(
	const struct tscal_sync_result *r, size_t i, double hz)
{
	const struct measured_pair *m = &r->raw[i];
	const struct plat_pair *p = &m->found;
	bool known = p->rounds && hz > 0;

	return (struct tscal_sync_pair){
		.a = cpu_of(r, m->todo.a),
		.b = cpu_of(r, m->todo.b),
		.verdict = (enum tscal_sync_verdict)pair_verdict(p, hz),
		.offset_lo_ns = known ? pair_ns((double)p->lo, hz) : NAN,
		.offset_hi_ns = known ? pair_ns((double)p->hi, hz) : NAN,
		.warp_ns = hz > 0 ? pair_ns((double)p->warp, hz) : 0,
		.moved = p->moved,
		.rounds = p->rounds,
	};
}

/* The worst pair: of those that are skewed, if any is; else of those whose
 * offset is known.  r->n: none. */
static size_t worst_pair(const struct tscal_sync_result *r, double hz)
{
	size_t worst = r->n;
	double worst_ns = -1;

	for (size_t i = 0; i < r->n; i++) {
		enum tscal_sync_verdict v = r->pair[i].verdict;
		double ns = hz > 0 ? pair_worst_ns(&r->raw[i].found, hz) : 0;

		if (v == TSCAL_SYNC_UNKNOWN ||
			(r->info.verdict == TSCAL_SYNC_SKEWED &&
				v != TSCAL_SYNC_SKEWED) ||
			ns <= worst_ns)
			continue;
		worst = i;
		worst_ns = ns;
	}
	return worst;
}

static enum tscal_sync_verdict judge_all(const struct sync_run *s)
{
	enum tscal_sync_verdict v = TSCAL_SYNC_SYNCHRONISED;

	for (size_t i = 0; i < s->r->n; i++)
		if (s->r->pair[i].verdict == TSCAL_SYNC_SKEWED)
			return TSCAL_SYNC_SKEWED;
		else if (s->r->pair[i].verdict == TSCAL_SYNC_UNKNOWN)
			v = TSCAL_SYNC_UNKNOWN;
	/* One CPU alone agrees with itself. */
	return s->ended || (!s->r->n && s->r->cpus.n != 1) ? TSCAL_SYNC_UNKNOWN
							   : v;
}

static const struct tscal_sync_cpu *first_lost(
	const struct tscal_sync_result *r)
{
	for (size_t i = 0; i < r->cpus.n; i++)
		if (r->cpus.cpu[i].lost)
			return &r->cpus.cpu[i].cpu;
	return NULL;
}

/* Why there is no verdict. */
static void say_unknown(const struct sync_run *s)
{
	const struct tscal_sync_result *r = s->r;
	struct tscal_sync_info *info = &s->r->info;

	if (s->no_tsc)
		say(info, "RDTSC is disabled for this process (PR_SET_TSC): "
			  "the TSCs cannot be compared.");
	else if (s->thread_rc && r->n)
		say(info,
			"Of %zu pairs of CPUs %zu were compared: then no "
			"thread could be started (%s).",
			r->n + s->n_todo - s->at, r->n,
			strerror(-s->thread_rc));
	else if (s->thread_rc)
		say(info,
			"The TSCs were not compared: no thread could be "
			"started (%s).",
			strerror(-s->thread_rc));
	else if (s->ended)
		say(info,
			"Of %zu pairs of CPUs %zu were compared before the "
			"time was over or the test was ended.",
			r->n + s->n_todo - s->at, r->n);
	else if (r->cpus.allowed_rc)
		say(info,
			"The TSCs were not compared: the kernel does not tell "
			"which CPUs this process may use (%s).",
			strerror(-r->cpus.allowed_rc));
	else if (!r->n && first_lost(r))
		say(info,
			"The TSCs were not compared: no thread could be kept "
			"on CPU %d.",
			(int)first_lost(r)->cpu);
	else if (!r->n)
		say(info,
			"Only one of %zu CPUs can be used by this process: "
			"there is nothing to compare it with.",
			r->cpus.n);
	else
		for (size_t i = 0; i < r->n; i++)
			if (r->pair[i].verdict == TSCAL_SYNC_UNKNOWN) {
				say(info,
					"CPUs %d and %d hardly ever ran at the "
					"same time, so their offset is not "
					"known: run it again with more time, "
					"or when the machine is less busy.",
					(int)r->pair[i].a, (int)r->pair[i].b);
				break;
			}
}

static void say_verdict(const struct sync_run *s, size_t worst, double hz)
{
	struct tscal_sync_info *info = &s->r->info;
	char phrase[128];

	switch (info->verdict) {
	case TSCAL_SYNC_SKEWED:
		pair_phrase(phrase, sizeof(phrase), &s->r->raw[worst].found,
			(unsigned)info->worst_a, (unsigned)info->worst_b, hz);
		say(info, "%s: a stamp is a time only on the CPU that took it.",
			phrase);
		if (info->sentence[0] >= 'a')
			info->sentence[0] += 'A' - 'a';
		break;
	case TSCAL_SYNC_SYNCHRONISED:
		if (worst < s->r->n)
			say(info,
				"No two TSCs of the %u compared CPUs are "
				"proven to differ; the offset is %.0f ns at "
				"most (CPUs %d and %d).",
				info->visited, info->worst_ns,
				(int)info->worst_a, (int)info->worst_b);
		else
			say(info, "There is one CPU.");
		break;
	case TSCAL_SYNC_UNKNOWN:
		say_unknown(s);
		break;
	}
}

void sync_judge(struct sync_run *s)
{
	struct tscal_sync_result *r = s->r;
	struct tscal_sync_info *info = &r->info;
	double hz = rate_hz(r);
	size_t worst;

	info->tsc_aux = r->n ? 1 : -1;
	for (size_t i = 0; i < r->n; i++) {
		r->pair[i] = judge_pair(r, i, hz);
		if (r->raw[i].found.aux < info->tsc_aux)
			info->tsc_aux = r->raw[i].found.aux;
	}
	info->verdict = judge_all(s);
	worst = worst_pair(r, hz);
	info->worst_a = info->worst_b = -1;
	info->worst_ns = -1;
	if (worst < r->n) {
		info->worst_a = r->pair[worst].a;
		info->worst_b = r->pair[worst].b;
		if (hz > 0 && r->raw[worst].found.rounds)
			info->worst_ns = pair_worst_ns(
				&r->raw[worst].found, hz);
	}
	info->cpus = (uint32_t)r->cpus.n;
	memcpy(info->topology, r->cpus.topology, sizeof(info->topology));
	info->pairs = (uint32_t)r->n;
	for (size_t i = 0; i < r->cpus.n; i++)
		info->visited += r->cpus.cpu[i].cpu.visited ? 1 : 0;
	info->ms = (double)(s->plat->ops->now_ns(s->plat) - s->begun_ns) / 1e6;
	say_verdict(s, worst, hz);
}
