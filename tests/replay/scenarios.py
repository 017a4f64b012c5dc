#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Platforms that tscal owes a certain verdict, written as recordings.

    tests/replay/scenarios.py [FOLDER]

machines/NAME.owed, written by hand, is what is owed to each.
"""

import os
import sys

from dumped import dumped
from reported import reported
from synth import Machine
from timers import timers

AMD_FLAGS = "constant_tsc nonstop_tsc tsc_adjust"
KNOWN = "constant_tsc nonstop_tsc tsc_known_freq tsc_adjust"
KVM = "KVMKVMKVM"
MACHINES = []


def machine(name, what, cpuid=None):
    m = Machine(name, what, cpuid)
    MACHINES.append(m)
    return m


def epyc_metal(name, what, ntp=None, cpus=128):
    m = machine(name, what)
    m.cpu("rome", "AMD EPYC 7742 64-Core Processor")
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 2245.76, cpus=cpus)
    raw = m.mult(2245.760e6, ntp or 0)
    if ntp is None:
        m.unsynchronised()
    else:
        m.timex(ntp)
    return m.measured(raw)


def metal():
    epyc_metal("row-03-epyc-metal-unprivileged",
               "EPYC on bare metal, no source but the kernel.")
    epyc_metal("row-04-epyc-metal-ntp",
               "The same, and chrony has settled at -12.3 ppm.", ntp=-12.3)

    m = machine("row-05-icelake-sp-known-freq",
                "Ice Lake server, leaf 0x15 with its crystal: the kernel took "
                "it.")
    m.cpu("icelake-sp", "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz",
          leaf15=(2, 184, 25000000), base_mhz=2300)
    m.kernel("tsc", "tsc hpet acpi_pm", KNOWN, 2300, cpus=80)
    m.measured(m.mult(2300e6)).unsynchronised()

    m = machine("row-07-skylake-sp-refined",
                "Skylake server: leaf 0x15 names no crystal; the kernel "
                "refined against the HPET.")
    m.cpu("skylake-sp", "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz",
          leaf15=(2, 192, 0), base_mhz=2400)
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 2400, cpus=40)
    m.measured(m.mult(2400.021e6)).unsynchronised()

    m = machine("row-07b-skylake-sp-spread-spectrum",
                "The same on a board that spreads its crystal's spectrum: "
                "0.25 % below.")
    m.cpu("skylake-sp", "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz",
          leaf15=(2, 192, 0), base_mhz=2400)
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 2400, cpus=40)
    m.measured(m.mult(2394.374e6)).unsynchronised()

    m = machine("row-08-skylake-sp-unrefined",
                "Skylake server without HPET and PM timer: the kernel kept "
                "leaf 0x16.")
    m.cpu("skylake-sp", "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz",
          leaf15=(2, 192, 0), base_mhz=2400)
    m.kernel("tsc", "tsc", AMD_FLAGS, 2400, cpus=40)
    m.no_pages().measured(2400e6).unsynchronised()

    m = machine("row-09-coffeelake-laptop",
                "Coffee Lake laptop whose HPET the kernel force-disabled.")
    m.cpu("coffeelake", "Intel(R) Core(TM) i7-8750H CPU @ 2.20GHz",
          leaf15=(2, 184, 24000000), base_mhz=2200)
    m.kernel("tsc", "tsc acpi_pm", KNOWN, 2208, cpus=12)
    m.measured(m.mult(2208e6)).unsynchronised()

    m = machine("row-11-framework-skewed-core",
                "Framework 13 with one skewed core: the watchdog dropped the "
                "TSC.")
    m.cpu("phoenix", "AMD Ryzen 7 7840U w/ Radeon 780M Graphics")
    m.kernel("hpet", "hpet acpi_pm", AMD_FLAGS, 3293.7, cpus=16)
    m.measured(3293.74e6, read_ns=1200).unsynchronised()

    m = machine("row-11b-framework-compared",
                "The same, and its CPUs were compared.")
    m.cpu("phoenix", "AMD Ryzen 7 7840U w/ Radeon 780M Graphics")
    m.kernel("hpet", "hpet acpi_pm", AMD_FLAGS, 3293.7, cpus=16)
    m.measured(3293.74e6, read_ns=1200).unsynchronised()
    m.compared(3293.74e6, range(16), {10: -1.6e9, 11: -1.6e9})

    m = machine("row-12-hpet-by-choice",
                "clocksource=hpet on the command line: a choice, not a "
                "rejection.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor")
    m.kernel("hpet", "tsc hpet acpi_pm", AMD_FLAGS, 2794.7, cpus=64,
             cmdline="quiet clocksource=hpet")
    m.add("perf-page: cap_user_time=1 time_shift=31 time_mult=%d"
          % round(1e9 * 2**31 / 2794.748e6))
    m.measured(2794.7495e6, read_ns=1200).unsynchronised()

    m = machine("row-13-watchdog-false-positive",
                "Eight sockets under load: the watchdog dropped a good TSC.")
    m.cpu("cascadelake", "Intel(R) Xeon(R) Platinum 8280 CPU @ 2.70GHz",
          leaf15=(2, 216, 0), base_mhz=2700)
    m.kernel("hpet", "hpet acpi_pm", AMD_FLAGS, 2700, cpus=448)
    m.measured(2693.67e6, read_ns=1200).unsynchronised()

    for name, what in (
            ("row-13b-watchdog-compared",
             "The same, in a cpuset with a CPU of each socket, which were "
             "compared."),
            ("row-13c-watchdog-overruled",
             "The same, and the user trusts the TSC more than the kernel.")):
        m = machine(name, what)
        m.cpu("cascadelake", "Intel(R) Xeon(R) Platinum 8280 CPU @ 2.70GHz",
              leaf15=(2, 216, 0), base_mhz=2700)
        m.kernel("hpet", "hpet acpi_pm", AMD_FLAGS, 2700, cpus=448)
        m.measured(2693.67e6, read_ns=1200).unsynchronised()
        m.compared(2693.67e6, range(0, 448, 56), round_trip_ns=176)

    m = machine("row-14-tsc-early",
                "Two seconds after the start of the kernel.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor")
    m.kernel("tsc-early", "tsc-early hpet acpi_pm", AMD_FLAGS, 2794.7)
    m.no_pages().measured(2794.7e6).unsynchronised()

    m = machine("row-37-slewing",
                "Bare metal while chrony makes up for a start offset through "
                "ADJ_TICK.")
    m.cpu("rome", "AMD EPYC 7742 64-Core Processor")
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 2245.76, cpus=128)
    m.measured(m.mult(2245.760e6, 83333)).timex(3.1, tick=10833)

    m = machine("row-42-overclocked-bclk",
                "BCLK at 103 MHz: 3 % above the label, and right.")
    m.cpu("broadwell", "Intel(R) Core(TM) i7-6850K CPU @ 3.60GHz")
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 3708)
    m.measured(m.mult(3708.02e6)).unsynchronised()


def kvm(name, what, features=0x01007EFB, invariant=True, cpu="milan",
        brand="AMD EPYC 7543 32-Core Processor",
        max_leaf=0x40000001, **more):
    m = machine(name, what)
    m.cpu(cpu, brand, guest=True, invariant=invariant, **more)
    m.signature(KVM, max_leaf=max_leaf)
    m.cpuid(0x40000001, 0, features)
    return m


def guests():
    m = kvm("row-15-kvm-default",
            "QEMU's default: no invariant TSC, kvm-clock, stable bit; Linux "
            "on AMD then drops tsc from its list.",
            invariant=False)
    m.kernel("kvm-clock", "kvm-clock acpi_pm", "", 2794.748)
    m.pvclock(2794.748e6).measured(2794.748e6).unsynchronised()

    m = kvm("row-16-kvm-not-stable",
            "Each vCPU with its own offset: the stable bit is clear.",
            invariant=False, features=0x00007EFB)
    m.kernel("kvm-clock", "kvm-clock acpi_pm", "", 2794.748)
    m.pvclock(2794.748e6, flags=0).measured(2794.748e6, read_ns=60)
    m.unsynchronised()

    for name, what, apart in (
            ("row-16b-kvm-not-stable-skewed",
             "The same, and its CPUs were compared: they differ.",
             {1: 3300, 3: -2900}),
            ("row-16c-kvm-not-stable-now",
             "The same, and its CPUs were compared: now they agree.", {})):
        m = kvm(name, what, invariant=False, features=0x00007EFB)
        m.kernel("kvm-clock", "kvm-clock acpi_pm", "", 2794.748)
        m.pvclock(2794.748e6, flags=0).measured(2794.748e6, read_ns=60)
        m.unsynchronised().compared(2794.748e6, range(4), apart)

    m = kvm("row-17-firecracker",
            "Firecracker: tsc taken from kvmclock.")
    m.kernel("tsc", "tsc kvm-clock", KNOWN, 2445.422, cpus=2)
    m.pvclock(2445.422e6).measured(m.mult(2445.422e6)).unsynchronised()

    m = kvm("row-18-restored-elsewhere",
            "A snapshot restored on a host whose TSC is 200 ppm faster.")
    m.kernel("tsc", "tsc kvm-clock", KNOWN, 2445.422, cpus=2)
    m.pvclock(2445.422e6 * 1.0002).measured(m.mult(2445.422e6))
    m.unsynchronised()

    nitro = dict(cpu="icelake-sp", max_leaf=0x40000010,
                 brand="Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz",
                 leaf15=(2, 232, 0), base_mhz=2900)
    m = kvm("row-19-nitro",
            "AWS Nitro: leaf 2900015 kHz, kvmclock 2900014 kHz.",
            **nitro)
    m.cpuid(0x40000010, 0, 2900015, 1000000)
    m.kernel("tsc", "tsc kvm-clock hpet acpi_pm", KNOWN, 2900.014)
    m.pvclock(2900.0145e6).measured(m.mult(2900.014e6)).unsynchronised()

    m = kvm("row-20-nitro-chrony",
            "The same with chrony at +4.2 ppm.", **nitro)
    m.cpuid(0x40000010, 0, 2900015, 1000000)
    m.kernel("tsc", "tsc kvm-clock hpet acpi_pm", KNOWN, 2900.014)
    m.pvclock(2900.0145e6).measured(m.mult(2900.014e6, 4.2)).timex(4.2)

    m = kvm("row-27-gcp-leaked-15h",
            "A host's leaf 0x15 leaks into a guest whose TSC is scaled.",
            cpu="sapphirerapids", leaf15=(2, 616, 25000000), base_mhz=0,
            brand="Intel(R) Xeon(R) CPU @ 2.20GHz", max_basic=0x1F)
    m.kernel("kvm-clock", "kvm-clock tsc acpi_pm", KNOWN, 2750)
    m.pvclock(2750e6).measured(2750e6).unsynchronised()

    m = kvm("row-28-no-pv-clock",
            "no-kvmclock: the guest's kernel used leaf 0x15.",
            cpu="icelake-sp", leaf15=(2, 208, 25000000), base_mhz=2600,
            brand="Intel(R) Xeon(R) Gold 6348 CPU @ 2.60GHz")
    m.kernel("tsc", "tsc hpet acpi_pm", KNOWN, 2600,
             cmdline="quiet no-kvmclock")
    m.measured(m.mult(2600e6)).unsynchronised()

    m = kvm("row-31-nested",
            "A guest inside a guest: its host passes on the rate that it got.")
    m.kernel("kvm-clock", "kvm-clock tsc", KNOWN, 2249.998)
    m.pvclock(2249.998e6).measured(2249.998e6).unsynchronised()

    m = machine("row-21-ec2-t2-xen",
                "EC2 t2 on Xen: not invariant, tsc_mode 2, 2400010 kHz.")
    xen(m, tsc=(0x6, 0x2, 0x00249F0A, 1), invariant=False)
    m.kernel("xen", "xen tsc hpet acpi_pm", "constant_tsc", 2400.01)
    m.measured(2400.010e6).unsynchronised()

    m = machine("row-22-xen-vtsc",
                "Xen after a migration without scaling: RDTSC traps.")
    xen(m, tsc=(0x1, 0x0, 0x00249F0A, 3), invariant=False)
    m.kernel("xen", "xen tsc hpet acpi_pm", "constant_tsc", 2400.01)
    m.measured(2400.010e6, read_ns=2600, rdtsc_ns=1100).unsynchronised()

    m = machine("row-23-xen-dom0",
                "Xen's control domain, PV: the leaf gives 0 kHz; Linux rates "
                "tsc above xen.")
    xen(m, tsc=(0x0, 0x0, 0, 1))
    m.kernel("tsc", "tsc xen hpet acpi_pm", KNOWN, 2400.01)
    m.file("/proc/xen/capabilities", "control_d\n")
    m.measured(m.mult(2400.010e6)).unsynchronised()

    m = machine("row-24-azure-invariant",
                "Azure with the invariant TSC, which Linux then rates above "
                "the reference page; the MSR needs root.")
    hyperv(m)
    m.kernel("tsc", "tsc hyperv_clocksource_tsc_page acpi_pm", KNOWN,
             2593.906)
    m.measured(m.mult(2593.906e6)).unsynchronised()

    m = machine("row-25-hyperv-not-invariant",
                "Hyper-V without invariance: Linux drops tsc from its list.")
    hyperv(m, invariant=False)
    m.kernel("hyperv_clocksource_tsc_page",
             "hyperv_clocksource_tsc_page acpi_pm", "constant_tsc", 2593.9)
    m.no_pages(hyperv=True).measured(m.hyperv_page(2593.906e6))
    m.unsynchronised()

    m = machine("row-26-wsl2-fast",
                "WSL2 whose clocks all run 7 % fast: no source outside.")
    hyperv(m)
    m.kernel("hyperv_clocksource_tsc_page",
             "hyperv_clocksource_tsc_page tsc acpi_pm", KNOWN, 2593.9)
    m.file("/proc/sys/kernel/osrelease",
           "5.15.153.1-microsoft-standard-WSL2\n")
    m.no_pages(hyperv=True).measured(m.hyperv_page(2593.906e6 / 1.07))
    m.unsynchronised()

    m = machine("row-32-vmware",
                "VMware after a move with hardware scaling.")
    m.file("/sys/class/dmi/id/product_name", "VMware Virtual Platform\n")
    m.file("/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n")
    m.cpu("cascadelake", "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz",
          guest=True, leaf15=(0, 0, 0), base_mhz=0)
    m.signature("VMwareVMware", max_leaf=0x40000010)
    m.cpuid(0x40000010, 0, 2493000, 66000, 0, 0)
    m.kernel("tsc", "tsc acpi_pm", KNOWN, 2493)
    m.measured(m.mult(2493e6)).unsynchronised()

    m = machine("row-33-virtualbox-trapped",
                "VirtualBox that emulates the TSC: 2 us a read.")
    m.cpu("coffeelake", "Intel(R) Core(TM) i7-8750H CPU @ 2.20GHz",
          guest=True, leaf15=(0, 0, 0), base_mhz=0)
    m.signature("VBoxVBoxVBox", max_leaf=0x40000006)
    m.cpuid(0x40000001, 0, 0x31237648)
    m.kernel("acpi_pm", "tsc acpi_pm", "constant_tsc", 2208)
    m.measured(2208e6, read_ns=6000, rdtsc_ns=2000).unsynchronised()

    m = kvm("row-34-tdx",
            "TDX: the module guarantees leaf 0x15.",
            cpu="sapphirerapids", leaf15=(1, 88, 25000000), base_mhz=2200,
            brand="Intel(R) Xeon(R) Platinum 8480+", max_basic=0x21)
    m.cpuid(0x21, 0, 0, 0x65746E49, 0x20202020, 0x5844546C)
    m.kernel("tsc", "tsc", KNOWN, 2200)
    m.measured(m.mult(2200e6)).unsynchronised()


    # TSC_FACTOR is 200: the mean is 0.2 % below the nominal rate.
    m = kvm("row-34-snp-secure-tsc",
            "SEV-SNP with Secure TSC: root has read the registers that show "
            "that\nthe kernel's rate is from the CPU's firmware.",
            cpu="milan", max_ext=0x8000001F)
    m.cpuid(0x8000001F, 0, 0x11A)
    m.msr(0xC0010131, 0x805).msr(0xC0010134, 2500)
    m.kernel("tsc", "tsc", KNOWN, 2495)
    m.measured(m.mult(2495e6)).unsynchronised()


def xen(m, tsc, invariant=True):
    m.cpu("broadwell", "Intel(R) Xeon(R) CPU E5-2676 v3 @ 2.40GHz",
          guest=True, invariant=invariant)
    m.signature("XenVMMXenVMM", max_leaf=0x40000005)
    m.cpuid(0x40000001, 0, 0x0004000B)
    m.cpuid(0x40000003, 0, *tsc)


def hyperv(m, invariant=True):
    m.cpu("icelake-sp", "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz",
          guest=True, invariant=invariant, leaf15=(2, 208, 0))
    m.signature("Microsoft Hv", max_leaf=0x4000000C)
    m.cpuid(0x40000001, 0, 0x31237648)
    m.cpuid(0x40000003, 0, 0xAE7F, 0x388030, 0x2, 0xE0BED7B2)


def odd():
    m = machine("row-35-masked-sys",
                "A container with /sys masked: origin of the clock unknown.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor")
    m.kernel(None, None, AMD_FLAGS, 2794.7)
    m.no_file("/sys/devices/system/clocksource/clocksource0/"
              "current_clocksource", "-EACCES")
    m.no_pages().measured(2794.748e6).unsynchronised()

    m = machine("row-36-time-namespace",
                "A time namespace: the data page is not the kernel's own.")
    m.cpu("rome", "AMD EPYC 7742 64-Core Processor")
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 2245.76)
    m.file("/proc/self/timens_offsets",
           "monotonic           0         0\n"
           "boottime       864000         0\n")
    m.no_pages().measured(2245.76e6).unsynchronised()

    m = epyc_metal("row-40-cpu-added",
                   "CPU 9 was added after the process had started; the "
                   "others were compared.", cpus=10)
    m.compared(2245.760e6, range(9))

    m = machine("row-41-rdtsc-disabled",
                "PR_SET_TSC: RDTSC would fault in this process.")
    m.lines.remove("tsc-access: enabled")
    m.add("tsc-access: sigsegv")
    m.cpu("rome", "AMD EPYC 7742 64-Core Processor")
    m.kernel("tsc", "tsc hpet acpi_pm", AMD_FLAGS, 2245.76)
    m.no_pages().unsynchronised()

    m = epyc_metal("row-41b-rr",
                   "rr runs the program: it traces it, and answers RDTSC.")
    m.file("/proc/self/status", "Name:\ttscal\nTracerPid:\t77\n")
    m.file("/proc/77/comm", "rr\n")

    m = epyc_metal("row-41c-valgrind",
                   "Valgrind translates the program. Its RDTSC is the "
                   "host's.")
    m.file("/proc/self/status", "Name:\tnone-amd64-linu\nTracerPid:\t0\n")


def traps():
    m = machine("trap-kvm-clock-without-the-bit",
                "A guest whose CPUID shows no hypervisor, while its kernel "
                "runs on kvm-clock.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor")
    m.kernel("kvm-clock", "kvm-clock tsc hpet", KNOWN, 2794.748)
    m.pvclock(2794.748e6).measured(2794.748e6).unsynchronised()

    m = kvm("trap-tsc-went-back",
            "The leaf names a rate, but the TSC was seen to go back.",
            max_leaf=0x40000010)
    m.cpuid(0x40000010, 0, 2794748, 1000000)
    m.kernel("tsc", "tsc kvm-clock", KNOWN, 2794.748)
    m.no_pages().measured(2794.748e6, tsc_jump=-10**9).unsynchronised()

    m = machine("trap-counted-3-mhz",
                "Leaf 0x15 gives 2.3 GHz, and 3.3 MHz are counted.")
    m.cpu("icelake-sp", "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz",
          leaf15=(2, 184, 25000000), base_mhz=2300)
    m.kernel("tsc", "tsc hpet acpi_pm", KNOWN, 2300, cpus=80)
    m.no_pages().measured(3.3e6, read_ns=2000).unsynchronised()


def compose(folder):
    """Write all to a folder; MACHINES has them."""
    os.makedirs(folder, exist_ok=True)
    metal()
    guests()
    odd()
    traps()
    timers(machine)
    dumped(machine)
    reported(machine)
    for m in MACHINES:
        m.write(folder)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    compose(sys.argv[1] if len(sys.argv) > 1 else here + "/machines")


if __name__ == "__main__":
    main()
