/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/format.h"

#include <math.h>
#include <stdio.h>

void format_bound(char *out, size_t size, double ppm)
{
	double unit = 1;

	if (!(ppm < 1e9)) {
		snprintf(out, size, "any");
		return;
	}
	while (ppm > 0 && ppm / unit >= 100)
		unit *= 10;
	while (ppm > 0 && ppm / unit < 10 && unit > 1e-9)
		unit /= 10;
	/* The small change keeps 12.000000001 from becoming 13. */
	snprintf(out, size, "%.10g",
		ppm > 0 ? ceil(ppm / unit - 1e-6) * unit : 0);
}

double bound_ppm(double hz, double lo, double hi)
{
	return (hi - hz > hz - lo ? hi - hz : hz - lo) / hz * 1e6;
}

/* A distance in about four digits; far off it is a matter of percent. */
void format_distance(char *out, size_t size, double hz, double from)
{
	double ppm = (hz - from) / from * 1e6, size_ppm = fabs(ppm);

	if (size_ppm >= 1e4)
		snprintf(out, size, "%+.3g %%", ppm / 1e4);
	else
		snprintf(out, size, "%+.*f",
			size_ppm < 10	 ? 3
			: size_ppm < 100 ? 2
					 : 1,
			ppm);
}
