# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What must hold of clocks that run while the kernel's are changed."""
from guest import CHECK, steps

# What clock_events.c does, in order.
DONE = [
    "nothing is done",
    "set by 1 s", "set by -1 s",
    "10 ppm", "-10 ppm",
    "500 ppm", "500 ppm no more", "-500 ppm", "-500 ppm no more",
    "ticks of 10100 us", "ticks of 10000 us after 10100",
    "ticks of 9900 us", "ticks of 10000 us after 9900",
    "set to before a second more", "a second more",
    "set to before a second less", "a second less",
    "from tsc to hpet", "from hpet to acpi_pm", "from acpi_pm to tsc",
    "nothing is done at the end",
]


# What tsc_jumps.c does, in order.
JUMPS = [
    "nothing is done",
    "all CPUs by 1 s", "all CPUs by -1 s", "all CPUs by 50 ms",
    "no CPU is ahead",
    "CPU 1 is ahead, CPU 0 updates", "CPU 1 is ahead, each updates in turn",
    "CPU 1 is ahead no more",
]


def kept(guest, step, done, end):
    """All steps were done, and no rule was broken."""
    out = guest.done[step].out
    print(out)
    guest.step(step)
    lines = out.splitlines()
    CHECK.assertEqual([x for x in lines if x.endswith((": kept", ": broken"))],
                      [f"{name}: kept" for name in done])
    CHECK.assertEqual(lines[-1], f"{end} finished")


@steps(clocks="clock_events")
def clocks_keep_their_rules(guest):
    """clock_events.c has the steps, and what it expects."""
    kept(guest, "clocks", DONE, "clock_events")


# msr.ko is loaded already, and permits no writes.
@steps(jumps="rmmod msr && insmod /lab/modules/msr.ko allow_writes=on && "
             "tsc_jumps")
def clocks_follow_tsc_jumps(guest):
    """tsc_jumps.c has the steps, and what it expects."""
    kept(guest, "jumps", JUMPS, "tsc_jumps")
