#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""benchmarks_smoke.py BENCHMARKS: that each runs and counts; never how fast."""
import json
import subprocess
import sys

NAMES = ("rdtsc", "conv_now", "now", "now_beside_updater", "stamp", "interval",
         "update", "convert_latency_tscal", "convert_throughput_tscal",
         "libc_clock_gettime", "std_steady_clock")

out = subprocess.check_output(
    [sys.argv[1], "--benchmark_format=json", "--benchmark_min_time=0.01"])
found = {}
for run in json.loads(out)["benchmarks"]:
    # "now/iterations:3000/manual_time"
    name = run["name"].split("/")[0]
    if run.get("error_occurred"):
        print("skipped:", run["error_message"])
        sys.exit(77)
    found[name] = run
missing = [n for n in NAMES if n not in found]
assert not missing, missing
assert any(n.startswith("batch_beside_memcpy") for n in found)
assert any(n.startswith("readers_while_updating") for n in found)
for name in NAMES:
    assert found[name]["ns"] > 0, name
assert 0.5 < found["rdtsc"]["ratio"] < 2, found["rdtsc"]
print(len(found), "benchmarks")
