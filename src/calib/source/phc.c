/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * A PTP hardware clock (Linux, Documentation/driver-api/ptp.rst), read between
 * two RDTSCs: the ioctls that compare it with the system's clock return no TSC.
 */
#include "calib/source/source.h"

/* IEEE 802.1AS-2020, B.1.1: within 100 ppm; a clock that a daemon steers is far
 * better. */
#define TOLERANCE_PPM 100

static void read(const struct source_view *v, struct estimate *est)
{
	const struct measured *m =
		&v->measured->counters.timer[PLAT_COUNTER_PHC];
	const struct facts *f = v->facts;
	bool host = f->ptp_kind == FACTS_PTP_HOST;
	bool made = f->ptp_kind == FACTS_PTP_MADE;
	bool doubtful = f->ptp_kind == FACTS_PTP_DOUBTFUL && v->kernel->guest;
	uint32_t root = TSCAL_ROOT_UNKNOWN;

	if (!counter_read(v, est, PLAT_COUNTER_PHC, TSCAL_ROOT_UNKNOWN))
		return;
	/* Not a timer that the host emulates: a network card's clock, or the
	 * host's clock for its guests. */
	est->by_host_clock = host;
	if (host)
		root = TSCAL_ROOT_HV;
	else if (!made && !doubtful && f->ptp < 8)
		root = TSCAL_ROOT_PHC(f->ptp);
	est_number(est, m->out.hz, m->out.lo, m->out.hi, root,
		"/dev/ptp%d%s: %s", f->ptp,
		host	   ? ", the host's clock"
		: doubtful ? ", which the host may emulate"
		: made	   ? ", a virtual clock computed from other clocks"
			   : "",
		m->out.sentence);
	est->line.tolerance_ppm = TOLERANCE_PPM;
}

const struct source source_phc = {
	.id = TSCAL_SOURCE_PHC,
	.name = "phc",
	.kind = TSCAL_KIND_MEASURED,
	.counter = PLAT_COUNTER_BIT(PLAT_COUNTER_PHC),
	.probe = "devices",
	.needs = "/dev/ptpN; --probe devices",
	.read = read,
};
