/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The commands and the options. */
#ifndef TSCAL_CLI_TABLES_H
#define TSCAL_CLI_TABLES_H

#include "cli/cli.h"

struct command {
	const char *name; /* NULL: what runs without a command */
	const char *arg;  /* "FILE", "[FILE]" if it may be left out, or NULL */
	const char *help;
	int (*run)(const struct options *opts);
};
extern const struct command commands[CMD_COUNT];

struct option_row;
/* Stores the argument of an option, NULL where it has none; false after a
 * message on what it takes. */
typedef bool option_take(
	const struct option_row *row, const char *word, void *to);
option_take take_bool, take_flag, take_text, take_word, take_number, take_from,
	take_above, take_only, take_require, take_clock;

/* One row per option: the parser, the help text and the messages use it. */
struct option_row {
	const char *name;
	const char *arg; /* "N", or NULL; of take_word() the words */
	char letter;	 /* 0: none */
	unsigned where;	 /* bits 1 << enum command_id: where it has a meaning */
	const char *help;
	option_take *take; /* NULL: --help and --version */
	size_t to;	   /* where in struct options it is stored */
	/* The range of a number; in min also the value that take_bool()
	 * stores, the bit of take_flag(), the value of the first of
	 * take_word()'s words. */
	double min, max;
};
/* Each needs a bit of an unsigned. */
#define N_OPTION_ROWS 26
extern const struct option_row option_rows[N_OPTION_ROWS];

#endif /* TSCAL_CLI_TABLES_H */
