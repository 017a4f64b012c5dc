# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What must hold of the timers that libtscal-probe reads: HPET, ACPI PM timer,
PIT.  In these guests all three are one emulated clock."""
import json

from expect import REPORT, as_nobody, record
from guest import (
    CHECK, GIVEN, NUMBERS, distance_ppm, parse, source, steps)

PORTS = f"{REPORT} --probe ports"
TIMERS = f"{PORTS} --pit"
METAL = f"{TIMERS} --assume-metal"


def give_host_rate(guest, step, *names):
    for name in names:
        guest.contains_host_rate(guest.source(step, name))


@steps(timers=TIMERS)
def each_timer_gives_the_hosts_rate(guest):
    give_host_rate(guest, "timers", "hpet", "acpi-pm", "pit")


@steps(timers=TIMERS)
def emulated_timers_are_not_independent(guest):
    """DMI, the WAET table or an HPET of exactly 10 ns show the emulation."""
    doc = guest.undisturbed_report("timers")
    CHECK.assertEqual(doc["rate"]["verdict"], "consistent", doc["rate"])
    CHECK.assertEqual(doc["use"]["verdict"], "until-moved", doc["use"])


@steps(metal=METAL)
def assumed_metal_is_verified(guest):
    rate = guest.undisturbed_report("metal")["rate"]
    # By those that are not too coarse.
    if any(guest.source("metal", name)["status"] in NUMBERS
           for name in ("hpet", "acpi-pm", "pit")):
        CHECK.assertEqual(rate["verdict"], "verified", rate)
        CHECK.assertLessEqual(rate["agreement_ppm"], 500)
    else:
        CHECK.assertIn(rate["verdict"], ("consistent", "single"), rate)
    give_host_rate(guest, "metal", "hpet", "acpi-pm", "pit")


@steps(timers_nobody=as_nobody(TIMERS))
def user_nobody_is_denied_the_timers(guest):
    for name in ("hpet", "acpi-pm"):
        line = guest.source("timers_nobody", name)
        CHECK.assertEqual((line["status"], line["hz"]), ("denied", None))


@steps(ports=PORTS)
def a_disabled_hpet_is_skipped(guest):
    """By "nohpet": the table is there, and /dev/hpet, which returns EBUSY."""
    line = guest.source("ports", "hpet")
    CHECK.assertEqual((line["status"], line["hz"]), ("skipped", None), line)


@steps(ports=PORTS)
def an_hpet_that_cannot_be_mapped_is_denied(guest):
    """By "hpet_mmap=0": the kernel has it, and counts by it."""
    line = guest.source("ports", "hpet")
    CHECK.assertEqual((line["status"], line["hz"]), ("denied", None), line)
    CHECK.assertIn("does not let programs read", line["sentence"])


@steps(ports=PORTS)
def hpet_is_absent(guest):
    """No table; but /dev/hpet is there, and returns EBUSY."""
    line = guest.source("ports", "hpet")
    CHECK.assertEqual((line["status"], line["hz"]), ("absent", None), line)


@steps(ports=PORTS)
def pm_timer_gives_the_hosts_rate(guest):
    give_host_rate(guest, "ports", "acpi-pm")


@steps(lineage=f"{PORTS} --assume-metal "
               "--only hpet,clock-raw")
def one_hpet_does_not_verify_itself(guest):
    """The kernel's clock is the HPET's, and so is the HPET."""
    for name in ("hpet", "clock-raw"):
        CHECK.assertEqual(guest.source("lineage", name)["roots"], ["hpet"])
    give_host_rate(guest, "lineage", "hpet", "clock-raw")
    rate = guest.undisturbed_report("lineage")["rate"]
    CHECK.assertNotEqual(rate["verdict"], "verified", rate)


@steps(timers_recorded=record("timers", "--probe ports --pit"),
       timers_recording="cat /tmp/timers.rec")
def the_timers_replay_has_the_same_verdicts(guest):
    guest.same_verdicts("timers_recorded", "timers_recording", "--pit")


@steps(kill_pit="kill_pit")
def the_pit_is_restored_after_a_kill(guest):
    guest.step("kill_pit")


@steps(budget="budget")
def one_window_for_all_counters(guest):
    """A report with all of them has 50 ms by default, and ends soon after them:
    this emulation, on a host that it shares, took 45 to 110.  A wait for a
    counter that never ends takes seconds."""
    ms = float(guest.step("budget").out)
    print(f"a report with all counters: {ms} ms of 50")
    CHECK.assertLess(ms, 4 * 50)


@steps(second="set_clock 23.5 10000 && " + REPORT + " --budget-ms 1500")
def one_second_of_ntp_is_a_source(guest):
    line = guest.source("second", "ntp")
    CHECK.assertIn(line["status"], NUMBERS, line)
    CHECK.assertGreater(line["ms"], 800)
    # By NTP's seconds the TSC ticks so much slower.
    by = 1 + 23.5e-6
    CHECK.assertLess(line["hz_lo"] * by, guest.host_hz[1] * (1 + 50e-6))
    CHECK.assertGreater(line["hz_hi"] * by, guest.host_hz[0] * (1 - 50e-6))


GROW = f"{PORTS} --target-ppm 2 --budget-ms 500 --only"


# The target is about the chosen source.
@steps(grown_hpet=f"{GROW} hpet", grown_raw=f"{GROW} clock-raw")
def the_window_grows_to_the_target(guest):
    for step, name in (("grown_hpet", "hpet"), ("grown_raw", "clock-raw")):
        line = guest.source(step, name)
        CHECK.assertEqual(line["status"], "used", line)
        # Or all of the budget is spent, on a slow machine.
        if line["ms"] < 400:
            CHECK.assertLess((line["hz_hi"] / line["hz_lo"] - 1) * 1e6, 4.2)
            CHECK.assertTrue(guest.report(step)["rate"]["target_met"])
    give_host_rate(guest, "grown_hpet", "hpet")


@steps(compared="tscal --json --probe ports --pit "
       "--only clock-raw,hpet,acpi-pm,pit compare --runs 1 --duration 5")
def all_timers_are_compared(guest):
    doc = json.loads(guest.step("compared").out)
    raw, log = doc["reference"], doc["kernel_log"]
    if raw["hz"] is None:
        # The watchdog of a kernel that got no time.
        CHECK.assertIn("the clocksource changed", raw["sentence"])
        return
    CHECK.assertLess(distance_ppm((raw["hz_lo"], raw["hz_hi"]), guest.host_hz),
                     500)
    CHECK.assertRegex(log["line"], "^tsc: (Detected|Refined) ")
    CHECK.assertLess(abs(log["off_ppm"]), 500)
    given = {}
    for row in doc["sources"]:
        CHECK.assertEqual(row["runs"], 1, row)
        if row["numbers"]:
            given.setdefault(row["source"], []).append(row)
        else:
            # A busy host disturbed it, or its reads are too slow for 1 ms.
            CHECK.assertRegex(row["why"], "^(unstable|skipped|coarse): ")
    disturbed = [s["source"] for s in doc["silent"]
                 if s["status"] in ("unstable", "skipped")]
    listed = {row["source"] for row in doc["sources"]}
    CHECK.assertEqual(sorted([*listed, *disturbed]),
                      ["acpi-pm", "clock-raw", "hpet", "pit"], doc["silent"])
    CHECK.assertIn("clock-raw", given)
    CHECK.assertLess(1, len(given), doc["silent"])
    for row in given["clock-raw"]:
        CHECK.assertEqual(row["intervals_holding"], row["intervals"], row)
    # All are one clock here, whatever the rate that RAW was given.
    for rows in given.values():
        for row in rows:
            CHECK.assertLess(row["error_ppm"]["worst"],
                             row["width_ppm"] / 2 + 500, row)


@steps(metal=METAL)
def unknown_msrs_give_no_rate(guest):
    """QEMU's emulation returns 0 for every register it does not have."""
    line = guest.source("metal", "msr-platform")
    CHECK.assertEqual((line["status"], line["hz"]), ("absent", None), line)


# The speaker is on with 3.
@steps(port61="for v in 3 2 0 1; do port61 $v >/dev/null; port61; "
              f"{TIMERS} >/tmp/port61 || exit; port61; done; "
              "cat /tmp/port61")
def the_pit_leaves_port_61_as_it_was(guest):
    words, _, report = guest.step("port61").out.partition("{")
    CHECK.assertEqual(words.split(), "3 3 2 2 0 0 1 1".split())
    pit = source(parse("{" + report), "pit")
    CHECK.assertIn(pit["status"], GIVEN, "else nothing was tried")
