/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* A sysfs file of an out-of-tree driver: the kernel's tsc_khz. */
#include "calib/source/source.h"
#include "plat/text.h"

#define PATH "/sys/devices/system/cpu/cpu0/tsc_freq_khz"

static void read(const struct source_view *v, struct estimate *est)
{
	char text[32];
	const char *end;
	double khz;
	int rc = text_read(v->plat, PATH, text, sizeof(text));

	est->by_kernel = true;
	if (rc < 0) {
		est_errno(est, rc, PATH);
		return;
	}
	khz = text_number(text, &end);
	if (*end || end == text)
		est_say(est, TSCAL_STATUS_ERROR, "\"%s\" is not a number",
			text);
	else
		/* The kernel truncates its rate to a kHz. */
		est_number(est, khz * 1e3, khz * 1e3, khz * 1e3 + 1e3,
			v->kernel->khz_roots, "the kernel's tsc_khz");
}

const struct source source_tsc_freq_khz = {
	.id = TSCAL_SOURCE_TSC_FREQ_KHZ,
	.name = "tsc-freq-khz",
	.kind = TSCAL_KIND_KERNEL,
	.needs = PATH,
	.read = read,
};
