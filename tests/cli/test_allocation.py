# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Each allocation of the command fails in turn: it exits with a documented
code, with a message where it failed, and never prints half an answer."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import cli

RECORDING = str(cli.SOURCE / "tests/replay/machines/row-15-kvm-default.rec")
LIVE = ["--no-measure", "--budget-ms", "5"]
MOST = 5000
STEP = 20


@unittest.skipIf(os.environ["TSCAL_SANITIZE"], "a sanitizer has its own malloc")
class EachFails(cli.Case):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def one(self, n, args, whole):
        """Whether allocation n was reached."""
        reached = self.dir / f"not-reached-{n}"
        reached.unlink(missing_ok=True)
        args = [a.replace("OUT", str(self.dir / f"{n}.rec")) for a in args]
        env = cli.clean_environment(
            LD_PRELOAD=os.environ["TSCAL_FAIL_ALLOCATION_LIBRARY"],
            TSCAL_FAIL_ALLOCATION=str(n), TSCAL_COUNT_FILE=str(reached))
        r = cli.run(*args, env=env, stdin=subprocess.DEVNULL)
        self.assertIn(r.returncode, range(5), (n, args, r.stderr))
        if r.returncode == 1:
            self.assertTrue(r.stderr, (n, args))
        elif "--json" in args:
            json.loads(r.stdout)
        else:
            self.assertTrue(r.stdout or "convert" in args, (n, args))
        if reached.exists():
            self.assertEqual(r.returncode, whole, (n, args, r.stderr))
        return not reached.exists()

    def each(self, *args):
        whole = cli.run(*[a.replace("OUT", str(self.dir / "0.rec"))
                          for a in args], stdin=subprocess.DEVNULL).returncode
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for first in range(1, MOST, STEP):
                runs = [pool.submit(self.one, n, args, whole)
                        for n in range(first, first + STEP)]
                if not all([r.result() for r in runs]):
                    return
        self.fail(f"more than {MOST} allocations")

    def test_report(self):
        self.each(*LIVE)

    def test_measured(self):
        """With the thread bound to its CPU."""
        self.each("hz", "--budget-ms", "5", "--window-ms", "1")

    def test_replay(self):
        self.each("--json", "replay", RECORDING)

    def test_record(self):
        self.each("record", "OUT", *LIVE)

    def test_others(self):
        self.each("--json", "hv")
        self.each("--json", "sources")
        self.each("convert", "--hz", "2e9")


if __name__ == "__main__":
    unittest.main()
