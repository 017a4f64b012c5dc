#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The command where another program translates its instructions.

usage: translated.py valgrind|qemu-x86_64 TSCAL

Its report names that program, and the TSC is not to be used.  On its own the
command finds no such program, although this test starts it too.
"""
import json
import shutil
import subprocess
import sys

PROGRAMS = {
    "valgrind": (["-q", "--tool=none"], "Valgrind"),
    "qemu-x86_64": ([], "QEMU's user mode"),
}


def report(command):
    """The report and the exit code."""
    done = subprocess.run(command + ["--json", "--probe", "passive"],
                          capture_output=True, text=True, timeout=50,
                          check=False)
    if not done.stdout:
        sys.exit(f"{command}: exit code {done.returncode}: {done.stderr}")
    return json.loads(done.stdout), done.returncode


def simulated(doc):
    """The fact that says what runs the command."""
    return next(fact for fact in doc["trust"]["facts"]
                if fact["name"] == "simulated")


def main():
    by, tscal = sys.argv[1:]
    options, name = PROGRAMS[by]
    path = shutil.which(by)
    if not path:
        print(f"skipped: {by} is not installed")
        sys.exit(77)

    doc, code = report([path, *options, tscal])
    fact = simulated(doc)
    assert fact["value"] == name, fact
    assert "reads this machine's TSC" in fact["sentence"], fact
    assert doc["use"]["verdict"] == "no", doc["use"]
    assert f"{name} translates this program" in doc["use"]["sentence"], \
        doc["use"]
    assert code == 4, code

    # Python is not what runs the command.
    fact = simulated(report([tscal])[0])
    assert fact["value"] == "no", fact


if __name__ == "__main__":
    main()
