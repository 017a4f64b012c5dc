/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What the kernel wrote about the TSC's rate at boot. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "cli/reference.h"

/* syslog(2), which has no header for these. */
#define SYSLOG_ACTION_READ_ALL 3
#define SYSLOG_ACTION_SIZE_BUFFER 10
/* No TSC is beyond: 1 THz. */
#define MHZ_MAX 1000000

/* The text before and after the MHz; the kernel replaces later ones of these
 * by earlier ones (Linux, arch/x86/kernel/tsc.c). */
static const struct {
	const char *before, *after;
} messages[] = {
	{"tsc: Refined TSC clocksource calibration: ", " MHz"},
	{"tsc: Detected ", " MHz TSC"},
	{"tsc: Detected ", " MHz processor"},
};
#define N_MESSAGES (sizeof(messages) / sizeof(*messages))

/* "2445.430", with three digits after the point, always; 0: it is not.  end:
 * what follows. */
static uint64_t khz_of(const char *text, const char **end)
{
	char *after;
	unsigned long mhz, khz;

	if (!isdigit((unsigned char)*text))
		return 0;
	mhz = strtoul(text, &after, 10);
	if (*after != '.' || mhz > MHZ_MAX || !isdigit((unsigned char)after[1]))
		return 0;
	text = after + 1;
	khz = strtoul(text, &after, 10);
	*end = after;
	return after == text + 3 ? mhz * 1000 + khz : 0;
}

static uint64_t find(const char *text, const char *before, const char *after,
	struct kernel_log *out)
{
	uint64_t khz = 0;

	for (const char *p = strstr(text, before); p;
		p = strstr(p + 1, before)) {
		const char *end = p;

		khz = khz_of(p + strlen(before), &end);
		if (!khz || strncmp(end, after, strlen(after)))
			continue;
		snprintf(out->line, sizeof(out->line), "%.*s",
			(int)(end - p) + (int)strlen(after), p);
		return khz;
	}
	return 0;
}

void kernel_log_find(const char *text, struct kernel_log *out)
{
	*out = (struct kernel_log){0};
	for (size_t i = 0; i < N_MESSAGES && !out->khz; i++)
		out->khz = find(
			text, messages[i].before, messages[i].after, out);
	if (!out->khz)
		snprintf(out->line, sizeof(out->line),
			"the kernel's log does not show it, or no longer "
			"shows it");
}

void kernel_log_read(struct kernel_log *out)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0), n = -1;
	char *text = size > 0 ? malloc((size_t)size + 1) : NULL;

	if (text)
		n = klogctl(SYSLOG_ACTION_READ_ALL, text, size);
	if (n < 0) {
		*out = (struct kernel_log){
			.line = "the kernel's log cannot be read here"};
	} else {
		text[n] = '\0';
		kernel_log_find(text, out);
	}
	free(text);
}
