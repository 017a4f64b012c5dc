/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which platform answers. */
#include <string.h>

#include "cli/cli.h"

#ifdef TSCAL_HAVE_PROBE
#include <tscal/probe.h>
#endif

static int open_live(const struct options *opts, struct machine *m)
{
	m->how = "passive";
	m->platform = tscal_platform_passive();
	if (opts->probe == PROBE_PASSIVE)
		return 0;
#ifdef TSCAL_HAVE_PROBE
	int rc = tscal_platform_probe(TSCAL_PROBE_DEVICES, &m->platform);

	if (rc) {
		complain("cannot probe devices: %s", strerror(-rc));
		return EXIT_FAILED;
	}
	m->how = "probing devices";
#else
	if (opts->probe == PROBE_DEVICES) {
		complain("this tscal was built without libtscal-probe: it "
			 "opens no devices");
		return EXIT_FAILED;
	}
#endif
	return 0;
}

int machine_open(const struct options *opts, struct machine *m)
{
	*m = (struct machine){0};
	return open_live(opts, m);
}

int machine_close(const struct options *opts, struct machine *m)
{
	int rc = tscal_platform_free(m->platform);

	tscal_platform_free(m->inner);
	if (rc)
		complain("%s: %s", opts->file ? opts->file : m->how,
			strerror(-rc));
	return rc ? EXIT_FAILED : 0;
}

struct tscal_report *machine_report(
	const struct options *opts, const struct machine *m)
{
	struct tscal_opts calib = opts->calib;
	struct tscal_report *report = NULL;
	int rc;

	calib.platform = m->platform;
	rc = tscal_report_new(&calib, &report);
	if (rc)
		complain("cannot calibrate: %s", strerror(-rc));
	return rc ? NULL : report;
}
