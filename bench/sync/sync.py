#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""sync.py [--smoke] TSCAL: `tscal sync --json` 100 times on the machine as it is,
and 100 times beside four busy loops, and 100 reports: the tables of
docs/sync-cost.md.  --smoke:
that all of it runs, three times each, and without targets."""
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "calls"))
from converting import show_targets  # noqa: E402

RUNS = 100
LOOPS = 4
VERDICTS = "synchronised", "unknown", "skewed"

# name, what it is, counter, target, whether less is better.
MUST = (
    ("idle", "width of the interval, idle, ns, median", "width", 200, True),
    ("idle", "width of the interval, idle, ns, worst", "width_worst", 200, True),
    ("idle", "whole test, idle, ms, median", "ms", 100, True),
    ("idle", "whole test, idle, ms, worst", "ms_worst", 100, True),
    ("busy", "whole test, beside loops, ms, worst", "ms_worst", 100, True),
    ("idle", "wrong accusations, idle", "skewed", 0, True),
    ("busy", "wrong accusations beside loops", "skewed", 0, True),
    ("report", "what it adds to a report, idle, ms, median", "more_ms", 5, True),
    ("report", "wrong accusations by reports", "skewed", 0, True),
)


@contextlib.contextmanager
def busy_loops():
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
             for _ in range(LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def measure(tscal, runs):
    """What so many runs found.  The width is that of each pair of a verdict."""
    found, width = [], []
    for _ in range(runs):
        done = subprocess.run([tscal, "sync", "--json"], check=False,
                              stdout=subprocess.PIPE, text=True)
        found.append(json.loads(done.stdout))
        width += [p["offset_hi_ns"] - p["offset_lo_ns"]
                  for p in found[-1]["pairs"] if p["verdict"] != "unknown"]
    ms = [f["ms"] for f in found]
    row = {v: sum(f["verdict"] == v for f in found) for v in VERDICTS}
    row.update(pairs=len(width), ms=statistics.median(ms), ms_worst=max(ms))
    if width:
        row.update(width=statistics.median(width), width_worst=max(width))
    return row


def report_ms(tscal, *options):
    """How long a report takes, and what it says of the CPUs."""
    begun = time.monotonic()
    done = subprocess.run([tscal, "--json", *options], check=False,
                          stdout=subprocess.PIPE, text=True)
    ms = (time.monotonic() - begun) * 1e3
    return ms, json.loads(done.stdout)["trust"]["synchronised"]


def measure_report(tscal, runs):
    """The comparison in a report: each beside one without it."""
    more, said = [], []
    for _ in range(runs):
        ms, agree = report_ms(tscal)
        more.append(ms - report_ms(tscal, "--no-sync")[0])
        said.append(agree)
    return {"synchronised": said.count(True), "unknown": said.count(None),
            "skewed": said.count(False), "more_ms": statistics.median(more)}


def table(rows):
    print(f"{'':5}" + "".join(f"{v:>14}" for v in VERDICTS)
          + "   width, ns     worst         ms   worst")
    for name in ("idle", "busy"):
        r = rows[name]
        print(f"{name:5}" + "".join(f"{r[v]:14}" for v in VERDICTS)
              + f" {r.get('width', float('nan')):11.1f}"
                f" {r.get('width_worst', float('nan')):9.1f}"
                f" {r['ms']:10.2f} {r['ms_worst']:7.2f}")
    r = rows["report"]
    print(f"\nreports: {r['synchronised']} synchronised, {r['unknown']} unknown, "
          f"{r['skewed']} skewed; {r['more_ms']:.2f} ms more than with --no-sync "
          "(median)")


def main():
    smoke = "--smoke" in sys.argv
    tscal = sys.argv[-1]
    if len(os.sched_getaffinity(0)) < 2:
        print("not measured here: one CPU")
        return 77
    runs = 3 if smoke else RUNS
    rows = {"idle": measure(tscal, runs),
            "report": measure_report(tscal, runs)}
    with busy_loops():
        rows["busy"] = measure(tscal, runs)
    if not smoke:
        if not rows["idle"]["pairs"]:
            print("no verdict on any pair: no width")
            return 1
        show_targets(MUST, rows)
    table(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
