# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Machines that nobody has recorded, as recordings (docs/recording.md).

A Machine collects answers and writes them as a recording.  Everything is
computed from its arguments, so the same script writes the same bytes.
"""

import struct

HYPERVISOR_BIT = 1 << 31
CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0/"

# CPUID.1:EAX of real parts, their vendor, and the basic leaves they have.
CPUS = {
    "milan": (0x00A00F11, "AuthenticAMD", 0x10),
    "rome": (0x00830F10, "AuthenticAMD", 0x10),
    "phoenix": (0x00A70F41, "AuthenticAMD", 0x10),
    "matisse": (0x00870F10, "AuthenticAMD", 0x10),
    "broadwell": (0x000406F1, "GenuineIntel", 0x14),
    "ivybridge": (0x000306E4, "GenuineIntel", 0x0D),
    "skylake-sp": (0x00050654, "GenuineIntel", 0x16),
    "cascadelake": (0x00050657, "GenuineIntel", 0x16),
    "icelake-sp": (0x000606A6, "GenuineIntel", 0x1B),
    "sapphirerapids": (0x000806F8, "GenuineIntel", 0x20),
    "coffeelake": (0x000906EA, "GenuineIntel", 0x16),
    "jasperlake": (0x000906C0, "GenuineIntel", 0x1B),
}

# The timers of a PC: Hz as a fraction, and bits.  HPETs declare a count in fs.
TIMERS = {
    "hpet": (10**15, 69841279, 32),
    "acpi-pm": (3579545, 1, 24),
    "pit": (3579545, 3, 16),
    "phc": (10**9, 1, 64),
    "realtime": (10**9, 1, 64),
}


def words(text, count):
    return struct.unpack("<%dI" % count, text.encode().ljust(4 * count, b"\0"))


class Machine:
    def __init__(self, name, what, cpuid=None):
        """cpuid: where the registers were published; None: made up too."""
        self.name = name
        self.raw_hz = None      # the truth, where one was composed
        self.lines = ["tscal-recording 1"]
        self.lines += ["# " + line for line in what.strip().split("\n")]
        if cpuid:
            self.add("# CPUID: %s." % cpuid)
            self.add("# Synthetic: all the rest (files, pages, samples).")
        else:
            self.add("# Synthetic: composed from documented register values, "
                     "not recorded.")
        self.add("tsc-access: enabled")

    def add(self, line):
        self.lines.append(line)
        return self

    def compared(self, hz, cpus, apart=None, round_trip_ns=196):
        """The TSC of each CPU was compared with that of the first; apart: by
        how many ns each one is ahead, where it is not 0."""
        self.add("cpus: " + " ".join(map(str, cpus)))
        step, half = 24, round(hz * round_trip_ns / 2e9)
        for cpu in cpus[1:]:
            ahead = round((apart or {}).get(cpu, 0) * hz / 1e9)
            lo, hi = ahead - half - step, ahead + half + step
            self.add("pair %d %d: rounds=1900 lo=%d hi=%d apart=%d moved=0 "
                     "warp=0 ticks=%d ns=600000 aux=1"
                     % (cpus[0], cpu, lo, hi, max(lo, -hi, 0),
                        round(hz * 6e-4)))
        return self

    def cpuid(self, leaf, sub, eax, ebx=0, ecx=0, edx=0):
        return self.add(
            "cpuid 0x%08x 0x%02x: eax=0x%08x ebx=0x%08x ecx=0x%08x edx=0x%08x"
            % (leaf, sub, eax, ebx, ecx, edx))

    def cpuid_range(self, first, last, step, eax, ebx=0, ecx=0, edx=0):
        return self.add(
            "cpuid 0x%08x-0x%08x/0x%x 0x00: eax=0x%08x ebx=0x%08x ecx=0x%08x "
            "edx=0x%08x" % (first, last, step, eax, ebx, ecx, edx))

    def dump(self, path):
        """The lines of `cpuid -1 -r`, as printed."""
        with open(path, encoding="ascii") as f:
            self.lines += f.read().splitlines()
        return self

    def file(self, path, text):
        return self.add('file "%s": "%s"' % (
            path, text.replace("\\", "\\\\").replace('"', '\\"')
            .replace("\n", "\\n").replace("\t", "\\t")))

    def table(self, name, data):
        """A table of ACPI."""
        return self.add('file "/sys/firmware/acpi/tables/%s": "%s"' % (
            name, "".join("\\x%02x" % byte for byte in data)))

    def no_table(self, name):
        return self.no_file("/sys/firmware/acpi/tables/" + name)

    def fadt(self, port=0x808):
        """The FADT (ACPI 6.5, 5.2.9) with the PM timer at a port; 0: none."""
        fadt = bytearray(b"FACP" + bytes(112))
        fadt[4] = len(fadt)
        fadt[76:80] = struct.pack("<I", port)
        fadt[91] = 4 if port else 0
        fadt[9] = -sum(fadt) & 0xFF
        return self.table("FACP", fadt).no_table("WAET")

    def hpet_table(self):
        """The table HPET (IA-PC HPET 1.0a, 3.2.4): what counts is that it is
        there."""
        hpet = bytearray(b"HPET" + bytes(52))
        hpet[4] = len(hpet)
        hpet[36:40] = struct.pack("<I", 0x8086A201)
        hpet[44:52] = struct.pack("<Q", 0xFED00000)
        hpet[9] = -sum(hpet) & 0xFF
        return self.table("HPET", hpet)

    def msr(self, number, value):
        return self.add("msr 0 0x%08x: 0x%x" % (number, value))

    def no_file(self, path, error="-ENOENT"):
        return self.add('file "%s": %s' % (path, error))

    def cpu(self, which, brand, guest=False, invariant=True, leaf15=None,
            base_mhz=None, max_basic=None, max_ext=0x80000008):
        eax, vendor, top = CPUS[which]
        v = words(vendor, 3)
        self.cpuid(0, 0, max_basic or top, v[0], v[2], v[1])
        self.cpuid(1, 0, eax, 0x00100800,
                   0x7ED8320B | (HYPERVISOR_BIT if guest else 0), 0x178BFBFF)
        if (max_basic or top) >= 0x15:
            self.cpuid(0x15, 0, *(leaf15 or (0, 0, 0)))
        if (max_basic or top) >= 0x16:
            self.cpuid(0x16, 0, base_mhz or 0, base_mhz or 0)
        if (max_basic or top) >= 0x20:
            for leaf in range(0x17, 0x21):
                self.cpuid(leaf, 0, 0)
        self.cpuid(0x80000000, 0, max_ext)
        b = words(brand, 12)
        for i in range(3):
            self.cpuid(0x80000002 + i, 0, *b[4 * i:4 * i + 4])
        self.cpuid(0x80000007, 0, 0, 0, 0, 0x100 if invariant else 0)
        return self

    def signature(self, text, base=0x40000000, max_leaf=0x40000001, eax=None):
        v = words(text, 3)
        return self.cpuid(base, 0, max_leaf if eax is None else eax, *v)

    def kernel(self, clocksource, available, flags="", mhz=0.0, cpus=4,
               cmdline="quiet"):
        if clocksource:
            self.file(CLOCKSOURCE + "current_clocksource", clocksource + "\n")
            self.file(CLOCKSOURCE + "available_clocksource", available + " \n")
        self.file("/proc/cpuinfo",
                  "processor\t: 0\nflags\t\t: fpu tsc msr %s\n"
                  "bogomips\t: %.2f\n" % (flags, 2 * mhz))
        self.file("/proc/cmdline", cmdline + "\n")
        self.file("/sys/devices/system/cpu/online", "0-%d\n" % (cpus - 1))
        return self

    def unsynchronised(self):
        return self.timex(0, status=0x40, state=5)

    def timex(self, ppm, status=0x2001, state=0, tick=10000, offset_ns=0,
              ptp=False):
        freq = round(ppm * 65536)
        for i in range(2):
            self.add("adjtimex %d: state=%d status=0x%x freq=%d offset_ns=%d "
                     "tick=%d maxerror_us=%d tai=0"
                     % (i, state, status, freq, offset_ns, tick, 20000))
        # No PTP clock that a synchronised clock could follow.
        for i in range(8 if not status & 0x40 and not ptp else 0):
            self.no_file("/sys/class/ptp/ptp%d/clock_name" % i)
        return self

    def mult(self, hz, ntp_ppm=0.0, page=0, at=(0x20, 0x108)):
        """The kernel's two mult/shift pairs in [vvar]; returns RAW's rate."""
        shift = 32
        while round(1e9 * 2**shift / hz) >> 24:
            shift -= 1
        mult = round(1e9 * 2**shift / hz)
        slewed = round(mult * (1 + ntp_ppm * 1e-6))
        self.add("page vvar %d: 0x%x=0x%x 0x%x=0x%x 0x%x=0x%x 0x%x=0x%x" % (
            page, at[0], slewed, at[0] + 4, shift, at[1], mult, at[1] + 4,
            shift))
        return 1e9 * 2**shift / mult

    def pvclock(self, hz, flags=1):
        shift, scaled = 0, hz
        while scaled > 2e9:
            scaled, shift = scaled / 2, shift - 1
        while scaled <= 1e9:
            scaled, shift = scaled * 2, shift + 1
        return self.pvclock_page(int((10**9 << 32) / scaled), shift, flags)

    def pvclock_page(self, mul, shift, flags=1):
        return self.add(
            "page vvar_vclock 0: 0x0=0x10 0x8=0xd4f38d75 0x10=0x51eb23a4 "
            "0x18=0x%x 0x1c=0x%x" % (mul, (shift & 0xFF) | flags << 8))

    def no_pages(self, error="-EFAULT", hyperv=False):
        """hyperv: but for the page of hyperv_page()."""
        for i in range(4):
            self.add("page vvar %d: %s" % (i, error))
        for i in range(1 if hyperv else 2):
            self.add("page vvar_vclock %d: -ENOENT" % i)
        return self

    def hyperv_page(self, hz):
        """Hyper-V's reference TSC page, as the vDSO maps it (TLFS, Partition
        Reference Time: sequence, reserved, scale, offset): 100 ns are
        ticks * scale >> 64.  Returns the clock's rate by it."""
        scale = int((10**7 << 64) / hz)
        self.add("page vvar_vclock 1: 0x0=0x1 0x8=0x%x 0xc=0x%x 0x10=0x51eb23a4"
                 % (scale & 0xFFFFFFFF, scale >> 32))
        return (10**7 << 64) / scale

    def vmclock(self, hz, marker=7, error_ppm=0.5):
        """A VMClock page (Linux, include/uapi/linux/vmclock-abi.h): a
        synchronised clock, its period in 2^-(64 + shift) s and how far that
        may be off."""
        shift = 30
        period = int(2.0**(64 + shift) / hz)
        error = int(period * error_ppm * 1e-6)
        page = bytearray(112)
        struct.pack_into("<IIHBBI", page, 0, 0x4B4C4356, len(page), 1, 1, 0, 2)
        struct.pack_into("<QQ", page, 16, marker, 1 << 4)
        page[34], page[39] = 2, shift
        struct.pack_into("<Q", page, 48, period)
        struct.pack_into("<Q", page, 64, error)
        text = ["0x%x=0x%x" % (4 * i, word) for i, word
                in enumerate(struct.unpack("<28I", page)) if word]
        return self.add("page vmclock 0: " + " ".join(text))

    def ptp(self, name):
        """The machine's only PTP clock."""
        self.file("/sys/class/ptp/ptp0/clock_name", name + "\n")
        for i in range(1, 9):
            self.no_file("/sys/class/ptp/ptp%d/clock_name" % i)
        return self

    def measured(self, hz, read_ns=30, rdtsc_ns=10.0, start_s=1000,
                 window_ms=10.4, samples=64, tsc_jump=0):
        """Bursts of CLOCK_MONOTONIC_RAW, by which the TSC ticks at hz and
        jumps by so many ticks between them."""
        self.raw_hz = hz
        cost = round(rdtsc_ns * hz / 1e9)
        start = int(start_s * hz)
        self.add("counter rdtsc: num=1 den=1 width=64 spin=0")
        self.add("samples rdtsc 0: " + " ".join(
            "%d/%d/%d" % ((start if not i else 3 * cost),
                          (start + cost if not i else 3 * cost), 2 * cost)
            for i in range(samples)))
        self.add("counter clock-raw: num=1000000000 den=1 width=64 spin=0")
        for burst in range(2):
            text = self.burst(hz, int,
                              start_s * 10**9 + burst * window_ms * 1e6,
                              samples, read_ns, burst * tsc_jump)
            self.add("samples clock-raw %d: %s" % (burst, text))
        return self

    def timer(self, which, hz, read_ns=1000, start_s=1000, window_ms=10.4,
              samples=64, den=None, spin=1):
        """Bursts of a timer, by which the TSC ticks at hz; den: another period
        than usual."""
        num, usual, width = TIMERS[which]
        den = den or usual
        self.add("counter %s: num=%d den=%d width=%d spin=%d"
                 % (which, num, den, width, spin))
        for burst in range(2):
            text = self.burst(
                hz, lambda ns: int(ns * num // (den * 10**9)) % 2**width,
                start_s * 10**9 + burst * round(window_ms * 10**6), samples,
                read_ns, 0)
            self.add("samples %s %d: %s" % (which, burst, text))
        return self

    def slow_timer(self, which, hz, reads_us, late, start_s=1000,
                   window_ms=10.4, den=None):
        """Bursts of a timer of which each read takes another time, since it is
        emulated.  The counter is read in the middle of each, and at this part
        of them in the last burst."""
        num, usual, width = TIMERS[which]
        den = den or usual
        self.add("counter %s: num=%d den=%d width=%d spin=1"
                 % (which, num, den, width))
        for burst in range(2):
            ns = start_s * 10**9 + burst * window_ms * 10**6
            text, prev = [], (0, 0)
            for read_us in reads_us:
                at = late if burst else 0.5
                before = int(ns * hz / 1e9)
                ref = int((ns + at * read_us * 1e3) * num
                          // (den * 10**9)) % 2**width
                ns += read_us * 1e3 + 7.37
                across = int((ns - 7) * hz / 1e9) - before
                text.append("%d/%d/%d" % (before - prev[0], ref - prev[1],
                                          across))
                prev = (before, ref)
            self.add("samples %s %d: %s" % (which, burst, " ".join(text)))
        return self

    @staticmethod
    def burst(hz, count, start_ns, samples, read_ns, jump):
        """Samples from a time on, of what counts so much by then."""
        text, prev = [], (0, 0)
        for i in range(samples):
            # The step between reads is not a whole number of ns, so the
            # counts' boundaries fall everywhere inside the brackets.
            ns = start_ns + i * (2 * read_ns + 7.37)
            before = int((ns - read_ns / 2) * hz / 1e9) + jump
            after = int((ns + read_ns / 2) * hz / 1e9) + 1 + jump
            ref = count(ns)
            text.append("%d/%d/%d" % (before - prev[0], ref - prev[1],
                                      after - before))
            prev = (before, ref)
        return " ".join(text)

    def write(self, folder):
        path = "%s/%s.rec" % (folder, self.name)
        with open(path, "w", encoding="ascii") as f:
            f.write("\n".join(self.lines + ["end"]) + "\n")
        return path
