# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal sync: its form, and that its parts fit together.  Not how well the CPUs
of this machine agree, nor how fast they are compared: it may be busy, have one
CPU, or CPUs that differ."""
import contextlib
import itertools
import os
import pty
import re
import signal
import subprocess
import time
import unittest

import cli

CODES = {"synchronised": 0, "skewed": 4, "unknown": 5}
ALLOWED = sorted(os.sched_getaffinity(0))
# As docs/schema and pair.h: more is of no use to anyone.
USEFUL_NS = 10000


def online():
    """The CPUs that are online."""
    with open("/sys/devices/system/cpu/online", encoding="ascii") as f:
        for part in f.read().strip().split(","):
            first, _, last = part.partition("-")
            yield from range(int(first), int(last or first) + 1)


def on(*cpus):
    """What a child does to run on these CPUs only."""
    return lambda: os.sched_setaffinity(0, cpus)


class Sync(cli.Case):
    def sync(self, *args, **kw):
        r = cli.run("sync", "--json", *args, **kw)
        self.assertEqual(r.stderr, "")
        doc = self.parse(r.stdout)
        self.sane(doc, r.returncode)
        return doc

    def sane(self, doc, code):
        """What the schema cannot express."""
        self.assertEqual(doc["schema"], "tscal.sync/1")
        self.assertEqual(code, CODES[doc["verdict"]])
        cpus = [c["cpu"] for c in doc["cpus"]]
        self.assertEqual(cpus, sorted(set(cpus)))
        visited = {p[end] for p in doc["pairs"] for end in "ab"}
        self.assertEqual(doc["unvisited"], [c for c in cpus
                                            if c not in visited])
        self.assertEqual(doc["worst"] is None, doc["worst_ns"] is None)
        self.assertTrue(doc["sentence"].endswith("."), doc["sentence"])
        # A C program's NaN has no place in a sentence.
        self.assertNotIn("nan", doc["sentence"])
        both = [(p["a"], p["b"]) for p in doc["pairs"]]
        self.assertEqual(len(both), len(set(both)))
        for pair in doc["pairs"]:
            self.pair(pair)
        verdicts = [p["verdict"] for p in doc["pairs"]]
        self.assertEqual("skewed" in verdicts, doc["verdict"] == "skewed")
        if doc["verdict"] == "synchronised":
            self.assertEqual(set(verdicts) - {"synchronised"}, set())
            self.assertTrue(verdicts or len(cpus) == 1)
        if doc["worst"]:
            (worst,) = [p for p in doc["pairs"]
                        if [p["a"], p["b"]] == doc["worst"]]
            self.assertAlmostEqual(
                max(worst["offset_hi_ns"], -worst["offset_lo_ns"]),
                doc["worst_ns"], delta=0.002)
            if doc["verdict"] == "skewed":
                self.assertEqual(worst["verdict"], "skewed")

    def pair(self, pair):
        lo, hi = pair["offset_lo_ns"], pair["offset_hi_ns"]
        self.assertNotEqual(pair["a"], pair["b"])
        self.assertEqual(lo is None, hi is None)
        if lo is None:
            self.assertEqual(pair["verdict"], "unknown")
            return
        self.assertLessEqual(lo, hi)
        if pair["verdict"] == "skewed":
            self.assertTrue(lo > 0 or hi < 0 or pair["moved"] or
                            pair["warp_ns"] > 0, pair)
            return
        self.assertLessEqual(lo, 0)
        self.assertGreaterEqual(hi, 0)
        self.assertEqual(pair["warp_ns"], 0)
        self.assertEqual(pair["moved"], 0)
        if pair["verdict"] == "synchronised":
            self.assertLessEqual(hi - lo, USEFUL_NS)


class Json(Sync):
    def test_all_cpus_are_compared(self):
        doc = self.sync()
        self.assertEqual([c["cpu"] for c in doc["cpus"]], list(online()))
        self.assertGreaterEqual(len(doc["pairs"]), len(ALLOWED) - 1)
        self.assertEqual(doc["unvisited"] if len(ALLOWED) > 1 else [],
                         [c for c in online() if c not in ALLOWED]
                         if len(ALLOWED) > 1 else [])

    def test_all_pairs(self):
        doc = self.sync("--all-pairs")
        self.assertEqual([(p["a"], p["b"]) for p in doc["pairs"]],
                         list(itertools.combinations(ALLOWED, 2)))

    def test_one_cpu_of_several(self):
        for cpu in (ALLOWED[0], ALLOWED[-1]):
            doc = self.sync(preexec_fn=on(cpu))
            self.assertEqual(doc["pairs"], [])
            self.assertIsNone(doc["tsc_aux"])
            self.assertEqual(doc["unvisited"], list(online()))
            if len(doc["cpus"]) > 1:
                self.assertEqual(doc["verdict"], "unknown")
                self.assertIn("nothing to compare it with", doc["sentence"])
            else:
                self.assertEqual(doc["verdict"], "synchronised")

    def test_without_the_first_cpu(self):
        some = ALLOWED[1:] or ALLOWED
        doc = self.sync(preexec_fn=on(*some))
        self.assertEqual({p[end] for p in doc["pairs"] for end in "ab"},
                         set(some) if len(some) > 1 else set())

    def test_a_budget_ends_it(self):
        start = time.monotonic()
        doc = self.sync("--budget-ms", "1", "--all-pairs")
        self.assertLess(time.monotonic() - start, 30)
        # What was not compared is not called good.
        if len(doc["pairs"]) < len(ALLOWED) * (len(ALLOWED) - 1) // 2:
            self.assertIn(doc["verdict"], ("unknown", "skewed"))
            self.assertRegex(doc["sentence"], "compared|ahead|behind|below")

    def test_a_large_budget_is_not_used_up(self):
        self.assertLess(self.sync("--budget-ms", "60000")["ms"], 50000)

    def test_hwloc_of_another_machine(self):
        for name, value in (
                ("HWLOC_SYNTHETIC", "pack:4 core:4 pu:2"),
                ("HWLOC_SYNTHETIC", "nonsense"),
                ("HWLOC_XMLFILE", "/dev/null"),
                ("HWLOC_XMLFILE", "/nonexistent.xml"),
                ("HWLOC_XMLFILE", cli.TSCAL),
                ("HWLOC_FSROOT", "/nonexistent"),
                ("HWLOC_COMPONENTS", "stop")):
            with self.subTest(f"{name}={value}"):
                env = cli.clean_environment(**{name: value})
                r = cli.run("sync", "--json", env=env)
                doc = self.parse(r.stdout)
                self.sane(doc, r.returncode)
                self.assertEqual([c["cpu"] for c in doc["cpus"]],
                                 list(online()))
                self.assertGreaterEqual(len(doc["pairs"]), len(ALLOWED) - 1)

    def test_without_rdtsc(self):
        doc = self.sync(env=cli.without_rdtsc())
        if len(doc["cpus"]) > 1:
            self.assertEqual(doc["verdict"], "unknown")
        self.assertEqual(doc["pairs"], [])

    def test_standard_input_is_not_read(self):
        with subprocess.Popen(["echo", "line"], stdout=subprocess.PIPE) as p:
            self.sync(stdin=p.stdout)
            self.assertEqual(p.stdout.read(), b"line\n")

    def test_binding_of_the_caller_is_kept(self):
        # The process is replaced, so that it would inherit a new binding.
        before = subprocess.check_output(["taskset", "-p", str(os.getpid())])
        self.sync()
        self.assertEqual(
            subprocess.check_output(["taskset", "-p", str(os.getpid())]),
            before)


class Interrupted(Sync):
    def catches(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            caught = re.search(r"^SigCgt:\s*(\w+)$", status.read(), re.M)
        return int(caught.group(1), 16) >> (signal.SIGINT - 1) & 1

    def test_the_result_is_printed(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen(
                    [cli.TSCAL, "sync", "--json", "--all-pairs"],
                    stdout=subprocess.PIPE, text=True,
                    env=cli.clean_environment()) as p:
                # Or it is over before.
                while p.poll() is None and not self.catches(p.pid):
                    pass
                p.send_signal(number)
                doc = self.parse(p.stdout.read())
            self.sane(doc, p.returncode)


class Output(Sync):
    def test_text(self):
        r = cli.run("sync", env=cli.clean_environment(COLUMNS="80"))
        self.assertIn(r.returncode, CODES.values())
        self.assertEqual(r.stderr, "")
        verdict = re.match(r"sync +(\w+): ", r.stdout).group(1)
        self.assertEqual(r.returncode, CODES[verdict])
        self.assertEqual([l for l in r.stdout.splitlines() if len(l) > 80], [])
        self.assertNotIn("\033", r.stdout)
        self.assertNotRegex(r.stdout, r"(?m)[ \t]$")
        self.assertNotRegex(r.stdout, r"\bnan\b")

    def test_text_of_one_cpu(self):
        r = cli.run("sync", preexec_fn=on(ALLOWED[0]))
        self.assertEqual(r.returncode, 5 if len(list(online())) > 1 else 0)
        self.assertRegex(r.stdout, r"\Async +(unknown|synchronised): \w+")

    def test_text_of_no_time(self):
        r = cli.run("sync", "--budget-ms", "1")
        self.assertIn(r.returncode, CODES.values())
        self.assertNotRegex(r.stdout, r"\bnan\b")

    def test_full_disk(self):
        for args in ((), ("--json",)):
            with open("/dev/full", "w", encoding="ascii") as full:
                r = cli.run("sync", *args, stdout=full)
            self.assertEqual(r.returncode, 1)
            self.assertIn("cannot write the output", r.stderr)

    def test_closed_output(self):
        r = cli.run("sync", preexec_fn=lambda: os.close(1))
        self.assertEqual(r.returncode, 1)
        self.assertIn("cannot write the output", r.stderr)

    def test_progress_on_a_terminal_is_erased(self):
        master, slave = pty.openpty()
        p = subprocess.run([cli.TSCAL, "sync", "--all-pairs"],
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
        if said:
            self.assertIn(b"pairs of CPUs compared", said)
            self.assertRegex(said, rb"\r {79}\r\Z")

    def test_help_and_manual(self):
        out = cli.run("help", "sync").stdout
        self.assertEqual([l for l in out.splitlines() if len(l) > 80], [])
        man = (cli.SOURCE / "docs/man/tscal-sync.1").read_text()
        _, schema = cli.load_schema("tscal.sync/1")
        properties = schema["properties"]
        keys = set(properties) | set(
            properties["pairs"]["items"]["properties"])
        for key in keys - {"schema", "version"}:
            self.assertRegex(man, rf"(?m)^\.(It )?Ql ([\w ,]+, )?{key}\b")
        for option in re.findall(r"--([a-z-]+)", out):
            if option not in ("help", "version"):
                self.assertRegex(man, rf"Fl -{option}\b")
        for code in CODES.values():
            self.assertRegex(out, rf"(?m)^  {code}  ")
            self.assertIn(f".It {code}\n", man)


class Refused(Sync):
    def test_options(self):
        for bad in ("0", "60001", "-1", "x", "", "1.5"):
            self.refused("sync", "--budget-ms=" + bad,
                         says="--budget-ms takes a whole number from 1 to")
        self.refused("sync", "--duration", "1", says="no meaning with sync")
        self.refused("sync", "--only", "vdso", says="no meaning with sync")
        self.refused("sync", "file", says="one argument too many")
        self.refused("hz", "--all-pairs", says="no meaning with hz")
        self.refused("--all-pairs", says="no meaning without a command")


if __name__ == "__main__":
    unittest.main()
