# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal bench: what is printed and when, not how fast this machine is."""
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

import cli
import truth

NAMES = ["rdtsc", "rdtscp", "rdtsc_ordered", "conv_now", "now", "now_ordered",
         "clock_gettime_monotonic", "clock_gettime_raw", "clock_gettime_coarse",
         "convert_latency", "convert_throughput", "batch"]
NUMBERS = ["ns_min", "ns_p10", "ns_median", "ns_p90", "ratio_to_rdtsc"]
ON_SYSTEM = {"TSCAL_CLOCK": "system"}


class Bench(cli.Case):
    def setUp(self):
        truth.skip_without_tsc()

    def sane(self, doc):
        """What the schema cannot express."""
        self.assertEqual([c["name"] for c in doc["calls"]], NAMES)
        self.assertEqual(doc["now_on"] == "tsc", doc["now_why"] is None)
        self.assertEqual(doc["cpu"] is None, doc["not_pinned"] is not None)
        self.assertEqual(doc["calls"][0]["ratio_to_rdtsc"], 1)
        for call in doc["calls"]:
            numbers = [call[key] for key in NUMBERS]
            if call["absent"]:
                self.assertEqual(numbers, [None] * len(NUMBERS))
                continue
            self.assertEqual(numbers[:4], sorted(numbers[:4]))
            self.assertGreater(call["ns_p90"], 0)

    def test_json(self):
        doc = self.json("bench", schema="tscal.bench/1")
        self.sane(doc)
        self.assertFalse(doc["interrupted"])
        rdtscp = re.search(r"^flags\b.*\brdtscp\b",
                           open("/proc/cpuinfo", encoding="ascii").read(),
                           re.M)
        self.assertEqual(doc["calls"][1]["absent"] is None, bool(rdtscp))

    def test_text(self):
        r = cli.run("bench", env=cli.clean_environment(COLUMNS="120"))
        self.assertEqual(r.returncode, 0, r.stderr)
        lines = r.stdout.splitlines()
        self.assertEqual([l.split()[0] for l in lines[1:len(NAMES) + 1]],
                         NAMES)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertIn("tscal's own rate, ", r.stdout)
        self.assertRegex(" ".join(lines[-2:]), r"tscal_now\(\) .*\d x a bare")

    def test_one_cpu(self):
        cpu = min(os.sched_getaffinity(0))
        doc = self.json("bench", schema="tscal.bench/1",
                        preexec_fn=lambda: os.sched_setaffinity(0, [cpu]))
        self.sane(doc)
        self.assertIn(doc["cpu"], (cpu, None))

    @unittest.skipIf(os.environ["TSCAL_SANITIZE"], "it cannot be traced")
    @unittest.skipUnless(shutil.which("strace"), "no strace")
    def test_not_permitted_to_pin(self):
        if subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"],
                          stderr=subprocess.DEVNULL, check=False).returncode:
            print("skipped: tracing is not permitted")
            self.skipTest("tracing is not permitted")
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                   "inject=sched_setaffinity:error=EPERM", cli.TSCAL, "bench"]
        r = subprocess.run([*command, "--json"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True, timeout=60,
                           check=False, env=cli.clean_environment())
        self.assertEqual(r.returncode, 0, r.stderr)
        doc = self.parse(r.stdout)
        self.sane(doc)
        self.assertIsNone(doc["cpu"])
        out = subprocess.check_output(command, text=True, timeout=60,
                                      env=cli.clean_environment())
        self.assertIn("not pinned: Operation not permitted", out)

    def test_on_the_system(self):
        env = cli.clean_environment(**ON_SYSTEM)
        doc = self.json("bench", schema="tscal.bench/1", env=env)
        self.sane(doc)
        self.assertEqual(doc["now_on"], "system")
        self.assertIn("TSCAL_CLOCK", doc["now_why"])
        out = " ".join(cli.run("bench", env=env).stdout.split())
        self.assertIn("is used instead of the TSC: TSCAL_CLOCK=system", out)
        self.assertIn("tscal_now() is clock_gettime() here", out)

    def test_interrupted(self):
        with subprocess.Popen([cli.TSCAL, "bench", "--json"],
                              stdout=subprocess.PIPE, text=True,
                              env=cli.clean_environment()) as p:
            while p.poll() is None and not self.catches(p.pid):
                time.sleep(0.001)
            p.send_signal(signal.SIGINT)
            doc = self.parse(p.stdout.read())
        self.sane(doc)
        # On a busy machine the signal may come when all is over.
        self.assertTrue(doc["interrupted"] or doc["elapsed_s"] >= 1.5 or
                        doc["rounds"] == 5000)
        self.assertEqual(p.returncode, 0)

    def catches(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            caught = re.search(r"^SigCgt:\s*(\w+)$", status.read(), re.M)
        return int(caught.group(1), 16) >> (signal.SIGINT - 1) & 1

    def test_full_disk(self):
        for args in (["bench"], ["bench", "--json"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                r = cli.run(*args, stdout=full)
            self.assertEqual(r.returncode, 1)
            self.assertIn("cannot write the output", r.stderr)


class Without(cli.Case):
    def test_rdtsc(self):
        r = cli.run("bench", env=cli.without_rdtsc())
        self.assertEqual(r.returncode, 4)
        self.assertEqual(r.stdout, "")
        self.assertIn("the TSC cannot be timed here: ", r.stderr)

    def test_no_other_options(self):
        self.refused("bench", "--duration", "1", says="no meaning with bench")
        self.refused("bench", "file", says="one argument too many")


if __name__ == "__main__":
    unittest.main()
