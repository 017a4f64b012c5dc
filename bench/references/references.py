#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""references.py CACHE [RUNS]: how close each counter comes, in a guest that has
them all; a table.  CACHE: as tests/vm/prepare.sh filled it, with the program
`references` among those of the guest.  In the environment what tests/vm/run.py
wants."""
import json
import sys
import time

import lab
from hostclock import HostClock

COLUMNS = ("{source:<10}{window:>7}{runs:>6}{held:>6}{error:>10}{worst:>10}{within:>8}"
           "{bounds:>9}{measured:>9}{call:>8}{longest:>8}")


def line(row):
    """A row of the table."""
    if not row["answered"]:
        return f"{row['source']:<10}{row['window_ms']:>4} ms  {row['status']}"
    return COLUMNS.format(
        source=row["source"], window=f"{row['window_ms']} ms",
        runs=row["answered"], held=row["held"],
        error=f"{row['error_ppm']['median']:.4f}",
        worst=f"{row['error_ppm']['worst']:.4f}",
        within=f"{row['bounds_of_worst_ppm']:.1f}",
        bounds=f"{row['bounds_ppm']['median']:.2f}",
        measured=f"{row['measured_ms']['median']:.1f}",
        call=f"{row['call_ms']['median']:.1f}",
        longest=f"{row['call_ms']['worst']:.1f}")


def main():
    cache, runs = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "20"
    host = HostClock()
    time.sleep(2)
    host.tick()
    low, high = host.hz()
    machine = lab.Machine("references", [], seconds=600)
    done = lab.boot(
        machine, {"references": f"references {(low + high) / 2} {runs}"},
        cache, host.tick)
    step = done["references"]
    if step.code or done["settle"].code:
        sys.exit(f"references: {step.err}{step.out}{done['settle'].out}")
    print(step.err, end="", file=sys.stderr)
    low, high = host.hz()
    print(f"host's rate  {low:.0f} to {high:.0f} Hz by its CLOCK_MONOTONIC")
    print()
    print(COLUMNS.format(
        source="", window="asked", runs="runs", held="held", error="error",
        worst="worst", within="within", bounds="bounds", measured="window", call="call",
        longest="worst"))
    print(COLUMNS.format(
        source="source", window="", runs="", held="", error="ppm",
        worst="ppm", within="ppm", bounds="ppm", measured="ms", call="ms", longest="ms"))
    for row in json.loads(step.out)["rows"]:
        print(line(row))


if __name__ == "__main__":
    main()
