# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Machines whose hardware timers root has read (`record --probe ports`)."""

REFINED = "constant_tsc nonstop_tsc tsc_adjust"
KNOWN = "constant_tsc nonstop_tsc tsc_known_freq tsc_adjust"
# QEMU's HPET: 10 ns a count.
QEMU_HPET = 10_000_000
PLATFORM_INFO = 0xCE
EMULATE_PM_TIMER = 0x121
HWCR = 0xC0010015
P_STATE_0 = 0xC0010064


def off(hz, ppm):
    """The rate by a counter whose crystal is slow by so many ppm."""
    return hz * (1 + ppm * 1e-6)


def timers(machine):
    amd(machine)
    early(machine)
    intel(machine)
    laptops(machine)
    guests(machine)


def amd(machine):
    """The mean rate lies below that of P0, for the crystal's spectrum is
    spread."""
    for name, what, pm_timer in (
            ("row-01-epyc-metal-root",
             "EPYC on bare metal, root: HPET, PM timer and P-state 0.", True),
            ("row-02-epyc-metal-root-no-pm-timer",
             "The same without a PM timer: the kernel has measured "
             "against the HPET.", False)):
        m = machine(name, what)
        m.cpu("milan", "AMD EPYC 7763 64-Core Processor")
        m.kernel("tsc", "tsc hpet acpi_pm" if pm_timer else "tsc hpet",
                 REFINED, 2445.42, cpus=128)
        # TscFreqSel; 98 x 25 MHz over 8 eighths: 2450 MHz.
        m.msr(HWCR, 1 << 24).msr(P_STATE_0, 1 << 63 | 8 << 8 | 98)
        hz = m.mult(off(2450e6, -1869))
        m.measured(hz).timer("hpet", off(hz, 3.1))
        m.fadt(0x808 if pm_timer else 0)
        if pm_timer:
            m.timer("acpi-pm", off(hz, -11.7))
        m.unsynchronised()


def early(machine):
    """The kernel's rate and clock are a first guess; the two timers have
    crystals of their own, and are read with --pit."""
    m = machine("tsc-early-root",
                "Bare metal two seconds after the start, root: the kernel "
                "still refines, HPET and PIT agree.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor")
    m.kernel("tsc-early", "tsc-early hpet", REFINED, 2794.7)
    # The guess is 31 ppm fast; the clock follows it, the timers do not.
    m.no_pages().measured(2794.7e6)
    hz = 2794.7e6 / (1 + 31e-6)
    m.timer("hpet", off(hz, 3.1), window_ms=50)
    m.timer("pit", off(hz, -9.4), read_ns=4000, window_ms=50)
    m.fadt(0).unsynchronised()


def intel(machine):
    m = machine("row-06-icelake-sp-root",
                "Ice Lake server whose kernel took leaf 0x15: the HPET is "
                "independent of it.")
    m.cpu("icelake-sp", "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz",
          leaf15=(2, 184, 25000000), base_mhz=2300)
    m.kernel("tsc", "tsc hpet", KNOWN, 2300, cpus=80)
    m.msr(PLATFORM_INFO, 23 << 8)
    hz = m.mult(2300e6)
    m.measured(hz).timer("hpet", off(hz, 7.9)).fadt(0).unsynchronised()

    m = machine("row-42-overclocked-bclk-root",
                "BCLK at 103 MHz, root: HPET and PM timer have crystals of "
                "their own and confirm it.")
    m.cpu("broadwell", "Intel(R) Core(TM) i7-6850K CPU @ 3.60GHz")
    m.kernel("tsc", "tsc hpet acpi_pm", REFINED, 3708)
    m.msr(PLATFORM_INFO, 36 << 8)
    hz = m.mult(3708.02e6)
    m.measured(hz).timer("hpet", off(hz, -4.4)).fadt()
    m.timer("acpi-pm", off(hz, 15.2)).unsynchronised()


def laptops(machine):
    m = machine("row-09-coffeelake-laptop-root",
                "Coffee Lake laptop, root: Linux has switched the HPET off "
                "because it stops in deep sleep, so it is left alone.")
    m.cpu("coffeelake", "Intel(R) Core(TM) i7-8750H CPU @ 2.20GHz",
          leaf15=(2, 184, 24000000), base_mhz=2200)
    m.kernel("tsc", "tsc acpi_pm", KNOWN, 2208, cpus=12)
    m.msr(PLATFORM_INFO, 22 << 8).msr(EMULATE_PM_TIMER, 0)
    hz = m.mult(2208e6)
    m.measured(hz).hpet_table().fadt(0x1808)
    m.timer("acpi-pm", off(hz, -21.3)).unsynchronised()

    m = machine("row-10-chromebook-emulated-pm-timer",
                "Jasper Lake Chromebook with coreboot: microcode makes the PM "
                "timer of the CPU's crystal (MSR 0x121), as leaf 0x15 does "
                "the TSC.")
    m.cpu("jasperlake", "Intel(R) Pentium(R) Silver N6000 @ 1.10GHz",
          leaf15=(3, 87, 38400000), base_mhz=1100)
    m.kernel("tsc", "tsc acpi_pm", KNOWN, 1113.6)
    # 3579545 / 38.4 MHz in 2^32nds (coreboot, fast_spi/pmc: port 0x1808).
    m.msr(PLATFORM_INFO, 11 << 8)
    m.msr(EMULATE_PM_TIMER,
          (3579545 << 32) // 38400000 << 32 | 1 << 16 | 0x1808)
    hz = m.mult(1113.6e6)
    m.measured(hz).no_table("HPET").fadt(0x1808)
    m.timer("acpi-pm", off(hz, 0.05), read_ns=1500).unsynchronised()


def guests(machine):
    """A timer that a hypervisor emulates takes 10 us a read and is derived from
    the host's clock, which its NTP has corrected."""
    m = machine("row-28-leaked-15h-root",
                "A guest of bhyve whose kernel used a leaked leaf 0x15: "
                "its clock is 2.8 times off, and timers show it.")
    m.cpu("sapphirerapids", "Intel(R) Xeon(R) CPU @ 2.20GHz", guest=True,
          leaf15=(2, 616, 25000000), base_mhz=0, max_basic=0x1F)
    m.signature("bhyve bhyve ", max_leaf=0x40000000)
    m.kernel("tsc", "tsc hpet acpi_pm", KNOWN, 7700)
    # 10 ns a read by true time.
    m.measured(m.mult(7700e6), rdtsc_ns=10 / 2.8)
    m.timer("hpet", off(2750e6, 9.3), 10000)
    m.fadt(0x408).timer("acpi-pm", off(2750e6, 9.3), 10000).unsynchronised()

    m = machine("row-29-kvm-hidden-root",
                "KVM hidden from CPUID: the HPET's period is QEMU's, so all "
                "timers have one root.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor")
    for name, text in (("sys_vendor", "ASUS"), ("bios_vendor", "AMI"),
                       ("product_name", "System Product Name")):
        m.file("/sys/class/dmi/id/" + name, text + "\n")
    m.kernel("tsc", "tsc hpet acpi_pm", REFINED, 2794.75)
    hz = m.mult(2794.761e6)
    m.measured(hz).timer("hpet", off(hz, 6.2), 10000, den=QEMU_HPET)
    m.fadt(0x608).timer("acpi-pm", off(hz, 6.2), 10000)
    m.timer("pit", off(hz, 6.2), 15000).unsynchronised()

    m = machine("row-30-kvm-leaf-root",
                "KVM with its leaf and QEMU's HPET, root: the host's rate "
                "against the host's own timer.")
    m.cpu("milan", "AMD EPYC 7543 32-Core Processor", guest=True)
    m.signature("KVMKVMKVM", max_leaf=0x40000010)
    m.cpuid(0x40000001, 0, 0x01007EFB)
    m.cpuid(0x40000010, 0, 2794748, 1000000)
    m.kernel("tsc", "tsc kvm-clock hpet", KNOWN, 2794.748)
    m.pvclock(2794.748e6).measured(m.mult(2794.748e6))
    # 10 ms are too short to show 500 ppm by such reads: the window grew.
    m.timer("hpet", off(2794.748e6, -14.6), 10000, window_ms=41.6,
            den=QEMU_HPET)
    m.fadt(0).unsynchronised()

    # Seen in a guest inside a guest, on a busy host: the value was 946 ppm off,
    # well inside its own bounds.
    m = machine("kvm-hidden-slow-hpet",
                "Two layers of emulation and a busy host: few reads of the "
                "HPET, at 37 to 500 us, and those of the last burst late.")
    m.cpu("icelake-sp", "Intel(R) Xeon(R) CPU @ 2.10GHz",
          leaf15=(1, 87, 24091033), base_mhz=2100)
    m.file("/sys/class/dmi/id/sys_vendor", "QEMU\n")
    m.kernel("tsc", "tsc hpet", KNOWN, 2096.02)
    hz = m.mult(2096.02e6)
    m.measured(hz)
    m.slow_timer("hpet", hz, (41, 38, 90, 500, 37, 45), late=0.89, window_ms=15.4,
                 den=QEMU_HPET)
    m.fadt(0).unsynchronised()
