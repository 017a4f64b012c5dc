#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""converting.py [--smoke] BENCHMARK TSCAL: what reading and converting cost, and
what `tscal convert` takes, and cat and awk on the same files; the tables of
docs/converting-cost.md.  --smoke: that all of it runs, on little, and without
targets."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

# name, what it is, counter, target, whether less is better.
MUST = (
    ("read_rdtsc_converted", "rdtsc and its conversion, of rdtsc", "ratio",
     1.05, True),
    ("latency_tscal", "one conversion, ns, latency", "ns", 2.5, True),
    ("throughput_tscal", "one conversion, ns, throughput", "ns", 0.4, True),
    ("batch_beside_memcpy/524288", "512 MiB of stamps, of memcpy's speed",
     "ratio", 0.9, False),
    ("batch_avx2_beside_plain/16", "AVX2 over plain C, in cache", "ratio", 1.3,
     False),
    ("u64", "convert --format u64, of cat's time", "ratio", 1.25, True),
    ("text", "convert of text, MB/s", "mb_per_s", 200, False),
)


def calls(program, smoke):
    args = ["--benchmark_min_time=0.01"] if smoke else []
    out = subprocess.check_output([program, "--benchmark_format=json", *args])
    rows = {}
    for b in json.loads(out)["benchmarks"]:
        name = "/".join(p for p in b["name"].split("/")
                        if ":" not in p and p != "manual_time")
        name = name.removeprefix("convert_")
        if b.get("error_occurred"):
            print(f"{name}: {b['error_message']}", file=sys.stderr)
            continue
        rows[name] = b
    return rows


def seconds(command, source, target):
    with open(source, "rb") as f, open(target, "wb") as to:
        begin = time.monotonic()
        subprocess.run(command, stdin=f, stdout=to, check=True)
        return time.monotonic() - begin


def beside(subject, base, source, target, rounds):
    """Both in turn: the median times, and that of the quotients."""
    for command in (base, subject):
        # What the file system has to provide, once.
        seconds(command, source, target)
    pairs = [(seconds(subject, source, target), seconds(base, source, target))
             for _ in range(rounds)]
    size = os.path.getsize(source)
    mine, other = (statistics.median(column) for column in zip(*pairs))
    return {"mb_per_s": size / mine / 1e6, "base_mb_per_s": size / other / 1e6,
            "ratio": statistics.median(m / o for m, o in pairs)}


def files(tscal, smoke):
    convert = [tscal, "convert", "--hz", "2445421966"]
    scale = 100 if smoke else 1
    rounds = 3 if smoke else 15
    rows = {}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as d:
        source, target = f"{d}/in", f"{d}/out"
        with open(source, "wb") as f:
            block = b"".join((81985529216486895 + i * 1000).to_bytes(8, "little")
                             for i in range(1 << 17))
            for _ in range(512 // scale):
                f.write(block)
        u64 = [*convert, "--format", "u64"]
        rows["u64"] = beside(u64, ["cat"], source, target, rounds)
        rows["u64 "] = beside(u64, ["dd", "bs=64k", "status=none"], source,
                              target, rounds)
        with open(source, "w", encoding="ascii") as f:
            for i in range(4000000 // scale):
                f.write(f"{81985529216486895 + i * 1000} irq=12 cpu=3 "
                        f"handler_entry n={i}\n")
        awk = ["awk", "{ $1 = sprintf(\"%.0f\", $1 * 1e9 / 2445421966) } 1"]
        rows["text"] = beside(convert, awk, source, target, min(rounds, 5))
    return rows


def table(rows, on_files):
    width = max(map(len, rows))
    print(f"{'':{width}}      ns   p10 ..   p90   ratio   p10 ..   p90")
    for name, b in rows.items():
        line = (f"{name:{width}} {b['ns']:7.2f} {b['ns_p10']:6.2f} .."
                f"{b['ns_p90']:6.2f}")
        if "ratio" in b:
            line += (f" {b['ratio']:7.3f} {b['ratio_p10']:6.3f} .."
                     f"{b['ratio_p90']:6.3f}")
        print(line)
    print()
    for name, other in (("u64", "cat"), ("u64 ", "dd"), ("text", "awk")):
        f = on_files[name]
        print(f"convert {name:5} {f['mb_per_s']:7.0f} MB/s, {other} "
              f"{f['base_mb_per_s']:7.0f} MB/s, time of {other}'s: "
              f"{f['ratio']:.3f}")


def show_targets(must, rows):
    print(f"{'target':41} {'wanted':>9} {'reached':>9}")
    for name, what, counter, target, less in must:
        if name not in rows:
            print(f"{what:41} {'not measured here':>19}")
            continue
        value = rows[name][counter]
        met = value <= target if less else value >= target
        print(f"{what:41} {'<=' if less else '>='}{target:7g} {value:9.4g}"
              f"{'' if met else '   missed'}")
    print()


def main():
    smoke = sys.argv[1] == "--smoke"
    program, tscal = sys.argv[1 + smoke:]
    rows, on_files = calls(program, smoke), files(tscal, smoke)
    if not smoke:
        show_targets(MUST, {**rows, **on_files})
    table(rows, on_files)
    for name, *_ in MUST:
        if "524288" not in name and "avx2" not in name:
            assert name in rows or name in on_files, name


if __name__ == "__main__":
    main()
