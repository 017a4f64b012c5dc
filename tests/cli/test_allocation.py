# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Each allocation of the command fails in turn: it exits with a documented
code, with a message where it failed, and never prints half an answer."""
import json
import os
import pathlib
import tempfile
import unittest

import cli

RECORDING = str(cli.SOURCE / "tests/replay/machines/row-15-kvm-default.rec")
LIVE = ["--no-measure", "--budget-ms", "5"]
MOST = 5000


@unittest.skipIf(os.environ["TSCAL_SANITIZE"], "a sanitizer has its own malloc")
class EachFails(cli.Case):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def each(self, *args, **kw):
        whole = cli.run(*args, **kw).returncode
        for n in range(1, MOST):
            reached = self.dir / "not-reached"
            (self.dir / "out.rec").unlink(missing_ok=True)
            env = cli.clean_environment(
                LD_PRELOAD=os.environ["TSCAL_FAIL_ALLOCATION_LIBRARY"],
                TSCAL_FAIL_ALLOCATION=str(n), TSCAL_COUNT_FILE=str(reached))
            r = cli.run(*args, env=env, **kw)
            self.assertIn(r.returncode, range(5), (n, args, r.stderr))
            if r.returncode == 1:
                self.assertTrue(r.stderr, (n, args))
            elif "--json" in args:
                json.loads(r.stdout)
            else:
                self.assertTrue(r.stdout or args[0] == "convert", (n, args))
            if reached.exists():
                self.assertEqual(r.returncode, whole)
                self.assertGreater(n, 1)
                return
        self.fail(f"more than {MOST} allocations")

    def test_report(self):
        self.each("--json", *LIVE)
        self.each(*LIVE)

    def test_measured(self):
        """With the thread bound to its CPU."""
        self.each("hz", "--budget-ms", "5", "--window-ms", "1")

    def test_replay(self):
        self.each("--json", "replay", RECORDING)

    def test_record(self):
        self.each("record", str(self.dir / "out.rec"), *LIVE)

    def test_others(self):
        self.each("--json", "hv")
        self.each("--json", "sources")
        with open(os.devnull, encoding="ascii") as stamps:
            self.each("convert", "--hz", "2e9", stdin=stamps)


if __name__ == "__main__":
    unittest.main()
