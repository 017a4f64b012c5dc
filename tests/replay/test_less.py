#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What a recording does not hold is not known: each machine again, with one line
of its recording left out, and recordings of one line alone."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import run

TSCAL = os.environ.get("TSCAL_COMMAND",
                       run.HERE.parents[1] / "build/dev/src/cli/tscal")
# From the one that promises least.  The others speak against the TSC: without
# what shows it, a better one is right.
USES = ("unknown", "until-moved", "yes")
RATES = ("none", "single", "consistent", "verified")
# Facts that show a virtual machine, or a host below.  Without them a TSC may
# look better than it is, and nothing can tell.
SIGNS = re.compile(
    r"file /(sys/class/dmi|sys/firmware|sys/hypervisor|proc/xen|run|proc/cpuinfo|"
    r"dev|proc/self|sys/class/misc|proc/1|proc/vz|\.)|"
    r"file /sys/devices/(virtual/misc|system/cpu/online)|"
    r"cpuid 0x4|xen-cpuid|page|msr|counter|samples|adjtimex")
ANYTHING = r"reports no TSC|family 0,|CPUID cannot be read"
# What may not be said where this leaf is not there.
CLAIMS = {
    "0x00000000": r"CPUID ends at leaf",
    "0x00000001": r"no hypervisor by CPUID|no hypervisor here|"
                  r"CPUID reports no hypervisor",
    "0x40000000": r"an unreadable|leaves at 0x40000000",
    "0x40000001": r"does not have Hyper-V's interface",
    "0x40000003": r"Hyper-V's interface (?:ends|here does not)",
    "0x80000000": r'no brand string|\\" names no frequency',
    "0x80000001": r'"RDTSCP may be executed|RDTSCP is not offered',
    "0x80000002": r'no brand string|\\" names no frequency',
}
# The same, unless something other than CPUID shows a virtual machine.
GUEST = r"(?<!perhaps )in a virtual machine|emulated by the host|The host controls"
SHOWN = re.compile(r"kvm-clock|hyperv_clocksource|\bxen\b|\bhypervisor\b")
# The time that a read of a timer takes shows it here.
SHOWN_BY_TIMERS = ("row-28-leaked-15h-root", "row-29-kvm-hidden-root")
# May be executed, or was.
ACCESS = r"This process may execute RDTSC"
LISTED = r"The kernel lists tsc"
FILES = {
    "/proc/cpuinfo": r"shows no bogomips",
    "current_clocksource": r"the kernel's clocksource is|own clock runs on|"
                           r"The kernel's clock (?:reads|counts)|kernel counts|"
                           r"kernel asks the hypervisor for the time",
    "available_clocksource": r"(?<!may have )switched it off|"
                             r"does not list tsc",
    "/proc/self/status": r"No sign that rr|translates this program|runs this program and",
    "/comm": r"rr runs this program and",
}


def replay(directory, lines):
    """The report on these lines of a recording."""
    with tempfile.NamedTemporaryFile(
            "w", dir=directory, encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        done = subprocess.run([TSCAL, "--json", "replay", file.name],
                              capture_output=True, text=True, timeout=60,
                              check=False)
    if done.returncode not in run.WITH_REPORT:
        raise run.Failed(f"exits with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout), done.returncode


def first_here(path, lines, line):
    """Measurements and pages: one of each kind, in every sixth machine."""
    kind = re.match(r"(samples|counter|page|msr|adjtimex) \S*", line)
    return kind and sum(path.stem.encode()) % 6 == 0 and \
        line == next(x for x in lines if x.startswith(kind[0]))


def leaf_of(line):
    """The leaf of a line of CPUID, of a recording or of cpuid -r; or None."""
    m = re.match(r"(?:cpuid|  )\s*(0x[0-9a-f]{8}) 0x0*0:", line)
    return m and m[1]


def hypervisor_bit(line):
    """Whether a line is leaf 1 with the bit of a hypervisor, ECX[31]."""
    ecx = re.search("ecx=0x([0-9a-f]{8})", line)
    return leaf_of(line) == "0x00000001" and int(ecx[1], 16) >> 31 == 1


def claims(name, line, report, rest):
    """What the report states and cannot know without the line."""
    text = json.dumps(report)
    leaf = leaf_of(line)
    bad = [ANYTHING]
    if leaf in CLAIMS and not any(leaf_of(other) == leaf for other in rest):
        bad.append(CLAIMS[leaf])
        if leaf == "0x40000000" and any(map(hypervisor_bit, rest)):
            bad.append("no hypervisor by CPUID")
    bad += [words for file, words in FILES.items()
            if line.startswith("file ") and file in line.split()[1]]
    # The clocksource that the kernel uses is in its list.
    if "available_clocksource" in line and \
            not any('current_clocksource": "tsc' in other for other in rest):
        bad.append(LISTED)
    if "tsc-access" in line and report["trust"]["rdtsc_ns"] is None:
        bad.append(ACCESS)
    found = [m[0] for m in (re.search(words, text) for words in bad) if m]
    if leaf == "0x00000001" and len(bad) > 1:
        found += [key for key in ("family", "model", "stepping")
                  if report["cpu"][key] is not None]
        guest = re.search(GUEST, text)
        if guest and name not in SHOWN_BY_TIMERS and \
                not report["hypervisor"]["evidence"] and \
                not any(SHOWN.search(other) for other in rest):
            found.append(guest[0])
        found += ["present"] * (report["hypervisor"]["present"] is False)
    return found


def better(line, before, after):
    """Verdicts that are better although less is known."""
    for part, order in (("use", USES), ("rate", RATES)):
        was, now = (doc[part]["verdict"] for doc in (before, after))
        if was in order and now in order and \
                order.index(now) > order.index(was) and not SIGNS.match(line):
            yield f"{part}: {was}, and {now} without it"


def code_of(doc):
    """The exit code that the verdicts mean."""
    rate, use = doc["rate"]["verdict"], doc["use"]["verdict"]
    if rate == "none" and use == "unknown":
        return 5
    if rate == "none" or use == "no":
        return 4
    return 3 if rate == "conflict" else 0


class Less(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name

    def test_one_line_left_out(self):
        def one(job):
            path, lines, i, before = job
            rest = lines[:i] + lines[i + 1:]
            try:
                after, code = replay(self.dir, rest)
            except run.Failed as why:
                return [f"{path.stem}: {lines[i][:70]}: {why}"]
            wrong = claims(path.stem, lines[i], after, rest)
            wrong += better(lines[i], before, after)
            if code != code_of(after):
                wrong.append(f"exit code {code}")
            return [f"{path.stem}: {lines[i][:70]}: {w}" for w in wrong]

        jobs = []
        for path in sorted(run.MACHINES.glob("*.rec")):
            lines = path.read_text("utf-8").splitlines()
            before, _ = replay(self.dir, lines)
            jobs += [(path, lines, i, before) for i, line in enumerate(lines)
                     if re.match("cpuid|file|tsc-access", line) or
                     leaf_of(line) in CLAIMS or
                     first_here(path, lines, line)]
        self.assertGreater(len(jobs), 500)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            wrong = [w for found in pool.map(one, jobs) for w in found]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_one_line_alone(self):
        """One of each kind, each leaf and each file."""
        kinds = {}
        for path in sorted(run.MACHINES.glob("*.rec")):
            for line in path.read_text("utf-8").splitlines():
                if re.match(r"[a-z]", line) and \
                        not line.startswith(("tscal-recording", "end")):
                    kinds.setdefault(" ".join(line.split()[:2]), line)
        self.assertGreater(len(kinds), 40)
        for line in ["# nothing", *kinds.values()]:
            doc, code = replay(self.dir, ["tscal-recording 1", line, "end"])
            self.assertEqual(code, code_of(doc), line)
            wrong = [ANYTHING]
            leaf = leaf_of(line)
            wrong += [words for key, words in CLAIMS.items() if key != leaf and
                      # The bits of leaf 1 tell.
                      not (leaf == "0x00000001" and key[2] == "4")]
            wrong += [words for name, words in FILES.items()
                      if name not in line]
            wrong += [ACCESS] * (not line.startswith(("tsc-acc", "samples")))
            wrong += [LISTED] * ("clocksource" not in line)
            text = json.dumps(doc)
            for words in wrong:
                self.assertNotRegex(text, words, line[:80])
            if leaf != "0x00000001":
                self.assertIsNone(doc["cpu"]["family"], line[:80])
            if not line.startswith(("samples", "tsc-access")):
                self.assertIn(doc["use"]["verdict"], ("unknown",), line[:80])

    def test_clock_makes_it_known(self):
        """No rate although something was measured is no, not unknown."""
        path = run.MACHINES / "row-03-epyc-metal-unprivileged.rec"
        lines = path.read_text("utf-8").splitlines()
        doc, _ = replay(self.dir, lines)
        self.assertEqual(doc["use"]["verdict"], "yes")
        doc, code = replay(self.dir, [
            line for line in lines if not line.startswith(
                ("samples", "counter", "file /sys/devices/system/clocks"))])
        self.assertEqual((code, doc["use"]["verdict"]), (5, "unknown"))


if __name__ == "__main__":
    unittest.main()
