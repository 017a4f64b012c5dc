/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/*
 * Evidence of a hypervisor outside its CPUID leaves: firmware, the kernel, the
 * CPU's name, files of containers.  It is shown with the place where it was
 * read and compared with CPUID; only what the kernel found itself may replace
 * CPUID (kernel_layer.c).
 */
#ifndef TSCAL_HV_EVIDENCE_H
#define TSCAL_HV_EVIDENCE_H

#include <tscal/hv.h>

#include "hv/acpi.h"

/* The places of evidence, as bits, in the order in which they are read. */
enum hv_place {
	HV_AT_PRODUCT = 1 << 0,	  /* DMI product_name */
	HV_AT_SYS = 1 << 1,	  /* DMI sys_vendor */
	HV_AT_BOARD = 1 << 2,	  /* DMI board_vendor */
	HV_AT_BIOS = 1 << 3,	  /* DMI bios_vendor */
	HV_AT_VERSION = 1 << 4,	  /* DMI product_version */
	HV_AT_SMBIOS = 1 << 5,	  /* the bit for virtual machines */
	HV_AT_FADT = 1 << 6,	  /* ACPI's hypervisor id */
	HV_AT_OEM = 1 << 7,	  /* ACPI's OEM id */
	HV_AT_WAET = 1 << 8,	  /* ACPI's table of emulated devices */
	HV_AT_TREE = 1 << 9,	  /* a device tree */
	HV_AT_SYS_HV = 1 << 10,	  /* /sys/hypervisor/type */
	HV_AT_CAPS = 1 << 11,	  /* /proc/xen/capabilities */
	HV_AT_FEATURES = 1 << 12, /* Xen's features */
	HV_AT_RELEASE = 1 << 13,  /* the kernel's release */
	HV_AT_VMCLOCK = 1 << 14,  /* a VMClock device */
	HV_AT_CLOCKS = 1 << 15,	  /* available_clocksource */
	HV_AT_LEAF_0 = 1 << 16,	  /* CPUID's vendor */
	HV_AT_SYSTEMD = 1 << 17,  /* what systemd noted of its container */
	HV_AT_MANAGER = 1 << 18,  /* what a container manager wrote */
	HV_AT_DOCKER = 1 << 19,	  /* Docker's file */
};
#define HV_AT_DMI                                                              \
	(HV_AT_PRODUCT | HV_AT_SYS | HV_AT_BOARD | HV_AT_BIOS | HV_AT_VERSION)
#define HV_AT_CONTAINER (HV_AT_SYSTEMD | HV_AT_MANAGER | HV_AT_DOCKER)
#define HV_AT_ALL ((1 << 20) - 1)

/* How a row's text is compared with the place's content. */
enum hv_how {
	HV_STARTS,   /* at its start */
	HV_WHOLE,    /* it is all of it */
	HV_CONTAINS, /* anywhere in it */
};

/* A row: a text at some places, and what it names. */
struct hv_evidence_row {
	unsigned places; /* enum hv_place */
	enum hv_how how;
	const char *text;
	const char *name; /* for people; NULL: the content */
	enum tscal_hv_means means;
	/* The vendor that CPUID ought to show, "" if several. */
	const char *vendor;
	/* Others that it agrees with, separated by blanks; NULL: any. */
	const char *others;
	/* CPUID need not set its bit where this is found: a Xen PV domain shows
	 * the host's CPUID, an emulator of programs the CPU it makes up. */
	bool without_bit;
	bool dom0; /* Xen's control domain */
};

/* Row i of the table, NULL beyond the last. */
const struct hv_evidence_row *hv_evidence_row_at(size_t i);
/* The row for the content of a place, NULL if it means nothing. */
const struct hv_evidence_row *hv_evidence_row_for(
	enum hv_place place, const char *text);

struct hv_evidence_item {
	enum hv_place place;
	const struct hv_evidence_row *row;
	struct tscal_hv_evidence shown;
};

/* What one run has read so far, sorted by place; zeroed at first. */
struct hv_evidence {
	unsigned places; /* that were read, enum hv_place */
	/* Of those, files that the recording does not hold: DMI alone. */
	unsigned unrecorded;
	size_t n;
	bool truncated;
	struct hv_evidence_item item[TSCAL_HV_EVIDENCE_MAX];
	struct acpi_fadt fadt;
};

/* Read those of these places (enum hv_place) that were not read yet.  Items of
 * other places may be there too. */
void hv_evidence_read(
	struct tscal_platform *plat, unsigned places, struct hv_evidence *ev);

/* 'DMI sys_vendor is "QEMU"', for the start or the middle of a sentence. */
void hv_evidence_phrase(
	const struct tscal_hv_evidence *e, char *buf, size_t size);

/* The first piece that means a virtual machine, as a phrase with where it was
 * read, such as 'DMI sys_vendor is "QEMU"'; an empty string and false if there
 * is none. */
bool hv_evidence_virtual(struct tscal_platform *plat, struct hv_evidence *ev,
	char *buf, size_t size);

/* Whether what is at these places names this vendor, by its id. */
bool hv_evidence_names(struct tscal_platform *plat, unsigned places,
	struct hv_evidence *ev, const char *vendor);
/* Whether DMI or ACPI (which only root can read) names this vendor, by its id.
 */
bool hv_firmware_names(struct tscal_platform *plat, struct hv_evidence *ev,
	const char *vendor);

/* Whether this is Xen's control domain. */
bool hv_evidence_dom0(struct tscal_platform *plat, struct hv_evidence *ev);
/* Whether firmware reports a virtual machine other than Xen's.  Xen's control
 * domain sees the machine's own firmware: Xen itself runs in that virtual
 * machine. */
bool hv_evidence_below_xen(struct tscal_platform *plat, struct hv_evidence *ev,
	char *buf, size_t size);

#endif /* TSCAL_HV_EVIDENCE_H */
