/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The stages of a calibration, each once, in order. */
#include "calib/run.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "calib/facts/ntp.h"
#include "calib/judge/judge.h"
#include "calib/judge/relation.h"
#include "hv/vendor.h"

#define BUDGET_MS 50
#define WINDOW_MS 10
#define LIMIT_MS 60000
/* CPUID traps in a guest, about 4 us each (docs/accuracy.md): 256 bases take a
 * fifth of this window; a shorter one is too short for them. */
#define SCAN_WINDOW_MS 5
#define FLAGS                                                                  \
	(TSCAL_OPT_NO_MEASURE | TSCAL_OPT_SURVEY | TSCAL_OPT_ASSUME_METAL |    \
		TSCAL_OPT_PIT | TSCAL_OPT_NO_SYNC |                            \
		TSCAL_OPT_TRUST_OVER_KERNEL)
/* A bit for each source; TSCAL_SOURCE_NONE is none. */
#define SOURCES_ALL ((UINT64_C(1) << TSCAL_SOURCE_COUNT) - 2)

static int take_opts(struct run *run, const struct tscal_opts *opts)
{
	struct tscal_opts *o = &run->opts;

	*o = (struct tscal_opts)TSCAL_OPTS_INIT;
	/* The only layout so far.  A longer one will have to check the size: a
	 * size that ends within a field gives half a pointer. */
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
		!isgreaterequal(o->target_ppm, 0))
		return -EINVAL;
	run->plat = o->platform;
	run->wanted = sources_wanted(o->only, &run->wanted_counters);
	run->deadline_ns = run->plat->ops->now_ns(run->plat) +
			   o->budget_ms * UINT64_C(1000000);
	return 0;
}

static bool surveying(const struct run *run)
{
	return run->opts.flags & TSCAL_OPT_SURVEY;
}

/* Look-ups while the window is open.  Reading the sources afterwards takes
 * about as long (much where system calls and CPUID are slow), so the deadline
 * leaves as much time for it, up to a quarter of the budget. */
static void look_up(struct run *run)
{
	const struct tscal_opts *o = &run->opts;
	uint64_t begun = run->plat->ops->now_ns(run->plat), spent, most;
	bool quick = o->flags & TSCAL_OPT_NO_MEASURE ||
		     o->window_ms < SCAN_WINDOW_MS;

	facts_gather_rest(run->plat, &run->facts);
	hypervisor_find(run->plat, &run->facts, quick, &run->hv);
	spent = run->plat->ops->now_ns(run->plat) - begun;
	most = o->budget_ms * UINT64_C(1000000) / 4;
	/* The quick window has its own deadline. */
	if (!run->measured.quick)
		run->measured.window.plan.deadline_ns -= spent < most ? spent
								      : most;
}

/* The facts, the second half of them while the window is open. */
static void measure(struct run *run, struct measure_space *space)
{
	struct counters_wanted w = {
		.plat = run->plat,
		.opts = &run->opts,
		.counters = run->wanted_counters,
		.facts = &run->facts,
		.deadline_ns = run->deadline_ns,
		.raw_alone = run->opts.flags & TSCAL_OPT_NO_MEASURE,
		.pit_by_name = run->opts.flags & TSCAL_OPT_PIT ||
			       run->opts.only & UINT64_C(1) << TSCAL_SOURCE_PIT,
	};

	facts_gather_first(run->plat, &run->facts);
	measurements_begin(&w, &run->measured, space);
	look_up(run);
	measurements_finish(&w, &run->measured, space);
	if (!(run->opts.target_ppm > 0))
		measurements_close(run->plat, &run->measured, space);
}

/* After the window, which two busy CPUs would disturb; and before it grows to
 * what is left of the budget.  A quarter of that is for reading the sources. */
static void compare_cpus(struct run *run)
{
	const struct facts *f = &run->facts;
	uint64_t kept_ns = run->opts.budget_ms * UINT64_C(1000000) / 4;

	if (run->opts.flags & (TSCAL_OPT_NO_MEASURE | TSCAL_OPT_NO_SYNC) ||
		surveying(run) || f->has_tsc == 0 || f->cpus == 1 ||
		f->tsc_access != PLAT_TSC_ENABLED)
		cpus_skip(&run->cpus, -EOPNOTSUPP);
	else
		cpus_compare(run->plat, run->deadline_ns - kept_ns, &run->cpus);
}

static const char *sign_of_host(const struct run *run)
{
	const struct facts *f = &run->facts;

	if (run->hv.id.present || (f->virtual_sign[0] && !f->guest_unknown) ||
		!run->measured.timer_sign[0])
		return f->virtual_sign;
	return run->measured.timer_sign;
}

static void read_raw_rate(struct run *run)
{
	if (run->wanted >> TSCAL_SOURCE_VDSO & 1 && !surveying(run))
		raw_rate_find(run->plat, &run->facts, &run->kernel,
			&run->measured, &run->raw_rate);
	else
		run->raw_rate.out.status = TSCAL_STATUS_SKIPPED;
	if (run->kernel.guest && !surveying(run))
		raw_rate_by_page(run->plat, &run->facts, &run->measured,
			&run->pvclock, &run->raw_rate);
}

/* The hypervisor's and the kernel's pages, which a measurement confirms. */
static void read_pages(struct run *run)
{
	bool guest = run->kernel.guest;

	outcome_set(&run->pvclock.out, TSCAL_STATUS_ABSENT,
		"no measurement to confirm the page with");
	if (guest && measurements_raw(&run->measured))
		clock_pages_pvclock(run->plat,
			run->measured.counters.raw.out.hz, &run->pvclock);
	if (run->pvclock.stable &&
		!hv_kvm_offers(run->plat, &run->hv.id, HV_KVM_STABLE_BIT))
		run->pvclock.stable = false;
	run->watch = hv_watch(run->plat, &run->hv.id,
		run->pvclock.out.status == TSCAL_STATUS_READY);
	run->vmclock.rc = -ENOENT;
	if (guest && !surveying(run))
		vmclock_read(run->plat, &run->vmclock);
	read_raw_rate(run);
}

struct source_view run_source_view(struct run *run)
{
	return (struct source_view){
		.plat = run->plat,
		.opts = &run->opts,
		.facts = &run->facts,
		.hv = &run->hv,
		.kernel = &run->kernel,
		.measured = &run->measured,
		.pvclock = &run->pvclock,
		.vmclock = &run->vmclock,
		.secure_tsc = &run->secure_tsc,
		.raw_rate = &run->raw_rate,
		.wanted = run->wanted,
	};
}

/* Set the time a look-up took; a measurement has set its own.  A replay has no
 * clock: its now_ns() is 0. */
static uint64_t set_time(
	const struct run *run, struct estimate *e, uint64_t start_ns)
{
	uint64_t now_ns = run->plat->ops->now_ns(run->plat);

	if (e->line.ms < 0 && now_ns)
		e->line.ms = (double)(now_ns - start_ns) / 1e6;
	return now_ns;
}

static void ask_all(struct run *run)
{
	uint64_t start_ns = run->plat->ops->now_ns(run->plat);
	struct source_view v = run_source_view(run);

	run->n = n_sources;
	for (size_t i = 0; i < n_sources; i++)
		if (source_ask(sources[i], i, &v, &run->est[i]))
			start_ns = set_time(run, &run->est[i], start_ns);
}

/* The sources that a longer window changes: those that measure, and the
 * kernel's rate if the window did not tell its values apart. */
static void ask_again(struct run *run)
{
	bool raw_rate = run->raw_rate.out.status != TSCAL_STATUS_READY;
	struct source_view v = run_source_view(run);
	uint64_t start_ns = run->plat->ops->now_ns(run->plat);

	if (raw_rate)
		read_raw_rate(run);
	for (size_t i = 0; i < n_sources; i++)
		if (sources[i]->kind == TSCAL_KIND_MEASURED ||
			(raw_rate && sources[i]->id == TSCAL_SOURCE_VDSO)) {
			source_ask(sources[i], i, &v, &run->est[i]);
			start_ns = set_time(run, &run->est[i], start_ns);
		}
}

/* The counter whose window limits the bounds of this number; NULL: none, the
 * number is not measured here. */
static const struct measured *counter_of(
	const struct run *run, const struct estimate *e)
{
	uint32_t counter = sources[e->rank]->counter;

	if (e->line.kind != TSCAL_KIND_MEASURED)
		return NULL;
	/* Without a counter of its own: CLOCK_MONOTONIC_RAW's. */
	return counter ? &run->measured.counters.timer[__builtin_ctz(counter)]
		       : &run->measured.counters.raw;
}

/* Whether the true rate is within the target of hz, by the bounds. */
static bool meets_target(const struct run *run, double hz, double lo, double hi)
{
	return larger(hi - hz, hz - lo) / hz * 1e6 <= run->opts.target_ppm;
}

/*
 * Which source is chosen is known only when all were asked and compared.  If it
 * misses the target and is measured, or if there is none, measure on.  False if
 * that changes nothing.
 */
static __attribute__((noinline)) bool narrow(
	struct run *run, struct measure_space *space)
{
	struct estimate est[TSCAL_SOURCE_COUNT];
	const struct measured *counter = NULL;
	const struct estimate *used;
	struct tscal_info info;

	memcpy(est, run->est, sizeof(est));
	compare(est, run->n, &run->kernel, &info);
	used = compare_used(est, run->n);
	if (used) {
		counter = counter_of(run, used);
		if (!counter || meets_target(run, used->line.hz,
					used->line.hz_lo, used->line.hz_hi))
			return false;
	}
	return measurements_narrow(run->plat, run->opts.target_ppm, counter,
		&run->measured, space);
}

/* Narrower bounds may change which source is chosen. */
#define NARROW_ROUNDS 4

static void reach_target(struct run *run, struct measure_space *space)
{
	if (!(run->opts.target_ppm > 0))
		return;
	for (int i = 0; i < NARROW_ROUNDS && narrow(run, space); i++)
		ask_again(run);
	measurements_close(run->plat, &run->measured, space);
}

static int8_t target_met(const struct run *run, const struct tscal_info *info)
{
	if (!(run->opts.target_ppm > 0) || surveying(run))
		return -1;
	return info->hz > 0 &&
	       meets_target(run, info->hz, info->hz_lo, info->hz_hi);
}

/* The source's rate, if its roots are these; 0 if it gives none, or another
 * source contradicts it, or its bounds are wider. */
static double hz_by(const struct run *run, enum tscal_source id, uint32_t roots,
	double most_ppm)
{
	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->id == id && l->roots == roots &&
			(l->status == TSCAL_STATUS_USED ||
				l->status == TSCAL_STATUS_AGREES) &&
			bounds_ppm(&run->est[i]) <= most_ppm)
			return l->hz;
	}
	return 0;
}

/* A rate by a PTP clock tells no more of true seconds than any crystal does
 * when its bounds are wider than crystals are off. */
#define SI_BY_PHC_PPM 20

/*
 * Ticks per true second; 0: not known.  NTP's frequency comes first: it is the
 * result of hours.  A second of CLOCK_REALTIME and a window of a PTP clock are
 * measured now.  Of PTP clocks only one that is known to follow true time
 * counts: any other may count its own crystal, and no driver tells whether a
 * program steers it.  A host's clock counts in no way.
 */
static double hz_si(const struct run *run)
{
	const struct facts *f = &run->facts;
	double hz = hz_by(run, TSCAL_SOURCE_ADJTIMEX, TSCAL_ROOT_NTP, HUGE_VAL);

	if (hz == 0)
		hz = hz_by(run, TSCAL_SOURCE_NTP, TSCAL_ROOT_NTP, HUGE_VAL);
	if (hz == 0 && f->ptp_kind == FACTS_PTP_DISCIPLINED && f->ptp >= 0 &&
		f->ptp < 8)
		hz = hz_by(run, TSCAL_SOURCE_PHC, TSCAL_ROOT_PHC(f->ptp),
			SI_BY_PHC_PPM);
	return hz;
}

/* Whether one of the sources that were asked has counted the TSC, with whatever
 * result. */
static bool measured(const struct run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		const struct tscal_line *l = &run->est[i].line;

		if (l->kind == TSCAL_KIND_MEASURED &&
			l->status != TSCAL_STATUS_ABSENT &&
			l->status != TSCAL_STATUS_SKIPPED &&
			l->status != TSCAL_STATUS_DENIED &&
			l->status != TSCAL_STATUS_ERROR)
			return true;
	}
	return false;
}

static void judge(struct run *run)
{
	struct rate_view rate = {
		run->est, run->n, &run->facts, &run->hv, &run->kernel};
	struct use_view use = {
		.facts = &run->facts,
		.hv = &run->hv,
		.watch = run->watch,
		.kernel = &run->kernel,
		.raw = &run->measured.counters.raw,
		.pvclock = &run->pvclock,
		.vmclock = &run->vmclock,
		.cpus = &run->cpus,
		.trust = run->opts.flags & TSCAL_OPT_TRUST_OVER_KERNEL,
		.measured = measured(run),
		/* What was not asked for may be in the recording. */
		.replay = !strcmp(run->plat->ops->name, "replay") &&
			  !(run->opts.flags & TSCAL_OPT_NO_MEASURE),
	};
	struct advice_view advice = {
		.est = run->est,
		.n = run->n,
		.kernel = &run->kernel,
		.opts = &run->opts,
		.cpus = &run->cpus,
		.ntp = !run->facts.timex_rc && ntp_keeps(&run->facts.timex),
		.replay = use.replay,
	};
	struct raw_second raw = raw_rate_second(&run->raw_rate, &run->measured);
	struct cpus_view cpus = {&run->facts, &run->cpus,
		!strcmp(run->plat->ops->name, "replay")};
	struct tscal_info *info = &run->info;

	*info = (struct tscal_info){
		.agreement_ppm = -1,
		.rdtsc_ns = -1,
		.skew_ns = run->cpus.worst_ns,
		.synchronised = run->cpus.verdict == PAIR_UNKNOWN
					? -1
					: run->cpus.verdict ==
						  PAIR_SYNCHRONISED,
		.cpus_compared = (int32_t)run->cpus.n_visited,
		.skew_a = run->cpus.worst_ns < 0 ? -1 : (int32_t)run->cpus.a,
		.skew_b = run->cpus.worst_ns < 0 ? -1 : (int32_t)run->cpus.b,
		.cpus = run->facts.cpus,
		.invariant = run->facts.invariant,
	};
	if (!surveying(run))
		compare(run->est, run->n, &run->kernel, info);
	info->target_met = target_met(run, info);
	info->hz_raw = raw.hz;
	info->hz_raw_lo = raw.lo;
	info->hz_raw_hi = raw.hi;
	info->hz_si = hz_si(run);
	if (run->measured.rdtsc_ticks >= 0 && info->hz > 0)
		info->rdtsc_ns = run->measured.rdtsc_ticks / info->hz * 1e9;
	verdict_rate(&rate, info);
	verdict_use(&use, info);
	cpus_sentence(&cpus, info);
	if (!surveying(run))
		advise(&advice, info);
}

size_t run_counters(const struct tscal_opts *opts)
{
	bool given = opts && opts->size == sizeof(*opts) && opts->platform;

	return counters_most(given ? opts->platform : tscal_platform_passive(),
		given ? opts->budget_ms : 0);
}

int run_all(struct run *run, const struct tscal_opts *opts,
	struct measure_space *space)
{
	int rc;

	memset(run, 0, sizeof(*run));
	rc = take_opts(run, opts);
	if (rc)
		return rc;
	measure(run, space);
	compare_cpus(run);
	/* Before the kernel's rate, whose origin depends on it. */
	if (run->wanted >> TSCAL_SOURCE_SNP_TSC & 1 && !surveying(run))
		secure_tsc_read(
			run->plat, &run->hv, &run->facts, &run->secure_tsc);
	run->kernel = kernel_rate_find(&run->facts, &run->hv, sign_of_host(run),
		run->opts.flags & TSCAL_OPT_ASSUME_METAL);
	read_pages(run);
	ask_all(run);
	reach_target(run, space);
	judge(run);
	return 0;
}
