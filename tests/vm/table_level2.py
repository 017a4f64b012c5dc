# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""The machines of level 2, grouped by the machine of level 1 that boots them;
one takes 15 s.  Adding one: a row in the group that is the fastest.  CPUID is
what inject_cpuid.c makes of it, by lines that level2.py helps to write."""
from expect_level2 import (
    EVERYWHERE, it_is, it_is_believed, it_looks_like_metal_by_cpuid,
    its_cpus_may_differ, leaf_15, nobody_contradicts,
    the_backdoor_is_the_hosts, the_claim_is_checked,
    the_kernel_believed_leaf_15, the_leaf_is_called_a_liar, the_leaf_is_chosen,
    the_leaf_is_refused, the_msr_is_the_hosts, the_ports_fault,
    the_rate_is_the_hosts, the_recording_is_judged_alike, the_timers_agree,
    until_moved)
from expect_clocks import clocks_live_with_jumps
from level2 import (
    ANY_HYPERVISOR_LEAF, Host, Nested, crystal, khz, khz_times, leaf, signature)

# The kernel knows no such hypervisor's clock, and an emulated timer's reads take
# too long for it to measure by.
DECLARED = "tsc_early_khz={khz} pmtmr=0 nohpet"

KVM, KVM_AT_100 = "KVMKVMKVM", 0x40000100
# Its clock, by the newer registers, marked stable.
KVM_FEATURES = leaf(0x40000101, 0x01000008)
# TSC invariance, which level 1 does not have to give.
INVARIANT = leaf(0x80000007, "-", "-", "-", "+100")


def nobodys(*lines):
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


BY_KVMCLOCK = [it_is_believed("kvmclock"), until_moved("pvclock-version")]
BY_THE_LEAF = [the_leaf_is_chosen, nobody_contradicts, the_timers_agree,
               the_claim_is_checked]
NO_LEAF = [the_leaf_is_refused("defines no timing leaf")]
LIE = khz_times(2.8)

HOSTS = [
    # QEMU's own.
    Host("l2_real", [
        Nested("kvm", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000001"), the_claim_is_checked,
            the_leaf_is_refused("its leaves end at 0x40000001"),
            the_timers_agree, the_recording_is_judged_alike]),
        Nested("kvm-leaf", BY_THE_LEAF + [
            it_is("kvm", top="0x40000010"), until_moved("pvclock-version"),
            the_recording_is_judged_alike],
               cpu="host,migratable=off,+vmware-cpuid-freq,"
                   "tsc-frequency={khz}000", cpuid=(INVARIANT,)),
        # KVM_FEATURE_CLOCKSOURCE_STABLE_BIT is missing: its CPUs may differ.
        Nested("kvm-unstable", [
            it_is("kvm", top="0x40000001"), its_cpus_may_differ],
               flags=("-smp", "2"),
               cpuid=(leaf(0x40000001, "~1000000", "-", "-", "-"),)),
        # With the KVM leaves above, as QEMU has it by default, and without.
        Nested("hyperv-kvm", [
            it_is("kvm", base="0x40000100", top="0x40000101",
                  also=[("hyperv", "0x40000000")]), the_timers_agree,
            it_is_believed("kvmclock", by_root="hv-msr"),
            the_msr_is_the_hosts, the_claim_is_checked,
            until_moved("pvclock-version")],
               cpu="host,migratable=off,hv-time,hv-vpindex,hv-frequencies,"
                   "hv-relaxed,hv-vapic"),
        Nested("hyperv", NO_LEAF + [
            it_is("hyperv", top="0x40000005"), nobody_contradicts,
            the_msr_is_the_hosts, the_claim_is_checked, the_timers_agree,
            # QEMU tells of no move by re-enlightenment.
            until_moved("rate")],
               cpu="host,migratable=off,kvm=off,hv-time,hv-vpindex,"
                   "hv-frequencies,hv-relaxed,hv-vapic"),
        Nested("vmware", BY_THE_LEAF + [
            it_is("vmware", top="0x40000010"), the_backdoor_is_the_hosts,
            until_moved("rate")],
               machine="pc,vmport=on", cpuid=nobodys(
                   signature("VMwareVMware", 0x40000010),
                   leaf(0x40000010, khz, 66000), INVARIANT)),
        # I/O ports fault in user space, although iopl() succeeds.
        Nested("ports-fault", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000001"), the_ports_fault], backdoor=False),
        # The TSC jumps, of all CPUs or of one, while clocks run.
        Nested("tsc-jumps", [clocks_live_with_jumps], flags=("-smp", "2")),
    ]),

    # Everybody else.
    Host("l2_vendors", [
        Nested("xen", BY_THE_LEAF + [
            it_is("xen", top="0x40000005"), until_moved("xen-incarnation")],
               append=f"nopv {DECLARED}", cpuid=nobodys(
                   signature("XenVMMXenVMM", 0x40000005),
                   leaf(0x40000001, 0x40011), leaf(0x40000002, 1, 0x40000000),
                   leaf(0x40000003, 0, 2, khz, 1, sub=0),
                   leaf(0x40000003, 0, 0, scale, 0xffffffff, sub=1),
                   leaf(0x40000003, khz, sub=2), leaf(0x40000004))),
        Nested("acrn", BY_THE_LEAF + [
            it_is("acrn", top="0x40000010"), until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("ACRNACRNACRN", 0x40000010), timing())),
        Nested("virtualbox", BY_THE_LEAF + [
            it_is("virtualbox", top="0x40000010"), until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("", 0x40000010), timing()), flags=(
                   "-smbios", "type=0,vendor=innotek GmbH",
                   "-smbios", "type=1,manufacturer=innotek GmbH,"
                   "product=VirtualBox")),
        Nested("bhyve", NO_LEAF + [
            it_is("bhyve"), nobody_contradicts, until_moved("rate"),
            the_timers_agree],
               append=DECLARED, cpuid=nobodys(signature("bhyve bhyve "))),
        # Nobody says what these leaves hold, and somebody poking at them would
        # find a rate.
        Nested("parallels", NO_LEAF + [
            it_is("parallels", top="0x40000010"), nobody_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature(" lrpepyh  vr", 0x40000010), timing(LIE))),
        Nested("parallels-plain", NO_LEAF + [
            it_is("parallels", top="0x40000010"), nobody_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("prl hyperv  ", 0x40000010), timing(LIE))),
        # Its own maximum is 0.
        Nested("openbsd-vmm", BY_KVMCLOCK + NO_LEAF + [
            it_is("openbsd-vmm", also=[("kvm", "0x40000100")])],
               cpuid=nobodys(
                   signature("OpenBSDVMM58", 0), timing(LIE),
                   signature(KVM, 0x40000101, KVM_AT_100), KVM_FEATURES)),
        Nested("jailhouse", NO_LEAF + [
            it_is("jailhouse", top="0x40000001"), nobody_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("Jailhouse", 0x40000001), leaf(0x40000001))),
    ]),

    # Claims that are wrong.
    Host("l2_lies", [
        Nested("leaf-280-percent", [
            it_is("kvm", top="0x40000010"), the_leaf_is_called_a_liar,
            until_moved("pvclock-version")],
               cpuid=(signature(KVM, 0x40000010), timing(LIE))),
        # As a guest's is that was moved to a host so far from its own.
        Nested("leaf-200-ppm", [
            it_is("kvm", top="0x40000010"), the_leaf_is_called_a_liar,
            until_moved("pvclock-version")],
               cpuid=(signature(KVM, 0x40000010),
                      timing(khz_times(1 + 200e-6)))),
        # The kernel took its rate from the backdoor.
        Nested("vmware-leaf-1-percent", [
            it_is("vmware", top="0x40000010"), the_leaf_is_called_a_liar,
            until_moved("rate")],
               machine="pc,vmport=on", cpuid=nobodys(
                   signature("VMwareVMware", 0x40000010),
                   timing(khz_times(1.01)))),
        Nested("acrn-leaf-1-percent", [
            it_is("acrn", top="0x40000010"), the_leaf_is_called_a_liar,
            until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("ACRNACRNACRN", 0x40000010),
                   timing(khz_times(1.01)))),
        Nested("leaf-zero", [
            it_is("vmware", top="0x40000010"),
            the_leaf_is_refused("its kHz is zero"), nobody_contradicts,
            until_moved("rate")],
               machine="pc,vmport=on", cpuid=nobodys(
                   signature("VMwareVMware", 0x40000010),
                   leaf(0x40000010))),
        # 543, as TCG's junk is.
        Nested("leaf-543", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000010"),
            the_leaf_is_refused("which no TSC ticks at",
                                status="implausible")],
               cpuid=(signature(KVM, 0x40000010), leaf(0x40000010, 543))),
        Nested("leaf-beyond", BY_KVMCLOCK + [
            it_is("kvm", top="0x4000000f"),
            the_leaf_is_refused("its leaves end at 0x4000000f")],
               cpuid=(signature(KVM, 0x4000000f), timing(LIE))),
        # Linux believes the higher one, which is KVM, and KVM has no such leaf.
        Nested("two", BY_KVMCLOCK + [
            it_is("kvm", base="0x40000100", top="0x40000101",
                  also=[("vmware", "0x40000000")]),
            the_leaf_is_refused("its leaves end at 0x40000101")],
               cpuid=nobodys(
                   signature("VMwareVMware", 0x40000010), timing(LIE),
                   signature(KVM, 0x40000101, KVM_AT_100), KVM_FEATURES)),
    ]),

    # What nobody should have, and what a host leaks.
    Host("l2_odd", [
        Nested("unknown", NO_LEAF + [
            it_is("unknown", top="0x40000010"), nobody_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("WhoIsThatNow", 0x40000010), timing(LIE))),
        Nested("all-ones", NO_LEAF + [
            it_is("unknown", top="0x40000010"), nobody_contradicts,
            until_moved("rate")],
               append=DECLARED, cpuid=nobodys(
                   signature("\xff" * 12, 0x40000010), timing(LIE))),
        Nested("maximum-below", BY_KVMCLOCK + [
            it_is("kvm"), the_leaf_is_refused("its leaves end at 0x40000000")],
               cpuid=(signature(KVM, 0x3fffffff), timing(LIE))),
        Nested("maximum-ffffffff", BY_KVMCLOCK + [
            it_is("kvm"), the_leaf_is_refused("its leaves end at 0x40000000")],
               cpuid=(signature(KVM, 0xffffffff), timing(LIE))),
        # Nobody says that it is virtual, but for DMI.
        Nested("intel", [
            it_looks_like_metal_by_cpuid, nobody_contradicts,
            leaf_15("hint"), until_moved("rate"), the_timers_agree],
               cpuid=nobodys(*intel(), INVARIANT,
                             leaf(1, "-", "-", "~80000000", "-"))),
        Nested("intel-leaks-15", BY_KVMCLOCK + [
            it_is("kvm", top="0x40000001"), leaf_15("hint")],
               cpuid=intel(2.8)),
        Nested("intel-believes-15", [
            it_is("kvm", top="0x40000001"), the_kernel_believed_leaf_15],
               append="no-kvmclock", cpuid=intel(2.8), misled=True),
        Nested("hidden", [
            it_looks_like_metal_by_cpuid, nobody_contradicts,
            until_moved("rate"), the_timers_agree],
               cpu="host,migratable=off,kvm=off,-hypervisor",
               append=DECLARED),
    ]),
]

for h in HOSTS:
    for g in h.guests:
        g.holds = EVERYWHERE + g.holds
        if not g.misled:
            g.holds = [the_rate_is_the_hosts] + g.holds
