#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""clock.py [--smoke] [--seconds N] COST ERROR: what a clock's calls cost, and how
far it is from the clock that it follows in so many seconds (600); the tables of
docs/clock-cost.md.  --smoke: that all of it runs, on little, and without
targets."""
import json
import subprocess
import sys

from converting import calls, show_targets

# name, what it is, counter, target, whether less is better.
MUST = (
    ("now", "tscal_now(), of rdtsc", "ratio", 1.05, True),
    ("now_beside_updater", "the same beside an updater", "ratio", 1.1, True),
    ("clock_init", "tscal_clock_init(), ns", "ns", 15e6, True),
    ("update", "tscal_clock_update(), ns", "ns", 2000, True),
    ("attach", "tscal_clock_attach_fd(), ns", "ns", 100000, True),
    ("attached_now", "tscal_now() of an attached clock, of rdtsc", "ratio", 1.05,
     True),
    ("stamp_from_history", "tscal_clock_stamp() of 4 s ago, ns", "ns", 50,
     True),
    ("error", "readings that stepped back", "back", 0, True),
    ("error", "furthest outside of the clock, ns", "worst_ns", 100, True),
)


def table(rows, error):
    width = max(map(len, rows))
    print(f"{'':{width}}         ns      p10 ..      p90   ratio   p10 ..   p90")
    for name, b in rows.items():
        line = (f"{name:{width}} {b['ns']:10.1f} {b['ns_p10']:8.1f} .."
                f" {b['ns_p90']:8.1f}")
        if "ratio" in b:
            line += (f" {b['ratio']:7.3f} {b['ratio_p10']:6.3f} .."
                     f"{b['ratio_p90']:6.3f}")
        print(line)
    print()
    for name, value in error.items():
        print(f"{name:16} {value}")


def main():
    smoke = "--smoke" in sys.argv
    seconds = "600"
    if "--seconds" in sys.argv:
        seconds = sys.argv[sys.argv.index("--seconds") + 1]
    cost, program = sys.argv[-2:]
    rows = calls(cost, smoke)
    done = subprocess.run([program, "1" if smoke else seconds],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 77:
        print(done.stdout.strip())
        return
    error = json.loads(done.stdout)
    if not smoke:
        show_targets(MUST, {**rows, "error": error})
        assert done.returncode == 0, error
    table(rows, error)
    for name, *_ in MUST:
        assert name in rows or name == "error", name


main()
