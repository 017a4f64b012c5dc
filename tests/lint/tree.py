# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The source tree that is checked, and the tools that check it."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()
# Of the compiler, for the rules about objects.
BUILD = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
C = {".c", ".h", ".hpp", ".cc"}
CODE = C | {".py", ".sh", ".bash", ".cmake", ".map", ".1", ".3", ".7"}
SKIP = 77


def walk():
    """Files of the tree, without what builds, git and editors put there."""
    for where, dirs, names in os.walk(ROOT):
        dirs[:] = [d for d in dirs if d == ".ci" or not (
            d.startswith((".", "build")) or d == "__pycache__")]
        for name in names:
            if not name.startswith("."):
                yield pathlib.Path(where, name)


def name_of(path):
    return str(path.relative_to(ROOT))


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
    return [f"{name_of(path)}:{n}: {text.strip()}"
            for n, text in enumerate(read(path).splitlines(), 1)
            if re.search(pattern, text)]


def code_lines(path, pattern):
    """lines(), of C without its comments: a match is in one line's code."""
    def blank(m):
        return m[0] if m[0][0] == '"' else re.sub(r"[^\n]", " ", m[0])
    code = re.sub(r'"(\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', blank, read(path),
                  flags=re.S).splitlines()
    return [m for m in lines(path, pattern)
            if re.search(pattern, code[int(m.split(":")[1]) - 1])]


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
