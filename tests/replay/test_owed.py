#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The checks of the replays can fail, and recordings follow their scripts."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import owed
import run
import scenarios

TSCAL = os.environ.get("TSCAL_COMMAND",
                       run.HERE.parents[1] / "build/dev/src/cli/tscal")


# With any other status a rate is shown that is not believed.
GIVES_A_RATE = ("used", "agrees", "disagrees", "stale", "coarse", "hint")


def other(text):
    """A text with its last number changed, or its last word without one."""
    numbers = list(re.finditer(r"\d+(?:\.\d+)?(?= (?:Hz|ppm))", text))
    if text.startswith("tolerance"):
        return "tolerance: 0 ppm"
    if numbers:
        n = numbers[-1]
        return text[:n.start()] + str(int(float(n[0]) * 1.001) + 1) + \
            text[n.end():]
    if text.endswith('"'):
        return text[:-1] + 'x"'
    return text + "x"


class Owed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cases = []
        for path in sorted(run.MACHINES.glob("*.owed")):
            words = run.options_of(path.stem)
            text, code = run.replay(TSCAL, path.stem, words)
            cls.cases.append((path.stem, path.read_text("utf-8"),
                              json.loads(text), code, words))
        assert cls.cases

    def bad(self, text, report, code, words):
        try:
            return list(owed.wrong(text, report, code, words))
        except owed.Wrong as why:
            return [str(why)]

    def each_line(self):
        """Every machine with each of its lines that owes something."""
        for name, text, report, code, words in self.cases:
            lines = text.splitlines()
            for i, line in enumerate(lines):
                if line and not line.startswith("#"):
                    yield f"{name}: {line}", lines, i, (report, code, words)

    def test_as_it_is_none_fails(self):
        for name, text, report, code, words in self.cases:
            self.assertEqual(self.bad(text, report, code, words), [], name)

    def test_each_value_changed_fails(self):
        for where, lines, i, made in self.each_line():
            text = "\n".join(lines[:i] + [other(lines[i])] + lines[i + 1:])
            self.assertTrue(self.bad(text, *made), where)

    def test_each_lower_bound_rate_status_and_phrase_changed_fails(self):
        for where, lines, i, made in self.each_line():
            key, _, value = lines[i].partition(": ")
            variants = [value.replace('"', '"x', 1)] if '"' in value else []
            if key == "bounds" and value != "none":
                variants.append("1" + value)
            if key not in owed.KEYS:
                word, _, rest = value.partition(" ")
                status = "hint" if word != "hint" else "agrees"
                variants += [f"{status} {rest}".strip(), f"{word}x {rest}"]
                less, numbers = re.subn(r"^([a-z]+) \d+ Hz", r"\1", value)
                variants.append(less if numbers else f"{word} 5 Hz {rest}")
            for v in variants:
                text = "\n".join([*lines[:i], f"{key}: {v}", *lines[i + 1:]])
                self.assertTrue(self.bad(text, *made), (where, v))

    def test_each_line_missing_twice_or_misspelt_fails(self):
        for where, lines, i, made in self.each_line():
            for put in ([lines[i]] * 2, ["x" + lines[i]]):
                text = "\n".join(lines[:i] + put + lines[i + 1:])
                self.assertTrue(self.bad(text, *made), (where, put))
            if not re.search(": (absent|skipped)", lines[i]):
                text = "\n".join(lines[:i] + lines[i + 1:])
                self.assertTrue(self.bad(text, *made), where)

    def test_an_empty_file_fails(self):
        _, _, *made = self.cases[0]
        for text in ("", "\n", "# only a comment\n"):
            self.assertTrue(self.bad(text, *made))

    def test_a_new_source_fails_only_if_it_reports(self):
        _, text, report, code, words = self.cases[0]
        for status, hz, fails in (("absent", None, False),
                                  ("skipped", None, False),
                                  ("skipped", 2e9, True),
                                  ("agrees", 2e9, True),
                                  ("denied", None, True)):
            new = {"name": "new", "status": status, "hz": hz, "hz_lo": hz,
                   "hz_hi": hz, "roots": ["hv"], "sentence": "-"}
            more = {**report, "sources": [*report["sources"], new]}
            self.assertEqual(bool(self.bad(text, more, code, words)), fails, status)

    def test_a_report_without_a_value_fails(self):
        for name, text, report, code, words in self.cases:
            for key in ("hz", "agreement_ppm", "hz_si", "source"):
                if report["rate"][key] is not None:
                    less = {**report, "rate": {**report["rate"], key: None}}
                    self.assertTrue(self.bad(text, less, code, words), (name, key))

    def test_options_are_of_those_that_may_be_given(self):
        for given in ("--pit", "--only kvm-ioctl,ntp --budget-ms 1200"):
            self.assertEqual(owed.options(f"options: {given}"), given.split())
        for given in ("pit", "--pit 5", "--only", "--json", "--budget-ms 0",
                      "--only vdso --require verified", "--pit  --pit", "x"):
            with self.assertRaises(owed.Wrong, msg=given):
                owed.options(f"options: {given}")

    def test_each_source_gives_a_number_in_some_machine(self):
        reports = [report for _, _, report, *_ in self.cases]
        self.assertEqual(self.without_number(reports), [])
        # The test can fail: each of the sources that few machines have.
        for name in ("hv-msr", "vmclock", "ntp"):
            less = [{**r, "sources": [
                {**s, "hz": None} if s["name"] == name else s
                for s in r["sources"]]} for r in reports]
            self.assertEqual(self.without_number(less), [name])

    @staticmethod
    def without_number(reports):
        """The sources that give no rate in any of these reports."""
        return sorted(
            {s["name"] for r in reports for s in r["sources"]} -
            {s["name"] for r in reports for s in r["sources"]
             if s["hz"] is not None and s["status"] in GIVES_A_RATE})

    def test_a_number_or_list_that_another_contradicts_fails(self):
        """Those of the report itself; most are not in the file."""
        for name, text, report, code, words in self.cases:
            for key in ("hz", "hz_lo", "hz_hi", "hz_raw", "hz_raw_lo", "hz_si",
                        "roots"):
                value = report["rate"][key]
                if not value and key in ("hz_raw", "hz_raw_lo", "hz_si"):
                    continue
                other_value = ["hpet", "pm"] if key == "roots" and not value \
                    else [] if key == "roots" else (value or 1e9) * 1.37
                rate = {**report["rate"], key: other_value}
                self.assertTrue(self.bad(text, {**report, "rate": rate}, code,
                                         words),
                                (name, key))
            if report["rate"]["hz_raw"]:
                rate = {**report["rate"], "hz_raw_hi":
                        report["rate"]["hz_raw"] * 0.63}
                self.assertTrue(self.bad(text, {**report, "rate": rate}, code,
                                         words), name)
            for i, s in enumerate(report["sources"]):
                for key in ("hz_lo", "hz_hi", "roots"):
                    if s["hz"] is None:
                        continue
                    off = [] if key == "roots" else \
                        s["hz"] * (1.37 if key == "hz_lo" else 0.63)
                    more = [*report["sources"]]
                    more[i] = {**s, key: off}
                    self.assertTrue(
                        self.bad(text, {**report, "sources": more}, code,
                                 words),
                        (name, s["name"], key))

    def test_the_rate_of_all_wrong_fails(self):
        """As when one constant of the code is."""
        for name, text, report, code, words in self.cases:
            if report["rate"]["hz"] is None:
                continue
            numbers = ("hz", "hz_lo", "hz_hi", "hz_raw", "hz_raw_lo",
                       "hz_raw_hi", "hz_si")
            more = json.loads(json.dumps(report))
            for part in (more["rate"], *more["sources"]):
                for key in numbers:
                    if part.get(key) is not None:
                        part[key] *= 1.37
            self.assertTrue(self.bad(text, more, code, words), name)

    def test_a_cut_sentence_fails(self):
        """Of every kind, and whatever the file owes."""
        _, text, report, code, words = next(
            c for c in self.cases if c[2]["hypervisor"]["layers"])
        for change in (("rate", "sentence"), ("use", "sentence"),
                       ("hypervisor", "layers"),
                       ("hypervisor", "contradiction"),
                       ("sources", 0, "sentence")):
            more = json.loads(json.dumps(report))
            part = more
            for key in change[:-1]:
                part = part[key]
            part[change[-1]] = "A sentence that had no ..."
            found = list(owed.cut(more))
            self.assertEqual(len(found), 1, change)
            self.assertIn(found[0], self.bad(text, more, code, words))
        self.assertEqual(list(owed.cut(report)), [])

    def test_a_draft_holds(self):
        for name, _, *made in self.cases:
            self.assertEqual(self.bad(owed.draft(*made), *made), [], name)

    def test_a_change_of_any_value_of_a_whole_report_is_found(self):
        for path in run.REPORTS.glob("*.json"):
            report = json.loads(path.read_text("utf-8"))
            other_rate = {**report["rate"], "hz_raw": 1}
            self.assertTrue(list(run.changes(
                report, {**report, "rate": other_rate})))
            self.assertEqual(list(run.changes(report, report)), [])


class Composed(unittest.TestCase):
    def test_recordings_are_what_the_scripts_write(self):
        composed = {p.name: p.read_bytes() for p in run.MACHINES.glob("*.rec")
                    if b"\n# Synthetic: " in p.read_bytes()}
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, run.HERE / "scenarios.py", folder],
                           check=True, timeout=60)
            written = {p.name: p.read_bytes()
                       for p in pathlib.Path(folder).iterdir()}
        self.assertEqual(sorted(written), sorted(composed))
        for name, data in written.items():
            self.assertTrue(data == composed[name], f"{name} differs: "
                            "tests/replay/scenarios.py writes it again")

    def test_what_is_owed_is_what_was_composed(self):
        """clock-raw owes the rate that the script wrote the samples from."""
        with tempfile.TemporaryDirectory() as folder:
            scenarios.compose(folder)
        numbers = 0
        for m in scenarios.MACHINES:
            text = (run.MACHINES / f"{m.name}.owed").read_text("utf-8")
            _, sources = owed.parse(text)
            hz = sources.get("clock-raw", (None, None, None))[1]
            if hz is None:
                continue
            numbers += 1
            self.assertIsNotNone(m.raw_hz, m.name)
            # The samples are whole ns, of a window of 10 ms.
            self.assertLess(abs(hz / m.raw_hz - 1), 0.1e-6, m.name)
        self.assertGreater(numbers, len(scenarios.MACHINES) / 2)


if __name__ == "__main__":
    unittest.main()
