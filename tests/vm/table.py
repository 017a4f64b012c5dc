# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The machines, and what must hold in each.  To add one: a row here, made of
the expectations in expect.py; tests/vm/CMakeLists.txt finds it.

By default a machine has one CPU without CPUID's hypervisor bit: to CPUID it is
bare metal, its timers are emulated.  In `append`, {khz} is the host's rate."""
from expect import (
    EVERYWHERE, another_clocksource_was_chosen, clock_raw_is_a_timers,
    clock_raw_is_the_hosts, clock_raw_is_what_the_kernel_refined,
    cpuid_shows_no_hypervisor, leaf_15_is_out_of_range,
    ntp_gives_true_seconds, slewing_ntp_is_not_used, tcg_has_no_timing_leaf,
    the_kernel_rejected_the_tsc)
from expect_clocks import clocks_keep_their_rules
from expect_timers import (
    a_disabled_hpet_is_skipped, all_timers_are_compared,
    an_hpet_that_cannot_be_mapped_is_denied, assumed_metal_is_verified,
    each_timer_gives_the_hosts_rate, emulated_timers_are_not_independent,
    hpet_is_absent, one_hpet_does_not_verify_itself,
    one_second_of_ntp_is_a_source, one_window_for_all_counters,
    pm_timer_gives_the_hosts_rate, the_pit_is_restored_after_a_kill,
    the_pit_leaves_port_61_as_it_was,
    the_timers_replay_has_the_same_verdicts, the_window_grows_to_the_target,
    unknown_msrs_give_no_rate, user_nobody_is_denied_the_timers)
from expect_sync import (
    a_cgroup_without_the_first_cpu, an_offline_cpu_is_not_visited,
    healthy_cpus_are_not_accused)
from lab import Machine

REFINED = [clock_raw_is_what_the_kernel_refined]
TIMERS = [each_timer_gives_the_hosts_rate, emulated_timers_are_not_independent]

MACHINES = [
    Machine("bare", REFINED + TIMERS + [
        cpuid_shows_no_hypervisor, leaf_15_is_out_of_range,
        assumed_metal_is_verified, user_nobody_is_denied_the_timers,
        the_pit_leaves_port_61_as_it_was,
        the_timers_replay_has_the_same_verdicts, unknown_msrs_give_no_rate,
        the_pit_is_restored_after_a_kill, one_window_for_all_counters,
        the_window_grows_to_the_target, all_timers_are_compared,
        # They change the kernel's clock, so they come last.
        ntp_gives_true_seconds, one_second_of_ntp_is_a_source,
        slewing_ntp_is_not_used]),

    # The kernel is given the rate, and has no timer to measure it with.
    Machine("bare-declared", [
        clock_raw_is_the_hosts, a_disabled_hpet_is_skipped],
            append="tsc_early_khz={khz} pmtmr=0 nohpet"),

    # Its clocks are set, steered, given leap seconds and other clocksources,
    # which takes two minutes.
    Machine("clock-events", [clocks_keep_their_rules],
            append="tsc_early_khz={khz} tsc=reliable", seconds=600),

    # Its two CPUs read this machine's TSC.
    Machine("two-cpus", [
        healthy_cpus_are_not_accused, an_offline_cpu_is_not_visited,
        a_cgroup_without_the_first_cpu],
            append="tsc_early_khz={khz} pmtmr=0 nohpet tsc=reliable",
            flags=("-smp", "2")),

    # QEMU's CPUID signature is TCG.
    Machine("tcg", [tcg_has_no_timing_leaf, leaf_15_is_out_of_range] + REFINED,
            cpu="max"),

    Machine("no-hpet-mmap", [an_hpet_that_cannot_be_mapped_is_denied],
            append="hpet_mmap=0"),

    Machine("no-hpet", REFINED + [
        hpet_is_absent, pm_timer_gives_the_hosts_rate], flags=["-no-hpet"]),

    # DMI and CPUID's brand are those of a real machine.
    Machine("hidden", [cpuid_shows_no_hypervisor] + REFINED + TIMERS, flags=[
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
