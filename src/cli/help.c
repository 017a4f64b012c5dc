/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The text of --help, and of help COMMAND. */
#include <string.h>

#include "cli/tables.h"

#define EXIT_TEXTS 6

static const char fine[] = "fine";
static const char failed[] =
	"wrong usage, or something could not be read or written";
static const char below[] = "the rate is known less well than --require asks";
static const char conflict[] =
	"something credible contradicts the rate, or the clock";
static const char unusable[] =
	"there is no rate, or the TSC may not be used as a clock";
static const char unknown[] =
	"there is no rate, and nothing to measure it with";

/* What 'tscal help COMMAND' says and the overview does not. */
struct topic {
	const char *about;
	const char *page;	       /* the manual page to read */
	const char *exits[EXIT_TEXTS]; /* by exit code; NULL: never */
};

#define RATE_EXITS                                                             \
	{                                                                      \
		fine, failed, below, conflict, unusable, unknown               \
	}

static const struct topic topics[CMD_COUNT] = {
	[CMD_REPORT] = {NULL, "tscal", RATE_EXITS},
	[CMD_HZ] = {"Calibrates, and prints the rate alone, in Hz with three "
		    "decimals.",
		"tscal", RATE_EXITS},
	[CMD_KHZ] = {"Calibrates, and prints the rate alone, in whole kHz.",
		"tscal", RATE_EXITS},
	[CMD_HV] = {"Prints which hypervisor this is, and the evidence; with "
		    "FILE, of the machine\nrecorded there ('-': standard "
		    "input).  Measures nothing.",
		"tscal", {fine, failed}},
	[CMD_SOURCES] = {"Prints which sources could be read here and which "
			 "could not, and why.\nMeasures nothing.",
		"tscal", {fine, failed}},
	[CMD_RECORD] = {"Calibrates, prints the report, and writes everything "
			"that was read into FILE,\nwhich must not exist yet.  "
			"'-' is standard output; then no report is printed.",
		"tscal", {fine, failed}},
	[CMD_REPLAY] = {"Prints the report on the machine that was recorded in "
			"FILE ('-': standard\ninput).",
		"tscal", RATE_EXITS},
	[CMD_ANCHOR] = {"Prints one line, by which 'tscal convert --line' "
			"turns stamps of this boot into\ntime.",
		"tscal", RATE_EXITS},
	[CMD_CONVERT] = {"Turns the TSC stamps of FILE, or of standard input, "
			 "into time, and leaves\neverything else as it is.",
		"tscal-convert",
		{fine, failed, NULL, conflict, unusable, unknown}},
	[CMD_CLOCK] = {"Runs a clock of <tscal/clock.h> for a while, and "
		       "prints how far it was off the\nclock that it follows.",
		"tscal-clock",
		{fine, failed, NULL,
			"a reading stepped back, or was outside its bound",
			"the clock does not run on the TSC"}},
	[CMD_COMPARE] = {"Asks every source many times, and prints how far off "
			 "each one is.",
		"tscal-compare",
		{fine, failed, NULL, NULL,
			"no source gave a number, or RDTSC is disabled"}},
	[CMD_SYNC] =
		{"Compares the TSCs of the CPUs that this process may use, "
		 "and prints how far\napart they may be.  Without "
		 "--budget-ms it takes up to 80 ms for each pair.",
			"tscal-sync",
			{fine, failed, NULL, NULL, "a difference is proven",
				"the CPUs could not be compared"}},
	[CMD_BENCH] = {"Measures what reading the TSC and the clocks of the "
		       "system costs.",
		"tscal-bench",
		{fine, failed, NULL, NULL,
			"there is no rate, or the TSC may not be used"}},
	[CMD_HELP] = {"Prints an overview, or what one COMMAND does, with its "
		      "options.",
		"tscal", {fine, failed}},
};

static void entry(FILE *f, const char *left, const char *help)
{
	const size_t column = 34;
	size_t at = strlen(left) + 2;

	fprintf(f, "  %s", left);
	if (at + 2 > column) {
		fputc('\n', f);
		at = 0;
	}
	fprintf(f, "%*s%s\n", (int)(column - at), "", help);
}

/* The rows of tscal clock; in parentheses the keys of its JSON. */
static void clock_help(FILE *f)
{
	static const struct {
		const char *left, *help;
	} rows[] = {
		{"error ns (error_ns)",
			"distance from the middle of a bracket"},
		{"bracket ns (bracket_ns)",
			"half of it: the resolution of the error"},
		{"bound ns (bound_ns)", "the largest error that the clock "
					"states"},
		{"outside (outside_bound)",
			"readings whose error exceeds their bound"},
		{"  (outside_before_break)",
			"more, just before a break was noticed"},
		{"doubted (doubted)", "readings the clock marked as doubtful"},
		{"back (back)", "readings less than the one before"},
		{"beyond (beyond_bracket_ns)",
			"the largest distance outside a bracket"},
		{"slow (slow)", "readings by clock_gettime() instead"},
		{"updates (updates)", "comparisons with the system's clock"},
		{"  (breaks)", "updates that left the TSC for a while"},
		{"  (bound_exceeded)",
			"updates that found the clock outside its bound"},
		{"lapses (lapses)", "updates that came too late"},
		{"events (events)", "what updates noticed: tscal_clock(3)"},
		{"generation (generation)", "changes after each break"},
	};

	fputs("\nwhat 'tscal clock' prints; a bracket is two readings of "
	      "clock_gettime() around\n"
	      "one of the clock; in parentheses the key with --json:\n",
		f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		entry(f, rows[i].left, rows[i].help);
}

static void options_of(FILE *f, enum command_id command)
{
	char left[64];

	for (size_t i = 0; i < N_OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];
		char letter[8] = "";

		if (command != CMD_REPORT && !(row->where & 1U << command))
			continue;
		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, row->name,
			row->arg ? " " : "", row->arg ? row->arg : "");
		entry(f, left, row->help);
	}
}

static void exits_of(FILE *f, enum command_id command)
{
	const char *const *exits = topics[command].exits;

	fputs("\nexit status:\n", f);
	for (int code = 0; code < EXIT_TEXTS; code++)
		if (exits[code])
			fprintf(f, "  %d  %s\n", code, exits[code]);
	if (exits[EXIT_CONFLICT])
		fputs("If several apply: 1 if it is among them, else the "
		      "highest.\n",
			f);
}

static void overview(FILE *f)
{
	char left[64];

	fputs("usage: tscal [OPTION...] [COMMAND [FILE]]\n\n"
	      "How fast the time-stamp counter of this machine ticks, how sure "
	      "that is, and\nwhether it may be used as a clock.\n\n"
	      "commands:\n",
		f);
	for (int c = 0; c < CMD_COUNT; c++) {
		snprintf(left, sizeof(left), "%s %s",
			commands[c].name ? commands[c].name : "(none)",
			commands[c].arg ? commands[c].arg : "");
		entry(f, left, commands[c].help);
	}
	fputs("\noptions, before or after the command ('tscal help COMMAND': "
	      "those of one):\n",
		f);
	options_of(f, CMD_REPORT);
	exits_of(f, CMD_REPORT);
}

void usage_help(FILE *f, enum command_id command)
{
	const struct command *cmd = &commands[command];
	const struct topic *topic = &topics[command];

	if (command == CMD_REPORT) {
		overview(f);
		return;
	}
	fprintf(f, "usage: tscal [OPTION...] %s%s%s\n\n%s\n\noptions:\n",
		cmd->name, cmd->arg ? " " : "", cmd->arg ? cmd->arg : "",
		topic->about);
	options_of(f, command);
	if (command == CMD_CLOCK)
		clock_help(f);
	exits_of(f, command);
	fprintf(f, "\nMore: man %s\n", topic->page);
}
