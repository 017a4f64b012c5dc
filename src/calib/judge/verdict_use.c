/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Whether the TSC may be used as a clock here, and until when. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "calib/judge/judge.h"
#include "hv/clocksource.h"
#include "plat/text.h"

__attribute__((format(printf, 3, 4))) static void say(
	struct tscal_info *info, enum tscal_use use, const char *fmt, ...)
{
	va_list ap;

	info->use = use;
	info->use_sentence[0] = '\0';
	va_start(ap, fmt);
	text_vprintf(info->use_sentence, sizeof(info->use_sentence), fmt, ap);
	va_end(ap);
}

/* Append a remark, whole or not at all. */
__attribute__((format(printf, 2, 3))) static bool add_whole(
	struct tscal_info *info, const char *fmt, ...)
{
	va_list ap;
	bool fits;

	va_start(ap, fmt);
	fits = text_vwhole(
		info->use_sentence, sizeof(info->use_sentence), fmt, ap);
	va_end(ap);
	return fits;
}

/* Whether tsc is among the clocksources, where it should be. */
static int8_t listed_by_kernel(const struct use_view *v)
{
	const struct facts *f = v->facts;

	if (v->kernel->tsc || text_has_word(f->available, CLOCKSOURCE_TSC) ||
		text_has_word(f->available, CLOCKSOURCE_TSC_EARLY))
		return 1;
	return f->clocksource_visible && !v->kernel->provisional ? 0 : -1;
}

/* Linux takes a clocksource that failed its watchdog off the list of those for
 * high resolution (__clocksource_unstable()); a choice by the user does not. */
static int8_t rejected_by_kernel(const struct use_view *v)
{
	const struct facts *f = v->facts;

	if (!f->clocksource_visible)
		return -1;
	return f->has_tsc != 0 && listed_by_kernel(v) == 0 &&
	       !clocksource_of(f->clocksource)->scaled_tsc;
}

const char *use_why_unlisted(const struct facts *f, const struct hypervisor *hv)
{
	if (f->tsc_unstable)
		return " (tsc=unstable on its command line)";
	if (f->notsc)
		return " (notsc on its command line)";
	/* unsynchronized_tsc() (Linux, arch/x86/kernel/tsc.c). */
	if (f->constant_tsc == 0 && f->cpus > 1 &&
		strcmp(f->cpu_vendor, "GenuineIntel") != 0)
		return " (several CPUs, and no constant_tsc)";
	/* ms_hyperv_init_platform() (Linux, arch/x86/kernel/cpu/mshyperv.c). */
	if (f->invariant == 0 && hv->vendor &&
		!strcmp(hv->vendor->id, "hyperv"))
		return " (under Hyper-V, and not invariant)";
	return "";
}

static bool has_pvclock(const struct use_view *v)
{
	return v->pvclock->out.status == TSCAL_STATUS_READY;
}

static uint32_t what_to_watch(const struct use_view *v)
{
	uint32_t watch = v->watch;

	/* A kernel that does not use a pvclock has no record to watch. */
	if (v->kernel->hv_calibrated != 1)
		watch &= ~TSCAL_WATCH_PVCLOCK;
	if (has_pvclock(v))
		watch |= TSCAL_WATCH_PVCLOCK;
	if (!v->vmclock->rc)
		watch |= TSCAL_WATCH_VMCLOCK;
	return watch ? watch : TSCAL_WATCH_RATE;
}

/* Nothing here announces a move that shows in the rate alone. */
static const char *watch_phrase(uint32_t watch)
{
	return watch == TSCAL_WATCH_RATE ? "run tscal again to notice one"
					 : "run tscal again after one";
}

/*
 * Whether each virtual CPU may have its own offset: pvclock without
 * PVCLOCK_TSC_STABLE_BIT.  The kernel maps the record for the vDSO only if the
 * bit is set (Linux, kvm_setup_vsyscall_timeinfo()), so a kvm-clock in use that
 * is not mapped means the same.  A kernel that uses the TSC has checked it.
 */
static bool offset_per_cpu(const struct use_view *v)
{
	const struct facts *f = v->facts;

	if (v->kernel->tsc || f->cpus == 1)
		return false;
	if (has_pvclock(v))
		return !v->pvclock->stable;
	return v->pvclock->not_mapped &&
	       !strcmp(f->clocksource, CLOCKSOURCE_KVM);
}

/* The caller trusts the TSC more than the kernel, and the CPUs agree; one alone
 * does. */
static bool overruled(const struct use_view *v, const struct tscal_info *info)
{
	return info->rejected_by_kernel == 1 && v->trust &&
	       (cpus_passed(v->cpus) || v->facts->cpus == 1);
}

static void say_skewed(const struct use_view *v, struct tscal_info *info)
{
	const struct cpus *c = v->cpus;
	char phrase[128];

	pair_phrase(phrase, sizeof(phrase), &c->worst, c->a, c->b, c->worst_hz);
	phrase[0] = (char)toupper((unsigned char)phrase[0]);
	say(info, TSCAL_USE_NO,
		"%s: a stamp is a time only on the CPU that took it.", phrase);
	if (c->n_skewed > 1)
		add_whole(info, " It is the worst of %zu that differ.",
			c->n_skewed);
	if (info->rejected_by_kernel == 1)
		add_whole(info, " The kernel rejected this TSC%s.",
			use_why_unlisted(v->facts, v->hv));
}

/* After the kernel's own reason. */
static void add_compared(const struct use_view *v, struct tscal_info *info)
{
	const struct cpus *c = v->cpus;

	if (info->rejected_by_kernel == 1 && cpus_passed(c))
		add_whole(info,
			" The TSCs of %zu CPUs differ by %.0f ns at most.",
			c->n_visited, c->worst_ns);
}

/* Reasons not to use it. */
static bool refuse(const struct use_view *v, struct tscal_info *info)
{
	const struct facts *f = v->facts;
	bool rejected = info->rejected_by_kernel == 1 && !overruled(v, info);

	if (f->has_tsc == 0)
		say(info, TSCAL_USE_NO, "This CPU reports no TSC.");
	else if (f->tsc_access == PLAT_TSC_SIGSEGV)
		say(info, TSCAL_USE_NO,
			"RDTSC is disabled for this process "
			"(PR_SET_TSC): it would fault.");
	else if (f->simulated[0])
		say(info, TSCAL_USE_NO,
			f->translated
				? "%s translates this program: what RDTSC "
				  "times here is not the program's own code. "
				  "Run it alone."
				: "RDTSC is simulated here: %s runs this "
				  "program and answers it. Run the program "
				  "alone.",
			f->simulated);
	else if (v->raw->tsc_failed)
		say(info, TSCAL_USE_NO,
			"The measurement shows that %s: it is not a clock.",
			v->raw->out.sentence);
	else if (v->cpus->verdict == PAIR_SKEWED)
		say_skewed(v, info);
	else if (rejected && v->kernel->ticks)
		say(info, TSCAL_USE_NO,
			"The kernel rejected this TSC%s: %.0f s after boot it "
			"still runs on %s.",
			use_why_unlisted(v->facts, v->hv), f->uptime_s,
			f->clocksource);
	else if (rejected)
		say(info, TSCAL_USE_NO,
			"The kernel rejected this TSC%s: tsc is gone from "
			"available_clocksource%s.",
			use_why_unlisted(v->facts, v->hv),
			f->invariant == 1
				? ", although CPUID reports it as invariant"
				: "");
	else if (offset_per_cpu(v))
		say(info, TSCAL_USE_NO,
			"Each virtual CPU may have its own TSC offset: pvclock "
			"is not marked stable. Use clock_gettime.");
	else if (info->rate == TSCAL_RATE_NONE && v->measured)
		say(info, TSCAL_USE_NO, "The rate of this TSC is not known.");
	else
		return false;
	add_compared(v, info);
	return true;
}

/* Neither a clock that the TSC was measured by, nor what the kernel thinks of
 * it.  TDX guarantees the TSC without them. */
static bool cannot_judge(const struct use_view *v, struct tscal_info *info)
{
	bool none = info->rate == TSCAL_RATE_NONE;

	if (v->measured ||
		(!none && (v->facts->clocksource_visible || v->facts->tdx)))
		return false;
	say(info, TSCAL_USE_UNKNOWN, "%s%s.",
		v->replay ? "The recording has no clock to measure with"
			  : "Nothing was measured",
		none ? ", so neither the TSC's rate nor its use is known"
		: v->facts->clocksource_rc == -ENODATA
			? ", and no clocksource: whether the TSC may be a "
			  "clock is not known"
			: ", and the clocksource is not visible: whether "
			  "the TSC may be a clock is not known");
	return true;
}

static void allow(const struct use_view *v, struct tscal_info *info)
{
	const struct facts *f = v->facts;
	bool guest = v->kernel->guest;

	if (overruled(v, info)) {
		info->watch = guest ? what_to_watch(v) : 0;
		say(info, guest ? TSCAL_USE_UNTIL_MOVED : TSCAL_USE_YES,
			"The kernel rejected this TSC%s, and it is used all "
			"the same, as you asked: ",
			use_why_unlisted(v->facts, v->hv));
		if (f->cpus == 1)
			add_whole(info, "there is one CPU.");
		else
			add_whole(info,
				"the TSCs of %zu CPUs differ by %.0f ns at "
				"most.",
				v->cpus->n_visited, v->cpus->worst_ns);
	} else if (f->tdx || f->secure_tsc) {
		say(info, TSCAL_USE_YES,
			"This TSC is guaranteed by the CPU's firmware, not "
			"by the host.");
	} else if (f->dom0 && f->below_xen[0]) {
		info->watch = TSCAL_WATCH_RATE;
		say(info, TSCAL_USE_UNTIL_MOVED,
			"Xen itself runs in a virtual machine (%s), which may "
			"be moved: run tscal again to notice that.",
			f->below_xen);
	} else if (f->dom0) {
		say(info, TSCAL_USE_YES,
			"Xen's control domain never moves to another host.");
	} else if (guest && v->hv->timing.steady) {
		info->watch = what_to_watch(v);
		say(info, TSCAL_USE_UNTIL_MOVED,
			"Xen never emulates this TSC (mode 2): valid until "
			"migration; %s.",
			watch_phrase(info->watch));
	} else if (guest && !v->hv->id.present) {
		info->watch = what_to_watch(v);
		say(info, TSCAL_USE_UNTIL_MOVED,
			"%s, so a host may control this TSC: valid until "
			"migration or restore; %s.",
			v->kernel->sign, watch_phrase(info->watch));
	} else if (guest) {
		info->watch = what_to_watch(v);
		say(info, TSCAL_USE_UNTIL_MOVED,
			"The host controls this TSC: valid until migration or "
			"restore; %s.",
			watch_phrase(info->watch));
	} else if (!f->clocksource_visible) {
		info->watch = TSCAL_WATCH_RATE;
		say(info, TSCAL_USE_UNTIL_MOVED,
			"The clocksource is not visible here, so it is not "
			"known how long this TSC stays valid.");
	} else if (v->kernel->tsc) {
		say(info, TSCAL_USE_YES,
			"The kernel's own clock runs on this TSC.");
	} else if (info->listed_by_kernel == 0) {
		say(info, TSCAL_USE_YES,
			"The kernel's clock is %s, which reads this TSC.",
			f->clocksource);
	} else {
		say(info, TSCAL_USE_YES,
			"The kernel is configured to use %s; it has not "
			"rejected the TSC.",
			f->clocksource);
	}
}

/* The short one fits behind each sentence of allow().  Where the list is not
 * visible, the command line may tell. */
static void add_unlisted(const struct use_view *v, struct tscal_info *info)
{
	const struct facts *f = v->facts;

	/* Without a listed tsc, Linux has called mark_tsc_unstable(). */
	if (info->listed_by_kernel == 0 &&
		(f->invariant == 1 || f->tsc_unstable) &&
		clocksource_of(f->clocksource)->scaled_tsc) {
		if (!add_whole(info,
			    " The kernel marked this TSC unstable%s; its clock "
			    "is %s, which reads it all the same.",
			    use_why_unlisted(f, v->hv), f->clocksource))
			add_whole(info, " The kernel does not list tsc.");
	} else if (info->listed_by_kernel == 0) {
		if (!add_whole(info,
			    " The kernel's own verdict on this TSC is bad: it "
			    "does not list tsc%s.",
			    use_why_unlisted(v->facts, v->hv)))
			add_whole(info, " The kernel does not list tsc.");
	} else if (info->listed_by_kernel < 0 &&
		   (f->tsc_unstable || f->notsc)) {
		add_whole(info, " The kernel was told %s.",
			f->tsc_unstable
				? "that this TSC is unstable (tsc=unstable)"
				: "not to use this TSC (notsc)");
	}
}

void verdict_use(const struct use_view *v, struct tscal_info *info)
{
	info->watch = 0;
	info->listed_by_kernel = listed_by_kernel(v);
	info->rejected_by_kernel = rejected_by_kernel(v);
	if (refuse(v, info))
		return;
	if (v->hv->timing.emulated || info->rdtsc_ns > USE_SLOW_NS) {
		if (info->rdtsc_ns >= 0)
			say(info, TSCAL_USE_SLOW,
				"RDTSC is %s: %.0f ns each; clock_gettime may "
				"be cheaper.",
				v->hv->timing.emulated ? "trapped by Xen"
						       : "trapped or emulated",
				info->rdtsc_ns);
		else
			say(info, TSCAL_USE_SLOW,
				"The hypervisor reports that it traps RDTSC.");
		info->watch = v->kernel->guest ? what_to_watch(v) : 0;
	} else if (v->kernel->provisional) {
		say(info, TSCAL_USE_PROVISIONAL,
			"The kernel %s: run tscal again in a %s.",
			kernel_origin_phrase(v->kernel->origin),
			v->kernel->ticks && v->facts->uptime_s < 0
				? "minute"
				: "few seconds");
	} else if (!cannot_judge(v, info)) {
		allow(v, info);
		if (!overruled(v, info))
			add_unlisted(v, info);
	}
	if (v->facts->time_namespace)
		add_whole(
			info, " The clocks of this time namespace are offset.");
}
