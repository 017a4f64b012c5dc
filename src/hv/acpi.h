/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* ACPI's FADT: its ids, and where it has the ACPI PM timer. */
#ifndef TSCAL_ACPI_H
#define TSCAL_ACPI_H

#include <tscal/calibrate.h>

#include "plat/plat.h"

/* What a run needs of this machine's FADT; zeroed before the first use. */
struct acpi_fadt {
	bool read; /* the rest is valid */
	/* As the table has them; "" where it does not. */
	char oem_id[7], hypervisor_id[9];
	int pm_rc; /* of acpi_fadt_pm_timer(), or -errno of reading */
	struct plat_where pm_timer;
	char why[TSCAL_SENTENCE];
};

/*
 * The PM timer of a FADT (ACPI 6.5, 5.2.9), which may be any bytes.  Returns 0
 * with port and width, -ENOENT when there is none, -EBADMSG when the table is
 * damaged or has an impossible value; why then holds a sentence.
 */
int acpi_fadt_pm_timer(const uint8_t *fadt, size_t size, struct plat_where *out,
	char why[TSCAL_SENTENCE]);

/* This machine's table, unless it was read before. */
void acpi_fadt_read(struct tscal_platform *plat, struct acpi_fadt *fadt);

/*
 * The PM timer of this machine's table, and whether reads of it need to be
 * verified.  Returns as above or -errno of reading the table; fadt->why then
 * holds a sentence.
 */
int acpi_find_pm_timer(struct tscal_platform *plat, struct acpi_fadt *fadt,
	struct plat_where *out);

#endif /* TSCAL_ACPI_H */
