/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Which numbers agree with the one that has the most support. relation.h
 * defines agreement, support.c chooses the number, docs/design.md ("Comparing")
 * gives the reasons.
 */
#include <math.h>
#include <string.h>

#include "calib/judge/judge.h"
#include "calib/judge/relation.h"

/* Nominal frequencies identify a rate (docs/design.md): the largest difference
 * seen is 1.3 %; an overclocked bus is a few percent more. */
#define LABEL_PPM 5e4

const struct estimate *compare_used(const struct estimate *est, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (est[i].line.status == TSCAL_STATUS_USED)
			return &est[i];
	return NULL;
}

/* Whether the two, which are not apart, have bounds too wide to show agreement.
 */
static bool too_coarse(const struct estimate *e, const struct estimate *used)
{
	return coarse(e) || coarse(used) ||
	       (!share_known_root(e, used) &&
		       compare_agreement_ppm(e, used) > CONTRADICT_PPM);
}

static void say_coarse(struct estimate *e, const struct estimate *used)
{
	char was[TSCAL_SENTENCE];

	memcpy(was, e->line.sentence, sizeof(was));
	if (bounds_ppm(e) >= bounds_ppm(used))
		est_say(e, TSCAL_STATUS_COARSE,
			"too coarse here: +-%.0f ppm; %s", bounds_ppm(e), was);
	else
		est_say(e, TSCAL_STATUS_COARSE,
			"not comparable: %s is known to +-%.0f ppm; %s",
			used->line.name, bounds_ppm(used), was);
}

/* Judged, and not contradicted by a stronger estimate. */
static bool is_truechimer(const struct estimate *e)
{
	return e->line.status == TSCAL_STATUS_AGREES ||
	       e->line.status == TSCAL_STATUS_COARSE;
}

/* Set the status of an estimate that is not used; est[order[0]] is used, those
 * before it in order have been judged. */
static void judge(struct estimate *est, const size_t *order, size_t at,
	const struct kernel_rate *kernel)
{
	struct estimate *e = &est[order[at]], *used = &est[order[0]];

	for (size_t i = 0; i < at; i++) {
		const struct estimate *other = &est[order[i]];

		if (i && (other->assumed || !is_truechimer(other)))
			continue;
		if (!apart(e, other, kernel))
			continue;
		/* Boards spread the crystal's spectrum by 0.25 % (Linux
		 * b51120309348): an assumed crystal that does not fit
		 * contradicts nothing. */
		e->line.status = e->assumed ? TSCAL_STATUS_HINT
					    : TSCAL_STATUS_DISAGREES;
		e->against = other->line.id;
		return;
	}
	if (e->assumed && !value_within(used, e, close_ppm(e, used, kernel)))
		e->line.status = TSCAL_STATUS_HINT;
	else if (too_coarse(e, used))
		say_coarse(e, used);
	else
		e->line.status = TSCAL_STATUS_AGREES;
}

static bool contradicted(const struct estimate *est, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct tscal_line *l = &est[i].line;

		/* An impossible measured rate supports nothing, but shows that
		 * something is wrong. */
		if (l->status == TSCAL_STATUS_DISAGREES ||
			l->status == TSCAL_STATUS_STALE ||
			(l->status == TSCAL_STATUS_IMPLAUSIBLE &&
				l->kind == TSCAL_KIND_MEASURED))
			return true;
	}
	return false;
}

static bool agrees(const struct estimate *e)
{
	return e->line.status == TSCAL_STATUS_AGREES;
}

/* A timer that microcode makes of the CPU's crystal, and a number that may
 * derive from it: two declared frequencies, but no two oscillators. */
static bool of_one_crystal(const struct estimate *a, const struct estimate *b)
{
	return (a->of_cpu_crystal && b->line.roots & TSCAL_ROOT_CPU) ||
	       (b->of_cpu_crystal && a->line.roots & TSCAL_ROOT_CPU);
}

double compare_pair(
	const struct estimate *est, size_t n, const struct estimate *pair[2])
{
	const struct estimate *used = compare_used(est, n);
	double best = HUGE_VAL;

	pair[0] = pair[1] = NULL;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			const struct estimate *a = &est[i], *b = &est[k];
			double worst;

			if (!agrees(a) || !agrees(b) ||
				!compare_independent(a, b) ||
				of_one_crystal(a, b))
				continue;
			/* In both orders: the result must not depend on the
			 * order of the sources. */
			worst = larger(larger(compare_agreement_ppm(a, b),
					       compare_agreement_ppm(b, a)),
				larger(compare_agreement_ppm(a, used),
					compare_agreement_ppm(b, used)));
			if (worst > CONTRADICT_PPM || worst >= best)
				continue;
			pair[0] = a;
			pair[1] = b;
			best = worst;
		}
	return pair[0] ? best : -1;
}

static void conclude(const struct estimate *est, size_t n,
	const struct kernel_rate *kernel, struct tscal_info *info)
{
	const struct estimate *used = compare_used(est, n), *pair[2];
	size_t supporters = 0;

	for (size_t i = 0; i < n; i++) {
		const struct estimate *e = &est[i];
		double agreement;

		if (e->line.status != TSCAL_STATUS_AGREES)
			continue;
		/* A number derived from the kernel's guess, or what may be
		 * one, does not confirm it. */
		supporters += !(kernel->may_be_guess && e->by_kernel &&
				used->by_kernel);
		if (!compare_independent(e, used))
			continue;
		agreement = compare_agreement_ppm(e, used);
		if (info->agreement_ppm < 0 || agreement < info->agreement_ppm)
			info->agreement_ppm = agreement;
	}
	if (info->agreement_ppm < 0)
		info->agreement_ppm = compare_pair(est, n, pair);
	if (contradicted(est, n))
		info->rate = TSCAL_RATE_CONFLICT;
	else if (info->agreement_ppm >= 0)
		info->rate = TSCAL_RATE_VERIFIED;
	else
		info->rate = supporters ? TSCAL_RATE_CONSISTENT
					: TSCAL_RATE_SINGLE;
	info->hz = used->line.hz;
	info->hz_lo = used->line.hz_lo;
	info->hz_hi = used->line.hz_hi;
	info->roots = used->line.roots;
	info->source = used->line.id;
}

/* Whether a nominal frequency shows the same rate. */
static bool near_label(const struct estimate *e, const struct estimate *est,
	size_t n, bool *any)
{
	for (size_t i = 0; i < n; i++) {
		const struct tscal_line *l = &est[i].line;

		if (l->status != TSCAL_STATUS_HINT || !(l->hz > 0))
			continue;
		*any = true;
		if (distance_ppm(&est[i], e) <= LABEL_PPM)
			return true;
	}
	return false;
}

/*
 * Where the kernel has no clocksource, its clock counts the timer's interrupts,
 * and loses those that come late: by a factor, where most do.
 */
static void check_ticks(struct estimate *est, size_t n)
{
	bool any;

	for (size_t i = 0; i < n; i++) {
		struct estimate *e = &est[i];
		double hz = e->line.hz;

		any = false;
		if (e->line.id != TSCAL_SOURCE_CLOCK_RAW || !est_credible(e) ||
			near_label(e, est, n, &any) || !any)
			continue;
		est_say(e, TSCAL_STATUS_IMPLAUSIBLE,
			"%.0f Hz is far from every nominal rate: the kernel "
			"counts its timer's interrupts, and loses some of "
			"them",
			hz);
		e->line.hz = e->line.hz_lo = e->line.hz_hi = 0;
	}
}

void compare(struct estimate *est, size_t n, const struct kernel_rate *kernel,
	struct tscal_info *info)
{
	size_t order[TSCAL_SOURCE_COUNT], ranked;

	info->agreement_ppm = -1;
	info->rate = TSCAL_RATE_NONE;
	if (kernel->ticks)
		check_ticks(est, n);
	find_stale(est, n, kernel);
	ranked = support_rank(est, n, kernel, order);
	if (!ranked)
		return;
	for (size_t at = 1; at < ranked; at++)
		judge(est, order, at, kernel);
	est[order[0]].line.status = TSCAL_STATUS_USED;
	conclude(est, n, kernel, info);
}
