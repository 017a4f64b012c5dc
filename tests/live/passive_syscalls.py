#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""strace of a passive calibration: the system calls it makes, all of them.

usage: passive_syscalls.py PROGRAM

PROGRAM writes "begin" and "end" around tscal_calibrate().  In between there
may be no device, no signal handler, no thread, no memory taken; only clocks,
prctl and files of /proc and /sys, and a pipe to copy the clock pages through.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ALLOWED = {
    "openat", "read", "close",  # files, checked below
    "pipe2", "write",  # the copy of a page
    "clock_gettime", "clock_nanosleep", "restart_syscall",
    "adjtimex", "clock_adjtime",
    "prctl",
}


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def trace(command, out):
    # A leak check of a sanitizer cannot run in a traced process.
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    return subprocess.run(["strace", "-f", "-qq", "-o", out] + command,
                          env=env, capture_output=True, text=True)


def main():
    if not shutil.which("strace"):
        skip("strace is not installed")
    with tempfile.NamedTemporaryFile("r") as out:
        if trace(["true"], out.name).returncode:
            skip("ptrace is not permitted here")
        run = trace([sys.argv[1]], out.name)
        lines = out.read().splitlines()
    if run.returncode:
        sys.exit(f"{sys.argv[1]}: exit {run.returncode}\n{run.stderr}")

    # "PID call(arguments) = result", or "PID --- SIGNAL ---".
    begin = [i for i, l in enumerate(lines) if 'write(1, "begin' in l]
    end = [i for i, l in enumerate(lines) if 'write(1, "end' in l]
    if len(begin) != 1 or len(end) != 1 or end[0] - begin[0] < 10:
        sys.exit("no calibration in the trace:\n" + "\n".join(lines))
    # What is mapped where, asked of /proc/self/maps: ioctl PROCMAP_QUERY, which
    # strace did not know before 6.11.
    query = re.compile(r"\d+, (PROCMAP_QUERY|_IOC\(_IOC_READ\|_IOC_WRITE, "
                       r"0x66, 0x11, 0x68\)), ")
    wrong = []
    for line in lines[begin[0] + 1:end[0]]:
        call = re.match(r"\d+ +(\w+)\((.*)", line)
        if call and call[1] == "ioctl" and query.match(call[2]):
            continue
        if not call or call[1] not in ALLOWED:
            wrong.append(line)
        elif call[1] == "openat":
            path = re.search(r'"(.*?)"', call[2])
            if not path or not path[1].startswith(("/proc/", "/sys/")) or \
                    "O_RDONLY" not in call[2]:
                wrong.append(line)
    if len({line.split()[0] for line in lines}) != 1:
        wrong.append("more than one thread or process")
    if wrong:
        sys.exit("not passive:\n" + "\n".join(wrong))
    print(f"{end[0] - begin[0] - 1} system calls, all passive")


main()
