/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: 2026 The tscal authors */
/* What is known about the machine before any source is asked. */
#include "unit/gathering.h"
#include "plat/text.h"

TestSuite(facts, .init = init);

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/"

Test(facts, of_nothing_are_not_known)
{
	const struct facts *f = gather();

	cr_assert(eq(int, f->invariant, -1));
	cr_assert(eq(int, f->known_freq, -1));
	cr_assert(zero(int, f->cpus));
	cr_assert(not(f->clocksource_visible));
	cr_assert(ne(int, f->cpuid_rc, 0));
	cr_assert(zero(dbl, f->bogomips));
	cr_assert(eq(int, f->timex_rc, -ENOENT));
}

Test(facts, of_the_cpu)
{
	const struct facts *f;

	sim_add_cpuid(&sim, 0, 0, 0x16, 0x756e6547, 0x6c65746e, 0x49656e69);
	/* Skylake-SP: family 6, model 0x55, stepping 4. */
	sim_add_cpuid(&sim, 1, 0, 0x50654, 0, 0, 1 << 4);
	sim_add_cpuid(&sim, 0x80000000, 0, 0x80000008, 0, 0, 0);
	/* "   2@3\x01" and garbage without an end. */
	sim_add_cpuid(&sim, 0x80000002, 0, 0x32202020, 0x20013340, 0x20202020,
		0x20202020);
	sim_add_cpuid(&sim, 0x80000003, 0, 0x20202020, 0x20202020, 0x20202020,
		0x20202020);
	sim_add_cpuid(&sim, 0x80000004, 0, 0x20202020, 0x20202020, 0x20202020,
		0x20202020);
	sim_add_cpuid(&sim, 0x80000007, 0, 0, 0, 0, 1 << 8);
	f = gather();
	cr_assert(eq(str, (char *)f->cpu_vendor, "GenuineIntel"));
	cr_assert(eq(u32, f->family, 6));
	cr_assert(eq(u32, f->model, 0x55));
	cr_assert(eq(u32, f->stepping, 4));
	cr_assert(eq(int, f->has_tsc, 1));
	cr_assert(zero(int, f->hv_bit));
	cr_assert(eq(int, f->invariant, 1));
	cr_assert(eq(str, (char *)f->brand, "2@3?"));
}

Test(facts, amd_families_add_up)
{
	sim_add_cpuid(&sim, 0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65);
	/* Milan: family 0xf + 0xa, model 1. */
	sim_add_cpuid(&sim, 1, 0, 0xa00f11, 0, UINT32_C(1) << 31, 1 << 4);
	gather();
	cr_assert(eq(u32, facts.family, 0x19));
	cr_assert(eq(u32, facts.model, 1));
	cr_assert(eq(int, facts.hv_bit, 1));
}

/* A CPU that answers beyond its range with other data has no 0x80000007. */
Test(facts, junk_is_not_an_extended_range)
{
	static const struct plat_cpuid junk = {0x21f, 0xa88, 0xa88, 0xfff};

	sim_add_cpuid(&sim, 0, 0, 0xd, 0, 0, 0);
	sim.out_of_range = &junk;
	gather();
	cr_assert(eq(int, facts.invariant, -1));
	cr_assert(zero(u32, facts.max_ext));
	cr_assert(not(facts.tdx));
}

Test(facts, tdx_is_named_by_leaf_0x21)
{
	sim_add_cpuid(&sim, 0, 0, 0x21, 0, 0, 0);
	sim_add_cpuid(&sim, 1, 0, 0x806f8, 0, UINT32_C(1) << 31, 1 << 4);
	sim_add_cpuid(&sim, 0x21, 0, 0, 0x65746e49, 0x20202020, 0x5844546c);
	gather();
	cr_assert(facts.tdx);
	sim.cpuid[0].regs.eax = 0x20;
	gather();
	cr_assert(not(facts.tdx));
}

Test(facts, the_clocksource_needs_both_files)
{
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	cr_assert(not(gather()->clocksource_visible));
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource",
		"tsc hpet acpi_pm \n");
	cr_assert(gather()->clocksource_visible);
	cr_assert(eq(str, facts.clocksource, "tsc"));
	cr_assert(eq(str, facts.available, "tsc hpet acpi_pm"));
}

/* A tsc beyond the end of a short buffer has not been rejected. */
Test(facts, a_long_list_of_clocksources_is_not_cut)
{
	char list[1024] = "";

	while (strlen(list) < 300)
		strcat(list, "timer-of-a-board ");
	strcat(list, "tsc ");
	file(CLOCKSOURCE "available_clocksource", list);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "hpet\n");
	cr_assert(gather()->clocksource_visible);
	cr_assert(text_has_word(facts.available, "tsc"));

	while (strlen(list) < 900)
		strcat(list, "timer-of-a-board ");
	cr_assert(not(gather()->clocksource_visible));
	for (list[511] = '\0'; strlen(list) > 508;
		list[strlen(list) - 1] = '\0')
		cr_expect(not(gather()->clocksource_visible), "%zu",
			strlen(list));
}

/* As Linux prints it: flags, vmx flags, bugs, and only then bogomips. */
static void cpuinfo(char *buf, size_t size, size_t flags, const char *last)
{
	size_t n;

	n = (size_t)snprintf(buf, size,
		"processor\t: 0\nmodel name\t: X @ 2.00GHz\nflags\t\t: fpu");
	for (size_t i = 0; i < flags; i++)
		n += (size_t)snprintf(buf + n, size - n, " avx512_%zu", i);
	snprintf(buf + n, size - n,
		" %s\nvmx flags\t: tsc_offset tsc_known_freq\n"
		"bugs\t\t: spectre_v1\nbogomips\t: 4890.84\n\nprocessor\t: 1\n"
		"flags\t\t: fpu\nbogomips\t: 1.00\n",
		last);
}

Test(facts, cpuinfo_of_a_large_intel_machine_fits)
{
	static char text[65536];

	/* 500 flags of 10 characters: three times what Granite Rapids has. */
	cpuinfo(text, sizeof(text), 500, "tsc_known_freq");
	file("/proc/cpuinfo", text);
	gather();
	cr_assert(eq(int, facts.known_freq, 1));
	cr_assert(ieee_ulp_eq(dbl, facts.bogomips, 4890.84, 1));

	cpuinfo(text, sizeof(text), 500, "not_tsc_known_freq");
	gather();
	cr_assert(zero(int, facts.known_freq));
}

Test(facts, cpuinfo_cut_off_is_not_a_no)
{
	static char text[65536];

	cpuinfo(text, sizeof(text), 2000, "tsc_known_freq");
	file("/proc/cpuinfo", text);
	gather();
	cr_assert(eq(int, facts.known_freq, -1));
	cr_assert(zero(dbl, facts.bogomips));
}

Test(facts, cpuinfo_without_its_lines)
{
	static const char *const odd[] = {"flags", "flags\t\t", "\n\n\n",
		"bogomips\t:", "flagship : tsc_known_freq\n",
		"bogomips : \nflags\n", ":\n:\n"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		file("/proc/cpuinfo", odd[i]);
		gather();
		cr_expect(eq(int, facts.known_freq, -1), "%zu", i);
		cr_expect(zero(dbl, facts.bogomips), "%zu", i);
	}
}

struct list {
	const char *text;
	int cpus;
};

static const struct list lists[] = {{"0", 1}, {"0-1\n", 2}, {"0-3,8", 5},
	{"0-3,8-9,16", 7}, {"", 0}, {"junk", 0}, {"3-1", 0}, {"0-", 0},
	{"0-99999999", 0}, {"0-18446744073709551615", 0}};

Test(facts, cpu_lists)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		file("/sys/devices/system/cpu/online", lists[i].text);
		cr_expect(eq(int, gather()->cpus, lists[i].cpus), "\"%s\"",
			lists[i].text);
	}
}

struct cmdline {
	const char *text;
	const char *pv_off;
	bool early_khz, notsc, tsc_unstable;
};

static const struct cmdline cmdlines[] = {
	{.text = "quiet no-kvmclock ro", .pv_off = "no-kvmclock "},
	{.text = "nopv", .pv_off = "nopv "},
	{.text = "ro xen_nopv\n", .pv_off = "xen_nopv "},
	{.text = "xen_nopv nopv no-kvmclock",
		.pv_off = "no-kvmclock nopv xen_nopv "},
	{.text = "tsc_early_khz=2596151", .pv_off = "", .early_khz = true},
	{.text = "quiet tsc_early_khz=2596151\n",
		.pv_off = "",
		.early_khz = true},
	{.text = "x.tsc_early_khz=1 tsc_early_khz=2",
		.pv_off = "",
		.early_khz = true},
	{.text = "no_kvmclock ro", .pv_off = "no-kvmclock "},
	{.text = "no-kvmclock=1 xen-nopv", .pv_off = "no-kvmclock xen_nopv "},
	{.text = "notsc=1", .pv_off = "", .notsc = true},
	{.text = "nopvspin", .pv_off = ""},
	{.text = "x.no-kvmclock=1", .pv_off = ""},
	{.text = "no-kvmclock-vsyscall", .pv_off = ""},
	{.text = "quiet", .pv_off = ""},
	{.text = "x.tsc_early_khz=1", .pv_off = ""},
	{.text = "tsc_early_khz", .pv_off = ""},
	{.text = "ro notsc", .pv_off = "", .notsc = true},
	{.text = "tsc=reliable tsc=unstable\n",
		.pv_off = "",
		.tsc_unstable = true},
	{.text = "tsc=reliable notscx tsc=unstables", .pv_off = ""},
	{.text = "quiet -- tsc=unstable notsc nopv tsc_early_khz=1",
		.pv_off = ""},
	{.text = "-- notsc", .pv_off = ""},
	{.text = "notsc --", .pv_off = "", .notsc = true},
	{.text = "  --x\tnotsc\n", .pv_off = "", .notsc = true},
	{.text = "x=\"a tsc=unstable nopv -- b\" notsc",
		.pv_off = "",
		.notsc = true},
	{.text = "\"tsc=unstable\" nopv",
		.pv_off = "nopv ",
		.tsc_unstable = true},
	{.text = "tsc=\"unstable\"", .pv_off = "", .tsc_unstable = true},
	{.text = "x=\"a tsc=unstable", .pv_off = ""},
};

Test(facts, command_line_switches_are_whole_words)
{
	for (size_t i = 0; i < sizeof(cmdlines) / sizeof(*cmdlines); i++) {
		const struct cmdline *c = &cmdlines[i];

		file("/proc/cmdline", c->text);
		cr_expect(eq(str, (char *)gather()->pv_off, (char *)c->pv_off),
			"%s", c->text);
		cr_expect(eq(int, facts.notsc, c->notsc), "%s", c->text);
		cr_expect(eq(int, facts.tsc_unstable, c->tsc_unstable), "%s",
			c->text);
		cr_expect(
			eq(int, facts.early_khz, c->early_khz), "%s", c->text);
	}
}

/* Only where it decides: each look-up costs a system call. */
Test(facts, uptime_is_read_where_the_clocksource_is_a_first_one)
{
	static const struct {
		const char *clocksource, *uptime;
		double uptime_s;
	} cases[] = {
		{"tsc", "86400.25 80000.00\n", -1},
		{"kvm-clock", "86400.25 80000.00\n", -1},
		{"jiffies", "86400.25 80000.00\n", 86400.25},
		{"refined-jiffies", "3.50 1.00\n", 3.5},
		{"tsc-early", "0.75 0.10\n", 0.75},
		{"jiffies", "no number\n", -1},
		{"jiffies", "", -1},
		{"jiffies", "99999999999999999999999999.00 1.00\n", -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		file("/proc/uptime", cases[i].uptime);
		sim_add_file(&sim,
			"/sys/devices/system/clocksource/clocksource0/"
			"current_clocksource",
			cases[i].clocksource);
		cr_expect(ieee_ulp_eq(dbl, gather()->uptime_s,
				  cases[i].uptime_s, 0),
			"%s, %s", cases[i].clocksource, cases[i].uptime);
	}
}

Test(facts, dom0_and_time_namespaces)
{
	file("/proc/xen/capabilities", "control_d\n");
	cr_assert(gather()->dom0);
	cr_assert(eq(str, facts.below_xen, ""));
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "QEMU\n");
	cr_assert(gather()->dom0);
	cr_assert(eq(str, facts.below_xen, "DMI sys_vendor is \"QEMU\""));
	file("/proc/xen/capabilities", "control_d\n");
	sim_add_file(&sim, "/sys/class/dmi/id/sys_vendor", "Xen\n");
	cr_assert(gather()->dom0);
	cr_assert(eq(str, facts.below_xen, ""));
	file("/proc/xen/capabilities", "");
	cr_assert(not(gather()->dom0));
	file("/proc/self/timens_offsets", "monotonic           0         "
					  "0\nboottime            0         "
					  "0\n");
	cr_assert(not(gather()->time_namespace));
	file("/proc/self/timens_offsets", "monotonic         -86400      "
					  "0\nboottime            0         "
					  "0\n");
	cr_assert(gather()->time_namespace);
}

/* What runs this program, by names that the kernel has. */
Test(facts, rr_valgrind_and_qemu_are_recognised)
{
	static const struct {
		const char *status, *comm, *simulated; /* NULL: not known */
	} rows[] = {
		{"Name:\ttscal\nTracerPid:\t0\n", "rr\n", ""},
		{"Name:\ttscal\nTracerPid:\t77\n", "rr\n", "rr"},
		{"Name:\ttscal\nTracerPid:\t77\n", "strace\n", ""},
		{"Name:\ttscal\nTracerPid:\t77\n", "", NULL},
		{"Name:\ttscal\nTracerPid:\t\n", "", NULL},
		{"Name:\ttscal\n", "rr\n", NULL},
		{"TracerPid:\t0\n", "", NULL},
		{"Name:\tmemcheck-amd64-\nTracerPid:\t0\n", "", "Valgrind"},
		{"Name:\tnone-amd64-linu\nTracerPid:\t0\n", "", "Valgrind"},
		{"Name:\tkubectl-amd64\nTracerPid:\t0\n", "", ""},
		{"Name:\tqemu-x86_64-sta\nTracerPid:\t0\n", "",
			"QEMU's user mode"},
		{"", "", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *is = rows[i].simulated;
		char name[32];

		file("/proc/self/status", rows[i].status);
		sim_add_file(&sim, "/proc/77/comm", rows[i].comm);
		snprintf(name, sizeof(name), "%s", gather()->simulated);
		cr_expect(eq(str, name, (char *)(is ? is : "")), "%s",
			rows[i].status);
		cr_expect(eq(int, gather()->simulated_known, is != NULL), "%s",
			rows[i].status);
		cr_expect(eq(int, gather()->translated,
			is &&strlen(is) > strlen("rr")));
	}
}

Test(facts, random_files_do_no_harm)
{
	static const char *const paths[] = {"/proc/cpuinfo", "/proc/cmdline",
		CLOCKSOURCE "current_clocksource",
		CLOCKSOURCE "available_clocksource",
		"/sys/devices/system/cpu/online", "/proc/xen/capabilities",
		"/proc/self/timens_offsets", "/proc/self/status",
		"/sys/class/dmi/id/sys_vendor"};
	static const char alphabet[] =
		"flagsbogomips0123456789-, \t\n:.\x80\xff";
	static char text[8][9000];
	uint64_t seed = 7;

	for (int round = 0; round < 200; round++) {
		sim.n_files = 0;
		for (size_t i = 0; i < 8; i++) {
			size_t k;

			for (k = 0; k < sizeof(text[i]) - 1; k++) {
				seed = seed * 6364136223846793005 + 1;
				text[i][k] = alphabet[(seed >> 33) %
						      (sizeof(alphabet) - 1)];
			}
			text[i][(seed >> 40) % sizeof(text[i])] = '\0';
			sim_add_file(&sim, paths[i], text[i]);
		}
		gather();
		cr_expect(le(int, 0, facts.cpus));
		cr_expect(le(dbl, 0, facts.bogomips));
	}
}

static const char *sign(int hv_bit, const char *available, const char *flags)
{
	static char cpuinfo[128];

	sim_init(&sim);
	sim_add_cpuid(&sim, 0, 0, 1, 0, 0, 0);
	if (hv_bit >= 0)
		sim_add_cpuid(&sim, 1, 0, 0, 0, (uint32_t)hv_bit << 31, 1 << 4);
	snprintf(cpuinfo, sizeof(cpuinfo), "flags\t\t: %s\n", flags);
	sim_add_file(&sim, "/proc/cpuinfo", cpuinfo);
	sim_add_file(&sim, CLOCKSOURCE "current_clocksource", "tsc\n");
	sim_add_file(&sim, CLOCKSOURCE "available_clocksource", available);
	return gather()->virtual_sign;
}

Test(facts, signs_of_a_guest_other_than_cpuid)
{
	cr_expect(zero(str, (char *)sign(0, "tsc hpet", "tsc")));
	cr_expect(zero(str, (char *)sign(1, "tsc kvm-clock", "hypervisor")));
	cr_expect(not(facts.kernel_knows_host));

	cr_expect(eq(str, (char *)sign(0, "tsc kvm-clock", "tsc"),
		"The kernel has the clocksource kvm-clock"));
	cr_expect(facts.kernel_knows_host);
	cr_expect(eq(str, (char *)sign(0, "tsc", "tsc hypervisor"),
		"The kernel found a hypervisor by CPUID"));
	cr_expect(facts.kernel_knows_host);
	cr_expect(eq(str, (char *)sign(-1, "tsc", "tsc"),
		"CPUID does not show whether this is a guest"));
	cr_expect(not(facts.kernel_knows_host));
}
