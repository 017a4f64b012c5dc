/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
#include "hv/legacy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plat/text.h"

static const char *const dmi_files[] = {
	"sys_vendor", "product_name", "board_vendor", "bios_vendor"};
#define N_DMI (sizeof(dmi_files) / sizeof(*dmi_files))

static int read_dmi(
	struct tscal_platform *plat, size_t i, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/dmi/id/%s", dmi_files[i]);
	return text_read_line(plat, path, buf, size);
}

static bool starts_with_one_of(
	const char *text, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strncmp(text, names[i], strlen(names[i])))
			return true;
	return false;
}

bool hv_legacy_sign(struct tscal_platform *plat, char *buf, size_t size)
{
	/* What makers of virtual machines write, at the start of a string.
	 * "Amazon EC2" is not among them: its bare metal says so too. */
	static const char *const names[] = {"KVM", "QEMU", "OpenStack",
		"KubeVirt", "VMware", "VMW", "innotek GmbH", "VirtualBox",
		"Xen", "Bochs", "Parallels", "BHYVE", "Hyper-V", "SeaBIOS",
		"Apple Virtualization", "Google Compute Engine",
		"Virtual Machine"};
	char text[64];
	int n;

	for (size_t i = 0; i < N_DMI; i++) {
		if (read_dmi(plat, i, text, sizeof(text)) <= 0 ||
			!starts_with_one_of(
				text, names, sizeof(names) / sizeof(*names)))
			continue;
		snprintf(buf, size, "DMI %s is \"%s\"", dmi_files[i], text);
		return true;
	}
	/* ACPI 6.5, 5.2.6 (WAET): tells a guest about emulated timers.  The
	 * table is for root only; that it is there is enough. */
	n = text_read(
		plat, "/sys/firmware/acpi/tables/WAET", text, sizeof(text));
	if (n > 0 || n == -EACCES) {
		snprintf(buf, size, "ACPI has a WAET table");
		return true;
	}
	if (size)
		buf[0] = '\0';
	return false;
}

static bool dmi_is_one_of(
	struct tscal_platform *plat, const char *const *names, size_t n)
{
	char text[64];

	for (size_t i = 0; i < N_DMI; i++)
		if (read_dmi(plat, i, text, sizeof(text)) > 0 &&
			starts_with_one_of(text, names, n))
			return true;
	return false;
}

static bool dmi_is_virtualbox(struct tscal_platform *plat)
{
	static const char *const names[] = {"innotek", "VirtualBox", "Oracle"};

	return dmi_is_one_of(plat, names, 3);
}

bool hv_firmware_is_vmware(struct tscal_platform *plat)
{
	/* "VMware, Inc.", "VMware Virtual Platform", "VMware7,1", "VMW71". */
	static const char *const names[] = {"VMware", "VMW"};

	return dmi_is_one_of(plat, names, 2);
}

/* ACPI 6.5, 5.2.6: the OEM's id is bytes 10 to 15 of a table's header. */
static bool acpi_is_virtualbox(struct tscal_platform *plat)
{
	char header[17];

	return text_read(plat, "/sys/firmware/acpi/tables/FACP", header,
		       sizeof(header)) >= 14 &&
	       !memcmp(header + 10, "VBOX", 4);
}

bool hv_firmware_is_virtualbox(struct tscal_platform *plat)
{
	return dmi_is_virtualbox(plat) || acpi_is_virtualbox(plat);
}
