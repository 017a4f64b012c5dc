# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""tscal convert: TSC values into nanoseconds."""
import fractions
import os
import random
import resource
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import cli
import truth

HZ = "2445421966"
# A tscal-conv line of 2 GHz: TSC 1000 is 5000 ns of CLOCK_MONOTONIC.
FIELDS = ("tscal-conv/1 hz=2000000000.0 lo=- hi=- source=vdso tsc=1000 ns=5000 "
          "clock=monotonic generation=1 err_ns=20 made=0 boot=-")


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
    def with_line(self, text):
        f = tempfile.NamedTemporaryFile("w", suffix=".conv")
        f.write(text)
        f.flush()
        self.addCleanup(f.close)
        return f.name

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
            # The other format gives the same.
            code, raw, _ = convert(struct.pack("<3000Q", *stamps),
                                   "--format", "u64", "--hz", hz)
            self.assertEqual(code, 0)
            self.assertEqual(list(struct.unpack("<3000q", raw)),
                             [int(ns) for ns in out.split()])

    def test_what_is_no_stamp_is_named_with_its_line(self):
        for bad in ("abc", "-5", "+5", "1.5", "0x10", "1e3", str(2**64),
                    "9" * 300):
            self.refuses(f"1\n2\n{bad} x\n", "stdin, line 3, column 1: "
                         'expected a decimal number below 2^64, found "' + bad[:40],
                         "--hz", "2e9")
        self.refuses(f"1\n{2**60}\n", "stdin, line 2, column 1: " + str(2**60) +
                     " is 2^60 ticks or more", "--hz", "2e9")
        self.refuses("a\n", "stdin, line 1, column 2: expected a TSC value, found the end", "--hz", "2e9",
                     "--column", "2")
        self.refuses("# x\na 1\nc", "stdin, line 3, column 2: expected a TSC value, found the end",
                     "--column", "2", "--hz", "2e9")
        for line in ("a,,b\n", "a,\n", "a,", ",,1\n", "a , , 1\n"):
            self.refuses(line, "stdin, line 1, column 2: expected a TSC value, found an empty",
                         "--hz", "2e9", "--column", "2")
        self.refuses("1\x1b[31m\n", "\\x1b[31m", "--hz", "2e9")

    def test_the_lines_before_a_bad_one_are_complete(self):
        # Also where they fill blocks, and where a line does alone.
        for many in (1, 100000):
            code, out, err = convert("x 2000 y\n" * many + "x 20z y\n1 2\n",
                                     "--hz", "2e9", "--column", "2")
            self.assertEqual(code, 1)
            self.assertEqual(out, b"x 1000 y\n" * many)
            self.assertIn(f"line {many + 1}, column 2: expected a decimal number "
                          'below 2^64, found "20z"', err)
        long = "y" * 1000000
        code, out, err = convert(f"2000 {long}\n4000\nz", "--hz", "2e9")
        self.assertEqual(code, 1)
        self.assertEqual(out, f"1000 {long}\n2000\n".encode())
        self.assertIn("line 3", err)

    def test_units(self):
        # 2 GHz, and 0 ns at TSC 1000000.
        line = self.with_line(signed(FIELDS.replace(
            "tsc=1000 ns=5000", "tsc=1000000 ns=0")))
        ns = (0, 1, -1, 1234567890, -1234567890, -5000000001)
        stamps = [1000000 + 2 * n for n in ns if n > -500000]
        ns = [n for n in ns if n > -500000]
        for unit, digits in (("ns", 0), ("us", 3), ("ms", 6), ("s", 9)):
            def text(n):
                sign, n = "-" * (n < 0), abs(n)
                whole, rest = divmod(n, 10**digits)
                return f"{sign}{whole}.{rest:0{digits}}" if digits else \
                    f"{sign}{whole}"
            self.converts("".join(f"{s} x\n" for s in stamps),
                          "".join(f"{text(n)} x\n" for n in ns),
                          "--line", line, "--to", unit)
            # Raw numbers are whole units, rounded down.
            self.converts(struct.pack(f"<{len(ns)}Q", *stamps),
                          struct.pack(f"<{len(ns)}q",
                                      *(n // 10**digits for n in ns)),
                          "--line", line, "--to", unit, "--format", "u64")

    def test_nul_bytes_pass_and_end_no_stamp(self):
        self.converts(b"2000 a\0b\n", b"1000 a\0b\n", "--hz", "2e9")
        self.refuses(b"2\0x\n", 'found "2\\x00x"', "--hz", "2e9")

    def test_the_ends_of_what_is_converted(self):
        most = 2**60 - 1
        self.converts(f"{most}\n", f"{most // 2}\n", "--hz", "2e9")
        self.converts(f"{most}\n0\n", f"0\n{-most // 2}\n", "--hz", "2e9",
                      "--relative")
        self.refuses(f"{most + 1}\n0\n", "line 2, column 1: 0 is 2^60 ticks "
                     "or more", "--hz", "2e9", "--relative")
        # A sum that would not fit.
        for ns in (2**62, -2**62, 2**63 - 1, -2**63):
            path = self.with_line(signed(FIELDS.replace("ns=5000",
                                                        f"ns={ns}")))
            self.refuses("1\n", "times near it do not fit in 64 bits", "--line", path)

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


@unittest.skipIf(os.environ.get("TSCAL_SANITIZE"),
                 "the shadow of a sanitizer takes more than 32 MB")
class Big(Convert):
    """2 GB through a pipe, in 32 MB."""
    LIMIT = 32 << 20

    def through(self, unit, *args):
        """How many bytes come out of 2 GB of repetitions of a unit, and the
        most memory that it took."""
        def limit():
            resource.setrlimit(resource.RLIMIT_DATA, (self.LIMIT, self.LIMIT))

        block = unit * ((1 << 20) // len(unit))
        with subprocess.Popen([cli.TSCAL, "convert", "--hz", "2e9", *args],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              preexec_fn=limit) as p:
            def feed():
                for _ in range(2 * 10**9 // len(block)):
                    p.stdin.write(block)
                p.stdin.close()

            writer = threading.Thread(target=feed)
            writer.start()
            first = p.stdout.read(100)
            size = len(first)
            buffer = bytearray(1 << 20)
            while n := p.stdout.readinto(buffer):
                size += n
            writer.join()
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(p.returncode, 0)
        self.assertLess(usage.ru_maxrss << 10, self.LIMIT)
        return 2 * 10**9 // len(block) * len(block), first, size

    def test_text(self):
        fed, first, size = self.through(
            b"2000000000 something that is written in a line\n" * 20)
        self.assertTrue(first.startswith(b"1000000000 something that"))
        self.assertEqual(size, fed)

    def test_raw(self):
        fed, first, size = self.through(struct.pack("<Q", 2000),
                                        "--format", "u64")
        self.assertEqual(struct.unpack("<q", first[:8]), (1000,))
        self.assertEqual(size, fed)

    def test_one_line(self):
        # 1 GB and more without an end.
        fed, first, size = self.through(b"2000 " * 200)
        self.assertTrue(first.startswith(b"1000 2000 2000"))
        self.assertEqual(size, fed)


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
                     "stdin ends within a stamp: 3 of 8 bytes after stamp 2", *args)
        self.refuses(struct.pack("<2Q", 1, 2**60),
                     f"stdin, stamp 2: {2**60} is 2^60 ticks", *args)


class Rates(Convert):
    def test_a_converter_line(self):
        path = self.with_line(signed(FIELDS))
        self.converts("1000\n3000\n0\n", "5000\n6000\n4500\n", "--line", path)
        self.converts("3000\n5000\n", "0\n1000\n", "--line", path,
                      "--relative")
        self.refuses(f"{2**63}\n", "2^60 ticks or more", "--line", path)

    def test_bad_converter_lines(self):
        good = signed(FIELDS)
        for text, says in (
                ("", "no converter"),
                ("hello\n", "no converter"),
                (good[:-5], "cut short"),
                (good.replace("conv/1", "conv/2"), 'found "tscal-conv/2 hz='),
                (good.replace("ns=5000", "ns=5001"), "checksum"),
                (signed(FIELDS.replace("hz=2000", "hz=9")), "hz=")):
            path = self.with_line(text)
            self.refuses("1\n", f"{path}: ", "--line", path)
            self.refuses("1\n", says, "--line", path)
        self.converts("1000\n", "5000\n", "--line",
                      self.with_line(good.replace("\n", "\r\n")))
        self.refuses("1\n", "'/dev/stdin' holds the stamps", "--line",
                     "/dev/stdin")
        # At the head of the stamps, as a comment.
        log = self.with_line("# " + good + "1000 a\n3000 b\n")
        for name in (log, "-"):
            with open(log, "rb") as f:
                r = subprocess.run(
                    [cli.TSCAL, "convert", "--line", log, name], stdin=f,
                    stdout=subprocess.PIPE, check=True)
            self.assertEqual(r.stdout.decode(),
                             "# " + good + "5000 a\n6000 b\n")
        self.refuses("1\n", "cannot read '/nonexistent'", "--line",
                     "/nonexistent")
        self.refuses("1\n", "cannot read '/'", "--line", "/")

    def test_this_machine(self):
        code, out, err = convert("0\n3000000000\n")
        if code in (4, 5):
            truth.skip_without_tsc()
        self.assertEqual((code, err), (0, ""))
        hz = float(cli.run("hz").stdout)
        self.assertAlmostEqual(int(out.split()[1]), 3e18 / hz, delta=3e18 /
                               hz * 1e-4)

    def test_this_machine_of_a_file(self):
        path = self.with_line("0\n3000000000\n")
        for args in ((path,), (path, "--relative"), ("-",)):
            with open(path, "rb") as f:
                r = subprocess.run([cli.TSCAL, "convert", *args], stdin=f,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, check=False)
            if r.returncode == 4:
                truth.skip_without_tsc()
            self.assertEqual((r.returncode, r.stderr), (0, b""))
            self.assertEqual(r.stdout.split()[0], b"0")

    def test_bad_rates(self):
        for bad in ("0", "-1", "nan", "inf", "abc", "250000000", "249999999",
                    "1e300", "20000000001", "2GHz", "", " 2e9", "0x80000000"):
            self.refuses("", "--hz takes a number above 250000000", "--hz", bad)

    def test_options_that_exclude_each_other(self):
        self.refuses("", "both state the rate", "--hz", "2e9", "--line", "x")
        self.refuses("", "--column has no meaning with --format u64",
                     "--format", "u64", "--column", "1")
        self.refuses("", "--format takes text|u64, not 'csv'", "--format",
                     "csv")
        self.refuses("", "--column takes a whole number from 1", "--column", "0")
        self.refused("hz", "--relative", says="--relative has no meaning with "
                     "hz")
        self.refused("convert", "--json", says="--json has no meaning with "
                     "convert")


class Anchor(Convert):
    def line(self, *args):
        r = cli.run("anchor", *args)
        if r.returncode == 4:
            truth.skip_without_tsc()
        self.assertEqual((r.returncode, r.stderr), (0, ""))
        self.assertEqual(r.stdout.count("\n"), 1)
        self.assertLessEqual(len(r.stdout), 401)
        fields = dict(w.split("=") for w in r.stdout.split()[1:])
        self.assertEqual(signed(r.stdout.rpartition(" sum=")[0]), r.stdout)
        return r.stdout, fields

    def test_each_clock(self):
        for name, clock in (("realtime", time.CLOCK_REALTIME),
                            ("monotonic", time.CLOCK_MONOTONIC),
                            ("raw", time.CLOCK_MONOTONIC_RAW),
                            ("boottime", time.CLOCK_BOOTTIME),
                            ("tai", time.CLOCK_TAI)):
            before = time.clock_gettime_ns(clock)
            line, f = self.line("--clock", name)
            after = time.clock_gettime_ns(clock)
            self.assertEqual(f["clock"], name)
            # NTP may set the first and the last meanwhile, by little.
            self.assertLess(before - 10**8, int(f["ns"]))
            self.assertLess(int(f["ns"]), after + 10**8)
            self.assertLessEqual(float(f["lo"]), float(f["hz"]))
            self.assertLessEqual(float(f["hz"]), float(f["hi"]))
            # And convert reads it: the stamp it was made at.
            code, out, err = convert(f["tsc"] + "\n", "--line",
                                     self.with_line(line))
            self.assertEqual((code, err), (0, ""))
            self.assertEqual(out.decode().strip(), f["ns"])

    def test_monotonic_by_default(self):
        self.assertEqual(self.line()[1]["clock"], "monotonic")

    def test_what_is_no_clock(self):
        for bad in ("none", "", "utc", "CLOCK_TAI", "1"):
            r = cli.run("anchor", "--clock", bad)
            self.assertEqual(r.returncode, 1)
            self.assertIn("--clock takes realtime, monotonic, raw, boottime "
                          f"or tai, not '{bad}'", r.stderr)
        self.refused("hz", "--clock", "raw", says="--clock has no meaning with "
                     "hz")


class Files(Convert):
    def test_the_output_is_another_file(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(b"2000\n" * 10)
            f.flush()
            for mode in ("ab", "r+b"):
                with open(f.name, mode) as out:
                    r = subprocess.run(
                        [cli.TSCAL, "convert", "--hz", "2e9", f.name],
                        stdout=out, stderr=subprocess.PIPE, timeout=30,
                        check=False)
                self.assertEqual(r.returncode, 1)
                self.assertIn(b"is also the output", r.stderr)
            with open(f.name, "rb") as left:
                self.assertEqual(left.read(), b"2000\n" * 10)

    def test_pipes_that_do_not_block(self):
        # As a shell leaves them that shares them with such a program.
        pipe = os.pipe()
        back = os.pipe()
        os.set_blocking(pipe[0], False)
        os.set_blocking(back[1], False)
        with subprocess.Popen([cli.TSCAL, "convert", "--hz", "2e9"],
                              stdin=pipe[0], stdout=back[1],
                              stderr=subprocess.PIPE) as p:
            os.close(pipe[0])
            os.close(back[1])
            time.sleep(0.1)
            lines = 100000

            def feed():
                with open(pipe[1], "wb") as f:
                    f.write(b"2000 abc\n" * lines)

            writer = threading.Thread(target=feed)
            writer.start()
            time.sleep(0.2)
            with open(back[0], "rb") as f:
                out = f.read()
            writer.join()
            self.assertEqual(p.stderr.read(), b"")
        self.assertEqual(p.returncode, 0)
        self.assertEqual(out, b"1000 abc\n" * lines)

    def test_a_closed_pipe_is_noticed(self):
        for args in ([], ["--format", "u64"]):
            with subprocess.Popen(
                    [cli.TSCAL, "convert", "--hz", "2e9", *args],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE) as p:
                p.stdout.close()
                try:
                    p.stdin.write(bytes(8000000) if args else
                                  b"1000000\n" * 1000000)
                    p.stdin.close()
                except BrokenPipeError:
                    pass
                err = p.stderr.read()
            self.assertEqual(p.returncode, 1)
            self.assertEqual(err, b"tscal: cannot write the output: "
                             b"Broken pipe\n")

    def test_a_file_that_cannot_be_read(self):
        self.refuses("", "cannot read '/nonexistent'", "/nonexistent")
        self.refuses("", "cannot read /: Is a directory", "/", "--hz", "2e9")

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
