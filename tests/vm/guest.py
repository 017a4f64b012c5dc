# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What a machine printed, as the expectations read it."""
import os
import pathlib
import tempfile

import cli
import lab
import test_json

# Its asserts, whose messages show both sides, and sane().
CHECK = test_json.Reports()

NUMBERS = ("used", "agrees")
# The statuses of a source with a number: on a slow machine a timer's bounds may
# be too wide to agree with anything.
GIVEN = (*NUMBERS, "coarse")


def steps(**named):
    """The steps that an expectation needs: NAME="shell"."""
    def mark(function):
        function.steps = {**getattr(function, "steps", {}), **named}
        return function
    return mark


def distance_ppm(one, other):
    """How far two intervals are apart, 0 where they meet."""
    gap = max(one[0] - other[1], other[0] - one[1], 0)
    return gap / other[0] * 1e6


class TooBusy(Exception):
    """The host is too busy to check this."""


def unless_busy(message):
    """A disturbance on a host that is not busy is a defect."""
    if os.getloadavg()[0] > os.cpu_count() + 0.5:
        raise TooBusy(f"{message} ({lab.busyness()})")
    CHECK.fail(f"{message}, and the host is not busy ({lab.busyness()})")


def undisturbed(line):
    if line["status"] == "unstable":
        unless_busy(f"{line['name']}: {line['sentence']}")
    return line


def parse(text):
    """A report, which is as the schema has it and sane."""
    doc = CHECK.parse(text)
    CHECK.assertEqual(doc["schema"], "tscal.report/1")
    CHECK.sane(doc)
    return doc


def source(doc, name):
    """A source's line."""
    lines = [s for s in doc["sources"] if s["name"] == name]
    CHECK.assertEqual(len(lines), 1, f"lines of {name}")
    return undisturbed(lines[0])


class Guest:
    def __init__(self, machine, done, host_hz):
        self.machine, self.done, self.host_hz = machine, done, host_hz

    def step(self, name, code=0):
        s = self.done[name]
        CHECK.assertEqual(s.code, code, f"{name}: {s.err}\n{s.out}")
        return s

    def report(self, name, code=None):
        s = self.done[name]
        CHECK.assertTrue(s.out, f"{name} exits with {s.code}: {s.err}")
        doc = parse(s.out)
        CHECK.assertEqual(
            s.code, self.machine.code if code is None else code,
            f"exit code of {name}: {doc['rate']}, {doc['use']}")
        return doc

    def undisturbed_report(self, name, code=None):
        """One that nothing disturbed."""
        doc = self.report(name, code)
        for line in doc["sources"]:
            undisturbed(line)
        return doc

    def source(self, step, name):
        """A source's line of a step's report."""
        return source(self.report(step), name)

    def contains_host_rate(self, line, slack_ppm=0):
        """A source's interval, and so much more, holds the host's rate."""
        CHECK.assertIn(line["status"], GIVEN, line)
        CHECK.assertIsNotNone(line["hz_lo"], line)
        off = distance_ppm((line["hz_lo"], line["hz_hi"]), self.host_hz)
        CHECK.assertLessEqual(
            off, slack_ppm, f"ppm between {line} and the host's {self.host_hz}")

    def replay(self, step, *options):
        """The report, on the host, of the recording that a step printed."""
        with tempfile.TemporaryDirectory() as where:
            path = pathlib.Path(where, "guest.rec")
            path.write_text(self.step(step).out)
            r = cli.run("--json", "replay", *options, str(path))
        CHECK.assertEqual(r.returncode, self.machine.code, r.stderr)
        return parse(r.stdout)

    def same_verdicts(self, recorded, recording, *options):
        """The report of `tscal record` in the guest, and the host's replay of
        what it wrote."""
        # Recording judges nothing, and so exits with 0.
        there = self.undisturbed_report(recorded, code=0)
        here = self.replay(recording, *options)
        for key in ("verdict", "source", "roots"):
            CHECK.assertEqual(there["rate"][key], here["rate"][key], key)
        for key in ("use", "hypervisor", "cpu"):
            CHECK.assertEqual(there[key], here[key])
        for a, b in zip(there["sources"], here["sources"]):
            # On a busy machine there may be no time to open a timer, and then
            # its recording does not have it.
            if "took twice the budget" in a["sentence"]:
                CHECK.assertEqual((a["status"], b["status"]),
                                  ("skipped", "absent"), b)
                continue
            for key in ("name", "status", "roots"):
                CHECK.assertEqual(a[key], b[key], f"{key} of {a}, {b}")
