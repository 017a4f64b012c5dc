/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Each fact has a short value, and a sentence with what it means. */
#include "calib/judge/trust.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "calib/judge/judge.h"
#include "hv/clocksource.h"
#include "plat/text.h"

__attribute__((format(printf, 3, 4))) static void say(
	struct tscal_fact *f, const char *value, const char *fmt, ...)
{
	va_list ap;

	snprintf(f->value, sizeof(f->value), "%s", value);
	f->sentence[0] = '\0';
	va_start(ap, fmt);
	text_vprintf(f->sentence, sizeof(f->sentence), fmt, ap);
	va_end(ap);
}

/*
 * A guest's CPUID.80000007H is made by its hypervisor.  QEMU takes the bit for
 * one that hinders migration, and hides it unless invtsc=on is given (commits
 * 120eee7d1fdb and d99569d9d856); Hyper-V lets the guest switch it on (Linux,
 * "x86/hyperv: Allow guests to enable InvariantTSC"); Xen hides it where
 * migration is possible, nomigrate=0 (Xen Project, design sessions).
 */
static void invariant(const struct trust_view *v, struct tscal_fact *f)
{
	bool guest = v->kernel->guest;

	if (v->facts->invariant < 0)
		say(f, "not known",
			"CPUID does not show whether the TSC ticks at one rate "
			"in all power states.");
	else if (v->facts->invariant && guest)
		say(f, "yes",
			"The hypervisor shows the bit to this guest: it "
			"promises one rate in all power states, on this host.");
	else if (v->facts->invariant)
		say(f, "yes",
			"The CPU sets the bit: the TSC ticks at one rate in "
			"all power states.");
	else if (guest)
		say(f, "no",
			"The hypervisor hides the bit from this guest, or its "
			"CPU does not have it. QEMU and Xen hide it from "
			"guests that may be moved.");
	else
		say(f, "no",
			"The CPU does not set the bit: the TSC may change its "
			"rate, or stop in deep sleep.");
}

static void clocksource(const struct trust_view *v, struct tscal_fact *f)
{
	const char *name = v->facts->clocksource;
	const struct clocksource *cs = clocksource_of(name);

	if (!name[0])
		say(f, "not visible",
			"What the kernel's clock counts is not known.");
	else if (cs->of == CLOCKSOURCE_OF_TSC && cs->provisional)
		say(f, name,
			"The kernel's clock runs on this TSC, at a rate that "
			"the kernel still refines.");
	else if (cs->of == CLOCKSOURCE_OF_TSC)
		say(f, name, "The kernel's own clock runs on this TSC.");
	else if (cs->scaled_tsc)
		say(f, name,
			"The kernel's clock reads this TSC and multiplies it "
			"by a factor that the host may change.");
	else if (cs->of == CLOCKSOURCE_OF_HYPERVISOR)
		say(f, name,
			"The kernel asks the hypervisor for the time: it does "
			"not use this TSC.");
	else if (cs->of == CLOCKSOURCE_OF_TIMER)
		say(f, name,
			"The kernel's clock counts this timer: it does not use "
			"the TSC.");
	else if (cs->of == CLOCKSOURCE_OF_TICKS && v->kernel->ticks_for_good)
		say(f, name,
			"The kernel counts timer interrupts, and has found "
			"nothing better %.0f s after boot: its clock advances "
			"in steps of milliseconds.",
			v->facts->uptime_s);
	else if (cs->of == CLOCKSOURCE_OF_TICKS)
		say(f, name,
			"The kernel counts timer interrupts: its clock "
			"advances in steps of milliseconds.");
	else
		say(f, name, "tscal does not know this clocksource.");
}

/* What the kernel thinks of the TSC. */
static void kernel(const struct trust_view *v, struct tscal_fact *f)
{
	const struct facts *facts = v->facts;
	const char *why = use_why_unlisted(facts, v->hv);

	if (v->info->rejected_by_kernel == 1)
		say(f, "rejected",
			"The kernel rejected this TSC%s: it does not list tsc "
			"as a clocksource.",
			why);
	else if (v->info->listed_by_kernel == 0 && facts->has_tsc == 0)
		say(f, "not listed", "The CPU reports no TSC to list.");
	else if (v->info->listed_by_kernel == 0)
		say(f, "not listed",
			"The kernel marked this TSC unstable%s; its clock is "
			"%s, which reads it all the same.",
			why, facts->clocksource);
	else if (facts->tsc_unstable || facts->notsc)
		say(f, v->info->listed_by_kernel == 1 ? "listed" : "not known",
			"The kernel was told %s.",
			facts->tsc_unstable
				? "that this TSC is unstable (tsc=unstable)"
				: "not to use this TSC (notsc)");
	else if (v->info->listed_by_kernel == 1)
		say(f, "listed",
			"The kernel lists tsc as a clocksource: it has no "
			"doubt about it.");
	else if (v->kernel->provisional)
		say(f, "not known",
			"The kernel has not yet chosen its clocksources.");
	else
		say(f, "not known",
			"The list of the kernel's clocksources is not "
			"visible.");
}

static void rdtscp(const struct trust_view *v, struct tscal_fact *f)
{
	static const char *const aux[] = {
		"; whether TSC_AUX holds the CPU's number was not compared",
		(", but TSC_AUX does not hold the CPU's number: do not use it "
		 "to tell CPUs apart"),
		", and TSC_AUX holds the CPU's number"};

	if (v->facts->rdtscp < 0)
		say(f, "not known",
			"CPUID does not show whether RDTSCP may be executed.");
	else if (v->facts->rdtscp)
		say(f, "yes", "RDTSCP may be executed%s.",
			aux[(v->aux > 0) + (v->aux >= 0)]);
	else
		say(f, "no",
			"RDTSCP is not offered: tscal_rdtscp() would raise "
			"SIGILL. Use RDTSC behind a fence.");
}

static void rdtsc(const struct trust_view *v, struct tscal_fact *f)
{
	char value[sizeof(f->value)];
	double ns = v->info->rdtsc_ns;

	if (ns < 0) {
		say(f, "not measured", "%s",
			v->hv->timing.emulated
				? "The hypervisor reports that it traps RDTSC."
				: "The cost of RDTSC is not known.");
		return;
	}
	snprintf(value, sizeof(value), "%.1f ns", ns);
	say(f, value, "%s",
		v->hv->timing.emulated
			? "The hypervisor reports that it traps RDTSC: "
			  "clock_gettime may be cheaper."
		: ns > USE_SLOW_NS ? "RDTSC is trapped or emulated: "
				     "clock_gettime may be cheaper."
		: ns > 40 ? "More than the 10 to 40 ns that RDTSC takes in "
			    "hardware, and less than a trap takes."
			  : "RDTSC is executed by the CPU itself.");
}

static void access_(const struct trust_view *v, struct tscal_fact *f)
{
	if (v->facts->tsc_access == PLAT_TSC_SIGSEGV)
		say(f, "disabled",
			"RDTSC is disabled for this process by "
			"prctl(PR_SET_TSC): it would raise SIGSEGV.");
	else if (v->facts->access_known || v->info->rdtsc_ns >= 0)
		say(f, "enabled", "This process may execute RDTSC.");
	else
		say(f, "not known",
			"Whether this process may execute RDTSC is not "
			"visible.");
}

static void simulated(const struct trust_view *v, struct tscal_fact *f)
{
	const char *name = v->facts->simulated;

	if (name[0] && v->facts->translated)
		say(f, name,
			"%s translates this program: RDTSC reads this "
			"machine's TSC, but CPUID is made up, and what runs "
			"between two reads is not the program's own code.",
			name);
	else if (name[0])
		say(f, name,
			"%s runs this program and answers RDTSC, with a "
			"recorded value when it replays.",
			name);
	else if (v->facts->simulated_known)
		say(f, "no",
			"No sign that rr, Valgrind or QEMU's user mode runs "
			"this program.");
	else
		say(f, "not known",
			"Whether rr, Valgrind or QEMU's user mode runs this "
			"program is not visible.");
}

void trust_facts(
	const struct trust_view *v, struct tscal_fact facts[TRUST_FACTS])
{
	static const struct {
		const char *name;
		void (*of)(const struct trust_view *v, struct tscal_fact *f);
	} rows[TRUST_FACTS] = {
		{"invariant", invariant},
		{"clocksource", clocksource},
		{"kernel", kernel},
		{"rdtscp", rdtscp},
		{"rdtsc", rdtsc},
		{"access", access_},
		{"simulated", simulated},
	};

	for (size_t i = 0; i < TRUST_FACTS; i++) {
		facts[i].name = rows[i].name;
		rows[i].of(v, &facts[i]);
	}
}
