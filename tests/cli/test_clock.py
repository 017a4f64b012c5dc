# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal clock: its form, and that its numbers fit together.  No timing: the
machine may be busy, and its TSC of no use."""
import contextlib
import os
import pty
import re
import signal
import subprocess
import time
import unittest

import cli

# With a break, which no test here causes, a reading may be anywhere.
GOOD, BAD, SYSTEM = 0, 3, 4
CODES = {"good": GOOD, "bad": BAD, "system": SYSTEM}
ON_SYSTEM = {"TSCAL_CLOCK": "system"}


class Clock(cli.Case):
    def lines(self, *args, **kw):
        """The seconds, and the result."""
        r = cli.run("clock", "--json", *args, **kw)
        docs = [self.parse(line) for line in r.stdout.splitlines()]
        self.assertTrue(docs, r.stderr)
        self.assertEqual([d["type"] for d in docs],
                         ["second"] * (len(docs) - 1) + ["result"])
        self.assertEqual(r.returncode, CODES[docs[-1]["verdict"]], r.stdout)
        for doc in docs:
            self.sane(doc)
        return docs[:-1], docs[-1]

    def sane(self, doc):
        """What the schema cannot express."""
        for key in ("error_ns", "bracket_ns", "bound_ns"):
            spread = doc[key]
            if spread:
                self.assertLessEqual(spread["min"], spread["median"])
                self.assertLessEqual(spread["median"], spread["worst"])
        self.assertGreater(doc["readings"], 0)
        if doc["type"] == "result":
            self.assertEqual(doc["verdict"] == "system", doc["on"] == "system")
            self.assertEqual(doc["why"] is None, doc["on"] == "tsc")
            self.assertEqual(doc["verdict"] == "bad", doc["on"] == "tsc" and
                             doc["outside_bound"] + doc["back"] > 0)
        if doc["on"] == "system":
            self.assertIsNone(doc["bound_ns"])
            self.assertEqual(doc["updates"], 0)


class Json(Clock):
    def test_result(self):
        seconds, result = self.lines("--duration", "0.3")
        self.assertEqual(seconds, [])
        self.assertEqual(result["clock"], "monotonic")
        self.assertEqual(result["interval_ms"], 100)
        self.assertFalse(result["slew"])
        self.assertFalse(result["interrupted"])
        self.assertGreaterEqual(result["elapsed_s"], 0.3)
        self.assertNotEqual(result["verdict"], "bad")

    def test_seconds_add_up_to_the_result(self):
        seconds, result = self.lines("--duration", "1.1")
        self.assertTrue(seconds)
        for key in ("readings", "slow", "updates", "breaks", "lapses",
                    "back"):
            self.assertLessEqual(sum(s[key] for s in seconds), result[key])
        for s in seconds:
            self.assertLessEqual(s["error_ns"]["worst"],
                                 result["error_ns"]["worst"])
            self.assertLessEqual(s["elapsed_s"], result["elapsed_s"])

    def test_every_clock(self):
        for clock in ("realtime", "raw", "boottime"):
            _, result = self.lines("--clock", clock, "--duration", "0.1")
            self.assertEqual(result["clock"], clock)

    def test_tai_is_refused_where_its_offset_is_not_known(self):
        r = cli.run("clock", "--clock", "tai", "--duration", "0.1")
        self.assertIn(r.returncode, (0, 1, 3, 4))
        if r.returncode == 1:
            self.assertIn("offset of TAI", r.stderr)
            self.assertEqual(r.stdout, "")

    def test_interval_and_slew(self):
        _, result = self.lines("--duration", "0.3", "--clock", "realtime",
                               "--interval-ms", "20", "--slew")
        self.assertEqual(result["interval_ms"], 20)
        self.assertTrue(result["slew"])

    def test_on_the_system(self):
        _, result = self.lines("--duration", "0.1",
                               env=cli.clean_environment(**ON_SYSTEM))
        self.assertEqual(result["verdict"], "system")
        self.assertIn("TSCAL_CLOCK", result["why"])
        # It is clock_gettime() between two of them.
        self.assertEqual(result["beyond_bracket_ns"], 0)

    def test_without_rdtsc(self):
        _, result = self.lines("--duration", "0.1", env=cli.without_rdtsc())
        self.assertEqual(result["verdict"], "system")

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen(
                    [cli.TSCAL, "clock", "--json", "--duration", "50"],
                    stdout=subprocess.PIPE, text=True,
                    env=cli.clean_environment()) as p:
                # It is running for a second when the first line comes.
                first = self.parse(p.stdout.readline())
                self.assertEqual(first["type"], "second")
                p.send_signal(number)
                result = self.parse(p.stdout.read().splitlines()[-1])
            self.assertTrue(result["interrupted"])
            self.assertLess(result["elapsed_s"], 50)
            self.assertEqual(p.returncode, CODES[result["verdict"]])

    def catches(self, p, number):
        """Whether the process has a handler for it."""
        with open(f"/proc/{p.pid}/status", encoding="ascii") as status:
            caught = re.search(r"^SigCgt:\s*(\w+)$", status.read(), re.M)
        return int(caught.group(1), 16) >> (number - 1) & 1

    def test_interrupted_at_the_start(self):
        with subprocess.Popen(
                [cli.TSCAL, "clock", "--json", "--duration", "50"],
                stdout=subprocess.PIPE, text=True,
                env=cli.clean_environment()) as p:
            # Mostly while the clock is set up.
            while p.poll() is None and not self.catches(p, signal.SIGINT):
                pass
            p.send_signal(signal.SIGINT)
            result = self.parse(p.stdout.read().splitlines()[-1])
        self.sane(result)
        self.assertTrue(result["interrupted"])
        self.assertEqual(p.returncode, CODES[result["verdict"]])

    def test_lapse(self):
        with subprocess.Popen(
                [cli.TSCAL, "clock", "--json", "--duration", "50",
                 "--interval-ms", "10"], stdout=subprocess.PIPE, text=True,
                env=cli.clean_environment()) as p:
            first = self.parse(p.stdout.readline())
            # Longer than the lease, 25 ms.
            p.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            p.send_signal(signal.SIGCONT)
            self.parse(p.stdout.readline())
            p.send_signal(signal.SIGINT)
            result = self.parse(p.stdout.read().splitlines()[-1])
        self.sane(result)
        if first["on"] == "tsc" and not result["breaks"]:
            self.assertGreater(result["lapses"], 0)
            self.assertEqual(result["events"]["lapse"], result["lapses"])

    def test_names_of_events(self):
        _, schema = cli.load_schema("tscal.clock/1")
        header = (cli.SOURCE / "include/tscal/clock.h").read_text()
        enum = re.search(r"^enum tscal_event \{(.*?)^\};", header,
                         re.M | re.S).group(1)
        self.assertEqual(
            schema["properties"]["events"]["propertyNames"]["enum"],
            re.findall(r'/\*\* "(\w+)":', enum))

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            start = time.monotonic()
            r = cli.run("clock", "--json", "--duration", "50", stdout=full)
        self.assertEqual(r.returncode, 1)
        self.assertIn("cannot write the output", r.stderr)
        # At the first line, not at the last.
        self.assertLess(time.monotonic() - start, 40)


class Text(Clock):
    def test_rows(self):
        r = cli.run("clock", "--duration", "0.3")
        self.assertIn(r.returncode, (GOOD, SYSTEM), r.stdout)
        self.assertEqual(r.stderr, "")
        for label in ("clock ", "measured ", "error ns ", "bracket ns ",
                      "bound ns ", "verdict "):
            self.assertRegex(r.stdout, f"(?m)^{label}")
        if r.returncode == GOOD:
            for label in ("lapses ", "events ", "updates "):
                self.assertRegex(r.stdout, f"(?m)^{label}")
        self.assertNotIn("\033", r.stdout)
        self.assertNotRegex(r.stdout, r"(?m)[ \t]$")

    def test_fits_the_terminal(self):
        r = cli.run("clock", "--duration", "0.1",
                    env=cli.clean_environment(COLUMNS="60"))
        self.assertEqual([l for l in r.stdout.splitlines() if len(l) > 60], [])

    def test_help_has_every_row_and_key(self):
        out = cli.run("clock", "--help").stdout
        self.assertEqual([l for l in out.splitlines() if len(l) > 80], [])
        man = (cli.SOURCE / "docs/man/tscal-clock.1").read_text()
        _, schema = cli.load_schema("tscal.clock/1")
        properties = schema["properties"]
        common = set(schema["required"]) - {
            "schema", "version", "type", "clock", "on", "elapsed_s",
            "rate_hz", "readings"}
        for key in common:
            self.assertIn(key, properties)
            self.assertIn(f"({key})", out)
            self.assertIn(f"Ta Ql {key} Ta ", man)
        self.assertNotIn("outside_bound", cli.run("--help").stdout)

    def test_on_the_system(self):
        r = cli.run("clock", "--duration", "0.1",
                    env=cli.clean_environment(**ON_SYSTEM))
        self.assertEqual(r.returncode, SYSTEM)
        self.assertIn("TSCAL_CLOCK", r.stdout)

    def test_progress_on_a_terminal_is_erased(self):
        master, slave = pty.openpty()
        p = subprocess.run([cli.TSCAL, "clock", "--duration", "1.1"],
                           stdout=subprocess.PIPE, stderr=slave, timeout=60,
                           env=cli.clean_environment(), check=False)
        os.close(slave)
        said = b""
        # A read gives a part; with nothing left, and no writer, it is EIO.
        with contextlib.suppress(OSError):
            while part := os.read(master, 4096):
                said += part
        os.close(master)
        self.assertNotIn(b"\r", p.stdout)
        self.assertIn(b"1 of 1.1 s", said)
        self.assertRegex(said, rb"\r {79}\r\Z")


class Refused(Clock):
    def test_duration(self):
        for bad in ("0", "0.05", "-1", "604801", "ten", "", "1s", "nan",
                    "inf", "0x1", " 1"):
            self.refused("clock", "--duration=" + bad,
                         says="--duration takes a number from 0.1 to 604800")

    def test_interval(self):
        for bad in ("0", "9", "10001", "1.5", "-100", "", "x"):
            self.refused("clock", "--interval-ms=" + bad,
                         says="--interval-ms takes a whole number from 10 to 10000")

    def test_clock(self):
        self.refused("clock", "--clock", "none", says="--clock takes realtime")

    def test_without_meaning(self):
        self.refused("clock", "--slew", says="--slew has no meaning")
        self.refused("clock", "x", says="'x' is one argument too many")
        self.refused("clock", "--only", "vdso", says="no meaning with clock")
        self.refused("hz", "--duration", "1", says="no meaning with hz")
        self.refused("--slew", says="--slew has no meaning without a command")


if __name__ == "__main__":
    unittest.main()
