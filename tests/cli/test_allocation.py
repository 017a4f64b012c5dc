# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Each allocation of the command fails, one in each run (of bench and compare,
which take seconds, a sample): it exits with a documented code, with a message
where it failed; and where it did not, its answer is that of a run in which none
failed."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import cli

RECORDING = str(cli.SOURCE / "tests/replay/machines/row-15-kvm-default.rec")
LIVE = ["--no-measure", "--budget-ms", "5"]
MOST = 5000
# Short windows: 400 ppm is what one reaches (docs/man/tscal.1, --window-ms).
WITHIN_PPM = 1000


def ppm(a, b):
    return abs(a / b - 1) * 1e6


def shape(doc):
    """The members, with the numbers and sentences left out."""
    if isinstance(doc, dict):
        return {key: shape(value) for key, value in doc.items()}
    if isinstance(doc, list):
        return [shape(value) for value in doc]
    return None


@unittest.skipIf(os.environ["TSCAL_SANITIZE"], "a sanitizer has its own malloc")
class EachFails(cli.Case):
    # The code of a run that the others beside it disturb too much.
    busy = ()

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def run_one(self, n, args):
        """The run in which allocation n fails; 0: none."""
        reached = self.dir / f"not-reached-{n}"
        env = cli.clean_environment(
            LD_PRELOAD=os.environ["TSCAL_FAIL_ALLOCATION_LIBRARY"],
            TSCAL_FAIL_ALLOCATION=str(n), TSCAL_COUNT_FILE=str(reached))
        args = [a.replace("OUT", str(self.dir / f"{n}.rec")) for a in args]
        reached.unlink(missing_ok=True)
        r = cli.run(*args, env=env, stdin=subprocess.DEVNULL)
        return r, n and not reached.exists()

    def one(self, n, args, whole, same):
        """Whether allocation n was reached."""
        r, reached = self.run_one(n, args)
        says = (n, args, r.stderr)
        self.assertIn(r.returncode, (whole.returncode, 1, *self.busy), says)
        if r.returncode == 1 != whole.returncode:
            self.assertTrue(reached, says)
            self.assertTrue(r.stderr, says)
        else:
            same(r, whole, says)
        return reached

    def each(self, *args, same, todo=range(1, MOST), in_child=False):
        for _ in range(20):
            whole, _ = self.run_one(0, args)
            if whole.returncode not in self.busy:
                break
        self.assertIn(whole.returncode, (0, 2, 3, 4), whole.stderr)
        step = 4 * os.cpu_count()
        with concurrent.futures.ThreadPoolExecutor(step) as pool:
            for i in range(0, len(todo), step):
                runs = [pool.submit(self.one, n, args, whole, same)
                        for n in todo[i:i + step]]
                reached = [r.result() for r in runs]
                self.assertTrue(i or reached[0], "no allocation failed")
                if not all(reached) and not in_child:
                    return
        if in_child:
            return
        self.fail(f"more than {MOST} allocations")

    # What "the same answer" is ---------------------------------------------

    def bytes(self, r, whole, says):
        self.assertEqual(r.stdout, whole.stdout, says)

    def sections(self, r, whole, says):
        """Text of this moment: the names of its lines, and the first rate."""
        def names(text):
            return re.findall(r"^ {0,2}([a-z][a-z0-9-]*)", text, re.M)

        self.assertEqual(names(r.stdout), names(whole.stdout), says)
        rates = [re.search(r"(?:rate +|hz=)([0-9.]{8,})", x.stdout)
                 for x in (r, whole)]
        self.assertEqual(rates[0] is None, rates[1] is None, says)
        if all(rates):
            self.assertLess(ppm(*[float(x[1]) for x in rates]), WITHIN_PPM,
                            says)

    def rate(self, r, whole, says):
        self.assertLess(ppm(float(r.stdout), float(whole.stdout)), WITHIN_PPM,
                        says)

    def members(self, r, whole, says):
        doc, other = json.loads(r.stdout), json.loads(whole.stdout)
        self.assertEqual(shape(doc), shape(other), says)
        return doc, other

    def report(self, r, whole, says):
        doc, other = self.members(r, whole, says)
        for key in ("verdict", "source"):
            self.assertEqual(doc["rate"][key], other["rate"][key], says)
        self.assertEqual(doc["use"]["verdict"], other["use"]["verdict"], says)
        if other["rate"]["hz"]:
            self.assertLess(ppm(doc["rate"]["hz"], other["rate"]["hz"]),
                            WITHIN_PPM, says)

    def times(self, r, whole, says):
        (zero, ns), (_, other) = [x.stdout.split() for x in (r, whole)]
        self.assertEqual(zero, "0", says)
        self.assertLess(ppm(int(ns), int(other)), WITHIN_PPM, says)

    def clock(self, r, whole, says):
        doc, other = json.loads(r.stdout), json.loads(whole.stdout)
        self.assertEqual(list(doc), list(other), says)
        self.assertEqual(doc["on"], other["on"], says)
        if other["rate_hz"]:
            self.assertLess(ppm(doc["rate_hz"], other["rate_hz"]), WITHIN_PPM,
                            says)

    def bench(self, r, whole, says):
        doc, other = json.loads(r.stdout), json.loads(whole.stdout)
        self.assertEqual(list(doc), list(other), says)
        for key in ("name", "absent"):
            self.assertEqual(*[[call[key] for call in d["calls"]]
                               for d in (doc, other)], says)

    def sync(self, r, whole, says):
        """Where an allocation failed in the child that reads packages and
        nodes, they are not known."""
        doc, other = json.loads(r.stdout), json.loads(whole.stdout)
        self.assertEqual(list(doc), list(other), says)
        self.assertTrue(doc["sentence"], says)
        if r.returncode == whole.returncode:
            self.assertEqual(doc["verdict"], other["verdict"], says)
        self.assertNotEqual(doc["verdict"], "skewed", says)
        for cpu, known in zip(doc["cpus"], other["cpus"], strict=True):
            self.assertEqual(cpu["cpu"], known["cpu"], says)
            if cpu != known:
                self.assertTrue(doc["topology"], says)
                self.lost += 1

    def sync_text(self, r, whole, says):
        """The offsets are those of this moment."""
        self.assertRegex(r.stdout, r"^sync +[a-z]+: [^\n]", says)
        if r.returncode == whole.returncode:
            names = [re.findall(r"^([a-z]+) ", x.stdout, re.M)
                     for x in (r, whole)]
            self.assertEqual(names[0][:len(names[1])], names[1], says)
            self.assertLessEqual(names[0][len(names[1]):], ["topology"], says)

    # -------------------------------------------------------------------------

    def test_report(self):
        self.each(*LIVE, same=self.sections)
        self.each("--json", *LIVE, same=self.report)

    def test_measured(self):
        """With the thread bound to its CPU."""
        short = ["--budget-ms", "5", "--window-ms", "1"]
        self.each("hz", *short, same=self.rate)
        self.each("--json", *short, same=self.report)
        self.each("anchor", same=self.sections)

    def test_replay(self):
        self.each("replay", RECORDING, same=self.bytes)
        self.each("--json", "replay", RECORDING, same=self.bytes)

    def test_record(self):
        self.each("record", "OUT", *LIVE, same=self.sections)

    def test_others(self):
        self.each("--json", "hv", same=self.bytes)
        self.each("--json", "sources", same=self.members)
        stamps = self.dir / "stamps"
        stamps.write_text("1000000\n2001000000\n", encoding="ascii")
        self.each("convert", "--relative", str(stamps), same=self.times)

    def test_sync(self):
        """Exit code 5: the CPUs hardly ever ran at the same time.  The command
        does not reach the numbers that its child, hwloc's, does: of these a
        sample."""
        self.busy = (5,)
        self.lost = 0
        self.each("sync", same=self.sync_text)
        self.each("--json", "sync", same=self.sync, in_child=True,
                  todo=[*range(1, 100), *range(100, 1000, 10)])
        self.assertTrue(self.lost, "no allocation of hwloc's failed")

    def test_clock(self):
        self.each("--json", "clock", "--duration", "0.1", same=self.clock)

    def test_bench(self):
        """A sample: 1.5 s each, and few allocations."""
        self.each("--json", "bench", same=self.bench, todo=[1, 2, 3, 40, MOST])

    def test_compare(self):
        """A sample: it calibrates in processes of its own, in which they fail too; with
        none 10 s."""
        for n in (1, 30, 300):
            r, _ = self.run_one(n, ["--json", "compare", "--runs", "1"])
            self.assertEqual(r.returncode, 1, (n, r.stderr))
            self.assertEqual(r.stdout, "", n)
            self.assertIn("tscal: ", r.stderr)


if __name__ == "__main__":
    unittest.main()
