/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <stdio.h>

#include "unit/asking.h"

TestSuite(brand, .init = init_metal);

struct brand {
	const char *text;
	double hz; /* 0: names none */
};

static const struct brand brands[] = {
	{"Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", 2.5e9},
	{"Intel(R) Core(TM) i7-6700K CPU @ 4.00GHz", 4e9},
	{"Intel(R) Pentium(R) III Mobile CPU @ 866MHz", 866e6},
	{"AMD EPYC 7742 64-Core Processor", 0},
	{"13th Gen Intel(R) Core(TM) i9-13900K", 0},
	{"CPU @ home", 0},
	{"CPU @ 2.50 GHz", 0},
	{"CPU @ 2.50THz", 0},
	{"CPU @ nanGHz", 0},
	{"CPU @ -2.5GHz", 0},
	{"CPU @ .5GHz", 0},
	{"CPU @ GHz", 0},
	{"@", 0},
	{"\?\?\?\?\?@\?\?\?\?", 0},
};

Test(brand, is_a_label_or_nothing)
{
	for (size_t i = 0; i < sizeof(brands) / sizeof(*brands); i++) {
		const struct brand *b = &brands[i];

		snprintf(run.facts.brand, sizeof(run.facts.brand), "%s",
			b->text);
		cr_expect(eq(int, STATUS(TSCAL_SOURCE_BRAND),
				  b->hz > 0 ? TSCAL_STATUS_HINT
					    : TSCAL_STATUS_ABSENT),
			"%s", b->text);
		cr_expect(
			ieee_ulp_eq(dbl, est.line.hz, b->hz, 1), "%s", b->text);
	}
	run.facts.brand[0] = '\0';
	cr_expect(eq(int, STATUS(TSCAL_SOURCE_BRAND), TSCAL_STATUS_ABSENT));
}
