/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The result for people. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "calibration.h"

const char *load_str(enum load load)
{
	return load == LOAD_LOADED ? "loaded" : "idle";
}

const struct tscal_line *silent_next(const struct bench *b, size_t *i)
{
	while (*i < tscal_report_count(b->survey)) {
		const struct tscal_line *l = tscal_report_line(
			b->survey, (*i)++);

		if (!(l->hz > 0) && (!b->opts.only || b->only >> l->id & 1))
			return l;
	}
	return NULL;
}

static void print_machine(const struct bench *b, FILE *out)
{
	const struct tscal_machine *m = tscal_report_machine(b->survey);
	struct utsname u;

	if (!uname(&u))
		fprintf(out, "kernel       %s %s\n", u.sysname, u.release);
	fprintf(out, "cpu          %s, %d online\n", m->cpu_brand,
		(int)tscal_report_info(b->survey)->cpus);
	fprintf(out, "hypervisor   %s\n",
		m->hv.present ? m->hv.main.name : "none seen");
	fprintf(out, "clocksource  %s\n",
		*m->clocksource ? m->clocksource : "not visible");
	fprintf(out, "tscal        %s\n", TSCAL_VERSION);
}

static void print_truth(
	FILE *out, enum against against, const struct reference *r)
{
	if (r->hz > 0)
		fprintf(out, "%-8s %.3f Hz, known to %.2g ppm\n%-8s %s\n",
			against_str(against), r->hz, reference_ppm(r), "",
			r->sentence);
	else
		fprintf(out, "%-8s not known: %s\n", against_str(against),
			r->sentence);
}

static void print_spread(FILE *out, const struct spread *s, const char *fmt)
{
	fprintf(out, fmt, s->median);
	fprintf(out, fmt, s->p95);
	fprintf(out, fmt, s->worst);
}

/* Below what the truth is known to, how large it may be: the truth may lie at
 * the other end. */
static void print_error(FILE *out, double ppm, double truth_half_ppm)
{
	char text[32];

	if (ppm < truth_half_ppm)
		snprintf(text, sizeof(text), "<%.2g", ppm + truth_half_ppm);
	else
		snprintf(text, sizeof(text), "%.2g", ppm);
	fprintf(out, " %9s", text);
}

static void print_errors(FILE *out, const struct summary *row)
{
	char held[32];

	if (row->error.worst < 0) {
		fprintf(out, " %9s %9s %9s %9s", "-", "-", "-", "-");
		return;
	}
	print_error(out, row->error.median, row->truth_half_ppm);
	print_error(out, row->error.p95, row->truth_half_ppm);
	print_error(out, row->error.worst, row->truth_half_ppm);
	snprintf(held, sizeof(held), "%zu/%zu", row->held, row->n);
	fprintf(out, " %9s", row->what->peer ? "-" : held);
}

static void print_row(FILE *out, const struct summary *row)
{
	char runs[32];

	snprintf(runs, sizeof(runs), "%zu/%zu", row->n, row->asked);
	fprintf(out, "%-15s %-6s %9s  ", row->what->name, load_str(row->load),
		runs);
	if (!row->n) {
		fprintf(out, "no process gave a number\n");
		return;
	}
	fprintf(out, "%-12s %-8s", row->source, against_str(row->against));
	print_errors(out, row);
	fprintf(out, " %9.2g", row->range_ppm);
	if (row->width.median < 0)
		fprintf(out, " %9s  ", "-");
	else
		fprintf(out, " %9.2g  ", row->width.median);
	print_spread(out, &row->call_ms, " %7.3f");
	fprintf(out, " %8.2f\n", row->process_ms.median);
}

static void print_rows(const struct bench *b, FILE *out)
{
	fprintf(out, "%-15s %-6s %9s  %-12s %-8s %29s %9s %9s %9s   %23s %8s\n",
		"", "", "", "", "compared", "|error|, ppm", "interval",
		"spread", "width", "the call, ms", "process");
	fprintf(out,
		"%-15s %-6s %9s  %-12s %-8s %9s %9s %9s %9s %9s %9s   %7s %7s "
		"%7s %8s\n",
		"what", "load", "runs", "source", "with", "median", "p95",
		"worst", "holds it", "ppm", "ppm", "median", "p95", "worst",
		"ms");
	for (size_t i = 0; i < b->n_rows; i++)
		print_row(out, &b->rows[i]);
}

static void print_silent(const struct bench *b, FILE *out)
{
	const struct tscal_line *l;
	const char *head = "\nGave no number here:\n";

	for (size_t i = 0; (l = silent_next(b, &i)); head = "")
		fprintf(out, "%s%-12s %-11s %s\n", head, l->name,
			tscal_status_str(l->status), l->sentence);
}

static void print_absent_peers(const struct bench *b, FILE *out)
{
	const char *head = "\nPeers that are not measured:\n";

	for (size_t i = 0; b->peers && i < PEERS_COUNT; i++) {
		if (peers[i].built)
			continue;
		fprintf(out, "%s%-12s not installed: %s\n", head, peers[i].name,
			peers[i].package);
		head = "";
	}
}

static void print_target(const struct target *t, FILE *out)
{
	char found[32] = "-", limit[32];
	bool below = t->value < t->truth_half_ppm;

	if (t->value >= 0)
		snprintf(found, sizeof(found), "%s%.3g %s", below ? "<" : "",
			below ? t->value + t->truth_half_ppm : t->value,
			t->unit);
	snprintf(limit, sizeof(limit), "%.3g %s", t->limit, t->unit);
	fprintf(out, "%-62s %-6s %12s %12s  %s", t->text, load_str(t->load),
		found, limit, verdict_str(t->verdict));
	if (t->verdict == VERDICT_UNDECIDED)
		fprintf(out, ": the truth is known to %.2g ppm",
			t->truth_half_ppm);
	else if (t->verdict == VERDICT_NOT_COMPARED)
		fprintf(out, ": no measuring call of ours is as short");
	fputc('\n', out);
}

static void print_targets(const struct bench *b, FILE *out)
{
	if (!b->n_targets)
		return;
	fprintf(out, "\n%-62s %-6s %12s %12s\n", "target", "load", "found",
		"limit");
	for (size_t i = 0; i < b->n_targets; i++)
		print_target(&b->targets[i], out);
}

void table_print(const struct bench *b, FILE *out)
{
	print_machine(b, out);
	fprintf(out, "\nCompared with, in ticks per second:\n");
	print_truth(out, AGAINST_RAW, &b->truth.raw);
	print_truth(out, AGAINST_KHZ, &b->truth.khz);
	fprintf(out,
		"\nEvery run in a fresh process; loaded: beside %d busy loops. "
		" "
		"Spread: the largest\nresult over the smallest.\n\n",
		BUSY_LOOPS);
	print_rows(b, out);
	print_silent(b, out);
	print_absent_peers(b, out);
	print_targets(b, out);
}
