#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The command in a process for which RDTSC was disabled: it says so.

usage: command_tsc_disabled.py TSCAL DISABLE_RDTSC.so
"""
import json
import os
import subprocess
import sys

TSCAL, PRELOAD = sys.argv[1:]
ENV = dict(os.environ, LD_PRELOAD=PRELOAD)
failed = []


def run(*options):
    done = subprocess.run([TSCAL, *options], env=ENV, capture_output=True,
                          text=True)
    if done.returncode == 77:
        print("skipped: PR_SET_TSC is not permitted here")
        sys.exit(77)
    if done.returncode < 0:
        failed.append(f"{options}: killed by signal {-done.returncode}")
    return done


def expect(what, wanted, got):
    if wanted != got:
        failed.append(f"{what}: {got!r}, not {wanted!r}")


report = run()
expect("exit of the report", 4, report.returncode)
if "PR_SET_TSC" not in report.stdout:
    failed.append("the report does not name the reason:\n" + report.stdout)

for platform in "passive", "devices":
    done = run("--json", "--probe", platform)
    expect(f"exit with --probe {platform}", 4, done.returncode)
    if done.returncode == 4:
        use = json.loads(done.stdout)["use"]
        expect(f"use with --probe {platform}", "no", use["verdict"])

for options in (["hz"], ["khz"], ["hv"], ["sources"], ["--no-measure"]):
    run(*options)

if failed:
    sys.exit("\n".join(failed))
