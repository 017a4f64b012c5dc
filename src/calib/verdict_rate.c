/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the comparison means, in a sentence.  Pure. */
#include <math.h>
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

#include "calib/source.h"
#include "calib/stages.h"

__attribute__((format(printf, 2, 3))) static void add(
	struct tscal_info *info, const char *fmt, ...)
{
	size_t len = strlen(info->rate_sentence);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(info->rate_sentence + len, sizeof(info->rate_sentence) - len,
		fmt, ap);
	va_end(ap);
}

static const struct estimate *find(
	const struct run *run, enum tscal_source id, enum tscal_status status)
{
	for (size_t i = 0; i < run->n; i++)
		if (run->est[i].line.id == id &&
			run->est[i].line.status == status)
			return &run->est[i];
	return NULL;
}

/* "15 %" beyond a percent, else "213 ppm". */
static const char *distance(double hz, double from, char *buf, size_t size)
{
	double d = ppm(hz, from);

	if (fabs(d) >= 1e4)
		snprintf(buf, size, "%.3g %% %s", fabs(d) / 1e4,
			d > 0 ? "above" : "below");
	else
		snprintf(buf, size, "%.3g ppm %s", fabs(d),
			d > 0 ? "above" : "below");
	return buf;
}

static void conflict(const struct run *run, struct tscal_info *info)
{
	const char *sep = "";
	char d[32];
	size_t stale = 0;

	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->status == TSCAL_STATUS_STALE && !stale++)
			add(info,
				"The kernel still uses the rate of another "
				"host, %s what %s says",
				distance(l->hz, info->hz, d, sizeof(d)),
				tscal_source_str(info->source)),
				sep = "; ";
	}
	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->status != TSCAL_STATUS_DISAGREES)
			continue;
		add(info, "%s%s is contradicted: %s %s", sep, l->name,
			distance(l->hz, info->hz, d, sizeof(d)),
			tscal_source_str(info->source));
		sep = "; ";
	}
	add(info, ".");
}

static void verified(const struct run *run, struct tscal_info *info)
{
	const struct estimate *used = compare_used(run->est, run->n);
	const struct estimate *best = NULL;
	double nearest = 0;

	for (size_t i = 0; i < run->n; i++) {
		const struct estimate *e = &run->est[i];
		double d;

		if (e->line.status != TSCAL_STATUS_AGREES ||
			e->line.roots & used->line.roots ||
			e->line.roots & TSCAL_ROOT_UNKNOWN)
			continue;
		d = fabs(ppm(e->line.hz, used->line.hz));
		if (!best || d < nearest)
			best = e, nearest = d;
	}
	if (!best)
		return;
	if (best->line.id == TSCAL_SOURCE_ADJTIMEX)
		add(info,
			"NTP has measured this rate: the true rate is %.3g ppm "
			"from %s's%s.",
			nearest, used->line.name,
			nearest > 100 ? ", a loose agreement" : "");
	else
		add(info, "%s confirms %s to %.3g ppm%s.", best->line.name,
			used->line.name, info->agreement_ppm,
			nearest > 100 ? ", loosely" : "");
}

static void consistent(const struct run *run, struct tscal_info *info)
{
	const struct estimate *leaf = find(
		run, TSCAL_SOURCE_HV_LEAF, TSCAL_STATUS_USED);
	const struct estimate *pv = find(
		run, TSCAL_SOURCE_KVMCLOCK, TSCAL_STATUS_AGREES);

	if (leaf && pv)
		add(info,
			"Leaf and kvmclock differ by %.1f kHz, within "
			"rounding; all reachable sources are the hypervisor's.",
			fabs(leaf->line.hz - pv->line.hz) / 1e3);
	else if (info->roots == TSCAL_ROOT_HV)
		add(info, "All reachable sources are the hypervisor's.");
	else if (info->source == TSCAL_SOURCE_CPUID_15)
		add(info, "The kernel took its rate from CPUID 15h: one "
			  "declaration, not two.");
	else if (info->roots & TSCAL_ROOT_UNKNOWN)
		add(info,
			"The kernel %s: who stands behind the rate is not "
			"known.",
			run->kernel.how);
	else
		add(info, "Only the kernel's rate is reachable: it %s.",
			run->kernel.how);
}

static void single(const struct run *run, struct tscal_info *info)
{
	const struct estimate *used = compare_used(run->est, run->n);

	if (used->by_kernel)
		add(info, "Only %s gives a rate, and the kernel %s.",
			used->line.name, run->kernel.how);
	else
		add(info, "Only %s gives a rate.", used->line.name);
}

/* Labels and hints that are far off deserve a word. */
static void remark(const struct run *run, struct tscal_info *info)
{
	char d[32];

	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->status != TSCAL_STATUS_HINT || !(l->hz > 0) ||
			!(info->hz > 0) || l->id == TSCAL_SOURCE_BOGOMIPS)
			continue;
		if (l->id == TSCAL_SOURCE_CPUID_15 &&
			fabs(ppm(l->hz, info->hz)) > 5e4)
			add(info,
				" CPUID 15h is the host's, %.2fx off: "
				"ignored.",
				l->hz / info->hz);
		else if (l->kind == TSCAL_KIND_NOMINAL &&
			 fabs(ppm(l->hz, info->hz)) > 1.5e4)
			add(info, " The label of %s is %s this rate.", l->name,
				distance(l->hz, info->hz, d, sizeof(d)));
	}
}

void verdict_rate(const struct run *run, struct tscal_info *info)
{
	info->rate_sentence[0] = '\0';
	switch (info->rate) {
	case TSCAL_RATE_NONE:
		add(info, "No source gives a rate.");
		break;
	case TSCAL_RATE_CONFLICT:
		conflict(run, info);
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
	remark(run, info);
}
