/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "calib/judge/rate_sentence.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "plat/text.h"

void rate_add(struct tscal_info *info, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(info->rate_sentence, sizeof(info->rate_sentence), fmt, ap);
	va_end(ap);
}

bool rate_add_whole(struct tscal_info *info, const char *fmt, ...)
{
	va_list ap;
	bool fits;

	va_start(ap, fmt);
	fits = text_vwhole(
		info->rate_sentence, sizeof(info->rate_sentence), fmt, ap);
	va_end(ap);
	return fits;
}

const char *rate_distance(double hz, double from, char *buf, size_t size)
{
	double d = fabs(ppm(hz, from));
	const char *unit = d < 1e4 ? "ppm" : "%";
	const char *side = hz > from ? "above" : "below";

	if (d >= 1e4)
		d /= 1e4;
	if (d < 0.05)
		snprintf(buf, size, "within 0.05 ppm");
	else if (d < 999.5)
		snprintf(buf, size, "%.3g %s %s", d, unit, side);
	else
		snprintf(buf, size, "%.0f %s %s", d, unit, side);
	return buf;
}

void rate_distance_of(double hz, double from, char *buf, size_t size)
{
	char d[32];

	rate_distance(hz, from, d, sizeof(d));
	text_printf(buf, size, "%s%s", d, d[0] == 'w' ? " of" : "");
}

size_t rate_count(const struct rate_view *v, enum tscal_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		n += v->est[i].line.status == status;
	return n;
}
