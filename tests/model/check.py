#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""check.py SPIN CC: the protocol of a clock's page, checked by SPIN in every order of
its steps.  Each mutant of the model must fail: or else the model proves nothing."""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.pml")

# What a mutant breaks.
TORN = "ns=="
BACK = "ns>=last"

# name, macros, the assertion that fails.  The longest first.  A mutant differs
# from a run that fails nowhere by its macro alone.
ONE = ["READERS=1", "READINGS=2", "T_MAX=3"]
TWO = ["READERS=2", "READINGS=2", "T_MAX=3", "UPDATES=1", "COARSE"]
LAPSED = TWO + ["START=3", "EARLY=0", "LAPSED", "SET_FORWARD"]
STEADY = ONE + ["UPDATES=3"]
FORWARD = ONE + ["START=2", "UPDATES=2", "COARSE", "SET_FORWARD"]
BACKWARD = ONE + ["START=2", "UPDATES=2", "COARSE", "SET_BACK"]
ATTACHED = ONE + ["START=1", "UPDATES=2", "COARSE", "ATTACHED"]
ATTACHED_TWO = ["READERS=2", "READINGS=2", "T_MAX=3", "START=2", "A_TRIES=2",
                "COARSE", "ATTACHED", "LATE"]
RUNS = [
    ("two readers, set forward in a lapse", LAPSED, None),
    ("two readers, a lease ends", TWO + ["START=3", "EARLY=0"], None),
    ("one reader, set back", BACKWARD, None),
    ("an attached reader, set back", ATTACHED + ["SET_BACK"], None),
    ("one reader, three updates", STEADY, None),
    ("one reader, set forward", FORWARD, None),
    ("one reader, the TSC jumps back: whole segments, and no retry in vain",
     ["READERS=1", "READINGS=1", "T_MAX=2", "UPDATES=1", "COARSE", "JUMP"],
     None),
    ("two attached readers, a late segment", ATTACHED_TWO, None),
    ("mutant: the seq is not read again", STEADY + ["NO_SEQ"], TORN),
    ("mutant: readers do not close the page", FORWARD + ["NO_CLOSE"], BACK),
    ("mutant: the writer resumes in one step", FORWARD + ["NO_RESUMING"],
     BACK),
    ("mutant: answers are not recorded", BACKWARD + ["NO_RECORD"], BACK),
    ("mutant: the generation changes before answers are forgotten",
     LAPSED + ["FORGET_LATE"], BACK),
    ("mutant: what an attached reader answered under is forgotten",
     ATTACHED + ["NO_EPOCH"], BACK),
    ("mutant: an epoch that is about to begin is not seen",
     ATTACHED_TWO + ["NO_LOCK"], BACK),
    ("mutant: before a segment an attached reader returns what the clock shows",
     ATTACHED + ["SET_BACK", "EARLY_CLOCK"], BACK),
]


def run(spin, cc, name, macros, fails):
    begun = time.monotonic()
    # Mutants fail early, but for two: the compiler takes longer than the run.
    quick = fails and not {"NO_SEQ", "FORGET_LATE"} & set(macros)
    with tempfile.TemporaryDirectory() as work:
        def command(*args):
            done = subprocess.run(args, cwd=work, capture_output=True,
                                  text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        for args in ([spin, "-a", *["-D" + m for m in macros], MODEL],
                     [cc, "-O0" if quick else "-O1", "-w", "-DSAFETY", "-DSFH",
                      "-DCOLLAPSE", "-DNOBOUNDCHECK",
                      "-DMEMLIM=4000", "-o", "pan", "pan.c"]):
            rc, text = command(*args)
            if rc:
                return False, f"{name}: {args[0]} failed\n{text}"
        _, text = command("./pan", "-m100000", "-w25")
    errors = re.search(r"errors: (\d+)", text)
    states = re.search(r"(\d+) states, stored", text)
    # Whole, or stopped at what it found.
    failed = re.search(r"assertion violated \((.*)\) \(at", text)
    whole = errors and states and errors[1] == "0" and not re.search(
        r"max search depth too small|Search not completed", text)
    good = failed and fails in failed[1] if fails else whole and not failed
    return good, "%s: %s, %s states, %.1f s%s" % (
        name, f"{failed[1]} fails" if failed else "no error",
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
