/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* tscal sync: whether the CPUs' TSCs show the same time. */
#include "cli/cli.h"

#ifdef TSCAL_HAVE_PROBE
#include <string.h>

#include "cli/running.h"
#include "cli/sync/sync.h"

/* A test that takes less shows nothing meanwhile. */
#define SILENT_S 0.5

struct shown {
	double begun_s;
	bool any;
};

static int show(void *arg, uint32_t done, uint32_t all)
{
	struct shown *shown = arg;
	char line[PROGRESS_WIDTH + 1];

	if (running_s() - shown->begun_s > SILENT_S) {
		shown->any = true;
		snprintf(line, sizeof(line), "%u of %u pairs of CPUs compared",
			done, all);
		running_progress(line);
	}
	return running_stopped();
}

static int status(const struct tscal_sync_info *info)
{
	switch (info->verdict) {
	case TSCAL_SYNC_SYNCHRONISED:
		return EXIT_FINE;
	case TSCAL_SYNC_SKEWED:
		return EXIT_UNUSABLE;
	case TSCAL_SYNC_UNKNOWN:
		break;
	}
	return EXIT_UNKNOWN;
}

int cmd_sync(const struct options *opts)
{
	struct tscal_sync_opts how = TSCAL_SYNC_OPTS_INIT;
	struct tscal_sync_result *result = NULL;
	struct shown shown = {.begun_s = running_s()};
	int rc;

	how.flags = opts->all_pairs ? TSCAL_SYNC_ALL_PAIRS : 0;
	how.budget_ms = opts->calib.budget_ms;
	how.progress = show;
	how.arg = &shown;
	running_catch_signals();
	rc = tscal_sync(&how, &result);
	if (shown.any)
		running_progress("");
	if (rc)
		return complain("cannot compare the CPUs: %s", strerror(-rc));
	if (opts->json)
		rc = json_sync(result);
	else
		text_sync(result);
	if (!rc)
		rc = status(tscal_sync_result_info(result));
	tscal_sync_free(result);
	return rc;
}

#else

int cmd_sync(const struct options *opts)
{
	(void)opts;
	return complain("this tscal was built without libtscal-probe: it "
			"starts no threads on CPUs");
}

#endif
