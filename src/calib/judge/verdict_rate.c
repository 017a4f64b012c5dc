/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The sentence about the rate: of each table the first row that applies. */
#include <math.h>
#include <string.h>

#include "calib/facts/ntp.h"
#include "calib/judge/rate_sentence.h"
#include "calib/judge/relation.h"
#include "plat/text.h"

/* What a row uses. */
struct terms {
	const struct rate_view *v;
	const struct tscal_info *info;
	const struct estimate *used;
	/* The independent source, and the timer (hpet, acpi-pm, pit), that
	 * agree most closely; NULL if none. */
	const struct estimate *independent, *timer;
	/* See compare_pair(); used where nothing is independent of the used
	 * rate. */
	const struct estimate *pair[2];
	double timer_ppm; /* of that timer */
};

struct row {
	bool (*applies)(const struct terms *t);
	const char *sentence;
};

static const struct estimate *find(const struct rate_view *v,
	enum tscal_source id, enum tscal_status status)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->est[i].line.id == id && v->est[i].line.status == status)
			return &v->est[i];
	return NULL;
}

static bool is_timer(enum tscal_source id)
{
	return id == TSCAL_SOURCE_HPET || id == TSCAL_SOURCE_ACPI_PM ||
	       id == TSCAL_SOURCE_PIT;
}

static struct terms terms_of(
	const struct rate_view *v, const struct tscal_info *info)
{
	struct terms t = {
		.v = v, .info = info, .used = compare_used(v->est, v->n)};
	double closest = HUGE_VAL;

	t.timer_ppm = HUGE_VAL;
	for (size_t i = 0; i < v->n; i++) {
		const struct estimate *e = &v->est[i];
		double agreement;

		if (e->line.status != TSCAL_STATUS_AGREES)
			continue;
		agreement = compare_agreement_ppm(e, t.used);
		if (compare_independent(e, t.used) && agreement < closest) {
			t.independent = e;
			closest = agreement;
		}
		if (is_timer(e->line.id) && agreement < t.timer_ppm) {
			t.timer = e;
			t.timer_ppm = agreement;
		}
	}
	if (t.used)
		compare_pair(v->est, v->n, t.pair);
	return t;
}

static bool always(const struct terms *t)
{
	(void)t;
	return true;
}

/* verified */

static bool by_pair(const struct terms *t)
{
	return !t->independent;
}

static bool by_ntp(const struct terms *t)
{
	return t->independent->line.id == TSCAL_SOURCE_ADJTIMEX;
}

/* The used rate is the CPU's own ratio of the same crystal. */
static bool same_crystal(const struct terms *t)
{
	return t->independent->of_cpu_crystal &&
	       t->used->line.roots == TSCAL_ROOT_CPU;
}

static bool repeats_kernel(const struct terms *t)
{
	return t->used->by_kernel;
}

static const struct row verified[] = {
	{by_pair, "{pair} are independent of each other and confirm {source} "
		  "to {agreement} ppm{assumed}."},
	{by_ntp, "NTP has measured this rate: the true rate is {distance} the "
		 "rate of {source}."},
	{same_crystal,
		"acpi-pm and {source} agree to {agreement} ppm: two declared "
		"frequencies, but both derive from the CPU's crystal."},
	{repeats_kernel, "The kernel {origin}; {independent} confirms {source} "
			 "to {agreement} ppm{assumed}."},
	{always,
		"{independent} confirms {source} to {agreement} ppm{assumed}."},
};

/* consistent */

/* The hypervisor's report, compared with timers that the host emulates. */
static bool claim_checked_coarsely(const struct terms *t)
{
	return t->timer && t->used->line.kind == TSCAL_KIND_REPORTED &&
	       t->used->line.roots == TSCAL_ROOT_HV;
}

static bool claim_checked(const struct terms *t)
{
	return claim_checked_coarsely(t) && t->timer_ppm <= COMPARE_AGREE_PPM;
}

static bool leaf_and_pvclock(const struct terms *t)
{
	return find(t->v, TSCAL_SOURCE_HV_LEAF, TSCAL_STATUS_USED) &&
	       find(t->v, TSCAL_SOURCE_KVMCLOCK, TSCAL_STATUS_AGREES);
}

/* A timer was read, even if coarsely, and shows a host that CPUID does not. */
static bool hidden_host(const struct terms *t)
{
	const struct rate_view *v = t->v;
	bool read = t->timer ||
		    find(v, TSCAL_SOURCE_HPET, TSCAL_STATUS_COARSE) ||
		    find(v, TSCAL_SOURCE_ACPI_PM, TSCAL_STATUS_COARSE) ||
		    find(v, TSCAL_SOURCE_PIT, TSCAL_STATUS_COARSE);

	return read && !v->hv->id.present && v->kernel->guest &&
	       v->facts->hv_bit >= 0;
}

static bool timer_twice(const struct terms *t)
{
	return t->timer && !t->v->kernel->guest &&
	       t->v->kernel->roots == t->timer->line.roots;
}

/* The used rate is, and all that agree are or may be. */
static bool of_hypervisor(const struct terms *t)
{
	for (size_t i = 0; i < t->v->n; i++)
		if (t->v->est[i].line.status == TSCAL_STATUS_AGREES &&
			!(t->v->est[i].line.roots & TSCAL_ROOT_HV))
			return false;
	return t->info->roots == TSCAL_ROOT_HV;
}

static bool of_tdx(const struct terms *t)
{
	return t->info->roots == TSCAL_ROOT_CPU && t->v->facts->tdx;
}

static bool of_secure_tsc(const struct terms *t)
{
	return t->info->roots & TSCAL_ROOT_FW && t->v->facts->secure_tsc;
}

static bool cpuid_twice(const struct terms *t)
{
	return t->info->source == TSCAL_SOURCE_CPUID_15 &&
	       t->v->kernel->khz_roots == TSCAL_ROOT_CPU;
}

static bool guest_with_cpuid(const struct terms *t)
{
	return t->info->roots == (TSCAL_ROOT_CPU | TSCAL_ROOT_UNKNOWN);
}

static bool unknown_root(const struct terms *t)
{
	return t->info->roots & TSCAL_ROOT_UNKNOWN;
}

static bool unknown_root_of_kernel(const struct terms *t)
{
	return t->v->kernel->roots & TSCAL_ROOT_UNKNOWN;
}

static bool timer_of_host(const struct terms *t)
{
	return t->timer && t->v->kernel->guest;
}

static const struct row consistent[] = {
	{claim_checked, "{source} agrees with the host's own timers ({timer} "
			"to {timer_ppm} ppm); nothing independent of the host "
			"confirms it."},
	{claim_checked_coarsely, "The host's own timers ({timer}) do not "
				 "contradict {source}, but are too coarse to "
				 "show an error of {timer_whole_ppm} ppm."},
	{leaf_and_pvclock,
		"hv-leaf and kvmclock differ by {rounding_khz} kHz because "
		"one is rounded; all available sources derive from the "
		"hypervisor."},
	{hidden_host, "{sign}: all timers here derive from the host's clock."},
	{timer_twice, "{timer} is the only reference of both the kernel and "
		      "tscal: the kernel {raw_origin}."},
	{of_hypervisor, "All available sources derive from the hypervisor; "
			"nothing independent confirms it."},
	{of_tdx, "The rate is from CPUID 15h; it is guaranteed by the CPU's "
		 "firmware, not by the host."},
	{of_secure_tsc, "The kernel {khz_origin}, which scales this TSC to "
			"the rate that the host set when the guest started."},
	{cpuid_twice, "The kernel took its rate from CPUID 15h too, so the two "
		      "are not independent."},
	{guest_with_cpuid,
		"The kernel {khz_origin}; nothing independent confirms it."},
	{unknown_root, "The kernel {raw_origin}: the origin of its rate is not "
		       "known."},
	{unknown_root_of_kernel,
		"{source} and the kernel agree, but the kernel {raw_origin}: "
		"they may have the same origin."},
	{timer_of_host,
		"{timer} agrees to {timer_ppm} ppm, but all timers here derive "
		"from the host's clock; the kernel {raw_origin}."},
	{always, "Only the kernel's rate is available: the kernel "
		 "{raw_origin}."},
};

/* single */

static bool guess(const struct terms *t)
{
	/* What may be one: only if the kernel gives it more than once. */
	return t->used->by_kernel &&
	       (t->v->kernel->guess ||
		       (t->v->kernel->may_be_guess &&
			       rate_count(t->v, TSCAL_STATUS_AGREES) > 0));
}

static bool relative_to_kernel(const struct terms *t)
{
	return t->used->by_kernel || t->used->line.id == TSCAL_SOURCE_CLOCK_RAW;
}

static const struct row single[] = {
	{guess, "Only the kernel's rate is available: the kernel "
		"{khz_origin}."},
	{relative_to_kernel,
		"Only {source} gives a rate, and the kernel {origin}."},
	{always, "Only {source} gives a rate."},
};

/* What confirms the rate may be based on a crystal that CPUID does not name. */
static void fill_assumed(const struct terms *t, char *buf, size_t size)
{
	if (t->independent && t->independent->assumed)
		text_printf(buf, size,
			"; its crystal is assumed, the only one that fits");
	for (size_t i = 0; !t->independent && i < 2; i++)
		if (t->pair[i]->assumed)
			text_printf(buf, size,
				"; the crystal of %s is assumed, the only one "
				"that fits",
				t->pair[i]->line.name);
}

/* Fill in one placeholder of a sentence. */
static void fill(const struct terms *t, const char *name, size_t len, char *buf,
	size_t size)
{
	const struct kernel_rate *k = t->v->kernel;
	const struct estimate *i = t->independent;
	const struct estimate *pv;

#define IS(word) (len == sizeof(word) - 1 && !memcmp(name, word, len))
	if (IS("source"))
		text_printf(buf, size, "%s", t->used->line.name);
	else if (IS("independent"))
		text_printf(buf, size, "%s", i->line.name);
	else if (IS("pair"))
		text_printf(buf, size, "%s and %s", t->pair[0]->line.name,
			t->pair[1]->line.name);
	else if (IS("timer"))
		text_printf(buf, size, "%s", t->timer->line.name);
	else if (IS("sign"))
		text_printf(buf, size, "%s", k->sign);
	else if (IS("agreement"))
		text_printf(buf, size, "%.3g", t->info->agreement_ppm);
	else if (IS("timer_ppm"))
		text_printf(buf, size, "%.3g", t->timer_ppm);
	else if (IS("timer_whole_ppm"))
		text_printf(buf, size, "%.0f", t->timer_ppm);
	else if (IS("assumed"))
		fill_assumed(t, buf, size);
	/* Of CLOCK_MONOTONIC_RAW, of tsc_khz, or of the one that is used. */
	else if (IS("raw_origin") ||
		 (IS("origin") && t->used->line.id == TSCAL_SOURCE_CLOCK_RAW))
		text_printf(buf, size, "%s", kernel_origin_phrase(k->origin));
	else if (IS("khz_origin") || IS("origin"))
		text_printf(
			buf, size, "%s", kernel_origin_phrase(k->khz_origin));
	else if (IS("distance"))
		rate_distance_of(i->line.hz, t->used->line.hz, buf, size);
	else if (IS("rounding_khz")) {
		pv = find(t->v, TSCAL_SOURCE_KVMCLOCK, TSCAL_STATUS_AGREES);
		text_printf(buf, size, "%.1f",
			fabs(t->used->line.hz - pv->line.hz) / 1e3);
	}
#undef IS
}

/* The sentence of the first row that applies. */
static void say(const struct row *rows, size_t n, const struct rate_view *v,
	struct tscal_info *info)
{
	struct terms t = terms_of(v, info);
	const char *s;
	size_t row = 0, len;

	while (row < n - 1 && !rows[row].applies(&t))
		row++;
	for (s = rows[row].sentence; *s; s += len) {
		len = strcspn(s, "{");
		rate_add(info, "%.*s", (int)len, s);
		s += len;
		len = 0;
		if (*s) {
			len = strcspn(s, "}") + 1;
			fill(&t, s + 1, len - 2, info->rate_sentence,
				sizeof(info->rate_sentence));
		}
	}
}
#define N(rows) (sizeof(rows) / sizeof(*(rows)))

void verdict_rate(const struct rate_view *v, struct tscal_info *info)
{
	info->rate_sentence[0] = '\0';
	switch (info->rate) {
	case TSCAL_RATE_NONE:
		rate_add(info, rate_count(v, TSCAL_STATUS_HINT)
				       ? "No source gives a rate; a hint is "
					 "never used."
				       : "No source gives a rate.");
		break;
	case TSCAL_RATE_CONFLICT:
		rate_conflict(v, info);
		break;
	case TSCAL_RATE_VERIFIED:
		say(verified, N(verified), v, info);
		break;
	case TSCAL_RATE_CONSISTENT:
		say(consistent, N(consistent), v, info);
		break;
	case TSCAL_RATE_SINGLE:
		say(single, N(single), v, info);
		break;
	}
	rate_remarks(v, info);
}
