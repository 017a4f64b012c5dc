# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Boot a machine under QEMU's software emulation, run steps in it, and return
what each printed."""
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

QEMU = "qemu-system-x86_64"
SKIP = 77
# A busy host delays ticks and reads.  The watchdog takes that for skew, and the
# check of the timer's interrupt panics.
APPEND = ("console=ttyS0 quiet panic=-1 tscal_lab tsc=nowatchdog "
          "no_timer_check")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIP)


def busyness():
    """How busy this machine is, for messages of skipped tests."""
    return (f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs "
            f"in the last minute")


@dataclasses.dataclass
class Machine:
    """One row of table.py."""
    name: str
    holds: list                 # expectations: see expect.py
    cpu: str = "max,-hypervisor"
    append: str = ""            # to the kernel's command line
    flags: tuple = ()           # to QEMU's
    clocksource: str = "tsc"    # steps begin when the kernel uses it
    code: int = 0               # what tscal exits with there
    seconds: int = 300          # longer, and it hangs: it takes 5 to 20
    still_seconds: int = 0      # Still after so long without output; 0: never
    archives: tuple = ("base.cpio",)  # the initramfs, before the steps
    files: dict = dataclasses.field(default_factory=dict)  # {path: bytes}

    def plan(self, khz):
        """The machine with the host's kHz, and its steps, {name: shell}."""
        return (dataclasses.replace(self, append=self.append.format(khz=khz)),
                gather(self.holds))

    def results(self, done):
        """Per guest of done, its row, its steps, and why it failed or None."""
        return [(self, done, None)]


def gather(expectations):
    """The steps of all, in order; one that two need is run once."""
    steps = {}
    for e in expectations:
        for name, text in e.steps.items():
            if steps.setdefault(name, text) != text:
                raise ValueError(f"two steps named {name}")
    return steps


@dataclasses.dataclass
class Step:
    """The result of a step."""
    code: int
    out: str
    err: str


class Failed(Exception):
    """The machine did not finish."""


class Still(Failed):
    """Its own clocks stand still: a step's time limit did not end it."""


def cpio(files):
    """An archive in cpio's "newc" format, which the kernel unpacks on top of
    the one before it: {path: content}."""
    out = b""
    for n, (path, data) in enumerate([*files.items(), ("TRAILER!!!", "")]):
        name = path.encode() + b"\0"
        data = data if isinstance(data, bytes) else data.encode()
        mode = 0o100644 if path != "TRAILER!!!" else 0
        fields = [n + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name),
                  0]
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + name
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return out


def orders(steps, clocksource):
    """The files that init reads: steps and clocksource."""
    return {"lab/clocksource": clocksource,
            **{f"lab/steps/{n:03}-{name}": text + "\n"
               for n, (name, text) in enumerate(steps.items())}}


def parse(report):
    """The steps between init's markers: {name: Step}."""
    pattern = (r"@@lab begin (\S+)\n(.*?)@@lab stderr \1\n(.*?)"
               r"@@lab end \1 (\d+)\n")
    return {name: Step(int(code), out, err) for name, out, err, code
            in re.findall(pattern, report, re.DOTALL)}


def spoilt(machine, dmesg, hz):
    """Why a busy host made this boot useless; None if it did not.
    The guest's kernel measures wrong when it is delayed meanwhile: its first
    guess by percents, and then it rejects what it measures next."""
    m = re.search(r"tsc: Detected ([\d.]+) MHz processor", dmesg)
    if not m or abs(float(m[1]) * 1e6 / hz - 1) > 0.009:
        return f"its kernel's first guess: {m and m[0]}"
    if not re.search(r"\btsc(_early_khz|=unstable)", machine.append) and \
            "Refined TSC clocksource calibration" not in dmesg:
        return "its kernel could not refine its first guess"
    return None


def tail(path, lines=25):
    text = path.read_text(errors="replace").replace("\r", "")
    return "\n".join(text.splitlines()[-lines:])


def boot(machine, steps, cache, tick=lambda: None):
    """Boot the machine and run {name: shell} in it.  tick() is called about
    once a second meanwhile.  Raises Failed with the tail of the console."""
    if not shutil.which(QEMU):
        skip(f"no {QEMU} (apt-get install qemu-system-x86)")
    cache = pathlib.Path(cache)
    for name in ("kernel/vmlinuz", *machine.archives):
        if not (cache / name).exists():
            skip(f"no {cache / name}: vm_prepare says why")
    steps = cpio({**machine.files, **orders(steps, machine.clocksource)})
    with tempfile.TemporaryDirectory(prefix="tscal-lab.") as temp:
        where = pathlib.Path(temp)
        (where / "initrd").write_bytes(b"".join(
            (cache / name).read_bytes() for name in machine.archives) + steps)
        run(machine, cache / "kernel" / "vmlinuz", where, tick)
        report = (where / "report").read_text(errors="replace")
        if not report.endswith("@@lab done\n"):
            raise Failed("init did not finish; the console:\n"
                         f"{tail(where / 'console')}\nthe report:\n"
                         f"{tail(where / 'report')}")
        return parse(report)


def run(machine, kernel, where, tick):
    """QEMU, from beginning to end."""
    command = [
        QEMU, "-accel", "tcg", "-cpu", machine.cpu, "-m", "512",
        "-no-user-config", "-nic", "none", "-display", "none",
        "-monitor", "none", "-no-reboot",
        "-serial", f"file:{where}/console", "-serial", f"file:{where}/report",
        "-kernel", str(kernel), "-initrd", f"{where}/initrd",
        "-append", f"{APPEND} {machine.append}",
        *machine.flags]
    for name in ("console", "report"):
        (where / name).touch()
    begin = changed = time.monotonic()
    report_bytes = 0
    with (where / "qemu").open("w") as log:
        qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                stderr=log, preexec_fn=die_with_parent)
    try:
        while True:
            tick()
            try:
                code = qemu.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                now = time.monotonic()
                size = (where / "report").stat().st_size
                if size != report_bytes:
                    changed, report_bytes = now, size
                if 0 < machine.still_seconds < now - changed:
                    raise Still(
                        f"no output for {machine.still_seconds} s; the report:\n"
                        f"{tail(where / 'report')}") from None
                if now - begin > machine.seconds:
                    raise Failed(
                        f"no end after {machine.seconds} s; the console:\n"
                        f"{tail(where / 'console')}\nthe report:\n"
                        f"{tail(where / 'report')}") from None
    finally:
        if qemu.poll() is None:
            qemu.kill()
            qemu.wait()
    output = (where / "qemu").read_text(errors="replace")
    if code:
        raise Failed(f"{' '.join(command)}\nexited with {code}:\n{output}")


def die_with_parent():
    """ctest kills a test that takes too long, not its children."""
    import ctypes
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)

