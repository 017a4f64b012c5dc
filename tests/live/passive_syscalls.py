#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""strace of a passive calibration.

usage: passive_syscalls.py PROGRAM [TSCAL]

PROGRAM writes "begin" and "end" around tscal_calibrate().  In between there
may be no device, no signal handler, no thread, no memory taken; only clocks,
prctl and files of /proc and /sys, and a pipe to copy the clock pages through.
The command TSCAL, told to be passive, opens no device from beginning to end,
installs no signal handler, starts no thread and binds none.
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

# Not in the whole life of the command.
FORBIDDEN = {
    "rt_sigaction", "clone", "clone3", "fork", "vfork",
    "perf_event_open", "sched_setaffinity",
}


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def trace(*command):
    """The lines of strace: "PID call(arguments) = result"."""
    # A leak check of a sanitizer cannot run in a traced process.
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    with tempfile.NamedTemporaryFile("r") as out:
        run = subprocess.run(
            ["strace", "-f", "-qq", "-o", out.name, *command],
            env=env, capture_output=True, text=True)
        return run, out.read().splitlines()


def call_of(line):
    """(name, arguments); a signal or an exit is ("", line)."""
    call = re.match(r"\d+ +(\w+)\((.*)", line)
    return call.groups() if call else ("", line)


def threads_of(lines):
    return len({line.split()[0] for line in lines})


def check_calibration(program):
    run, lines = trace(program)
    if run.returncode:
        sys.exit(f"{program}: exit {run.returncode}\n{run.stderr}")
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
        name, arguments = call_of(line)
        if name == "ioctl" and query.match(arguments):
            continue
        if name not in ALLOWED:
            wrong.append(line)
        elif name == "openat":
            path = re.search(r'"(.*?)"', arguments)
            if not path or not path[1].startswith(("/proc/", "/sys/")) or \
                    "O_RDONLY" not in arguments:
                wrong.append(line)
    if threads_of(lines) != 1:
        wrong.append("more than one thread or process")
    if wrong:
        sys.exit("not passive:\n" + "\n".join(wrong))
    print(f"{end[0] - begin[0] - 1} system calls, all passive")


def check_command(tscal):
    _, lines = trace(tscal, "--probe", "passive")
    wrong = []
    for line in lines:
        name, arguments = call_of(line)
        # main() ignores one signal, so that a limit is an error.
        if name == "rt_sigaction" and \
                arguments.startswith("SIGXFSZ, {sa_handler=SIG_IGN,"):
            continue
        if name in FORBIDDEN or \
                (name.startswith("open") and '"/dev/' in arguments):
            wrong.append(line)
    if threads_of(lines) != 1:
        wrong.append("more than one thread or process")
    if not any('"/proc/self/maps"' in line for line in lines):
        wrong.append("no calibration in the trace")
    if wrong:
        sys.exit("tscal --probe passive:\n" + "\n".join(wrong))


def main():
    if not shutil.which("strace"):
        skip("strace is not installed")
    if trace("true")[0].returncode:
        skip("ptrace is not permitted here")
    check_calibration(sys.argv[1])
    if len(sys.argv) > 2:
        check_command(sys.argv[2])


main()
