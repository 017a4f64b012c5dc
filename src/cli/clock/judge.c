/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/clock/clock.h"

#include <stdlib.h>

/* By then a clock that was set, or a TSC that jumped, has been noticed. */
#define UPDATES_TO_NOTICE 2

void judge_reading(struct judge *j, const struct bracket *b, int64_t ns)
{
	int64_t half = (b->after_ns - b->before_ns) / 2, beyond;

	j->second.readings++;
	/* Somebody set it back in between: no bracket. */
	if (b->after_ns < b->before_ns)
		return;
	beyond = ns < b->before_ns ? b->before_ns - ns : ns - b->after_ns;
	if (beyond > j->second.beyond_ns)
		j->second.beyond_ns = beyond;
	if (j->tightest.is && half >= j->tightest.half_ns)
		return;
	j->tightest.is = true;
	j->tightest.half_ns = half;
	j->tightest.error_ns = llabs(ns - b->before_ns - half);
}

void judge_step(struct judge *j, int64_t ns, uint32_t generation)
{
	if (j->last.is && generation == j->last.generation && ns < j->last.ns)
		j->second.back++;
	j->last.is = true;
	j->last.ns = ns;
	j->last.generation = generation;
}

void judge_tightest(struct judge *j)
{
	if (j->tightest.is) {
		spread_add(&j->second.error, j->tightest.error_ns);
		spread_add(&j->second.bracket, j->tightest.half_ns);
	}
	j->tightest.is = false;
}

void judge_interval(struct judge *j, const struct bracket *b,
	const struct tscal_interval *iv, uint64_t updates)
{
	if (iv->reading == TSCAL_READING_SYSTEM)
		return;
	spread_add(&j->second.bound, (iv->latest_ns - iv->earliest_ns) / 2);
	if (iv->reading == TSCAL_READING_DOUBTED) {
		j->second.doubted++;
		return;
	}
	/* An interval holds a time at which the clock was read. */
	if (b->after_ns < b->before_ns ||
		(iv->latest_ns >= b->before_ns &&
			iv->earliest_ns <= b->after_ns))
		return;
	if (!j->open.n) {
		j->open.updates = updates;
		j->open.generation = iv->generation;
	}
	j->open.n++;
}

/*
 * A clock that is set, or a TSC that jumps, is noticed by the next update, or
 * by the one after it.  Readings before that could not be flagged, and are told
 * apart by the change of the generation.
 */
void judge_open(
	struct judge *j, uint32_t generation, uint64_t updates, bool at_end)
{
	if (!j->open.n)
		return;
	if (generation != j->open.generation)
		j->second.excused += j->open.n;
	else if (at_end || updates >= j->open.updates + UPDATES_TO_NOTICE)
		j->second.outside += j->open.n;
	else
		return;
	j->open.n = 0;
}

/* What was counted since the start, less what was before this second. */
static struct tally since(
	const struct tally *so_far, const struct tally *before)
{
	struct tally t = *so_far;

	t.stats.slow -= before->stats.slow;
	t.stats.updates -= before->stats.updates;
	t.stats.published -= before->stats.published;
	t.stats.breaks -= before->stats.breaks;
	t.stats.lapses -= before->stats.lapses;
	t.stats.bound -= before->stats.bound;
	for (unsigned bit = 0; bit < CLOCK_EVENTS; bit++)
		t.events[bit] -= before->events[bit];
	return t;
}

void judge_end_second(struct judge *j, const struct tally *so_far)
{
	struct found *second = &j->second, *all = &j->all;

	second->tally = since(so_far, &all->tally);
	all->tally = *so_far;
	all->readings += second->readings;
	all->back += second->back;
	all->outside += second->outside;
	all->excused += second->excused;
	all->doubted += second->doubted;
	if (second->beyond_ns > all->beyond_ns)
		all->beyond_ns = second->beyond_ns;
	spread_sum(&all->error, &second->error);
	spread_sum(&all->bracket, &second->bracket);
	spread_sum(&all->bound, &second->bound);
}

enum clock_verdict clock_verdict(
	const struct clock_run *run, const struct found *all)
{
	if (run->on == TSCAL_CLOCK_ON_SYSTEM)
		return CLOCK_SYSTEM;
	return all->back || all->outside ? CLOCK_BAD : CLOCK_GOOD;
}

const char *clock_verdict_str(enum clock_verdict verdict)
{
	return verdict == CLOCK_GOOD  ? "good"
	       : verdict == CLOCK_BAD ? "bad"
				      : "system";
}

const char *clock_event_str(unsigned bit)
{
	uint32_t event = UINT32_C(1) << bit;

	return tscal_event_next(&event);
}
