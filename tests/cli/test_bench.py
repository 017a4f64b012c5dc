# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal bench: what is printed, not how fast this machine is."""
import unittest

import cli

NAMES = ["rdtsc", "rdtscp", "rdtsc_ordered", "conv_now", "now",
         "clock_gettime_monotonic", "convert_latency", "convert_throughput"]


class Bench(cli.Case):
    def setUp(self):
        if cli.run("bench").returncode == 4:
            self.skipTest("the TSC cannot be timed here")

    def test_json(self):
        doc = self.json("bench", schema="tscal.bench/1")
        self.assertEqual([c["name"] for c in doc["calls"]], NAMES)
        self.assertEqual(doc["now_on"] == "tsc", doc["now_why"] is None)
        for call in doc["calls"]:
            if call["ns_min"] is None:
                self.assertEqual(call["name"], "rdtscp")
                continue
            self.assertGreater(call["ns_min"], 0)
            self.assertLessEqual(call["ns_min"], call["ns_p10"])
            self.assertLessEqual(call["ns_p10"], call["ns_median"])
            self.assertLessEqual(call["ns_median"], call["ns_p90"])
            self.assertGreater(call["ratio_to_rdtsc"], 0)
        self.assertEqual(doc["calls"][0]["ratio_to_rdtsc"], 1)

    def test_text(self):
        out = cli.run("bench").stdout
        rows = [line.split()[0] for line in out.splitlines() if line[:1] > " "]
        for name in NAMES:
            self.assertIn(name, rows)
        self.assertIn("now ran on the TSC, at ", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_the_system_clock_is_said_to_be_what_it_is(self):
        env = cli.clean_environment(TSCAL_CLOCK="system")
        doc = self.json("bench", schema="tscal.bench/1", env=env)
        self.assertEqual(doc["now_on"], "system")
        self.assertIn("TSCAL_CLOCK", doc["now_why"])
        self.assertIn("now ran on clock_gettime(): TSCAL_CLOCK=system",
                      cli.run("bench", env=env).stdout)


class Without(cli.Case):
    def test_rdtsc(self):
        r = cli.run("bench", env=cli.without_rdtsc())
        self.assertEqual(r.returncode, 4)
        self.assertIn("the TSC cannot be timed here: ", r.stderr)


if __name__ == "__main__":
    unittest.main()
