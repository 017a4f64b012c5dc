#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""benchmarks.py BENCHMARKS HOLD SECONDS: run both, and print the tables of
docs/benchmarks.md."""
import json
import subprocess
import sys

# name, what it is, the counter, the target and whether less is better.
MUST = (
    ("conv_now", "RDTSC and a frozen converter", "ratio", 1.05, True),
    ("now", "`tscal_now()`", "ratio", 1.05, True),
    ("now_beside_updater", "the same beside a running updater", "ratio", 1.10,
     True),
    ("convert_latency_tscal", "a conversion, ns, latency", "ns", 2.5, True),
    ("convert_throughput_tscal", "a conversion, ns, throughput", "ns", 0.4,
     True),
    ("batch_beside_memcpy/524288", "an array beyond the caches, of memcpy()",
     "ratio", 0.9, False),
)


def run(program):
    out = subprocess.check_output([program, "--benchmark_format=json"])
    rows = {}
    for b in json.loads(out)["benchmarks"]:
        if b.get("error_occurred"):
            sys.exit(f"{b['name']}: {b['error_message']}")
        parts = [p for p in b["name"].split("/")
                 if ":" not in p and p not in ("manual_time", "real_time")]
        threads = [p for p in b["name"].split("/") if "threads:" in p]
        rows["/".join(parts + threads)] = b
    return rows


def must(rows, held):
    print("must reach                                       target   reached")
    for name, what, counter, target, less in MUST:
        value = rows[name][counter]
        met = value <= target if less else value >= target
        sign = "<=" if less else ">="
        print(f"{what:46s} {sign} {target:5.2f} {value:9.3f}"
              f"{'' if met else '   missed'}")
    worst, back = held["worst_ns"], held["back"]
    print(f"{held['seconds']} s against CLOCK_MONOTONIC: worst, ns".ljust(46),
          f"<= {100:5d} {worst:9d}{'' if worst <= 100 else '   missed'}")
    print("readings that stepped back".ljust(46),
          f"<= {0:5d} {back:9d}{'' if not back else '   missed'}")


def row(name, b):
    if "ns" not in b:
        ns = b["real_time"] * {"ns": 1, "us": 1e3}[b["time_unit"]]
        threads = b.get("threads", 1)
        print(f"{name:38s} {ns * threads:9.2f}")
        return
    line = (f"{name:38s} {b['ns']:9.2f} {b['ns_p10']:9.2f} ..{b['ns_p90']:9.2f}"
            f" ")
    if "ratio" in b:
        line += (f"{b['ratio']:8.3f} {b['ratio_p10']:8.3f} .."
                 f"{b['ratio_p90']:7.3f}")
    print(line.rstrip())


def main():
    program, hold, seconds = sys.argv[1:]
    rows = run(program)
    held = json.loads(subprocess.check_output([hold, seconds]))
    must(rows, held)
    print(f"\n{'':38s} {'ns':>9s} {'p10 .. p90':>21s} {'ratio':>9s} "
          f"{'p10 .. p90':>18s}")
    for name, b in rows.items():
        row(name, b)
    print(f"\nhold {seconds}:")
    for key, value in held.items():
        print(f"  {key:16s} {value}")


main()
