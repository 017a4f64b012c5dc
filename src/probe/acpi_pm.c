/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* The ACPI PM timer at the port that the FADT names (ACPI 6.5, 4.8.3.3). */
#include <sys/io.h>

#include "probe/devices.h"

static inline uint64_t timer(struct worker_shared *sh)
{
	return inl((unsigned short)sh->where.number);
}

static int open_here(struct worker_shared *sh)
{
	int rc = ports_permit(sh->where.number, 4);

	sh->counter = (struct plat_counter){.num = 3579545,
		.den = 1,
		.width = sh->where.width,
		.spin = true,
		.verify = sh->where.verify};
	if (rc)
		return rc;
	return worker_advances(sh, timer);
}

static int burst(struct worker_shared *sh)
{
	return worker_loop(sh, timer, NULL);
}

static const struct worker_job job = {
	.name = "tscal-acpi-pm",
	.open = open_here,
	.burst = burst,
};

int acpi_pm_open(struct worker *w, const struct plat_where *where,
	struct plat_counter *out)
{
	/* Its port is not known. */
	if (!where)
		return -ENOENT;
	return worker_open(w, &job, where, NULL, out);
}
