/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the sentence about the rate adds.  A remark that does not fit is left
 * out; none is cut. */
#include <math.h>

#include "calib/facts/ntp.h"
#include "calib/judge/rate_sentence.h"
#include "calib/judge/relation.h"

/* Name the sources that agree, but not closely. */
static void add_loose(const struct rate_view *v, struct tscal_info *info)
{
	char d[32];

	for (size_t i = 0; i < v->n; i++) {
		const struct tscal_line *l = &v->est[i].line;

		if (l->status == TSCAL_STATUS_AGREES &&
			fabs(ppm(l->hz, info->hz)) > COMPARE_AGREE_PPM)
			rate_add_whole(info, " %s agrees only loosely: %s.",
				l->name,
				rate_distance(l->hz, info->hz, d, sizeof(d)));
	}
}

/* Name the sources that are too coarse to compare. */
static void add_coarse(const struct rate_view *v, struct tscal_info *info)
{
	const struct estimate *used = compare_used(v->est, v->n);
	size_t all = rate_count(v, TSCAL_STATUS_COARSE), listed = 0;
	const char *names[2] = {"", ""};

	if (used && coarse(used))
		rate_add_whole(info, " %s is known to +-%.0f ppm only.",
			used->line.name, bounds_ppm(used));
	else if (all > 2)
		rate_add_whole(info,
			" %zu sources are too coarse here to compare.", all);
	if (!all || coarse(used) || all > 2)
		return;
	for (size_t i = 0; i < v->n; i++)
		if (v->est[i].line.status == TSCAL_STATUS_COARSE)
			names[listed++] = v->est[i].line.name;
	rate_add_whole(info, " %s%s%s %s too coarse here to compare.", names[0],
		all == 1 ? "" : " and ", all == 1 ? "" : names[1],
		all == 1 ? "is" : "are");
}

/* Where NTP's correction of the kernel's clock is at its limit, the kernel's
 * rate is wrong, by an amount without an upper bound.  It is no conflict: the
 * limit is what is allowed between independent clocks, and a daemon that still
 * corrects an offset may be there for a while.  A rate so wrong makes an offset
 * by itself, so that one hides nothing. */
static void add_ntp_limit(const struct rate_view *v, struct tscal_info *info)
{
	int side = v->facts->timex_rc ? 0 : ntp_at_limit(&v->facts->timex);

	/* A clock that is made faster was slow: a true second has fewer ticks
	 * than one of its seconds. */
	if (side)
		rate_add_whole(info,
			" NTP's correction is at its limit: %sthe true rate is "
			"499 ppm or more %s the kernel's.",
			ntp_corrects_offset(&v->facts->timex)
				? "it corrects an offset, or "
				: "",
			side > 0 ? "below" : "above");
}

/* The kernel kept a guess, and CPUID 15h names a ratio without a crystal. */
static void add_crystal(const struct rate_view *v, struct tscal_info *info)
{
	const struct estimate *used = compare_used(v->est, v->n);
	char d[32];

	/* Not where the used rate is of a timer or another source. */
	if (!used || !used->by_kernel)
		return;
	for (size_t i = 0; i < v->n; i++) {
		const struct estimate *e = &v->est[i];

		if (e->line.id == TSCAL_SOURCE_CPUID_15 && e->assumed &&
			e->line.status == TSCAL_STATUS_HINT &&
			v->kernel->guess && !v->kernel->guest &&
			e->line.hz > 0 && info->hz > 0 &&
			fabs(ppm(e->line.hz, info->hz)) > COMPARE_AGREE_PPM)
			rate_add_whole(info,
				" The only crystal that fits CPUID 15h's ratio "
				"gives %.6g MHz, %s: the kernel may be off by "
				"as much.",
				e->line.hz / 1e6,
				rate_distance(
					e->line.hz, info->hz, d, sizeof(d)));
	}
}

/* On bare metal, CPUID 15h names a ratio, and with each known crystal it gives
 * another rate than the measured one: the clock may be wrong, or the CPU
 * overclocked. */
static void add_no_crystal(const struct rate_view *v, struct tscal_info *info)
{
	bool measured = false, none_fits = false;

	for (size_t i = 0; i < v->n; i++) {
		const struct tscal_line *l = &v->est[i].line;

		measured |= l->id == TSCAL_SOURCE_CLOCK_RAW && l->hz > 0;
		none_fits |= l->id == TSCAL_SOURCE_CPUID_15 &&
			     l->status == TSCAL_STATUS_HINT && !(l->hz > 0);
	}
	if (measured && none_fits && !v->kernel->guest)
		rate_add_whole(info, " No known crystal fits CPUID 15h's ratio "
				     "at this rate.");
}

/* A guest's leaf may be its host's. */
static void add_host_leaf(const struct rate_view *v, struct tscal_info *info)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct tscal_line *l = &v->est[i].line;

		if (l->id == TSCAL_SOURCE_CPUID_15 &&
			l->status == TSCAL_STATUS_HINT && l->hz > 0 &&
			info->hz > 0 && fabs(ppm(l->hz, info->hz)) > 5e4)
			rate_add_whole(info,
				" CPUID 15h reports the host's rate, %.2f "
				"times this one: ignored.",
				l->hz / info->hz);
	}
}

/* The nominal frequency that is closest to the rate: a label may be of a lower
 * power limit than the TSC's. */
static const struct tscal_line *best_label(const struct rate_view *v, double hz)
{
	const struct tscal_line *best = NULL;
	double best_off = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct tscal_line *l = &v->est[i].line;
		double off;

		/* A guest's label may be of another host. */
		if (l->status != TSCAL_STATUS_HINT || !(l->hz > 0) ||
			l->kind != TSCAL_KIND_NOMINAL ||
			(v->kernel->guest &&
				l->id != TSCAL_SOURCE_MSR_PLATFORM))
			continue;
		off = fabs(ppm(l->hz, hz));
		/* Of equal ones the CPU's registers, the last in the table. */
		if (!best || off < best_off ||
			(l->id == TSCAL_SOURCE_MSR_PLATFORM &&
				!(off > best_off))) {
			best = l;
			best_off = off;
		}
	}
	return best;
}

/* If even the best label differs much from the rate: one remark. */
static void add_label(const struct rate_view *v, struct tscal_info *info)
{
	const struct tscal_line *l = info->hz > 0 ? best_label(v, info->hz)
						  : NULL;
	char d[32];

	if (!l)
		return;
	if (l->id == TSCAL_SOURCE_MSR_PLATFORM &&
		fabs(ppm(l->hz, info->hz)) > 500)
		rate_add_whole(info,
			" The P-state or ratio in the CPU's registers is %s "
			"this rate.",
			rate_distance(l->hz, info->hz, d, sizeof(d)));
	else if (l->id != TSCAL_SOURCE_MSR_PLATFORM &&
		 fabs(ppm(l->hz, info->hz)) > 1.5e4)
		rate_add_whole(info, " This rate is %s the nominal one (%s).",
			rate_distance(info->hz, l->hz, d, sizeof(d)), l->name);
}

static bool is_absent(const struct rate_view *v, enum tscal_source id)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->est[i].line.id == id)
			return v->est[i].line.status == TSCAL_STATUS_ABSENT;
	return false;
}

/* A tick that NTP has changed is a slew, or with chrony a part of the
 * frequency: one run cannot tell which. */
static void add_slew(const struct rate_view *v, struct tscal_info *info)
{
	const struct plat_timex *t = &v->facts->timex;
	double fast_ppm;

	if (!is_absent(v, TSCAL_SOURCE_ADJTIMEX) || v->facts->timex_rc ||
		!ntp_tick_changed(t))
		return;
	fast_ppm = ntp_fast_ppm(t);
	if (fabs(fast_ppm) < 1)
		return;
	rate_add_whole(info,
		" NTP is not used as a reference: it runs the kernel's "
		"clock %.0f ppm %s now, to slew it or to correct its rate; "
		"CLOCK_MONOTONIC_RAW is not affected.",
		fabs(fast_ppm), fast_ppm < 0 ? "slow" : "fast");
}

void rate_remarks(const struct rate_view *v, struct tscal_info *info)
{
	/* The most important first: what does not fit is left out. */
	add_ntp_limit(v, info);
	add_slew(v, info);
	add_crystal(v, info);
	add_no_crystal(v, info);
	add_loose(v, info);
	add_coarse(v, info);
	add_host_leaf(v, info);
	add_label(v, info);
}
