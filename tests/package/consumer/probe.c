/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include <stdio.h>
#include <tscal/probe.h>
#include <tscal/sync.h>
#include <tscal/tscal.h>

/* The verdict depends on the machine; that there is one does not. */
static int compare_cpus(void)
{
	struct tscal_sync_opts opts = TSCAL_SYNC_OPTS_INIT;
	struct tscal_sync_result *result;
	const struct tscal_sync_info *info;
	int bad;

	opts.budget_ms = 100;
	if (tscal_sync(&opts, &result))
		return 1;
	info = tscal_sync_result_info(result);
	bad = !info->sentence[0] || info->cpus < 1 ||
	      !tscal_sync_result_cpu(result, info->cpus - 1) ||
	      tscal_sync_result_cpu(result, info->cpus) ||
	      tscal_sync_result_pair(result, info->pairs) ||
	      *tscal_sync_verdict_str(info->verdict) == '?';
	tscal_sync_free(result);
	return bad;
}

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
	return rc || tscal_platform_free(opts.platform) || compare_cpus();
}
