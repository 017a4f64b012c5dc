# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The command as a process that traps floating-point exceptions: no division
by zero, no overflow and no invalid operation kills it, on any machine."""
import os
import pathlib
import signal
import tempfile
import unittest

import cli

RECORDINGS = sorted(
    path for folder in ("tests/replay/machines", "tests/fuzz/corpus")
    for path in (cli.SOURCE / folder).glob("*.rec"))


class Trapping(cli.Case):
    def survives(self, *args, **kw):
        r = cli.run(*args, **kw)
        self.assertIn(r.returncode, range(6), (args, r.stderr))
        self.assertNotRegex(r.stdout, r"(?i)\bnan\b|\binf\b", args)
        return r

    def test_it_traps(self):
        env = cli.clean_environment(TSCAL_TEST_DIVIDE_BY_ZERO="1")
        # A sanitizer may report the signal and exit.
        self.assertIn(cli.run("--version", env=env).returncode,
                      (-signal.SIGFPE, 1))

    def test_recordings(self):
        self.assertGreater(len(RECORDINGS), 50)
        for path in RECORDINGS:
            with self.subTest(path.name):
                self.survives("replay", str(path))
                self.survives("--json", "replay", str(path))
                self.survives("--no-measure", "replay", str(path))
                self.survives("hv", str(path))

    def test_this_machine(self):
        for args in (["--json"], ["--no-measure"], ["hz"], ["khz"],
                     ["hv"], ["sources"], ["anchor"], ["--json", "hv"],
                     ["--json", "sources"], ["--budget-ms", "1"],
                     ["--probe", "devices", "--no-measure"],
                     ["--target-ppm", "1", "--budget-ms", "60"]):
            with self.subTest(args):
                if args[:1] == ["--probe"] and \
                        "devices" not in cli.probe_levels():
                    continue
                self.survives(*args)

    def test_recording_this_machine(self):
        with tempfile.TemporaryDirectory() as d:
            path = pathlib.Path(d) / "here.rec"
            self.survives("record", str(path))
            self.assertTrue(path.exists())

    def test_clock_and_convert(self):
        line = self.survives("anchor").stdout
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(line)
            f.flush()
            with open(os.devnull, encoding="ascii") as stamps:
                self.survives("convert", "--line", f.name, stdin=stamps)
        self.survives("clock", "--duration", "0.5")
        self.survives("clock", "--duration", "0.3", "--clock", "realtime",
                      "--slew")

    def test_bench(self):
        self.survives("bench")
        self.survives("--json", "bench")

    def test_compare(self):
        """The processes in which it calibrates trap too."""
        with tempfile.TemporaryDirectory() as d:
            page = pathlib.Path(d) / "page.html"
            r = self.survives("--json", "compare", "--runs", "1", "--duration",
                              "2", "--html", str(page))
            self.assertNotIn("ended with", r.stderr)
            self.assertNotRegex(page.read_text(encoding="utf-8"),
                                r"(?i)\bnan\b")


class Sentences(cli.Case):
    """Recordings that divided by a rate that is not there."""
    def sentence(self, name, source):
        path = cli.SOURCE / "tests/fuzz/corpus" / name
        doc = self.json("replay", str(path), schema="tscal.report/1",
                        codes=(5,))
        self.assertEqual(doc["rate"]["verdict"], "none")
        return next(s["sentence"] for s in doc["sources"]
                    if s["name"] == source)

    def test_number_beyond_a_double(self):
        self.assertEqual(
            self.sentence("bogomips-of-400-digits.rec", "bogomips"),
            "/proc/cpuinfo shows no bogomips")

    def test_ratio_without_measurement(self):
        self.assertEqual(
            self.sentence("ratio-without-measurement.rec", "cpuid-15"),
            "ratio 192/2, but no crystal frequency is named "
            "and no measurement can identify it")

    def test_label_without_rate(self):
        self.assertRegex(self.sentence("label-without-rate.rec", "bogomips"),
                         "^set at boot and not updated: ")


if __name__ == "__main__":
    unittest.main()
