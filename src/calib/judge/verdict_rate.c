/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the comparison means, in a sentence.  Pure. */
#include <math.h>
#include <string.h>

#include "calib/judge/rate_sentence.h"
#include "calib/judge/relation.h"
#include "calib/source/source.h"
#include "calib/judge/judge.h"

static const struct estimate *find(
	const struct run *run, enum tscal_source id, enum tscal_status status)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->est[i].line.id == id &&
			run->est[i].line.status == status)
			return &run->est[i];
	return NULL;
}

/* The independent source that agrees most closely. */
static const struct estimate *witness(
	const struct run *run, const struct estimate *used)
{
	const struct estimate *best = NULL;

	for (size_t i = 0; i < run->n; i++) {
		const struct estimate *e = &run->est[i];

		if (e->line.status == TSCAL_STATUS_AGREES &&
			compare_independent(e, used) &&
			(!best || compare_agreement_ppm(e, used) <
					  compare_agreement_ppm(best, used)))
			best = e;
	}
	return best;
}

/* How the kernel came to what this source repeats. */
static const char *how_of(const struct run *run, const struct estimate *used)
{
	return used->line.id == TSCAL_SOURCE_CLOCK_RAW ? run->kernel.how
						       : run->kernel.khz_how;
}

static void verified(const struct run *run, struct tscal_info *info)
{
	const struct estimate *used = compare_used(run->est, run->n);
	const struct estimate *best = witness(run, used);
	char d[32];

	rate_distance(best->line.hz, used->line.hz, d, sizeof(d));
	if (best->line.id == TSCAL_SOURCE_ADJTIMEX)
		rate_add(info,
			"NTP has measured this rate: the true one is %s%s what "
			"%s says.",
			d, strncmp(d, "within", 6) ? "" : " of",
			used->line.name);
	else if (run->pm_of_crystal && best->line.id == TSCAL_SOURCE_ACPI_PM &&
		 used->line.roots == TSCAL_ROOT_CPU)
		/* The other is the CPU's own ratio of the same crystal. */
		rate_add(info,
			"acpi-pm and %s agree to %.3g ppm: two declared "
			"frequencies, but both count the CPU's crystal.",
			used->line.name, info->agreement_ppm);
	else
		rate_add(info, "%s%s%s%s confirms %s to %.3g ppm%s.",
			used->by_kernel ? "The kernel " : "",
			used->by_kernel ? how_of(run, used) : "",
			used->by_kernel ? "; " : "", best->line.name,
			used->line.name, info->agreement_ppm,
			best->assumed ? "; its crystal is assumed, the only "
					"one that fits"
				      : "");
}

/* Of those that agree and were counted against a timer (hpet, acpi-pm, pit) the
 * one that does so most closely; NULL if none. */
static const struct estimate *timer_agrees(const struct run *run)
{
	const struct estimate *used = compare_used(run->est, run->n);
	const struct estimate *best = NULL;

	for (size_t i = 0; i < run->n; i++) {
		const struct estimate *e = &run->est[i];

		if (e->line.status == TSCAL_STATUS_AGREES &&
			(e->line.id == TSCAL_SOURCE_HPET ||
				e->line.id == TSCAL_SOURCE_ACPI_PM ||
				e->line.id == TSCAL_SOURCE_PIT) &&
			(!best || compare_agreement_ppm(e, used) <
					  compare_agreement_ppm(best, used)))
			best = e;
	}
	return best;
}

/* Whether such a timer was read, however coarsely. */
static bool timer_read(const struct run *run)
{
	return timer_agrees(run) ||
	       find(run, TSCAL_SOURCE_HPET, TSCAL_STATUS_COARSE) ||
	       find(run, TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_COARSE) ||
	       find(run, TSCAL_SOURCE_PIT, TSCAL_STATUS_COARSE);
}

/* What the hypervisor reports, and the timers that its host emulates. */
static void claim_checked(const struct estimate *claim,
	const struct estimate *timer, struct tscal_info *info)
{
	double agreement_ppm = compare_agreement_ppm(timer, claim);

	if (agreement_ppm <= COMPARE_AGREE_PPM)
		rate_add(info,
			"Claim checked: %s matches the host's own timers "
			"(%s to %.3g ppm); the host itself is unchecked.",
			claim->line.name, timer->line.name, agreement_ppm);
	else
		rate_add(info,
			"Claim checked, but coarsely: the host's own timers "
			"(%s) do not contradict %s, but could not tell if it "
			"were %.0f ppm off.",
			timer->line.name, claim->line.name, agreement_ppm);
}

static void consistent(const struct run *run, struct tscal_info *info)
{
	const struct estimate *used = compare_used(run->est, run->n);
	const struct estimate *leaf = find(
		run, TSCAL_SOURCE_HV_LEAF, TSCAL_STATUS_USED);
	const struct estimate *pv = find(
		run, TSCAL_SOURCE_KVMCLOCK, TSCAL_STATUS_AGREES);
	const uint32_t believed = TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN;
	const struct estimate *timer = timer_agrees(run);

	if (timer && used->line.kind == TSCAL_KIND_REPORTED &&
		used->line.roots == TSCAL_ROOT_HV)
		claim_checked(used, timer, info);
	else if (leaf && pv)
		rate_add(info,
			"hv-leaf and kvmclock differ by %.1f kHz of rounding; "
			"all reachable sources are the hypervisor's.",
			fabs(leaf->line.hz - pv->line.hz) / 1e3);
	else if (timer_read(run) && !run->hv.present && run->kernel.guest &&
		 run->facts.hv_bit >= 0)
		rate_add(info, "%s: all timers here are one host's clock.",
			run->kernel.sign);
	else if (timer && !run->kernel.guest &&
		 run->kernel.roots == timer->line.roots)
		rate_add(info,
			"%s twice, the kernel's and ours: the kernel %s.",
			timer->line.name, run->kernel.how);
	else if (info->roots == TSCAL_ROOT_HV)
		rate_add(info, "All reachable sources are the hypervisor's.");
	else if (info->roots == TSCAL_ROOT_CPU && run->facts.tdx)
		rate_add(info,
			"CPUID 15h, which the CPU's firmware vouches for, "
			"not the host.");
	else if (info->source == TSCAL_SOURCE_CPUID_15 &&
		 run->kernel.khz_roots == TSCAL_ROOT_CPU)
		rate_add(info, "The kernel took its rate from CPUID 15h: one "
			       "declaration, not two.");
	else if (info->roots == believed)
		rate_add(info,
			"The kernel %s; nothing independent confirms it.",
			run->kernel.khz_how);
	else if (info->roots & TSCAL_ROOT_UNKNOWN)
		rate_add(info,
			"The kernel %s: who stands behind its rate is not "
			"known.",
			run->kernel.how);
	else if (run->kernel.roots & TSCAL_ROOT_UNKNOWN)
		rate_add(info,
			"%s and the kernel agree, but the kernel %s: they may "
			"be one.",
			tscal_source_str(info->source), run->kernel.how);
	else if (timer && run->kernel.guest)
		rate_add(info,
			"%s agrees to %.3g ppm, but all timers here are the "
			"host's clock; the kernel %s.",
			timer->line.name,
			compare_agreement_ppm(
				timer, compare_used(run->est, run->n)),
			run->kernel.how);
	else
		rate_add(info, "Only the kernel's rate is reachable: it %s.",
			run->kernel.how);
}

static void single(const struct run *run, struct tscal_info *info)
{
	const struct estimate *used = compare_used(run->est, run->n);

	if (run->kernel.guess && used->by_kernel)
		rate_add(info, "Only the kernel's rate is reachable: it %s.",
			run->kernel.khz_how);
	else if (used->line.id == TSCAL_SOURCE_CLOCK_RAW)
		rate_add(info, "Only %s gives a rate, and the kernel %s.",
			used->line.name, run->kernel.how);
	else if (used->by_kernel)
		rate_add(info, "Only %s gives a rate, and the kernel %s.",
			used->line.name, run->kernel.khz_how);
	else
		rate_add(info, "Only %s gives a rate.", used->line.name);
}

/* What agrees, but not closely, is named. */
static void loose(const struct run *run, struct tscal_info *info)
{
	char d[32];

	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->status == TSCAL_STATUS_AGREES &&
			fabs(ppm(l->hz, info->hz)) > COMPARE_AGREE_PPM)
			rate_add(info, " %s agrees only loosely: %s.", l->name,
				rate_distance(l->hz, info->hz, d, sizeof(d)));
	}
}

/* What was measured too coarsely to count for or against is named. */
static void add_coarse(const struct run *run, struct tscal_info *info)
{
	const struct estimate *used = compare_used(run->est, run->n);
	size_t all = rate_count(run, TSCAL_STATUS_COARSE), listed = 0;

	if (used && coarse(used))
		rate_add(info, " %s is known to +-%.0f ppm only.",
			used->line.name, bounds_ppm(used));
	else if (all > 2)
		rate_add(
			info, " %zu sources are too coarse here to tell.", all);
	if (!all || coarse(used) || all > 2)
		return;
	for (size_t i = 0; i < run->n; i++)
		if (run->est[i].line.status == TSCAL_STATUS_COARSE)
			rate_add(info, "%s%s", listed++ ? " and " : " ",
				run->est[i].line.name);
	rate_add(info, " %s too coarse here to tell.", all == 1 ? "is" : "are");
}

/* Labels and hints that are far off deserve a word. */
static void remark(const struct run *run, struct tscal_info *info)
{
	char d[32];

	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;
		double off = fabs(ppm(l->hz, info->hz));

		if (l->status != TSCAL_STATUS_HINT || !(l->hz > 0) ||
			!(info->hz > 0))
			continue;
		if (l->id == TSCAL_SOURCE_CPUID_15 && off > 5e4)
			rate_add(info,
				" CPUID 15h is the host's, %.2fx off: "
				"ignored.",
				l->hz / info->hz);
		else if (l->id == TSCAL_SOURCE_MSR_PLATFORM && off > 500)
			rate_add(info,
				" The P-state or ratio in the CPU's registers "
				"is %s this rate.",
				rate_distance(l->hz, info->hz, d, sizeof(d)));
		else if (l->kind == TSCAL_KIND_NOMINAL && off > 1.5e4 &&
			 !run->kernel.guest)
			/* A guest's label is that of any host. */
			rate_add(info, " This rate is %s the nominal one (%s).",
				rate_distance(info->hz, l->hz, d, sizeof(d)),
				l->name);
	}
}

void verdict_rate(const struct run *run, struct tscal_info *info)
{
	info->rate_sentence[0] = '\0';
	switch (info->rate) {
	case TSCAL_RATE_NONE:
		rate_add(info,
			rate_count(run, TSCAL_STATUS_HINT)
				? "No source gives a rate: what is a hint is "
				  "never chosen."
				: "No source gives a rate.");
		break;
	case TSCAL_RATE_CONFLICT:
		rate_conflict(run, info);
		break;
	case TSCAL_RATE_VERIFIED:
		verified(run, info);
		break;
	case TSCAL_RATE_CONSISTENT:
		consistent(run, info);
		break;
	case TSCAL_RATE_SINGLE:
		single(run, info);
		break;
	}
	loose(run, info);
	add_coarse(run, info);
	remark(run, info);
}
