/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The command: options in, one answer out, as text or as JSON. */
#ifndef TSCAL_CLI_H
#define TSCAL_CLI_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <tscal/tscal.h>

#include "cli/convert/convert.h"

/* Exit codes.  Of those that apply EXIT_FAILED comes first, because then the
 * answer did not arrive; else the highest. */
enum {
	EXIT_FINE = 0,
	EXIT_FAILED = 1, /* usage, or reading or writing */
	EXIT_BELOW = 2,	 /* below --require */
	EXIT_CONFLICT = 3,
	EXIT_UNUSABLE = 4, /* use no, or rate none although measured */
	EXIT_UNKNOWN = 5,  /* rate none, and nothing was measured */
};

enum command_id {
	CMD_REPORT,
	CMD_HZ,
	CMD_KHZ,
	CMD_HV,
	CMD_SOURCES,
	CMD_RECORD,
	CMD_REPLAY,
	CMD_ANCHOR,
	CMD_CONVERT,
	CMD_CLOCK,
	CMD_COMPARE,
	CMD_SYNC,
	CMD_BENCH,
	CMD_HELP,
	CMD_COUNT
};

enum probe_level {
	PROBE_DEFAULT, /* devices, where the command was built with them */
	PROBE_PASSIVE,
	PROBE_DEVICES,
	PROBE_PORTS,
};

/* Of convert. */
struct convert_options {
	unsigned column;			   /* 0: not given */
	enum { CONVERT_TEXT, CONVERT_U64 } format; /* lines, raw numbers */
	bool relative;				   /* to the first stamp */
	double hz;				   /* 0: not given */
	const char *line; /* file with a converter's line, or NULL */
	enum unit to;
};

/* Of clock. */
struct clock_options {
	uint32_t interval_ms; /* 0: the default */
	bool slew;
};

/* Of compare. */
struct compare_options {
	uint32_t runs;
	const char *html; /* file to write, or NULL */
};

struct options {
	enum command_id command;
	const char
		*file; /* of record, replay; of hv, convert, help, if given */
	int clock_id;  /* of anchor, clock */
	double duration_s; /* of clock; of compare's reference, at least */
	struct convert_options convert;
	struct clock_options clock;
	struct compare_options compare;
	bool json;
	bool all_pairs; /* of sync */
	bool all;	/* a line for each source, in text */
	bool redact;
	enum probe_level probe;
	enum tscal_rate require; /* TSCAL_RATE_NONE: nothing required */
	struct tscal_opts calib;
};

/* "-": standard input or output instead of a file. */
static inline bool is_stdio(const char *file)
{
	return file[0] == '-' && !file[1];
}

enum parsed { PARSED_RUN, PARSED_HELP, PARSED_VERSION, PARSED_BAD };

/* Fills in opts; errors have been reported on stderr. */
enum parsed options_parse(int argc, char **argv, struct options *opts);

/* The text of --help: of one command, or for CMD_REPORT an overview. */
void usage_help(FILE *f, enum command_id command);
/* "tscal: " and the message on stderr.  Returns false. */
__attribute__((format(printf, 1, 2))) bool usage_error(const char *fmt, ...);
/* The same for a word that is not one of some: the nearest is suggested. */
bool usage_unknown(
	const char *what, const char *word, const char *const *known, size_t n);
/* After such a message: which help to read. */
void usage_pointer(enum command_id command);

/* "tscal: " and the message on stderr.  Returns EXIT_FAILED. */
__attribute__((format(printf, 1, 2))) int complain(const char *fmt, ...);
__attribute__((format(printf, 1, 0))) void vcomplain(
	const char *fmt, va_list ap);

/* The file of record, replay or hv as messages and reports name it. */
const char *file_name(const struct options *opts);
/* Standard input copied into a file in memory: dumps are read more than once,
 * and a pipe can be read only once.  A descriptor, or -errno. */
int stdin_file(void);
/* A report on this machine or a recording: NULL after a message.  how, if not
 * NULL: by which platform, "passive", "probing devices". */
struct tscal_report *machine_report(
	const struct options *opts, const char **how);

int cmd_report(const struct options *opts);
int cmd_rate(const struct options *opts);
int cmd_hv(const struct options *opts);
int cmd_sources(const struct options *opts);
int cmd_anchor(const struct options *opts);
int cmd_convert(const struct options *opts);
int cmd_clock(const struct options *opts);
int cmd_compare(const struct options *opts);
int cmd_sync(const struct options *opts);
int cmd_bench(const struct options *opts);

/* The exit code for the verdicts; where no report is printed, explained. */
int exit_status(const struct options *opts, const struct tscal_info *info);
int explain_status(
	const struct options *opts, const struct tscal_report *report);
/* Where --target-ppm was missed: that, and what helps, on stderr. */
void explain_target(
	const struct options *opts, const struct tscal_report *report);
/* Whether the rate is known less well than --require asks. */
bool below_required(const struct options *opts, const struct tscal_info *info);
/* Whether --only leaves a source out. */
bool not_named(const struct options *opts, const struct tscal_line *line);

/* Text on stdout. */
void text_report(const struct options *opts, const char *how,
	const struct tscal_report *report);
void text_hv(const struct tscal_report *report);
void text_sources(const struct tscal_report *report);

/* JSON on stdout.  Return 0, or EXIT_FAILED after a message. */
int json_report(const struct tscal_report *report);
int json_rate(const struct tscal_info *info);
int json_hv(const struct tscal_report *report);
int json_sources(const struct tscal_report *report);

/* Room for size bytes of which each may become "\xNN". */
#define PRINTABLE_SIZE(size) ((size)*4 + 1)
/*
 * Text of a machine or a recording may hold any byte.  Copy n bytes, or up
 * to a NUL, with all but printable ASCII written as "\xNN", so that nothing
 * reaches a terminal as a command or JSON as broken UTF-8.
 */
const char *printable(char *out, size_t size, const char *in, size_t n);
/* A signature: as above, without trailing NULs. */
const char *printable_signature(
	char *out, size_t size, const struct tscal_hv_match *match);

#endif /* TSCAL_CLI_H */
