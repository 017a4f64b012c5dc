/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <stdio.h>
#include <tscal/tscal.h>

int main(void)
{
	struct tscal_info info;

	if (tscal_calibrate(NULL, &info))
		return 1;
	printf("%.0f Hz, %s\n", info.hz, tscal_rate_str(info.rate));
}
