#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""lint.py ROOT RULE: one rule over the whole source tree; `lint.py ROOT` lists
the rules.  Exit 77: the tool that the rule needs is not here."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()
C = {".c", ".h", ".hpp", ".cc"}
CODE = C | {".py", ".sh", ".bash", ".cmake", ".map", ".1", ".3", ".7"}
SKIP = 77

# The stages, left to right: each includes itself and what is left of it.
STAGES = ["plat", "hv", "calib", "clock"]
# Beside the stages.  The command knows the public headers alone.
OTHERS = {"probe": ["plat", "probe"], "cli": ["cli"]}
# All that the stages after plat take from the system: nothing that could open,
# map or time anything (sys/timex: the bits of its status).
PURE = {"ctype", "errno", "float", "inttypes", "limits", "math", "stdarg",
        "stdbool", "stddef", "stdint", "stdio", "stdlib", "string",
        "sys/timex"}
# Whole arrays are vectors.
PURE_TOO = {"src/clock/convert/batch.c": {"immintrin"},
            "src/clock/": {"time", "pthread", "signal"}}
IMPURE = (r"(?<![>.])\b(fopen|freopen|popen|system|remove|rename|tmpfile|"
          r"adjtimex|ntp_adjtime|ntp_gettime|__asm__|asm)\s*\((?!\d\))")


def walk():
    """Files of the tree, without what builds, git and editors put there."""
    for where, dirs, names in os.walk(ROOT):
        dirs[:] = [d for d in dirs if d == ".ci" or not (
            d.startswith((".", "build")) or d == "__pycache__")]
        for name in names:
            if not name.startswith("."):
                yield pathlib.Path(where, name)


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def shebang(path):
    with path.open("rb") as f:
        first = f.readline(80)
    return first if first.startswith(b"#!") else b""


def is_code(path):
    return (path.suffix in CODE or path.name == "CMakeLists.txt" or
            re.search(r"\.(h|cmake)\.in$", path.name) or shebang(path))


def is_shell(path):
    # lib.sh and its like are checked through the scripts that source them.
    return b"sh" in shebang(path).split(b"/")[-1]


def lines(path, pattern):
    """Lines that match, as "FILE:LINE: TEXT"."""
    return [f"{path.relative_to(ROOT)}:{n}: {text.strip()}"
            for n, text in enumerate(read(path).splitlines(), 1)
            if re.search(pattern, text)]


def under(*dirs):
    return [p for d in dirs for p in walk()
            if p.is_relative_to(ROOT / d) and p.suffix in C]


def tool(*command):
    """Run a tool over files; its findings."""
    if not shutil.which(command[0]):
        print(f"{command[0]} is not here")
        sys.exit(SKIP)
    r = subprocess.run(command, cwd=ROOT, text=True, check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return r.stdout.splitlines() or [str(command)] * bool(r.returncode)


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
    return [f"{p.relative_to(ROOT)}: no SPDX-License-Identifier"
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
    """Only src/probe names a device to open; ports are its business too."""
    found = [m for p in under("src/plat") for m in lines(p, r'"/dev/')]
    found += [m for p in under("src/cli")
              for m in lines(p, r'"/dev/(?!null")')]
    found += [m for p in under("src", "include", "bench")
              for m in lines(p, r"\b(ioperm|iopl)\s*\(|<sys/io\.h>")
              if not m.startswith("src/probe/")]
    return found


def purity():
    """After plat nothing can touch the machine: no header that would let it."""
    bad = []
    for path in under(*(f"src/{d}" for d in STAGES[1:])):
        for m in lines(path, r"#\s*include\s*<"):
            name = re.search(r"<(.*)>", m)[1]
            pure = PURE.union(*(names for where, names in PURE_TOO.items()
                                if m.startswith(where)))
            if not name.startswith("tscal/") and name[:-2] not in pure:
                bad.append(m)
        bad += lines(path, IMPURE)
    return bad


def layers():
    """Includes go left only along plat -> hv -> calib -> clock."""
    allowed = {d: STAGES[:i + 1] for i, d in enumerate(STAGES)} | OTHERS
    bad = []
    for where, ok in allowed.items():
        for path in under(f"src/{where}"):
            for m in lines(path, r'#\s*include\s*"'):
                if re.search(r'"(.*?)(/|")', m)[1] not in ok:
                    bad.append(m)
    return bad


def length():
    """A file that can be kept in mind: 450 lines, 700 for tests."""
    bad = []
    for path in filter(is_code, walk()):
        n = len(read(path).splitlines())
        limit = 700 if path.is_relative_to(ROOT / "tests") else 450
        if n > limit:
            bad.append(f"{path.relative_to(ROOT)}: {n} lines, {limit} allowed")
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
    """docs/hypervisors.md and the lab's guests agree on who was tested how."""
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


RULES = [hypervisors, format_of_c, spdx, criterion_gt, libraries, devices, purity, layers,
         length, man_pages, shell, markers]


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


sys.exit(main())
