/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What tells of a hypervisor outside its leaves, and what of it contradicts
 * them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit/fadt.h"
#include "hv/evidence.h"
#include "hv/ask_evidence.h"
#include "hv/describe.h"
#include "hv/vendor.h"
#include "plat/sim/sim.h"

#define DMI "/sys/class/dmi/id/"
#define AVAILABLE                                                              \
	"/sys/devices/system/clocksource/clocksource0/available_clocksource"

static struct sim sim;
static struct tscal_hv hv;

/* A machine whose CPUID shows this signature at the first base; NULL: none. */
static void machine(const char *signature, uint32_t ecx)
{
	uint32_t r[3] = {0};

	sim_init(&sim);
	memset(&hv, 0, sizeof(hv));
	sim_add_cpuid(&sim, 0, 0, 1, 0x756e6547, 0x6c65746e, 0x49656e69);
	sim_add_cpuid(
		&sim, 1, 0, 0, 0, ecx | (signature ? UINT32_C(1) << 31 : 0), 0);
	if (!signature)
		return;
	memcpy(r, signature, 12);
	sim_add_cpuid(&sim, 0x40000000, 0, 0x40000001, r[0], r[1], r[2]);
}

static void detect(void)
{
	cr_assert(eq(int, tscal_hv_detect(&sim.plat, &hv), 0));
}

static const struct tscal_hv_evidence *at(const char *where)
{
	for (size_t i = 0; i < hv.n_evidence; i++)
		if (!strcmp(hv.evidence[i].where, where))
			return &hv.evidence[i];
	return NULL;
}

static void expect(const char *where, const char *says, const char *name,
	enum tscal_hv_means means, const char *vendor)
{
	const struct tscal_hv_evidence *e = at(where);

	cr_assert(e != NULL, "nothing at %s", where);
	cr_expect(eq(str, (char *)e->says, (char *)says), "%s", where);
	cr_expect(eq(str, (char *)e->name, (char *)name), "%s", where);
	cr_expect(eq(int, e->means, means), "%s", where);
	cr_expect(eq(str, (char *)e->vendor, (char *)vendor), "%s", where);
}

static void expect_sentence(const char *sentence, const char *part)
{
	cr_expect(strstr(sentence, part) != NULL, "\"%s\" is not in \"%s\"",
		part, sentence);
}

Test(hv_evidence, a_machine_that_tells_nothing)
{
	machine(NULL, 0);
	sim_add_file(&sim, DMI "sys_vendor", "Dell Inc.\n");
	sim_add_file(&sim, DMI "product_name", "PowerEdge R650\n");
	sim_add_file(&sim, "/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
	sim_add_file(&sim, AVAILABLE, "tsc hpet acpi_pm \n");
	detect();
	cr_expect(eq(sz, hv.n_evidence, 0));
	cr_expect(zero(str, hv.contradiction));
	cr_expect(zero(str, hv.layers));
	cr_expect(zero(str, hv.timing));
}

Test(hv_evidence, what_stands_where)
{
	struct table facp = fadt_of_qemu(6), waet = table_of("WAET", 40);
	static const uint8_t type_0[24] = {0, 24, [0x13] = 1 << 4};

	memcpy(facp.bytes + 10, "FIRECK", 6);
	memcpy(facp.bytes + 268, "FIRECKVM", 8);
	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_file(&sim, DMI "product_name", "Google Compute Engine\n");
	sim_add_file(&sim, DMI "sys_vendor", "Amazon EC2\n");
	sim_add_file(&sim, DMI "bios_vendor", "SeaBIOS\n");
	sim_add_bytes(&sim, "/sys/firmware/dmi/entries/0-0/raw", type_0,
		sizeof(type_0));
	sim_add_bytes(&sim, FACP, facp.bytes, facp.size);
	sim_add_bytes(&sim, WAET, waet.bytes, waet.size);
	sim_add_file(&sim, "/sys/class/misc/vmclock0/dev", "10:125\n");
	sim_add_file(&sim, AVAILABLE, "tsc kvm-clock acpi_pm \n");
	sim_add_file(&sim, "/run/systemd/container", "docker\n");
	sim_add_file(&sim, "/run/host/container-manager", "podman\n");
	sim_add_file(&sim, "/.dockerenv", "");
	detect();
	expect("DMI product_name", "Google Compute Engine",
		"Google Compute Engine", TSCAL_HV_MEANS_VIRTUAL, "kvm");
	expect("DMI sys_vendor", "Amazon EC2", "Amazon EC2",
		TSCAL_HV_MEANS_EITHER, "");
	expect("DMI bios_vendor", "SeaBIOS", "SeaBIOS", TSCAL_HV_MEANS_VIRTUAL,
		"");
	expect("SMBIOS virtual machine bit", "", "", TSCAL_HV_MEANS_VIRTUAL,
		"");
	expect("ACPI hypervisor id", "FIRECKVM", "Firecracker",
		TSCAL_HV_MEANS_VIRTUAL, "kvm");
	expect("ACPI OEM id", "FIRECK", "Firecracker", TSCAL_HV_MEANS_VIRTUAL,
		"kvm");
	expect("ACPI table WAET", "", "", TSCAL_HV_MEANS_VIRTUAL, "");
	expect("/sys/class/misc/vmclock0", "", "VMClock",
		TSCAL_HV_MEANS_VIRTUAL, "");
	expect("available_clocksource", "kvm-clock", "KVM",
		TSCAL_HV_MEANS_VIRTUAL, "kvm");
	expect("/run/systemd/container", "docker", "Docker",
		TSCAL_HV_MEANS_CONTAINER, "");
	expect("/run/host/container-manager", "podman", "podman",
		TSCAL_HV_MEANS_CONTAINER, "");
	expect("/.dockerenv", "", "Docker", TSCAL_HV_MEANS_CONTAINER, "");
	cr_expect(eq(sz, hv.n_evidence, 12));
	cr_expect(not(hv.evidence_truncated));
	cr_expect(zero(str, hv.contradiction));
	expect_sentence(hv.layers, "container (Docker)");
}

Test(hv_evidence, a_table_that_root_alone_may_read_is_there_all_the_same)
{
	machine(NULL, 0);
	sim_add_file_error(&sim, WAET, -EACCES);
	sim_add_file_error(&sim, FACP, -EACCES);
	sim_add_file_error(&sim, "/.dockerenv", -EACCES);
	detect();
	expect("ACPI table WAET", "", "", TSCAL_HV_MEANS_VIRTUAL, "");
	cr_expect(eq(sz, hv.n_evidence, 1));
}

/* As of a service that may not see /sys/firmware. */
Test(hv_evidence, a_directory_that_is_closed_tells_of_no_table)
{
	machine(NULL, 0);
	sim_add_file_error(&sim, WAET, -EACCES);
	sim_add_file_error(&sim, "/sys/firmware/acpi/tables/tscal", -EACCES);
	detect();
	cr_expect(zero(sz, hv.n_evidence));
}

Test(hv_evidence, firmware_that_is_too_short_or_too_old_names_nobody)
{
	struct table facp = fadt_of_qemu(6);
	uint8_t type_0[20] = {0, 20, [0x13] = 1 << 4};

	memcpy(facp.bytes + 268, "FIRECKVM", 8);
	for (uint32_t size = 0; size < 276; size++) {
		machine(NULL, 0);
		sim_add_bytes(&sim, FACP, facp.bytes, size);
		/* Type 0 that says it ends before the byte. */
		type_0[1] = 19;
		sim_add_bytes(&sim, "/sys/firmware/dmi/entries/0-0/raw", type_0,
			size < 20 ? size : 20);
		detect();
		cr_expect(eq(sz, hv.n_evidence, 0), "%u bytes", size);
	}
	machine(NULL, 0);
	facp.bytes[8] = 5;
	sim_add_bytes(&sim, FACP, facp.bytes, facp.size);
	detect();
	cr_expect(eq(sz, hv.n_evidence, 0), "revision 5");
}

Test(hv_evidence, an_id_that_nobody_knows_is_kept_and_decides_nothing)
{
	struct table facp = fadt_of_qemu(6);
	char sign[96];

	memcpy(facp.bytes + 268, "\x01New\x1b[0m", 8);
	machine(NULL, 0);
	sim_add_bytes(&sim, FACP, facp.bytes, facp.size);
	detect();
	expect("ACPI hypervisor id", "?New?[0m", "?New?[0m",
		TSCAL_HV_MEANS_EITHER, "");
	cr_expect(zero(str, hv.contradiction));
	cr_expect(not(hv_evidence_virtual(
		&sim.plat, &(struct hv_evidence){0}, sign, sizeof(sign))));
}

/* Printable, and an end where the field has one. */
static void expect_printable(const char *s, size_t size)
{
	size_t len = strnlen(s, size);

	cr_assert(lt(sz, len, size));
	for (size_t i = 0; i < len; i++)
		cr_assert(s[i] >= ' ' && s[i] <= '~');
}

Test(hv_evidence, any_bytes_come_out_printable)
{
	static const char *const paths[] = {DMI "product_name",
		DMI "sys_vendor", DMI "board_vendor", DMI "bios_vendor",
		DMI "product_version", "/sys/firmware/dmi/entries/0-0/raw",
		FACP, WAET, "/proc/device-tree/hypervisor/compatible",
		"/sys/hypervisor/type", "/proc/xen/capabilities",
		"/sys/hypervisor/properties/features",
		"/proc/sys/kernel/osrelease", AVAILABLE,
		"/run/systemd/container", "/run/host/container-manager",
		"/.dockerenv"};
	static const char *const starts[] = {"", "QEMU", "xen ", "control_d",
		"docker", "kvm-clock ", "WSL2"};
	enum { N = sizeof(paths) / sizeof(*paths), SIZE = 300 };
	static uint8_t bytes[N][SIZE];
	uint64_t seed = 3;

	for (int round = 0; round < 500; round++) {
		machine(round % 2 ? "KVMKVMKVM\0\0\0" : NULL, 0);
		for (size_t i = 0; i < N; i++) {
			const char *start = starts[(size_t)round % 7];

			for (size_t k = 0; k < SIZE; k++) {
				seed = seed * 6364136223846793005 + 1;
				bytes[i][k] = (uint8_t)(seed >> 33);
			}
			memcpy(bytes[i], start, strlen(start));
			seed = seed * 6364136223846793005 + 1;
			sim_add_bytes(&sim, paths[i], bytes[i],
				1 + (seed >> 33) % SIZE);
		}
		detect();
		cr_assert(le(sz, hv.n_evidence, TSCAL_HV_EVIDENCE_MAX));
		for (size_t i = 0; i < hv.n_evidence; i++) {
			const struct tscal_hv_evidence *e = &hv.evidence[i];

			expect_printable(e->where, sizeof(e->where));
			expect_printable(e->says, sizeof(e->says));
			expect_printable(e->name, sizeof(e->name));
			expect_printable(e->vendor, sizeof(e->vendor));
		}
		expect_printable(hv.contradiction, sizeof(hv.contradiction));
		expect_printable(hv.layers, sizeof(hv.layers));
		expect_printable(hv.timing, sizeof(hv.timing));
	}
}

Test(hv_evidence, two_hundred_bytes_are_cut)
{
	char text[201];

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "QEMU", 4);
	text[200] = '\0';
	machine(NULL, 0);
	sim_add_file(&sim, DMI "sys_vendor", text);
	detect();
	cr_assert(eq(sz, hv.n_evidence, 1));
	cr_expect(eq(sz, strlen(hv.evidence[0].says),
		sizeof(hv.evidence[0].says) - 1));
}

Test(hv_evidence, more_than_there_is_room_for)
{
	static char list[600];

	for (int i = 0; i < 20; i++)
		strcat(list, "kvm-clock ");
	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_file(&sim, AVAILABLE, list);
	detect();
	cr_expect(eq(sz, hv.n_evidence, TSCAL_HV_EVIDENCE_MAX));
	cr_expect(hv.evidence_truncated);
}

/* What CPUID shows beside what DMI says. */
static const struct pair {
	const char *signature, *file, *says;
	const char *contradiction; /* a part of it, NULL: none */
} pairs[] = {
	{"KVMKVMKVM\0\0\0", "sys_vendor", "QEMU", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Amazon EC2", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "m5.large", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "Google Compute Engine", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "OpenStack Compute", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "KubeVirt", NULL},
	{"KVMKVMKVM\0\0\0", "product_name", "AHV", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Parallels Software", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "innotek GmbH", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Oracle Corporation", NULL},
	{"KVMKVMKVM\0\0\0", "sys_vendor", "Dell Inc.", NULL},
	{"VMwareVMware", "product_name", "VMware Virtual Platform", NULL},
	{"VMwareVMware", "product_name", "VMware7,1", NULL},
	{"Microsoft Hv", "product_name", "Virtual Machine", NULL},
	{"XenVMMXenVMM", "sys_vendor", "Xen", NULL},
	{"XenVMMXenVMM", "sys_vendor", "Amazon EC2", NULL},
	{"TCGTCGTCGTCG", "sys_vendor", "QEMU", NULL},
	{"TCGTCGTCGTCG", "product_name", "KVM", NULL},
	{"Somebody new", "sys_vendor", "QEMU", NULL},
	{NULL, "sys_vendor", "Dell Inc.", NULL},
	{NULL, "sys_vendor", "Amazon EC2", NULL},
	{NULL, "product_name", "c5.metal", NULL},
	{NULL, "sys_vendor", "Oracle Corporation", NULL},
	{NULL, "product_name", "Surface Laptop", NULL},

	{"KVMKVMKVM\0\0\0", "sys_vendor", "VMware, Inc.",
		"CPUID says KVM, but DMI sys_vendor is \"VMware, Inc.\": one "
		"of "
		"them is made up, or copied from a host below."},
	{"KVMKVMKVM\0\0\0", "product_name", "Virtual Machine",
		"copied from a host below"},
	{"KVMKVMKVM\0\0\0", "product_name", "c5.metal",
		"CPUID says KVM, but DMI product_name is \"c5.metal\", which "
		"is "
		"bare metal."},
	{"KVMKVMKVM\0\0\0", "product_name", "c7i.metal-24xl", "bare metal"},
	{"VMwareVMware", "sys_vendor", "QEMU",
		"QEMU on Windows (WHPX) shows VMware's signature."},
	{"Microsoft Hv", "sys_vendor", "QEMU", "Hyper-V's leaves and hide"},
	{"Microsoft Hv", "bios_vendor", "SeaBIOS", "Hyper-V's leaves and hide"},
	{NULL, "sys_vendor", "QEMU",
		"CPUID says that there is no hypervisor, but DMI sys_vendor is "
		"\"QEMU\": one that hides."},
	{NULL, "product_name", "Virtual Machine", "one that hides"},
};

Test(hv_evidence, what_goes_with_what_cpuid_shows)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		const struct pair *p = &pairs[i];
		char path[64];

		machine(p->signature, 0);
		snprintf(path, sizeof(path), DMI "%s", p->file);
		sim_add_file(&sim, path, p->says);
		detect();
		if (p->contradiction)
			expect_sentence(hv.contradiction, p->contradiction);
		else
			cr_expect(zero(str, hv.contradiction), "%s: %s",
				p->says, hv.contradiction);
	}
}

Test(hv_evidence, a_contradiction_changes_nobody)
{
	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_file(&sim, DMI "sys_vendor", "VMware, Inc.");
	detect();
	cr_expect(hv.present);
	cr_expect(eq(str, hv.main.vendor, (char *)"kvm"));
}

Test(hv_evidence, without_cpuid_nothing_contradicts_it)
{
	sim_init(&sim);
	memset(&hv, 0, sizeof(hv));
	sim_add_file(&sim, DMI "sys_vendor", "QEMU");
	hv_describe(&sim.plat, &(struct hv_evidence){0}, &hv);
	cr_expect(eq(sz, hv.n_evidence, 1));
	cr_expect(zero(str, hv.contradiction));
}

Test(hv_evidence, xen_pv_shows_the_cpuid_of_its_machine)
{
	machine(NULL, 0);
	sim_add_file(&sim, "/sys/hypervisor/type", "xen\n");
	sim_add_file(&sim, "/proc/xen/capabilities", "");
	detect();
	cr_expect(eq(sz, hv.n_evidence, 2));
	cr_expect(zero(str, hv.contradiction), "%s", hv.contradiction);
	expect_sentence(hv.layers, "paravirtual domain");
}

Test(hv_evidence, xen_in_kvm_is_two_layers)
{
	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_file(&sim, "/sys/hypervisor/type", "xen\n");
	detect();
	cr_expect(zero(str, hv.contradiction), "%s", hv.contradiction);
	expect_sentence(hv.layers, "Two layers");
	expect_sentence(hv.layers, "KVM");
}

Test(hv_evidence, dom0_by_its_capabilities_or_by_its_features)
{
	static const struct {
		const char *path, *text;
		bool dom0;
	} cases[] = {
		{"/proc/xen/capabilities", "control_d\n", true},
		{"/proc/xen/capabilities", "", false},
		{"/sys/hypervisor/properties/features", "00002f7f\n", true},
		{"/sys/hypervisor/properties/features", "000027ff\n", false},
		/* 0xd, which has no bit 11. */
		{"/sys/hypervisor/properties/features", "dom0\n", false},
		{"/sys/hypervisor/properties/features", "-1\n", false},
		{"/sys/hypervisor/properties/features", "", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		machine("XenVMMXenVMM", 0);
		sim_add_file(&sim, cases[i].path, cases[i].text);
		detect();
		cr_expect(eq(int,
				  hv_evidence_dom0(
					  &sim.plat, &(struct hv_evidence){0}),
				  cases[i].dom0),
			"%s", cases[i].text);
		cr_expect(eq(int, strstr(hv.layers, "control domain") != NULL,
				  cases[i].dom0),
			"%s", hv.layers);
	}
}

Test(hv_evidence, wsl)
{
	machine("Microsoft Hv", 0);
	sim_add_file(&sim, "/proc/sys/kernel/osrelease",
		"5.15.153.1-microsoft-standard-WSL2\n");
	sim_add_file(&sim, "/run/systemd/container", "wsl\n");
	detect();
	expect("/proc/sys/kernel/osrelease",
		"5.15.153.1-microsoft-standard-WSL2", "WSL 2",
		TSCAL_HV_MEANS_VIRTUAL, "hyperv");
	cr_expect(zero(str, hv.contradiction));
	expect_sentence(hv.layers, "WSL 2");
	cr_expect(strstr(hv.layers, "container") == NULL, "%s", hv.layers);

	machine(NULL, 0);
	sim_add_file(
		&sim, "/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n");
	detect();
	expect("/proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft", "WSL 1",
		TSCAL_HV_MEANS_CONTAINER, "");
	cr_expect(zero(str, hv.contradiction));
}

Test(hv_evidence, what_the_layer_below_lends)
{
	machine("KVMKVMKVM\0\0\0", 1 << 5);
	detect();
	expect_sentence(hv.layers, "lends VMX");

	machine("KVMKVMKVM\0\0\0", 0);
	sim_add_cpuid(&sim, 0x80000000, 0, 0x80000008, 0, 0, 0);
	sim_add_cpuid(&sim, 0x80000001, 0, 0, 0, 1 << 2, 0);
	detect();
	expect_sentence(hv.layers, "lends SVM");
	expect_sentence(hv.layers, "next below");

	/* A machine of its own has them, and nobody lends anything. */
	machine(NULL, 1 << 5);
	detect();
	cr_expect(zero(str, hv.layers));
}

Test(hv_evidence, other_signatures_are_interfaces)
{
	uint32_t r[3];

	machine("Microsoft Hv", 0);
	memcpy(r, "KVMKVMKVM\0\0\0", 12);
	sim_add_cpuid(&sim, 0x40000100, 0, 0x40000101, r[0], r[1], r[2]);
	detect();
	expect_sentence(hv.layers, "interfaces that KVM offers");
	cr_expect(eq(u32, hv.timing_leaf, 0x40000110));
	expect_sentence(hv.timing,
		"leaf 0x40000110 EAX, kHz, which is beyond its last, "
		"0x40000101");
}

Test(hv_evidence, what_each_vendor_offers)
{
	const struct hv_vendor *row;

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++) {
		if (!row->n_signatures || row->confirm)
			continue;
		machine(row->signatures[0], 0);
		detect();
		cr_expect(eq(int, hv.timing_leaf != 0, row->timing != NULL),
			"%s", row->name);
		expect_sentence(
			hv.timing, row->timing ? "leaf 0x400000" : "no leaf");
		if (row->instead)
			expect_sentence(hv.timing, row->instead);
	}
	machine("Somebody new", 0);
	detect();
	cr_expect(eq(u32, hv.timing_leaf, 0));
	cr_expect(zero(str, hv.timing));
}

Test(hv_evidence, emulators_that_stand_where_the_cpus_vendor_does)
{
	sim_init(&sim);
	/* EBX EDX ECX. */
	sim_add_cpuid(&sim, 0, 0, 1, 0x74726956, 0x656c7070, 0x416c6175);
	sim_add_cpuid(&sim, 1, 0, 0, 0, 0, 0);
	detect();
	expect("CPUID leaf 0", "VirtualApple", "Rosetta 2",
		TSCAL_HV_MEANS_VIRTUAL, "");
	cr_expect(zero(str, hv.contradiction));
}

Test(hv_evidence, a_sign_is_the_first_that_means_a_virtual_machine)
{
	char sign[96];

	machine(NULL, 0);
	cr_expect(not(hv_evidence_virtual(
		&sim.plat, &(struct hv_evidence){0}, sign, sizeof(sign))));
	cr_expect(zero(str, sign));

	sim_add_file(&sim, "/.dockerenv", "");
	sim_add_file(&sim, DMI "product_name", "c5.metal");
	sim_add_file(&sim, DMI "sys_vendor", "Amazon EC2");
	cr_expect(not(hv_evidence_virtual(
		&sim.plat, &(struct hv_evidence){0}, sign, sizeof(sign))));

	sim_add_file_error(&sim, WAET, -EACCES);
	cr_expect(hv_evidence_virtual(
		&sim.plat, &(struct hv_evidence){0}, sign, sizeof(sign)));
	cr_expect(eq(str, sign, "ACPI table WAET is there"));

	sim_add_file(&sim, DMI "bios_vendor", "SeaBIOS\n");
	cr_expect(hv_evidence_virtual(
		&sim.plat, &(struct hv_evidence){0}, sign, sizeof(sign)));
	cr_expect(eq(str, sign, "DMI bios_vendor is \"SeaBIOS\""));
}

Test(hv_evidence, firmware_names_a_vendor)
{
	machine(NULL, 0);
	sim_add_file(&sim, DMI "board_vendor", "Oracle Corporation\n");
	cr_expect(hv_firmware_names(
		&sim.plat, &(struct hv_evidence){0}, "virtualbox"));
	cr_expect(hv_firmware_names(
		&sim.plat, &(struct hv_evidence){0}, "virtualbox"));
	cr_expect(not(hv_firmware_names(
		&sim.plat, &(struct hv_evidence){0}, "vmware")));

	machine(NULL, 0);
	sim_add_file(&sim, DMI "sys_vendor", "VMware, Inc.\n");
	cr_expect(hv_firmware_names(
		&sim.plat, &(struct hv_evidence){0}, "vmware"));
}
