# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The machines of level 2, grouped by the machine of level 1 that boots them."""
from expect_level2 import EVERYWHERE
from level2 import Host, Nested

HOSTS = [
    Host("l2_real", [
        Nested("kvm", []),
    ]),
]

for h in HOSTS:
    for g in h.guests:
        g.holds = EVERYWHERE + g.holds
