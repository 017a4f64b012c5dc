# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""record and replay from the command line, and the exit codes on machines
that no test runs on."""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time
import unittest

import cli
import machines


class Files(cli.Case):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def file(self, data, name="machine.txt"):
        path = self.dir / name
        path.write_bytes(data)
        return str(path)

    def replay(self, data, *args, code=0):
        path = self.file(data)
        doc = self.json("replay", path, *args, schema="tscal.report/1",
                        codes=(code,))
        # Text exits alike.
        self.assertEqual(cli.run("replay", path, *args).returncode, code)
        return doc


class Hypervisor(Files):
    """tscal hv on a recorded machine."""
    DMI = "/sys/class/dmi/id/"

    def recording(self, files, **kw):
        lines = machines.machine(**kw).decode().splitlines()
        more = [machines.file(path, data) for path, data in files.items()]
        return self.file("\n".join(lines[:-1] + more + ["end", ""]).encode())

    def lines(self, path, columns=100):
        env = cli.clean_environment(COLUMNS=str(columns))
        r = cli.run("hv", path, env=env)
        self.assertEqual(r.returncode, 0, r.stderr)
        for line in r.stdout.splitlines():
            self.assertLessEqual(len(line), columns)
        return r.stdout

    def test_evidence_that_fits(self):
        path = self.recording({self.DMI + "sys_vendor": b"VMware, Inc.\n",
                               "/run/systemd/container": b"lxc\n",
                               "/sys/firmware/acpi/tables/WAET": b"WAET"})
        text = self.lines(path)
        self.assertRegex(text, r'(?m)^hypervisor +VMware, "VMwareVMware" at '
                         r"0x40000000, leaves to 0x40000010$")
        self.assertRegex(
            text, r'(?m)^evidence +DMI sys_vendor +"VMware, Inc\." +VMware$')
        self.assertRegex(
            text, r"(?m)^ +ACPI table WAET +is there +a virtual machine$")
        self.assertRegex(text, r'(?m)^ +/run/systemd/container +"lxc" +lxc, a '
                         "container$")
        self.assertNotIn("contradicted", text)
        self.assertRegex(text, r"(?m)^timing +leaf 0x40000010 EAX, kHz$")
        self.assertRegex(
            text, r"(?m)^sources +hv-leaf +ready +2400000 kHz in leaf")
        doc = self.json("hv", path, schema="tscal.hv/1")["hypervisor"]
        self.assertEqual(doc["evidence"][0], {
            "where": "DMI sys_vendor", "says": "VMware, Inc.",
            "name": "VMware", "means": "virtual", "vendor": "vmware"})
        self.assertEqual(
            [e["means"] for e in doc["evidence"]],
            ["virtual", "virtual", "container"])
        self.assertEqual(doc["timing_leaf"], "0x40000010")
        # The report knows the same.
        report = self.json("replay", path, schema="tscal.report/1")
        self.assertEqual(report["hypervisor"], doc)

    def test_a_contradiction_is_shown_and_decides_nothing(self):
        path = self.recording({self.DMI + "sys_vendor": b"QEMU\n"})
        says = "QEMU on Windows"
        self.assertRegex(self.lines(path), r"(?m)^contradicted CPUID names "
                         r'VMware, but DMI sys_vendor is "QEMU"')
        for command in ("hv", "replay"):
            self.assertIn(says, " ".join(
                cli.run(command, path).stdout.split()))
            doc = self.json(command, path, schema={
                "hv": "tscal.hv/1", "replay": "tscal.report/1"}[command])
            self.assertIn(says, doc["hypervisor"]["contradiction"])
            self.assertEqual(doc["hypervisor"]["vendor"], "vmware")

    def test_hostile_strings_are_shown_printable(self):
        path = self.recording({
            self.DMI + "sys_vendor": b"QEMU\x1b[31m\x00\xff" + b"x" * 300,
            self.DMI + "product_name": bytes(range(256)),
            self.DMI + "bios_vendor": b"Xen" + b"\xe9" * 200})
        for columns in (60, 100):
            text = self.lines(path, columns)
            self.assertTrue(text.isascii())
            self.assertNotIn("\x1b", text)
            self.assertIn('"QEMU?[31m"', text)
        self.json("hv", path, schema="tscal.hv/1")

    def test_a_file_that_is_no_recording(self):
        self.refused("hv", self.file(b"nonsense\n"), says="line 1")
        self.refused("hv", "/nonexistent", says="/nonexistent")


class ExitCodes(Files):
    def test_fine(self):
        doc = self.replay(machines.machine())
        self.assertEqual(doc["rate"]["verdict"], "consistent")
        self.assertEqual(doc["rate"]["source"], "hv-leaf")
        self.assertEqual(doc["rate"]["hz"], 2.4e9)
        self.replay(machines.machine(), "--require", "consistent")

    def test_below_what_is_required(self):
        path = self.file(machines.machine())
        r = cli.run("replay", path, "--require", "verified")
        self.assertEqual(r.returncode, 2)
        self.assertTrue(r.stderr.startswith(
            "tscal: the rate 2400000000.000 Hz is consistent, and --require "
            "asks for verified: "), r.stderr)
        self.assertIn("rate ", r.stdout)
        doc = self.replay(machines.machine(hz=None), "--require",
                          "consistent", code=2)
        self.assertEqual(doc["rate"]["verdict"], "single")

    def test_conflict(self):
        doc = self.replay(machines.machine(hz=2.5e9), code=3)
        self.assertEqual(doc["rate"]["verdict"], "conflict")

    def test_no_agreement_is_shown_with_a_conflict(self):
        # NTP confirms the clocks, and both contradict the leaf.
        more = machines.file("/proc/cpuinfo", b"flags\t\t: tsc_known_freq\n")
        for i in range(8):
            more += f'\nfile "/sys/class/ptp/ptp{i}/clock_name": -ENOENT'
        for i in range(2):
            more += (f"\nadjtimex {i}: state=0 status=0x2001 freq=-806093 "
                     "offset_ns=0 tick=10000 maxerror_us=20000 tai=0")
        data = machines.machine(hz=2.5e9).replace(
            b"\nend\n", b"\n" + more.encode() + b"\nend\n")
        rate = self.replay(data, code=3)["rate"]
        self.assertEqual(rate["verdict"], "conflict")
        self.assertIsNotNone(rate["agreement_ppm"])
        text = cli.run("replay", self.file(data)).stdout
        self.assertRegex(text, r"\n +conflict: ")

    def test_hints_alone_are_no_distance_apart(self):
        text = cli.run("--only", "bogomips").stdout
        self.assertRegex(text, r"rate +none: No source gives a rate")
        self.assertNotRegex(text, r"\binf\b")

    def test_no_rate(self):
        doc = self.replay(machines.machine(hz=None, leaf_khz=0), code=5)
        self.assertEqual(doc["use"]["verdict"], "unknown")
        self.assertEqual(doc["rate"]["verdict"], "none")
        self.assertIsNone(doc["rate"]["hz"])
        self.assertIsNone(doc["rate"]["hz_lo"])
        self.assertIsNone(doc["rate"]["source"])

    def test_no_rate_as_a_number(self):
        # A label gives no rate on any machine.
        for command in ("hz", "khz"):
            r = cli.run(command, "--only", "bogomips")
            self.assertEqual(r.returncode, 5)
            self.assertIn("\ntscal: use unknown: Nothing was measured", r.stderr)
            self.assertEqual(r.stdout, "")
            self.assertTrue(r.stderr.startswith("tscal: rate none: "))
            self.assertRegex(r.stderr,
                             r"\ntscal: bogomips is (only a hint|absent): ")
            doc = self.json(command, "--only", "bogomips",
                            schema="tscal.hz/1", codes=(5,))
            self.assertIsNone(doc["hz"])
            self.assertIsNone(doc["khz"])
            self.assertIsNone(doc["source"])

    def test_no_use(self):
        doc = self.replay(machines.machine(
            clocksource=b"acpi_pm\n", available=b"acpi_pm \n"), code=4)
        self.assertEqual(doc["use"]["verdict"], "no")
        self.assertIsNotNone(doc["rate"]["hz"])

    def test_the_highest_wins(self):
        # No use, a conflict, and below what is required.
        doc = self.replay(machines.machine(
            hz=2.5e9, clocksource=b"acpi_pm\n", available=b"acpi_pm \n"),
            "--require", "verified", code=4)
        self.assertEqual(doc["rate"]["verdict"], "conflict")
        # A conflict, and below what is required.
        self.replay(machines.machine(hz=2.5e9), "--require", "verified",
                    code=3)

    def test_but_what_could_not_be_written_comes_first(self):
        path = self.file(machines.machine(hz=2.5e9))
        with open("/dev/full", "w") as full:
            self.assertEqual(
                cli.run("replay", path, stdout=full).returncode, 1)


class Text(Files):
    def lines(self, columns):
        path = self.file(machines.machine())
        env = cli.clean_environment(COLUMNS=str(columns))
        return cli.run("replay", path, env=env).stdout.splitlines()

    def row(self, lines, source):
        i = [l.split()[:1] for l in lines].index([source])
        return lines[i], lines[i + 1]

    def test_sentences_next_to_the_numbers_where_there_is_room(self):
        row, _ = self.row(self.lines(100), "hv-leaf")
        self.assertRegex(row, r"^  hv-leaf +used +2400000000 +0\.42  \S")

    def test_and_below_them_where_there_is_none(self):
        lines = self.lines(80)
        row, below = self.row(lines, "hv-leaf")
        # The chosen one is at no distance from itself.
        self.assertRegex(row, r"^  hv-leaf +used +2400000000 +0\.42$")
        indent = len(below) - len(below.lstrip())
        self.assertEqual(row[indent:].split()[0], "2400000000")
        row, _ = self.row(lines, "clock-raw")
        self.assertRegex(row, r"^  clock-raw +agrees +\d+ +\S+ +\S+$")


class Hostile(Files):
    """Text of a machine may hold any byte."""

    def check(self, data, code=0):
        doc = self.replay(data, code=code)
        text = cli.run("replay", self.file(data)).stdout
        self.assertTrue(text.isascii())
        self.assertTrue(text.replace("\n", "").isprintable(), repr(text))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100)
        return doc

    def test_escape_sequences_and_broken_utf8_in_the_brand(self):
        doc = self.check(machines.machine(brand=b"\033[31mred\xff\xfe\x80"))
        self.assertIn("[31mred", doc["cpu"]["brand"])

    def test_the_longest_of_all_brands(self):
        for brand in (b"x" * 48, b"\x01" * 48, b"\xff" * 48):
            self.check(machines.machine(brand=brand))

    def test_escape_sequences_in_the_vendor(self):
        self.check(machines.machine(vendor=b"\033[31m\xff\0ab"))

    def test_a_signature_of_any_bytes(self):
        doc = self.check(machines.machine(signature=b"\033]0;x\x07\0\xff ab"))
        self.assertEqual(doc["hypervisor"]["vendor"], "unknown")
        self.assertEqual(doc["hypervisor"]["signature"],
                         r"\x1b]0;x\x07\x00\xff ab")

    def test_a_clocksource_of_any_bytes(self):
        self.check(machines.machine(
            clocksource=b"\033[2J\xff\n", available=b"\033[2J\xff tsc\n"))

    def test_more_signatures_than_are_kept(self):
        more = [(0x40000100 + 0x100 * i, b"KVMKVMKVM")
                for i in range(20)]
        doc = self.check(machines.machine(more=more))
        also = doc["hypervisor"]["also"]
        self.assertEqual(len(also), 8)
        bases = [m["base"] for m in also]
        self.assertEqual(bases, sorted(bases, reverse=True))
        text = cli.run("replay", self.file(machines.machine(more=more))).stdout
        self.assertIn("and more signatures", text)

    def test_a_signature_elsewhere(self):
        doc = self.check(machines.machine(base=0x40000300))
        self.assertEqual(doc["hypervisor"]["base"], "0x40000300")


class Refused(Files):
    def test_one_sentence_with_the_line(self):
        good = machines.machine()
        for data, says in (
                (b"", "line 1"),
                (b"\0\x7fELF\x02\x01", "a binary file"),
                (good[:len(good) // 2], "line "),
                (good.replace(b"end\n", b""), "line "),
                (b"tscal-recording 2\nend\n", "line 1"),
                (b"tscal-recording 1\nmood happy: yes\nend\n", "line 2"),
                (b"tscal-recording 1\ntsc-access: enabled\n"
                 b"tsc-access: sigsegv\nend\n", "line 3"),
                (b"tscal-recording 1\n\033[31m: 1\nend\n", "line 2")):
            with self.subTest(data[:40]):
                path = self.file(data)
                err = self.refused("replay", path, says=f"tscal: {path}: ")
                self.assertIn(says, err)
                self.assertEqual(err.count("\n"), 1)
                self.assertTrue(err.strip().isprintable(), err)
                self.assertEqual(
                    self.refused("--json", "replay", path, says=says), err)

    def test_what_people_hold_instead(self):
        for data, says in (
                (b"CPU-Z TXT Report\n-----\n\nCPU 0:\n   vendor_id = \"x\"\n",
                 'not the output of "cpuid -r" (line 1: "CPU-Z TXT Report"): '
                 'run "tscal record FILE" or "cpuid -1 -r > FILE"'),
                (b"CPU 0:\n   vendor_id = \"AuthenticAMD\"\n",
                 'without its option -r: run "cpuid -1 -r > FILE"'),
                (b"CPU:\n   vendor_id = \"AuthenticAMD\"\n", "option -r"),
                (b"processor\t: 0\nvendor_id\t: x\n", "/proc/cpuinfo"),
                (b"Architecture:   x86_64\n", "the output of lscpu"),
                (b"[    0.000000] Linux version 6.1\n", "a kernel log"),
                (cli.run("--json", "replay", self.file(machines.machine()))
                 .stdout.encode(), "a report of tscal in JSON"),
                (b"\x1f\x8b\x08\0", 'by gzip: run "gunzip"'),
                ("CPU 0:\n".encode("utf-16"), 'run "iconv -f UTF-16')):
            with self.subTest(data[:40]):
                err = self.refused("replay", self.file(data), says=says)
                self.assertEqual(err.count("\n"), 1)
        self.refused("replay", str(self.dir), says="is a directory")

    def test_a_recording_of_an_editor_of_windows(self):
        data = b"\xef\xbb\xbf" + machines.machine().replace(b"\n", b"\r\n")
        self.assertEqual(cli.run("replay", self.file(data)).returncode, 0)

    def test_what_is_not_a_readable_file(self):
        for path in (self.dir / "missing", self.dir, "/dev/null", "/"):
            err = self.refused("replay", str(path), says="tscal: ")
            self.assertEqual(err.count("\n"), 1)

    def test_100_megabytes(self):
        path = self.dir / "large.txt"
        with open(path, "wb") as f:
            f.write(b"tscal-recording 1\n")
            f.truncate(100 << 20)
        self.refused("replay", str(path), says=str(path))


DUMPS = pathlib.Path(__file__).parents[1] / "replay" / "dumps"


class Dumps(Files):
    """The registers of tests/replay/dumps, in the forms of other programs."""
    def rows(self, name):
        text = (DUMPS / name).read_text()
        for m in re.finditer(r"0x(\w{8}) 0x(\w+): eax=0x(\w+) ebx=0x(\w+)"
                             r" ecx=0x(\w+) edx=0x(\w+)", text):
            yield int(m[1], 16), int(m[2], 16), m.groups()[2:]

    def report(self, data):
        r = cli.run("--json", "replay", self.file(data.encode()))
        self.assertEqual(r.stderr, "")
        return r.stdout

    def test_aida64(self):
        for dump in sorted(DUMPS.glob("*.txt")):
            rows = list(self.rows(dump.name))
            plain = "CPU 0:\n" + "".join(
                f"   0x{leaf:08x} 0x{sub:02x}: eax=0x{r[0]} ebx=0x{r[1]} "
                f"ecx=0x{r[2]} edx=0x{r[3]}\n" for leaf, sub, r in rows)
            owed = self.report(plain)
            lines = [f"CPUID {leaf:08X}: {'-'.join(r).upper()}"
                     + (f" [SL {sub:02X}]" if sub else "")
                     for leaf, sub, r in rows]
            other = ["CPUID 00000000: " + "-".join(["00000001"] * 4)]
            for head, second in (
                    ("------[ Versions ]------\n\nProgram Version : x\xe9\n"
                     "CPUID Manufacturer : x\n\n------[ Logical CPU #0 ]------",
                     "------[ Logical CPU #1 ]------"),
                    ("CPU#000 AffMask: 0x0001", "CPU#001 AffMask: 0x0002"),
                    ("CPUID Registers (CPU #1)", "CPUID Registers (CPU #2)")):
                for end in ("\n", "\r\n"):
                    data = end.join([head, *lines, second, *other, ""])
                    with self.subTest(dump.name, head=head[:12]):
                        self.assertEqual(self.report(data), owed)
            blanks = "\n".join(l.replace(": ", "      ") for l in lines)
            self.assertEqual(self.report(blanks), owed)

    def test_aida64_damaged(self):
        good = "CPUID 00000000: 0000000D-68747541-444D4163-69746E65\n"
        for line, says in (
                ("CPUID 00000001: 00700F01-00040800-BED82203",
                 'line 2: expected "-" after '),
                ("CPUID 00000001: 00700F01-00040800-BED82203-178BFBF",
                 'line 2: expected 8 hexadecimal digits after '),
                ("CPUID 00000004: 00000000-00000000-00000000-00000000 [SL x]",
                 'line 2: expected the number of a subleaf and "]" after "[SL ", '
                 'found "x]"'),
                ("CPUID 00000001: 00000000-00000000-00000000-00000000 [SL 00]\n"
                 "CPUID 00000001: 00000001-00000000-00000000-00000000 [SL 00]",
                 "line 3: contradicts line 2")):
            self.refused("replay", self.file((good + line + "\n").encode()),
                         says=says)

    def libcpuid(self, rows):
        zero = ("00000000",) * 4
        held = {leaf: r for leaf, sub, r in rows if not sub}
        return "".join(
            f"{name}[{i}]={' '.join(held.get(base + i, zero))}\n"
            for name, base in (("basic_cpuid", 0), ("ext_cpuid", 0x80000000))
            for i in range(32)) + "intel_fn4[0]=" + " ".join(zero) + "\n"

    def test_libcpuid(self):
        for name in ("athlon-5370-hyperv.txt", "xeon-gold-6154.txt",
                     "core-i9-12900k.txt", "atom-c3958.txt"):
            rows = list(self.rows(name))
            last = {0: int(rows[0][2][0], 16)}
            last |= {0x80000000: int(r[0], 16) for leaf, _, r in rows
                     if leaf == 0x80000000}
            held = {leaf: r for leaf, sub, r in rows if not sub}
            plain = "CPU 0:\n" + "".join(
                f"   0x{leaf:08x} 0x00: eax=0x{r[0]} ebx=0x{r[1]} "
                f"ecx=0x{r[2]} edx=0x{r[3]}\n"
                for base, end in last.items()
                for leaf in range(base, min(end, base + 31) + 1)
                for r in [held.get(leaf, ("00000000",) * 4)])
            owed = self.report(plain)
            body = self.libcpuid(rows)
            other = body.replace("basic_cpuid[0]=", "basic_cpuid[0]=f")
            for data in (
                    body,
                    "version=0.5.1\n" + body,
                    # Longer than the reader's room for it.
                    "version=" + "9" * 80 + "\n" + body,
                    "version=0.6.2\n\n_____ Logical CPU #0 _____\n" + body
                    + "\n_____ Logical CPU #1 _____\n" + other,
                    "version=0.6.2\n_____ Logical CPU #-7 _____\n" + body,
                    body + "basic_cpuid[-1]=" + " ".join(["1" * 8] * 4) + "\n"
                    + "ext_cpuid[99]=" + " ".join(["1" * 8] * 4) + "\n",
                    body + "-" * 80 + "\nx86\n"):
                with self.subTest(name, data=data[:30]):
                    self.assertEqual(self.report(data), owed)

    def test_libcpuid_without_an_x86_cpu(self):
        self.refused("replay", self.file(
            b"version=0.7.0\n_____ Logical CPU #0 _____\narm_midr=0\n"),
            says="it has no row basic_cpuid[0] of an x86 CPU")

    def test_damaged_libcpuid(self):
        row = b"basic_cpuid[%d]=0000000d 756e6547 6c65746e 49656e69\n"
        for number, data in (
                (2, row % 0 + (row % 1)[:30]),
                (2, b"version=0.5.1\n" + (row % 0)[:30]),
                (3, b"version=0.5.1\n" + row % 0 + (row % 1)[:-4] + b"\n"),
                (2, row % 0 + b"# \0\n" + row % 1),
                (3, row % 0 + b"\n" + (row % 1).replace(b"e65", b"\0\0\0")),
                (2, row % 0 + (row % 1)[:-1] + b"0" * 200 + b"\n" + row % 2),
                (1, row.replace(b"%d", b"x") + row % 0)):
            with self.subTest(data=data):
                self.refused("replay", self.file(data),
                             says=f"line {number}: a damaged row of a raw "
                             "dump of libcpuid")


class Record(Files):
    def test_a_recording_replays_to_the_same_machine(self):
        path = str(self.dir / "here.txt")
        live = self.json("record", path, schema="tscal.report/1")
        again = self.json("replay", path, schema="tscal.report/1",
                          codes=(0, 3, 4, 5))
        for part in ("hypervisor", "cpu"):
            self.assertEqual(live[part], again[part])
        for key in ("verdict", "source", "roots"):
            self.assertEqual(live["rate"][key], again["rate"][key])
        self.assertEqual(live["use"], again["use"])
        if live["rate"]["hz"] is not None:
            self.assertAlmostEqual(again["rate"]["hz"] / live["rate"]["hz"], 1,
                                   delta=1e-6)

    @unittest.skipUnless(shutil.which("cpuid"), "needs Debian's cpuid")
    def test_what_cpuid_prints_replays_to_the_same_machine(self):
        live = self.json(schema="tscal.report/1", codes=(0, 2, 3, 4, 5))
        for options in (["-r"], ["-1", "-r"]):
            path = self.file(subprocess.check_output(["cpuid", *options]))
            again = self.json("replay", path, schema="tscal.report/1",
                              codes=(0, 3, 4, 5))
            self.assertEqual(live["cpu"], again["cpu"])
            # Not its name: that may depend on firmware.
            for key in ("present", "signature", "base", "max_leaf"):
                self.assertEqual(live["hypervisor"][key],
                                 again["hypervisor"][key])

    def test_text_names_the_file(self):
        path = str(self.dir / "r.txt")
        out = cli.run("record", path).stdout
        self.assertIn(path, "".join(out.split()))
        self.assertIn("without serial numbers", out)
        out = cli.run("record", "--no-redact", path + "2").stdout
        self.assertNotIn("without serial numbers", out)

    def test_redacted_unless_asked_otherwise(self):
        for args, redacted in (([], True), (["--no-redact"], False),
                               (["--no-redact", "--redact"], True)):
            path = self.dir / f"r{len(args)}.txt"
            cli.run("record", str(path), *args)
            self.assertEqual("Redacted" in path.read_text(), redacted, args)

    def test_the_verdict_does_not_spoil_a_recording(self):
        path = self.dir / "r.txt"
        r = cli.run("record", str(path), env=cli.without_rdtsc())
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertEqual(path.read_text().splitlines()[-1], "end")

    def test_to_standard_output_and_from_standard_input(self):
        for args in ([], ["--no-redact"]):
            r = cli.run("record", "-", *args)
            self.assertEqual((r.returncode, r.stderr), (0, ""))
            self.assertTrue(r.stdout.startswith("tscal-recording 1\n"))
            self.assertTrue(r.stdout.endswith("\nend\n"))
            self.assertEqual("# Redacted" in r.stdout, not args)
            path = self.file(r.stdout.encode())
            for command in ("replay", "hv"):
                piped = cli.run("--json", command, "-", input=r.stdout)
                self.assertEqual(piped.stdout,
                                 cli.run("--json", command, path).stdout)
                self.assertEqual(self.parse(piped.stdout)["schema"],
                                 "tscal.hv/1" if command == "hv"
                                 else "tscal.report/1")
        self.assertIn("replay of standard input",
                      cli.run("replay", "-", input=r.stdout).stdout)
        self.refused("--json", "record", "-", says="no meaning with record -")

    def test_standard_output_that_takes_nothing(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            r = cli.run("record", "-", stdout=full)
        self.assertEqual(r.returncode, 1)
        self.assertIn("standard output: No space left", r.stderr)
        r = subprocess.run(["sh", "-c", '"$0" record - >&-', cli.TSCAL],
                           stderr=subprocess.PIPE, text=True, check=False,
                           timeout=60)
        self.assertEqual(r.returncode, 1)
        self.assertIn("standard output: Bad file descriptor", r.stderr)

    def test_standard_input_that_is_no_recording(self):
        self.refused("replay", "-", input="x" * (16 << 20) + "x",
                     says="standard input: is too large")
        self.refused("replay", "-", input="x\n",
                     says="standard input: not a recording")

    def test_a_limit_on_the_size_of_files_is_an_error_and_no_signal(self):
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

        path = self.dir / "r.txt"
        text = cli.run("record", "-").stdout
        self.refused("replay", "-", input=text, preexec_fn=small_files,
                     says="copied into memory: File too large")
        self.refused("record", str(path), preexec_fn=small_files,
                     says="File too large")
        self.assertFalse(path.exists())

    def test_standard_input_that_does_not_block(self):
        text = cli.run("record", "-").stdout.encode()
        r, w = os.pipe()
        os.set_blocking(r, False)
        with subprocess.Popen([cli.TSCAL, "replay", "-"], stdin=r,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            os.close(r)
            time.sleep(0.3)
            os.write(w, text[:100])
            time.sleep(0.1)
            os.write(w, text[100:])
            os.close(w)
            out, err = child.communicate(timeout=60)
        self.assertEqual(err, b"")
        self.assertIn(b"replay of standard input", out)

    def test_standard_input_without_proc(self):
        hidden = ["unshare", "-Urm", "sh", "-c",
                  'mount -t tmpfs none /proc && exec "$@"', "sh"]
        if subprocess.run([*hidden, "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode:
            self.skipTest("no new namespace is permitted")
        r = subprocess.run([*hidden, cli.TSCAL, "replay", "-"], input="x\n",
                           text=True, capture_output=True, check=False,
                           timeout=60)
        self.assertEqual(r.returncode, 1)
        self.assertIn("cannot be read without /proc", r.stderr)

    def test_a_file_named_by_a_dash(self):
        r = cli.run("record", "./-", cwd=self.dir)
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertTrue((self.dir / "-").exists())
        self.assertIn("replay of ./-",
                      cli.run("replay", "./-", cwd=self.dir).stdout)

    def test_an_existing_file_is_kept(self):
        path = self.file(b"precious")
        self.refused("record", path, says="File exists")
        self.assertEqual(pathlib.Path(path).read_bytes(), b"precious")
        self.refused("record", "/dev/null", says="File exists")

    def test_where_nothing_can_be_created(self):
        self.refused("record", str(self.dir / "no" / "r.txt"),
                     says="No such file")
        self.refused("record", "", says="tscal: ")

    def test_a_recording_that_was_cut_off_is_an_error(self):
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

        # SIGXFSZ stays ignored, so that writing fails with EFBIG.
        path = self.dir / "r.txt"
        self.refused("record", str(path), says="File too large",
                     preexec_fn=small_files, restore_signals=False)
        self.assertFalse(path.exists())

    def test_closed_descriptors_do_not_mix_with_the_file(self):
        path = self.dir / "r.txt"
        r = cli.run("record", str(path), preexec_fn=lambda: os.close(1))
        self.assertEqual(r.returncode, 1)
        self.assertEqual(path.read_text().splitlines()[-1], "end")


if __name__ == "__main__":
    unittest.main()
