/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Where firmware says that the ACPI PM timer is. */
#ifndef TSCAL_ACPI_H
#define TSCAL_ACPI_H

#include "plat/plat.h"

/*
 * The PM timer of a FADT (ACPI 6.5, 5.2.9), which may be any bytes.  Returns 0
 * with port and width, -ENOENT when there is none, -EBADMSG when the table is
 * damaged or says what cannot be; why then holds a sentence.
 */
int acpi_fadt_pm_timer(const uint8_t *fadt, size_t size, struct plat_where *out,
	char *why, size_t why_size);

/*
 * The same from this machine's tables, and whether reads of it need to be
 * verified.  Returns as above or -errno of reading the table, and why as above.
 */
int acpi_find_pm_timer(struct tscal_platform *plat, struct plat_where *out,
	char *why, size_t why_size);

#endif /* TSCAL_ACPI_H */
