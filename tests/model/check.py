#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""check.py SPIN CC: the protocol of a clock's page, checked by SPIN in every order of
its steps.  Each mutant of the model must fail: else the model shows nothing."""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.pml")

# name, macros, whether an assertion fails.  The longest first.
ONE = ["READERS=1", "READINGS=2", "T_MAX=3"]
TWO = ["READERS=2", "READINGS=2", "T_MAX=3", "UPDATES=1", "COARSE"]
LAPSED = TWO + ["START=3", "EARLY=0", "LAPSED", "SET_FORWARD"]
RUNS = [
    ("two readers, set forward in a lapse", LAPSED, False),
    ("two readers, one update", TWO + ["START=2"], False),
    ("one reader, set back",
     ONE + ["START=2", "UPDATES=2", "COARSE", "SET_BACK"], False),
    ("one reader, three updates", ONE + ["UPDATES=3"], False),
    ("one reader, set forward",
     ONE + ["START=2", "UPDATES=2", "COARSE", "SET_FORWARD"], False),
    ("one reader, the TSC jumps back",
     ["READERS=1", "READINGS=2", "T_MAX=2", "UPDATES=1", "COARSE", "JUMP"],
     False),
    ("mutant: the seq is not looked at again",
     ["READERS=1", "READINGS=2", "T_MAX=4", "UPDATES=4", "NO_SEQ"], True),
    ("mutant: readers do not close the page",
     ["READERS=1", "READINGS=2", "T_MAX=4", "UPDATES=2", "NO_CLOSE"], True),
    ("mutant: the writer resumes in one step",
     ONE + ["UPDATES=2", "NO_RESUMING", "SET_FORWARD"], True),
    ("mutant: answers are not recorded",
     ONE + ["UPDATES=2", "NO_RECORD", "SET_BACK"], True),
    ("mutant: the generation changes before answers are forgotten",
     LAPSED + ["FORGET_LATE"], True),
]


def run(spin, cc, name, macros, fails):
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        def command(*args):
            done = subprocess.run(args, cwd=work, capture_output=True,
                                  text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        for args in ([spin, "-a", *["-D" + m for m in macros], MODEL],
                     [cc, "-O1", "-w", "-DSAFETY", "-DSFH",
                      "-DCOLLAPSE", "-DNOBOUNDCHECK",
                      "-DMEMLIM=4000", "-o", "pan", "pan.c"]):
            rc, text = command(*args)
            if rc:
                return False, f"{name}: {args[0]} failed\n{text}"
        _, text = command("./pan", "-m100000", "-w25")
    errors = re.search(r"errors: (\d+)", text)
    states = re.search(r"(\d+) states, stored", text)
    # Whole, or stopped at what it found.
    failed = "assertion violated" in text
    whole = errors and states and errors[1] == "0" and not re.search(
        r"max search depth too small|Search not completed", text)
    good = failed if fails else whole
    return good, "%s: %s, %s states, %.1f s%s" % (
        name, "an assertion fails" if failed else "no error",
        states[1] if states else "?", time.monotonic() - begun,
        "" if good else "\n" + text)


def main():
    spin, cc = sys.argv[1:]
    bad = False
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for good, text in pool.map(lambda r: run(spin, cc, *r), RUNS):
            print(text, flush=True)
            bad |= not good
    sys.exit(bad)


main()
