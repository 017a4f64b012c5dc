# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Small recordings (docs/recording.md) of machines that do not exist."""
import struct

CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0/"


def registers(eax=0, ebx=0, ecx=0, edx=0):
    return f"eax=0x{eax:08x} ebx=0x{ebx:08x} ecx=0x{ecx:08x} edx=0x{edx:08x}"


def text(data, order):
    """Registers that hold text, such as a vendor or a brand."""
    size = 4 * len(order)
    words = struct.unpack(f"<{size // 4}I", data.ljust(size, b"\0"))
    return dict(zip(order, words))


def leaf(number, **regs):
    return f"cpuid 0x{number:08x} 0x00: {registers(**regs)}"


def quoted(data):
    out = ""
    for byte in data:
        c = chr(byte)
        plain = 0x20 <= byte < 0x7f and c not in '\\"'
        out += c if plain else "\\x%02x" % byte
    return f'"{out}"'


def file(path, data):
    return f"file {quoted(path.encode())}: {quoted(data)}"


def samples(tsc_hz, seconds, first_tsc, n=64):
    """A burst on CLOCK_MONOTONIC_RAW, begun after so many seconds."""
    step_ns, across = 50, 40
    out, last = [], (0, 0, 0)
    for i in range(n):
        ns = int(seconds * 1e9) + i * step_ns
        before = first_tsc + round(ns * tsc_hz / 1e9) - across // 2
        now = (before, ns)
        out.append(f"{now[0] - last[0]}/{now[1] - last[1]}/{across}")
        last = now
    return " ".join(out)


def machine(hz=2.4e9, leaf_khz=2400000, signature=b"VMwareVMware",
            base=0x40000000, vendor=b"GenuineIntel", brand=b"Imaginary CPU",
            clocksource=b"tsc\n", available=b"tsc acpi_pm \n", more=()):
    """A guest whose leaf gives leaf_khz and whose TSC ticks at hz; with hz None
    nothing is known of its clocks.  more: other bases and their signatures."""
    lines = [
        "tscal-recording 1",
        leaf(0, eax=1, **text(vendor, ("ebx", "edx", "ecx"))),
        leaf(1, eax=0x50654, ecx=1 << 31, edx=1 << 4),
        leaf(0x80000000, eax=0x80000007),
        leaf(0x80000007, edx=1 << 8),
        leaf(base, eax=base + 0x10,
             **text(signature, ("ebx", "ecx", "edx"))),
        leaf(base + 0x10, eax=leaf_khz, ebx=66000),
        "tsc-access: enabled",
    ]
    for other, name in more:
        lines.append(leaf(other, eax=other,
                          **text(name, ("ebx", "ecx", "edx"))))
    taken = [base] + [other for other, _ in more]
    for other in range(0x40000000, 0x40010000, 0x100):
        if other not in taken:
            lines.append(leaf(other))
    for i in range(3):
        part = brand.ljust(48, b"\0")[16 * i:16 * (i + 1)]
        lines.append(leaf(0x80000002 + i, **text(
            part, ("eax", "ebx", "ecx", "edx"))))
    if clocksource is not None:
        lines.append(file(CLOCKSOURCE + "current_clocksource", clocksource))
        lines.append(file(CLOCKSOURCE + "available_clocksource", available))
    if hz is not None:
        lines += [
            "counter clock-raw: num=1000000000 den=1 width=64 spin=0",
            "samples clock-raw 0: " + samples(hz, 100, 10**12),
            "samples clock-raw 1: " + samples(hz, 100.01, 10**12),
        ]
    return "\n".join(lines + ["end", ""]).encode()
