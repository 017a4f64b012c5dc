# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal convert: TSC values into nanoseconds."""
import fractions
import os
import random
import struct
import subprocess
import tempfile
import unittest

import cli

HZ = "2445421966"
# A tscal-conv line of 2 GHz: TSC 1000 is 5000 ns of CLOCK_MONOTONIC.
FIELDS = ("tscal-conv/1 hz=2000000000.0 tsc=1000 ns=5000 clock=monotonic "
          "generation=1 err_ns=20 err_ppb=100 boot=-")


def signed(line):
    """With its checksum: FNV-1a of 32 bits."""
    h = 2166136261
    for byte in line.encode():
        h = (h ^ byte) * 16777619 % 2**32
    return f"{line} sum={h:08x}\n"


def convert(data, *args):
    """The output and the message, as bytes and text."""
    if isinstance(data, str):
        data = data.encode()
    r = subprocess.run([cli.TSCAL, "convert", *args], input=data,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=60, check=False, env=cli.clean_environment())
    return r.returncode, r.stdout, r.stderr.decode()


def exact(ticks, hz):
    return ticks * 10**9 // fractions.Fraction(hz)


class Convert(cli.Case):
    def converts(self, data, want, *args):
        code, out, err = convert(data, *args)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out, want.encode() if isinstance(want, str) else want)

    def refuses(self, data, says, *args):
        code, _, err = convert(data, *args)
        self.assertEqual(code, 1)
        self.assertTrue(err.startswith("tscal: "), err)
        self.assertIn(says, err)


class Text(Convert):
    def test_the_example(self):
        self.converts("2000000000 a\n4000000000 b\n",
                      "0 a\n1000000000 b\n",
                      "--hz", "2000000000", "--column", "1", "--relative")

    def test_everything_else_is_left_as_it_is(self):
        for column, line, want in (
                (1, "2000 a  b\t\x01\r\n", "1000 a  b\t\x01\r\n"),
                (1, "  2000\n", "  1000\n"),
                (2, "a 2000", "a 1000"),
                (2, "a,2000,2000\n", "a,1000,2000\n"),
                (2, "a , 2000,\n", "a , 1000,\n"),
                (3, "a,,2000\n", "a,,1000\n"),
                (3, ",,2000\n", ",,1000\n"),
                (2, ",2000\n", ",1000\n"),
                (2, "a\t2000\r\n", "a\t1000\r\n"),
                (1, "\n \n\r\n# 12 b\n2000\n", "\n \n\r\n# 12 b\n1000\n"),
                (1, "", ""),
                (1, "2001", "1000")):
            self.converts(line, want, "--hz", "2e9", "--column", str(column))

    def test_lines_of_any_length(self):
        long = "x" * 3000000
        self.converts(f"2000 {long}\n", f"1000 {long}\n", "--hz", "2e9")
        self.converts(f"{long},2000\n", f"{long},1000\n", "--hz", "2e9",
                      "--column", "2")

    def test_stamps_before_the_first_are_negative(self):
        self.converts("4000\n2000\n", "0\n-1000\n", "--hz", "2e9",
                      "--relative")

    def test_relative_stamps_may_wrap(self):
        self.converts(f"{2**64 - 2000}\n2000\n", "0\n2000\n", "--hz", "2e9",
                      "--relative")

    def test_random_stamps_against_rationals(self):
        random.seed(5)
        for hz in ("250000000.5", HZ, "19999999999.875"):
            stamps = [random.randrange(2**random.randrange(1, 60))
                      for _ in range(3000)]
            code, out, err = convert("".join(f"{s}\n" for s in stamps),
                                     "--hz", hz)
            self.assertEqual((code, err), (0, ""))
            for s, ns in zip(stamps, out.split(), strict=True):
                self.assertLessEqual(abs(int(ns) - exact(s, hz)), 1)
            # The other format says the same.
            code, raw, _ = convert(struct.pack("<3000Q", *stamps),
                                   "--format", "u64", "--hz", hz)
            self.assertEqual(code, 0)
            self.assertEqual(list(struct.unpack("<3000q", raw)),
                             [int(ns) for ns in out.split()])

    def test_what_is_no_stamp_is_named_with_its_line(self):
        for bad in ("abc", "-5", "+5", "1.5", "0x10", "1e3", str(2**64),
                    "9" * 300):
            self.refuses(f"1\n2\n{bad} x\n", "stdin:3: column 1: '" + bad[:40],
                         "--hz", "2e9")
        self.refuses(f"1\n{2**60}\n", "stdin:2: column 1: " + str(2**60) +
                     " is 2^60 ticks or more", "--hz", "2e9")
        self.refuses("a\n", "stdin:1: column 2: there is none", "--hz", "2e9",
                     "--column", "2")
        self.refuses("# x\na 1\nc", "stdin:3: column 2: there is none",
                     "--column", "2", "--hz", "2e9")
        self.refuses("a,,b\n", "stdin:1: column 2: it is empty",
                     "--hz", "2e9", "--column", "2")
        self.refuses("1\x1b[31m\n", "\\x1b[31m", "--hz", "2e9")

    def test_it_streams(self):
        with subprocess.Popen([cli.TSCAL, "convert", "--hz", "2e9"],
                              stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as p:
            # Less than a pipe holds, more than a buffer does.
            block = b"2000 abcdefgh\n" * 2000
            p.stdin.write(block)
            p.stdin.flush()
            self.assertEqual(p.stdout.read(1000)[:14], b"1000 abcdefgh\n")
            p.stdout.close()
            p.stdin.close()

    def test_memory_does_not_grow_with_the_input(self):
        script = ("import resource,subprocess,sys;"
                  "subprocess.run(sys.argv[1:], stdin=open('/dev/stdin'),"
                  "stdout=subprocess.DEVNULL, check=True);"
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN)"
                  ".ru_maxrss)")
        sizes = []
        for n in (100, 400000):
            r = subprocess.run(
                ["python3", "-c", script, cli.TSCAL, "convert", "--hz", "2e9"],
                input=b"2000 some more text in the line\n" * n,
                stdout=subprocess.PIPE, check=True)
            sizes.append(int(r.stdout))
        self.assertLess(sizes[1], sizes[0] + 2000)


class Raw(Convert):
    def test_the_example(self):
        stamps = [0, 2445421966, 4890843932, 2**60 - 1]
        with tempfile.TemporaryDirectory() as d:
            path = os.path.join(d, "stamps.bin")
            with open(path, "wb") as f:
                f.write(struct.pack("<4Q", *stamps))
            with open(path, "rb") as f:
                code, out, err = convert(f.read(), "--format", "u64", "--hz",
                                         HZ)
            self.assertEqual((code, err), (0, ""))
            self.assertEqual(struct.unpack("<4q", out)[:3],
                             (0, 10**9, 2 * 10**9))
            # A FILE is the same.
            r = subprocess.run(
                [cli.TSCAL, "convert", "--format", "u64", "--hz", HZ, path],
                stdout=subprocess.PIPE, check=True)
            self.assertEqual(r.stdout, out)

    def test_more_than_a_block(self):
        stamps = list(range(5, 5 + 30000 * 2000, 2000))
        self.converts(struct.pack("<30000Q", *stamps),
                      struct.pack("<30000q", *range(0, 30000 * 1000, 1000)),
                      "--format", "u64", "--hz", "2e9", "--relative")

    def test_what_is_wrong_is_named(self):
        args = ("--format", "u64", "--hz", "2e9")
        self.refuses(struct.pack("<2Q", 1, 2) + b"abc",
                     "within a stamp: 3 of 8 bytes after stamp 2", *args)
        self.refuses(struct.pack("<2Q", 1, 2**60),
                     f"stamp 2: {2**60} is 2^60 ticks", *args)


class Rates(Convert):
    def with_line(self, text):
        f = tempfile.NamedTemporaryFile("w", suffix=".conv")
        f.write(text)
        f.flush()
        self.addCleanup(f.close)
        return f.name

    def test_a_converter_line(self):
        path = self.with_line(signed(FIELDS))
        self.converts("1000\n3000\n0\n", "5000\n6000\n4500\n", "--conv", path)
        self.converts("3000\n5000\n", "0\n1000\n", "--conv", path,
                      "--relative")
        self.refuses(f"{2**63}\n", "2^60 ticks or more", "--conv", path)

    def test_bad_converter_lines(self):
        good = signed(FIELDS)
        for text, says in (
                ("", "no converter"),
                ("hello\n", "no converter"),
                (good[:-5], "cut short"),
                (good.replace("conv/1", "conv/2"), "another version"),
                (good.replace("ns=5000", "ns=5001"), "checksum"),
                (signed(FIELDS.replace("hz=2000", "hz=9")), "hz=")):
            path = self.with_line(text)
            self.refuses("1\n", f"{path}: ", "--conv", path)
            self.refuses("1\n", says, "--conv", path)
        self.refuses("1\n", "cannot read '/nonexistent'", "--conv",
                     "/nonexistent")
        self.refuses("1\n", "cannot read '/'", "--conv", "/")

    def test_this_machine(self):
        code, out, err = convert("0\n3000000000\n")
        if code == 4:
            self.skipTest(err)
        self.assertEqual((code, err), (0, ""))
        hz = float(cli.run("hz").stdout)
        self.assertAlmostEqual(int(out.split()[1]), 3e18 / hz, delta=3e18 /
                               hz * 1e-4)

    def test_bad_rates(self):
        for bad in ("0", "-1", "nan", "inf", "abc", "250000000", "249999999",
                    "1e300", "20000000001", "2GHz", "", " 2e9", "0x80000000"):
            self.refuses("", "--hz takes a rate above 250000000", "--hz", bad)

    def test_what_does_not_go_together(self):
        self.refuses("", "two rates", "--hz", "2e9", "--conv", "x")
        self.refuses("", "--column has no meaning with --format u64",
                     "--format", "u64", "--column", "1")
        self.refuses("", "--format takes text or u64, not 'csv'", "--format",
                     "csv")
        self.refuses("", "--column takes a number from 1", "--column", "0")
        self.refused("hz", "--relative", says="--relative has no meaning with "
                     "hz")
        self.refused("convert", "--json", says="--json has no meaning with "
                     "convert")


class Files(Convert):
    def test_a_file_that_cannot_be_read(self):
        self.refuses("", "cannot read '/nonexistent'", "/nonexistent")
        self.refuses("", "cannot read /", "/", "--hz", "2e9")

    def test_a_full_disk_is_noticed(self):
        for args in ([], ["--format", "u64"]):
            with open("/dev/full", "wb") as full:
                r = subprocess.run(
                    [cli.TSCAL, "convert", "--hz", "2e9", *args],
                    input=bytes(800000) if args else b"1000000\n" * 100000,
                    stdout=full, stderr=subprocess.PIPE, check=False,
                    timeout=60)
            self.assertEqual(r.returncode, 1)
            self.assertIn(b"cannot write", r.stderr)


if __name__ == "__main__":
    unittest.main()
