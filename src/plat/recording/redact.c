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

size_t redact_contents(const char *path, char *text, size_t len)
{
	return strcmp(path, "/proc/cmdline") ? len : redact_words(text, len);
}
