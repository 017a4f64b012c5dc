/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "cli/format.h"

#include <math.h>
#include <stdio.h>

void format_hz(char *out, size_t size, double hz, double lo, double hi)
{
	snprintf(out, size, "%.*f", hi - lo < 1 ? 3 : 0, hz);
}

/* Smaller bounds do not matter, and would need an exponent. */
#define BOUND_MIN_PPM 1e-4

void format_bound(char *out, size_t size, double ppm)
{
	double unit = 1;

	if (!(ppm < 1e9)) {
		snprintf(out, size, "any");
		return;
	}
	if (ppm < BOUND_MIN_PPM) {
		snprintf(out, size, "%g", ppm > 0 ? BOUND_MIN_PPM : 0);
		return;
	}
	while (ppm / unit >= 100)
		unit *= 10;
	while (ppm / unit < 10)
		unit /= 10;
	/* The small change keeps 12.000000001 from becoming 13. */
	snprintf(out, size, "%.10g", ceil(ppm / unit - 1e-6) * unit);
}

double bound_ppm(double hz, double lo, double hi)
{
	return (hi - hz > hz - lo ? hi - hz : hz - lo) / hz * 1e6;
}

/* A distance in about four digits; far off it is a matter of percent. */
void format_distance(char *out, size_t size, double hz, double from)
{
	double ppm = (hz - from) / from * 1e6, size_ppm = fabs(ppm);

	if (size_ppm < 5e-4)
		snprintf(out, size, "0.000");
	else if (size_ppm >= 1e4)
		snprintf(out, size, "%+.3g %%", ppm / 1e4);
	else
		snprintf(out, size, "%+.*f",
			size_ppm < 10	 ? 3
			: size_ppm < 100 ? 2
					 : 1,
			ppm);
}
