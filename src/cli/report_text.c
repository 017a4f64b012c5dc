/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The report as a person reads it: rate, use, machine, then the sources. */
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/format.h"
#include "cli/term.h"

/* Where the text beside a label starts. */
#define TEXT 13

static void label(struct term *t, const char *name)
{
	term_put(t, STYLE_FAINT, "%s", name);
	term_pad(t, TEXT);
}

/* Whose second the ppm count by. */
static const char *relative_to(
	char *out, size_t size, enum tscal_source source, enum tscal_kind kind)
{
	if (source == TSCAL_SOURCE_CLOCK_RAW)
		return "of CLOCK_MONOTONIC_RAW's second";
	snprintf(out, size, "of what %s %s", tscal_source_str(source),
		kind == TSCAL_KIND_MEASURED ? "measured"
		: kind == TSCAL_KIND_KERNEL ? "makes of the kernel's rate"
					    : "declares");
	return out;
}

static enum style rate_style(enum tscal_rate rate)
{
	switch (rate) {
	case TSCAL_RATE_VERIFIED:
	case TSCAL_RATE_CONSISTENT:
		return STYLE_GOOD;
	case TSCAL_RATE_SINGLE:
		return STYLE_FAIR;
	default:
		return STYLE_BAD;
	}
}

static enum style use_style(enum tscal_use use)
{
	switch (use) {
	case TSCAL_USE_YES:
	case TSCAL_USE_UNTIL_MOVED:
		return STYLE_GOOD;
	case TSCAL_USE_PROVISIONAL:
	case TSCAL_USE_SLOW:
		return STYLE_FAIR;
	default:
		return STYLE_BAD;
	}
}

static enum tscal_kind kind_of(
	const struct tscal_report *report, enum tscal_source source)
{
	for (size_t i = 0; i < tscal_report_count(report); i++)
		if (tscal_report_line(report, i)->id == source)
			return tscal_report_line(report, i)->kind;
	return TSCAL_KIND_REPORTED;
}

static void also_in(struct term *t, const struct tscal_info *info, double hz,
	const char *of)
{
	char d[32];

	if (!(hz > 0))
		return;
	format_distance(d, sizeof(d), hz, info->hz);
	term_pad(t, TEXT);
	term_put(t, STYLE_PLAIN, "%.3f Hz", hz);
	term_wrap(t, TEXT, STYLE_PLAIN, " %s (%s%s)", of, d,
		strchr(d, '%') ? "" : " ppm");
	term_end(t);
}

static void rate(struct term *t, const struct tscal_report *report)
{
	const struct tscal_info *info = tscal_report_info(report);
	char bound[32], of[64];

	label(t, "rate");
	if (info->hz > 0) {
		format_bound(bound, sizeof(bound),
			bound_ppm(info->hz, info->hz_lo, info->hz_hi));
		term_put(t, STYLE_STRONG, "%.3f Hz", info->hz);
		term_pad(t, t->column + 2);
		term_wrap(t, TEXT, STYLE_PLAIN, "+-%s ppm %s", bound,
			relative_to(of, sizeof(of), info->source,
				kind_of(report, info->source)));
		term_end(t);
		term_pad(t, TEXT);
	}
	term_put(t, rate_style(info->rate), "%s", tscal_rate_str(info->rate));
	if (info->agreement_ppm >= 0) {
		format_bound(bound, sizeof(bound), info->agreement_ppm);
		term_put(t, STYLE_PLAIN, " to %s ppm", bound);
	}
	term_wrap(t, TEXT, STYLE_PLAIN, ": %s", info->rate_sentence);
	term_end(t);
	if (info->hz_raw != info->hz)
		also_in(t, info, info->hz_raw,
			"by CLOCK_MONOTONIC_RAW's seconds");
	also_in(t, info, info->hz_si, "by true seconds, as NTP tells them");
}

static void use(struct term *t, const struct tscal_info *info)
{
	label(t, "use");
	term_put(t, use_style(info->use), "%s", tscal_use_str(info->use));
	term_wrap(t, TEXT, STYLE_PLAIN, ": %s", info->use_sentence);
	term_end(t);
}

static void match(struct term *t, const struct tscal_hv_match *m)
{
	char signature[PRINTABLE_SIZE(sizeof(m->signature))];

	term_wrap(t, TEXT, STYLE_PLAIN,
		"%s, \"%s\" at 0x%08x, leaves to 0x%08x", m->name,
		printable_signature(signature, sizeof(signature), m), m->base,
		m->max_leaf);
	term_end(t);
}

static void hypervisor(struct term *t, const struct tscal_hv *hv)
{
	label(t, "hypervisor");
	if (!hv->main.base) {
		term_wrap(t, TEXT, STYLE_PLAIN,
			hv->present ? "one is here, but it gives no signature"
				    : "none that says so");
		term_end(t);
		return;
	}
	match(t, &hv->main);
	for (size_t i = 0; i < hv->n_also; i++) {
		term_pad(t, TEXT);
		term_put(t, STYLE_FAINT, "also ");
		match(t, &hv->also[i]);
	}
	if (hv->truncated) {
		term_pad(t, TEXT);
		term_put(t, STYLE_FAINT, "and more signatures");
		term_end(t);
	}
}

static void cpu(struct term *t, const struct tscal_machine *m, int cpus)
{
	label(t, "cpu");
	if (m->cpu_vendor[0])
		term_wrap(t, TEXT, STYLE_PLAIN,
			"%s (%s, family %u, model %u, stepping %u)",
			m->cpu_brand[0] ? m->cpu_brand : "unnamed",
			m->cpu_vendor, m->family, m->model, m->stepping);
	else
		term_put(t, STYLE_PLAIN, "not known");
	if (cpus > 0)
		term_wrap(t, TEXT, STYLE_PLAIN, ", %d online", cpus);
	term_end(t);
}

/* One more in a row of them. */
__attribute__((format(printf, 3, 4))) static void item(
	struct term *t, enum style style, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (t->wanted <= t->column)
		term_put(t, STYLE_PLAIN, ",");
	term_wrap(t, TEXT, style, t->wanted > t->column ? "%s" : " %s", text);
}

static void trust(struct term *t, const struct tscal_machine *m,
	const struct tscal_info *info)
{
	label(t, "trust");
	item(t, STYLE_PLAIN, "%s",
		info->invariant == 1   ? "invariant"
		: info->invariant == 0 ? "not invariant"
				       : "not known whether invariant");
	if (info->rejected_by_kernel >= 0)
		item(t, info->rejected_by_kernel ? STYLE_BAD : STYLE_PLAIN,
			"%s by the kernel",
			info->rejected_by_kernel ? "rejected" : "not rejected");
	if (info->rdtsc_ns >= 0)
		item(t, STYLE_PLAIN, "%.1f ns a read", info->rdtsc_ns);
	if (info->skew_ns >= 0)
		item(t, STYLE_PLAIN, "%.0f ns between CPUs", info->skew_ns);
	else
		item(t, STYLE_PLAIN, "CPUs not compared");
	term_end(t);
	label(t, "clocksource");
	if (m->clocksource[0])
		term_wrap(t, TEXT, STYLE_PLAIN, "%s (available: %s)",
			m->clocksource,
			m->available[0] ? m->available : "not visible");
	else
		term_wrap(t, TEXT, STYLE_PLAIN, "not visible");
	term_end(t);
}

static void header(
	const struct options *opts, struct term *t, const struct machine *m)
{
	term_put(t, STYLE_STRONG, "tscal %s", TSCAL_VERSION);
	if (opts->command == CMD_REPLAY)
		term_wrap(t, TEXT, STYLE_PLAIN, ", replay of %s", opts->file);
	else
		term_wrap(t, TEXT, STYLE_PLAIN, ", %s%s", m->how,
			opts->calib.no_measure ? ", nothing measured" : "");
	term_end(t);
	term_end(t);
}

static void recorded(const struct options *opts, struct term *t)
{
	term_end(t);
	label(t, "recorded");
	term_wrap(t, TEXT, STYLE_PLAIN, "in %s%s", opts->file,
		opts->redact ? ", without serial numbers and the boot id" : "");
	term_end(t);
}

void text_report(const struct options *opts, const struct machine *m,
	const struct tscal_report *report)
{
	const struct tscal_info *info = tscal_report_info(report);
	const struct tscal_machine *machine = tscal_report_machine(report);
	struct term t;

	term_init(&t, stdout);
	header(opts, &t, m);
	rate(&t, report);
	use(&t, info);
	hypervisor(&t, &machine->hv);
	cpu(&t, machine, info->cpus);
	trust(&t, machine, info);
	term_end(&t);
	text_lines(&t, report);
	if (opts->command == CMD_RECORD)
		recorded(opts, &t);
}

void text_hv(const struct tscal_hv *hv)
{
	struct term t;

	term_init(&t, stdout);
	hypervisor(&t, hv);
}
