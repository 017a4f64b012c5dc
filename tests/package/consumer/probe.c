/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <stdio.h>
#include <tscal/probe.h>
#include <tscal/tscal.h>

int main(void)
{
	struct tscal_opts opts = TSCAL_OPTS_INIT;
	struct tscal_info info;
	int rc;

	if (tscal_platform_probe(TSCAL_PROBE_DEVICES, &opts.platform))
		return 1;
	rc = tscal_calibrate(&opts, &info);
	if (!rc)
		printf("%.0f Hz, %s\n", info.hz, tscal_rate_str(info.rate));
	return rc || tscal_platform_free(opts.platform);
}
