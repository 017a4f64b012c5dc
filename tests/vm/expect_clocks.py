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


@steps(clocks="clock_events")
def clocks_keep_their_rules(guest):
    """clock_events.c says what is done, and what it expects."""
    out = guest.done["clocks"].out
    print(out)
    guest.step("clocks")
    lines = out.splitlines()
    CHECK.assertEqual([x for x in lines if x.endswith((": kept", ": broken"))],
                      [f"{name}: kept" for name in DONE])
    CHECK.assertEqual(lines[-1], "clock_events came to its end")
