#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""run.py MACHINE: boot it and see whether all holds that should; without a
machine, name them.  In the environment: TSCAL, TSCAL_SOURCE_DIR, and
TSCAL_VM_CACHE, which vm_prepare fills.  Exit 77: it cannot be booted here."""
import dataclasses
import os
import sys
import time

import lab

# Boots, when the host holds the guest's kernel up while it measures.
TRIES = 3


def gather(expectations):
    """The steps of all, in order; one that two need is run once."""
    steps = {}
    for e in expectations:
        for name, text in e.steps.items():
            if steps.setdefault(name, text) != text:
                raise ValueError(f"two steps named {name}")
    return steps


def judge(expectations, guest):
    """How many fail, and how many cannot be seen on a machine so busy."""
    from guest import TooBusy

    failed = unseen = 0
    for holds in expectations:
        try:
            holds(guest)
        except TooBusy as e:
            unseen += 1
            print(f"\n{holds.__name__} was not seen: {e}")
        except Exception as e:
            failed += 1
            print(f"\n{holds.__name__}: {type(e).__name__}: {e}")
    print(f"{len(expectations) - failed - unseen} of {len(expectations)} hold")
    return failed, unseen


def main():
    # Only now, since these need the environment.
    from guest import Guest
    from hostclock import HostClock
    from table import MACHINES

    if len(sys.argv) != 2:
        print("\n".join(m.name for m in MACHINES))
        return 0
    machine = next(m for m in MACHINES if m.name == sys.argv[1])
    host = HostClock()
    if not host.known():
        print("tscal does not find this machine's own rate")
        return 1
    machine = dataclasses.replace(
        machine, append=machine.append.format(khz=host.khz()))

    try:
        for _ in range(TRIES):
            begin = time.monotonic()
            done = lab.boot(machine, gather(machine.holds),
                            os.environ["TSCAL_VM_CACHE"], host.tick)
            host.tick()
            print(f"{machine.name}: {time.monotonic() - begin:.1f} s, host "
                  "{:.0f} to {:.0f} Hz".format(*host.hz()))
            why = lab.spoilt(machine, done["dmesg"].out, host.hz()[0])
            if not why:
                break
            print(f"booted once more: {why}")
    except lab.Failed as e:
        print(f"{machine.name}: {e}")
        return 1
    if why:
        lab.skip(f"this machine is too busy ({lab.busyness()}): {why}")
    if done["settle"].code:
        print(f"the kernel did not come to the clocksource "
              f"{machine.clocksource}:\n{done['settle'].out}")
        return 1

    failed, unseen = judge(machine.holds, Guest(machine, done, host.hz()))
    if unseen and not failed:
        lab.skip(f"this machine is too busy ({lab.busyness()})")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
