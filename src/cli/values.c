/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A decimal number from min to max, and nothing else. */
bool take_number(const char *option, const char *word, unsigned min,
	unsigned max, uint32_t *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(word, &end, 10);
	/* strtoul() accepts a sign and leading blanks. */
	if (errno || *end || word[0] < '0' || word[0] > '9' || n < min ||
		n > max) {
		usage_error("--%s takes a number from %u to %u, not '%s'",
			option, min, max, word);
		return false;
	}
	*out = (uint32_t)n;
	return true;
}

bool take_only(const char *list, uint64_t *only)
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

bool take_require(const char *word, enum tscal_rate *require)
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

bool take_probe(const char *word, enum probe_level *probe)
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

bool take_ppm(const char *word, double *ppm)
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

bool take_duration(const char *word, double *seconds)
{
	if (!take_real(word, seconds) ||
		!(*seconds >= 0.1 && *seconds <= 604800)) {
		usage_error("--duration takes seconds from 0.1 to 604800, "
			    "not '%s'",
			word);
		return false;
	}
	return true;
}

bool take_hz(const char *word, double *hz)
{
	if (!take_real(word, hz) ||
		!(*hz > TSCAL_CONV_HZ_ABOVE && *hz <= TSCAL_CONV_HZ_MAX)) {
		usage_error("--hz takes a rate above 250000000, up to "
			    "20000000000, such as 2.6e9, not '%s'",
			word);
		return false;
	}
	return true;
}

/* Which of some words it is; -1 after a message. */
static int take_word_of(const char *option, const char *word,
	const char *const *words, size_t n, const char *list)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return (int)i;
	usage_error("--%s takes %s, not '%s'", option, list, word);
	return -1;
}

bool take_format(const char *word, bool *u64)
{
	static const char *const words[] = {"text", "u64"};
	int i = take_word_of("format", word, words, 2, "text or u64");

	*u64 = i == 1;
	return i >= 0;
}

bool take_unit(const char *word, enum unit *unit)
{
	/* In the order of enum unit. */
	static const char *const words[] = {"ns", "us", "ms", "s"};
	int i = take_word_of("to", word, words, 4, "ns, us, ms or s");

	*unit = i < 0 ? UNIT_NS : (enum unit)i;
	return i >= 0;
}

bool take_clock(const char *word, int *clock_id)
{
	*clock_id = tscal_clock_id_by_name(word);
	/* None is a clock of lines, and of no machine. */
	if (*clock_id >= 0)
		return true;
	usage_error("--clock takes realtime, monotonic, raw, boottime or tai, "
		    "not '%s'",
		word);
	return false;
}
