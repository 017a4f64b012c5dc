/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/tables.h"

const struct command commands[CMD_COUNT] = {
	[CMD_REPORT] = {NULL, NULL, "calibrate and print a report", cmd_report},
	[CMD_HZ] = {"hz", NULL, "the rate alone, in Hz", cmd_rate},
	[CMD_KHZ] = {"khz", NULL, "the rate alone, in whole kHz", cmd_rate},
	[CMD_HV] = {"hv", "[FILE]",
		"which hypervisor this is, and the evidence", cmd_hv},
	[CMD_SOURCES] = {"sources", NULL,
		"what could be asked here; measures nothing", cmd_sources},
	[CMD_RECORD] = {"record", "FILE",
		"calibrate, and write all answers into FILE", cmd_report},
	[CMD_REPLAY] = {"replay", "FILE",
		"the report on the machine recorded in FILE", cmd_report},
	[CMD_ANCHOR] = {"anchor", NULL, "a line by which to convert stamps",
		cmd_anchor},
	[CMD_CONVERT] = {"convert", "[FILE]", "turn TSC stamps into time",
		cmd_convert},
	[CMD_CLOCK] = {"clock", NULL, "compare a clock with the system's",
		cmd_clock},
	[CMD_COMPARE] = {"compare", NULL, "how good every source is here",
		cmd_compare},
	[CMD_SYNC] = {"sync", NULL, "whether the CPUs' TSCs show the same time",
		cmd_sync},
	[CMD_BENCH] = {"bench", NULL, "what reading a clock costs here",
		cmd_bench},
	[CMD_HELP] = {"help", "[COMMAND]", "this, or the help of one COMMAND",
		NULL},
};

#define ON(command) (1U << CMD_##command)
#define ON_LIVE                                                                \
	(ON(REPORT) | ON(HZ) | ON(KHZ) | ON(SOURCES) | ON(RECORD) | ON(ANCHOR))
#define ON_RATE (ON_LIVE | ON(REPLAY))
#define ON_JSON                                                                \
	((ON_RATE & ~ON(ANCHOR)) | ON(HV) | ON(CLOCK) | ON(COMPARE) |          \
		ON(SYNC) | ON(BENCH))
#define ON_ALL                                                                 \
	(ON_RATE | ON(HV) | ON(CONVERT) | ON(CLOCK) | ON(COMPARE) | ON(SYNC) | \
		ON(BENCH) | ON(HELP))
#define ON_PROBE (ON_LIVE | ON(HV) | ON(COMPARE))
/* As what, and to which member of struct options. */
#define RANGE(as, member, min, max)                                            \
	as, offsetof(struct options, member), min, max
#define VALUE(as, member, value) RANGE(as, member, value, 0)
#define TO(as, member) RANGE(as, member, 0, 0)

const struct option_row option_rows[N_OPTION_ROWS] = {
	{"json", NULL, 0, ON_JSON, "print JSON instead of text",
		VALUE(TAKE_BOOL, json, true)},
	{"all", NULL, 0, ON(REPORT) | ON(RECORD) | ON(REPLAY),
		"report those not available or not asked too",
		VALUE(TAKE_BOOL, all, true)},
	{"budget-ms", "N", 0, ON_RATE | ON(SYNC),
		"at most N ms, 1 to 60000 (50; sync: no limit)",
		RANGE(TAKE_NUMBER, calib.budget_ms, 1, 60000)},
	{"window-ms", "N", 0, ON_RATE & ~ON(SOURCES),
		"measure for N ms, 1 to 4000 (10)",
		RANGE(TAKE_NUMBER, calib.window_ms, 1, 4000)},
	{"target-ppm", "P", 0, ON_RATE & ~ON(SOURCES),
		"measure on until bounds are +-P, or time is up",
		RANGE(TAKE_ABOVE, calib.target_ppm, 0, 1e6)},
	{"only", "SOURCE[,SOURCE]", 0, ON_RATE | ON(COMPARE),
		"ask these sources and no others", TO(TAKE_ONLY, calib.only)},
	{"require", "verified|consistent", 0,
		ON_RATE & ~(ON(SOURCES) | ON(RECORD)),
		"else exit with 2, and hz prints no number",
		TO(TAKE_REQUIRE, require)},
	{"probe", "passive|devices|ports", 0, ON_PROBE,
		"open nothing, devices (default), or ports too",
		VALUE(TAKE_WORD, probe, PROBE_PASSIVE)},
	{"pit", NULL, 0, ON_RATE | ON(COMPARE),
		"measure the PIT too (with --probe ports)",
		VALUE(TAKE_FLAG, calib.flags, TSCAL_OPT_PIT)},
	{"no-measure", NULL, 0, ON_RATE,
		"take reported numbers only; measure nothing",
		VALUE(TAKE_FLAG, calib.flags, TSCAL_OPT_NO_MEASURE)},
	{"assume-metal", NULL, 0, ON_RATE | ON(COMPARE),
		"use timers even if they look emulated",
		VALUE(TAKE_FLAG, calib.flags, TSCAL_OPT_ASSUME_METAL)},
	{"no-sync", NULL, 0, ON_LIVE & ~ON(SOURCES),
		"do not compare the CPUs' TSCs",
		VALUE(TAKE_FLAG, calib.flags, TSCAL_OPT_NO_SYNC)},
	{"trust-over-kernel", NULL, 0, ON_RATE & ~ON(SOURCES),
		"use a TSC it rejected, if the CPUs agree",
		VALUE(TAKE_FLAG, calib.flags, TSCAL_OPT_TRUST_OVER_KERNEL)},
	{"redact", NULL, 0, ON(RECORD), "leave serial numbers out (default)",
		VALUE(TAKE_BOOL, redact, true)},
	{"no-redact", NULL, 0, ON(RECORD), "keep them",
		VALUE(TAKE_BOOL, redact, false)},
	{"clock", "CLOCK", 0, ON(ANCHOR) | ON(CLOCK),
		"realtime, monotonic, raw, boottime, tai",
		TO(TAKE_CLOCK, clock_id)},
	{"duration", "SECONDS", 0, ON(CLOCK) | ON(COMPARE),
		"how long, 0.1 to 604800 (10)",
		RANGE(TAKE_FROM, duration_s, 0.1, 604800)},
	{"interval-ms", "N", 0, ON(CLOCK),
		"time between updates, 10 to 10000 (100)",
		RANGE(TAKE_NUMBER, clock.interval_ms, 10, 10000)},
	{"slew", NULL, 0, ON(CLOCK),
		"correct steps back gradually "
		"(realtime)",
		VALUE(TAKE_BOOL, clock.slew, true)},
	{"runs", "N", 0, ON(COMPARE), "runs of each source, 1 to 100000 (20)",
		RANGE(TAKE_NUMBER, compare.runs, 1, 100000)},
	{"all-pairs", NULL, 0, ON(SYNC), "compare each CPU with each other one",
		VALUE(TAKE_BOOL, all_pairs, true)},
	{"html", "FILE", 0, ON(COMPARE), "write a page with plots into FILE",
		TO(TAKE_TEXT, compare.html)},
	{"column", "N", 0, ON(CONVERT), "the column that holds the stamp (1)",
		RANGE(TAKE_NUMBER, convert.column, 1, 1000000)},
	{"format", "text|u64", 0, ON(CONVERT),
		"lines (default), or raw numbers of 64 bits",
		VALUE(TAKE_WORD, convert.format, CONVERT_TEXT)},
	{"relative", NULL, 0, ON(CONVERT), "time since the first stamp",
		VALUE(TAKE_BOOL, convert.relative, true)},
	{"to", "ns|us|ms|s", 0, ON(CONVERT), "the unit of what is printed (ns)",
		VALUE(TAKE_WORD, convert.to, UNIT_NS)},
	{"hz", "HZ", 0, ON(CONVERT), "the rate, instead of this machine's",
		RANGE(TAKE_ABOVE, convert.hz, TSCAL_CONV_HZ_ABOVE,
			TSCAL_CONV_HZ_MAX)},
	{"line", "FILE", 0, ON(CONVERT),
		"rate and epoch from a 'tscal anchor' line",
		TO(TAKE_TEXT, convert.line)},
	{"help", NULL, 'h', ON_ALL, "print this and exit", TAKE_NOTHING, 0, 0,
		0},
	{"version", NULL, 'V', ON_ALL, "print the version and exit",
		TAKE_NOTHING, 0, 0, 0},
};
