# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What must hold in a guest of level 2, or functions that make it, of what the
row of table_level2.py injects."""
from expect import as_nobody
from guest import CHECK, NUMBERS, distance_ppm, source, steps

# Twenty seconds are for a host that is busy: it takes a fifth of one.
TSCAL = "retry_disturbed timeout -s KILL 20 tscal --json"
REPORT = TSCAL
# A read of an emulated timer takes a millisecond and more here.
PORTS = f"{TSCAL} --probe ports --pit --budget-ms 500"
TIMERS = ("hpet", "acpi-pm", "pit")
# The kernel of level 1 is given whole kHz, 0.5 ppm of 1 GHz at most, gives its
# guests that rate cut to a kHz, and theirs cut it again before they double it.
LAB_PPM = 0.5 + 1 + 2

reports = steps(root=REPORT, nobody=as_nobody(REPORT), ports=PORTS)


def of_all(guest):
    """With any exit code: every_user_gets_a_complete_report() checks that."""
    for step in ("root", "nobody", "ports"):
        yield step, guest.report(step, code=guest.done[step].code)


def line_of(guest, step, name):
    return source(guest.report(step, code=guest.done[step].code), name)


def code_of(doc):
    """The exit code that a report's verdicts mean."""
    if doc["rate"]["verdict"] == "none" and doc["use"]["verdict"] == "unknown":
        return 5
    if doc["rate"]["verdict"] == "none" or doc["use"]["verdict"] == "no":
        return 4
    return 3 if doc["rate"]["verdict"] == "conflict" else 0


def named(name):
    """The name of an expectation that a function made."""
    def mark(function):
        function.__name__ = name
        return function
    return mark


# In every guest.

@reports
def every_user_gets_a_complete_report(guest):
    names = None
    for step, doc in of_all(guest):
        CHECK.assertEqual(guest.done[step].code, code_of(doc), step)
        for s in doc["sources"]:
            CHECK.assertNotEqual(s["status"], "error", s)
            CHECK.assertTrue(s["sentence"], s)
        names = names or [s["name"] for s in doc["sources"]]
        CHECK.assertEqual([s["name"] for s in doc["sources"]], names, step)


@reports
def the_rate_is_the_hosts(guest):
    """Within the report's bounds and the lab's own uncertainty, also where a
    source is wrong."""
    for step, doc in of_all(guest):
        rate = doc["rate"]
        CHECK.assertIsNotNone(rate["hz"], step)
        CHECK.assertLessEqual(
            distance_ppm((rate["hz_lo"], rate["hz_hi"]), guest.host_hz),
            LAB_PPM, f"{step}: {rate}")


@reports
def nothing_is_verified(guest):
    """Whatever can be read here is one host's."""
    for step, doc in of_all(guest):
        CHECK.assertNotEqual(doc["rate"]["verdict"], "verified",
                             f"{step}: {doc['rate']}")


EVERYWHERE = [every_user_gets_a_complete_report, nothing_is_verified]


# The vendor.

def it_is(vendor, base="0x40000000", top=None, also=()):
    """The vendor whose signature is at this base, whose leaves end at top."""
    @reports
    @named(f"it_is_{vendor}")
    def holds(guest):
        for _, doc in of_all(guest):
            hv = doc["hypervisor"]
            CHECK.assertEqual(
                (hv["present"], hv["vendor"], hv["base"], hv["max_leaf"]),
                (True, vendor, base, top or base))
            CHECK.assertEqual([(a["vendor"], a["base"]) for a in hv["also"]],
                              list(also))
    return holds


@reports
def cpuid_shows_no_hypervisor(guest):
    for _, doc in of_all(guest):
        hv = doc["hypervisor"]
        CHECK.assertEqual((hv["present"], hv["vendor"]), (False, "none"))


# Its timing leaf.

def is_host_rate(line, guest):
    """Within 1 kHz: level 1 has the host's rate in whole kHz."""
    CHECK.assertIn(line["status"], NUMBERS, line)
    off = max(line["hz"] - guest.host_hz[1], guest.host_hz[0] - line["hz"])
    CHECK.assertLessEqual(off, 1000, line)


@reports
def the_leaf_is_chosen(guest):
    for step, doc in of_all(guest):
        CHECK.assertEqual(doc["rate"]["source"], "hv-leaf", step)
        is_host_rate(line_of(guest, step, "hv-leaf"), guest)


def the_leaf_is_refused(*words, status="absent"):
    """And its sentence says why."""
    @reports
    @named("the_leaf_is_refused")
    def holds(guest):
        for step, _ in of_all(guest):
            line = line_of(guest, step, "hv-leaf")
            CHECK.assertEqual((line["status"], line["hz"]), (status, None))
            for word in words:
                CHECK.assertIn(word, line["sentence"])
    return holds


def the_rate_is_from(source, by_root=None):
    """For all users, or only for nobody if root has a better source."""
    @reports
    @named(f"the_rate_is_from_{source}")
    def holds(guest):
        for step, doc in of_all(guest):
            CHECK.assertEqual(
                doc["rate"]["source"],
                source if step == "nobody" else by_root or source, step)
            CHECK.assertEqual(doc["rate"]["verdict"], "consistent",
                              f"{step}: {doc['rate']}")
    return holds


@reports
def the_leaf_disagrees(guest):
    for step, doc in of_all(guest):
        CHECK.assertEqual(doc["rate"]["verdict"], "conflict", step)
        CHECK.assertEqual(line_of(guest, step, "hv-leaf")["status"], "disagrees")
        CHECK.assertRegex(doc["rate"]["sentence"],
                          r"hv-leaf \([^)]*\).* contradict", step)


@reports
def no_source_contradicts(guest):
    """Where nothing is reported, the kernel's rate is the only one."""
    for step, doc in of_all(guest):
        CHECK.assertIn(doc["rate"]["verdict"], ("consistent", "single"),
                       f"{step}: {doc['rate']}")


def leaf_15(status, *words):
    @reports
    @named(f"leaf_15_is_{status}")
    def holds(guest):
        for step, _ in of_all(guest):
            line = line_of(guest, step, "cpuid-15")
            CHECK.assertEqual(line["status"], status, line)
            for word in words:
                CHECK.assertIn(word, line["sentence"])
    return holds


@reports
def the_kernel_used_leaf_15(guest):
    """And keeps time by it; only root can read a timer that shows the error."""
    for step, doc in of_all(guest):
        if step == "nobody":
            CHECK.assertIn(doc["rate"]["verdict"], ("consistent", "single"))
            CHECK.assertIn("cpu", doc["rate"]["roots"])
            continue
        CHECK.assertEqual(doc["rate"]["verdict"], "conflict", step)
        CHECK.assertIn(doc["rate"]["source"], TIMERS, step)
        CHECK.assertRegex(doc["rate"]["sentence"], "vdso .* contradict")
        CHECK.assertIn("CPUID 15h reports the host's", doc["rate"]["sentence"])


# Other sources of its vendor.

@reports
def the_msr_is_the_hosts(guest):
    for step in ("root", "ports"):
        is_host_rate(line_of(guest, step, "hv-msr"), guest)
    line = line_of(guest, "nobody", "hv-msr")
    CHECK.assertEqual((line["status"], line["hz"]), ("denied", None), line)


@reports
def the_backdoor_is_the_hosts(guest):
    """And is not read unless I/O ports are permitted."""
    is_host_rate(line_of(guest, "ports", "hv-backdoor"), guest)
    for step in ("root", "nobody"):
        CHECK.assertIsNone(line_of(guest, step, "hv-backdoor")["hz"])


# The machine of level 1, which has KVM.

@steps(kvm_ioctl="test -c /dev/kvm && tscal --json --only kvm-ioctl",
       kvm_ioctl_nobody=as_nobody("tscal --json --only kvm-ioctl"))
def kvm_gives_the_hosts_rate(guest):
    """Its kernel's tsc_khz, by a virtual machine that is made for it."""
    line = line_of(guest, "kvm_ioctl", "kvm-ioctl")
    CHECK.assertEqual(line["status"], "used", line)
    is_host_rate(line, guest)
    CHECK.assertEqual(guest.report(
        "kvm_ioctl", code=0)["rate"]["source"], "kvm-ioctl")
    line = line_of(guest, "kvm_ioctl_nobody", "kvm-ioctl")
    CHECK.assertEqual((line["status"], line["hz"]), ("denied", None), line)


# The timers that its host emulates.

@reports
def the_timers_agree(guest):
    """They are not independent: nothing_is_verified() checks that too."""
    agree = 0
    for name in TIMERS:
        line = line_of(guest, "ports", name)
        if line["status"] in ("absent", "skipped"):
            continue
        guest.contains_host_rate(line)
        agree += 1
    CHECK.assertGreater(agree, 0)


@reports
def the_ports_fault(guest):
    for name in ("acpi-pm", "pit"):
        line = line_of(guest, "ports", name)
        CHECK.assertEqual((line["status"], line["hz"]), ("denied", None))
        CHECK.assertIn("faults", line["sentence"])


@reports
def the_claim_is_checked(guest):
    """Unless no timer here is fine enough: then the sentence states that."""
    fine = [name for name in TIMERS
            if line_of(guest, "ports", name)["status"] in NUMBERS]
    CHECK.assertIn("host's own timers" if fine
                   else "too coarse here to compare",
                   guest.report("ports")["rate"]["sentence"])


# How long the rate is valid.

def until_moved(watch):
    @reports
    @named(f"until_moved_{watch}")
    def holds(guest):
        for step, doc in of_all(guest):
            CHECK.assertEqual(
                (doc["use"]["verdict"], doc["use"]["watch"]),
                ("until-moved", [watch]), step)
    return holds


@reports
def its_cpus_may_differ(guest):
    for step, doc in of_all(guest):
        CHECK.assertEqual((doc["use"]["verdict"], doc["use"]["watch"]),
                          ("no", []), step)
        CHECK.assertIn("offset", doc["use"]["sentence"])


# Its recording.

@steps(recorded="retry_disturbed sh -c 'rm -f /tmp/guest.rec; "
                "timeout -s KILL 20 tscal --json record /tmp/guest.rec'",
       recording="cat /tmp/guest.rec")
def the_replay_has_the_same_verdicts(guest):
    guest.same_verdicts("recorded", "recording")
