# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""What must hold of `tscal sync` in guests with two CPUs.  What it is compared
with is tsc_offset.c, which is no part of tscal.

`unknown` is right where the two virtual CPUs hardly ever run at the same time,
which a busy host causes.  So a comparison is repeated until it is known, and one
that never is hides the expectation only if the host is busy."""
import json

from guest import CHECK, steps, unless_busy

CODES = {"synchronised": 0, "skewed": 4, "unknown": 5}
# tscal converts ticks to ns with a rate that it measures in some milliseconds.
RATE_PPM = 1000
# A pair has 80 ms; the rest is for starting a program under emulation.
SECONDS = 5
# Per line: what tsc_offset printed before and after, and tscal's report and exit
# code between them; again for 10 s at most until all of them had two CPUs that
# ran at the same time.
COMPARE = r"""compare() {
	local i=0 out rc t0 t1 end=$(($(date +%%s) + 10))
	while :; do
		t0=$(tsc_offset)
		rc=0
		out=$(timeout -s KILL %d tscal sync --json "$@") || rc=$?
		t1=$(tsc_offset)
		i=$((i + 1))
		[ "$(date +%%s)" -lt $end ] || break
		case "$t0$t1" in *'"rounds": '?','* | *'"rounds": '??','*) continue ;; esac
		[ $rc -eq 5 ] || break
	done
	echo "{\"before\": $t0, \"after\": $t1, \"code\": $rc, \"tries\": $i," \
		"\"sync\": $(echo "$out" | tr -d '\n')}"
}
""" % SECONDS
# msr.ko is loaded already, and permits no writes.
WRITES = "rmmod msr; insmod /lab/modules/msr.ko allow_writes=on\n"


def lines(guest, step):
    """What compare() printed, each checked to be what docs/man has."""
    out = guest.step(step).out
    found = [json.loads(line) for line in out.splitlines()]
    for f in found:
        doc = f["sync"]
        print(f"{guest.machine.name}, {step}: {doc['sentence']} (try "
              f"{f['tries']}; {f['before']}, {f['after']})")
        CHECK.assertEqual(doc["schema"], "tscal.sync/1")
        CHECK.assertEqual(f["code"], CODES[doc["verdict"]], f)
    return found


def ns(guest, ticks):
    return ticks / guest.host_hz[0] * 1e9


def hull(guest, f):
    """The offset in ns by tsc_offset, before and after, with its rounds."""
    both = [t for t in (f["before"], f["after"]) if t["rounds"]]
    return (ns(guest, min(t["lo"] for t in both)),
            ns(guest, max(t["hi"] for t in both))) if both else None


def is_fine(f):
    """Whether the other program's two threads ran at the same time."""
    return min(f["before"]["rounds"], f["after"]["rounds"]) >= 100


def is_not_accused_unless_apart(f):
    if is_fine(f) and not max(f["before"]["apart"], f["after"]["apart"]):
        CHECK.assertNotEqual(f["sync"]["verdict"], "skewed", f)


def pair(f):
    CHECK.assertEqual(len(f["sync"]["pairs"]), 1, f)
    p = f["sync"]["pairs"][0]
    CHECK.assertEqual((p["a"], p["b"]), (0, 1))
    return p


def moved(f):
    """Whether the offset changed while the other program ran, or between its
    two runs: then it has no say on what is between them."""
    a, b = f["before"], f["after"]
    return a["rounds"] and b["rounds"] and (
        a["lo"] > b["hi"] or b["lo"] > a["hi"] or
        any(t["apart"] > max(t["lo"], -t["hi"], 0) for t in (a, b)))


def agrees(guest, f):
    """tscal's interval, where it has one, and the other program's meet."""
    p, other = pair(f), hull(guest, f)
    if p["offset_lo_ns"] is None or not other or moved(f):
        return
    slack = RATE_PPM * 1e-6 * max(abs(p["offset_lo_ns"]),
                                  abs(p["offset_hi_ns"]))
    CHECK.assertLessEqual(p["offset_lo_ns"] - slack, other[1], f)
    CHECK.assertGreaterEqual(p["offset_hi_ns"] + slack, other[0], f)


def known(f):
    """Whether there is a verdict; if not, the host must be busy."""
    if f["sync"]["verdict"] == "unknown":
        unless_busy(f"no verdict in {f['tries']} tries")
    return f["sync"]["verdict"]


# A chosen skew: CPU 1's TSC_ADJUST, in ticks.
SKEWS = [0, 1000000, 0, 20000, -20000, 0]
MOVES = [b - a for a, b in zip([0] + SKEWS, SKEWS)]


@steps(skews=COMPARE + WRITES + "\n".join(
    f"tsc_adjust 1 {move} && compare" for move in MOVES))
def a_chosen_skew_is_found(guest):
    """And nothing is, before it and after it was taken back."""
    found = lines(guest, "skews")
    CHECK.assertEqual(len(found), len(SKEWS))
    for ticks, f in zip(SKEWS, found):
        p, skew = pair(f), ns(guest, ticks)
        agrees(guest, f)
        CHECK.assertIn(f["sync"]["verdict"],
                       ("skewed" if ticks else "synchronised", "unknown"), f)
        if p["offset_lo_ns"] is None:
            continue
        print(f"  {skew:.0f} ns: width "
              f"{p['offset_hi_ns'] - p['offset_lo_ns']:.0f} ns")
        slack = abs(skew) * RATE_PPM * 1e-6
        CHECK.assertLessEqual(p["offset_lo_ns"] - slack, skew, f)
        CHECK.assertGreaterEqual(p["offset_hi_ns"] + slack, skew, f)
        if f["sync"]["verdict"] == "skewed":
            CHECK.assertEqual(f["sync"]["worst"], [0, 1])
            ahead = (1, 0) if ticks > 0 else (0, 1)
            CHECK.assertIn("CPU %d is ahead of CPU %d" % ahead,
                           f["sync"]["sentence"])
    for f in found:
        known(f)


@steps(compared=COMPARE + "compare\n" * 4)
def it_says_what_the_other_program_says(guest):
    """Of CPUs whose offset changes again and again: between two runs too, so
    that only the verdicts can be compared.  a_chosen_skew_is_found() compares
    the intervals."""
    found = lines(guest, "compared")
    for f in found:
        is_not_accused_unless_apart(f)
        # One that moves may be 0 for a moment.
        if min(f["before"]["apart"], f["after"]["apart"]) and not moved(f):
            CHECK.assertNotEqual(f["sync"]["verdict"], "synchronised", f)
    verdicts = [known(f) for f in found]
    if all(min(f["before"]["apart"], f["after"]["apart"]) for f in found):
        CHECK.assertIn("skewed", verdicts)


@steps(overcommitted=COMPARE + "compare\n")
def it_ends_without_a_verdict_or_accusation(guest):
    """Both virtual CPUs are on one CPU.  compare() ends what takes too long."""
    for f in lines(guest, "overcommitted"):
        agrees(guest, f)
        is_not_accused_unless_apart(f)


# Many runs.

LOOPS = """for i in 1 2 3 4; do
	while :; do :; done &
	loops="$loops $!"
done
"""


@steps(idle_runs="sync_runs 100; tsc_offset",
       loaded_runs=LOOPS + "sync_runs 100\nkill $loops; tsc_offset")
def healthy_cpus_are_not_accused(guest):
    idle = None
    for step in ("idle_runs", "loaded_runs"):
        s = guest.step(step)
        runs, other = map(json.loads, s.out.splitlines())
        print(f"{guest.machine.name}, {step}: {runs}, {other}")
        CHECK.assertEqual(other["apart"], 0, "the guest is not healthy")
        CHECK.assertEqual((runs["runs"], runs["skewed"]), (100, 0), s.err)
        idle = idle or runs
    if idle["synchronised"] <= 50:
        unless_busy(f"{idle['unknown']} of 100 idle runs without a verdict")


# A CPU that goes.

ONLINE = "/sys/devices/system/cpu/cpu1/online"


@steps(one_offline=f"echo 0 >{ONLINE}; tscal sync --json; rc=$?; "
                   f"echo 1 >{ONLINE}; exit $rc",
       going_offline="for i in 1 2 3 4 5 6 7 8; do\n"
                     f"echo 0 >{ONLINE}; usleep 60000; echo 1 >{ONLINE}; "
                     "usleep 60000\ndone &\n"
                     "for i in 1 2 3 4 5 6 7 8 9 10; do\n"
                     f"timeout -s KILL {SECONDS} tscal sync --json "
                     "--budget-ms 100 | tr -d '\\n'; echo\ndone; wait")
def an_offline_cpu_is_not_visited(guest):
    doc = json.loads(guest.step("one_offline").out)
    CHECK.assertEqual((doc["verdict"], doc["pairs"]), ("synchronised", []))
    CHECK.assertEqual([c["cpu"] for c in doc["cpus"]], [0])
    # A run that was ended or crashed has no report.
    docs = [json.loads(x) for x in
            guest.step("going_offline").out.splitlines()]
    CHECK.assertEqual(len(docs), 10)
    for doc in docs:
        CHECK.assertIn(doc["verdict"], ("synchronised", "unknown"), doc)
        online = [c["cpu"] for c in doc["cpus"]]
        CHECK.assertIn(online, ([0], [0, 1]))
        if not doc["pairs"] and online == [0, 1]:
            CHECK.assertEqual(doc["verdict"], "unknown", doc)
            CHECK.assertIn(1, doc["unvisited"], doc)
    print(f"{guest.machine.name}: while CPU 1 goes and comes:",
          sorted((d["verdict"], len(d["cpus"])) for d in docs))


# A cgroup that has CPU 1 alone.

@steps(in_cpuset="mkdir -p /tmp/cg && mount -t cgroup2 none /tmp/cg && "
                 "echo +cpuset >/tmp/cg/cgroup.subtree_control && "
                 "mkdir /tmp/cg/one && echo 1 >/tmp/cg/one/cpuset.cpus && "
                 "echo $$ >/tmp/cg/one/cgroup.procs; tscal sync --json; rc=$?; "
                 "echo $$ >/tmp/cg/cgroup.procs; rmdir /tmp/cg/one; "
                 "umount /tmp/cg; exit $rc")
def a_cgroup_without_the_first_cpu(guest):
    doc = json.loads(guest.step("in_cpuset", code=5).out)
    CHECK.assertEqual((doc["verdict"], doc["pairs"]), ("unknown", []))
    CHECK.assertEqual(doc["unvisited"], [0, 1])
    CHECK.assertIn("Only one of 2 CPUs can be used", doc["sentence"])


# The report compares the CPUs too: under emulation a default budget is too small
# for that, and what a pair may take of it often is.
REPORT = """report() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		rc=0
		out=$(tscal --json --budget-ms 1000) || rc=$?
		case $out in *'"synchronised": null'*) ;; *) break ;; esac
	done
	echo "$out"
	return $rc
}
"""


@steps(skewed_report=REPORT + WRITES + "tsc_adjust 1 1000000; report; rc=$?; "
                     "tsc_adjust 1 -1000000; exit $rc",
       healthy_report=REPORT + "report")
def the_report_says_so(guest):
    """And nothing of the kind once it is taken back."""
    for step in ("skewed_report", "healthy_report"):
        trust = json.loads(guest.done[step].out)["trust"]
        print(f"{guest.machine.name}, {step}: {trust['cpus_sentence']}")
        if trust["synchronised"] is None:
            unless_busy(f"{step}: {trust['cpus_sentence']}")
    doc = guest.report("skewed_report", code=4)
    CHECK.assertEqual(doc["use"]["verdict"], "no", doc["use"])
    CHECK.assertIn("CPU 1 is ahead of CPU 0 by ", doc["use"]["sentence"])
    CHECK.assertEqual(doc["trust"]["skew_cpus"], [0, 1])
    CHECK.assertGreater(doc["trust"]["skew_ns"], ns(guest, 999000))
    doc = guest.report("healthy_report", code=0)
    CHECK.assertEqual(doc["use"]["verdict"], "until-moved", doc["use"])
    CHECK.assertLess(doc["trust"]["skew_ns"], ns(guest, 20000))
