#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""run.py MACHINE [GUEST...]: boot a machine of table.py, or one of
table_level2.py with its guests or only with these, and check every expectation
of its row; without a machine, list all.  In the environment: TSCAL,
TSCAL_SOURCE_DIR, and TSCAL_VM_CACHE, which vm_prepare fills.  With
TSCAL_VM_KEEP, what each step printed is written to that directory.  Exit 77: it
cannot be booted here, by facts of this machine; 1 also when tscal does not
find the rate of this machine."""
import dataclasses
import os
import pathlib
import sys
import time

import hostrate
import lab
from guest import Guest, TooBusy
from hostclock import HostClock
from table import MACHINES
from table_level2 import HOSTS

# Boots, when the host delays the guest's kernel while it measures, or when the
# guest's clocks stand still: QEMU's emulation of SVM sometimes loses a timer.
TRIES = 3


def boot(row, clock):
    """What the steps of the machine printed."""
    machine, steps = row.plan(clock.khz())
    for n in range(TRIES):
        if n:
            print(f"booted again: {why}")
        begin = time.monotonic()
        try:
            done = lab.boot(machine, steps, os.environ["TSCAL_VM_CACHE"],
                            clock.tick)
        except lab.Still as e:
            why = e
            continue
        clock.tick()
        print(f"{row.name}: {time.monotonic() - begin:.1f} s, host "
              "{:.0f} to {:.0f} Hz".format(*clock.hz()))
        why = lab.spoilt(machine, done["dmesg"].out, clock.hz()[0])
        if not why:
            return done
    if isinstance(why, lab.Still):
        raise why
    lab.skip(f"this machine is too busy ({lab.busyness()}): {why}")


def keep(name, done):
    """What the guest printed, to be read later."""
    where = os.environ.get("TSCAL_VM_KEEP")
    for step, s in done.items() if where else ():
        path = pathlib.Path(where, name, step)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(s.out + s.err)


def check(guest, done, error, host_hz):
    """How many expectations fail, and how many a busy host hides."""
    keep(guest.name, done)
    print(f"\n{guest.name}:", end=" ")
    if not error and done["settle"].code:
        error = (f"the kernel did not switch to the clocksource "
                 f"{guest.clocksource}:\n{done['settle'].out}")
    if error:
        print(error)
        return 1, 0
    failed = hidden = 0
    for expectation in guest.holds:
        try:
            expectation(Guest(guest, done, host_hz))
        except TooBusy as e:
            hidden += 1
            print(f"\n{expectation.__name__} could not be checked: {e}")
        except Exception as e:
            failed += 1
            print(f"\n{expectation.__name__}: {type(e).__name__}: {e}")
    print(f"{len(guest.holds) - failed - hidden} of {len(guest.holds)} hold")
    return failed, hidden


def main():
    rows = {row.name: row for row in MACHINES + HOSTS}
    if len(sys.argv) < 2:
        for row in rows.values():
            print(row.name, *(g.name for g in getattr(row, "guests", ())))
        return 0
    row = rows[sys.argv[1]]
    if sys.argv[2:]:
        row = dataclasses.replace(row, guests=[
            g for g in row.guests if g.name in sys.argv[2:]])
    # Before anything that may skip.
    wrong = hostrate.wrong()
    if wrong:
        print(wrong)
        return 1
    clock = HostClock()
    try:
        done = boot(row, clock)
    except lab.Failed as e:
        print(f"{row.name}: {e}")
        return 1
    counts = [check(*result, clock.hz()) for result in row.results(done)]
    failed, hidden = map(sum, zip(*counts))
    if hidden and not failed:
        lab.skip(f"this machine is too busy ({lab.busyness()})")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
