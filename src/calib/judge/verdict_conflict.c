/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sentence about a conflict. */
#include "calib/judge/rate_sentence.h"
#include "plat/text.h"

/* More are not listed. */
#define LIST_MAX 4

static bool contradicts_used(const struct estimate *e, enum tscal_source used)
{
	return e->line.status == TSCAL_STATUS_DISAGREES && e->against == used;
}

static size_t count_against(const struct rate_view *v, enum tscal_source used)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		n += contradicts_used(&v->est[i], used);
	return n;
}

/* "a (1.2 % above), b (...) and 3 more": the first sources that contradict the
 * used rate, with their distance from it. */
static void list_against(const struct rate_view *v,
	const struct tscal_info *info, size_t wanted, size_t all, char *buf,
	size_t size)
{
	size_t listed = 0;
	char d[32];

	buf[0] = '\0';
	for (size_t i = 0; i < v->n && listed < wanted; i++) {
		const struct tscal_line *l = &v->est[i].line;

		if (!contradicts_used(&v->est[i], info->source))
			continue;
		text_printf(buf, size, "%s%s (%s)",
			!listed		    ? ""
			: listed == all - 1 ? " and "
					    : ", ",
			l->name, rate_distance(l->hz, info->hz, d, sizeof(d)));
		listed++;
	}
	if (listed < all)
		text_printf(buf, size, " and %zu more", all - listed);
}

/* "" or the blank before a further sentence. */
static const char *gap(const struct tscal_info *info)
{
	return info->rate_sentence[0] ? " " : "";
}

/* As many of them as fit, at least their number. */
static void against(const struct rate_view *v, const struct estimate *used,
	struct tscal_info *info)
{
	size_t all = count_against(v, info->source);
	char list[LIST_MAX * 64];

	if (!all)
		return;
	for (size_t n = all < LIST_MAX ? all : LIST_MAX; n; n--) {
		list_against(v, info, n, all, list, sizeof(list));
		if (rate_add_whole(info,
			    "%s%s contradict%s the source used, %s.", gap(info),
			    list, all == 1 ? "s" : "", used->line.name))
			return;
	}
	rate_add_whole(info, "%s%zu source%s contradict%s the source used, %s.",
		gap(info), all, all == 1 ? "" : "s", all == 1 ? "s" : "",
		used->line.name);
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
		rate_add_whole(info, "%s%s is %s %s; %s is used.", gap(info),
			e->line.name, d, other->line.name, used->line.name);
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

/* A measurement that no label allows. */
static void implausible(const struct rate_view *v, struct tscal_info *info)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct tscal_line *l = &v->est[i].line;

		if (l->kind == TSCAL_KIND_MEASURED &&
			l->status == TSCAL_STATUS_IMPLAUSIBLE &&
			!rate_add_whole(info, "%s%s contradicts: %s.",
				gap(info), l->name, l->sentence))
			rate_add_whole(
				info, "%s%s contradicts.", gap(info), l->name);
	}
}

/* stale() always fits, and behind it the number of those that contradict; each
 * of the others is added whole or not at all. */
void rate_conflict(const struct rate_view *v, struct tscal_info *info)
{
	const struct estimate *used = compare_used(v->est, v->n);

	stale(v, used, info);
	against(v, used, info);
	implausible(v, info);
	add_other(v, used, info);
	if (!info->rate_sentence[0])
		rate_add(info, "Sources contradict each other; %s is used.",
			used->line.name);
}
