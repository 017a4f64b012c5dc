/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A PTP hardware clock (Linux, Documentation/driver-api/ptp.rst), read between
 * two RDTSCs: the ioctls that compare it with the system's clock carry no TSC.
 */
#include "calib/counters.h"
#include "calib/source.h"

/* IEEE 802.1AS-2020, B.1.1: within 100 ppm; a clock that a daemon disciplines
 * is far better. */
#define TOLERANCE_PPM 100

static void survey(const struct run *run, struct estimate *est)
{
	counters_survey(run, est, PLAT_COUNTER_PHC);
}

static void ask(struct run *run, struct estimate *est)
{
	const struct measured *m = &run->timer[PLAT_COUNTER_PHC];
	const struct facts *f = &run->facts;
	uint32_t root = TSCAL_ROOT_UNKNOWN;

	if (!counters_ask(run, est, PLAT_COUNTER_PHC))
		return;
	/* Not one of the timers that a host emulates: a network card's, or the
	 * host's own clock handed to its guests. */
	est->by_host_clock = f->ptp_is_host;
	if (f->ptp_is_host)
		root = TSCAL_ROOT_HV;
	else if (f->ptp < 8)
		root = TSCAL_ROOT_PHC(f->ptp);
	est_number(est, m->hz, m->lo, m->hi, root, "/dev/ptp%d%s: %s", f->ptp,
		f->ptp_is_host ? ", the host's clock" : "", m->sentence);
	est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_phc = {
	.id = TSCAL_SOURCE_PHC,
	.name = "phc",
	.kind = TSCAL_KIND_MEASURED,
	.probe = "devices",
	.needs = "/dev/ptpN; --probe devices",
	.survey = survey,
	.ask = ask,
};
