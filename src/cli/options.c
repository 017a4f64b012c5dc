/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The parser of the command line. */
#include <getopt.h>
#include <string.h>
#include <time.h>

#include "cli/tables.h"

#define BUDGET_DEFAULT_MS 50
#define RUNS_DEFAULT 20
#define DURATION_DEFAULT_S 10

/* getopt_long() returns this and the row's number for one without a letter. */
#define LONG_ONLY 256

static int id_of(size_t i)
{
	return option_rows[i].letter ? option_rows[i].letter
				     : LONG_ONLY + (int)i;
}

static const struct option_row *row_of(int id)
{
	for (size_t i = 0; i < N_OPTION_ROWS; i++)
		if (id_of(i) == id)
			return &option_rows[i];
	return NULL;
}

/* The command of that name; false after a message. */
static bool take_command(const char *word, enum command_id *command)
{
	const char *names[CMD_COUNT];
	size_t n = 0;

	for (int c = 0; c < CMD_COUNT; c++) {
		if (!commands[c].name)
			continue;
		names[n++] = commands[c].name;
		if (!strcmp(word, commands[c].name)) {
			*command = (enum command_id)c;
			return true;
		}
	}
	return usage_unknown("command", word, names, n);
}

/* A word that is no option: the command, then its file. */
static bool take_command_or_file(char *word, struct options *o, bool *command)
{
	if (!*command)
		return *command = take_command(word, &o->command);
	if (!commands[o->command].arg || o->file)
		return usage_error("'%s' is one argument too many", word);
	if (!*word && o->command != CMD_HELP)
		return usage_error("'' is not the name of a file");
	o->file = word;
	return true;
}

/* An unknown long option, or the beginning of several. */
static bool refuse_long(const char *word)
{
	const char *names[N_OPTION_ROWS];
	char bare[64], list[32 * N_OPTION_ROWS];
	size_t len = strcspn(word, "="), n = 0, at = 0;

	for (size_t i = 0; i < N_OPTION_ROWS; i++) {
		names[i] = option_rows[i].name;
		if (len <= 2 || strncmp(names[i], word + 2, len - 2) != 0)
			continue;
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s--%s",
			n++ ? ", " : "", names[i]);
	}
	if (n > 1)
		return usage_error(
			"option '%.*s' is ambiguous: %s", (int)len, word, list);
	/* "--jsn=1" is like "--json", whatever follows. */
	if (len >= sizeof(bare))
		return usage_unknown("option", word, names, N_OPTION_ROWS);
	snprintf(bare, sizeof(bare), "%.*s", (int)len, word);
	return usage_unknown("option", bare, names, N_OPTION_ROWS);
}

/* What getopt_long() did not like. */
static bool refuse(int c, char **argv)
{
	const struct option_row *row = row_of(optopt);

	if (row && c == ':')
		return usage_error("--%s needs %s", row->name, row->arg);
	if (row)
		return usage_error("--%s takes no argument", row->name);
	if (optopt)
		return usage_error("unknown option '-%c'", optopt);
	return refuse_long(argv[optind - 1]);
}

/* What getopt_long() found: an option, a word, or neither. */
static bool take(int c, char **argv, struct options *o, bool *command)
{
	const struct option_row *row = row_of(c);

	if (c == 1)
		return take_command_or_file(optarg, o, command);
	if (!row)
		return refuse(c, argv);
	return option_take(row, optarg, o);
}

static bool fits(const struct options *o, unsigned given)
{
	const struct command *cmd = &commands[o->command];

	for (size_t i = 0; i < N_OPTION_ROWS; i++)
		if (given & 1U << i &&
			!(option_rows[i].where & 1U << o->command))
			return usage_error("--%s has no meaning %s%s",
				option_rows[i].name,
				cmd->name ? "with " : "without a command",
				cmd->name ? cmd->name : "");
	if (o->calib.window_ms >
		(o->calib.budget_ms ? o->calib.budget_ms : BUDGET_DEFAULT_MS))
		return usage_error(
			"--window-ms %u needs a --budget-ms of at least %u",
			o->calib.window_ms, o->calib.window_ms);
	/* A recording answers as it was asked. */
	if (o->command == CMD_HV && o->file && o->probe != PROBE_DEFAULT)
		return usage_error("--probe has no meaning with hv and a FILE");
	if (o->convert.hz > 0 && o->convert.line)
		return usage_error(
			"--hz and --line both state the rate: give one");
	if (o->clock.slew && o->clock_id != CLOCK_REALTIME)
		return usage_error(
			"--slew has no meaning without --clock realtime");
	if (o->convert.format == CONVERT_U64 && o->convert.column)
		return usage_error("--column has no meaning with --format u64");
	/* The recording takes standard output. */
	if (o->command == CMD_RECORD && o->file && is_stdio(o->file) && o->json)
		return usage_error("--json has no meaning with record -");
	if (cmd->arg && cmd->arg[0] != '[' && !o->file)
		return usage_error("%s needs a %s", cmd->name, cmd->arg);
	return true;
}

/* The rest of the command line after --help: only the command matters. */
static enum parsed parse_help(int argc, char **argv, const char *shorts,
	const struct option *longs, struct options *o, bool command)
{
	int c;

	while (!command &&
		(c = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		if (c == 1 && !take_command_or_file(optarg, o, &command))
			return PARSED_BAD;
	if (!command && optind < argc &&
		!take_command_or_file(argv[optind], o, &command))
		return PARSED_BAD;
	return PARSED_HELP;
}

/* The command line without its pointer to the help. */
static enum parsed parse(int argc, char **argv, struct options *o)
{
	struct option longs[N_OPTION_ROWS + 1] = {0};
	/* Words are handed over where they stand, whatever POSIXLY_CORRECT
	 * says; ':' tells a missing argument from an unknown option. */
	char shorts[N_OPTION_ROWS + 3] = "-:";
	size_t n_shorts = 2;
	bool command = false;
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
		longs[i].val = id_of(i);
		if (option_rows[i].letter)
			shorts[n_shorts++] = option_rows[i].letter;
	}
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (c == 'h')
			return parse_help(
				argc, argv, shorts, longs, o, command);
		if (c == 'V')
			return PARSED_VERSION;
		if (!take(c, argv, o, &command))
			return PARSED_BAD;
		if (c >= LONG_ONLY)
			given |= 1U << (c - LONG_ONLY);
	}
	for (; optind < argc; optind++)
		if (!take_command_or_file(argv[optind], o, &command))
			return PARSED_BAD;
	if (!fits(o, given))
		return PARSED_BAD;
	if (!o->convert.column)
		o->convert.column = 1;
	if (o->command != CMD_HELP)
		return PARSED_RUN;
	o->command = CMD_REPORT;
	if (o->file && !take_command(o->file, &o->command))
		return PARSED_BAD;
	return PARSED_HELP;
}

enum parsed options_parse(int argc, char **argv, struct options *o)
{
	enum parsed parsed = parse(argc, argv, o);

	if (parsed == PARSED_BAD)
		usage_pointer(o->command);
	return parsed;
}
