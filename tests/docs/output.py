#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""output.py [--update] SOURCE TSCAL DOCUMENT...: whether the reports on recordings in
the documents are what TSCAL prints now.  --update writes them anew."""
import os
import pathlib
import subprocess
import sys

import blocks


def printed(source, tscal, command):
    """What the command prints, in 80 columns."""
    env = {"PATH": f"{tscal.parent}:/usr/bin:/bin", "COLUMNS": "80",
           "m": "tests/replay/machines", "LC_ALL": "C"}
    done = subprocess.run(["bash", "-c", command], cwd=source, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False)
    return done.stdout.rstrip("\n").split("\n")


def main():
    """Each document in turn."""
    update = sys.argv[1] == "--update"
    source, tscal, *names = map(os.path.abspath, sys.argv[1 + update:])
    compared, wrong = 0, []
    for name in names:
        path = pathlib.Path(name)
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        # From the end, so that line numbers stay true.
        for start, end, command, output in reversed(list(blocks.shown(text))):
            if "replay" not in command:
                continue
            compared += 1
            now = printed(source, pathlib.Path(tscal), command)
            if now != output:
                wrong.append("\n".join([f"{path.name}:{start}: {command}", *now]))
                lines[start - 1:end - 1] = now
        if update:
            path.write_text("\n".join(lines), encoding="utf-8")
    if not compared:
        sys.exit("output.py: no report is compared")
    if wrong and not update:
        sys.exit("\n\n".join(["what these print is not what the document shows "
                              "(output.py --update writes it):", *wrong]))


if __name__ == "__main__":
    main()
