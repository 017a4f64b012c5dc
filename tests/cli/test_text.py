# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The report as text: width, colour, and where it goes."""
import errno
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import tempfile
import termios
import unittest

import cli
import machines
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
        # Without a limit of its own: a machine may stand still for a while.
        child.wait()
    os.close(primary)
    if child.returncode not in (0, 3, 4, 5):
        raise AssertionError(f"exit {child.returncode}: {out}")
    return out.decode("ascii").replace("\r\n", "\n")


class RawSecond(cli.Case):
    """The line of hz_raw: with bounds if measured, none if it is hz."""
    def lines(self, name):
        path = pathlib.Path(__file__).parents[1] / \
            "replay/machines" / f"{name}.rec"
        done = subprocess.run([cli.TSCAL, "replay", path], check=False,
                              env=cli.clean_environment(COLUMNS="200"),
                              capture_output=True, text=True, timeout=30)
        return [line.strip() for line in done.stdout.splitlines()
                if "RAW's second (" in line]

    def test_it_has_bounds_where_it_is_measured(self):
        line, = self.lines("row-16-kvm-not-stable")
        self.assertRegex(line, r"\(0\.000 ppm, \+-[\d.]+ ppm\)$")

    def test_it_has_none_where_it_is_exact(self):
        line, = self.lines("row-32-vmware")
        self.assertRegex(line, r"\([+-][\d.]+ ppm\)$")

    def test_it_is_not_shown_where_the_clock_is_the_source(self):
        for name in ("row-15-kvm-default", "row-25-hyperv-not-invariant"):
            self.assertEqual(self.lines(name), [], name)


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

    def test_ppm_are_relative_to_something_named(self):
        doc = self.json(schema="tscal.report/1", codes=(0, 3, 4, 5))
        if doc["rate"]["hz"] is None:
            truth.skip_without_tsc()
        self.assertRegex(cli.run("--only", doc["rate"]["source"]).stdout,
                         r"(?m)^rate +\d+(\.\d{3})? Hz  \+-\S+ ppm of ")

    def test_an_exact_number_has_no_negative_bound(self):
        machine = "tests/replay/machines/skylake-sp-no-crystal.rec"
        text = cli.run("replay", str(cli.SOURCE / machine)).stdout
        self.assertRegex(text, r"(?m)^  cpuid-15 .* 0  \S+ MHz crystal x .*; the crystal")

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


def rows(text):
    """The names of the sources that have a line."""
    table = text[text.index("\n  source "):].splitlines()[2:]
    names = [re.match(r"  ([a-z]\S*) +[a-z]+ +\S", line) for line in table]
    return [m[1] for m in names if m]


FOLDED = re.compile(
    r"^  (?:(\d+) sources? not available here)?(?:, )?"
    r"(?:(\d+)(?: sources?)? not asked)?"
    r"(?: \((?:(\d+) needs? --probe devices)?(?:, )?"
    r"(?:(\d+) needs? --probe ports)?\))?; see --all$", re.M)


def folded(text):
    """What the folded line counts: absent, skipped, of those devices, ports."""
    # It may be wrapped, and is the last.
    last = re.search(r"^  \d+ (?:.|\n)*\Z", text, re.M)
    if not last:
        return None
    line = "  " + " ".join(last[0].split())
    return tuple(int(n or 0) for n in FOLDED.fullmatch(line).groups())


class Sources(cli.Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "machine.rec"

    def machine(self, **kw):
        self.path.write_bytes(machines.machine(**kw))
        return str(self.path)

    def report(self, *args, **kw):
        """The text, and the sources of the JSON in the order of the text."""
        doc = self.json(*args, schema="tscal.report/1", codes=(0, 3, 4, 5))
        doc["sources"].sort(key=lambda source: source["hz"] is None)
        return cli.run(*args, **kw).stdout, doc["sources"]

    def test_all_has_a_line_for_each_source(self):
        for args in (["--no-measure"], ["replay", self.machine()]):
            text, sources = self.report("--all", *args)
            # Those with a number first, each kind in order of preference.
            self.assertEqual(rows(text), [s["name"] for s in sources])
            self.assertIsNone(folded(text))

    def test_all_has_each_fact_once(self):
        for args in (["--no-measure"], ["replay", self.machine()]):
            doc = self.json(*args, schema="tscal.report/1",
                            codes=(0, 3, 4, 5))
            text = cli.run("--all", *args).stdout
            for fact in doc["trust"]["facts"]:
                name, sentence = fact["name"], fact["sentence"]
                self.assertEqual(len(re.findall(rf"(?m)^{name} ", text)), 1,
                                 name)
                self.assertEqual(" ".join(text.split()).count(sentence), 1,
                                 sentence)

    def recordings(self):
        folder = cli.SOURCE / "tests" / "replay" / "machines"
        for path in sorted(folder.glob("*.rec"))[::4]:
            yield ["replay", str(path)]
        yield ["--no-measure"]

    def test_what_does_not_apply_is_counted(self):
        for args in self.recordings():
            with self.subTest(args):
                text, sources = self.report(*args)
                if "rate         none" in text:
                    self.assertEqual(rows(text), [s["name"] for s in sources])
                    self.assertIsNone(folded(text))
                    continue
                away = [s for s in sources if s["hz"] is None and
                        s["status"] in ("absent", "skipped")]
                self.assertEqual(rows(text), [
                    s["name"] for s in sources if s not in away])
                skipped = [s for s in away if s["status"] == "skipped"]
                count = (len(away) - len(skipped), len(skipped),
                         *(sum(f"(--probe {level})" in s["sentence"]
                               for s in skipped)
                           for level in ("devices", "ports")))
                self.assertEqual(folded(text), count)

    @unittest.skipIf(cli.probe_levels() == ["passive"], "built without probe")
    def test_probe_levels_are_counted(self):
        text = self.report("--no-measure", "--probe", "passive")[0]
        if "rate         none" in text:
            truth.skip_without_tsc()
        # /dev/ptpN at least is a device that only a probe would look for.
        self.assertGreater(folded(text)[2], 0, text)

    def test_only_shows_those_named_and_all_the_others(self):
        path = self.machine()
        text, sources = self.report("replay", path, "--only", "hv-leaf,hpet")
        self.assertEqual(rows(text), ["hv-leaf", "hpet"])
        self.assertIsNone(folded(text))
        text = self.report("replay", path, "--only", "hv-leaf,hpet", "--all")[0]
        self.assertEqual(rows(text), [s["name"] for s in sources])

    def test_without_a_rate_each_reason_is_shown(self):
        text, sources = self.report(
            "replay", self.machine(hz=None, leaf_khz=0))
        self.assertRegex(text, r"(?m)^rate +none: ")
        self.assertEqual(rows(text), [s["name"] for s in sources])
        self.assertIsNone(folded(text))

    def test_only_shows_those_named(self):
        text = cli.run("--only", "hv-leaf,hpet,bogomips").stdout
        self.assertEqual(sorted(rows(text)), ["bogomips", "hpet", "hv-leaf"])
        self.assertNotIn("not asked for", text)

    def test_the_count_fits_the_width(self):
        for columns in range(60, 121, 6):
            env = cli.clean_environment(COLUMNS=str(columns))
            text = cli.run("--probe", "passive", "--no-measure",
                           env=env).stdout
            for line in text.splitlines():
                self.assertLessEqual(len(line), columns, line)
            if "rate         none" not in text:
                self.assertGreater(sum(folded(text)), 0)


class Reasons(cli.Case):
    """hz, khz and anchor on stderr."""

    def sources(self, *args):
        return self.json(*args, schema="tscal.report/1",
                         codes=(0, 2, 3, 4, 5))["sources"]

    def test_the_named_sources_without_a_rate(self):
        # None gives a rate on any machine: a label, and two that are opened.
        named = ("bogomips", "hpet", "pit")
        only = ["--only", ",".join(named), "--probe", "passive"]
        sources = [s for s in self.sources(*only) if s["name"] in named]
        self.assertEqual(len(sources), 3)
        for command in ("hz", "khz", "anchor"):
            r = cli.run(*only, command)
            self.assertEqual((r.returncode, r.stdout), (5, ""))
            lines = r.stderr.splitlines()
            self.assertTrue(lines[0].startswith("tscal: rate none: "), lines)
            self.assertTrue(lines[-1].startswith("tscal: use unknown: "),
                            lines)
            self.assertEqual(len(lines), 5)
            for line, s in zip(lines[1:], sources):
                words = {"hint": "is only a hint"}.get(
                    s["status"], f"is {s['status']}")
                self.assertEqual(
                    line, f"tscal: {s['name']} {words}: {s['sentence']}")

    def test_without_only_those_that_failed(self):
        env = cli.without_rdtsc()
        args = ["--probe", "passive", "--no-measure"]
        report = cli.run("--json", *args, env=env)
        doc = self.parse(report.stdout)
        if doc["rate"]["hz"] is not None:
            self.skipTest("a rate is found here without RDTSC")
        shown = [s for s in doc["sources"] if s["status"] not in
                 ("absent", "skipped", "hint", "ready")]
        for args in ([*args, "hz"], [*args, "anchor"]):
            r = cli.run(*args, env=env)
            self.assertEqual(r.stdout, "")
            self.assertIn("\ntscal: 'tscal sources' shows every source",
                          r.stderr)
            for s in doc["sources"]:
                self.assertEqual(f"\ntscal: {s['name']} " in r.stderr,
                                 s in shown, s)


class Require(cli.Case):
    """No number that is known less well than --require asks."""

    # One source is never more than single.
    ARGS = ["--only", "clock-raw", "--require", "verified"]

    def setUp(self):
        self.plain = cli.run("--only", "clock-raw", "hz")
        if not self.plain.stdout:
            truth.skip_without_tsc()

    def test_no_number_and_no_line(self):
        for command in ("hz", "khz", "anchor"):
            self.assertNotEqual(
                cli.run("--only", "clock-raw", command).stdout, "")
            r = cli.run(*self.ARGS, command)
            self.assertIn(r.returncode, (2, 4))
            self.assertEqual(r.stdout, "")
            self.assertRegex(
                r.stderr, r"\Atscal: the rate \d+\.\d{3} Hz is single, and "
                r"--require asks for verified: \S.*\n")

    def test_json_and_the_report_have_it(self):
        doc = self.json("hz", *self.ARGS, schema="tscal.hz/1", codes=(2, 4))
        self.assertEqual(doc["verdict"], "single")
        self.assertIsNotNone(doc["hz"])
        self.assertRegex(cli.run(*self.ARGS).stdout, r"(?m)^rate +\d+.* Hz ")

    def test_convert_takes_no_such_option(self):
        self.refused("convert", "--require", "verified",
                     says="--require has no meaning with convert")


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
