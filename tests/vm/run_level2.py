#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""run_level2.py HOST [GUEST...]: boot it with its guests, or with these alone,
and see whether all holds that should; without a host, name all.  With
TSCAL_VM_KEEP, what each guest printed is written to that directory.  Otherwise
like run.py."""
import dataclasses
import os
import pathlib
import sys
import time

import lab
import level2
from run import TRIES, gather, judge


def keep(name, done):
    """What the guest printed, for people."""
    where = os.environ.get("TSCAL_VM_KEEP")
    if not where:
        return
    for step, s in done.items():
        path = pathlib.Path(where, name, step)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(s.out + s.err)


def main():
    # Only now, since these need the environment.
    from guest import Guest
    from hostclock import HostClock
    from table_level2 import HOSTS

    if len(sys.argv) < 2:
        for h in HOSTS:
            print(h.name, *(g.name for g in h.guests))
        return 0
    host = next(h for h in HOSTS if h.name == sys.argv[1])
    if sys.argv[2:]:
        host = dataclasses.replace(host, guests=[
            g for g in host.guests if g.name in sys.argv[2:]])
    clock = HostClock()
    if not clock.known():
        print("tscal does not find this machine's own rate")
        return 1

    try:
        for tries_left in reversed(range(TRIES)):
            begin = time.monotonic()
            try:
                machine, done, guests = level2.boot(
                    host, lambda g: gather(g.holds), clock.khz(),
                    os.environ["TSCAL_VM_CACHE"], clock.tick)
            except lab.Still as e:
                # QEMU's emulation of SVM loses a timer of level 1 at times.
                if not tries_left:
                    raise
                print(f"booted once more: {e}")
                continue
            clock.tick()
            print(f"{host.name}: {time.monotonic() - begin:.1f} s, host "
                  "{:.0f} to {:.0f} Hz".format(*clock.hz()))
            why = lab.spoilt(machine, done["dmesg"].out, clock.hz()[0])
            if not why:
                break
            print(f"booted once more: {why}")
    except lab.Failed as e:
        print(f"{host.name}: {e}")
        return 1
    if why:
        lab.skip(f"this machine is too busy ({lab.busyness()}): {why}")
    if done["settle"].code:
        print(f"level 1 did not come to the clocksource tsc:\n"
              f"{done['settle'].out}")
        return 1

    failed = unseen = 0
    for nested in host.guests:
        said, did = done[nested.name], guests[nested.name]
        keep(nested.name, did)
        print(f"\n{nested.name}:", end=" ")
        if said.code or not said.out.endswith("@@lab done\n"):
            failed += 1
            print(f"it did not come to its end, {said.code}:\n{said.err}\n"
                  + "\n".join(said.out.splitlines()[-10:]))
        elif did["settle"].code:
            failed += 1
            print(f"its kernel did not come to the clocksource "
                  f"{nested.clocksource}:\n{did['settle'].out}")
        else:
            f, u = judge(nested.holds, Guest(nested, did, clock.hz()))
            failed, unseen = failed + f, unseen + u
    if unseen and not failed:
        lab.skip(f"this machine is too busy ({lab.busyness()})")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
