# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The machines of level 2, grouped by the machine of level 1 that boots them;
one takes 15 s.  To add one: a row in the group that is the fastest.  CPUID is
changed by inject_cpuid.c, with lines that level2.py helps to write."""
from expect_level2 import (
    EVERYWHERE, cpuid_shows_no_hypervisor, it_is, its_cpus_may_differ,
    kvm_gives_the_hosts_rate, leaf_15, no_source_contradicts,
    the_backdoor_is_the_hosts,
    the_claim_is_checked, the_kernel_used_leaf_15, the_leaf_disagrees,
    the_leaf_is_chosen, the_leaf_is_refused, the_msr_is_the_hosts,
    the_ports_fault, the_rate_is_from, the_rate_is_the_hosts,
    the_replay_has_the_same_verdicts, the_timers_agree, until_moved)
from expect_clocks import clocks_follow_tsc_jumps
from expect_sync import (
    a_chosen_skew_is_found, it_ends_without_a_verdict_or_accusation,
    it_says_what_the_other_program_says, the_report_says_so)
from level2 import (
    ANY_HYPERVISOR_LEAF, Host, Nested, crystal, khz, khz_times, leaf,
    signature)

# The kernel has no driver for such a hypervisor's clock, and an emulated timer's
# reads take too long for the kernel to measure with.
DECLARED = "tsc_early_khz={khz} pmtmr=0 nohpet"

KVM, KVM_AT_100 = "KVMKVMKVM", 0x40000100
# Its clock, by the newer registers, marked stable.
KVM_FEATURES = leaf(0x40000101, 0x01000008)
# TSC invariance, which level 1 does not have to give.
INVARIANT = leaf(0x80000007, "-", "-", "-", "+100")


def without_kvm_leaves(*lines):
    """In place of KVM's leaves."""
    return (ANY_HYPERVISOR_LEAF, *lines)


def timing(rate=khz):
    """VMware's leaf, as KVM, ACRN and VirtualBox have it too."""
    return leaf(0x40000010, rate, 1000000)


def intel(factor=1):
    """A processor that names its crystal in leaf 0x15.  Model 706e5 is one whose
    local timer Linux takes as it is."""
    return (
        leaf(0, 0x16, 0x756e6547, 0x6c65746e, 0x49656e69),
        leaf(1, 0x706e5, "-", "-", "-"),
        crystal(24000, factor), leaf(0x16))


def scale(rate):
    """Xen's mul for a shift of -1: ns = (ticks >> 1) * mul >> 32."""
    return (10**6 << 33) // rate


BY_KVMCLOCK = [the_rate_is_from("kvmclock"), until_moved("pvclock-version")]
BY_THE_LEAF = [the_leaf_is_chosen, no_source_contradicts, the_timers_agree,
               the_claim_is_checked]
NO_LEAF = [the_leaf_is_refused("defines no timing leaf")]
WRONG = khz_times(2.8)
TWO_CPUS = ("-smp", "2")

HOSTS = [
    # QEMU's own.
    Host("l2_real", [
        Nested("kvm", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000001"), the_claim_is_checked,
            the_leaf_is_refused("its leaves end at 0x40000001"),
            the_timers_agree, the_replay_has_the_same_verdicts]),
        Nested("kvm-leaf", BY_THE_LEAF + [
            it_is("kvm", top="0x40000010"), until_moved("pvclock-version"),
            the_replay_has_the_same_verdicts],
               cpu="host,migratable=off,+vmware-cpuid-freq,"
                   "tsc-frequency={khz}000", cpuid=(INVARIANT,)),
        # KVM_FEATURE_CLOCKSOURCE_STABLE_BIT is missing: its CPUs may differ.
        Nested("kvm-unstable", [
            it_is("kvm", top="0x40000001"), its_cpus_may_differ],
               flags=TWO_CPUS,
               cpuid=(leaf(0x40000001, "~1000000", "-", "-", "-"),)),
        # With the KVM leaves above, as QEMU has it by default, and without.
        Nested("hyperv-kvm", [
            it_is("kvm", base="0x40000100", top="0x40000101",
                  also=[("hyperv", "0x40000000")]), the_timers_agree,
            the_rate_is_from("kvmclock", by_root="hv-msr"),
            the_msr_is_the_hosts, the_claim_is_checked,
            until_moved("pvclock-version")],
               cpu="host,migratable=off,hv-time,hv-vpindex,hv-frequencies,"
                   "hv-relaxed,hv-vapic"),
        Nested("hyperv", NO_LEAF + [
            it_is("hyperv", top="0x40000005"), no_source_contradicts,
            the_msr_is_the_hosts, the_claim_is_checked, the_timers_agree,
            # QEMU has no re-enlightenment, which reports a move.
            until_moved("rate")],
               cpu="host,migratable=off,kvm=off,hv-time,hv-vpindex,"
                   "hv-frequencies,hv-relaxed,hv-vapic"),
        Nested("vmware", BY_THE_LEAF + [
            it_is("vmware", top="0x40000010"), the_backdoor_is_the_hosts,
            until_moved("rate")],
               machine="pc,vmport=on", cpuid=without_kvm_leaves(
                   signature("VMwareVMware", 0x40000010),
                   leaf(0x40000010, khz, 66000), INVARIANT)),
        # I/O ports fault in user space, although iopl() succeeds.
        Nested("ports-fault", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000001"), the_ports_fault], backdoor=False),
        # The TSC jumps, of all CPUs or of one, while clocks run.
        # Here its two CPUs share one.
        Nested("tsc-jumps", [
            clocks_follow_tsc_jumps, it_ends_without_a_verdict_or_accusation],
               flags=TWO_CPUS),
    ], holds=[kvm_gives_the_hosts_rate]),

    # Two CPUs that agree, until one is moved.  With nohpet such a machine of
    # level 1 often stands still: its CPUs then have their own timers alone.
    Host("l2_skewed", [
        Nested("cpu-moved", [a_chosen_skew_is_found, the_report_says_so],
               flags=TWO_CPUS, seconds=90),
    ], flags=TWO_CPUS, append="tsc_early_khz={khz} tsc=reliable"),

    # The kernel does not trust the emulated TSC of two CPUs, so its KVM gives
    # each virtual CPU an offset of its own, again and again.
    Host("l2_differ", [
        Nested("cpus-differ", [it_says_what_the_other_program_says],
               flags=TWO_CPUS, seconds=120),
    ], flags=TWO_CPUS, append="tsc_early_khz={khz}", clocksource="hpet"),

    # Other vendors.
    Host("l2_vendors", [
        Nested("xen", BY_THE_LEAF + [
            it_is("xen", top="0x40000005"), until_moved("xen-incarnation")],
               append=f"nopv {DECLARED}", cpuid=without_kvm_leaves(
                   signature("XenVMMXenVMM", 0x40000005),
                   leaf(0x40000001, 0x40011), leaf(0x40000002, 1, 0x40000000),
                   leaf(0x40000003, 0, 2, khz, 1, sub=0),
                   leaf(0x40000003, 0, 0, scale, 0xffffffff, sub=1),
                   leaf(0x40000003, khz, sub=2), leaf(0x40000004))),
        Nested("acrn", BY_THE_LEAF + [
            it_is("acrn", top="0x40000010"), until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("ACRNACRNACRN", 0x40000010), timing())),
        Nested("virtualbox", BY_THE_LEAF + [
            it_is("virtualbox", top="0x40000010"), until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("", 0x40000010), timing()), flags=(
                   "-smbios", "type=0,vendor=innotek GmbH",
                   "-smbios", "type=1,manufacturer=innotek GmbH,"
                   "product=VirtualBox")),
        Nested("bhyve", NO_LEAF + [
            it_is("bhyve"), no_source_contradicts, until_moved("rate"),
            the_timers_agree],
               append=DECLARED,
               cpuid=without_kvm_leaves(signature("bhyve bhyve "))),
        # These leaves are not documented, but reading them would give a rate.
        Nested("parallels", NO_LEAF + [
            it_is("parallels", top="0x40000010"), no_source_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature(" lrpepyh  vr", 0x40000010), timing(WRONG))),
        Nested("parallels-plain", NO_LEAF + [
            it_is("parallels", top="0x40000010"), no_source_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("prl hyperv  ", 0x40000010), timing(WRONG))),
        # Its own maximum is 0.
        Nested("openbsd-vmm", BY_KVMCLOCK + NO_LEAF + [
            it_is("openbsd-vmm", also=[("kvm", "0x40000100")])],
               cpuid=without_kvm_leaves(
                   signature("OpenBSDVMM58", 0), timing(WRONG),
                   signature(KVM, 0x40000101, KVM_AT_100), KVM_FEATURES)),
        Nested("jailhouse", NO_LEAF + [
            it_is("jailhouse", top="0x40000001"), no_source_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("Jailhouse", 0x40000001), leaf(0x40000001))),
    ]),

    # Leaves with a wrong rate.
    Host("l2_wrong", [
        Nested("leaf-280-percent", [
            it_is("kvm", top="0x40000010"), the_leaf_disagrees,
            until_moved("pvclock-version")],
               cpuid=(signature(KVM, 0x40000010), timing(WRONG))),
        # As in a guest that was moved to a host with a rate 200 ppm off.
        Nested("leaf-200-ppm", [
            it_is("kvm", top="0x40000010"), the_leaf_disagrees,
            until_moved("pvclock-version")],
               cpuid=(signature(KVM, 0x40000010),
                      timing(khz_times(1 + 200e-6)))),
        # The kernel took its rate from the backdoor.
        Nested("vmware-leaf-1-percent", [
            it_is("vmware", top="0x40000010"), the_leaf_disagrees,
            until_moved("rate")],
               machine="pc,vmport=on", cpuid=without_kvm_leaves(
                   signature("VMwareVMware", 0x40000010),
                   timing(khz_times(1.01)))),
        Nested("acrn-leaf-1-percent", [
            it_is("acrn", top="0x40000010"), the_leaf_disagrees,
            until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("ACRNACRNACRN", 0x40000010),
                   timing(khz_times(1.01)))),
        Nested("leaf-zero", [
            it_is("vmware", top="0x40000010"),
            the_leaf_is_refused("its kHz is zero"), no_source_contradicts,
            until_moved("rate")],
               machine="pc,vmport=on", cpuid=without_kvm_leaves(
                   signature("VMwareVMware", 0x40000010),
                   leaf(0x40000010))),
        # 543, as TCG's junk is.
        Nested("leaf-543", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000010"),
            the_leaf_is_refused("outside the range of TSC rates",
                                status="implausible")],
               cpuid=(signature(KVM, 0x40000010), leaf(0x40000010, 543))),
        Nested("leaf-beyond", BY_KVMCLOCK + [
            it_is("kvm", top="0x4000000f"),
            the_leaf_is_refused("its leaves end at 0x4000000f")],
               cpuid=(signature(KVM, 0x4000000f), timing(WRONG))),
        # Linux uses the higher base, which is KVM's, and KVM has no such leaf.
        Nested("two", BY_KVMCLOCK + [
            it_is("kvm", base="0x40000100", top="0x40000101",
                  also=[("vmware", "0x40000000")]),
            the_leaf_is_refused("its leaves end at 0x40000101")],
               cpuid=without_kvm_leaves(
                   signature("VMwareVMware", 0x40000010), timing(WRONG),
                   signature(KVM, 0x40000101, KVM_AT_100), KVM_FEATURES)),
    ]),

    # Malformed CPUID, and what a host leaks.
    Host("l2_odd", [
        Nested("unknown", NO_LEAF + [
            it_is("unknown", top="0x40000010"), no_source_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("WhoIsThatNow", 0x40000010), timing(WRONG))),
        Nested("all-ones", NO_LEAF + [
            it_is("unknown", top="0x40000010"), no_source_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=without_kvm_leaves(
                   signature("\xff" * 12, 0x40000010), timing(WRONG))),
        Nested("maximum-below", BY_KVMCLOCK + [
            it_is("kvm"), the_leaf_is_refused("its leaves end at 0x40000000")],
               cpuid=(signature(KVM, 0x3fffffff), timing(WRONG))),
        Nested("maximum-ffffffff", BY_KVMCLOCK + [
            it_is("kvm"), the_leaf_is_refused("its leaves end at 0x40000000")],
               cpuid=(signature(KVM, 0xffffffff), timing(WRONG))),
        # Only DMI shows that it is virtual.
        Nested("intel", [
            cpuid_shows_no_hypervisor, no_source_contradicts,
            leaf_15("hint"), until_moved("rate"), the_timers_agree],
               cpuid=without_kvm_leaves(*intel(), INVARIANT,
                             leaf(1, "-", "-", "~80000000", "-"))),
        Nested("intel-leaks-15", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000001"), leaf_15("hint")],
               cpuid=intel(2.8)),
        Nested("intel-uses-15", [
            it_is("kvm", top="0x40000001"), the_kernel_used_leaf_15],
               append="no-kvmclock", cpuid=intel(2.8), wrong_rate=True),
        Nested("hidden", [
            cpuid_shows_no_hypervisor, no_source_contradicts,
            until_moved("rate"), the_timers_agree],
               cpu="host,migratable=off,kvm=off,-hypervisor",
               append=DECLARED),
    ]),
]

for h in HOSTS:
    for g in h.guests:
        g.holds = EVERYWHERE + g.holds
        if not g.wrong_rate:
            g.holds = [the_rate_is_the_hosts] + g.holds
