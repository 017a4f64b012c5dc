#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""peers.py [--smoke] PEERS: tscal compared with what programs use today; the
tables of docs/benchmarks.md.  --smoke: that all of it runs and is complete, and
not how good it is."""
import json
import subprocess
import sys

PEERS = ("abseil", "dpdk", "ucx", "libcpuid")
OF_RDTSC = 1.05
# These only shift, and so do not convert the ticks of a TSC.
NO_CONVERSION = ("dpdk_shift",)
# What is there without any peer.
ALWAYS = ("now_tscal", "now_conv", "now_libc_monotonic", "now_std_steady_clock",
          "latency_tscal", "latency_double", "latency_division",
          "throughput_tscal", "throughput_double", "throughput_division",
          "batch_beside_memcpy/16", "batch_beside_loop/16", "update_tscal",
          "readers_tscal_1", "readers_tscal_2", "start_clock_init",
          "start_calibrate_no_measure")
WITH = {"abseil": ("now_absl_nanos", "latency_absl", "throughput_absl",
                   "readers_absl_2"),
        "dpdk": ("now_dpdk_rdtsc", "latency_dpdk", "throughput_dpdk"),
        "ucx": ("now_ucx_get_time", "latency_ucx"),
        "libcpuid": ("now_libcpuid_rdtsc",)}


def run(program, smoke):
    """The rows by name, and what was reported about each peer."""
    args = ["--benchmark_filter=-(/16384|/524288)"] if smoke else []
    report = json.loads(subprocess.check_output(
        [program, "--benchmark_format=json", *args]))
    rows, failed = {}, {}
    for b in report["benchmarks"]:
        name = "/".join(p for p in b["name"].split("/")
                        if ":" not in p and p != "manual_time")
        if b.get("error_occurred"):
            failed[name] = b["error_message"]
        else:
            rows[name] = b
    return rows, failed, {p: report["context"][p] for p in PEERS}


def targets(rows):
    """What it is, what was found, the limit, whether less is better."""
    for name, what in (("now_tscal", "tscal_now(), of rdtsc"),
                       ("now_conv", "rdtsc and a frozen converter, of rdtsc")):
        yield what, rows.get(name, {}).get("ratio"), OF_RDTSC, True
    for kind in ("latency", "throughput"):
        ours = rows[f"{kind}_tscal"]["ratio"]
        for name, b in rows.items():
            peer = name.removeprefix(kind + "_")
            if peer not in (name, "tscal", *NO_CONVERSION):
                yield (f"convert, {kind}, of {peer}'s time",
                       ours / b["ratio"], 1, True)
    for name, b in rows.items():
        if name.startswith("batch_beside_loop/"):
            yield (f"array of {name.split('/')[1]} KiB, of a loop's speed",
                   b["ratio"], 1, False)


def show_targets(rows):
    print(f"{'must reach':42} {'found':>8} {'limit':>8}")
    for what, found, limit, less in targets(rows):
        sign = "<=" if less else ">="
        if found is None:
            print(f"{what:42} {'-':>8} {sign}{limit:6.2f}  not measured here")
            continue
        met = found <= limit if less else found >= limit
        print(f"{what:42} {found:8.3f} {sign}{limit:6.2f}  "
              f"{'met' if met else 'MISSED'}")
    print()


def show_rows(rows, failed):
    width = max(map(len, rows))
    print(f"{'':{width}} {'ns':>10} {'p10 ..':>11} {'p90':>10} {'ratio':>8} "
          f"{'p10 ..':>9} {'p90':>6}")
    for name, b in rows.items():
        line = (f"{name:{width}} {b['ns']:10.2f} {b['ns_p10']:8.2f} .. "
                f"{b['ns_p90']:10.2f}")
        if "ratio" in b:
            line += (f" {b['ratio']:8.3f} {b['ratio_p10']:6.3f} .. "
                     f"{b['ratio_p90']:6.3f}")
        print(line)
    for name, why in failed.items():
        print(f"{name:{width}} not measured: {why}")


def check(rows, failed, peers):
    """That nothing was left out without a word."""
    wanted = list(ALWAYS)
    for peer, found in peers.items():
        if "not installed" not in found and "not measured" not in found:
            wanted += WITH[peer]
    for name in wanted:
        assert name in rows or name in failed, name
    for name, b in rows.items():
        assert 0 < b["ns_p10"] <= b["ns"] <= b["ns_p90"], (name, b)
        assert name.startswith(("update", "start")) or b["ratio"] > 0, name


def main():
    smoke = sys.argv[1] == "--smoke"
    rows, failed, peers = run(sys.argv[-1], smoke)
    for peer, found in peers.items():
        print(f"{peer:12} {found}")
    print()
    if not smoke:
        show_targets(rows)
    show_rows(rows, failed)
    check(rows, failed, peers)


main()
