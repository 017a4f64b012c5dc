/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The commands and the options. */
#ifndef TSCAL_CLI_TABLES_H
#define TSCAL_CLI_TABLES_H

#include "cli/cli.h"

struct command {
	const char *name; /* NULL: what runs without a command */
	const char *arg;  /* "FILE", "[FILE]" if it may be left out, NULL */
	const char *help;
	int (*run)(const struct options *opts); /* NULL: of help */
};
extern const struct command commands[CMD_COUNT];

/* As what an argument is stored. */
enum take {
	TAKE_NOTHING, /* --help and --version */
	TAKE_BOOL,
	TAKE_FLAG,
	TAKE_TEXT,
	TAKE_WORD,
	TAKE_NUMBER,
	TAKE_FROM,  /* a real number from min to max */
	TAKE_ABOVE, /* the same, but not min itself */
	TAKE_ONLY,
	TAKE_REQUIRE,
	TAKE_CLOCK,
};

/* One row per option: the parser, the help text and the messages use it. */
struct option_row {
	const char *name;
	const char *arg; /* "N", or NULL; of TAKE_WORD the words */
	char letter;	 /* 0: none */
	unsigned where;	 /* bits 1 << enum command_id: where it has a meaning */
	const char *help;
	enum take take;
	size_t to; /* where in struct options it is stored */
	/* The range of a number; in min also the value of TAKE_BOOL, the
	 * bit of TAKE_FLAG, the value of the first word of TAKE_WORD. */
	double min, max;
};
/* Each needs a bit of an unsigned. */
#define N_OPTION_ROWS 30
extern const struct option_row option_rows[N_OPTION_ROWS];

/* Stores the argument of an option, NULL where it has none; false after a
 * message on what it takes. */
bool option_take(
	const struct option_row *row, const char *word, struct options *o);

#endif /* TSCAL_CLI_TABLES_H */
