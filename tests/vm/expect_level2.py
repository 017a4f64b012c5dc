# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What must hold in a guest of level 2."""
from expect import NUMBERS, as_nobody
from guest import CHECK, steps

# Twenty seconds are for a host that is busy: it takes a fifth of one.
REPORT = "calm timeout -s KILL 20 tscal --json"
PORTS = f"{REPORT} --probe ports --pit"


def code_of(doc):
    """The exit code that a report's verdicts mean."""
    if doc["rate"]["verdict"] == "none" or doc["use"]["verdict"] == "no":
        return 4
    return 3 if doc["rate"]["verdict"] == "conflict" else 0


@steps(root=REPORT, nobody=as_nobody(REPORT), ports=PORTS)
def everybody_gets_a_whole_report(guest):
    for step in ("root", "nobody", "ports"):
        doc = guest.report(step)
        CHECK.assertEqual(guest.done[step].code, code_of(doc), step)
        for s in doc["sources"]:
            CHECK.assertNotEqual(s["status"], "error", s)
            CHECK.assertTrue(s["sentence"], s)


EVERYWHERE = [everybody_gets_a_whole_report]
