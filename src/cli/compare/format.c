/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the text and the page have in common. */
#include "cli/compare/compare.h"

#include <math.h>

/* So far apart the log is of another machine, from which this one was moved or
 * resumed: oscillators and calibrations at boot are nearer. */
#define FAR_PPM 1000

void format_ppm(char *out, size_t size, double ppm)
{
	if (ppm < 0)
		snprintf(out, size, "-");
	else if (!isfinite(ppm))
		snprintf(out, size, "any");
	else
		snprintf(out, size, "%.*f",
			ppm >= 100   ? 0
			: ppm >= 10  ? 1
			: ppm >= 1   ? 2
			: ppm >= 0.1 ? 3
				     : 4,
			ppm);
}

void format_error(
	char *out, size_t size, const struct compare *c, double error_ppm)
{
	double known_to_ppm = c->raw.hz > 0 ? reference_ppm(&c->raw) : 0;
	char text[24];

	if (error_ppm < 0 || error_ppm >= known_to_ppm) {
		format_ppm(out, size, error_ppm);
		return;
	}
	/* From the middle of the reference; the truth may be at its other end.
	 * Up to the next of the digits that are printed. */
	format_ppm(text, sizeof(text),
		ceil((error_ppm + known_to_ppm) * 1e4) / 1e4);
	snprintf(out, size, "<%s", text);
}

void format_machine(char *out, size_t size, const struct compare *c)
{
	char cpus[32] = "number of CPUs not known";

	if (c->cpus > 0)
		snprintf(cpus, sizeof(cpus), "%d CPU%s", c->cpus,
			c->cpus == 1 ? "" : "s");
	snprintf(out, size, "%s, %s; hypervisor %s; %s, clocksource %s",
		*c->cpu ? c->cpu : "CPU without a name", cpus, c->hypervisor,
		*c->kernel ? c->kernel : "kernel without a name",
		*c->clocksource ? c->clocksource : "not visible");
}

void format_rounds(char *out, size_t size, const struct compare *c)
{
	if (!c->interrupted)
		snprintf(out, size,
			"%zu round%s in %.1f s; in each, every source once at "
			"every window, in a process of its own.",
			c->rounds_done, c->rounds_done == 1 ? "" : "s",
			c->span_s);
	else if (c->rounds_done == c->rounds)
		snprintf(out, size,
			"Interrupted: all %zu rounds are done, but the "
			"reference spans %.1f s only.",
			c->rounds, c->span_s);
	else
		snprintf(out, size,
			"Interrupted: partial results, of round %zu of %zu and "
			"those before it, in %.1f s.",
			c->rounds_done + 1, c->rounds, c->span_s);
}

void format_log(char *out, size_t size, const struct compare *c)
{
	double off_ppm = compare_log_ppm(c);

	if (!c->log.khz)
		snprintf(out, size, "%s", c->log.line);
	else if (isnan(off_ppm))
		snprintf(out, size, "\"%s\"", c->log.line);
	else if (fabs(off_ppm) > FAR_PPM)
		snprintf(out, size,
			"\"%s\", %+.0f ppm from raw: it belongs to another "
			"machine, from which this one was moved",
			c->log.line, off_ppm);
	else
		snprintf(out, size, "\"%s\", in whole kHz; %+.3f ppm from raw",
			c->log.line, off_ppm);
}
