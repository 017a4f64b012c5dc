# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The machines, and what must hold in each.  Adding one: a row here, made of
the expectations in expect.py; tests/vm/CMakeLists.txt finds it by itself.

By default a machine has one CPU without CPUID's hypervisor bit: to CPUID it is
bare metal, its timers are emulated.  In `append`, {khz} is the host's rate."""
from expect import (
    EVERYWHERE, another_clocksource_was_chosen, clock_raw_is_a_timers,
    clock_raw_is_the_hosts, clock_raw_is_what_the_kernel_refined,
    leaf_15_is_out_of_range, looks_like_metal_by_cpuid, ntp_gives_true_seconds,
    ntp_that_slews_is_no_witness, tcg_has_no_timing_leaf,
    the_kernel_rejected_the_tsc)
from expect_clocks import clocks_keep_their_rules
from expect_timers import (
    a_disabled_hpet_is_skipped, a_second_of_ntp_is_a_witness,
    all_timers_are_compared,
    an_hpet_that_cannot_be_mapped_is_denied, assumed_metal_is_verified,
    each_timer_gives_the_hosts_rate, emulated_timers_are_no_witnesses,
    hpet_is_absent, nobody_is_denied_the_timers,
    one_hpet_does_not_verify_itself, one_window_for_all_counters,
    pm_timer_gives_the_hosts_rate, registers_are_no_label_here,
    the_pit_is_put_back_whoever_is_killed, the_pit_leaves_port_61_as_it_was,
    the_timers_recording_is_judged_alike, the_window_grows_to_the_target)
from lab import Machine

REFINED = [clock_raw_is_what_the_kernel_refined]
TIMERS = [each_timer_gives_the_hosts_rate, emulated_timers_are_no_witnesses]

MACHINES = [
    Machine("bare", REFINED + TIMERS + [
        looks_like_metal_by_cpuid, leaf_15_is_out_of_range,
        assumed_metal_is_verified, nobody_is_denied_the_timers,
        the_pit_leaves_port_61_as_it_was,
        the_timers_recording_is_judged_alike, registers_are_no_label_here,
        the_pit_is_put_back_whoever_is_killed, one_window_for_all_counters,
        the_window_grows_to_the_target, all_timers_are_compared,
        # They change the kernel's clock, so they come last.
        ntp_gives_true_seconds, a_second_of_ntp_is_a_witness,
        ntp_that_slews_is_no_witness]),

    # The kernel is told the rate, and has nothing to measure it by.
    Machine("bare-declared", [
        clock_raw_is_the_hosts, a_disabled_hpet_is_skipped],
            append="tsc_early_khz={khz} pmtmr=0 nohpet"),

    # Its clocks are set, steered, given leap seconds and other clocksources,
    # which takes two minutes.
    Machine("clock-events", [clocks_keep_their_rules],
            append="tsc_early_khz={khz} tsc=reliable", seconds=600),

    # QEMU says by CPUID who it is.
    Machine("tcg", [tcg_has_no_timing_leaf, leaf_15_is_out_of_range] + REFINED,
            cpu="max"),

    Machine("no-hpet-mmap", [an_hpet_that_cannot_be_mapped_is_denied],
            append="hpet_mmap=0"),

    Machine("no-hpet", REFINED + [
        hpet_is_absent, pm_timer_gives_the_hosts_rate], flags=["-no-hpet"]),

    # DMI and CPUID's brand tell of a real machine.
    Machine("hidden", [looks_like_metal_by_cpuid] + REFINED + TIMERS, flags=[
        "-smbios", "type=0,vendor=Dell Inc.,version=1.6.5,date=04/15/2022",
        "-smbios", "type=1,manufacturer=Dell Inc.,product=PowerEdge R650",
        "-smbios", "type=2,manufacturer=Dell Inc.,product=0J21HM",
        "-smbios", "type=3,manufacturer=Dell Inc."],
            cpu="max,-hypervisor,model-id=AMD EPYC 7543 32-Core Processor"),

    # The kernel runs on another clock, by choice...
    Machine("clocksource-hpet", [
        another_clocksource_was_chosen, clock_raw_is_a_timers,
        one_hpet_does_not_verify_itself],
            append="clocksource=hpet", clocksource="hpet"),
    Machine("clocksource-acpi-pm",
            [another_clocksource_was_chosen, clock_raw_is_a_timers],
            append="clocksource=acpi_pm", clocksource="acpi_pm"),

    # ... or because it does not trust the TSC.
    Machine("tsc-unstable",
            [the_kernel_rejected_the_tsc, clock_raw_is_a_timers],
            append="tsc=unstable", clocksource="hpet", code=4),
]

for m in MACHINES:
    m.holds = EVERYWHERE + m.holds
