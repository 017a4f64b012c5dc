#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""abi.py MAP LIBRARY HEADER...: what the headers declare, what the map lists and
what the library exports are the same names."""
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


def exported(library):
    """Defined dynamic symbols, without the nodes of the map themselves."""
    out = subprocess.check_output(
        ["nm", "-D", "--defined-only", library], text=True)
    rows = [line.split() for line in out.splitlines()]
    return {name.split("@")[0] for _, kind, name in rows if kind != "A"}


def main():
    path, library, *headers = sys.argv[1:]
    sets = {
        "the headers": set().union(*map(declared, headers)),
        path: listed(path),
        library: exported(library),
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
