# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What a refused source says is missing: without exactly that it is refused
with this sentence, and with exactly that it is not."""
import ctypes
import errno
import os
import stat
import subprocess
import unittest

import cli

FADT = "/sys/firmware/acpi/tables/FACP"
NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"]
READ_ALL = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def ioperm_errno():
    """What the kernel answers to this process; port 0x61 is the PIT's."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ioperm(0x61, 1, 1) == 0:
        libc.ioperm(0x61, 1, 0)
        return 0
    return ctypes.get_errno()


@unittest.skipIf(os.getuid(), "not root, so there are no rights to give up")
@unittest.skipUnless("devices" in cli.probe_levels(), "built without the probe")
class Permissions(cli.Case):
    def line(self, source, *setpriv):
        """The source's line in the report of a process with other rights."""
        probe = cli.public_program()
        r = subprocess.run(
            ["setpriv", *setpriv, probe, "--json", "--probe", "ports", "--pit",
             "--only", source],
            env=cli.clean_environment(LD_LIBRARY_PATH=cli.PUBLIC.name),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=60, check=False)
        self.assertIn(r.returncode, range(6), r.stderr)
        lines = [s for s in self.parse(r.stdout)["sources"]
                 if s["name"] == source]
        self.assertEqual(len(lines), 1, r.stdout)
        return lines[0]["status"], lines[0]["sentence"]

    def test_ports(self):
        with_all = ioperm_errno()
        if with_all == errno.ENOSYS:
            # No capability would help, and none is named.
            for rights in ([], ["--bounding-set=-sys_rawio"], NOBODY):
                self.assertEqual(self.line("pit", *rights), (
                    "denied", "the PIT needs ioperm, which this kernel lacks "
                    "or a seccomp filter refuses (ENOSYS)"))
            return
        refused = ("denied", "no permission for I/O ports: needs "
                   "CAP_SYS_RAWIO, and no kernel lockdown or seccomp filter "
                   "against ioperm")
        self.assertEqual(
            self.line("pit", "--bounding-set=-sys_rawio"), refused)
        if with_all == 0:
            self.assertNotEqual(self.line("pit"), refused)
            self.assertNotEqual(
                self.line("pit", *NOBODY, "--inh-caps=+sys_rawio",
                          "--ambient-caps=+sys_rawio"), refused)

    def test_fadt(self):
        try:
            mode = os.stat(FADT).st_mode
        except OSError as e:
            self.skipTest(f"{FADT}: {e.strerror}")
        if mode & stat.S_IROTH:
            self.skipTest(f"{FADT} is open to all")
        refused = ("denied", f"no permission for ACPI's FADT: {FADT} needs "
                   "CAP_DAC_READ_SEARCH")
        self.assertEqual(self.line("acpi-pm", *NOBODY), refused)
        self.assertNotIn("FADT: ", self.line("acpi-pm", *NOBODY, *READ_ALL)[1])

    def test_kvm(self):
        try:
            kvm = os.stat("/dev/kvm")
        except OSError as e:
            self.skipTest(f"/dev/kvm: {e.strerror}")
        if kvm.st_mode & 0o066 != 0o060:
            self.skipTest("/dev/kvm is not for its group alone")
        refused = ("denied", "no permission for /dev/kvm: needs the group of "
                   "the file, often kvm")
        self.assertEqual(self.line("kvm-ioctl", *NOBODY), refused)
        self.assertNotEqual(
            self.line("kvm-ioctl", *NOBODY[:2], f"--groups={kvm.st_gid}"),
            refused)


if __name__ == "__main__":
    unittest.main()
