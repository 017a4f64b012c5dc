# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal compare: what is printed, written and refused, not how good a source
of this machine is."""
import html.parser
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import time
import unittest

import cli
import truth

SCHEMA = "tscal.compare/1"
WINDOWS_MS = [1, 3, 10, 30, 100]
# Enough of everything, and short.
SHORT = ["compare", "--runs", "3", "--duration", "0.1"]
ONE = [*SHORT, "--only", "clock-raw"]
# JSON keeps a rate to a mHz.
REST_HZ = 0.001


# Takes /proc/cpuinfo away as soon as a run after the survey is there, and ends
# it some processes later.
VANISH = """
child() { cat "/proc/$pid/task/$pid/children"; }
"$0" compare --json --only bogomips --runs 100000 & pid=$!
until tr '\\0' ' ' <"/proc/$(child | tr -d ' ')/cmdline" |
	grep -q no-measure; do kill -0 $pid || exit 99; done 2>/dev/null
mount --bind /dev/null /proc/cpuinfo || { kill -9 $pid; exit 99; }
for i in 1 2 3 4 5; do
	old=$(child)
	until [ "$(child)" != "$old" ]; do :; done
done
kill -TERM $pid
wait $pid
"""


def ranked(sizes, percent):
    """By nearest rank."""
    return sorted(sizes)[(percent * len(sizes) + 99) // 100 - 1]


class Compare(cli.Case):
    def setUp(self):
        truth.skip_without_tsc()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.page = self.folder / "page.html"

    def compare(self, *args, **kw):
        doc = self.json(*args, schema=SCHEMA, **kw)
        self.sane(doc)
        return doc

    def in_namespace(self, script):
        command = ["unshare", "--mount", "--propagation", "private"]
        if os.geteuid():
            command += ["--user", "--map-root-user"]
        r = subprocess.run([*command, "sh", "-euc", script, cli.TSCAL],
                           env=cli.clean_environment(), text=True, timeout=60,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           check=False)
        return r

    def needs_mounts(self):
        """Asked without tscal, so that a failure of it skips nothing."""
        r = self.in_namespace("mount --bind /dev/null /proc/cpuinfo; "
                              "mount -t tmpfs none /proc")
        if r.returncode:
            print("skipped: no mounts in a namespace:", r.stderr)
            self.skipTest("no mounts in a namespace: " + r.stderr)

    def sane(self, doc):
        """What the schema cannot express."""
        self.assertLessEqual(doc["rounds_done"], doc["rounds"])
        if not doc["interrupted"]:
            self.assertEqual(doc["rounds_done"], doc["rounds"])
        raw, log = doc["reference"], doc["kernel_log"]
        self.assertEqual(
            log["off_ppm"] is None, log["khz"] is None or raw["hz"] is None)
        if raw["hz"] is None:
            self.assertEqual((raw["hz_lo"], raw["hz_hi"]), (None, None))
        else:
            self.assertLess(raw["hz_lo"], raw["hz"])
            self.assertLess(raw["hz"], raw["hz_hi"])
            self.assertAlmostEqual(
                raw["uncertainty_ppm"],
                (raw["hz_hi"] - raw["hz_lo"]) / 2 / raw["hz"] * 1e6,
                delta=4 * REST_HZ / raw["hz"] * 1e6)
        for row in doc["sources"]:
            self.sane_row(row, doc)
        names = {row["source"] for row in doc["sources"]}
        self.assertFalse(names & {s["source"] for s in doc["silent"]})

    def sane_row(self, row, doc):
        self.assertEqual(row["kind"] == "measured",
                         row["window_ms"] is not None)
        self.assertIn(row["runs"], (doc["rounds_done"], doc["rounds_done"] + 1))
        self.assertLessEqual(row["numbers"], row["runs"])
        self.assertEqual(row["why"] is None, row["numbers"] == row["runs"])
        for key in ("spread_ppm", "process_ms"):
            self.assertEqual(row[key] is None, row["numbers"] == 0)
        self.assertEqual(row["intervals"] is None,
                         row["intervals_holding"] is None)
        if row["intervals"] is not None:
            self.assertLessEqual(row["intervals_holding"], row["intervals"])
            self.assertEqual(row["intervals"], row["numbers"])
        for key in ("error_ppm", "errors_ppm"):
            self.assertEqual(
                row[key] is None,
                doc["reference"]["hz"] is None or not row["numbers"])
        if row["errors_ppm"] is None:
            return
        self.assertEqual(len(row["errors_ppm"]), row["numbers"])
        sizes = [abs(e) for e in row["errors_ppm"]]
        for key, percent in (("median", 50), ("p95", 95), ("worst", 100)):
            self.assertEqual(row["error_ppm"][key], ranked(sizes, percent))
        # Both are of the same numbers: (1 + a) / (1 + b) - 1.
        most, least = (f(row["errors_ppm"]) / 1e6 for f in (max, min))
        self.assertAlmostEqual(row["spread_ppm"],
                               ((1 + most) / (1 + least) - 1) * 1e6,
                               delta=1e-5)


class Measured(Compare):
    def test_json(self):
        doc = self.compare(*SHORT)
        self.assertEqual(doc["rounds"], 3)
        self.assertFalse(doc["interrupted"])
        self.assertGreaterEqual(doc["span_s"], 0.1)
        self.assertIsNotNone(doc["reference"]["hz"])
        asked = {r["source"] for r in doc["sources"] + doc["silent"]}
        survey = self.json("sources", schema="tscal.sources/1")
        self.assertEqual(asked, {s["name"] for s in survey["sources"]})

    def test_only_runs_and_duration(self):
        doc = self.compare("compare", "--only", "clock-raw", "--runs", "2",
                           "--duration", "1.5")
        self.assertEqual([(r["source"], r["window_ms"], r["runs"])
                          for r in doc["sources"]],
                         [("clock-raw", ms, 2) for ms in WINDOWS_MS])
        self.assertGreaterEqual(doc["span_s"], 1.5)

    def test_the_error_is_from_the_reference(self):
        """And that is the rate of this TSC."""
        doc = self.compare(*ONE)
        hz = doc["reference"]["hz"]
        lo, hi = truth.rate()
        self.assertLess(max(lo - hz, hz - hi, 0) / lo, 0.0005, (lo, hi))

    def test_text(self):
        r = cli.run(*SHORT, env=cli.clean_environment(COLUMNS="80"))
        self.assertEqual(r.returncode, 0, r.stderr)
        lines = r.stdout.splitlines()
        self.assertLessEqual(max(map(len, lines)), 80)
        survey = self.json("sources", schema="tscal.sources/1")
        for source in survey["sources"]:
            self.assertRegex(r.stdout, rf"(?m)^{source['name']}\b")
        self.assertRegex(r.stdout, r"(?m)^raw +\d+\.\d{3} Hz ")
        self.assertNotIn("\\x", r.stdout)
        self.assertEqual(r.stderr, "")

    def test_one_cpu(self):
        cpu = min(os.sched_getaffinity(0))
        doc = self.compare(*ONE, preexec_fn=lambda: os.sched_setaffinity(
            0, [cpu]))
        self.assertTrue(doc["sources"])

    def test_many_runs_fit(self):
        r = cli.run("compare", "--only", "bogomips,vdso,kvmclock", "--runs",
                    "150", "--duration", "0.1",
                    env=cli.clean_environment(COLUMNS="80"))
        self.assertLessEqual(max(map(len, r.stdout.splitlines())), 80)

    def test_what_was_not_asked_for_is_not_listed(self):
        doc = self.compare(*ONE)
        self.assertEqual(doc["silent"], [])

    def test_ignored_children(self):
        """Of the parent process."""
        self.compare(*ONE, preexec_fn=lambda: signal.signal(
            signal.SIGCHLD, signal.SIG_IGN))

    def test_no_proc(self):
        self.needs_mounts()
        r = self.in_namespace("mount -t tmpfs none /proc || exit 99; "
                              f'exec "$0" {" ".join(ONE)}')
        self.assertEqual(r.returncode, 1)
        self.assertIn("no /proc, or too few", r.stderr)

    def test_a_source_that_goes_away(self):
        self.needs_mounts()
        r = self.in_namespace(VANISH)
        doc = self.parse(r.stdout)
        self.sane(doc)
        (row,) = doc["sources"]
        # It may be gone before the first run reads it.
        self.assertEqual(r.returncode, 0 if row["numbers"] else 4, r.stderr)
        self.assertGreater(row["runs"], row["numbers"])
        self.assertRegex(row["why"], "/proc/cpuinfo "
                         "(shows no bogomips|is not on this machine)")

    @unittest.skipIf(os.geteuid(), "needs root to become somebody else")
    def test_unprivileged(self):
        r = cli.run_as_nobody("--json", *ONE)
        self.assertEqual(r.returncode, 0, r.stderr)
        doc = self.parse(r.stdout)
        self.sane(doc)
        self.assertIsNotNone(doc["reference"]["hz"])
        with open("/proc/sys/kernel/dmesg_restrict", encoding="ascii") as f:
            if f.read().strip() == "0":
                return
        self.assertIsNone(doc["kernel_log"]["khz"])
        self.assertIn("cannot be read", doc["kernel_log"]["line"])


class Interrupted(Compare):
    def interrupted(self, *args):
        command = [cli.TSCAL, "compare", "--only", "clock-raw", "--runs",
                   "100000", "--duration", "600", *args]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                              env=cli.clean_environment()) as p:
            # The survey, a run, and another one: one has ended.
            seen = set()
            while p.poll() is None and len(seen) < 3:
                seen |= self.children(p.pid)
                time.sleep(0.001)
            p.send_signal(signal.SIGINT)
            out = p.stdout.read()
        return p.returncode, out

    def children(self, pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return set(f.read().split())

    def test_before_any_run(self):
        """During the survey of sources."""
        with subprocess.Popen([cli.TSCAL, "compare", "--html", str(self.page)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=cli.clean_environment(), text=True) as p:
            while p.poll() is None and not self.children(p.pid):
                pass
            p.send_signal(signal.SIGINT)
            out, err = p.communicate()
        if out:
            # On a busy machine the signal may come after the first run.
            self.assertIn("Interrupted: partial results", out)
            self.assertEqual(p.returncode, 0)
            return
        self.assertIn("interrupted before any run was made", err)
        self.assertEqual(p.returncode, 1)
        self.assertFalse(self.page.exists())

    def test_json_and_page(self):
        code, out = self.interrupted("--json", "--html", str(self.page))
        doc = self.parse(out)
        self.sane(doc)
        self.assertTrue(doc["interrupted"])
        self.assertEqual(code, 0)
        self.assertTrue(any(r["numbers"] for r in doc["sources"]))
        self.assertIn("Interrupted: partial results", self.page.read_text())

    def test_text(self):
        _, out = self.interrupted()
        self.assertIn("Interrupted: partial results, of round",
                      " ".join(out.split()))


class Balance(html.parser.HTMLParser):
    """The tags that must be closed, as they are opened and closed."""
    MUST = {"svg", "g", "title", "text", "figure", "figcaption", "div", "table",
            "dl", "style", "span", "h1", "h2", "p"}

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.bad, self.loads = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.loads += [k for k, _ in attrs if k in ("src", "href", "xlink:href",
                                                    "srcset", "data")]
        self.bad += [k for k, _ in attrs if k.startswith("on")]
        if tag in self.MUST:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        if tag in self.MUST and (not self.open or self.open.pop() != tag):
            self.bad.append("/" + tag)


class Page(Compare):
    def test_page(self):
        r = cli.run(*SHORT, "--html", str(self.page))
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn(f"The page is in {self.page}.", r.stdout)
        text = self.page.read_text()
        parsed = Balance()
        parsed.feed(text)
        parsed.close()
        self.assertEqual((parsed.open, parsed.bad, parsed.loads), ([], [], []))
        self.assertEqual(parsed.seen.count("svg"), 3)
        for word in ("<script", "http://", "https://", "url(", "@import",
                     "\\x", "nan", ">inf"):
            self.assertNotIn(word, text)

    def test_no_sentence_about_the_page_in_json(self):
        self.compare(*ONE, "--html", str(self.page))
        self.assertTrue(self.page.exists())

    def refused_page(self, path, says):
        self.refused("compare", "--duration", "600", "--html", str(path),
                     says=says)

    def test_a_file_that_exists_stays(self):
        self.page.write_text("mine")
        self.refused_page(self.page, "File exists")
        self.assertEqual(self.page.read_text(), "mine")

    def test_no_folder(self):
        self.refused_page(self.folder / "none" / "page", "No such file")

    def test_read_only(self):
        if os.geteuid() == 0:
            self.refused_page("/proc/page.html", "/proc/page.html: ")
            return
        self.folder.chmod(0o555)
        self.refused_page(self.page, "Permission denied")
        self.assertFalse(self.page.exists())

    def test_full_disk(self):
        for size in (4, 8):  # KiB: less than a page has
            r = self.in_namespace(
                f"mount -t tmpfs -o size={size}k none {self.folder} || exit 99;"
                f' rc=0; "$0" {" ".join(ONE)} --html {self.page} '
                f">/dev/null || rc=$?; ls {self.folder}; exit $rc")
            self.assertEqual(r.returncode, 1)
            self.assertEqual(r.stdout, "")
            self.assertIn("No space left on device", r.stderr)

    def test_a_limit_of_size(self):
        """The message is of the first error, whatever size the page has."""
        for limit in (1, 4096, 5000, 8192):
            r = cli.run(*ONE, "--html", str(self.page),
                        preexec_fn=lambda n=limit: resource.setrlimit(
                            resource.RLIMIT_FSIZE, (n, n)))
            self.assertEqual(r.returncode, 1)
            self.assertIn("File too large", r.stderr)
            self.assertFalse(self.page.exists())

    def test_a_path_is_printed_as_ascii(self):
        page = self.folder / "a\n\x1b[31mred.html"
        r = cli.run(*ONE, "--html", str(page))
        self.assertIn("a\\x0a\\x1b[31mred.html.", r.stdout)

    def test_stdout_is_full(self):
        """Then only the page is written."""
        for args in ([], ["--json"]):
            page = self.folder / f"page{len(args)}.html"
            with open("/dev/full", "w", encoding="ascii") as full:
                r = cli.run(*ONE, *args, "--html", str(page), stdout=full)
            self.assertEqual(r.returncode, 1)
            self.assertIn("cannot write the output", r.stderr)
            self.assertIn("</html>", page.read_text())


class Without(cli.Case):
    def test_rdtsc(self):
        page = cli.PUBLIC.name + "/page.html"
        r = cli.run(*SHORT, "--html", page, env=cli.without_rdtsc())
        self.assertEqual(r.returncode, 4, r.stderr)
        self.assertEqual(r.stdout, "")
        self.assertIn("the TSC cannot be timed here: RDTSC is not", r.stderr)
        self.assertFalse(os.path.exists(page))

    def test_refused(self):
        for args, says in (
                (["compare", "--runs", "0"], "--runs"),
                (["compare", "--runs", "-1"], "--runs"),
                (["compare", "--html"], "--html needs FILE"),
                (["compare", "--window-ms", "5"], "no meaning with compare"),
                (["--window-ms", "0"], "--window-ms"),
                (["--window-ms", "4001"], "--window-ms"),
                (["--window-ms", "51"], "needs a --budget-ms of at least"),
                (["--window-ms", "9", "--budget-ms", "8"],
                 "needs a --budget-ms of at least"),
                (["--html", "x"], "has no meaning without a command"),
                (["compare", "file"], "one argument too many")):
            self.refused(*args, says=says)


if __name__ == "__main__":
    unittest.main()
