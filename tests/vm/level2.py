# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Machines of level 2: guests under KVM in a machine that is itself emulated.
Their CPUID is what QEMU gives KVM, so it can be any vendor's."""
import dataclasses
import fractions
import shlex

import lab

# Of level 1, on a busy host.
BOOT_SECONDS = 60
ANY_HYPERVISOR_LEAF = "drop 40000000 4fffffff"


@dataclasses.dataclass
class Nested:
    """One row of table_level2.py.  In `cpu` and `append` {khz} is the host's
    rate."""
    name: str
    holds: list                 # expectations: see expect_level2.py
    cpuid: tuple = ()           # lines of inject_cpuid.c, or what makes one
                                # of the host's kHz
    cpu: str = "host,migratable=off"
    machine: str = "q35"
    append: str = ""            # to the kernel's command line
    flags: tuple = ()           # to QEMU's
    clocksource: str = "any"    # steps begin when the kernel uses it
    backdoor: bool = True       # KVM lets user space reach the I/O ports
    code: int = 0               # what its recording's replay exits with
    wrong_rate: bool = False        # the report's rate is not the host's
    seconds: int = 180          # longer, and it hangs: it takes 15 to 60


@dataclasses.dataclass
class Host:
    """A machine of level 1, and its guests, one after the other."""
    name: str
    guests: list
    holds: list = dataclasses.field(default_factory=list)  # in itself, at the
                                # end: its guests have loaded KVM
    flags: tuple = ()           # to QEMU's
    append: str = "tsc_early_khz={khz} pmtmr=0 nohpet"
    clocksource: str = "tsc"    # guests begin when the kernel uses it

    def plan(self, rate):
        """As Machine.plan(): a step for each guest."""
        guests = [fill(g, rate) for g in self.guests]
        return lab.Machine(
            self.name, [], cpu="max,+svm", flags=("-m", "1024", *self.flags),
            append=self.append.format(khz=rate),
            archives=("base.cpio", "level2.cpio"),
            clocksource=self.clocksource,
            # Level 1 ends a guest that hangs, if its own timers go on.  If
            # they do not, that has to be noticed before its time is over.
            still_seconds=60 + max(g.seconds for g in guests),
            seconds=60 + BOOT_SECONDS + sum(g.seconds for g in guests),
            files={f"lab/guests/{g.name}.cpio": lab.cpio(
                lab.orders(lab.gather(g.holds), g.clocksource))
                for g in guests}), {
                    **{g.name: command(g) for g in guests},
                    **lab.gather(self.holds)}

    def results(self, done):
        """As Machine.results(): level 1 alone if its clock did not settle."""
        if done["settle"].code:
            return [(lab.Machine(self.name, []), done, None)]
        own = [(lab.Machine(self.name, self.holds), done, None)]
        return [(g, lab.parse(done[g.name].out), error(done[g.name]))
                for g in self.guests] + own * bool(self.holds)


def registers(text):
    """Twelve bytes, as EBX, ECX, EDX of a signature have them."""
    data = text.encode("latin-1").ljust(12, b"\0")
    assert len(data) == 12, text
    return " ".join(f"{int.from_bytes(data[n:n + 4], 'little'):x}"
                    for n in (0, 4, 8))


def signature(text, top=None, base=0x40000000):
    """The line for a base with this signature, whose leaves end at top."""
    return f"{base:x} {base if top is None else top:x} {registers(text)}"


def leaf(number, *values, sub=None):
    """The line for a leaf: EAX EBX ECX EDX, 0 where not given.  A number is
    itself, text as inject_cpuid.c has it, a function is given the host's kHz."""
    def line(khz):
        words = [v(khz) if callable(v) else v for v in values]
        words = [f"{w:x}" if isinstance(w, int) else w for w in words]
        words += ["0"] * (4 - len(words))
        index = "" if sub is None else f".{sub:x}"
        return f"{number:x}{index} {' '.join(words)}"
    return line


def khz(rate):
    """For leaf(): the host's kHz."""
    return rate


def khz_times(factor):
    return lambda rate: round(rate * factor)


def crystal(crystal_khz, factor=1):
    """The line for leaf 0x15 with that crystal, and so many times the host's
    rate.  Linux multiplies crystal and numerator in 32 bits."""
    def line(rate):
        hz = round(rate * factor)
        ratio = fractions.Fraction(hz, crystal_khz).limit_denominator(
            0xffffffff // hz)
        return leaf(0x15, ratio.denominator, ratio.numerator,
                    crystal_khz * 1000)(rate)
    return line


def fill(guest, rate):
    """The row with the host's kHz."""
    lines = [line(rate) if callable(line) else line for line in guest.cpuid]
    return dataclasses.replace(
        guest, cpuid=tuple(lines), cpu=guest.cpu.format(khz=rate),
        append=guest.append.format(khz=rate))


def command(guest):
    """What level 1 runs to boot it."""
    words = ["level2", guest.name, str(guest.seconds), "NY"[guest.backdoor],
             "-machine", guest.machine, "-cpu", guest.cpu,
             "-append", f"{lab.APPEND} {guest.append}", *guest.flags]
    if guest.cpuid:
        words[:0] = ["env", "LAB_CPUID=" + ";".join(guest.cpuid)]
    return shlex.join(words)


def error(step):
    """Why the guest that this step booted has no result, or None."""
    if step.code or not step.out.endswith("@@lab done\n"):
        return (f"it did not finish, exit code {step.code}:\n{step.err}\n"
                + "\n".join(step.out.splitlines()[-10:]))
    return None
