/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The frequency in the brand string, "... @ 2.40GHz" (Intel SDM vol. 2A, CPUID
 * leaves 0x80000002..4).  AMD's have none. */
#include <string.h>

#include "calib/source/source.h"
#include "plat/text.h"

static void read(const struct source_view *v, struct estimate *est)
{
	const char *brand = v->facts->brand, *at = strrchr(brand, '@');
	const char *end;
	double value, unit = 0, half;

	if (v->facts->brand_rc) {
		est_errno(est, v->facts->brand_rc, "the brand string");
		return;
	}
	if (!*brand) {
		est_say(est, TSCAL_STATUS_ABSENT, "no brand string");
		return;
	}
	value = at ? text_number(at + 1, &end) : 0;
	if (at && !strncmp(end, "GHz", 3))
		unit = 1e9;
	else if (at && !strncmp(end, "MHz", 3))
		unit = 1e6;
	if (!(value > 0) || unit == 0) {
		est_say(est, TSCAL_STATUS_ABSENT, "\"%s\" names no frequency",
			brand);
		return;
	}
	/* Two digits after the point. */
	half = unit == 1e9 ? 5e6 : 0.5e6;
	est_number(est, value * unit, value * unit - half, value * unit + half,
		TSCAL_ROOT_CPU, "\"%s\", a label", brand);
}

const struct source source_brand = {
	.id = TSCAL_SOURCE_BRAND,
	.name = "brand",
	.kind = TSCAL_KIND_NOMINAL,
	.needs = "a brand string that names a frequency",
	.read = read,
};
