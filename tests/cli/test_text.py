# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The report as text: width, colour, and where it goes."""
import errno
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

import cli
import truth

LABELS = ["rate", "use", "what to do", "hypervisor", "cpu", "trust", "clocksource"]


def on_terminal(columns, *args, **changes):
    """What a terminal of that width receives."""
    primary, secondary = pty.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ,
                struct.pack("HHHH", 40, columns, 0, 0))
    env = cli.clean_environment(**{"TERM": "xterm", **changes})
    with subprocess.Popen([cli.TSCAL, *args], stdout=secondary,
                          stdin=subprocess.DEVNULL, env=env) as child:
        os.close(secondary)
        out = b""
        while True:
            try:
                data = os.read(primary, 65536)
            except OSError as e:
                if e.errno != errno.EIO:
                    raise
                break
            if not data:
                break
            out += data
        child.wait(30)
    os.close(primary)
    return out.decode("ascii").replace("\r\n", "\n")


class Layout(cli.Case):
    def check(self, text, width):
        for line in text.splitlines():
            self.assertLessEqual(len(line), width, line)
            self.assertEqual(line, line.rstrip())
        for label in LABELS:
            self.assertRegex(text, r"(?m)^%s +\S" % label)
        self.assertTrue(text.isascii())

    def test_fits_the_width(self):
        for columns in (60, 72, 80, 100, 120):
            env = cli.clean_environment(COLUMNS=str(columns))
            self.check(cli.run(env=env).stdout, columns)

    def test_the_hypervisor_fits_the_width(self):
        for columns in (60, 72, 80, 100, 120):
            env = cli.clean_environment(COLUMNS=str(columns))
            text = cli.run("hv", env=env).stdout
            for line in text.splitlines():
                self.assertLessEqual(len(line), columns, line)
                self.assertEqual(line, line.rstrip())
            self.assertTrue(text.isascii())
            for label in ("hypervisor", "sources"):
                self.assertRegex(text, r"(?m)^%s +\S" % label)

    def test_fits_100_columns_in_a_pipe(self):
        self.check(cli.run().stdout, 100)

    def test_fits_the_terminal(self):
        for columns in (80, 100):
            self.check(on_terminal(columns, TERM="dumb"), columns)

    def test_absurd_widths_are_no_crash(self):
        for columns in ("0", "1", "-1", "99999999999999999999", "x", ""):
            env = cli.clean_environment(COLUMNS=columns)
            self.check(cli.run(env=env).stdout, 120)

    def test_a_line_for_each_source(self):
        text = cli.run("--no-measure").stdout
        doc = self.json("--no-measure", schema="tscal.report/1",
                        codes=(0, 3, 4, 5))
        rows = re.findall(r"^  (\S+) +(\S+) +\S", text, re.M)[1:]
        # Those with a number first, each kind in order of preference.
        doc["sources"].sort(key=lambda source: source["hz"] is None)
        self.assertEqual([name for name, _ in rows],
                         [s["name"] for s in doc["sources"]])

    def test_ppm_are_relative_to_something_named(self):
        doc = self.json(schema="tscal.report/1", codes=(0, 3, 4, 5))
        if doc["rate"]["hz"] is None:
            truth.skip_without_tsc()
        self.assertRegex(cli.run("--only", doc["rate"]["source"]).stdout,
                         r"(?m)^rate +\d+(\.\d{3})? Hz  \+-\S+ ppm of ")

    def test_an_exact_number_has_no_negative_bound(self):
        machine = "tests/replay/machines/skylake-sp-no-crystal.rec"
        text = cli.run("replay", str(cli.SOURCE / machine)).stdout
        self.assertRegex(text, r"(?m)^  cpuid-15 .* 0  crystal assumed")

    def test_what_the_kernel_says_of_the_tsc(self):
        for machine, words in (
                ("skylake-sp-no-crystal", "not rejected by the kernel,"),
                ("xen-tsc-not-listed", "not listed by the kernel,"),
                ("row-13-watchdog-false-positive", "rejected by the kernel,"),
                ("cpuid-epyc-9655", "")):
            path = cli.SOURCE / f"tests/replay/machines/{machine}.rec"
            text = cli.run("replay", str(path)).stdout
            trust = re.search(r"(?m)^trust +(.*)$", text)[1]
            after = re.sub(r"^(not |not known whether )?invariant, ?", "",
                           trust)
            self.assertEqual(after[:len(words)], words, machine)
            self.assertEqual("kernel" in trust, bool(words), machine)

    def test_number_alone(self):
        self.assertRegex(cli.run("hz").stdout, r"\A\d{8,11}\.\d{3}\n\Z")
        self.assertRegex(cli.run("khz").stdout, r"\A\d{5,8}\n\Z")

    def test_number_alone_is_the_number_of_the_json(self):
        doc = self.json("hz", schema="tscal.hz/1", codes=(0, 3, 4, 5))
        if doc["source"] is None:
            truth.skip_without_tsc()
        if doc["source"] in ("clock-raw", "adjtimex"):
            self.skipTest("what is measured differs from run to run")
        self.assertEqual(float(cli.run("hz").stdout), doc["hz"])
        self.assertEqual(int(cli.run("khz").stdout), doc["khz"])

    def test_the_header_names_the_probe_level(self):
        self.assertRegex(cli.run("--probe", "passive").stdout,
                         r"\Atscal \S+, passive\n")
        self.assertIn("nothing measured",
                      cli.run("--no-measure").stdout.splitlines()[0])


class Colour(cli.Case):
    def test_only_on_a_terminal(self):
        self.assertIn("\033[", on_terminal(100))
        self.assertNotIn("\033", cli.run().stdout)

    def test_the_same_text_without(self):
        strip = re.sub(r"\033\[\d+m", "", on_terminal(100, "hv"))
        self.assertEqual(strip, on_terminal(100, "hv", NO_COLOR="1"))

    def test_every_colour_ends(self):
        text = on_terminal(80)
        for line in text.splitlines():
            self.assertEqual(len(re.findall(r"\033\[[1-9]\d?m", line)),
                             line.count("\033[0m"), repr(line))

    def test_no_color(self):
        self.assertNotIn("\033", on_terminal(100, NO_COLOR="1"))
        # https://no-color.org: an empty value does not count.
        self.assertIn("\033", on_terminal(100, NO_COLOR=""))

    def test_dumb_terminals(self):
        self.assertNotIn("\033", on_terminal(100, TERM="dumb"))
        self.assertNotIn("\033", on_terminal(100, TERM=""))

    def test_json_and_numbers_never(self):
        for args in (["--json"], ["hz"], ["--help"]):
            self.assertNotIn("\033", on_terminal(100, *args))


class Output(cli.Case):
    FORMS = [[], ["--json"], ["hz"], ["khz", "--json"], ["hv"],
             ["hv", "--json"], ["sources"], ["sources", "--json"], ["--help"],
             ["--version"]]

    def test_a_full_disk_is_an_error(self):
        for args in self.FORMS:
            with self.subTest(args), open("/dev/full", "w") as full:
                r = cli.run(*args, stdout=full)
                self.assertEqual(r.returncode, 1)
                self.assertIn("tscal: cannot write the output", r.stderr)

    def test_a_closed_stdout_is_an_error(self):
        for args in self.FORMS:
            with self.subTest(args):
                r = cli.run(*args, preexec_fn=lambda: os.close(1))
                self.assertEqual(r.returncode, 1)

    def test_closed_stdin_and_stderr_do_not_matter(self):
        r = cli.run("hv", preexec_fn=lambda: (os.close(0), os.close(2)))
        self.assertEqual(r.returncode, 0)

    def test_a_closed_stdin_without_dev_null_does_not_matter(self):
        r = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
             "mount -t tmpfs none /dev || exit 99; exec \"$0\" \"$@\" <&-",
             cli.TSCAL, "replay", "/nowhere"], capture_output=True, text=True)
        if r.returncode == 99 or "unshare" in r.stderr:
            self.skipTest("not possible here: " + r.stderr)
        self.assertIn("/nowhere: cannot be opened", r.stderr)
        self.assertEqual(r.returncode, 1)

    def test_nothing_else_on_stderr(self):
        for args in ([], ["--json"], ["hv"], ["sources"]):
            self.assertEqual(cli.run(*args).stderr, "")

    def test_the_locale_does_not_matter(self):
        env = cli.clean_environment(LC_ALL="de_DE.UTF-8", LANG="de_DE.UTF-8")
        self.assertRegex(cli.run("hz", env=env).stdout, r"\A\d+\.\d{3}\n\Z")


if __name__ == "__main__":
    unittest.main()
