/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Facts about the TSC, and what each means. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "calib/judge/trust.h"

struct row {
	const char *fact, *value, *sentence; /* which must occur in it */
	const char *cs, *simulated;
	double rdtsc_ns, uptime_s;
	int8_t invariant, listed, rejected, rdtscp, aux;
	bool guest, emulated, unstable, for_good, disabled;
	bool access_known, simulated_known, translated;
};

static const struct row rows[] = {
	{"invariant", "yes", "The CPU sets", .invariant = 1},
	{"invariant", "yes", "hypervisor shows", .invariant = 1, .guest = true},
	{"invariant", "no", "The CPU does not", .invariant = 0},
	{"invariant", "no", "hypervisor hides", .guest = true},
	{"invariant", "not known", "does not show", .invariant = -1},
	{"clocksource", "tsc", "own clock runs", .cs = "tsc"},
	{"clocksource", "kvm-clock", "multiplies", .cs = "kvm-clock"},
	{"clocksource", "hpet", "does not use", .cs = "hpet"},
	{"clocksource", "refined-jiffies", "600 s after boot",
		.cs = "refined-jiffies", .uptime_s = 600, .for_good = true},
	{"clocksource", "jiffies", "timer interrupts", .cs = "jiffies"},
	{"clocksource", "not visible", "not known", .cs = ""},
	{"kernel", "listed", "no doubt", .cs = "tsc", .listed = 1},
	{"kernel", "rejected", "rejected this TSC", .cs = "hpet",
		.rejected = 1},
	{"kernel", "not listed",
		"marked this TSC unstable; its clock is kvm-clock, which reads "
		"it all the same.",
		.cs = "kvm-clock", .invariant = 1},
	{"kernel", "not listed", "(tsc=unstable on its command line)",
		.cs = "xen", .unstable = true},
	{"kernel", "listed", "told that", .listed = 1, .unstable = true},
	{"kernel", "not known", "not visible", .listed = -1, .rejected = -1},
	{"rdtscp", "yes", "was not compared", .rdtscp = 1, .aux = -1},
	{"rdtscp", "yes", "does not hold", .rdtscp = 1, .aux = 0},
	{"rdtscp", "yes", "TSC_AUX holds", .rdtscp = 1, .aux = 1},
	{"rdtscp", "no", "SIGILL", .rdtscp = 0},
	{"rdtscp", "not known", "does not show", .rdtscp = -1},
	{"rdtsc", "11.0 ns", "by the CPU itself", .rdtsc_ns = 11},
	{"rdtsc", "60.0 ns", "More than", .rdtsc_ns = 60},
	{"rdtsc", "2000.0 ns", "trapped or emulated", .rdtsc_ns = 2000},
	{"rdtsc", "1100.0 ns", "reports that it traps", .rdtsc_ns = 1100,
		.emulated = true},
	{"rdtsc", "not measured", "not known", .rdtsc_ns = -1},
	{"access", "disabled", "PR_SET_TSC", .disabled = true},
	{"access", "enabled", "may execute", .rdtsc_ns = -1,
		.access_known = true},
	/* It was executed. */
	{"access", "enabled", "may execute", .rdtsc_ns = 11},
	{"access", "not known", "not visible", .rdtsc_ns = -1},
	{"simulated", "rr", "answers RDTSC", .simulated = "rr",
		.simulated_known = true},
	{"simulated", "Valgrind", "RDTSC reads this machine's TSC",
		.simulated = "Valgrind", .simulated_known = true,
		.translated = true},
	{"simulated", "QEMU's user mode", "translates this program",
		.simulated = "QEMU's user mode", .simulated_known = true,
		.translated = true},
	{"simulated", "no", "No sign", .simulated_known = true},
	{"simulated", "not known", "not visible", .listed = 1},
};

Test(trust, each_fact_has_its_meaning)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		static struct facts facts;
		static struct hypervisor hv;
		struct kernel_rate kernel = {
			.guest = r->guest, .ticks_for_good = r->for_good};
		struct tscal_info info = {.rdtsc_ns = r->rdtsc_ns,
			.listed_by_kernel = r->listed,
			.rejected_by_kernel = r->rejected};
		struct trust_view v = {&facts, &hv, &kernel, &info, r->aux};
		struct tscal_fact out[TRUST_FACTS], *f = out;

		facts = (struct facts){.invariant = r->invariant,
			.rdtscp = r->rdtscp,
			.has_tsc = 1,
			.constant_tsc = 1,
			.tsc_unstable = r->unstable,
			.uptime_s = r->uptime_s,
			.tsc_access = r->disabled ? PLAT_TSC_SIGSEGV
						  : PLAT_TSC_ENABLED,
			.access_known = r->access_known,
			.simulated_known = r->simulated_known,
			.translated = r->translated};
		snprintf(facts.clocksource, sizeof(facts.clocksource), "%s",
			r->cs ? r->cs : "");
		snprintf(facts.simulated, sizeof(facts.simulated), "%s",
			r->simulated ? r->simulated : "");
		hv = (struct hypervisor){.timing.emulated = r->emulated};
		trust_facts(&v, out);
		while (f < out + TRUST_FACTS - 1 && strcmp(f->name, r->fact))
			f++;
		cr_expect(eq(str, (char *)f->name, (char *)r->fact));
		cr_expect(eq(str, f->value, (char *)r->value), "row %zu", i);
		cr_expect(ne(ptr, strstr(f->sentence, r->sentence), NULL),
			"row %zu: %s", i, f->sentence);
		/* Whole: it ends as a sentence does. */
		cr_expect(eq(chr, f->sentence[strlen(f->sentence) - 1], '.'));
	}
}
