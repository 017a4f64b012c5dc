/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* How often one run reads each file that is evidence of a hypervisor. */
#include "sim/pc.h"

static struct {
	const char *path;
	int reads;
} counted[] = {
	{"/sys/firmware/acpi/tables/FACP", 0},
	{"/sys/class/dmi/id/product_name", 0},
	{"/sys/class/dmi/id/sys_vendor", 0},
	{"/sys/class/dmi/id/board_vendor", 0},
	{"/sys/class/dmi/id/bios_vendor", 0},
	{"/sys/class/dmi/id/product_version", 0},
	{"/sys/firmware/dmi/entries/0-0/raw", 0},
	{"/sys/hypervisor/type", 0},
	{"/sys/hypervisor/properties/features", 0},
	{"/proc/xen/capabilities", 0},
	{"/run/systemd/container", 0},
};
#define N_COUNTED (sizeof(counted) / sizeof(*counted))

static int counting_read(
	struct tscal_platform *p, const char *path, void *buf, size_t size)
{
	for (size_t i = 0; i < N_COUNTED; i++)
		counted[i].reads += !strcmp(path, counted[i].path);
	return files_and_fadt(p, path, buf, size);
}

static void run_once(void)
{
	static struct plat_ops ops;

	ops = *sim.plat.ops;
	ops.read_file = counting_read;
	sim.plat.ops = &ops;
	calibrate(0);
	for (size_t i = 0; i < N_COUNTED; i++)
		cr_expect(eq(int, counted[i].reads, 1), "%s", counted[i].path);
}

Test(hv_reads, bare_metal_reads_each_file_once)
{
	pc(0, 0, 0);
	run_once();
}

Test(hv_reads,
	a_control_domain_of_xen_in_a_virtual_machine_reads_each_file_once)
{
	pc(0, 0, 0);
	sim_add_file(&sim, "/proc/xen/capabilities", "control_d\n");
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "QEMU\n");
	run_once();
}
