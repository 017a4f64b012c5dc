/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <stdio.h>
#include <tscal/tscal.h>

int main(void)
{
	struct tscal_report *r;
	const struct tscal_info *i;

	if (tscal_report_new(NULL, &r))
		return 1;
	i = tscal_report_info(r);
	printf("%.3f Hz [%.3f %.3f] %s: %s\nuse %s: %s\n", i->hz, i->hz_lo,
		i->hz_hi, tscal_rate_str(i->rate), i->rate_sentence,
		tscal_use_str(i->use), i->use_sentence);
	for (size_t k = 0; k < tscal_report_count(r); k++) {
		const struct tscal_line *l = tscal_report_line(r, k);

		printf("%-12s %-10s %18.3f  %s\n", l->name,
			tscal_status_str(l->status), l->hz, l->sentence);
	}
	tscal_report_free(r);
	return 0;
}
