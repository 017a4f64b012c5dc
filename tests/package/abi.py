#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""abi.py MAP LIBRARY HEADER...: what the headers declare, what the map lists and
what LIBRARY.so and LIBRARY.a export are the same names."""
import re
import subprocess
import sys


def declared(header):
    """Functions that a header marks TSCAL_API or TSCAL_INLINE."""
    text = open(header).read()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"^\s*#(.*\\\n)*.*$", "", text, flags=re.M)
    return set(re.findall(r"TSCAL_(?:API|INLINE)\b[^;{]*?(\w+)\(", text))


def listed(path):
    text = re.sub(r"/\*.*?\*/", "", open(path).read(), flags=re.S)
    return set(re.findall(r"(\w+);", text.split("local:")[0]))


def exported(library, *options):
    """Defined global symbols, without the nodes of the map themselves."""
    out = subprocess.check_output(
        ["nm", "--defined-only", *options, library], text=True)
    rows = [line.split() for line in out.splitlines()]
    return {row[2].split("@")[0] for row in rows
            if len(row) == 3 and row[1] != "A"}


def main():
    path, library, *headers = sys.argv[1:]
    sets = {
        "the headers": set().union(*map(declared, headers)),
        path: listed(path),
        f"{library}.so": exported(f"{library}.so", "-D"),
        f"{library}.a": exported(f"{library}.a", "-g"),
    }
    if not all(sets.values()):
        sys.exit("nothing found in " + min(sets, key=lambda k: len(sets[k])))
    everything = set().union(*sets.values())
    bad = 0
    for where, names in sets.items():
        for name in sorted(everything - names):
            print(f"{name}: not in {where}")
            bad = 1
    return bad


sys.exit(main())
