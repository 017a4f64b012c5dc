/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/window.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "calib/measure/estimator.h"
#include "calib/measure/reads.h"
#include "calib/measure/unwrap.h"

/* How often ends that differ are sampled again. */
#define RETRIES 2
/* With fewer reads in the first burst the window is extended: each takes more
 * than 1/256 of the window, and the interval would be wider than two of them,
 * close to 1 %, which is no measurement. */
#define FEW_READS 32
/* A burst lasts at most 1/8 of the window, the burst in the middle 1/32: 9/32
 * of it in all for each counter. */
#define BURST_PART 8
#define MIDDLE_PART 32
/* If other programs used up the time, a quarter of a window is measured
 * nevertheless. */
#define LEAST_PART 4
/* Of a hardware timer, reads as tight as the tightest: they occur at all phases
 * of its count, so the best of them is exact to 1/32 of a count. */
#define REPEATS 32
/* How often a window grows: once for each counter, and more if reads became
 * slower. */
#define GROWTHS 8

/* The time that may still be used: 1/16 is kept for what follows. */
static uint64_t time_left(
	struct tscal_platform *plat, const struct measure_plan *plan)
{
	uint64_t now = plat->ops->now_ns(plat);
	uint64_t left = now < plan->deadline_ns ? plan->deadline_ns - now : 0;

	return left - left / 16;
}

/* The longest window that the budget allows and in which no counter wraps. */
static uint64_t longest_window(struct tscal_platform *plat,
	const struct measure_plan *plan, size_t n,
	const struct measure_space *space)
{
	double longest = (double)time_left(plat, plan) * 32 /
			 (32 + 9 * (double)n);
	double least = (double)plan->window_ns / LEAST_PART;

	longest = longest > least ? longest : least;
	for (size_t i = 0; i < n; i++)
		if (longest > measure_wrap_ns(&space[i].m->counter) / 2)
			longest = measure_wrap_ns(&space[i].m->counter) / 2;
	return (uint64_t)longest;
}

/* Take reads into s; returns how many are usable, or -errno. */
static int take_reads(struct tscal_platform *plat,
	const struct measure_space *sp, struct plat_sample *s, size_t most,
	uint64_t ns, int *taken)
{
	const struct plat_counter *c = &sp->m->counter;
	struct plat_until until = {
		.reads = most,
		.ns = ns,
		.repeats = c->spin ? REPEATS : 0,
	};

	*taken = plat->ops->burst(plat, sp->m->id, s, &until);
	return *taken > 0 && c->verify ? drop_torn_reads(s, *taken, c->width)
				       : *taken;
}

static void burst(struct tscal_platform *plat, const struct measure_space *sp,
	struct measure_burst *b, uint64_t window_ns)
{
	b->begun_ns = plat->ops->now_ns(plat);
	b->n = take_reads(plat, sp, b->s, MEASURE_BURST, window_ns / BURST_PART,
		&b->taken);
}

static void swap(struct measure_space *sp)
{
	struct measure_burst *old = sp->first;

	sp->first = sp->last;
	sp->last = old;
}

/* Take the first burst; true if its reads are too few for the window. */
static bool first_burst(struct tscal_platform *plat, struct measure_space *sp,
	uint64_t window_ns)
{
	burst(plat, sp, sp->first, window_ns);
	if (sp->first->taken < 0 || sp->first->taken >= FEW_READS)
		return false;
	/* Again: another process may have used the CPU. */
	swap(sp);
	burst(plat, sp, sp->first, window_ns);
	return sp->first->taken >= 0 && sp->first->taken < FEW_READS;
}

/* The burst in the middle, which checks that the rate is the same in both
 * halves. */
static void middle_burst(struct tscal_platform *plat, struct measure_space *sp,
	uint64_t window_ns)
{
	int taken;

	sp->n_middle = take_reads(plat, sp, sp->middle, MEASURE_MIDDLE,
		window_ns / MIDDLE_PART, &taken);
}

/* The start of a window, and how to wait in it. */
struct waiting {
	uint64_t begun_ns;
	bool spin; /* a counter might stop if the CPU sleeps */
};

static struct waiting waiting(
	size_t n, const struct measure_space *space, int todo)
{
	struct waiting p = {0};

	for (size_t i = 0; i < n; i++) {
		if ((int)space[i].todo != todo)
			continue;
		p.spin |= space[i].m->counter.spin;
		if (space[i].first->begun_ns > p.begun_ns)
			p.begun_ns = space[i].first->begun_ns;
	}
	return p;
}

/* Wait for the rest of a window, with a burst in its middle, for the counters
 * that need one.  Look-ups may have used a part of it. */
static void wait_window(struct tscal_platform *plat, size_t n,
	struct measure_space *space, uint64_t window_ns)
{
	struct waiting p = waiting(n, space, MEASURE_WINDOW);
	uint64_t gone = plat->ops->now_ns(plat) - p.begun_ns, rest;

	if (gone < window_ns / 2)
		plat->ops->wait(plat, window_ns / 2 - gone, p.spin);
	for (size_t i = 0; i < n; i++)
		if (space[i].todo == MEASURE_WINDOW)
			middle_burst(plat, &space[i], window_ns);
	rest = window_ns - (plat->ops->now_ns(plat) - p.begun_ns);
	/* The wait took too long: a quarter more is enough to compare. */
	if (rest < window_ns / 4 || rest > window_ns)
		rest = window_ns / 4;
	plat->ops->wait(plat, rest, p.spin);
}

static void last_burst(struct tscal_platform *plat, struct measure_space *sp,
	uint64_t window_ns)
{
	struct measure_burst *last = sp->last;
	int begun_n = last->n;

	burst(plat, sp, last, window_ns);
	if (last->n != -ENODATA || sp->todo != MEASURE_WINDOW || sp->lo > 0)
		return;
	/* A recording of two bursts has none for the middle; with few reads,
	 * the second was used as the first. */
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

/* The last burst of a window becomes the middle one of a longer window. */
static void keep_middle(struct measure_space *sp)
{
	if (sp->last->n <= 0)
		return;
	sp->n_middle = sp->last->n < MEASURE_MIDDLE ? sp->last->n
						    : MEASURE_MIDDLE;
	memcpy(sp->middle, sp->last->s,
		(size_t)sp->n_middle * sizeof(*sp->middle));
}

/* The rate by the first counter that has one and never wraps; 0: none. */
static double rate_so_far(const struct measure_space *space, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (space[i].m->out.status == TSCAL_STATUS_READY &&
			space[i].m->counter.width == 64)
			return space[i].m->out.hz;
	return 0;
}

/* Take the last bursts that are still to do, and evaluate them. */
static void take(struct tscal_platform *plat, struct measure_space *space,
	size_t n, uint64_t window_ns)
{
	bool window = false;

	for (size_t i = 0; i < n; i++)
		window |= space[i].todo == MEASURE_WINDOW;
	if (window)
		wait_window(plat, n, space, window_ns);
	for (size_t i = 0; i < n; i++)
		if (space[i].todo != MEASURE_DONE)
			last_burst(plat, &space[i], window_ns);
	for (size_t i = 0; i < n; i++) {
		struct measure_space *sp = &space[i];

		if (sp->todo == MEASURE_DONE)
			continue;
		sp->hint_hz = rate_so_far(space, n);
		/* If further reads fail, as in a recording, the earlier result
		 * is kept. */
		if (sp->m->out.status == TSCAL_STATUS_READY && sp->last->n <= 0)
			sp->todo = MEASURE_DONE;
		else
			measure_conclude(plat, sp);
	}
}

/* If the two ends differ: take the worse one again, while time is left. */
static void take_again(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n)
{
	uint64_t need = 0, window_ns = plan->first_ns;
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
	take(plat, space, n, window_ns);
}

/* The shortest longer window that a counter needs, from its first burst on; 0:
 * none needs one. */
static double next_wanted_ns(struct tscal_platform *plat,
	const struct measure_plan *plan, const struct measure_space *space,
	size_t n)
{
	double want = 0;

	for (size_t i = 0; i < n; i++) {
		double w = measure_wanted_ns(plan, &space[i],
			(double)(plat->ops->now_ns(plat) -
				 space[i].first->begun_ns));

		if (w > 0 && (want == 0 || w < want))
			want = w;
	}
	return want;
}

/* All counters that do not wrap in it take part in a longer window: a further
 * burst costs little.  Ends are not sampled again: there was no time. */
static void join_longer(struct measure_space *space, size_t n, double want_ns)
{
	for (size_t i = 0; i < n; i++) {
		bool counts = space[i].m->out.status == TSCAL_STATUS_READY ||
			      space[i].too_short;

		space[i].todo = counts && !measure_wraps_in(&space[i], want_ns)
					? MEASURE_LONGER
					: MEASURE_DONE;
	}
}

/* Wait until the longer window ends, or as long as there is time; false if that
 * is too short for another burst. */
static bool wait_longer(struct tscal_platform *plat,
	const struct measure_plan *plan, const struct measure_space *space,
	size_t n, double want_ns)
{
	struct waiting p = waiting(n, space, MEASURE_LONGER);
	double gone_ns = (double)(plat->ops->now_ns(plat) - p.begun_ns);
	double most_ns = gone_ns + (double)time_left(plat, plan) -
			 (double)n * (double)(plan->first_ns / BURST_PART);

	if (want_ns < gone_ns)
		want_ns = gone_ns;
	if (want_ns > most_ns) {
		if (most_ns < gone_ns * MEASURE_WORTH_WHILE)
			return false;
		want_ns = most_ns;
	}
	if ((uint64_t)want_ns > (uint64_t)gone_ns)
		plat->ops->wait(
			plat, (uint64_t)want_ns - (uint64_t)gone_ns, p.spin);
	return true;
}

/* A longer window from the same first bursts; false if no counter needs it or
 * there is no time. */
static bool grow(struct tscal_platform *plat, const struct measure_plan *plan,
	struct measure_space *space, size_t n)
{
	double want_ns = next_wanted_ns(plat, plan, space, n);
	bool grown;

	if (want_ns == 0)
		return false;
	join_longer(space, n, want_ns);
	grown = wait_longer(plat, plan, space, n, want_ns);
	for (size_t i = 0; i < n; i++) {
		if (!grown)
			space[i].todo = MEASURE_DONE;
		else if (space[i].todo == MEASURE_LONGER)
			keep_middle(&space[i]);
	}
	if (grown)
		take(plat, space, n, plan->first_ns);
	return grown;
}

int measure_open(struct tscal_platform *plat, struct measured *m,
	const struct plat_where *where, struct measure_space *sp)
{
	m->rc = plat->ops->counter_open(plat, m->id, where, &m->counter);
	if (m->rc) {
		outcome_counter_errno(&m->out, m->rc, m->what);
		return m->rc;
	}
	m->out.status = TSCAL_STATUS_UNSTABLE; /* so far */
	sp->m = m;
	sp->todo = MEASURE_WINDOW;
	sp->too_short = false;
	sp->hint_hz = 0;
	sp->first = &sp->burst[0];
	sp->last = &sp->burst[1];
	sp->last->n = 0;
	sp->lo = 0;
	sp->hi = HUGE_VAL;
	return 0;
}

void measure_begin(struct tscal_platform *plat, struct measure_plan *plan,
	struct measure_space *space, size_t n)
{
	uint64_t most = longest_window(plat, plan, n, space);
	bool few = false;

	plan->first_ns = plan->window_ns < most ? plan->window_ns : most;
	for (size_t i = 0; i < n; i++)
		few |= first_burst(plat, &space[i], plan->first_ns);
	if (few)
		plan->first_ns = longest_window(plat, plan, n, space);
}

void measure_finish(struct tscal_platform *plat,
	const struct measure_plan *plan, struct measure_space *space, size_t n)
{
	take(plat, space, n, plan->first_ns);
	for (int i = 0; i < RETRIES; i++)
		take_again(plat, plan, space, n);
	measure_go_on(plat, plan, space, n);
}

bool measure_go_on(struct tscal_platform *plat, const struct measure_plan *plan,
	struct measure_space *space, size_t n)
{
	int grown = 0;

	while (grown < GROWTHS && grow(plat, plan, space, n))
		grown++;
	return grown > 0;
}

void measure_close(
	struct tscal_platform *plat, struct measure_space *space, size_t n)
{
	for (size_t i = 0; i < n; i++)
		plat->ops->counter_close(plat, space[i].m->id);
}
