# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What must hold in a machine: one function each, with the steps that it looks
at.  table.py lists which holds where."""
from guest import CHECK, GIVEN, NUMBERS, steps

REPORT = "retry_disturbed tscal --json"


def as_nobody(command):
    return f"su nobody -s /bin/sh -c '{command}'"


def record(name, options=""):
    return (f'retry_disturbed sh -c "rm -f /tmp/{name}.rec; '
            f'tscal --json {options} record /tmp/{name}.rec"')


# In every machine.

@steps(root=REPORT, nobody=as_nobody(REPORT))
def every_user_gets_a_report(guest):
    for step in ("root", "nobody"):
        for s in guest.report(step)["sources"]:
            CHECK.assertNotEqual(s["status"], "error", s)
            CHECK.assertTrue(s["sentence"], s)


@steps(root=REPORT, nobody=as_nobody(REPORT))
def user_nobody_sees_what_is_denied(guest):
    root = {s["name"]: s for s in guest.undisturbed_report("root")["sources"]}
    for s in guest.undisturbed_report("nobody")["sources"]:
        if s["status"] not in (*GIVEN, "hint"):
            CHECK.assertIn(s["status"], ("absent", "skipped", "denied"), s)
        if s["status"] == "denied":
            was = root[s["name"]]
            CHECK.assertIn(was["status"],
                           (*GIVEN, "hint", "absent", "skipped", "denied"),
                           was)
    CHECK.assertIn("perf-page", [
        s["name"] for s in guest.report("nobody")["sources"]
        if s["status"] == "denied"])


@steps(recorded=record("guest"), recording="cat /tmp/guest.rec")
def the_replay_has_the_same_verdicts(guest):
    guest.same_verdicts("recorded", "recording")


EVERYWHERE = [every_user_gets_a_report, user_nobody_sees_what_is_denied,
              the_replay_has_the_same_verdicts]


# CPUID.

@steps(root=REPORT)
def cpuid_shows_no_hypervisor(guest):
    hv = guest.report("root")["hypervisor"]
    CHECK.assertEqual((hv["present"], hv["vendor"]), (False, "none"))
    CHECK.assertEqual(guest.source("root", "hv-leaf")["status"], "absent")


@steps(root=REPORT)
def tcg_has_no_timing_leaf(guest):
    # 0x40000010 is beyond the maximum and reads as junk, 543 kHz with QEMU 7.2.
    hv = guest.report("root")["hypervisor"]
    CHECK.assertEqual((hv["vendor"], hv["max_leaf"]), ("tcg", "0x40000001"))
    line = guest.source("root", "hv-leaf")
    CHECK.assertEqual((line["status"], line["hz"]), ("absent", None))
    CHECK.assertIn("QEMU TCG", line["sentence"])


@steps(root=REPORT)
def leaf_15_is_out_of_range(guest):
    # It reads as junk: with QEMU 7.2 0x21f, 0xa88, 0xa88.
    line = guest.source("root", "cpuid-15")
    CHECK.assertEqual((line["status"], line["hz"]), ("absent", None))
    CHECK.assertIn("CPUID ends at leaf 0xd", line["sentence"])


# The kernel's clock.

def clock_raw(guest, slack_ppm):
    for step in ("root", "nobody"):
        guest.contains_host_rate(guest.source(step, "clock-raw"), slack_ppm)


@steps(root=REPORT, nobody=as_nobody(REPORT))
def clock_raw_is_the_hosts(guest):
    """Whole kHz were declared to the kernel, of a rate known to 0.4 ppm."""
    clock_raw(guest, 1)


@steps(root=REPORT, nobody=as_nobody(REPORT))
def clock_raw_is_what_the_kernel_refined(guest):
    """Over 1 s, by two reads of a timer that Linux takes to be undisturbed
    when they took less than 31 us (tsc_read_refs())."""
    clock_raw(guest, 50)


@steps(root=REPORT, nobody=as_nobody(REPORT))
def clock_raw_is_a_timers(guest):
    """The timer's own rate, in the kernel's mult and shift."""
    clock_raw(guest, 1)


@steps(root=REPORT)
def another_clocksource_was_chosen(guest):
    doc = guest.report("root")
    CHECK.assertEqual(doc["trust"]["clocksource"], guest.machine.clocksource)
    CHECK.assertIs(doc["trust"]["rejected_by_kernel"], False)
    CHECK.assertNotEqual(doc["use"]["verdict"], "no")


@steps(root=REPORT)
def the_kernel_rejected_the_tsc(guest):
    doc = guest.report("root")
    CHECK.assertIs(doc["trust"]["rejected_by_kernel"], True)
    CHECK.assertEqual(doc["use"]["verdict"], "no")


# NTP, as set_clock leaves the kernel's clock.

@steps(synchronised="set_clock 23.5 10000 && " + REPORT)
def ntp_gives_true_seconds(guest):
    doc = guest.report("synchronised")
    CHECK.assertIn(guest.source("synchronised", "adjtimex")["status"], NUMBERS)
    want = doc["rate"]["hz_raw"] / (1 + 23.5e-6)
    CHECK.assertLess(abs(doc["rate"]["hz_si"] / want - 1), 0.01e-6)


@steps(slewing="set_clock 23.5 10050 && " + REPORT)
def slewing_ntp_is_not_used(guest):
    doc = guest.report("slewing")
    line = guest.source("slewing", "adjtimex")
    CHECK.assertEqual((line["status"], line["hz"]), ("absent", None))
    CHECK.assertIn("slew", line["sentence"])
    CHECK.assertIsNone(doc["rate"]["hz_si"])
