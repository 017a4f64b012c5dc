# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What is accepted, what is refused, and how."""
import re
import unittest

import cli


class Accepted(cli.Case):
    def test_options_may_come_before_and_after_the_command(self):
        for args in (["--json", "--no-measure", "hz"],
                     ["hz", "--json", "--no-measure"],
                     ["--json", "hz", "--no-measure"]):
            for env in ({}, {"POSIXLY_CORRECT": "1"}):
                r = cli.run(*args, env=cli.clean_environment(**env))
                self.assertEqual(self.parse(r.stdout)["schema"], "tscal.hz/1")

    def test_an_argument_may_be_joined_by_an_equals_sign(self):
        self.assertIn(cli.run("--budget-ms=20", "hz").returncode, (0, 3, 4, 5))

    def test_unambiguous_prefixes_are_options(self):
        self.assertEqual(cli.run("--vers").returncode, 0)

    def test_two_dashes_end_the_options(self):
        self.refused("--", "--json", says="unknown command '--json'")
        self.assertIn(cli.run("--", "hv").returncode, (0,))

    def test_a_command_line_without_its_name_still_runs(self):
        self.assertIn("rate", cli.run("--no-measure").stdout)

    def test_version(self):
        self.assertRegex(cli.run("--version").stdout,
                         r"\Atscal [0-9]+\.[0-9]+\.[0-9]+\n\Z")
        self.assertEqual(cli.run("-V").stdout, cli.run("--version").stdout)


class Refused(cli.Case):
    def test_unknown_option(self):
        err = self.refused("--jsn", says="did you mean '--json'?")
        self.assertEqual(err.splitlines()[1:], ["Try 'tscal --help'."])
        err = self.refused("clock", "--jsn", says="did you mean '--json'?")
        self.assertEqual(err.splitlines()[1:], ["Try 'tscal help clock'."])
        self.refused("--jsn=1", says="did you mean '--json'?")
        self.refused("--xyzzy", says="unknown option '--xyzzy'")
        self.refused("-x", says="unknown option '-x'")
        self.refused("hz", "--colour=no", says="unknown option")

    def test_ambiguous_abbreviations(self):
        for word in ("--re", "--re=3"):
            self.refused(word, says="option '--re' is ambiguous: --require, "
                         "--redact, --relative")
        self.refused("--c", says="is ambiguous: --clock, --column")
        self.refused("--h", says="is ambiguous: --html, --hz, --help")
        self.refused("--=x", says="unknown option '--'")

    def test_unlike_words_are_not_suggested(self):
        self.assertNotIn("did you mean", self.refused(
            "--xyzzy", says="unknown option '--xyzzy'"))
        self.assertNotIn("did you mean", self.refused(
            "kxx", says="unknown command 'kxx'"))
        self.assertNotIn("did you mean", self.refused(
            "q" * 5000, says="unknown command"))

    def test_unknown_command(self):
        self.refused("khs", says="unknown command 'khs'; did you mean 'khz'?")
        self.refused("", says="unknown command ''")
        self.refused("replya", "x", says="did you mean 'replay'?")

    def test_one_word_too_many(self):
        self.refused("hz", "khz", says="'khz' is one argument too many")
        self.refused("hz", "--", "khz", says="one argument too many")
        self.refused("replay", "a", "b", says="'b' is one argument too many")

    def test_an_empty_name(self):
        for command in ("record", "replay", "hv", "convert"):
            self.refused(command, "", says="'' is not the name of a file")
        self.refused("help", "", says="unknown command ''")

    def test_missing_argument(self):
        self.refused("--only", says="--only needs SOURCE")
        self.refused("hz", "--budget-ms", says="--budget-ms needs N")
        self.refused("record", says="record needs a FILE")
        self.refused("replay", says="replay needs a FILE")

    def test_argument_where_none_belongs(self):
        self.refused("--json=1", says="--json takes no argument")

    def test_unknown_source(self):
        err = self.refused("--only", "clock-rw",
                           says="did you mean 'clock-raw'?")
        self.assertIn("'tscal sources' lists them", err)
        self.assertEqual(len(err.splitlines()), 2)
        for bad in ("", ",", "vdso,", ",vdso", "vdso,,kvmclock", "VDSO",
                    "vdso ", "none", "?", "x" * 500, "vdso,\033[31m"):
            with self.subTest(bad):
                self.refused("--only", bad, says="unknown source")

    def test_what_is_not_printable_is_not_echoed(self):
        for args in (["--only", "\033[31m"], ["\033[31m"], ["--\033[31m"],
                     ["--budget-ms", "\033[31m"], ["--probe", "\033[31m"],
                     ["--require", "\033[31m"], ["hv", "\033[31m"],
                     ["replay", "\033[31m/x"], ["-\033"]):
            with self.subTest(args):
                r = cli.run(*args)
                self.assertEqual(r.returncode, 1)
                self.assertNotIn("\033", r.stderr)

    def test_budget(self):
        for bad in ("0", "-1", "+5", " 5", "5 ", "", "60001", "1.5", "0x10",
                    "1e3", "99999999999999999999", "4294967297", "ten"):
            with self.subTest(bad):
                self.refused("--budget-ms=" + bad,
                             says="--budget-ms takes a whole number from 1 to 60000")

    def test_require(self):
        self.refused("--require", "perfect",
                     says="--require takes verified|consistent")
        self.refused("--require", "single", says="--require takes")

    def test_probe(self):
        self.refused("--probe", "all",
                     says="--probe takes passive|devices|ports")

    def test_target_ppm(self):
        for bad in ("0", "-1", "x", "", "1x", "nan", "inf", "0x1", " 1",
                    "1e9"):
            self.refused("--target-ppm=" + bad,
                         says="--target-ppm takes a number above 0")

    def test_a_missed_target_is_reported(self):
        kvm = str(cli.SOURCE / "tests/replay/machines/"
                  "kvm-epyc-genoa-firecracker.rec")
        missed = "tscal: the target of %s ppm was not met: "
        for command in ([], ["hz"], ["khz"]):
            if not command:
                r = cli.run("replay", kvm, "--target-ppm", "1e-6")
            else:
                r = cli.run(*command, "--only", "clock-raw", "--target-ppm",
                            "1e-6", "--budget-ms", "20")
                if r.returncode in (4, 5):
                    continue  # no TSC here
            with self.subTest(command):
                self.assertEqual(r.returncode, 0, r.stderr)
                self.assertTrue(r.stdout)
                self.assertEqual(len(r.stderr.splitlines()), 1, r.stderr)
                self.assertTrue(r.stderr.startswith(missed % "1e-06"))
                if command:
                    self.assertRegex(
                        r.stderr, r"[\d.]+ ppm after \d+ ms; a larger "
                        r"--budget-ms helps\n\Z")
                else:
                    self.assertRegex(r.stderr, "the number of kvmclock is "
                                     "known to .* ppm; measuring longer does "
                                     "not help")

    def test_a_target_met_is_not_mentioned(self):
        kvm = str(cli.SOURCE / "tests/replay/machines/"
                  "kvm-epyc-genoa-firecracker.rec")
        for args in ([], ["--target-ppm", "1"]):
            self.assertEqual(cli.run("replay", kvm, *args).stderr, "")

    def test_a_target_in_json(self):
        kvm = str(cli.SOURCE / "tests/replay/machines/"
                  "kvm-epyc-genoa-firecracker.rec")
        for args, met in (([], None), (["--target-ppm", "1"], True),
                          (["--target-ppm", "1e-6"], False)):
            doc = self.json("replay", kvm, *args, schema="tscal.report/1")
            self.assertIs(doc["rate"]["target_met"], met)
            doc = self.json("hz", "--only", "clock-raw", *args,
                            schema="tscal.hz/1", codes=(0, 3, 4, 5))
            if doc["hz"] is not None and args != ["--target-ppm", "1"]:
                self.assertIs(doc["target_met"], met)

    def test_options_without_meaning_are_not_ignored(self):
        self.refused("--redact", says="--redact has no meaning")
        self.refused("hz", "--no-redact", says="no meaning with hz")
        self.refused("hv", "--require", "verified", says="no meaning with hv")
        self.refused("replay", "x", "--probe", "passive",
                     says="no meaning with replay")
        self.refused("sources", "--require", "verified",
                     says="no meaning with sources")
        self.refused("hv", "x", "--probe", "passive",
                     says="no meaning with hv and a FILE")
        self.refused("hv", "x", "y", says="'y' is one argument too many")


class Help(cli.Case):
    def test_help_wins_and_fits_the_terminal(self):
        text = cli.run("--help").stdout
        self.assertEqual(cli.run("-h").stdout, text)
        self.assertEqual(cli.run("help").stdout, text)
        self.assertIn("tscal help COMMAND", text)
        self.assertEqual([l for l in text.splitlines() if len(l) > 80], [])

    def test_of_one_command(self):
        table = (cli.SOURCE / "src/cli/tables.c").read_text()
        table = table[table.index("option_rows"):]
        options = set(re.findall(r'^\t\{"([\w-]+)", ', table, re.M))
        for command in cli.COMMANDS:
            r = cli.run("help", command)
            self.assertEqual(r.returncode, 0)
            for args in ([command, "--help"], ["--help", command],
                         ["--help", "--clock", "raw", "--", command]):
                self.assertEqual(cli.run(*args).stdout, r.stdout)
            self.assertEqual([l for l in r.stdout.splitlines() if len(l) > 80],
                             [])
            page = re.search(r"\nMore: man (\S+)\n\Z", r.stdout).group(1)
            self.assertTrue((cli.SOURCE / f"docs/man/{page}.1").exists())
            # Those that it lists are those that have a meaning.
            listed = re.findall(r"^  (?:-\w, )?--([\w-]+)", r.stdout, re.M)
            for option in options - set(listed):
                arg = {"only": "vdso", "require": "verified", "clock": "raw",
                       "probe": "passive", "format": "text", "to": "s",
                       "hz": "1e9", "html": "x", "line": "x"}.get(option, "10")
                flag = re.search(r'\{"%s", NULL' % option, table)
                self.refused("--" + option + ("" if flag else "=" + arg),
                             command, says=f"no meaning with {command}")

    def test_of_an_unknown_command(self):
        self.refused("help", "clok", says="did you mean 'clock'?")
        self.refused("--help", "clok", says="did you mean 'clock'?")
        self.refused("help", "clock", "hz", says="one argument too many")
        self.refused("help", "--json", says="no meaning with help")

    def test_usage_fits_the_terminal(self):
        err = cli.run("--only", "x").stderr
        self.assertEqual([l for l in err.splitlines() if len(l) > 80], [])
        self.assertFalse(re.search(r"[ \t]$", err, re.M))


if __name__ == "__main__":
    unittest.main()
