# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Machines with sources that few machines have: MSRs, devices, network time.

Each source gives a number in one of them, unless another script has it.
"""

REFINED = "constant_tsc nonstop_tsc tsc_adjust"
KNOWN = "constant_tsc nonstop_tsc tsc_known_freq tsc_adjust"
HYPERV_TSC_HZ = 0x40000022


def reported(machine):
    hypervisors(machine)
    devices(machine)
    metal(machine)
    network_time(machine)


def hypervisors(machine):
    m = machine("hyperv-msr-root",
                "Hyper-V with the invariant TSC, root: the MSR of its "
                "frequency can be read (TLFS, HV_X64_MSR_TSC_FREQUENCY).")
    m.cpu("icelake-sp", "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz",
          guest=True, leaf15=(2, 208, 0))
    m.signature("Microsoft Hv", max_leaf=0x4000000C)
    m.cpuid(0x40000001, 0, 0x31237648)
    m.cpuid(0x40000003, 0, 0xAE7F, 0x388030, 0x2, 0xE0BED7B2)
    m.kernel("tsc", "tsc hyperv_clocksource_tsc_page acpi_pm", KNOWN,
             2793.437)
    m.msr(HYPERV_TSC_HZ, 2793437000)
    m.measured(m.mult(2793.437e6)).unsynchronised()

    m = machine("vmware-backdoor",
                "VMware of a time before the timing leaf, root: the backdoor "
                "gives the rate (open-vm-tools, backdoor_def.h, GETHZ).")
    m.file("/sys/class/dmi/id/product_name", "VMware Virtual Platform\n")
    m.file("/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n")
    m.cpu("ivybridge", "Intel(R) Xeon(R) CPU E5-2690 v2 @ 3.00GHz",
          guest=True)
    m.signature("VMwareVMware", max_leaf=0x40000000)
    m.add("backdoor port: 2999999000")
    m.kernel("tsc", "tsc acpi_pm", KNOWN, 2999.999)
    m.measured(m.mult(2999.999e6)).unsynchronised()


def kvm(machine, name, what):
    m = machine(name, what)
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor", guest=True)
    m.signature("KVMKVMKVM")
    return m.cpuid(0x40000001, 0, 0x01007EFB)


def devices(machine):
    m = kvm(machine, "kvm-vmclock",
            "KVM with a VMClock device: the host states the TSC's period by "
            "its own clock, 3.5 ppm from its TSC's declared rate.")
    m.kernel("tsc", "tsc kvm-clock", KNOWN, 2794.748, cpus=2)
    m.vmclock(2794.748e6 * (1 + 3.5e-6))
    m.pvclock(2794.748e6).measured(m.mult(2794.748e6)).unsynchronised()

    m = kvm(machine, "kvm-nested-kvm-ioctl",
            "A guest that has /dev/kvm itself: its kernel's kHz, which KVM "
            "would give a guest of its own.")
    m.add("kvm-khz: 2794748")
    m.kernel("tsc", "tsc kvm-clock", KNOWN, 2794.748, cpus=2)
    m.pvclock(2794.7485e6).measured(m.mult(2794.7485e6)).unsynchronised()


def epyc(machine, name, what, **kernel):
    m = machine(name, what)
    m.cpu("milan", "AMD EPYC 7763 64-Core Processor")
    return m.kernel("tsc", "tsc hpet acpi_pm", REFINED, 2445.42, cpus=128,
                    **kernel)


def metal(machine):
    m = epyc(machine, "epyc-metal-tsc-freq-khz",
             "Bare metal with a driver from outside Linux that shows the "
             "kernel's tsc_khz (github.com/trailofbits/tsc_freq_khz).")
    m.file("/sys/devices/system/cpu/cpu0/tsc_freq_khz", "2445423\n")
    m.measured(m.mult(2445.4236e6)).unsynchronised()

    m = epyc(machine, "epyc-metal-pit",
             "Bare metal, root, with --pit: HPET and PIT, whose crystals are "
             "3.1 ppm and -9.4 ppm off the TSC's.")
    hz = m.mult(2445.422e6)
    m.measured(hz, window_ms=50.4).timer("hpet", hz * (1 + 3.1e-6),
                                         window_ms=50.4)
    m.timer("pit", hz * (1 - 9.4e-6), read_ns=3400, window_ms=50.4)
    m.fadt(0).unsynchronised()


def network_time(machine):
    m = epyc(machine, "epyc-metal-ntp-second",
             "Bare metal with chrony at -12.3 ppm, measured for a second: "
             "CLOCK_REALTIME itself.")
    hz = m.mult(2445.422e6, -12.3)
    m.timex(-12.3)
    m.measured(hz, window_ms=1000.4)
    m.timer("realtime", hz / (1 - 12.3e-6), read_ns=30, window_ms=1000.4,
            spin=0)

    m = kvm(machine, "nitro-ena-ptp",
            "AWS Nitro whose ENA card has a PTP clock, which AWS keeps at "
            "UTC: it finds the TSC 6.4 ppm above what the record says.")
    m.kernel("kvm-clock", "kvm-clock tsc", KNOWN, 2794.748, cpus=2)
    m.ptp("ena-ptp-05").pvclock(2794.748e6)
    m.measured(2794.748e6, window_ms=1000.4)
    m.timer("phc", 2794.748e6 * (1 + 6.4e-6), read_ns=9000,
            window_ms=1000.4, spin=0)
    m.unsynchronised()

    m = epyc(machine, "epyc-metal-free-ptp",
             "Bare metal with a network card whose PTP clock nobody is known "
             "to steer: it confirms the rate, and tells no true second.")
    hz = m.mult(2445.422e6)
    m.ptp("00:1b:21:12:34:56")
    m.measured(hz, window_ms=1000.4)
    m.timer("phc", hz * (1 + 17.5e-6), read_ns=2000, window_ms=1000.4,
            spin=0)
    m.unsynchronised()
