#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Replay recorded machines and compare their reports with the stored ones.

machines/NAME.rec is a machine (docs/recording.md), machines/NAME.json its
report: what `tscal --json replay NAME.rec` prints.  Only the version of tscal
may differ.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Exit codes of tscal that go with a report: fine, conflict, unusable.
WITH_REPORT = (0, 3, 4)


class Failed(Exception):
    """A machine without a report, with the reason."""


def replay(tscal, recording):
    """The report on a recording, as text."""
    done = subprocess.run([tscal, "--json", "replay", recording],
                          capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode not in WITH_REPORT:
        raise Failed(f"tscal exits with {done.returncode}: "
                     f"{done.stderr.strip()}")
    return done.stdout


def flatten(value, path=""):
    """Every value of a report by its path, such as "rate.verdict"."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from flatten(part, f"{path}.{key}" if path else key)
    elif path == "sources":
        for part in value:
            yield from flatten(part, f"sources[{part['name']}]")
    else:
        yield path, value


def is_verdict(path):
    """Whether a value is what somebody would act on."""
    return path.endswith((".verdict", ".status")) or path in (
        "rate.source", "rate.roots", "use.watch", "hypervisor.vendor")


def changes(old, new):
    """(path, old, new) of all that differs, verdicts first."""
    a, b = dict(flatten(old)), dict(flatten(new))
    paths = sorted(a.keys() | b.keys(), key=lambda p: (not is_verdict(p), p))
    absent = "(absent)"
    return [(p, a.get(p, absent), b.get(p, absent)) for p in paths
            if p != "version" and a.get(p, absent) != b.get(p, absent)]


def check(tscal, name):
    """Compare; True if the report is the stored one."""
    stored = HERE / "machines" / f"{name}.json"
    new = json.loads(replay(tscal, stored.with_suffix(".rec")))
    if not stored.exists():
        raise Failed(f"{stored.name} is missing: run.py --update {name}")
    changed = changes(json.loads(stored.read_text("utf-8")), new)
    for path, was, now in changed:
        print(f"{name}: {path}: stored {json.dumps(was)}, "
              f"now {json.dumps(now)}")
    return not changed


def update(tscal, name):
    """Store the report, and say what became of its verdicts."""
    stored = HERE / "machines" / f"{name}.json"
    text = replay(tscal, stored.with_suffix(".rec"))
    new = json.loads(text)
    if not stored.exists():
        print(f"{name}: new: rate {new['rate']['verdict']}, "
              f"use {new['use']['verdict']}")
        stored.write_text(text, "utf-8")
        return True
    changed = changes(json.loads(stored.read_text("utf-8")), new)
    for path, was, now in changed:
        if is_verdict(path):
            print(f"{name}: {path}: {json.dumps(was)} -> {json.dumps(now)}")
    others = sum(not is_verdict(path) for path, _, _ in changed)
    if others:
        print(f"{name}: {others} values that are no verdicts changed")
    # A new version of tscal alone is no reason to touch every report.
    if changed:
        stored.write_text(text, "utf-8")
    return True


def main():
    """Check, or update, the machines named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="*", help="machines (default: all)")
    parser.add_argument("--update", action="store_true",
                        help="store the reports as they are now")
    parser.add_argument("--orphans", action="store_true",
                        help="only look for reports without a machine")
    parser.add_argument("--tscal", help="the command (default: of build/dev)",
                        default=HERE.parents[1] / "build/dev/src/cli/tscal")
    args = parser.parse_args()

    machines = {p.stem for p in (HERE / "machines").glob("*.rec")}
    reports = {p.stem for p in (HERE / "machines").glob("*.json")}
    if args.orphans:
        for name in sorted(reports - machines):
            print(f"{name}.json has no {name}.rec")
        return 1 if reports - machines else 0
    good = True
    for name in args.name or sorted(machines):
        try:
            good &= (update if args.update else check)(args.tscal, name)
        except (Failed, OSError, ValueError,
                subprocess.TimeoutExpired) as why:
            print(f"{name}: {why}")
            good = False
    if not machines:
        print("no machines")
    return 0 if good and machines else 1


if __name__ == "__main__":
    sys.exit(main())
