/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* Who is believed to be the hypervisor, and what its timing leaf says. */
#include "hv/kvm.h"
#include "hv/watch.h"
#include "unit/scanning.h"

Test(hv, nothing_is_scanned_without_the_hypervisor_bit)
{
	sim_init(&sim);
	sim_add_cpuid(&sim, 1, 0, 0, 0, 0x7fffffff, 0);
	add_base(0x40000000, 0x40000010, "VMwareVMware");
	detect();
	cr_assert(not(hv.present));
	cr_assert(eq(str, hv.main.vendor, (char *)"none"));
	cr_assert(eq(sz, hv.n_also, 0));
}

Test(hv, cpuid_that_cannot_be_had_is_an_error)
{
	sim_init(&sim);
	hv.n_also = 77;
	cr_assert(eq(int, tscal_hv_detect(&sim.plat, &hv), -ENODATA));
	cr_assert(eq(sz, hv.n_also, 77), "not untouched");
}

Test(hv, the_bit_without_any_recorded_base_is_an_unknown_hypervisor)
{
	guest();
	detect();
	cr_assert(hv.present);
	assert_main("unknown", 0, 0);
}

Test(hv, every_signature_is_recognised_at_the_first_and_at_the_last_base)
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

Test(hv, all_twelve_bytes_are_compared)
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

Test(hv, an_unknown_signature_is_kept_raw_printable_or_not)
{
	guest();
	add_base(0x40000000, 0x40000003, "\x01\xff newvisor");
	detect();
	assert_main("unknown", 0x40000000, 0x40000003);
	cr_assert(
		eq(int, memcmp(hv.main.signature, "\x01\xff newvisor", 12), 0));
}

Test(hv, amd_intel_emu_pretends_to_be_a_cpu)
{
	guest();
	add_base(0x40000000, 0x40000010, "GenuMD\0\0ineA");
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	detect();
	assert_main("unknown", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv, hyperv_disguise_with_kvm_at_100)
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

Test(hv, hyperv_disguise_with_kvm_at_100_and_a_timing_leaf)
{
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	add_base(0x40000100, 0x40000110, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000010, 0, 1111111, 0, 0, 0);
	sim_add_cpuid(&sim, 0x40000110, 0, 2900015, 1000000, 0, 0);
	ask();
	assert_khz(2900015);
}

Test(hv, xen_viridian_shows_hyperv_first)
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

Test(hv, three_bases_in_a_row_the_highest_wins)
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

Test(hv, openbsd_vmm_keeps_its_name_before_kvm_at_100)
{
	guest();
	add_base(0x40000000, 0, "OpenBSDVMM58");
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("openbsd-vmm", 0x40000000, 0x40000000);
	assert_also(0, "kvm", 0x40000100);
	cr_assert(eq(u32, hv_vendor_of(&hv.main)->watch, TSCAL_WATCH_PVCLOCK));
	cr_assert(hv_vendor_of(&hv.main)->linux_calibrates);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv, old_kvm_writes_zero_as_its_maximum_leaf)
{
	guest();
	add_base(0x40000000, 0, "KVMKVMKVM\0\0\0");
	ask();
	assert_main("kvm", 0x40000000, 0x40000001);
	cr_assert(eq(u32, hv.main.eax, 0));
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv, old_nvmm_leaves_host_junk_in_eax)
{
	guest();
	add_base(0x40000000, 0xbb8, "___ NVMM ___");
	detect();
	assert_main("nvmm", 0x40000000, 0x40000000);
}

Test(hv, cloud_hypervisor_calls_itself_linux_kvm_hv)
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

Test(hv, whpx_masquerades_as_vmware_and_follows_its_definition)
{
	guest();
	add_base(0x40000000, 0x40000010, "VMwareVMware");
	sim_add_cpuid(&sim, 0x40000010, 0, 2496000, 200000, 7, 7);
	ask();
	assert_main("vmware", 0x40000000, 0x40000010);
	assert_khz(2496000);
}

Test(hv, acrn_with_hyperv_interface_is_acrn)
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

Test(hv, virtualbox_minimal_is_twelve_nuls_that_dmi_confirms)
{
	virtualbox_minimal(0x40000010);
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "innotek GmbH\n");
	ask();
	assert_main("virtualbox", 0x40000000, 0x40000010);
	cr_assert(eq(sz, hv.n_also, 0));
	assert_khz(3399998);
}

Test(hv, virtualbox_minimal_is_twelve_nuls_that_acpi_confirms)
{
	virtualbox_minimal(0x40000010);
	sim_add_file(&sim, "/sys/firmware/acpi/tables/FACP",
		"FACP\x01\x01\x01\x01\x04\x99VBOX  VBOXFACP");
	ask();
	assert_main("virtualbox", 0x40000000, 0x40000010);
}

Test(hv, twelve_nuls_alone_are_no_signature)
{
	virtualbox_minimal(0x40000010);
	detect();
	assert_main("unknown", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv, twelve_nuls_with_another_maximum_are_no_signature)
{
	virtualbox_minimal(0x40000011);
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "innotek GmbH\n");
	detect();
	assert_main("unknown", 0x40000000, 0x40000011);
}

Test(hv, twelve_nuls_are_not_kept_beside_a_signature)
{
	static const char nul[12];

	guest();
	add_base(0x40000000, 0, nul);
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("kvm", 0x40000100, 0x40000101);
	cr_assert(eq(sz, hv.n_also, 0));
}

Test(hv, an_unknown_first_base_is_kept_beside_a_signature)
{
	guest();
	add_base(0x40000000, 0x40000005, "hidden by me");
	add_base(0x40000100, 0x40000101, "KVMKVMKVM\0\0\0");
	detect();
	assert_main("kvm", 0x40000100, 0x40000101);
	assert_also(0, "unknown", 0x40000000);
}

Test(hv, bhyve_echoes_its_base_leaf_everywhere)
{
	static const struct plat_cpuid base = {
		0x40000000, 0x76796862, 0x68622065, 0x20657679};

	guest();
	sim.out_of_range = &base;
	detect();
	assert_main("bhyve", 0x40000000, 0x40000000);
	cr_assert(eq(sz, hv.n_also, 0));
	cr_assert(not(hv.truncated));
	/* 0x40000010 would say 1073741.824 MHz. */
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv, tcg_answers_543_at_0x40000010)
{
	static const struct plat_cpuid junk = {543, 2696, 2696, 0};

	guest();
	sim.out_of_range = &junk;
	add_base(0x40000000, 0x40000001, "TCGTCGTCGTCG");
	detect();
	assert_main("tcg", 0x40000000, 0x40000001);
	cr_assert(eq(sz, hv.n_also, 0));
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
}

Test(hv, intel_kvm_answers_with_its_highest_basic_leaf)
{
	/* Leaf 0x16: base, maximum and bus MHz. */
	static const struct plat_cpuid leaf_16 = {2200, 3500, 100, 0};

	guest();
	sim.out_of_range = &leaf_16;
	add_base(0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	ask();
	assert_main("kvm", 0x40000000, 0x40000001);
	cr_assert(eq(sz, hv.n_also, 0));
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv, maximum_leaf_one_too_small)
{
	guest();
	add_base(0x40000000, 0x4000000f, "VMwareVMware");
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(strstr(answer.outcome.sentence, "0x4000000f") != NULL);
}

Test(hv, xen_whose_toolstack_cut_the_time_leaf)
{
	guest();
	add_base(0x40000000, 0x40000002, "XenVMMXenVMM");
	sim_add_cpuid(&sim, 0x40000003, 0, 1, 2, 2400010, 1);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(not(answer.emulated));
	cr_assert(not(answer.steady));
}

Test(hv, maximum_leaf_that_is_absurd_promises_nothing)
{
	static const uint32_t absurd[] = {
		0xffffffff, 0x40000100, 0x3fffffff, 0x10, 1, 0};

	for (size_t i = 0; i < sizeof(absurd) / sizeof(*absurd); i++) {
		guest();
		add_base(0x40000000, absurd[i], "VMwareVMware");
		sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
		ask();
		assert_main("vmware", 0x40000000, 0x40000000);
		cr_assert(eq(u32, hv.main.eax, absurd[i]));
		assert_no_number(TSCAL_STATUS_ABSENT);
	}
}

Test(hv, maximum_leaf_of_the_lower_base_does_not_count_for_the_higher)
{
	guest();
	add_base(0x40000000, 0x400000ff, "Microsoft Hv");
	add_base(0x40000100, 0x40000010, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000110, 0, 2400000, 0, 0, 0);
	ask();
	assert_main("kvm", 0x40000100, 0x40000100);
	assert_no_number(TSCAL_STATUS_ABSENT);
}

Test(hv, khz_zero)
{
	guest();
	add_base(0x40000000, 0x40000010, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000010, 0, 0, 1000000, 0, 0);
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(strstr(answer.outcome.sentence, "zero") != NULL);
}

Test(hv, khz_that_no_tsc_ticks_at)
{
	static const uint32_t khz[] = {1, 543, 9999, 20000001, 0xffffffff};

	for (size_t i = 0; i < sizeof(khz) / sizeof(*khz); i++) {
		guest();
		add_base(0x40000000, 0x40000010, "KVMKVMKVM\0\0\0");
		sim_add_cpuid(&sim, 0x40000010, 0, khz[i], 0, 0, 0);
		ask();
		assert_no_number(TSCAL_STATUS_IMPLAUSIBLE);
	}
}

Test(hv, khz_at_the_limits_and_beyond_32_bits_of_hz)
{
	static const uint32_t khz[] = {10000, 4294968, 20000000};

	for (size_t i = 0; i < sizeof(khz) / sizeof(*khz); i++) {
		guest();
		add_base(0x40000000, 0x40000010, "VMwareVMware");
		sim_add_cpuid(&sim, 0x40000010, 0, khz[i], 0, 0, 0);
		ask();
		assert_khz(khz[i]);
		cr_assert(answer.outcome.hi - answer.outcome.lo == 2e3);
	}
}

Test(hv, a_leaf_that_was_not_recorded_is_not_zero)
{
	guest();
	add_base(0x40000000, 0x40000010, "KVMKVMKVM\0\0\0");
	ask();
	assert_no_number(TSCAL_STATUS_ABSENT);
	cr_assert(strstr(answer.outcome.sentence, "recording") != NULL);
}

Test(hv, hyperv_never_defines_0x40000010)
{
	guest();
	add_base(0x40000000, 0x40000010, "Microsoft Hv");
	sim_add_cpuid(&sim, 0x40000010, 0, 2400000, 0, 0, 0);
	detect();
	assert_main("hyperv", 0x40000000, 0x40000010);
	cr_assert(hv_vendor_of(&hv.main)->timing == NULL);
	cr_assert(eq(u32, hv_vendor_of(&hv.main)->watch, TSCAL_WATCH_HYPERV));
}

Test(hv, watches_only_what_is_offered)
{
	static const struct {
		const char *signature;
		uint32_t interface, features, watch;
	} cases[] = {
		{"KVMKVMKVM\0\0\0", 0x01007efb, 0, TSCAL_WATCH_PVCLOCK},
		{"KVMKVMKVM\0\0\0", 0x01000001, 0, TSCAL_WATCH_PVCLOCK},
		{"KVMKVMKVM\0\0\0", 0x01007ef2, 0, 0},
		/* Bare Hyper-V; QEMU's, which tells of no move; no interface.
		 */
		{"Microsoft Hv", 0x31237648, 0x3fff, TSCAL_WATCH_HYPERV},
		{"Microsoft Hv", 0x31237648, 0x0a72, 0},
		{"Microsoft Hv", 0, 0x0a72, TSCAL_WATCH_HYPERV},
		{"ACRNACRNACRN", 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		guest();
		add_base(0x40000000, 0x40000005, cases[i].signature);
		sim_add_cpuid(&sim, 0x40000001, 0, cases[i].interface, 0, 0, 0);
		sim_add_cpuid(&sim, 0x40000003, 0, cases[i].features, 0, 0, 0);
		detect();
		cr_expect(eq(u32, hv_watch(&sim.plat, &hv, false),
				  cases[i].watch),
			"case %zu", i);
	}
	/* Who has read its record knows that it is offered. */
	guest();
	add_base(0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	sim_add_cpuid(&sim, 0x40000001, 0, 0x01007ef2, 0, 0, 0);
	detect();
	cr_assert(eq(u32, hv_watch(&sim.plat, &hv, true), TSCAL_WATCH_PVCLOCK));
	/* What is not recorded is not cleared. */
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	detect();
	cr_assert(eq(u32, hv_watch(&sim.plat, &hv, false), TSCAL_WATCH_HYPERV));
	sim_init(&sim);
	sim_add_cpuid(&sim, 1, 0, 0, 0, 0, 0);
	detect();
	cr_assert(zero(u32, hv_watch(&sim.plat, &hv, false)));
}

Test(hv, kvm_says_whether_its_stable_flag_means_something)
{
	static const struct {
		uint32_t base, max, eax;
		const char *signature;
		bool nothing;
	} cases[] = {
		{0x40000000, 0x40000001, 0x01007efb, "KVMKVMKVM\0\0\0", false},
		{0x40000000, 0x40000001, 0x00007efb, "KVMKVMKVM\0\0\0", true},
		{0x40000100, 0x40000101, 0x00007efb, "KVMKVMKVM\0\0\0", true},
		{0x40000000, 0x40000000, 0x00007efb, "KVMKVMKVM\0\0\0", false},
		{0x40000000, 0x40000001, 0x00007efb, "ACRNACRNACRN", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		guest();
		add_base(cases[i].base, cases[i].max, cases[i].signature);
		sim_add_cpuid(
			&sim, cases[i].base + 1, 0, cases[i].eax, 0, 0, 0);
		detect();
		cr_expect(hv_kvm_stable_means_nothing(&sim.plat, &hv) ==
				  cases[i].nothing,
			"case %zu", i);
	}
	/* Not recorded is not cleared. */
	guest();
	add_base(0x40000000, 0x40000001, "KVMKVMKVM\0\0\0");
	detect();
	cr_expect(not(hv_kvm_stable_means_nothing(&sim.plat, &hv)));
}

Test(hv, more_signatures_than_places)
{
	guest();
	for (uint32_t i = 0; i < 20; i++)
		add_base(0x40000000 + i * 0x100, 0x40000001 + i * 0x100,
			"XenVMMXenVMM");
	detect();
	cr_assert(hv.truncated);
	cr_assert(eq(sz, hv.n_also, TSCAL_HV_MAX));
	assert_main("xen", 0x40001300, 0x40001301);
	assert_also(TSCAL_HV_MAX - 1, "xen", 0x40000b00);
}

Test(hv, a_quick_scan_finds_bases_in_a_row_and_gives_up_at_a_gap)
{
	guest();
	add_base(0x40000000, 0x40000005, "Microsoft Hv");
	add_base(0x40000400, 0x40000401, "XenVMMXenVMM");
	add_base(0x40000800, 0x40000801, "KVMKVMKVM\0\0\0");
	add_base(0x4000ff00, 0x4000ff01, "ACRNACRNACRN");
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_QUICK, &(struct hv_evidence){0},
			&hv),
		0));
	assert_main("kvm", 0x40000800, 0x40000801);
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_ALL, &(struct hv_evidence){0}, &hv),
		0));
	assert_main("acrn", 0x4000ff00, 0x4000ff01);
}

static unsigned asked;

static int count_cpuid(struct tscal_platform *p, uint32_t leaf,
	uint32_t subleaf, struct plat_cpuid *out)
{
	(void)p, (void)subleaf;
	asked++;
	*out = (struct plat_cpuid){0};
	if (leaf == 1)
		out->ecx = UINT32_C(1) << 31;
	if (leaf == 0x40000000)
		*out = (struct plat_cpuid){0x40000001, dword("KVMK"),
			dword("VMKV"), dword("M\0\0\0")};
	return 0;
}

Test(hv, a_scan_asks_for_each_base_once_and_a_quick_one_for_five)
{
	struct plat_ops ops;

	sim_init(&sim);
	ops = *sim.plat.ops;
	ops.cpuid = count_cpuid;
	sim.plat.ops = &ops;
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_ALL, &(struct hv_evidence){0}, &hv),
		0));
	cr_assert(eq(uint, asked, 1 + 256));
	asked = 0;
	cr_assert(eq(int,
		hv_scan(&sim.plat, HV_SCAN_QUICK, &(struct hv_evidence){0},
			&hv),
		0));
	cr_assert(eq(uint, asked, 1 + 5));
	assert_main("kvm", 0x40000000, 0x40000001);
}

Test(hv, a_name_that_belongs_to_another_signature_is_nobody)
{
	struct tscal_hv_match m = {.vendor = "kvm"};

	memcpy(m.signature, "VMwareVMware", 12);
	cr_assert(eq(str, (char *)hv_vendor_of(&m)->id, (char *)"unknown"));
}
