#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Hold the stored reports against what is owed to each machine (owed.txt).

An update of the reports follows the code; this file does not.  A machine
without a line, or a line without a machine, is an error too.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


def sentences(value):
    """All sentences of a report."""
    if isinstance(value, list):
        for part in value:
            yield from sentences(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key == "sentence":
                yield part
            yield from sentences(part)


def wrong(name, rate, use, source, phrase):
    """What of a stored report is not as owed."""
    path = HERE / "machines" / f"{name}.json"
    if not path.exists():
        yield f"{path.name} is missing: run.py --update {name}"
        return
    report = json.loads(path.read_text("utf-8"))
    have = (report["rate"]["verdict"], report["use"]["verdict"],
            report["rate"]["source"] or "none")
    if have != (rate, use, source):
        yield (f"owed {rate} / {use} by {source}, "
               f"stored {have[0]} / {have[1]} by {have[2]}")
    if not any(phrase in s for s in sentences(report) if s):
        yield f'no sentence says "{phrase}"'


def main():
    """Check all; 1 if anything is wrong."""
    lines = (HERE / "owed.txt").read_text("ascii").splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines
            if line and not line.startswith("#")]
    bad = [f"{row[0]}: {what}" for row in rows for what in wrong(*row)]
    machines = {p.stem for p in (HERE / "machines").glob("*.rec")}
    owed = {row[0] for row in rows}
    bad += [f"{name}: nothing is owed" for name in sorted(machines - owed)]
    bad += [f"{name}: no such machine" for name in sorted(owed - machines)]
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
