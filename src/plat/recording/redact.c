/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "plat/recording/recording.h"

#include <ctype.h>
#include <string.h>

#include "plat/text.h"

bool redact_cpuid(uint32_t leaf)
{
	/* The processor serial number (Intel SDM vol. 2A, CPUID leaf 3). */
	return leaf == 3;
}

bool redact_msr(uint32_t msr)
{
	/* The protected processor inventory number: Intel SDM vol. 4,
	 * MSR_PPIN; AMD PPR for family 19h, PPIN. */
	return msr == 0x4f || msr == 0xc00102f1;
}

bool redact_file(const char *path)
{
	/* In the last part of the path: product_serial, board_asset_tag,
	 * product_uuid, boot_id, machine-id, serial_number. */
	static const char *const words[] = {
		"serial", "asset_tag", "uuid", "boot_id", "machine-id"};
	const char *name = strrchr(path, '/');

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(name ? name : path, words[i]))
			return true;
	return false;
}

/*
 * The kernel command line may hold disks, addresses and keys of any form, so
 * only words that are known to be harmless are kept: those about clocks (Linux,
 * Documentation/admin-guide/kernel-parameters.txt).
 */
static bool harmless(const char *word, size_t len)
{
	/* Behind "--" nothing is for the kernel: without it, it would be. */
	static const char *const names[] = {"--", "acpi_pm_good", "clocksource",
		"hpet", "idle", "intel_idle.max_cstate", "no-kvmclock",
		"no_timer_check", "nohpet", "nohz", "nohz_full", "nopv",
		"notsc", "pmtmr", "processor.max_cstate", "recalibrate_tsc",
		"tsc", "tsc_early_khz", "xen_nopv"};
	const char *equals;
	size_t n;

	if (len && *word == '"') {
		word++;
		len -= len > 1 && word[len - 2] == '"' ? 2 : 1;
	}
	equals = memchr(word, '=', len);
	n = equals ? (size_t)(equals - word) : len;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (text_is(word, n, names[i]))
			return true;
	return false;
}

static size_t redact_words(char *text, size_t len)
{
	size_t out = 0, from = 0;

	while (from < len) {
		size_t to = from;
		bool quoted = false, blank = false;

		/* Blanks between quotes separate nothing, and no value about
		 * clocks holds one. */
		for (; to < len; to++) {
			if (text[to] == '"')
				quoted = !quoted;
			if (isspace((unsigned char)text[to])) {
				if (!quoted)
					break;
				blank = true;
			}
		}
		if (!blank && harmless(text + from, to - from)) {
			if (out)
				text[out++] = ' ';
			memmove(text + out, text + from, to - from);
			out += to - from;
		}
		from = to + 1;
	}
	/* The file exists, even if nothing of it is kept.  All of it, without
	 * the newline, leaves no room for one. */
	if (out < len)
		text[out++] = '\n';
	return out;
}

/*
 * Of a process: what tells that a program runs it
 * (src/calib/facts/simulated.c). Its ids, groups and rights are left out, and
 * names of the user's programs.
 */
static bool tells_what_runs_it(const char *line, size_t len)
{
	static const char tracer[] = "TracerPid:", name[] = "Name:";
	static const char *const translators[] = {"qemu-", "-amd6"};

	if (len >= sizeof(tracer) - 1 &&
		!memcmp(line, tracer, sizeof(tracer) - 1))
		return true;
	if (len < sizeof(name) - 1 || memcmp(line, name, sizeof(name) - 1))
		return false;
	for (size_t i = 0; i < sizeof(translators) / sizeof(*translators); i++)
		if (memmem(line, len, translators[i], strlen(translators[i])))
			return true;
	return false;
}

static size_t redact_status(char *text, size_t len)
{
	static const char other[] = "Name:\t-\n";
	size_t out = 0, from = 0;

	while (from < len) {
		const char *end = memchr(text + from, '\n', len - from);
		size_t n = end ? (size_t)(end - text) + 1 - from : len - from;

		if (tells_what_runs_it(text + from, n)) {
			memmove(text + out, text + from, n);
			out += n;
		} else if (n >= sizeof(other) - 1 &&
			   !memcmp(text + from, "Name:", strlen("Name:"))) {
			memcpy(text + out, other, sizeof(other) - 1);
			out += sizeof(other) - 1;
		}
		from += n;
	}
	return out;
}

/* The name of the process that traces this one: rr, or one of the user's. */
static size_t redact_name(char *text, size_t len)
{
	if (!len || (len == 3 && !memcmp(text, "rr\n", 3)))
		return len;
	text[0] = '-';
	return 1;
}

static bool is_comm(const char *path)
{
	const char *name = strrchr(path, '/');

	return !strncmp(path, "/proc/", strlen("/proc/")) &&
	       !strcmp(name, "/comm");
}

size_t redact_contents(const char *path, char *text, size_t len)
{
	if (!strcmp(path, "/proc/cmdline"))
		return redact_words(text, len);
	if (!strcmp(path, "/proc/self/status"))
		return redact_status(text, len);
	return is_comm(path) ? redact_name(text, len) : len;
}
