/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The tables of commands and options, and the parser that they drive. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define MS_MAX 60000
#define COLUMN_MAX 1000000

const struct command commands[CMD_COUNT] = {
	[CMD_REPORT] = {.help = "calibrate and print a report",
		.run = cmd_report},
	[CMD_HZ] = {.name = "hz",
		.help = "the rate alone, in Hz",
		.run = cmd_rate},
	[CMD_KHZ] = {.name = "khz",
		.help = "the rate alone, in whole kHz",
		.run = cmd_rate},
	[CMD_HV] = {.name = "hv",
		.arg = "[FILE]",
		.help = "which hypervisor this is, and what tells of it",
		.run = cmd_hv},
	[CMD_SOURCES] = {.name = "sources",
		.help = "what could be asked here; measures nothing",
		.run = cmd_sources},
	[CMD_RECORD] = {.name = "record",
		.arg = "FILE",
		.help = "calibrate, and write all answers into FILE",
		.run = cmd_report},
	[CMD_REPLAY] = {.name = "replay",
		.arg = "FILE",
		.help = "the report on the machine recorded in FILE",
		.run = cmd_report},
	[CMD_CONVERT] = {.name = "convert",
		.arg = "[FILE]",
		.help = "turn TSC values into nanoseconds",
		.run = cmd_convert},
	[CMD_BENCH] = {.name = "bench",
		.help = "what reading and converting the TSC costs here",
		.run = cmd_bench},
};

enum {
	OPT_JSON = 256,
	OPT_BUDGET_MS,
	OPT_TARGET_PPM,
	OPT_ONLY,
	OPT_REQUIRE,
	OPT_PROBE,
	OPT_PIT,
	OPT_NO_MEASURE,
	OPT_ASSUME_METAL,
	OPT_REDACT,
	OPT_NO_REDACT,
	OPT_COLUMN,
	OPT_FORMAT,
	OPT_RELATIVE,
	OPT_HZ,
	OPT_CONV,
	OPT_HELP,
	OPT_VERSION,
};

#define ON(command) (1U << CMD_##command)
#define ON_LIVE (ON(REPORT) | ON(HZ) | ON(KHZ) | ON(SOURCES) | ON(RECORD))
#define ON_RATE (ON_LIVE | ON(REPLAY))
#define ON_JSON (ON_RATE | ON(HV) | ON(BENCH))
#define ON_ALL (ON_JSON | ON(CONVERT))
#define ON_PROBE (ON_LIVE | ON(HV))

const struct option_row option_rows[] = {
	{"json", NULL, 0, OPT_JSON, ON_JSON, "print JSON instead of text"},
	{"budget-ms", "N", 0, OPT_BUDGET_MS, ON_RATE,
		"spend at most N ms, 1 to 60000 (50)"},
	{"target-ppm", "P", 0, OPT_TARGET_PPM, ON_RATE & ~ON(SOURCES),
		"measure on until bounds are +-P, or time is up"},
	{"only", "SOURCE[,SOURCE]", 0, OPT_ONLY, ON_RATE,
		"ask these sources and no others"},
	{"require", "verified|consistent", 0, OPT_REQUIRE,
		ON_RATE & ~(ON(SOURCES) | ON(RECORD)),
		"exit with 2 if the rate is known less well"},
	{"probe", "passive|devices|ports", 0, OPT_PROBE, ON_PROBE,
		"open nothing, devices (default), or ports too"},
	{"pit", NULL, 0, OPT_PIT, ON_RATE,
		"measure the PIT too (with --probe ports)"},
	{"no-measure", NULL, 0, OPT_NO_MEASURE, ON_RATE,
		"take reported numbers only; measure nothing"},
	{"assume-metal", NULL, 0, OPT_ASSUME_METAL, ON_RATE,
		"believe timers that look emulated"},
	{"redact", NULL, 0, OPT_REDACT, ON(RECORD),
		"leave serial numbers out (default)"},
	{"no-redact", NULL, 0, OPT_NO_REDACT, ON(RECORD), "keep them"},
	{"column", "N", 0, OPT_COLUMN, ON(CONVERT),
		"where in a line the stamp is (1)"},
	{"format", "text|u64", 0, OPT_FORMAT, ON(CONVERT),
		"lines (default), or raw numbers of 64 bits"},
	{"relative", NULL, 0, OPT_RELATIVE, ON(CONVERT),
		"nanoseconds since the first stamp"},
	{"hz", "HZ", 0, OPT_HZ, ON(CONVERT),
		"the rate, instead of this machine's"},
	{"conv", "FILE", 0, OPT_CONV, ON(CONVERT),
		"rate and epoch from a tscal-conv line"},
	{"help", NULL, 'h', OPT_HELP, ON_ALL, "print this and exit"},
	{"version", NULL, 'V', OPT_VERSION, ON_ALL,
		"print the version and exit"},
};
#define N_ROWS (sizeof(option_rows) / sizeof(*option_rows))
const size_t n_option_rows = N_ROWS;

static const struct option_row *row_of(int id)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (option_rows[i].id == id)
			return &option_rows[i];
	return NULL;
}

/* A decimal number from 1 to max, and nothing else. */
static bool take_number(
	const char *option, const char *word, unsigned max, uint32_t *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	/* strtoul() accepts a sign and leading blanks. */
	if (errno || *end || word[0] < '0' || word[0] > '9' || n < 1 ||
		n > max) {
		usage_error("--%s takes a number from 1 to %u, not '%s'",
			option, max, word);
		return false;
	}
	*out = (uint32_t)n;
	return true;
}

static bool take_only(const char *list, uint64_t *only)
{
	const char *names[TSCAL_SOURCE_COUNT];
	size_t n = 0;

	for (int s = TSCAL_SOURCE_NONE + 1; s < TSCAL_SOURCE_COUNT; s++)
		names[n++] = tscal_source_str((enum tscal_source)s);
	*only = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		char word[64];
		enum tscal_source source;

		snprintf(word, sizeof(word), "%.*s",
			(int)(len < sizeof(word) ? len : sizeof(word)), list);
		source = tscal_source_by_name(word);
		if (source == TSCAL_SOURCE_NONE) {
			usage_unknown("source", word, names, n);
			usage_sources();
			return false;
		}
		*only |= UINT64_C(1) << source;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

static bool take_require(const char *word, enum tscal_rate *require)
{
	static const enum tscal_rate rates[] = {
		TSCAL_RATE_VERIFIED, TSCAL_RATE_CONSISTENT};

	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++)
		if (!strcmp(word, tscal_rate_str(rates[i]))) {
			*require = rates[i];
			return true;
		}
	usage_error("--require takes verified or consistent, not '%s'", word);
	return false;
}

static bool take_probe(const char *word, enum probe_level *probe)
{
	if (!strcmp(word, "passive"))
		*probe = PROBE_PASSIVE;
	else if (!strcmp(word, "devices"))
		*probe = PROBE_DEVICES;
	else if (!strcmp(word, "ports"))
		*probe = PROBE_PORTS;
	else {
		usage_error("--probe takes passive, devices or ports, not '%s'",
			word);
		return false;
	}
	return true;
}

/* strtod() accepts names, hexadecimal and leading blanks; the command never
 * calls setlocale(), so the point is a point. */
static bool take_real(const char *word, double *x)
{
	char *end;

	errno = 0;
	*x = strtod(word, &end);
	return !errno && !*end &&
	       strspn(word, "0123456789.eE+-") == strlen(word);
}

static bool take_ppm(const char *word, double *ppm)
{
	if (!take_real(word, ppm) || !(*ppm > 0 && *ppm <= 1e6)) {
		usage_error(
			"--target-ppm takes a number above 0, up to 1000000, "
			"not '%s'",
			word);
		return false;
	}
	return true;
}

static bool take_hz(const char *word, double *hz)
{
	if (!take_real(word, hz) ||
		!(*hz > TSCAL_CONV_HZ_ABOVE && *hz <= TSCAL_CONV_HZ_MAX)) {
		usage_error("--hz takes a rate above 250000000, up to "
			    "20000000000, not '%s'",
			word);
		return false;
	}
	return true;
}

static bool take_format(const char *word, bool *u64)
{
	*u64 = !strcmp(word, "u64");
	if (*u64 || !strcmp(word, "text"))
		return true;
	usage_error("--format takes text or u64, not '%s'", word);
	return false;
}

static bool take(int id, const char *arg, struct options *o)
{
	switch (id) {
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_BUDGET_MS:
		return take_number(
			"budget-ms", arg, MS_MAX, &o->calib.budget_ms);
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
	case OPT_COLUMN:
		return take_number(
			"column", arg, COLUMN_MAX, &o->convert.column);
	case OPT_FORMAT:
		return take_format(arg, &o->convert.u64);
	case OPT_RELATIVE:
		o->convert.relative = true;
		break;
	case OPT_HZ:
		return take_hz(arg, &o->convert.hz);
	case OPT_CONV:
		o->convert.conv = arg;
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
	const char *names[N_ROWS];
	const char *word = argv[optind - 1];

	if (row && c == ':')
		usage_error("--%s needs %s", row->name, row->arg);
	else if (row && optopt >= OPT_JSON)
		usage_error("--%s takes no argument", row->name);
	else if (optopt)
		usage_error("unknown option '-%c'", optopt);
	else {
		for (size_t i = 0; i < N_ROWS; i++)
			names[i] = option_rows[i].name;
		usage_unknown("option", word, names, N_ROWS);
	}
}

static bool fits(const struct options *o, unsigned given)
{
	const struct command *cmd = &commands[o->command];

	for (size_t i = 0; i < N_ROWS; i++)
		if (given & 1U << i &&
			!(option_rows[i].where & 1U << o->command)) {
			usage_error("--%s has no meaning %s%s",
				option_rows[i].name,
				cmd->name ? "with " : "without a command",
				cmd->name ? cmd->name : "");
			return false;
		}
	/* A recording answers as it was asked. */
	if (o->command == CMD_HV && o->file && o->probe != PROBE_DEFAULT) {
		usage_error("--probe has no meaning with hv and a FILE");
		return false;
	}
	if (o->convert.hz > 0 && o->convert.conv) {
		usage_error("--hz and --conv are two rates");
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
	struct option longs[N_ROWS + 1] = {0};
	/* Words are handed over where they stand, whatever POSIXLY_CORRECT
	 * says; ':' tells a missing argument from an unknown option. */
	char shorts[N_ROWS + 3] = "-:";
	size_t n_shorts = 2;
	struct words seen = {0};
	unsigned given = 0;
	int c;

	*o = (struct options){.redact = true, .calib = TSCAL_OPTS_INIT};
	for (size_t i = 0; i < N_ROWS; i++) {
		longs[i].name = option_rows[i].name;
		longs[i].has_arg = option_rows[i].arg ? required_argument
						      : no_argument;
		longs[i].val = option_rows[i].id;
		if (option_rows[i].letter)
			shorts[n_shorts++] = option_rows[i].letter;
	}
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		for (size_t i = 0; i < N_ROWS; i++) {
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
