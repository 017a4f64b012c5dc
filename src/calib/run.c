/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The way through the house: every stage once, in order. */
#include "calib/run.h"

#include <errno.h>
#include <string.h>

#include "calib/measure/counters.h"
#include "calib/judge/relation.h"
#include "calib/source/source.h"
#include "calib/judge/judge.h"
#include "hv/kvm.h"
#include "hv/scan.h"
#include "hv/watch.h"

#define BUDGET_MS 50
#define WINDOW_MS 10
#define LIMIT_MS 60000
/* Unless more is asked for, a window grows within the budget until its counter
 * can tell something: see LOOSE_PPM.  Where a read takes 10 us, as of a timer
 * that a process emulates, 10 ms leave 900 ppm open. */
#define TELLING_PPM (LOOSE_PPM * 0.8)
/* CPUID traps in a guest, at some 4 us each (docs/accuracy.md): 256 bases are a
 * fifth of this, and a shorter window has no room for them. */
#define SCAN_WINDOW_MS 5
#define FLAGS                                                                  \
	(TSCAL_OPT_NO_MEASURE | TSCAL_OPT_SURVEY | TSCAL_OPT_ASSUME_METAL |    \
		TSCAL_OPT_PIT)
/* A bit for each source; TSCAL_SOURCE_NONE is none. */
#define SOURCES_ALL ((UINT64_C(1) << TSCAL_SOURCE_COUNT) - 2)
/* Long enough to tell crystals, and pvclock records from chance.  The look-ups
 * that go on meanwhile make it 0.1 ms and more on a real machine. */
#define GLANCE_NS 25000
/* What it may take where reads are slow. */
#define GLANCE_MOST_NS 1000000

static int take_opts(struct run *run, const struct tscal_opts *opts)
{
	struct tscal_opts *o = &run->opts;

	*o = (struct tscal_opts)TSCAL_OPTS_INIT;
	/* The only layout so far; one that grew will have to tell them apart,
	 * for a size that ends within a field leaves half a pointer. */
	if (opts) {
		if (opts->size != sizeof(*o))
			return -EINVAL;
		*o = *opts;
	}
	if (!o->platform)
		o->platform = tscal_platform_passive();
	if (!o->budget_ms)
		o->budget_ms = BUDGET_MS;
	if (!o->window_ms)
		o->window_ms = WINDOW_MS < o->budget_ms ? WINDOW_MS
							: o->budget_ms;
	if (o->budget_ms > LIMIT_MS || o->window_ms > o->budget_ms ||
		o->only & ~SOURCES_ALL || o->flags & ~FLAGS || o->reserved ||
		!(o->target_ppm >= 0))
		return -EINVAL;
	run->plat = o->platform;
	return 0;
}

static bool surveying(const struct run *run)
{
	return run->opts.flags & TSCAL_OPT_SURVEY;
}

/* Open the window; how many counters are measured in it. */
static size_t begin(struct run *run, struct measure_space *space)
{
	size_t n;

	run->plan = (struct measure_plan){
		.window_ns = run->opts.window_ms * UINT64_C(1000000),
		.deadline_ns = run->deadline_ns,
		.target_ppm = run->opts.target_ppm > 0 ? run->opts.target_ppm
						       : TELLING_PPM,
	};
	run->raw = (struct measured){.status = TSCAL_STATUS_SKIPPED};
	run->rdtsc_ticks = -1;
	run->no_window = surveying(run) ||
			 run->facts.tsc_access == PLAT_TSC_SIGSEGV ||
			 (run->facts.cpuid_readable && !run->facts.has_tsc);
	if (run->no_window)
		return 0;
	run->raw_glance = run->opts.flags & TSCAL_OPT_NO_MEASURE;
	if (run->raw_glance) {
		run->plan.window_ns = GLANCE_NS;
		run->plan.target_ppm = 0;
		run->plan.deadline_ns = run->plat->ops->now_ns(run->plat) +
					GLANCE_MOST_NS;
	}
	/* A glance is over before a move to another CPU would matter. */
	run->pinned = !run->raw_glance && run->plat->ops->pin &&
		      !run->plat->ops->pin(run->plat);
	run->rdtsc_ticks = measure_rdtsc_ticks(run->plat, space);
	n = counters_open(run, space);
	measure_begin(run->plat, &run->plan, space, n);
	return n;
}

/*
 * By how many ns CLOCK_MONOTONIC_RAW advances at a time: the clocksource's
 * period, and one for what is cut off.  Where its count is a TSC's, both are in
 * the reads already: a clock of 1 ns.
 */
static uint64_t step_of_raw(const struct facts *f)
{
	static const struct {
		const char *clocksource;
		uint64_t ns;
	} steps[] = {
		{"tsc", 1},
		{"tsc-early", 1},
		{"kvm-clock", 1},
		{"xen", 1},
		/* At most 100 ns (IA-PC HPET 1.0a, 2.3.4). */
		{"hpet", 101},
		/* 3.579545 MHz (ACPI 6.5, 4.8.3.3), and a third of that. */
		{"acpi_pm", 281},
		{"pit", 840},
		/* Units of 100 ns (Hypervisor TLFS, Timers). */
		{"hyperv_clocksource_tsc_page", 101},
		{"hyperv_clocksource_msr", 101},
		/* HZ is at least 100; ticks may be late by one. */
		{"jiffies", 20000000},
		{"refined-jiffies", 20000000},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (!strcmp(f->clocksource, steps[i].clocksource))
			return steps[i].ns;
	/* Unknown, or out of sight: as coarse as any timer.  A clock that
	 * stands still for longer is seen to. */
	return 1000;
}

static void finish(struct run *run, struct measure_space *space, size_t n)
{
	/* CLOCK_REALTIME is made of the same count. */
	run->raw.step_counts = step_of_raw(&run->facts);
	run->timer[PLAT_COUNTER_REALTIME].step_counts = run->raw.step_counts;
	measure_finish(run->plat, &run->plan, space, n);
	if (run->pinned)
		run->plat->ops->unpin(run->plat);
	counters_sign(run);
}

/* What is looked up while the window goes by. */
static void look_up(struct run *run)
{
	bool quick = run->opts.flags & TSCAL_OPT_NO_MEASURE ||
		     run->opts.window_ms < SCAN_WINDOW_MS;
	unsigned gap = quick ? HV_SCAN_QUICK : HV_SCAN_ALL;

	facts_gather_rest(run->plat, &run->facts);
	/* Where CPUID cannot be had it names nobody, and facts know. */
	if (run->facts.hv_bit < 0)
		(void)hv_scan(run->plat, gap, &run->facts.evidence, &run->hv);
	else
		hv_scan_by_bit(run->plat, run->facts.hv_bit, gap,
			&run->facts.evidence, &run->hv);
	if (run->hv.present)
		run->vendor = hv_vendor_of(&run->hv.main);
	if (run->vendor && run->vendor->timing)
		run->vendor->timing(run->plat, &run->hv.main, &run->hv_answer);
}

/* Asking the sources afterwards takes about as long as looking up before, which
 * is long where each system call and CPUID is: that much is left of the budget,
 * up to a quarter of it. */
static void look_up_meanwhile(struct run *run)
{
	uint64_t begun = run->plat->ops->now_ns(run->plat), spent, most;

	look_up(run);
	spent = run->plat->ops->now_ns(run->plat) - begun;
	most = run->opts.budget_ms * UINT64_C(1000000) / 4;
	/* A glance has a deadline of its own. */
	if (!run->raw_glance)
		run->plan.deadline_ns -= spent < most ? spent : most;
}

static void read_pvclock(struct run *run)
{
	if (!run->kernel.guest)
		run->pvclock_rc = -ENOENT;
	else if (run->raw.status != TSCAL_STATUS_READY)
		/* Nothing to confirm it by. */
		run->pvclock_rc = -EAGAIN;
	else
		run->pvclock_rc = clock_pages_pvclock(
			run->plat, run->raw.hz, &run->pvclock);
	if (!run->pvclock_rc && run->pvclock.stable &&
		hv_kvm_stable_means_nothing(run->plat, &run->hv))
		run->pvclock.stable = false;
	run->watch = hv_watch(run->plat, &run->hv, !run->pvclock_rc);
}

/* Also where nobody asks for its rate: what to watch depends on it. */
static void read_vmclock(struct run *run)
{
	run->vmclock_rc = run->kernel.guest && !surveying(run)
				  ? vmclock_read(run->plat, &run->vmclock)
				  : -ENOENT;
}

/* The time a look-up took; a measurement has set its own.  A replay has no
 * clock: it always says 0. */
static uint64_t stop_watch(
	const struct run *run, struct estimate *e, uint64_t start_ns)
{
	uint64_t now_ns = run->plat->ops->now_ns(run->plat);

	if (e->line.ms < 0 && now_ns)
		e->line.ms = (double)(now_ns - start_ns) / 1e6;
	return now_ns;
}

static void ask(struct run *run)
{
	uint64_t start_ns = run->plat->ops->now_ns(run->plat);

	run->n = n_sources;
	for (size_t i = 0; i < n_sources; i++) {
		const struct source *s = sources[i];
		struct estimate *e = &run->est[i];

		*e = (struct estimate){
			.source = s,
			.line = {.name = s->name,
				.id = s->id,
				.kind = s->kind,
				.tolerance_ppm = -1,
				.ms = -1},
		};
		if (!source_wanted(run, s->id)) {
			est_say(e, TSCAL_STATUS_SKIPPED,
				run->opts.only ? "not asked for"
					       : "asked only when named");
		} else if (surveying(run) && s->survey) {
			s->survey(run, e);
		} else {
			s->ask(run, e);
			e->by_host_clock |= e->by_kernel &&
					    run->kernel.khz_by_host_clock;
			start_ns = stop_watch(run, e, start_ns);
		}
	}
}

/* What a source says of the network's seconds; 0 where it was contradicted, or
 * may come from the host. */
static double hz_by(const struct run *run, enum tscal_source id)
{
	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->id == id && l->roots == TSCAL_ROOT_NTP &&
			(l->status == TSCAL_STATUS_USED ||
				l->status == TSCAL_STATUS_AGREES))
			return l->hz;
	}
	return 0;
}

static void judge(struct run *run)
{
	struct tscal_info *info = &run->info;

	*info = (struct tscal_info){
		.agreement_ppm = -1,
		.rdtsc_ns = -1,
		.skew_ns = -1,
		.cpus = run->facts.cpus,
		.invariant = run->facts.invariant,
	};
	if (!surveying(run))
		compare(run->est, run->n, &run->kernel, info);
	info->hz_raw = run->raw_exact_hz;
	if (info->hz_raw == 0 && run->raw.status == TSCAL_STATUS_READY &&
		!run->raw_glance && run->raw.hz >= TSC_HZ_MIN &&
		run->raw.hz <= TSC_HZ_MAX)
		info->hz_raw = run->raw.hz;
	info->hz_si = hz_by(run, TSCAL_SOURCE_ADJTIMEX);
	if (info->hz_si == 0)
		info->hz_si = hz_by(run, TSCAL_SOURCE_NTP);
	if (run->rdtsc_ticks >= 0 && info->hz > 0)
		info->rdtsc_ns = run->rdtsc_ticks / info->hz * 1e9;
	verdict_rate(run, info);
	verdict_use(run, info);
}

size_t run_counters(const struct tscal_opts *opts)
{
	bool given = opts && opts->size == sizeof(*opts) && opts->platform;

	return counters_of(given ? opts->platform : tscal_platform_passive(),
		given ? opts->budget_ms : 0);
}

int run_all(struct run *run, const struct tscal_opts *opts,
	struct measure_space *space)
{
	size_t n;
	int rc;

	memset(run, 0, sizeof(*run));
	rc = take_opts(run, opts);
	if (rc)
		return rc;
	run->deadline_ns = run->plat->ops->now_ns(run->plat) +
			   run->opts.budget_ms * UINT64_C(1000000);
	facts_gather_first(run->plat, &run->facts);
	n = begin(run, space);
	look_up_meanwhile(run);
	if (n)
		finish(run, space, n);
	roots_of_kernel(&run->facts, &run->hv, run->vendor,
		run->facts.virtual_sign[0] ? run->facts.virtual_sign
					   : run->timer_sign,
		run->opts.flags & TSCAL_OPT_ASSUME_METAL, &run->kernel);
	read_pvclock(run);
	read_vmclock(run);
	ask(run);
	judge(run);
	return 0;
}
