# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Machines whose CPUID somebody has published, and what emulators document.

The dumps are in dumps/, as `cpuid -1 -r` prints them: the registers of the
first CPU, for those of the published leaves that matter to clocks.  What a
dump does not hold - files, pages, samples - is made up to fit, and each
recording says so.
"""

import os

KNOWN = "constant_tsc nonstop_tsc tsc_known_freq tsc_adjust"
REFINED = "constant_tsc nonstop_tsc tsc_adjust"
DUMPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dumps")
HYPERV_PAGE = "hyperv_clocksource_tsc_page"


def dumped(machine):
    xen(machine)
    hyperv(machine)
    metal(machine)
    documented(machine)
    disguised(machine)


def xen(machine):
    """The kernel of t2 runs on Xen's clock, whose scale Xen goes on
    correcting: 2 ppm from the kHz of its leaf."""
    source = ("Firecracker, src/vmm/src/cpu_config/x86_64/"
              "static_cpu_templates/")
    m = machine("aws-t2-micro-xen", "EC2 t2.micro, Xen 4.11, tsc_mode 2.",
                cpuid=source + "t2.rs, dumped on 2023-06-15")
    m.dump(DUMPS + "/aws-t2-micro.txt")
    m.kernel("xen", "xen tsc hpet acpi_pm", "constant_tsc tsc_known_freq",
             2400.01, cpus=1)
    m.no_pages().measured(2400.0148e6, read_ns=45).unsynchronised()

    m = machine("aws-c3-large-xen",
                "EC2 c3.large on Xen, switched to clocksource tsc by hand.",
                cpuid=source + "c3.rs, dumped on 2023-06-15")
    m.dump(DUMPS + "/aws-c3-large.txt")
    m.kernel("tsc", "xen tsc hpet acpi_pm", "constant_tsc tsc_known_freq",
             2793.296, cpus=2)
    m.measured(m.mult(2793.296e6)).unsynchronised()


def hyperv(machine):
    """Dumped in Windows' own partition; a Linux guest sees such leaves."""
    m = machine("hyperv-athlon-5370",
                "Hyper-V 0x4000000B on AMD, no CPUID frequency leaf at all.",
                cpuid="libcpuid, tests/amd/jaguar/"
                      "amd-athlon-5370-apu-with-radeon-r3.test")
    m.dump(DUMPS + "/athlon-5370-hyperv.txt")
    m.kernel(HYPERV_PAGE, HYPERV_PAGE + " tsc acpi_pm", KNOWN, 2195.85)
    m.no_pages().measured(2195.853e6).unsynchronised()

    m = machine("hyperv-ice-lake-d",
                "Hyper-V 0x4000000C with leaf 0x15 and its crystal: a hint "
                "in a guest.",
                cpuid="libcpuid, tests/intel/core_10th_gen/"
                      "ice-lake-xeon-d.test")
    m.dump(DUMPS + "/xeon-d-1718t-hyperv.txt")
    m.kernel(HYPERV_PAGE, HYPERV_PAGE + " tsc acpi_pm", KNOWN, 2599.99)
    m.no_pages().measured(2599.996e6).unsynchronised()

    m = machine("hyperv-comet-lake",
                "Hyper-V 0x4000000B: leaf 0x15 without a crystal, 0x16 "
                "zeroed.",
                cpuid="InstLatx64, GenuineIntel00A0654_CometLake_CPUID.txt")
    m.dump(DUMPS + "/xeon-w-1290p-hyperv.txt")
    m.kernel(HYPERV_PAGE, HYPERV_PAGE + " tsc acpi_pm", KNOWN, 3695.99)
    m.no_pages().measured(3695.992e6).unsynchronised()


    m = machine("azure-tdx-leaf-21-hidden",
                "A guest of TDX on Azure, whose paravisor hides leaf 0x21: "
                "the isolation\ntype in leaf 0x4000000c EBX is 3, TDX.",
                cpuid="qemu-devel, F. Weimer, 2023-07-17; leaf 0x21 hidden "
                      "as in issue 33872 of systemd")
    m.dump(DUMPS + "/azure-tdx.txt")
    m.cpuid(0x21, 0, 0)
    m.kernel("tsc", "tsc " + HYPERV_PAGE, KNOWN + " tsc_reliable", 2100,
             cpus=2)
    m.measured(m.mult(2100e6)).unsynchronised()


def metal(machine):
    m = machine("skylake-sp-no-crystal",
                "Xeon Gold 6154: ratio 120, no crystal; refined against the "
                "HPET.",
                cpuid="InstLatx64, GenuineIntel0050654_SkylakeXeon_CPUID.txt")
    m.dump(DUMPS + "/xeon-gold-6154.txt")
    m.kernel("tsc", "tsc hpet acpi_pm", REFINED, 3000, cpus=72)
    m.measured(m.mult(3000.032e6)).unsynchronised()

    m = machine("denverton-no-crystal",
                "Atom C3958: Linux knows its 25 MHz by model, and calls the "
                "rate known.",
                cpuid="InstLatx64, GenuineIntel00506F1_Denverton_CPUID.txt")
    m.dump(DUMPS + "/atom-c3958.txt")
    m.kernel("tsc", "tsc hpet acpi_pm", KNOWN, 2000, cpus=16)
    m.measured(m.mult(2000e6)).unsynchronised()

    m = machine("alder-lake",
                "Core i9-12900K: 38.4 MHz x 83 = 3187.2 MHz, called 3200 by "
                "leaf 0x16.",
                cpuid="libcpuid, tests/intel/core_12th_gen/"
                      "alder-lake-s-i9.test")
    m.dump(DUMPS + "/core-i9-12900k.txt")
    m.kernel("tsc", "tsc acpi_pm", KNOWN, 3187.2, cpus=24)
    m.measured(m.mult(3187.2e6)).unsynchronised()


def documented(machine):
    """No dump is public: registers as the emulator's source sets them."""
    m = machine("aws-nitro-kvm-clock",
                "AWS Nitro whose kernel runs on kvm-clock: 2900015 kHz in the "
                "leaf (linux-kernel, D. Woodhouse).")
    m.cpu("icelake-sp", "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz",
          guest=True, leaf15=(2, 232, 0), base_mhz=2900)
    m.signature("KVMKVMKVM", max_leaf=0x40000010)
    m.cpuid(0x40000001, 0, 0x01007AFB)
    m.cpuid(0x40000010, 0, 2900015, 1000000)
    m.kernel("kvm-clock", "kvm-clock tsc acpi_pm", KNOWN, 2900.01)
    m.pvclock(2900.0145e6).measured(2900.0145e6).unsynchronised()

    m = machine("openbsd-vmm",
                "OpenBSD's vmm on AMD (vmm_machdep.c): maximum leaf 0, KVM's "
                "leaves at 0x40000100, leaf 0x15 made up, a pvclock of "
                "2.4 ppm steps.")
    m.cpu("matisse", "AMD Ryzen 7 3700X 8-Core Processor", guest=True,
          max_basic=0x15, leaf15=(1, 100, 35999500))
    m.signature("OpenBSDVMM58", eax=0)
    m.signature("KVMKVMKVM", base=0x40000100, max_leaf=0x40000101)
    m.cpuid(0x40000101, 0, 0x01000009)
    m.cpuid_range(0x40000001, 0x400000FF, 1, 0)
    m.cpuid_range(0x40000200, 0x4000FF00, 0x100, 0)
    m.kernel("kvm-clock", "kvm-clock tsc acpi_pm", KNOWN, 3599.95, cpus=1)
    m.pvclock_page((10**9 << 20) // 3599950000, 12)
    m.measured(3599.950e6).unsynchronised()

    m = machine("virtualbox-minimal",
                "VirtualBox's minimal interface (GIMMinimal.cpp): twelve NUL "
                "bytes that DMI confirms; leaf 0x15 all zero.")
    m.cpu("coffeelake", "Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz",
          guest=True, leaf15=(0, 0, 0), base_mhz=0)
    m.signature("", max_leaf=0x40000010)
    m.cpuid_range(0x40000001, 0x4000000F, 1, 0)
    m.cpuid(0x40000010, 0, 3192605, 1000000)
    m.cpuid_range(0x40000100, 0x4000FF00, 0x100, 0)
    m.file("/sys/class/dmi/id/sys_vendor", "innotek GmbH\n")
    m.file("/sys/class/dmi/id/product_name", "VirtualBox\n")
    m.kernel("tsc", "tsc acpi_pm", "constant_tsc nonstop_tsc", 3192.6,
             cpus=2)
    m.measured(m.mult(3192.620e6)).unsynchronised()

    m = machine("bhyve-echo",
                "bhyve (x86.c): every leaf out of range answers with the data "
                "of 0x40000000, so 0x40000010 would give 1073741.824 MHz.")
    m.cpu("skylake-sp", "Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz",
          guest=True, leaf15=(0, 0, 0), base_mhz=0)
    m.cpuid_range(0x40000000, 0x4FFFFFFF, 1, 0x40000000, 0x76796862,
                  0x68622065, 0x20657679)
    m.kernel("tsc", "tsc hpet acpi_pm", "constant_tsc nonstop_tsc", 2094.95,
             cpus=2)
    m.measured(m.mult(2094.953e6)).unsynchronised()

    m = machine("tcg-junk",
                "QEMU's TCG: leaves out of range answer with a basic leaf, so "
                "0x40000010 would give 543 kHz and 0x15 a ratio.")
    m.cpu("ivybridge", "QEMU TCG CPU version 2.5+", guest=True,
          invariant=False)
    m.signature("TCGTCGTCGTCG", max_leaf=0x40000001)
    m.cpuid(0x40000001, 0, 0)
    m.cpuid_range(0x40000002, 0x4FFFFFFF, 1, 543, 0xA88, 0xA88)
    m.cpuid_range(0x0000000E, 0x0000001F, 1, 543, 0xA88, 0xA88)
    m.kernel("tsc", "tsc hpet acpi_pm", "constant_tsc", 2445.4, cpus=1)
    m.measured(m.mult(2445.430e6), rdtsc_ns=90, read_ns=400)
    m.unsynchronised()


def disguised(machine):
    """Two signatures, or another's: also from the sources, not dumped."""
    m = machine("xen-viridian",
                "Xen HVM with viridian: Hyper-V's leaves at 0x40000000, Xen's "
                "at 0x40000100 (xen/arch/x86/cpuid.c).")
    m.cpu("broadwell", "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz",
          guest=True, invariant=False)
    m.signature("Microsoft Hv", max_leaf=0x40000006)
    m.cpuid(0x40000001, 0, 0x31237648)
    m.cpuid(0x40000003, 0, 0x00000A77, 0, 0x2593986, 0)
    m.signature("XenVMMXenVMM", base=0x40000100, max_leaf=0x40000105)
    m.cpuid(0x40000103, 0, 0x4, 0, 2394458, 2)
    m.cpuid_range(0x40000200, 0x4000FF00, 0x100, 0)
    m.kernel("xen", "xen tsc hpet acpi_pm", "constant_tsc tsc_known_freq",
             2394.45)
    m.no_pages().measured(2394.4549e6, read_ns=45).unsynchronised()

    m = machine("kvm-hyperv-enlightened",
                "QEMU with Hyper-V's enlightenments: KVM moves to 0x40000100 "
                "and loses its timing leaf (target/i386/kvm/kvm.c).")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor", guest=True)
    m.signature("Microsoft Hv", max_leaf=0x40000005)
    m.cpuid(0x40000001, 0, 0x31237648)
    m.cpuid(0x40000003, 0, 0xA72, 0, 0, 0x108)
    m.signature("KVMKVMKVM", base=0x40000100, max_leaf=0x40000101)
    m.cpuid(0x40000101, 0, 0x01007EFB)
    m.cpuid_range(0x40000200, 0x4000FF00, 0x100, 0)
    m.kernel("kvm-clock", "kvm-clock tsc hpet acpi_pm", KNOWN, 2794.75)
    m.pvclock(2794.748e6).measured(2794.748e6).unsynchronised()

    m = machine("acrn-hyperv-interface",
                "ACRN that offers Hyper-V's interface under its own signature "
                "(vcpuid.c); beyond its last leaf it answers with leaf 0x16.")
    m.cpu("coffeelake", "Intel(R) Core(TM) i7-8665U CPU @ 1.90GHz",
          guest=True, leaf15=(2, 176, 0), base_mhz=2100)
    m.signature("ACRNACRNACRN", max_leaf=0x40000010)
    m.cpuid(0x40000001, 0, 0x31237648)
    m.cpuid(0x40000010, 0, 2112000)
    m.cpuid_range(0x40000100, 0x4000FF00, 0x100, 2100, 2100)
    m.kernel("tsc", "tsc", KNOWN, 2112, cpus=2)
    m.measured(m.mult(2112e6)).unsynchronised()

    m = machine("whpx-as-vmware",
                "QEMU on Windows (whpx-all.c): VMware's signature, kHz and "
                "bus, with other data next to them; Linux calibrates by itself.")
    m.cpu("skylake-sp", "Intel(R) Xeon(R) W-2133 CPU @ 3.60GHz",
          guest=True, leaf15=(0, 0, 0), base_mhz=0)
    m.signature("VMwareVMware", max_leaf=0x40000010)
    m.cpuid(0x40000010, 0, 3600044, 200000, 0x2, 0xEC1B0)
    m.cpuid_range(0x40000100, 0x4000FF00, 0x100, 0)
    m.file("/sys/class/dmi/id/sys_vendor", "QEMU\n")
    m.file("/sys/class/dmi/id/bios_vendor", "SeaBIOS\n")
    m.kernel("tsc", "tsc hpet acpi_pm", REFINED, 3600.04)
    m.measured(m.mult(3600.061e6)).unsynchronised()
