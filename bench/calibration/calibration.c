/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* bench/calibration: see the usage below and docs/accuracy.md. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calibration.h"
#include "fresh.h"

#define RUNS 200
/* The truth is known to about 40 ns over this time. */
#define TRUTH_S 60
#define TRUTH_S_MAX 86400
/* Between two points that are compared. */
#define HALF_LEAST_MS 100
#define RUNS_MAX 1000000
/* With every retry it ends before the time limit of fresh_run(). */
#define WINDOW_MAX_MS 4000

static const char usage[] =
	"usage: calibration [--runs N] [--window-ms MS] [--only NAME[,NAME]]\n"
	"                   [--idle | --loaded] [--truth-s N] [--json FILE]\n"
	"\n"
	"Runs every calibration that is available here in N fresh processes, "
	"on\n"
	"the machine as it is and with four busy loops, and compares the\n"
	"results with what tscal did not compute.\n"
	"\n"
	"  --runs N          processes for each, default 200\n"
	"  --window-ms MS    measuring window, default that of the library\n"
	"  --only NAME       a source, \"report\", \"no-measure\" or "
	"\"peers\"\n"
	"                    (other libraries); several with commas\n"
	"  --idle, --loaded  this load alone\n"
	"  --truth-s N       measure CLOCK_MONOTONIC_RAW over at least N s, "
	"default 60\n"
	"  --json FILE       write the result there as well\n";

static bool number(const char *text, unsigned max, unsigned *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || v < 1 || v > max)
		return false;
	*out = (unsigned)v;
	return true;
}

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"runs", required_argument, NULL, 'n'},
		{"window-ms", required_argument, NULL, 'w'},
		{"only", required_argument, NULL, 'o'},
		{"idle", no_argument, NULL, 'i'},
		{"loaded", no_argument, NULL, 'l'},
		{"truth-s", required_argument, NULL, 't'},
		{"json", required_argument, NULL, 'j'},
		{"one", required_argument, NULL, '1'},
		{"devices", no_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool ok = true;
	int c;

	*o = (struct options){.runs = RUNS, .truth_s = TRUTH_S};
	while (ok && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'n':
			ok = number(optarg, RUNS_MAX, &o->runs);
			break;
		case 'w':
			ok = number(optarg, WINDOW_MAX_MS, &o->window_ms);
			break;
		case 'o':
			o->only = optarg;
			break;
		case 'i':
			o->load[LOAD_IDLE] = true;
			break;
		case 'l':
			o->load[LOAD_LOADED] = true;
			break;
		case 't':
			ok = number(optarg, TRUTH_S_MAX, &o->truth_s);
			break;
		case 'j':
			o->json = optarg;
			break;
		case '1':
			o->one = optarg;
			break;
		case 'd':
			o->devices = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(fflush(stdout) ? 1 : 0);
		default:
			ok = false;
		}
	}
	if (!o->load[LOAD_IDLE] && !o->load[LOAD_LOADED])
		o->load[LOAD_IDLE] = o->load[LOAD_LOADED] = true;
	return ok && optind == argc;
}

static bool what_by_name(const char *name, struct what *w)
{
	*w = (struct what){.source = tscal_source_by_name(name)};
	if (strlen(name) >= sizeof(w->name))
		return false;
	strcpy(w->name, name);
	w->no_measure = !strcmp(name, WHAT_NO_MEASURE);
	return w->source || w->no_measure || !strcmp(name, WHAT_REPORT);
}

static void add_what(struct bench *b, const char *name, bool devices)
{
	struct what *w = &b->whats[b->n_whats];

	if (b->n_whats == WHATS_MAX || !what_by_name(name, w))
		abort();
	w->devices = devices;
	b->n_whats++;
}

/* Ask every source once, or those that only names. */
static int survey(bool devices, uint64_t only, struct tscal_report **out)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	int rc = platform_new(devices, &opts.platform);

	if (rc)
		return rc;
	opts.only = only;
	rc = tscal_report_new(&opts, out);
	tscal_platform_free(opts.platform);
	return rc;
}

/* The names in --only as bits; false for one that is none. */
static bool parse_only(struct bench *b)
{
	char *names = strdup(b->opts.only), *save, *name;
	struct what w;
	bool ok = names;

	name = names ? strtok_r(names, ",", &save) : NULL;
	for (; ok && name; name = strtok_r(NULL, ",", &save)) {
		if (!strcmp(name, "peers")) {
			b->peers = true;
			/* Its default window is one of those compared. */
			b->only |= UINT64_C(1) << TSCAL_SOURCE_CLOCK_RAW;
			continue;
		}
		ok = what_by_name(name, &w);
		if (ok && w.source)
			b->only |= UINT64_C(1) << w.source;
		else if (ok && b->n_whats < 2)
			add_what(b, name, false);
	}
	free(names);
	return ok;
}

/* What is available here, and by which platform: passively wherever it can. */
static int find_whats(struct bench *b)
{
	struct tscal_report *passive;
	int rc;

	if (!b->opts.only) {
		add_what(b, WHAT_REPORT, false);
		add_what(b, WHAT_NO_MEASURE, false);
		b->peers = true;
	} else if (!parse_only(b)) {
		return -EINVAL;
	}
	rc = survey(false, b->only, &passive);
	if (rc)
		return rc;
	if (survey(true, b->only, &b->survey))
		b->survey = passive;
	for (size_t i = 0; i < tscal_report_count(b->survey); i++) {
		const struct tscal_line *l = tscal_report_line(b->survey, i);
		bool wanted = !b->opts.only || b->only >> l->id & 1;

		if (wanted && l->hz > 0)
			add_what(b, l->name,
				!(tscal_report_line(passive, i)->hz > 0));
	}
	if (b->peers)
		peers_add(b);
	if (passive != b->survey)
		tscal_report_free(passive);
	return 0;
}

/* Everything once, then again: a drift affects all of them alike. */
static int run_load(struct bench *b, enum load load)
{
	size_t runs = b->opts.runs;
	struct sample *s = calloc(b->n_whats * runs, sizeof(*s));
	struct summary *rows = &b->rows[b->n_rows];

	if (!s)
		return -ENOMEM;
	for (size_t w = 0; w < b->n_whats; w++)
		rows[w] = (struct summary){
			.what = &b->whats[w], .load = load, .asked = runs};
	for (size_t i = 0; i < runs; i++)
		for (size_t w = 0; w < b->n_whats; w++)
			rows[w].n += sample_elsewhere(&b->opts, &b->whats[w],
				&s[w * runs + rows[w].n]);
	b->n_rows += b->n_whats;
	b->samples[load] = s;
	return 0;
}

/* Judged in the end, when the truth is known. */
static void judge(struct bench *b)
{
	for (size_t i = 0; i < b->n_rows; i++) {
		struct summary *row = &b->rows[i];
		size_t w = (size_t)(row->what - b->whats);

		summarise(row, &b->truth,
			&b->samples[row->load][w * b->opts.runs]);
	}
	for (size_t load = 0; load < LOAD_COUNT; load++)
		free(b->samples[load]);
	targets_judge(b);
	peers_judge(b);
}

static void wait_until(double ms)
{
	double left = ms - clock_ms();

	if (left > 0)
		usleep((useconds_t)(left * 1e3));
}

static const char *run_loads(struct bench *b)
{
	double start_ms = clock_ms(), truth_ms = b->opts.truth_s * 1e3;
	struct raw_point p[3];

	raw_point_take(&p[0], NULL);
	if (b->opts.load[LOAD_IDLE] && run_load(b, LOAD_IDLE))
		return "out of memory";
	wait_until(start_ms + truth_ms / 2);
	raw_point_take(&p[1], &p[0]);
	if (b->opts.load[LOAD_LOADED]) {
		if (!busy_start())
			return "cannot start the busy loops";
		if (run_load(b, LOAD_LOADED))
			return "out of memory";
		if (!busy_stop())
			return "a busy loop ended before the end";
	}
	wait_until(start_ms + truth_ms);
	/* With --idle alone both waits may be over. */
	wait_until(clock_ms() + HALF_LEAST_MS);
	raw_point_take(&p[2], &p[0]);
	reference_raw(p, &b->truth.raw);
	if (!(b->truth.raw.hz > 0))
		return b->truth.raw.sentence;
	truth_khz_find(&b->truth);
	return NULL;
}

static int one(const struct options *o)
{
	struct what w;

	if (!what_by_name(o->one, &w))
		return 1;
	w.devices = o->devices;
	return sample_here(o, &w) || fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct bench b;
	const char *why;
	int rc;

	if (!parse(argc, argv, &b.opts)) {
		fputs(usage, stderr);
		return 1;
	}
	if (b.opts.one)
		return one(&b.opts);
	rc = find_whats(&b);
	if (rc == -EINVAL)
		fprintf(stderr, "calibration: no such source: %s\n",
			b.opts.only);
	if (rc)
		return 1;
	why = run_loads(&b);
	if (why) {
		fprintf(stderr, "calibration: %s\n", why);
		return 1;
	}
	judge(&b);
	table_print(&b, stdout);
	rc = b.opts.json ? json_write(&b) : 0;
	if (rc)
		fprintf(stderr, "calibration: %s: %s\n", b.opts.json,
			strerror(-rc));
	tscal_report_free(b.survey);
	return rc || fflush(stdout) ? 1 : 0;
}
