/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sentence about a conflict. */
#include <string.h>

#include "calib/judge/rate_sentence.h"

/* As many as fit into the sentence. */
#define LIST_MAX 4

static bool contradicts_used(const struct estimate *e, enum tscal_source used)
{
	return e->line.status == TSCAL_STATUS_DISAGREES && e->against == used;
}

/* "a (1.2 % above), b (...) and c (...)": the sources that contradict the used
 * rate, with their distance from it; returns their number. */
static size_t list_against(const struct rate_view *v, struct tscal_info *info)
{
	size_t all = 0, listed = 0;
	char d[32];

	for (size_t i = 0; i < v->n; i++)
		all += contradicts_used(&v->est[i], info->source);
	for (size_t i = 0; i < v->n && listed < LIST_MAX; i++) {
		const struct tscal_line *l = &v->est[i].line;

		if (!contradicts_used(&v->est[i], info->source))
			continue;
		rate_add(info, "%s%s (%s)",
			!listed		    ? ""
			: listed == all - 1 ? " and "
					    : ", ",
			l->name, rate_distance(l->hz, info->hz, d, sizeof(d)));
		listed++;
	}
	if (listed < all)
		rate_add(info, " and %zu more", all - listed);
	return all;
}

static const struct estimate *estimate_of(
	const struct rate_view *v, enum tscal_source id)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->est[i].line.id == id)
			return &v->est[i];
	return NULL;
}

/* The first source that contradicts not the used rate, but a source that agrees
 * with it. */
static void add_other(const struct rate_view *v, const struct estimate *used,
	struct tscal_info *info)
{
	char d[32];

	for (size_t i = 0; i < v->n; i++) {
		const struct estimate *e = &v->est[i], *other;

		if (e->line.status != TSCAL_STATUS_DISAGREES ||
			contradicts_used(e, info->source))
			continue;
		other = estimate_of(v, e->against);
		rate_distance(e->line.hz, other->line.hz, d, sizeof(d));
		rate_add(info, "%s%s is %s %s; %s is used.",
			info->rate_sentence[0] ? " " : "", e->line.name, d,
			other->line.name, used->line.name);
		return;
	}
}

/* A kernel that still uses the rate from before a move. */
static void stale(const struct rate_view *v, const struct estimate *used,
	struct tscal_info *info)
{
	const struct tscal_line *old = NULL;
	char d[32];

	for (size_t i = 0; i < v->n && !old; i++)
		if (v->est[i].line.status == TSCAL_STATUS_STALE &&
			v->est[i].by_kernel)
			old = &v->est[i].line;
	if (!old || used->line.kind != TSCAL_KIND_REPORTED)
		return;
	rate_distance(old->hz, info->hz, d, sizeof(d));
	if (info->source == TSCAL_SOURCE_KVMCLOCK)
		/* That record is updated on each move. */
		rate_add(info,
			"The kernel still uses another host's rate, %s the one "
			"that %s reports; CLOCK_MONOTONIC_RAW is off by as "
			"much.",
			d, used->line.name);
	else
		rate_add(info,
			"The kernel still uses another host's rate, %s the one "
			"that %s reports, unless %s is wrong.",
			d, used->line.name, used->line.name);
}

void rate_conflict(const struct rate_view *v, struct tscal_info *info)
{
	const struct estimate *used = compare_used(v->est, v->n);
	size_t before, falsetickers;

	stale(v, used, info);
	for (size_t i = 0; i < v->n; i++) {
		const struct tscal_line *l = &v->est[i].line;

		if (l->kind == TSCAL_KIND_MEASURED &&
			l->status == TSCAL_STATUS_IMPLAUSIBLE)
			rate_add_whole(info, "%s%s contradicts: %s.",
				info->rate_sentence[0] ? " " : "", l->name,
				l->sentence);
	}
	before = strlen(info->rate_sentence);
	if (before)
		rate_add(info, " ");
	falsetickers = list_against(v, info);
	if (falsetickers)
		rate_add(info, " contradict%s the source used, %s.",
			falsetickers == 1 ? "s" : "", used->line.name);
	else
		info->rate_sentence[before] = '\0';
	add_other(v, used, info);
	if (!info->rate_sentence[0])
		rate_add(info, "Sources contradict each other; %s is used.",
			used->line.name);
}
