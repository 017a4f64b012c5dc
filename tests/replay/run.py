#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Replay recorded machines and compare their reports with what is owed.

machines/NAME.rec is a machine (docs/recording.md), machines/NAME.owed what its
report owes.  For a few machines, reports/NAME.json is the whole report, as
`tscal --json replay NAME.rec` prints it; only the version of tscal may differ.
"""
import argparse
import functools
import json
import pathlib
import subprocess
import sys

import owed

HERE = pathlib.Path(__file__).resolve().parent
MACHINES, REPORTS = HERE / "machines", HERE / "reports"
# Exit codes of tscal that go with a report: fine, conflict, unusable, unknown.
WITH_REPORT = (0, 3, 4, 5)


class Failed(Exception):
    """A machine without a report, with the reason."""


def options_of(name):
    """The options that NAME.owed gives for the replay."""
    path = MACHINES / f"{name}.owed"
    return owed.options(path.read_text("utf-8")) if path.exists() else []


def replay(tscal, name, words):
    """The report on a machine with these options, as text, and the exit
    code."""
    done = subprocess.run([tscal, "--json", "replay", *words,
                           MACHINES / f"{name}.rec"],
                          capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode not in WITH_REPORT:
        raise Failed(f"tscal exits with {done.returncode}: "
                     f"{done.stderr.strip()}")
    return done.stdout, done.returncode


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


def changes(old, new):
    """A line for each value of a whole report that differs."""
    a, b = dict(flatten(old)), dict(flatten(new))
    for path in sorted(a.keys() | b.keys()):
        was, now = (json.dumps(x[path]) if path in x else "(absent)"
                    for x in (a, b))
        if path != "version" and was != now:
            yield f"{path}: stored {was}, now {now}"


def check(tscal, name):
    """Compare; True if the report is as owed, and as stored if it is."""
    words = options_of(name)
    text, code = replay(tscal, name, words)
    path = MACHINES / f"{name}.owed"
    if not path.exists():
        raise Failed(f"{path.name} is missing: run.py --draft {name}")
    bad = list(owed.wrong(path.read_text("utf-8"), json.loads(text), code,
                          words))
    stored = REPORTS / f"{name}.json"
    if stored.exists():
        bad += changes(json.loads(stored.read_text("utf-8")),
                       json.loads(text))
    for line in bad:
        print(f"{name}: {line}")
    return not bad


def draft(tscal, name, given=""):
    """Print a first draft of NAME.owed."""
    words = given.split() or options_of(name)
    text, code = replay(tscal, name, words)
    print(owed.draft(json.loads(text), code, words), end="")
    return True


def update(tscal, name):
    """Store the whole report again; a new version alone changes nothing."""
    stored = REPORTS / f"{name}.json"
    text, _ = replay(tscal, name, options_of(name))
    changed = list(changes(json.loads(stored.read_text("utf-8")),
                           json.loads(text)))
    for line in changed:
        print(f"{name}: {line}")
    if changed:
        stored.write_text(text, "utf-8")
    return True


def orphans():
    """Files without a recording; True if none."""
    bad = [p.name for p in (*MACHINES.iterdir(), *REPORTS.iterdir())
           if p.suffix not in (".rec", ".owed", ".json") or
           not (MACHINES / f"{p.stem}.rec").exists()]
    for name in sorted(bad):
        print(f"{name} has no recording")
    return not bad


def main():
    """Check, draft, or update the machines named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="*", help="machines (default: all)")
    parser.add_argument("--draft", action="store_true",
                        help="print a first NAME.owed, to be checked by you")
    parser.add_argument("--options", default="", metavar="TEXT",
                        help="with --draft: options for the replay, such as "
                        "--options=--pit")
    parser.add_argument("--update", action="store_true",
                        help="store the whole reports as they are now")
    parser.add_argument("--orphans", action="store_true",
                        help="only look for files without a recording")
    parser.add_argument("--tscal", help="the command (default: of build/dev)",
                        default=HERE.parents[1] / "build/dev/src/cli/tscal")
    args = parser.parse_args()
    if args.orphans:
        return 0 if orphans() else 1
    what = functools.partial(draft, given=args.options) if args.draft else update if args.update else check
    if args.options and not args.draft:
        parser.error("--options needs --draft")
    where = REPORTS.glob("*.json") if args.update else MACHINES.glob("*.rec")
    names = args.name or sorted(p.stem for p in where)
    good = bool(names)
    for name in names:
        try:
            good &= what(args.tscal, name)
        except (Failed, owed.Wrong, OSError, ValueError,
                subprocess.TimeoutExpired) as why:
            print(f"{name}: {why}", file=sys.stderr if args.draft else None)
            good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
