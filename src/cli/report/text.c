/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The report as a person reads it: rate, use, machine, then the sources. */
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/format.h"
#include "cli/report/text.h"

/* What the bounds are relative to. */
static const char *relative_to(
	char *out, size_t size, enum tscal_source source, enum tscal_kind kind)
{
	/* The kernel runs CLOCK_MONOTONIC_RAW by the very mult that vdso is. */
	if (source == TSCAL_SOURCE_CLOCK_RAW || source == TSCAL_SOURCE_VDSO)
		return "of CLOCK_MONOTONIC_RAW's second";
	snprintf(out, size, "of what %s %s", tscal_source_str(source),
		kind == TSCAL_KIND_MEASURED ? "measures"
		: kind == TSCAL_KIND_KERNEL ? "says of the kernel's rate"
					    : "declares");
	return out;
}

static const enum style rate_styles[] = {
	[TSCAL_RATE_VERIFIED] = STYLE_GOOD,
	[TSCAL_RATE_CONSISTENT] = STYLE_GOOD,
	[TSCAL_RATE_SINGLE] = STYLE_FAIR,
	[TSCAL_RATE_CONFLICT] = STYLE_BAD,
	[TSCAL_RATE_NONE] = STYLE_BAD,
};

static const enum style use_styles[] = {
	[TSCAL_USE_YES] = STYLE_GOOD,
	[TSCAL_USE_UNTIL_MOVED] = STYLE_GOOD,
	[TSCAL_USE_PROVISIONAL] = STYLE_FAIR,
	[TSCAL_USE_SLOW] = STYLE_FAIR,
	[TSCAL_USE_NO] = STYLE_BAD,
	[TSCAL_USE_UNKNOWN] = STYLE_FAIR,
};

static enum tscal_kind kind_of(
	const struct tscal_report *report, enum tscal_source source)
{
	for (size_t i = 0; i < tscal_report_count(report); i++)
		if (tscal_report_line(report, i)->id == source)
			return tscal_report_line(report, i)->kind;
	return TSCAL_KIND_REPORTED;
}

static void also_in(struct term *t, const struct tscal_info *info, double hz,
	const char *of, const char *more)
{
	char d[32];

	if (!(hz > 0 && info->hz > 0))
		return;
	format_distance(d, sizeof(d), hz, info->hz);
	term_row(t, "", STYLE_PLAIN, "%.0f Hz by %s (%s%s%s)", hz, of, d,
		strchr(d, '%') ? "" : " ppm", more);
}

/* Nothing that rounds to a difference of 0.000 ppm, where it is exact:
 * pvclock's mul is truncated, so that the rate that it states is 0.0002 ppm
 * apart. */
#define SAME_PPM 5e-4

static void raw_second(struct term *t, const struct tscal_info *info)
{
	bool exact = info->hz_raw_lo == info->hz_raw_hi;
	char bound[32], more[48] = "";

	if (!(info->hz_raw > 0) || info->hz_raw == info->hz ||
		(exact && fabs(info->hz_raw / info->hz - 1) * 1e6 < SAME_PPM))
		return;
	if (!exact) {
		format_bound(bound, sizeof(bound),
			bound_ppm(info->hz_raw, info->hz_raw_lo,
				info->hz_raw_hi));
		snprintf(more, sizeof(more), ", +-%s ppm", bound);
	}
	also_in(t, info, info->hz_raw, "CLOCK_MONOTONIC_RAW's second", more);
}

static void rate(struct term *t, const struct tscal_report *report)
{
	const struct tscal_info *info = tscal_report_info(report);
	char hz[32], bound[32], of[64];

	term_label(t, "rate");
	if (info->hz > 0) {
		format_bound(bound, sizeof(bound),
			bound_ppm(info->hz, info->hz_lo, info->hz_hi));
		format_hz(hz, sizeof(hz), info->hz, info->hz_lo, info->hz_hi);
		term_put(t, STYLE_STRONG, "%s Hz", hz);
		term_pad(t, t->column + 2);
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, "+-%s ppm %s", bound,
			relative_to(of, sizeof(of), info->source,
				kind_of(report, info->source)));
		term_end(t);
		term_pad(t, TERM_TEXT);
	}
	term_put(t, rate_styles[info->rate], "%s", tscal_rate_str(info->rate));
	/* In a conflict no agreement is confirmed. */
	if (info->rate == TSCAL_RATE_VERIFIED) {
		format_bound(bound, sizeof(bound), info->agreement_ppm);
		term_put(t, STYLE_PLAIN, " to %s ppm", bound);
	}
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, ": %s", info->rate_sentence);
	term_end(t);
	raw_second(t, info);
	also_in(t, info, info->hz_si, "the true second, as NTP or PTP tells it",
		"");
}

static void use(struct term *t, const struct tscal_info *info)
{
	term_label(t, "use");
	term_put(t, use_styles[info->use], "%s", tscal_use_str(info->use));
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, ": %s", info->use_sentence);
	term_end(t);
}

static void cpu(struct term *t, const struct tscal_machine *m)
{
	if (m->cpu_vendor[0] && !m->family)
		term_row(t, "cpu", STYLE_PLAIN, "%s (%s, model not known)",
			m->cpu_brand[0] ? m->cpu_brand : "unnamed",
			m->cpu_vendor);
	else if (m->family)
		term_row(t, "cpu", STYLE_PLAIN,
			"%s (%s, family %u, model %u, stepping %u)",
			m->cpu_brand[0] ? m->cpu_brand : "unnamed",
			m->cpu_vendor[0] ? m->cpu_vendor : "maker not known",
			m->family, m->model, m->stepping);
	else
		term_row(t, "cpu", STYLE_PLAIN, "not known");
}

static void trust(struct term *t, const struct tscal_info *info)
{
	term_label(t, "trust");
	term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%s,",
		info->invariant == 1   ? "invariant"
		: info->invariant == 0 ? "not invariant"
				       : "not known whether invariant");
	if (info->rejected_by_kernel == 1 || info->listed_by_kernel >= 0)
		term_wrap(t, TERM_TEXT,
			info->rejected_by_kernel == 1 ? STYLE_BAD : STYLE_PLAIN,
			" %s by the kernel,",
			info->rejected_by_kernel == 1 ? "rejected"
			: info->listed_by_kernel == 0 ? "not listed"
						      : "not rejected");
	if (info->rdtsc_ns >= 0)
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, " %.1f ns a read,",
			info->rdtsc_ns);
	term_wrap(t, TERM_TEXT,
		info->synchronised == 0 ? STYLE_BAD : STYLE_PLAIN, " %s",
		info->cpus_sentence);
	term_end(t);
}

static bool is_clocksource(const struct tscal_fact *f)
{
	return !strcmp(f->name, "clocksource");
}

/* With all facts, what it means too. */
static void clocksource(const struct options *opts, struct term *t,
	const struct tscal_report *report)
{
	const struct tscal_machine *m = tscal_report_machine(report);
	const struct tscal_fact *f;
	size_t i = 0;

	term_label(t, "clocksource");
	if (m->clocksource[0])
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%s (available: %s)",
			m->clocksource,
			m->available[0] ? m->available : "not visible");
	else
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, "%s",
			opts->command == CMD_REPLAY
				? "not visible in the recording"
				: "not visible");
	while ((f = tscal_report_fact(report, i++)))
		if (opts->all && is_clocksource(f))
			term_wrap(
				t, TERM_TEXT, STYLE_PLAIN, ": %s", f->sentence);
	term_end(t);
}

/* What each other fact means. */
static void facts(struct term *t, const struct tscal_report *report)
{
	const struct tscal_fact *f;

	for (size_t i = 0; (f = tscal_report_fact(report, i)); i++)
		if (!is_clocksource(f))
			term_row(t, f->name, STYLE_PLAIN, "%s: %s", f->value,
				f->sentence);
}

static void header(const struct options *opts, struct term *t, const char *how)
{
	term_put(t, STYLE_STRONG, "tscal %s", TSCAL_VERSION);
	if (opts->command == CMD_REPLAY)
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, ", replay of %s",
			file_name(opts));
	else
		term_wrap(t, TERM_TEXT, STYLE_PLAIN, ", %s%s", how,
			opts->calib.flags & TSCAL_OPT_NO_MEASURE
				? ", nothing measured"
				: "");
	term_end(t);
	term_end(t);
}

static void recorded(const struct options *opts, struct term *t)
{
	term_end(t);
	term_row(t, "recorded", STYLE_PLAIN, "in %s%s", opts->file,
		opts->redact ? ", without serial numbers and the boot id" : "");
}

void text_report(const struct options *opts, const char *how,
	const struct tscal_report *report)
{
	const struct tscal_info *info = tscal_report_info(report);
	const struct tscal_machine *machine = tscal_report_machine(report);
	struct term t;

	term_init(&t, stdout);
	header(opts, &t, how);
	rate(&t, report);
	use(&t, info);
	term_row(&t, "what to do", STYLE_PLAIN, "%s", info->advice);
	text_hypervisor(&t, &machine->hv);
	cpu(&t, machine);
	trust(&t, info);
	clocksource(opts, &t, report);
	if (opts->all)
		facts(&t, report);
	term_end(&t);
	text_lines(opts, &t, report);
	if (opts->command == CMD_RECORD)
		recorded(opts, &t);
}
