/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Which hypervisor CPUID identifies. */
#include "unit/scanning.h"

Test(hv_identity,
	every_signature_is_recognised_at_the_first_and_at_the_last_base)
{
	const struct hv_vendor *row;
	int seen = 0;

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++)
		for (size_t k = 0; k < row->n_signatures; k++) {
			for (uint32_t at = 0; at <= 0xff00; at += 0xff00) {
				uint32_t base = 0x40000000 + at;

				if (row->confirm)
					continue;
				guest();
				add_base(base, base + 1, row->signatures[k]);
				detect();
				assert_main(row->id, base, base + 1);
				cr_assert(eq(
					str, hv.main.name, (char *)row->name));
				cr_assert(hv_vendor_of(&hv.main) == row);
				seen++;
			}
		}
	cr_assert(le(int, 50, seen));
}

Test(hv_identity, all_twelve_bytes_are_compared)
{
	const struct hv_vendor *row;

	for (size_t i = 0; (row = hv_vendor_row(i)) != NULL; i++)
		for (size_t k = 0; k < row->n_signatures; k++)
			for (int b = 0; b < 12; b++) {
				char s[12];

				memcpy(s, row->signatures[k], 12);
				s[b] = (char)(s[b] ^ 0x80);
				guest();
				add_base(0x40000000, 0x40000010, s);
				detect();
				assert_main("unknown", 0x40000000, 0x40000010);
				cr_assert(
					hv_vendor_of(&hv.main)->timing == NULL);
			}
}

Test(hv_identity, an_unknown_signature_is_kept_raw_printable_or_not)
{
	guest();
	add_base(0x40000000, 0x40000003, "\x01\xff newvisor");
	detect();
	assert_main("unknown", 0x40000000, 0x40000003);
	cr_assert(
		eq(int, memcmp(hv.main.signature, "\x01\xff newvisor", 12), 0));
}

Test(hv_identity, amd_intel_emu_has_a_cpus_signature)
{
	guest();
	add_base(0x40000000, 0x40000010, "GenuMD\0\0ineA");
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	detect();
	assert_main("unknown", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv_identity, hyperv_leaves_with_kvm_at_100)
{
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("kvm", 0x40000100, 0x40000101);
	cr_assert(eq(sz, hv.n_also, 1));
	assert_also(0, "hyperv", 0x40000000);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv_identity, hyperv_leaves_with_kvm_at_100_and_a_timing_leaf)
{
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	add_base(0x40000100, 0x40000110, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000010, 0, 1111111, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000110, 0, 2900015, 1000000, 0, 0);
	ask();
	assert_khz(2900015);
}

Test(hv_identity, xen_viridian_shows_hyperv_first)
{
	guest();
	add_base(0x40000000, 0x40000006, "Microsoft Hv");
	add_base(0x40000100, 0x40000105, "XenVMMXenVMM");
	/* The leaf of the wrong base: Hyper-V's features. */
	sim_add_cpuid(&sim, 0x40000003, 0, 0xe7f, 0, 2000000, 0);
	sim_add_cpuid(&sim, 0x40000103, 0, 6, 2, 2400010, 1);
	ask();
	assert_main("xen", 0x40000100, 0x40000105);
	assert_also(0, "hyperv", 0x40000000);
	assert_khz(2400010);
}

Test(hv_identity, three_bases_in_a_row_the_highest_wins)
{
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	add_base(0x40000100, 0x40000105, "XenVMMXenVMM");
	add_base(0x40000200, 0x40000201, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("kvm", 0x40000200, 0x40000201);
	assert_also(0, "xen", 0x40000100);
	assert_also(1, "hyperv", 0x40000000);
}

Test(hv_identity, openbsd_vmm_keeps_its_name_before_kvm_at_100)
{
	guest();
	add_base(0x40000000, 0, "OpenBSDVMM58");
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("openbsd-vmm", 0x40000000, 0x40000000);
	assert_also(0, "kvm", 0x40000100);
	cr_assert(eq(u32, hv_vendor_of(&hv.main)->watch, TSCAL_WATCH_PVCLOCK));
	cr_assert(eq(int, hv_vendor_of(&hv.main)->linux_asks,
		HV_LINUX_ASKS_KVM_CLOCK));
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv_identity, old_kvm_writes_zero_as_its_maximum_leaf)
{
	guest();
	add_base(0x40000000, 0, "KVMKVMKVM\0\0\0");
	ask();
	assert_main("kvm", 0x40000000, 0x40000001);
	cr_assert(eq(u32, hv.main.eax, 0));
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv_identity, old_nvmm_leaves_host_junk_in_eax)
{
	guest();
	add_base(0x40000000, 0xbb8, "___ NVMM ___");
	detect();
	assert_main("nvmm", 0x40000000, 0x40000000);
}

Test(hv_identity, cloud_hypervisor_has_the_signature_linux_kvm_hv)
{
	/* KVM by name, Hyper-V by leaves: 0x40000010 is neither's. */
	guest();
	add_base(0x40000000, 0x40000010, "Linux KVM Hv");
	sim_add_cpuid(&sim, 0x40000001, 0, 0x31237648, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	detect();
	assert_main("kvm", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv_identity, whpx_has_vmwares_signature_and_leaf)
{
	guest();
	add_base(0x40000000, 0x40000010, "VMwareVMware");
	sim_add_cpuid(&sim, 0x40000010, 0, 2496000, 200000, 7, 7);
	ask();
	assert_main("vmware", 0x40000000, 0x40000010);
	assert_khz(2496000);
}

Test(hv_identity, acrn_with_hyperv_interface_is_acrn)
{
	guest();
	add_base(0x40000000, 0x40000010, "ACRNACRNACRN");
	sim_add_cpuid(&sim, 0x40000001, 0, 0x31237648, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000010, 0, 1900000, 0, 0, 0);
	ask();
	assert_main("acrn", 0x40000000, 0x40000010);
	assert_khz(1900000);
}

static void virtualbox_minimal(uint32_t eax)
{
	static const char nul[12];

	guest();
	add_base(0x40000000, eax, nul);
	sim_add_cpuid(&sim, 0x40000010, 0, 3399998, 1000000, 0, 0);
	/* As bases without anything answer. */
	for (uint32_t b = 0x40000100; b < 0x40000800; b += 0x100)
		add_base(b, 0, nul);
}

Test(hv_identity, virtualbox_minimal_is_twelve_nuls_that_dmi_confirms)
{
	virtualbox_minimal(0x40000010);
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "innotek GmbH\n");
	ask();
	assert_main("virtualbox", 0x40000000, 0x40000010);
	cr_assert(eq(sz, hv.n_also, 0));
	assert_khz(3399998);
}

Test(hv_identity, virtualbox_minimal_is_twelve_nuls_that_acpi_confirms)
{
	virtualbox_minimal(0x40000010);
	sim_add_file(&sim, "/sys/firmware/acpi/tables/FACP",
		"FACP\x01\x01\x01\x01\x04\x99VBOX  VBOXFACP");
	ask();
	assert_main("virtualbox", 0x40000000, 0x40000010);
}

Test(hv_identity, twelve_nuls_alone_are_no_signature)
{
	virtualbox_minimal(0x40000010);
	detect();
	assert_main("unknown", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv_identity, twelve_nuls_with_another_maximum_are_no_signature)
{
	virtualbox_minimal(0x40000011);
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "innotek GmbH\n");
	detect();
	assert_main("unknown", 0x40000000, 0x40000011);
}

Test(hv_identity, twelve_nuls_are_not_kept_beside_a_signature)
{
	static const char nul[12];

	guest();
	add_base(0x40000000, 0, nul);
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("kvm", 0x40000100, 0x40000101);
	cr_assert(eq(sz, hv.n_also, 0));
}

Test(hv_identity, an_unknown_first_base_is_kept_beside_a_signature)
{
	guest();
	add_base(0x40000000, 0x40000005, "hidden by me");
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("kvm", 0x40000100, 0x40000101);
	assert_also(0, "unknown", 0x40000000);
}

/* A hypervisor that the kernel names, without leaves here, has the first row of
 * its vendor; an unknown one none of those that are of one signature each. */
Test(hv_identity, without_leaves_the_row_is_found_by_id)
{
	struct tscal_hv none = {.main = {.vendor = "xen"}};

	cr_assert(eq(str, (char *)hv_vendor_main(&none)->id, (char *)"xen"));
	cr_assert(eq(
		str, (char *)hv_vendor_of(&none.main)->id, (char *)"unknown"));
	strcpy(none.main.vendor, "unknown");
	cr_assert(eq(sz, hv_vendor_main(&none)->n_signatures, 0));
	strcpy(none.main.vendor, "new");
	cr_assert(eq(sz, hv_vendor_main(&none)->n_signatures, 0));
}

Test(hv_identity, a_name_of_another_signature_is_unknown)
{
	struct tscal_hv_match m = {.vendor = "kvm"};

	memcpy(m.signature, "VMwareVMware", 12);
	cr_assert(eq(str, (char *)hv_vendor_of(&m)->id, (char *)"unknown"));
}
