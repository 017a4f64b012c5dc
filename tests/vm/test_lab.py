# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""How the lab distinguishes a machine that stands still from one that works, and
a tscal without a rate from a machine without one."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import lab
import level2
import table_level2
import truth

# In place of QEMU: the file of the second -serial is the report.
NO_OUTPUT = """#!/bin/sh
exec sleep 60
"""
SLOW_OUTPUT = """#!/bin/sh
for word; do case $word in file:*) report=${word#file:} ;; esac; done
for i in 1 2 3 4 5 6; do echo $i >>"$report"; sleep 0.5; done
"""


class Still(unittest.TestCase):
    def run_machine(self, script, **limits):
        with tempfile.TemporaryDirectory() as where:
            qemu = pathlib.Path(where, "qemu.sh")
            qemu.write_text(script)
            qemu.chmod(0o755)
            before, lab.QEMU = lab.QEMU, str(qemu)
            try:
                lab.run(lab.Machine("fake", [], **limits), "kernel",
                        pathlib.Path(where), lambda: None)
            finally:
                lab.QEMU = before

    def test_no_output(self):
        with self.assertRaises(lab.Still):
            self.run_machine(NO_OUTPUT, still_seconds=1)

    def test_output_now_and_then(self):
        self.run_machine(SLOW_OUTPUT, still_seconds=2)

    def test_too_long(self):
        with self.assertRaises(lab.Failed) as caught:
            self.run_machine(SLOW_OUTPUT, seconds=1)
        self.assertNotIsInstance(caught.exception, lab.Still)


class Limits(unittest.TestCase):
    def test_a_host_that_stands_still_is_noticed_before_its_time_is_over(self):
        """Its last output is that of its boot."""
        for host in table_level2.HOSTS:
            machine, _ = host.plan(2400000)
            self.assertGreaterEqual(
                machine.seconds,
                machine.still_seconds + level2.BOOT_SECONDS, host.name)


class HostRate(unittest.TestCase):
    """A tscal that lost its rate fails the lab, and skips none of it."""

    def setUp(self):
        truth.skip_without_tsc()
        where = tempfile.TemporaryDirectory()
        self.addCleanup(where.cleanup)
        self.where = pathlib.Path(where.name)

    def boot(self, tscal):
        """run.py with that tscal, and with nothing that it could boot."""
        env = dict(os.environ, TSCAL=str(tscal),
                   TSCAL_VM_CACHE=str(self.where / "none"))
        r = subprocess.run(
            [sys.executable, "-B", pathlib.Path(lab.__file__).with_name(
                "run.py"), "bare"], env=env, text=True, timeout=50,
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return r.returncode, r.stdout

    def fake(self, text):
        path = self.where / "tscal"
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\nexit 4\n")
        path.chmod(0o755)
        return path

    def fails(self, text, says):
        code, out = self.boot(self.fake(text))
        self.assertEqual(code, 1, out)
        self.assertIn(says, out)
        self.assertNotIn("skipped", out)

    def test_no_rate(self):
        rate = {"hz_lo": None, "hz_hi": None, "sentence": "No rate."}
        self.fails(json.dumps({"rate": rate}), "does not find")

    def test_no_report(self):
        self.fails("", "no report")

    def test_another_rate(self):
        hz = sum(truth.rate()) / 2
        for factor in (1.37, 0.5, 1 + 20e-6):
            rate = {"hz_lo": hz * factor, "hz_hi": hz * factor}
            self.fails(json.dumps({"rate": rate}), "ppm from this machine's")

    def test_the_true_rate_and_nothing_to_boot(self):
        code, out = self.boot(os.environ["TSCAL"])
        self.assertEqual(code, lab.SKIP, out)
        self.assertIn("skipped: no ", out)


if __name__ == "__main__":
    unittest.main()
