/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Tables as firmware wrote them: nothing in them is used before the length and
 * the checksum are checked, and a port only in the range of such timers.
 */
#include "hv/acpi.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "plat/text.h"

/* ACPI 6.5, 5.2.6 (header), table 5.9 (FADT), table 5.1 (generic address). */
#define HEADER_SIZE 36
#define AT_LENGTH 4
#define AT_PM_TMR_BLK 76
#define AT_PM_TMR_LEN 91
#define AT_FLAGS 112
#define AT_X_PM_TMR_BLK 208
#define FADT_1_SIZE 116 /* ACPI 1.0 ends with the flags */
#define FADT_MAX 4096	/* 276 bytes by ACPI 6.5 */
#define GAS_SIZE 12
#define GAS_IO 1
#define FLAG_TMR_VAL_EXT (1u << 8) /* 32 bits, not 24 */
#define FLAG_HW_REDUCED (1u << 20) /* no such hardware at all */
/* Below are the ports of the ISA bus and the mainboard, some of which change
 * state when they are read; no chipset has its PM timer there. */
#define PORT_MIN 0x400
#define PORT_MAX 0xfffc
/* Windows ACPI Emulated Devices Table 1.0 (Microsoft; ACPI 6.5, 5.2.6 reserves
 * its signature): flags; bit 1: one read of the PM timer is enough. */
#define WAET_SIZE 40
#define AT_WAET_FLAGS 36
#define WAET_PM_GOOD (1u << 1)

#define FACP "/sys/firmware/acpi/tables/FACP"
#define WAET "/sys/firmware/acpi/tables/WAET"

static uint32_t word(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

__attribute__((format(printf, 3, 4))) static int fail(
	int rc, char why[TSCAL_SENTENCE], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	why[0] = '\0';
	text_vprintf(why, TSCAL_SENTENCE, fmt, ap);
	va_end(ap);
	return rc;
}

/* Whether size bytes are one whole table of that signature. */
static int check_table(const uint8_t *table, size_t size, const char *signature,
	size_t least, char why[TSCAL_SENTENCE])
{
	uint8_t sum = 0;
	uint32_t length;

	if (size < HEADER_SIZE || memcmp(table, signature, 4))
		return fail(
			-EBADMSG, why, "the ACPI table is no %s", signature);
	length = word(table + AT_LENGTH);
	if (length < least || length > FADT_MAX)
		return fail(-EBADMSG, why,
			"ACPI's %s states a length of %u bytes", signature,
			length);
	if (length > size)
		return fail(-EBADMSG, why,
			"ACPI's %s is cut off: %zu of its %u bytes", signature,
			size, length);
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + table[i]);
	if (sum)
		return fail(-EBADMSG, why, "ACPI's %s has a wrong checksum",
			signature);
	return 0;
}

/*
 * The extended block comes first where it is filled in (ACPI 6.5, table 5.9:
 * then PM_TMR_BLK must be ignored).
 */
static int find_port(
	const uint8_t *fadt, uint32_t *port, char why[TSCAL_SENTENCE])
{
	const uint8_t *gas = fadt + AT_X_PM_TMR_BLK;
	uint64_t address;

	if (word(fadt + AT_LENGTH) >= AT_X_PM_TMR_BLK + GAS_SIZE) {
		memcpy(&address, gas + 4, sizeof(address));
		if (address && gas[0] != GAS_IO)
			return fail(-ENOENT, why,
				"ACPI has the PM timer in address space %u, "
				"not at an I/O port",
				gas[0]);
		if (address) {
			*port = address > UINT32_MAX ? UINT32_MAX
						     : (uint32_t)address;
			return 0;
		}
	}
	*port = word(fadt + AT_PM_TMR_BLK);
	/* PM_TMR_LEN: 4 if there is one, else 0. */
	if (!*port || !fadt[AT_PM_TMR_LEN])
		return fail(-ENOENT, why, "ACPI's FADT names no PM timer");
	if (fadt[AT_PM_TMR_LEN] != 4)
		return fail(-EBADMSG, why,
			"ACPI's FADT has a PM timer of %u bytes",
			fadt[AT_PM_TMR_LEN]);
	return 0;
}

int acpi_fadt_pm_timer(const uint8_t *fadt, size_t size, struct plat_where *out,
	char why[TSCAL_SENTENCE])
{
	int rc = check_table(fadt, size, "FACP", FADT_1_SIZE, why);
	uint32_t flags, port = 0;

	if (rc)
		return rc;
	flags = word(fadt + AT_FLAGS);
	if (flags & FLAG_HW_REDUCED)
		return fail(-ENOENT, why,
			"ACPI is hardware-reduced here: no PM timer");
	rc = find_port(fadt, &port, why);
	if (rc)
		return rc;
	if (port < PORT_MIN || port > PORT_MAX)
		return fail(-EBADMSG, why,
			"ACPI's FADT has the PM timer at port 0x%x", port);
	*out = (struct plat_where){
		.number = port,
		.width = flags & FLAG_TMR_VAL_EXT ? 32 : 24,
	};
	return 0;
}

/* n bytes at an offset, if the table is of this revision or later. */
static void copy_id(char *id, const uint8_t *table, int size, size_t offset,
	size_t n, uint8_t revision)
{
	if (size >= (int)(offset + n) && table[8] >= revision)
		memcpy(id, table + offset, n);
}

void acpi_fadt_read(struct tscal_platform *plat, struct acpi_fadt *fadt)
{
	uint8_t table[FADT_MAX];
	int n;

	if (fadt->read)
		return;
	n = plat->ops->read_file(plat, FACP, table, sizeof(table));
	*fadt = (struct acpi_fadt){.read = true, .pm_rc = n};
	if (n == -ENOENT)
		(void)fail(n, fadt->why,
			"its I/O port is not known: this machine has no "
			"ACPI FADT");
	else if (n < 0)
		(void)fail(n, fadt->why,
			"its I/O port is not known: ACPI's FADT cannot be "
			"read (error %d)",
			-n);
	if (n < 0)
		return;
	/* ACPI 6.5, 5.2.6; and 5.2.9: since revision 6, of 276 bytes. */
	copy_id(fadt->oem_id, table, n, 10, 6, 0);
	copy_id(fadt->hypervisor_id, table, n, 268, 8, 6);
	fadt->pm_rc = acpi_fadt_pm_timer(
		table, (size_t)n, &fadt->pm_timer, fadt->why);
}

int acpi_find_pm_timer(struct tscal_platform *plat, struct acpi_fadt *fadt,
	struct plat_where *out)
{
	char why[TSCAL_SENTENCE];
	uint8_t table[FADT_MAX];
	int n;

	acpi_fadt_read(plat, fadt);
	if (fadt->pm_rc)
		return fadt->pm_rc;
	*out = fadt->pm_timer;
	/* Chipsets of the nineties did not latch the timer (PIIX4, ICH4: Linux
	 * acpi_pm.c); only this table excludes them. */
	n = plat->ops->read_file(plat, WAET, table, sizeof(table));
	out->verify = n < 0 ||
		      check_table(table, (size_t)n, "WAET", WAET_SIZE, why) ||
		      !(word(table + AT_WAET_FLAGS) & WAET_PM_GOOD);
	return 0;
}
