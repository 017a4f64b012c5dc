/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whether the TSC may be a clock, on machines as the table of verdicts has
 * them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calib/judge/judge.h"
#include "calib/run.h"
#include "plat/text.h"

#define NO TSCAL_USE_NO
#define SLOW TSCAL_USE_SLOW
#define PROVISIONAL TSCAL_USE_PROVISIONAL
#define MOVED TSCAL_USE_UNTIL_MOVED
#define YES TSCAL_USE_YES

enum where { METAL, KVM, XEN, HYPERV, HIDDEN };

static const struct hv_vendor vendors[] = {
	[METAL] = {0},
	[KVM] = {.id = "kvm", .watch = TSCAL_WATCH_PVCLOCK},
	[XEN] = {.id = "xen", .watch = TSCAL_WATCH_XEN},
	[HYPERV] = {.id = "hyperv", .watch = TSCAL_WATCH_HYPERV},
	[HIDDEN] = {0},
};

enum page { NO_PAGE, STABLE, UNSTABLE, UNMAPPED };

struct row {
	const char *what;
	enum where where;
	const char *cs, *available; /* cs NULL: no /sys */
	enum tscal_use use;
	const char *sentence; /* must occur in it */
	enum page pvclock;
	int cpus; /* 0: two */
	int8_t invariant;
	bool tdx, secure_tsc, dom0, sigsegv, vtsc, mode2, no_tsc, no_rate,
		assume_metal, namespace;
	const char *below_xen;	/* dom0's machine by its firmware */
	const char *tsc_failed; /* clock-raw's failure of the TSC */
	double rdtsc_ns;	/* 0: 11 */
	uint32_t watch;
	int8_t rejected;
	double uptime_s; /* 0: not known */
	bool tsc_unstable, notsc;
	bool no_constant_tsc;
	/* CPUs were compared: how far CPU 1 is ahead of CPU 0, in ns; NaN:
	 * unknown. */
	bool compared, trust;
	double ahead_ns;
	size_t usable; /* CPUs; 0: two */
};

static const struct row rows[] = {
	{"metal, clocksource tsc", METAL, "tsc", "tsc hpet acpi_pm", YES,
		"own clock runs on this TSC", .invariant = 1},
	{"Framework 13: one core skews (row 11)", METAL, "hpet", "hpet acpi_pm",
		NO, "rejected", .invariant = 1, .rejected = 1},
	{"notsc or a rejected TSC, CPUID does not call it invariant", METAL,
		"acpi_pm", "acpi_pm", NO, "available_clocksource.",
		.rejected = 1},
	{"the same, and its CPUs were compared", METAL, "hpet", "hpet acpi_pm",
		NO,
		"CPU 0 is ahead of CPU 1 by 1600.0 ms: a stamp is a time only "
		"on the CPU that took it. The kernel rejected this TSC.",
		.invariant = 1, .rejected = 1, .compared = true,
		.ahead_ns = -1.6e9},
	{"nobody can overrule that", METAL, "hpet", "hpet acpi_pm", NO,
		"CPU 1 is ahead of CPU 0 by 2950 to 3050 ns", .invariant = 1,
		.rejected = 1, .compared = true, .ahead_ns = 3000,
		.trust = true},
	{"CPUs differ, which the kernel has not noticed", KVM, "kvm-clock",
		"kvm-clock tsc", NO, "CPU 1 is ahead", .pvclock = STABLE,
		.compared = true, .ahead_ns = 3000},
	{"a watchdog's false positive (row 13)", METAL, "hpet", "hpet acpi_pm",
		NO,
		"rejected this TSC: tsc is gone from available_clocksource, "
		"although CPUID reports it as invariant. The TSCs of 2 CPUs "
		"differ by 50 ns at most.",
		.invariant = 1, .rejected = 1, .compared = true},
	{"and the user overrules it", METAL, "hpet", "hpet acpi_pm", YES,
		"rejected this TSC, and it is used all the same, as you asked: "
		"the TSCs of 2 CPUs differ by 50 ns at most.",
		.invariant = 1, .rejected = 1, .compared = true, .trust = true},
	{"not where the comparison has no result", METAL, "hpet",
		"hpet acpi_pm", NO, "rejected this TSC", .invariant = 1,
		.rejected = 1, .compared = true, .ahead_ns = NAN,
		.trust = true},
	{"not where a CPU was not compared", METAL, "hpet", "hpet acpi_pm", NO,
		"rejected this TSC", .invariant = 1, .rejected = 1,
		.compared = true, .usable = 3, .trust = true},
	{"not where nothing was compared", METAL, "hpet", "hpet acpi_pm", NO,
		"rejected this TSC", .invariant = 1, .rejected = 1,
		.trust = true},
	{"jiffies overruled", METAL, "jiffies", "jiffies", YES, "as you asked",
		.uptime_s = 61, .rejected = 1, .compared = true, .trust = true},
	{"in a guest until it is moved", HYPERV, "hyperv_clocksource_msr",
		"hyperv_clocksource_msr acpi_pm", MOVED, "as you asked",
		.rejected = 1, .compared = true, .trust = true,
		.watch = TSCAL_WATCH_HYPERV},
	{"one CPU agrees with itself", METAL, "hpet", "hpet acpi_pm", YES,
		"as you asked: there is one CPU.", .rejected = 1, .cpus = 1,
		.trust = true},
	{"trust where nothing was rejected", METAL, "tsc", "tsc", YES,
		"own clock runs on this TSC", .compared = true, .trust = true},
	{"CPUs agree now, but the STABLE bit is clear (row 16)", KVM,
		"kvm-clock", "kvm-clock tsc acpi_pm", NO, "own TSC offset",
		.pvclock = UNSTABLE, .compared = true, .trust = true},
	{"clocksource=hpet by choice (row 12)", METAL, "hpet",
		"tsc hpet acpi_pm", YES, "configured to use", .invariant = 1},
	{"tsc-early (row 14)", METAL, "tsc-early", "tsc-early hpet acpi_pm",
		PROVISIONAL, "run tscal again", .rejected = 0},
	{"jiffies (row 14)", METAL, "refined-jiffies", "refined-jiffies",
		PROVISIONAL, "run tscal again", .rejected = 0},
	{"jiffies, a minute after boot: nothing better was accepted", METAL,
		"jiffies", "jiffies", NO, "61 s after boot it still runs on",
		.uptime_s = 61, .rejected = 1},
	{"the same in a guest", KVM, "refined-jiffies", "refined-jiffies", NO,
		"86400 s after boot", .uptime_s = 86400, .rejected = 1},
	{"tsc-early for long: the kernel stays with it", METAL, "tsc-early",
		"tsc-early", YES, "own clock runs on this TSC",
		.uptime_s = 600},
	{"jiffies by choice", METAL, "refined-jiffies",
		"refined-jiffies tsc-early", YES, "configured to use",
		.uptime_s = 86400},
	{"jiffies, and no uptime", METAL, "jiffies", "jiffies", PROVISIONAL,
		"run tscal again in a minute", .rejected = 0},
	{"rejected by the command line", METAL, "hpet", "hpet", NO,
		"rejected this TSC (tsc=unstable on its command line)",
		.tsc_unstable = true, .rejected = 1},
	{"not invariant alone is never no", METAL, "tsc", "tsc", YES,
		"own clock runs", .rejected = 0},
	{"no /sys (row 35)", METAL, NULL, "", MOVED, "not visible",
		.watch = TSCAL_WATCH_RATE, .rejected = -1},
	{"default QEMU guest (row 15)", KVM, "kvm-clock",
		"kvm-clock tsc acpi_pm", MOVED, "run tscal again after one",
		.pvclock = STABLE, .watch = TSCAL_WATCH_PVCLOCK},
	{"AMD without invtsc: Linux drops tsc as unsynchronized (U1)", KVM,
		"kvm-clock", "kvm-clock acpi_pm", MOVED, "migration",
		.pvclock = STABLE, .watch = TSCAL_WATCH_PVCLOCK},
	{"the same: the reason is said", KVM, "kvm-clock", "kvm-clock acpi_pm",
		MOVED, "does not list tsc (several CPUs, and no constant_tsc)",
		.pvclock = STABLE, .watch = TSCAL_WATCH_PVCLOCK,
		.no_constant_tsc = true},
	{"tsc=unstable under kvm-clock", KVM, "kvm-clock", "kvm-clock", MOVED,
		"marked this TSC unstable (tsc=unstable on its command "
		"line)",
		.pvclock = STABLE, .watch = TSCAL_WATCH_PVCLOCK,
		.tsc_unstable = true},
	{"notsc under kvm-clock", KVM, "kvm-clock", "kvm-clock", MOVED,
		"is bad: it does not list tsc (notsc on its command line)",
		.pvclock = STABLE, .watch = TSCAL_WATCH_PVCLOCK, .notsc = true},
	{"tsc=unstable, the list not visible", KVM, NULL, "", MOVED,
		"notice one. The kernel was told that this TSC is unstable "
		"(tsc=unstable).",
		.watch = TSCAL_WATCH_RATE, .tsc_unstable = true,
		.rejected = -1},
	{"notsc, the list not visible", METAL, NULL, "", MOVED,
		"valid. The kernel was told not to use this TSC (notsc).",
		.watch = TSCAL_WATCH_RATE, .notsc = true, .rejected = -1},
	{"STABLE bit clear (row 16)", KVM, "kvm-clock", "kvm-clock tsc acpi_pm",
		NO, "own TSC offset", .pvclock = UNSTABLE},
	{"STABLE bit clear: the kernel does not map the page", KVM, "kvm-clock",
		"kvm-clock tsc acpi_pm", NO, "own TSC offset",
		.pvclock = UNMAPPED},
	{"STABLE bit clear, one CPU has one offset", KVM, "kvm-clock",
		"kvm-clock tsc", MOVED, "migration", .pvclock = UNSTABLE,
		.cpus = 1, .watch = TSCAL_WATCH_PVCLOCK},
	{"STABLE bit clear, but the kernel itself runs on the TSC", KVM, "tsc",
		"tsc kvm-clock", MOVED, "migration", .pvclock = UNSTABLE,
		.watch = TSCAL_WATCH_PVCLOCK},
	{"no page on clocksource tsc means nothing", KVM, "tsc",
		"tsc kvm-clock", MOVED, "migration", .pvclock = UNMAPPED,
		.watch = TSCAL_WATCH_PVCLOCK},
	{"EC2 t2, Xen mode 2 (row 21)", XEN, "xen", "xen tsc hpet acpi_pm",
		MOVED, "never emulates", .mode2 = true,
		.watch = TSCAL_WATCH_XEN},
	{"Xen that does not list tsc (U2)", XEN, "xen", "xen hpet acpi_pm",
		MOVED,
		"again after one. The kernel "
		"marked this TSC unstable; its clock is xen, which reads it "
		"all the same.",
		.invariant = 1, .watch = TSCAL_WATCH_XEN},
	{"Xen vtsc after migration (row 22)", XEN, "xen", "xen tsc", SLOW,
		"trapped by Xen: 1100 ns", .vtsc = true, .rdtsc_ns = 1100,
		.watch = TSCAL_WATCH_XEN},
	{"Xen dom0 (row 23)", XEN, "tsc", "xen tsc", YES, "never moves",
		.dom0 = true},
	{"Xen dom0 that CPUID does not show", METAL, "tsc", "xen tsc", YES,
		"never moves", .dom0 = true},
	{"Xen dom0 in a virtual machine", METAL, "tsc", "xen tsc", MOVED,
		"(DMI sys_vendor is \"QEMU\"), which may be moved",
		.dom0 = true, .below_xen = "DMI sys_vendor is \"QEMU\"",
		.watch = TSCAL_WATCH_RATE},
	{"Hyper-V before invariance (U3)", HYPERV,
		"hyperv_clocksource_tsc_page",
		"hyperv_clocksource_tsc_page acpi_pm", MOVED,
		"again after one. The kernel's own verdict on this TSC is "
		"bad: it does not list tsc (under Hyper-V, and not invariant).",
		.watch = TSCAL_WATCH_HYPERV},
	{"Hyper-V that offers no page rejects the TSC", HYPERV,
		"hyperv_clocksource_msr", "hyperv_clocksource_msr acpi_pm", NO,
		"rejected", .rejected = 1},
	{"trapped RDTSC (row 33)", HYPERV, "tsc", "tsc acpi_pm", SLOW,
		"2000 ns each", .rdtsc_ns = 2000, .watch = TSCAL_WATCH_HYPERV},
	{"an old CPU under load, or RDTSC behind a mitigation", METAL, "tsc",
		"tsc", YES, "own clock runs", .rdtsc_ns = 390},
	{"a trap on the fastest hosts", METAL, "tsc", "tsc", SLOW,
		"410 ns each", .rdtsc_ns = 410},
	{"TDX (row 34)", KVM, "tsc", "tsc", YES, "firmware", .tdx = true},
	{"SNP Secure TSC (row 34)", KVM, "tsc", "tsc", YES, "firmware",
		.secure_tsc = true},
	{"hidden hypervisor (row 29)", HIDDEN, "tsc", "tsc hpet acpi_pm", MOVED,
		"migration", .watch = TSCAL_WATCH_RATE},
	{"hidden hypervisor, --assume-metal", HIDDEN, "tsc", "tsc", YES,
		"own clock runs", .assume_metal = true},
	{"PR_SET_TSC (row 41)", KVM, "tsc", "tsc", NO, "PR_SET_TSC",
		.sigsegv = true, .no_rate = true},
	{"a CPU without one", METAL, "hpet", "hpet", NO, "reports no TSC",
		.no_tsc = true},
	{"stopped", METAL, "hpet", "tsc hpet", NO, "does not count",
		.tsc_failed = "the TSC does not count", .no_rate = true},
	{"went back, though a leaf names a rate", KVM, "tsc", "tsc", NO,
		"the TSC went backwards",
		.tsc_failed = "the TSC went backwards"},
	{"a reference that fails is not the TSC's fault", METAL, "tsc", "tsc",
		NO, "rate of this TSC is not known", .no_rate = true},
	{"kvm-clock runs, CPUID does not show it", HIDDEN, "kvm-clock",
		"kvm-clock tsc", MOVED, "so a host may control",
		.watch = TSCAL_WATCH_RATE},
	{"no rate", METAL, "tsc", "tsc", NO, "rate of this TSC is not known",
		.no_rate = true},
	{"time namespace (row 36)", METAL, "tsc", "tsc", YES, "offset",
		.namespace = true},
};

/* 1 GHz: a tick is a nanosecond; a round trip takes 100. */
static void compared(const struct row *r, struct cpus *c)
{
	int64_t ahead = isnan(r->ahead_ns) ? 0 : (int64_t)r->ahead_ns;

	cpus_skip(c, r->compared ? 0 : -EOPNOTSUPP);
	if (!r->compared)
		return;
	c->n = r->usable ? r->usable : 2;
	c->n_visited = 2;
	c->b = 1;
	c->worst = (struct plat_pair){.rounds = 100,
		.lo = ahead - 50,
		.hi = ahead + 50,
		.apart = ahead > 50    ? (uint64_t)ahead - 50
			 : ahead < -50 ? (uint64_t)-ahead - 50
				       : 0};
	c->worst_hz = 1e9;
	c->worst_ns = pair_worst_ns(&c->worst, 1e9);
	c->verdict = isnan(r->ahead_ns) ? PAIR_UNKNOWN
					: pair_verdict(&c->worst, 1e9);
}

static void machine(const struct row *r, struct run *run)
{
	struct facts *f = &run->facts;

	memset(run, 0, sizeof(*run));
	*f = (struct facts){.has_tsc = !r->no_tsc,
		.invariant = r->invariant,
		.clocksource_visible = r->cs != NULL,
		.cpus = r->cpus ? r->cpus : 2,
		.tsc_access = r->sigsegv ? PLAT_TSC_SIGSEGV : PLAT_TSC_ENABLED,
		.tdx = r->tdx,
		.secure_tsc = r->secure_tsc,
		.dom0 = r->dom0,
		.uptime_s = r->uptime_s > 0 ? r->uptime_s : -1,
		.tsc_unstable = r->tsc_unstable,
		.notsc = r->notsc,
		.constant_tsc = r->no_constant_tsc ? 0 : 1,
		.time_namespace = r->namespace};
	snprintf(f->below_xen, sizeof(f->below_xen), "%s",
		r->below_xen ? r->below_xen : "");
	snprintf(f->clocksource, sizeof(f->clocksource), "%s",
		r->cs ? r->cs : "");
	snprintf(f->available, sizeof(f->available), "%s", r->available);
	if (r->where == HIDDEN)
		strcpy(f->virtual_sign, "ACPI has a WAET table");
	run->hv.id.present = r->where != METAL && r->where != HIDDEN;
	if (run->hv.id.present)
		run->hv.vendor = &vendors[r->where];
	run->watch = run->hv.vendor ? run->hv.vendor->watch : 0;
	run->hv.timing.emulated = r->vtsc;
	run->hv.timing.steady = r->mode2;
	run->kernel = kernel_rate_find(
		f, &run->hv, f->virtual_sign, r->assume_metal);
	run->vmclock.rc = -ENOENT;
	compared(r, &run->cpus);
	run->pvclock.out.status = r->pvclock == STABLE || r->pvclock == UNSTABLE
					  ? TSCAL_STATUS_READY
					  : TSCAL_STATUS_ABSENT;
	run->pvclock.not_mapped = r->pvclock == UNMAPPED;
	run->pvclock.stable = r->pvclock == STABLE;
	run->measured.counters.raw.out.status = r->no_rate
							? TSCAL_STATUS_UNSTABLE
							: TSCAL_STATUS_READY;
	run->measured.rdtsc_ticks = 25;
	if (r->tsc_failed) {
		run->measured.counters.raw.out.status = TSCAL_STATUS_UNSTABLE;
		run->measured.counters.raw.tsc_failed = true;
		strcpy(run->measured.counters.raw.out.sentence, r->tsc_failed);
	}
	run->info.rate = r->no_rate ? TSCAL_RATE_NONE : TSCAL_RATE_SINGLE;
	run->info.rdtsc_ns = r->rdtsc_ns > 0 ? r->rdtsc_ns : 11;
}

static void judge_by(struct run *run, bool measured, bool replay, bool trust)
{
	struct use_view view = {
		.facts = &run->facts,
		.hv = &run->hv,
		.watch = run->watch,
		.kernel = &run->kernel,
		.raw = &run->measured.counters.raw,
		.pvclock = &run->pvclock,
		.vmclock = &run->vmclock,
		.cpus = &run->cpus,
		.trust = trust,
		.measured = measured,
		.replay = replay,
	};

	verdict_use(&view, &run->info);
}

static void judge_use(struct run *run)
{
	judge_by(run, true, false, false);
}

Test(verdict_use, of_the_machines_of_the_table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		static struct run run;

		machine(r, &run);
		judge_by(&run, true, false, r->trust);
		cr_expect(eq(int, (int)run.info.use, (int)r->use), "%s: %s",
			r->what, run.info.use_sentence);
		cr_expect(ne(ptr, strstr(run.info.use_sentence, r->sentence),
				  NULL),
			"%s: %s", r->what, run.info.use_sentence);
		cr_expect(eq(u32, run.info.watch, r->watch), "%s", r->what);
		cr_expect(eq(int, run.info.rejected_by_kernel, r->rejected),
			"%s", r->what);
	}
}

/* What the report says of the kernel's list is what the list has. */
Test(verdict_use, listed_means_listed)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		static struct run run;
		bool listed = text_has_word(r->available, "tsc") ||
			      text_has_word(r->available, "tsc-early");
		bool early = !listed && r->use == PROVISIONAL;

		machine(r, &run);
		judge_by(&run, true, false, r->trust);
		cr_expect(eq(int, run.info.listed_by_kernel,
				  !r->cs || early ? -1 : listed),
			"%s", r->what);
		/* A good verdict on the use names the kernel's bad one. */
		if (run.info.use == MOVED && run.info.listed_by_kernel == 0)
			cr_expect(strstr(run.info.use_sentence,
					  "kernel's own verdict") ||
					  strstr(run.info.use_sentence,
						  "marked this TSC unstable") ||
					  strstr(run.info.use_sentence,
						  "The kernel rejected"),
				"%s", r->what);
	}
}

Test(verdict_use, until_moved_always_says_what_to_watch)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		static struct run run;

		machine(&rows[i], &run);
		judge_by(&run, true, false, rows[i].trust);
		if (run.info.use == MOVED)
			cr_expect(not(zero(u32, run.info.watch)), "%s",
				rows[i].what);
		else if (run.info.use != SLOW)
			cr_expect(
				zero(u32, run.info.watch), "%s", rows[i].what);
		cr_expect(lt(sz, strlen(run.info.use_sentence),
				  TSCAL_SENTENCE - 1),
			"%s: cut off", rows[i].what);
	}
}

/* A recording without CPUID: not knowing of a TSC is not having none. */
Test(verdict_use, an_unreadable_cpuid_does_not_hide_a_rejection)
{
	static struct run run;

	machine(&rows[1], &run);
	run.facts.cpuid_rc = -ENODATA;
	run.facts.has_tsc = -1;
	judge_use(&run);
	cr_assert(eq(int, (int)run.info.use, NO));
	cr_assert(eq(int, run.info.rejected_by_kernel, 1));
}

static const char *unmeasured(const struct row *row, bool replay, int use)
{
	static struct run run;

	machine(row, &run);
	judge_by(&run, false, replay, false);
	cr_expect(eq(int, (int)run.info.use, use), "%s: %s", row->what,
		run.info.use_sentence);
	return run.info.use_sentence;
}

/* Nothing was measured: no rate shows nothing, and a rate alone little. */
Test(verdict_use, nothing_measured_is_not_known)
{
	static const struct row no_rate = {
		"no rate", METAL, "tsc", "tsc", NO, "", .no_rate = true};
	static const struct row hidden = {"a rate, the kernel hidden", METAL,
		NULL, "", NO, "", .rejected = -1};
	static const struct row shown = {"a rate, the kernel seen", METAL,
		"tsc", "tsc", YES, "", .rejected = 0};
	static const struct row rejected = {"no rate, and rejected", METAL,
		"hpet", "hpet", NO, "", .no_rate = true};
	static const struct row tdx = {
		"TDX", KVM, NULL, "", YES, "", .tdx = true};

	cr_expect(ne(ptr,
		strstr(unmeasured(&no_rate, true, TSCAL_USE_UNKNOWN),
			"The recording has no clock"),
		NULL));
	cr_expect(ne(ptr,
		strstr(unmeasured(&no_rate, false, TSCAL_USE_UNKNOWN),
			"Nothing was measured"),
		NULL));
	cr_expect(ne(ptr,
		strstr(unmeasured(&hidden, true, TSCAL_USE_UNKNOWN),
			"clocksource is not visible"),
		NULL));
	unmeasured(&shown, true, YES);
	unmeasured(&rejected, true, NO);
	unmeasured(&tdx, true, YES);
}

/* Leaf 1 not read: there is a TSC or not. */
Test(verdict_use, an_unread_leaf_1_reports_nothing)
{
	static struct run run;

	machine(&rows[0], &run);
	run.facts.has_tsc = -1;
	judge_use(&run);
	cr_assert(ne(int, (int)run.info.use, NO));
}
