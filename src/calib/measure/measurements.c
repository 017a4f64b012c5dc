/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/measure/measurements.h"

#include "hv/clocksource.h"
#include "plat/text.h"

/* Long enough to identify crystals and pvclock records.  Look-ups during the
 * window make it 0.1 ms and more on a real machine. */
#define QUICK_NS 25000
/* Its limit if reads are slow. */
#define QUICK_MOST_NS 1000000
/* Default target: a window grows within the budget until the counter's bounds
 * are below 500 ppm; wider ones confirm nothing (judge/relation.h).  If a read
 * takes 10 us, as with a timer that a process emulates, 10 ms give bounds of
 * 900 ppm. */
#define TELLING_PPM 400

static struct measure_plan plan_of(
	const struct counters_wanted *w, const struct measurements *m)
{
	if (m->quick)
		return (struct measure_plan){
			.window_ns = QUICK_NS,
			.deadline_ns = w->plat->ops->now_ns(w->plat) +
				       QUICK_MOST_NS,
		};
	return (struct measure_plan){
		.window_ns = w->opts->window_ms * UINT64_C(1000000),
		.deadline_ns = w->deadline_ns,
		/* A narrower target waits for measurements_narrow(): a source
		 * that is not measured may meet it. */
		.target_ppm = w->opts->target_ppm > TELLING_PPM
				      ? w->opts->target_ppm
				      : TELLING_PPM,
	};
}

void measurements_begin(const struct counters_wanted *w, struct measurements *m,
	struct measure_space *space)
{
	struct tscal_platform *plat = w->plat;
	struct window *win = &m->window;

	m->counters.raw.out.status = TSCAL_STATUS_SKIPPED;
	m->rdtsc_ticks = -1;
	m->none = w->opts->flags & TSCAL_OPT_SURVEY ||
		  w->facts->tsc_access == PLAT_TSC_SIGSEGV ||
		  w->facts->has_tsc == 0;
	if (m->none)
		return;
	m->quick = w->raw_alone;
	win->plan = plan_of(w, m);
	/* The quick window is too short for a move to another CPU to matter. */
	win->pinned = !m->quick && plat->ops->pin && !plat->ops->pin(plat);
	m->rdtsc_ticks = measure_rdtsc_ticks(plat, space);
	win->n = counters_open(w, &m->counters, space);
	measure_begin(plat, &win->plan, space, win->n);
}

/* A read of these timers takes about 1 us in hardware, and 5 us to 20 us and
 * more with an exit to a hypervisor's process. */
#define EMULATED_READ_NS 5000.0

static bool reads_like_emulated(struct measurements *m, enum plat_counter_id id)
{
	const struct measured *timer = &m->counters.timer[id];

	if (timer->out.status != TSCAL_STATUS_READY ||
		timer->read_ns < EMULATED_READ_NS)
		return false;
	text_printf(m->timer_sign, sizeof(m->timer_sign),
		"A read of %s takes %.0f us, like that of an emulated timer",
		timer->what, timer->read_ns / 1e3);
	return true;
}

static void find_sign(struct measurements *m)
{
	const struct measured *hpet = &m->counters.timer[PLAT_COUNTER_HPET];

	/* QEMU's: HPET_CLK_PERIOD is 10 ns (include/hw/timer/hpet.h), which no
	 * crystal of a chipset makes. */
	if (hpet->out.status == TSCAL_STATUS_READY &&
		hpet->counter.num == hpet->counter.den * 100000000)
		text_printf(m->timer_sign, sizeof(m->timer_sign),
			"The HPET's period is exactly 10 ns, as QEMU's is");
	else if (!reads_like_emulated(m, PLAT_COUNTER_HPET))
		reads_like_emulated(m, PLAT_COUNTER_ACPI_PM);
}

void measurements_finish(const struct counters_wanted *w,
	struct measurements *m, struct measure_space *space)
{
	struct counters *c = &m->counters;
	struct tscal_platform *plat = w->plat;

	/* CLOCK_REALTIME is derived from the same count. */
	c->raw.step_counts = clocksource_of(w->facts->clocksource)->step_ns;
	c->timer[PLAT_COUNTER_REALTIME].step_counts = c->raw.step_counts;
	if (m->window.n)
		measure_finish(plat, &m->window.plan, space, m->window.n);
	find_sign(m);
}

bool measurements_narrow(struct tscal_platform *plat, double target_ppm,
	const struct measured *counter, struct measurements *m,
	struct measure_space *space)
{
	if (m->quick)
		return false;
	m->window.plan.target_ppm = target_ppm;
	m->window.plan.target_of = counter;
	return measure_go_on(plat, &m->window.plan, space, m->window.n);
}

void measurements_close(struct tscal_platform *plat, struct measurements *m,
	struct measure_space *space)
{
	measure_close(plat, space, m->window.n);
	m->window.n = 0;
	if (m->window.pinned)
		plat->ops->unpin(plat);
	m->window.pinned = false;
}
