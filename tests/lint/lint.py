#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""lint.py ROOT RULE [BUILD]: one rule over the whole source tree, and over
the objects in the build directory; `lint.py ROOT` lists the rules.  Exit 77:
the tool that the rule needs is not here."""
import re
import sys

import arrows
from interfaces import interfaces
from tree import (C, ROOT, SKIP, code_lines, is_code, is_shell, lines, name_of,
                  read, tool, under, walk)

# All that the folders after plat take from the system: nothing that could open,
# map or time anything (sys/timex: the bits of its status).
PURE = {"ctype", "errno", "float", "inttypes", "limits", "math", "stdarg",
        "stdbool", "stddef", "stdint", "stdio", "stdlib", "string",
        "sys/timex"}
# Whole arrays are vectors.
PURE_TOO = {"src/clock/convert/batch.c": {"immintrin"},
            "src/clock/": {"time", "pthread", "signal"}}
IMPURE = (r"(?<![>.])\b(fopen|freopen|popen|system|remove|rename|tmpfile|"
          r"adjtimex|ntp_adjtime|ntp_gettime|__asm__|asm)\s*\((?!\d\))")


def format_of_c():
    """clang-format 14 finds nothing to change."""
    version = tool("clang-format", "--version")[0]
    if " 14." not in version:
        print(f"other versions format otherwise: {version}")
        sys.exit(SKIP)
    return tool("clang-format", "--dry-run", "--Werror",
                *[str(p) for p in walk() if p.suffix in C])


def spdx():
    """Each source, script and CMake file names its licence."""
    return [f"{name_of(p)}: no SPDX-License-Identifier"
            for p in walk() if is_code(p) and
            "SPDX-License-Identifier: MIT" not in read(p)[:400]]


def criterion_gt():
    """Criterion's gt() passes on equal values; write lt(b, a)."""
    return [m for p in under("tests") for m in lines(p, r"\bgt\s*\(")]


def libraries():
    """libcpuid and hwloc in src/probe alone, and never in a header; libcpuid
    also where it is measured as a peer."""
    found = [m for p in under("src", "include", "bench")
             for m in lines(p, r"#\s*include.*\b(libcpuid|hwloc)")]
    allowed = (r"src/probe/\w+\.c:|bench/calls/peers\.cc:"
               r"|bench/calibration/peers/calibrate_libcpuid\.c:")
    return [m for m in found if not re.match(allowed, m)]


def devices():
    """Only src/probe names a device to open; ports too."""
    # Sources name theirs in sentences, PLAT_COUNTERS for them: in src/probe it
    # is what is opened.
    found = [m for p in under("src/plat", "src/hv", "src/clock", "src/cli")
             for m in code_lines(p, r'^(?!\s*X\().*"/dev/(?!null")')
             # What a refused device needs, by the name that a sentence gives.
             if not m.startswith("src/plat/outcome.c:")]
    found += [m for p in under("src/calib") for m in code_lines(
        p, r'(open|read_file|text_read)\w*\s*\(.*"/dev/|(=|#\s*define\s+\w+)\s*"/dev/\S*"')]
    found += [m for p in under("src", "include", "bench")
              for m in code_lines(p, r"\b(ioperm|iopl)\s*\(|<sys/io\.h>")
              if not m.startswith("src/probe/")]
    return found


def purity():
    """After plat nothing can touch the machine: no header that would let it."""
    bad = []
    for path in under("src/hv", "src/calib", "src/clock"):
        for m in lines(path, r"#\s*include\s*<"):
            name = re.search(r"<(.*)>", m)[1]
            pure = PURE.union(*(names for where, names in PURE_TOO.items()
                                if m.startswith(where)))
            if not name.startswith("tscal/") and name[:-2] not in pure:
                bad.append(m)
        bad += lines(path, IMPURE)
    return bad


def length():
    """A file has at most 450 lines, 700 for tests."""
    bad = []
    for path in filter(is_code, walk()):
        n = len(read(path).splitlines())
        limit = 700 if path.is_relative_to(ROOT / "tests") else 450
        if n > limit:
            bad.append(f"{name_of(path)}: {n} lines, {limit} allowed")
    return bad


def man_pages():
    return tool("mandoc", "-Tlint", "-Wwarning",
                *map(str, (ROOT / "docs/man").glob("*.[137]")))


def shell():
    return tool("shellcheck", "-x", *map(str, filter(is_shell, walk())))


def markers():
    """What is not done is not in the tree."""
    pattern = r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"
    return [m for p in filter(is_code, walk()) for m in lines(p, pattern)]


def hypervisors():
    """docs/hypervisors.md and the lab's guests agree on how each was tested."""
    page = read(ROOT / "docs/hypervisors.md")
    table = read(ROOT / "tests/vm/table_level2.py")
    # Its one constant.
    table = table.replace("signature(KVM", 'signature("KVMKVMKVM"')
    guests = set(re.findall(r'it_is\("([a-z-]+)"', table)) - {"unknown"}
    shown = {s.ljust(12, "\0")
             for s in re.findall(r'signature\(\s*"([^"]*)"', table)}
    bad, said = [], set()
    for row in re.findall(r"^\| `.*", page, re.M):
        cells = [c.strip() for c in row.strip("| ").split(" | ")]
        who, tested = cells[0].strip("`"), cells[-1]
        spelt = {s.encode().decode("unicode_escape")
                 for s in re.findall(r"`([^`]*)`", cells[2])}
        if "QEMU's guest" in tested or "injected" in tested:
            said.add(who)
        if ("injected" in tested) != bool(spelt & shown):
            bad.append(f"{who} ({cells[1]}): injected CPUID, by one of page "
                       "and table_level2.py alone")
    bad += [f"{who}: a guest, by one of page and table_level2.py alone"
            for who in sorted(said ^ guests)]
    return bad


RULES = [hypervisors, interfaces, format_of_c, spdx, criterion_gt, libraries, devices,
         purity, length, man_pages, shell, markers, *arrows.RULES,
         *arrows.OBJECT_RULES]


def main():
    if len(sys.argv) < 3:
        print("\n".join(rule.__name__ for rule in RULES))
        return 0
    rule = next(r for r in RULES if r.__name__ == sys.argv[2])
    bad = rule()
    if bad and rule.__doc__:
        print(rule.__doc__)
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
