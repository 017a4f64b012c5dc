/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The parser of the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/tables.h"
#include "cli/values.h"

#define MS_MAX 60000
#define COLUMN_MAX 1000000
#define WINDOW_MAX_MS 4000
#define BUDGET_DEFAULT_MS 50
#define RUNS_MAX 100000
#define RUNS_DEFAULT 20
#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 10000
#define DURATION_DEFAULT_S 10

static const struct option_row *row_of(int id)
{
	for (size_t i = 0; i < N_OPTION_ROWS; i++)
		if (option_rows[i].id == id)
			return &option_rows[i];
	return NULL;
}

static bool take(int id, const char *arg, struct options *o)
{
	switch (id) {
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_BUDGET_MS:
		return take_number(
			"budget-ms", arg, 1, MS_MAX, &o->calib.budget_ms);
	case OPT_WINDOW_MS:
		return take_number("window-ms", arg, 1, WINDOW_MAX_MS,
			&o->calib.window_ms);
	case OPT_TARGET_PPM:
		return take_ppm(arg, &o->calib.target_ppm);
	case OPT_PIT:
		o->calib.flags |= TSCAL_OPT_PIT;
		break;
	case OPT_ONLY:
		return take_only(arg, &o->calib.only);
	case OPT_REQUIRE:
		return take_require(arg, &o->require);
	case OPT_PROBE:
		return take_probe(arg, &o->probe);
	case OPT_NO_MEASURE:
		o->calib.flags |= TSCAL_OPT_NO_MEASURE;
		break;
	case OPT_ASSUME_METAL:
		o->calib.flags |= TSCAL_OPT_ASSUME_METAL;
		break;
	case OPT_REDACT:
		o->redact = true;
		break;
	case OPT_NO_REDACT:
		o->redact = false;
		break;
	case OPT_CLOCK:
		return take_clock(arg, &o->clock_id);
	case OPT_DURATION:
		return take_duration(arg, &o->duration_s);
	case OPT_INTERVAL_MS:
		return take_number("interval-ms", arg, INTERVAL_MIN_MS,
			INTERVAL_MAX_MS, &o->clock.interval_ms);
	case OPT_SLEW:
		o->clock.slew = true;
		break;
	case OPT_RUNS:
		return take_number("runs", arg, 1, RUNS_MAX, &o->compare.runs);
	case OPT_HTML:
		o->compare.html = arg;
		break;
	case OPT_COLUMN:
		return take_number(
			"column", arg, 1, COLUMN_MAX, &o->convert.column);
	case OPT_FORMAT:
		return take_format(arg, &o->convert.u64);
	case OPT_RELATIVE:
		o->convert.relative = true;
		break;
	case OPT_TO:
		return take_unit(arg, &o->convert.to);
	case OPT_HZ:
		return take_hz(arg, &o->convert.hz);
	case OPT_LINE:
		o->convert.line = arg;
		break;
	}
	return true;
}

/* Words that are not options: a command, then its file. */
struct words {
	bool command;
	bool bad;
};

static void take_word(char *word, struct options *o, struct words *seen)
{
	const char *names[CMD_COUNT];
	size_t n = 0;

	if (seen->command) {
		if (commands[o->command].arg && !o->file) {
			o->file = word;
			return;
		}
		usage_error("'%s' is one argument too many", word);
		seen->bad = true;
		return;
	}
	for (int c = 0; c < CMD_COUNT; c++) {
		if (!commands[c].name)
			continue;
		names[n++] = commands[c].name;
		if (!strcmp(word, commands[c].name)) {
			o->command = (enum command_id)c;
			seen->command = true;
			return;
		}
	}
	usage_unknown("command", word, names, n);
	seen->bad = true;
}

/* What getopt_long() did not like. */
static void refuse(int c, char **argv)
{
	const struct option_row *row = row_of(optopt);
	const char *names[N_OPTION_ROWS];
	const char *word = argv[optind - 1];

	if (row && c == ':')
		usage_error("--%s needs %s", row->name, row->arg);
	else if (row && optopt >= OPT_JSON)
		usage_error("--%s takes no argument", row->name);
	else if (optopt)
		usage_error("unknown option '-%c'", optopt);
	else {
		for (size_t i = 0; i < N_OPTION_ROWS; i++)
			names[i] = option_rows[i].name;
		usage_unknown("option", word, names, N_OPTION_ROWS);
	}
}

static bool fits(const struct options *o, unsigned given)
{
	const struct command *cmd = &commands[o->command];

	for (size_t i = 0; i < N_OPTION_ROWS; i++)
		if (given & 1U << i &&
			!(option_rows[i].where & 1U << o->command)) {
			usage_error("--%s has no meaning %s%s",
				option_rows[i].name,
				cmd->name ? "with " : "without a command",
				cmd->name ? cmd->name : "");
			return false;
		}
	if (o->calib.window_ms >
		(o->calib.budget_ms ? o->calib.budget_ms : BUDGET_DEFAULT_MS)) {
		usage_error("--window-ms %u needs as large a --budget-ms",
			o->calib.window_ms);
		return false;
	}
	/* A recording answers as it was asked. */
	if (o->command == CMD_HV && o->file && o->probe != PROBE_DEFAULT) {
		usage_error("--probe has no meaning with hv and a FILE");
		return false;
	}
	if (o->convert.hz > 0 && o->convert.line) {
		usage_error("--hz and --line are two rates");
		return false;
	}
	if (o->clock.slew && o->clock_id != CLOCK_REALTIME) {
		usage_error("--slew has no meaning without --clock realtime");
		return false;
	}
	if (o->convert.u64 && o->convert.column) {
		usage_error("--column has no meaning with --format u64");
		return false;
	}
	if (cmd->arg && cmd->arg[0] != '[' && !o->file) {
		usage_error("%s needs a %s", cmd->name, cmd->arg);
		return false;
	}
	return true;
}

enum parsed options_parse(int argc, char **argv, struct options *o)
{
	struct option longs[N_OPTION_ROWS + 1] = {0};
	/* Words are handed over where they stand, whatever POSIXLY_CORRECT
	 * says; ':' tells a missing argument from an unknown option. */
	char shorts[N_OPTION_ROWS + 3] = "-:";
	size_t n_shorts = 2;
	struct words seen = {0};
	unsigned given = 0;
	int c;

	*o = (struct options){.redact = true,
		.calib = TSCAL_OPTS_INIT,
		.clock_id = CLOCK_MONOTONIC,
		.duration_s = DURATION_DEFAULT_S,
		.compare = {.runs = RUNS_DEFAULT}};
	for (size_t i = 0; i < N_OPTION_ROWS; i++) {
		longs[i].name = option_rows[i].name;
		longs[i].has_arg = option_rows[i].arg ? required_argument
						      : no_argument;
		longs[i].val = option_rows[i].id;
		if (option_rows[i].letter)
			shorts[n_shorts++] = option_rows[i].letter;
	}
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		for (size_t i = 0; i < N_OPTION_ROWS; i++) {
			if (c == option_rows[i].letter)
				c = option_rows[i].id;
			if (c == option_rows[i].id)
				given |= 1U << i;
		}
		if (c == OPT_HELP)
			return PARSED_HELP;
		if (c == OPT_VERSION)
			return PARSED_VERSION;
		if (c == 1)
			take_word(optarg, o, &seen);
		else if (c == '?' || c == ':')
			refuse(c, argv), seen.bad = true;
		else if (!take(c, optarg, o))
			return PARSED_BAD;
		if (seen.bad)
			return PARSED_BAD;
	}
	for (; optind < argc && !seen.bad; optind++)
		take_word(argv[optind], o, &seen);
	if (seen.bad || !fits(o, given))
		return PARSED_BAD;
	if (!o->convert.column)
		o->convert.column = 1;
	return PARSED_RUN;
}
