# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""How the lab distinguishes a machine that stands still from one that works."""
import pathlib
import tempfile
import unittest

import lab

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


if __name__ == "__main__":
    unittest.main()
