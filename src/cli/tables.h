/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The commands and the options. */
#ifndef TSCAL_CLI_TABLES_H
#define TSCAL_CLI_TABLES_H

#include "cli/cli.h"

enum {
	OPT_JSON = 256,
	OPT_BUDGET_MS,
	OPT_WINDOW_MS,
	OPT_TARGET_PPM,
	OPT_ONLY,
	OPT_REQUIRE,
	OPT_PROBE,
	OPT_PIT,
	OPT_NO_MEASURE,
	OPT_ASSUME_METAL,
	OPT_REDACT,
	OPT_NO_REDACT,
	OPT_CLOCK,
	OPT_DURATION,
	OPT_INTERVAL_MS,
	OPT_SLEW,
	OPT_RUNS,
	OPT_HTML,
	OPT_COLUMN,
	OPT_FORMAT,
	OPT_RELATIVE,
	OPT_TO,
	OPT_HZ,
	OPT_LINE,
	OPT_HELP,
	OPT_VERSION,
	OPT_END
};

struct command {
	const char *name; /* NULL: what runs without a command */
	const char *arg;  /* "FILE", "[FILE]" if it may be left out, or NULL */
	const char *help;
	int (*run)(const struct options *opts);
};
extern const struct command commands[CMD_COUNT];

/* One row per option: the parser, the help text and the messages use it. */
struct option_row {
	const char *name;
	const char *arg; /* "N", or NULL */
	char letter;	 /* 0: none */
	int id;
	unsigned where; /* bits 1 << enum command_id: where it has a meaning */
	const char *help;
};
/* One row for each. */
#define N_OPTION_ROWS (OPT_END - OPT_JSON)
extern const struct option_row option_rows[N_OPTION_ROWS];

#endif /* TSCAL_CLI_TABLES_H */
