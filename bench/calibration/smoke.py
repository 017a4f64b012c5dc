#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""bench/calibration runs, and writes what it documents."""
import json
import os
import subprocess
import sys
import tempfile

ROW = {"what", "load", "runs", "answered", "source", "sources_differ",
       "against", "error_ppm", "truth_half_ppm", "coverage", "spread_ppm", "width_ppm",
       "call_ms", "process_ms"}

PEERS = {"abseil", "dpdk", "ucx", "libcpuid"}
VERDICTS = {"met", "MISSED", "undecided", "no independent truth",
            "not compared"}


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.json")
        out = subprocess.run([program, "--runs", "2", "--truth-s", "1",
                              "--json", path],
                             check=True, timeout=100, text=True,
                             stdout=subprocess.PIPE).stdout
        with open(path, encoding="ascii") as f:
            result = json.load(f)
    assert result["schema"] == "tscal.bench.calibration/2"
    assert {"kernel", "cpu", "cpus", "hypervisor",
            "clocksource"} == set(result["machine"])
    assert {"raw", "khz"} == set(result["truth"])
    loads = {row["load"] for row in result["rows"]}
    assert loads == {"idle", "loaded"}, loads
    whats = [row["what"] for row in result["rows"] if row["load"] == "idle"]
    assert {"report", "no-measure"} <= set(whats), whats
    for row in result["rows"]:
        assert set(row) == ROW, row
        assert row["runs"] == 2, row
        # Whether a peer works here is not ours to promise.
        if row["what"] in PEERS and not row["answered"]:
            continue
        assert row["answered"] == 2, row
        assert row["process_ms"]["worst"] >= row["call_ms"]["worst"] > 0, row
        assert (row["against"] == "nothing") == (row["error_ppm"] is None), row
        assert row["what"] in out
    # A peer is either measured or said to be missing.
    absent = set(result["peers_not_installed"])
    assert PEERS == absent | PEERS & set(whats), (absent, whats)
    assert not absent & set(whats), (absent, whats)
    assert all(f"{name:12} not installed" in out for name in absent)
    # A source that gave a number is not in silent.
    for line in result["silent"]:
        assert {"name", "status", "sentence"} == set(line)
        assert line["name"] not in whats, line
    for target in result["targets"]:
        assert {"target", "load", "unit", "found", "limit",
                "verdict", "truth_half_ppm"} == set(target)
        assert target["verdict"] in VERDICTS, target
        assert target["target"] in out
    bad = subprocess.run([program, "--only", "no-such-source"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         text=True, check=False)
    assert bad.returncode == 1 and "no-such-source" in bad.stderr


main(sys.argv[1])
