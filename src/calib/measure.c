/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "calib/estimator.h"
#include "calib/measure_reads.h"

/* How often unlike ends are sampled again. */
#define RETRIES 2
/* With fewer reads in the first burst the window is stretched: each takes
 * more than 1/256 of the window, and the interval would be wider than two of
 * them, which is close to what is no measurement any more. */
#define FEW_READS 32
/* A burst lasts at most an eighth of the window, the look in its middle a
 * thirty-second: with both bursts 9/32 of it for each counter. */
#define BURST_PART 8
#define MIDDLE_PART 32
/* When others took the time away a quarter of a window is measured all the
 * same: late and short is better than nothing. */
#define LEAST_PART 4

static void open_failed(struct measured *m, int rc)
{
	switch (rc) {
	case -EOPNOTSUPP:
		measure_outcome(
			m, TSCAL_STATUS_SKIPPED, "not asked to open it");
		break;
	case -EACCES:
	case -EPERM:
		measure_outcome(
			m, TSCAL_STATUS_DENIED, "no permission to open it");
		break;
	case -ENODATA:
		measure_outcome(m, TSCAL_STATUS_ABSENT, "not in the recording");
		break;
	case -ENOENT:
		measure_outcome(m, TSCAL_STATUS_ABSENT, "not on this machine");
		break;
	default:
		measure_outcome(m, TSCAL_STATUS_ERROR,
			"cannot be opened (error %d)", -rc);
	}
}

/* The time that may still be used: a sixteenth is left for what follows. */
static uint64_t time_left(
	struct tscal_platform *plat, const struct measure_plan *plan)
{
	uint64_t now = plat->ops->now_ns(plat);
	uint64_t left = now < plan->deadline_ns ? plan->deadline_ns - now : 0;

	return left - left / 16;
}

/* The longest window that the budget allows and that no counter wraps in. */
static uint64_t longest_window(struct tscal_platform *plat,
	const struct measure_plan *plan, size_t n,
	const struct measure_space *space)
{
	double longest = (double)time_left(plat, plan) * 32 /
			 (32 + 9 * (double)n);
	double least = (double)plan->window_ns / LEAST_PART;

	longest = longest > least ? longest : least;
	for (size_t i = 0; i < n; i++)
		if (space[i].todo != MEASURE_DONE &&
			longest > measure_wrap_ns(&space[i].counter) / 2)
			longest = measure_wrap_ns(&space[i].counter) / 2;
	return (uint64_t)longest;
}

static void burst(struct tscal_platform *plat, enum plat_counter_id id,
	struct measure_burst *b, uint64_t window_ns)
{
	b->begun_ns = plat->ops->now_ns(plat);
	b->n = plat->ops->burst(
		plat, id, b->s, MEASURE_BURST, window_ns / BURST_PART);
}

/* The last burst becomes the first, and the first the last. */
static void swap(struct measure_space *sp)
{
	struct measure_burst *old = sp->first;

	sp->first = sp->last;
	sp->last = old;
}

/* The burst that opens a window; whether its reads are too few for it. */
static bool first_burst(struct tscal_platform *plat, enum plat_counter_id id,
	struct measure_space *sp, uint64_t window_ns)
{
	burst(plat, id, sp->first, window_ns);
	if (sp->first->n < 0 || sp->first->n >= FEW_READS)
		return false;
	/* Again, for this may have been somebody else's turn. */
	swap(sp);
	burst(plat, id, sp->first, window_ns);
	return sp->first->n >= 0 && sp->first->n < FEW_READS;
}

/* Let the rest of a window go by for those that need one, with a look in its
 * middle.  Look-ups may have used up a part of it. */
static void pass(struct tscal_platform *plat, const struct measured *m,
	size_t n, struct measure_space *space, uint64_t window_ns)
{
	uint64_t begun = 0, gone, rest;
	bool spin = false;

	for (size_t i = 0; i < n; i++) {
		if (space[i].todo != MEASURE_WINDOW)
			continue;
		spin |= space[i].counter.spin;
		if (space[i].first->begun_ns > begun)
			begun = space[i].first->begun_ns;
	}
	gone = plat->ops->now_ns(plat) - begun;
	if (gone < window_ns / 2)
		plat->ops->wait(plat, window_ns / 2 - gone, spin);
	for (size_t i = 0; i < n; i++)
		if (space[i].todo == MEASURE_WINDOW)
			space[i].n_middle = plat->ops->burst(plat, m[i].id,
				space[i].middle, MEASURE_MIDDLE,
				window_ns / MIDDLE_PART);
	rest = window_ns - (plat->ops->now_ns(plat) - begun);
	/* Overslept: not all of it again, but enough to compare. */
	if (rest < window_ns / 4 || rest > window_ns)
		rest = window_ns / 4;
	plat->ops->wait(plat, rest, spin);
}

static void last_burst(struct tscal_platform *plat, enum plat_counter_id id,
	struct measure_space *sp, uint64_t window_ns)
{
	struct measure_burst *last = sp->last;
	int begun_n = last->n;

	burst(plat, id, last, window_ns);
	if (last->n != -ENODATA || sp->todo != MEASURE_WINDOW || sp->lo > 0)
		return;
	/* A recording of two bursts has none from the middle; of few reads, the
	 * second was taken for the first, again. */
	if (sp->n_middle > 0) {
		memcpy(last->s, sp->middle,
			(size_t)sp->n_middle * sizeof(*last->s));
		last->n = sp->n_middle;
	} else if (sp->n_middle == -ENODATA && begun_n > 0) {
		last->n = begun_n;
		swap(sp);
	} else {
		return;
	}
	sp->n_middle = 0;
}

/* Take the bursts that are still to do. */
static void take(struct tscal_platform *plat, struct measured *m, size_t n,
	struct measure_space *space, uint64_t window_ns)
{
	bool window = false;

	for (size_t i = 0; i < n; i++)
		window |= space[i].todo == MEASURE_WINDOW;
	if (window)
		pass(plat, m, n, space, window_ns);
	for (size_t i = 0; i < n; i++)
		if (space[i].todo != MEASURE_DONE)
			last_burst(plat, m[i].id, &space[i], window_ns);
	for (size_t i = 0; i < n; i++) {
		if (space[i].todo == MEASURE_DONE)
			continue;
		/* Further reads may fail, in a recording for one; what the
		 * earlier ones said stays. */
		if (m[i].status == TSCAL_STATUS_READY && space[i].last->n <= 0)
			space[i].todo = MEASURE_DONE;
		else
			measure_conclude(plat, &m[i], &space[i]);
	}
}

/* Where an end is unlike the other: the worse one again, while time is left. */
static void take_again(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measured *m, size_t n,
	struct measure_space *space, uint64_t window_ns)
{
	uint64_t need = 0;
	bool window = false;

	for (size_t i = 0; i < n; i++) {
		window |= space[i].todo == MEASURE_WINDOW;
		if (space[i].todo != MEASURE_DONE)
			need += window_ns / BURST_PART +
				window_ns / MIDDLE_PART;
	}
	if (window)
		need += window_ns;
	if (!need || need > time_left(plat, plan))
		return;
	for (size_t i = 0; i < n; i++) {
		/* The last burst of a bad window is the first of the next. */
		if (space[i].todo == MEASURE_WINDOW)
			swap(&space[i]);
	}
	take(plat, m, n, space, window_ns);
}

static size_t open_all(struct tscal_platform *plat, struct measured *m,
	size_t n, struct measure_space *space)
{
	size_t open = 0;

	for (size_t i = 0; i < n; i++) {
		struct measure_space *sp = &space[i];
		int rc;

		sp->counter = (struct plat_counter){0};
		rc = plat->ops->counter_open(plat, m[i].id, &sp->counter);
		sp->todo = rc ? MEASURE_DONE : MEASURE_WINDOW;
		if (rc) {
			open_failed(&m[i], rc);
			continue;
		}
		open++;
		m[i].status = TSCAL_STATUS_UNSTABLE; /* so far */
		sp->first = &sp->burst[0];
		sp->last = &sp->burst[1];
		sp->last->n = 0;
		sp->lo = 0;
		sp->hi = HUGE_VAL;
	}
	return open;
}

void measure_begin(struct tscal_platform *plat, struct measure_plan *plan,
	struct measured *m, size_t n, struct measure_space *space)
{
	uint64_t most;
	bool few = false;

	if (!open_all(plat, m, n, space))
		return;
	most = longest_window(plat, plan, n, space);
	if (plan->window_ns > most)
		plan->window_ns = most;
	for (size_t i = 0; i < n; i++)
		if (space[i].todo != MEASURE_DONE)
			few |= first_burst(
				plat, m[i].id, &space[i], plan->window_ns);
	if (few)
		plan->window_ns = longest_window(plat, plan, n, space);
}

void measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measured *m, size_t n,
	struct measure_space *space)
{
	take(plat, m, n, space, plan->window_ns);
	for (int i = 0; i < RETRIES; i++)
		take_again(plat, plan, m, n, space, plan->window_ns);
	for (size_t i = 0; i < n; i++)
		if (space[i].counter.num)
			plat->ops->counter_close(plat, m[i].id);
}

/* Reads of a group, when there are enough of them for MIN_GROUPS. */
#define GROUP 8
#define MIN_GROUPS 4

double measure_rdtsc_ticks(
	struct tscal_platform *plat, struct measure_space *space)
{
	const struct plat_sample *s = space->burst[0].s;
	struct plat_counter c;
	double v[64];
	int n, size, groups;

	if (plat->ops->counter_open(plat, PLAT_COUNTER_RDTSC, &c))
		return -1;
	n = plat->ops->burst(plat, PLAT_COUNTER_RDTSC, space->burst[0].s,
		sizeof(v) / sizeof(*v), 200000);
	plat->ops->counter_close(plat, PLAT_COUNTER_RDTSC);
	if (n <= 0)
		return -1;
	/* Three reads a sample.  A TSC that advances by 25 ticks at a time
	 * shows the cost of one read only over a group of them. */
	size = n < GROUP * MIN_GROUPS ? 1 : GROUP;
	groups = n / size;
	for (int i = 0; i < groups; i++)
		v[i] = (double)(s[i * size + size - 1].tsc_after -
				s[i * size].tsc_before) /
		       (3 * size - 1);
	rate_sort(v, (size_t)groups);
	return v[groups / 2];
}
