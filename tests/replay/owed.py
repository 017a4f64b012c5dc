# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""NAME.owed: what the report on a machine owes (README.md has the format)."""
import re

# Keys that every file has, in this order; then those that a report may lack.
KEYS = ("tolerance", "options", "exit", "rate", "rate sentence", "source", "roots", "hz",
        "bounds", "agreement", "si", "use", "use sentence", "advice", "watch",
        "listed", "cpus", "hypervisor", "contradiction", "layers")
OPTIONAL = ("options", "agreement", "si", "listed", "cpus", "contradiction", "layers")
# Where the kernel lists the TSC as a clocksource, the key is left out.
LISTED = {(True, False): None, (False, False): "no",
          (False, True): "no, rejected", (None, None): "not visible"}
# A source of one of these need not be listed, if it gives no rate either.
UNLISTED = ("absent", "skipped")
STATUSES = ("used", "agrees", "disagrees", "hint", "ready", "stale", "coarse",
            "implausible", "unstable", "stuck", "denied", "error", *UNLISTED)
SOURCE = re.compile(r'([a-z]+)(?: (\d+) Hz)?(?: "(.+)")?')
# Options of `tscal replay` that change what is measured or asked.
OPTION = re.compile(r"--(?:pit|assume-metal|no-measure|trust-over-kernel|only [a-z0-9,-]+"
                    r"|(?:budget|window)-ms [1-9]\d*)")
NUMBERS = re.compile(r"(?:(-?[\d.]+) to )?(-?[\d.]+) (?:Hz|ppm)")


class Wrong(Exception):
    """A file that does not follow the format."""


def parse(text):
    """(values by key, (status, Hz, phrase) by source) of a file's text."""
    values, sources = {}, {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        key, colon, value = line.partition(": ")
        if not colon or value != value.strip() or not value:
            raise Wrong(f"not 'key: value': {line}")
        if key in values or key in sources:
            raise Wrong(f"{key}: twice")
        if key in KEYS:
            values[key] = value
            continue
        match = SOURCE.fullmatch(value)
        if not match or match[1] not in STATUSES:
            raise Wrong(f"{key}: neither a key nor a source's status: {value}")
        sources[key] = (match[1], match[2] and float(match[2]), match[3])
    missing = [k for k in KEYS if k not in values and k not in OPTIONAL]
    if missing:
        raise Wrong(f"nothing about: {', '.join(missing)}")
    match = re.fullmatch(r"(0\.\d+|1) ppm", values["tolerance"])
    if not match or not float(match[1]):
        raise Wrong("tolerance: more than 0, at most 1 ppm")
    values["tolerance"] = float(match[1])
    options(text)
    return values, sources


def options(text):
    """The options that a file's text gives for the replay, as words."""
    for line in text.splitlines():
        if line.startswith("options: "):
            given = line.removeprefix("options: ")
            parts = re.split(r" (?=--)", given)
            if not all(OPTION.fullmatch(p) for p in parts):
                raise Wrong(f"options: not of those that may be given: {given}")
            return given.split()
    return []


def listed(words):
    """A list of the report as text."""
    return " ".join(words) or "none"


def summary(report, code, words=()):
    """What a report gives for each key; an optional key only if it has it."""
    rate, use = report["rate"], report["use"]
    out = {"options": " ".join(words)} if words else {}
    out |= {"exit": str(code), "rate": rate["verdict"],
            "rate sentence": rate["sentence"],
            "source": rate["source"] or "none",
            "roots": listed(rate["roots"]), "hz": "none", "bounds": "none"}
    if None not in (rate["hz"], rate["hz_lo"], rate["hz_hi"]):
        out["hz"] = f"{rate['hz']:.0f} Hz"
        out["bounds"] = f"{rate['hz_lo']:.0f} to {rate['hz_hi']:.0f} Hz"
    if rate["agreement_ppm"] is not None:
        out["agreement"] = f"{rate['agreement_ppm']:.3f} ppm"
    if rate["hz_si"] is not None:
        out["si"] = f"{rate['hz_si']:.0f} Hz"
    out.update({"use": use["verdict"], "use sentence": use["sentence"],
                "advice": report["advice"],
                "watch": listed(use["watch"])})
    trust = report["trust"]
    of_kernel = trust["listed_by_kernel"], trust["rejected_by_kernel"]
    # Any other pair contradicts itself, and no file can owe it.
    of_kernel = LISTED.get(of_kernel, f"{of_kernel[0]}, rejected {of_kernel[1]}")
    if of_kernel:
        out["listed"] = of_kernel
    if trust["cpus_compared"]:
        out["cpus"] = trust["cpus_sentence"]
    out["hypervisor"] = report["hypervisor"]["vendor"]
    for key in ("contradiction", "layers"):
        if report["hypervisor"][key]:
            out[key] = report["hypervisor"][key]
    return out


def draft(report, code, words=()):
    """The text of a NAME.owed for this report, to be checked by a person."""
    lines = ["tolerance: 0.01 ppm"]
    lines += [f"{k}: {v}" for k, v in summary(report, code, words).items()]
    lines.append("")
    for s in report["sources"]:
        if s["status"] in UNLISTED and s["hz"] is None:
            continue
        line = f"{s['name']}: {s['status']}"
        if s["hz"] is not None:
            line += f" {s['hz']:.0f} Hz"
        if s["status"] not in ("used", "agrees", "hint", "ready"):
            line += f' "{s["sentence"]}"'
        lines.append(line)
    return "\n".join(lines) + "\n"


def near(key, owed, have, ppm):
    """Whether two values are the same, numbers within the tolerance."""
    a, b = NUMBERS.fullmatch(owed), NUMBERS.fullmatch(have)
    if not a or not b or owed.split()[-1] != have.split()[-1]:
        return owed == have
    if a.group(1) and not b.group(1) or b.group(1) and not a.group(1):
        return False
    pairs = [(float(x), float(y)) for x, y in zip(a.groups(), b.groups()) if x]
    return all(abs(x - y) <= (ppm if key == "agreement" else abs(y) * ppm / 1e6)
               for x, y in pairs)


def wrong_source(owed, have, ppm):
    """What of a listed source is not as owed."""
    status, hz, phrase = owed
    if status != have["status"]:
        yield f"owed {status}, now {have['status']}: {have['sentence']}"
    if (hz is None) != (have["hz"] is None) or \
            hz is not None and abs(hz - have["hz"]) > hz * ppm / 1e6:
        yield f"owed {hz} Hz, now {have['hz']} Hz"
    if phrase and phrase not in have["sentence"]:
        yield f'"{phrase}" is not in: {have["sentence"]}'


def unbounded(what, item):
    """A number without bounds that hold it, or bounds of no number."""
    hz, lo, hi = item["hz"], item["hz_lo"], item["hz_hi"]
    if (hz is None) != (lo is None) or (hz is None) != (hi is None) or \
            hz is not None and not lo <= hz <= hi:
        yield f"{what}: {hz} Hz with bounds {lo} to {hi} Hz"


def cut(report):
    """A sentence that had no room and was cut."""
    hypervisor = report["hypervisor"]
    sentences = {"rate": report["rate"]["sentence"],
                 "use": report["use"]["sentence"],
                 "advice": report["advice"],
                 "cpus": report["trust"]["cpus_sentence"],
                 "layers": hypervisor["layers"],
                 "contradiction": hypervisor["contradiction"]}
    sentences |= {s["name"]: s["sentence"] for s in report["sources"]}
    for what, sentence in sentences.items():
        if sentence and sentence.endswith(" ..."):
            yield f"{what}: a sentence is cut: {sentence}"


def misleading(report):
    """Advice that does not follow from the verdicts."""
    rate, use, advice = report["rate"], report["use"]["verdict"], report["advice"]
    good = use in ("yes", "until-moved") and \
        rate["verdict"] in ("single", "consistent", "verified")
    # After a move the kernel is wrong, and the rate is right.
    statuses = {s["status"] for s in report["sources"]}
    moved = "stale" in statuses and "disagrees" not in statuses
    if not moved and good != advice.startswith("Convert with "):
        yield f"advice: {use}, rate {rate['verdict']}, but: {advice}"
    numbers = [int(n) for n in re.findall(r"(\d+) Hz", advice)]
    others = []
    noise = None not in (rate["hz_raw_lo"], rate["hz"]) and \
        rate["hz_raw_lo"] <= rate["hz"] <= rate["hz_raw_hi"] and \
        rate["hz_hi"] - rate["hz_lo"] < rate["hz_raw_hi"] - rate["hz_raw_lo"]
    if good and not noise and None not in (rate["hz_raw"], rate["hz"]) and \
            abs(rate["hz_raw"] - rate["hz"]) > 5e-10 * rate["hz"]:
        others.append(rate["hz_raw"])
    if good and rate["hz_si"] is not None:
        others.append(rate["hz_si"])
    if numbers != [round(hz) for hz in others]:
        yield f"advice: {numbers} Hz, but the rates are {others}"
    conflict = rate["verdict"] == "conflict" and use in ("yes", "until-moved")
    if use in ("no", "slow", "provisional") and \
            rate["verdict"] != "conflict" and "clock_gettime()" not in advice:
        yield f"advice: {use}, but no other clock is named: {advice}"
    if conflict and not moved and "compare" not in advice:
        yield f"advice: a conflict, but nothing to find its cause: {advice}"
    if rate["verdict"] == "verified" and "verify" in advice:
        yield f"advice: verified, but: {advice}"


def contradicting_cpus(report):
    """What is said of the CPUs and does not follow from one another."""
    trust, use = report["trust"], report["use"]
    known = trust["synchronised"] is not None
    if known != (trust["skew_ns"] is not None) or \
            known and trust["cpus_compared"] < 2:
        yield (f"trust: synchronised {trust['synchronised']}, but "
               f"{trust['skew_ns']} ns, {trust['cpus_compared']} compared")
    if trust["synchronised"] is False:
        if use["verdict"] != "no":
            yield f"trust: not synchronised, but use {use['verdict']}"
        for cpu in trust["skew_cpus"]:
            if not re.search(rf"\b{cpu}\b", use["sentence"]):
                yield f"trust: CPU {cpu} is not in: {use['sentence']}"


def contradictions(report):
    """What of a report cannot be true beside the rest of it, whatever is owed:
    numbers that no file states."""
    rate = report["rate"]
    sources = {s["name"]: s for s in report["sources"]}
    yield from contradicting_cpus(report)
    yield from unbounded("rate", rate)
    for name, s in sources.items():
        yield from unbounded(name, s)
        if s["hz"] is not None and not s["roots"]:
            yield f"{name}: a number without roots"
    if rate["source"] is not None and rate["source"] in sources:
        chosen = sources[rate["source"]]
        for key in ("hz", "hz_lo", "hz_hi", "roots"):
            if rate[key] != chosen[key]:
                yield (f"rate.{key}: {rate[key]}, but {rate['source']} has "
                       f"{chosen[key]}")
    yield from unbounded("rate.hz_raw", {
        "hz": rate["hz_raw"], "hz_lo": rate["hz_raw_lo"],
        "hz_hi": rate["hz_raw_hi"]})
    # Both are ticks per second of CLOCK_MONOTONIC_RAW, in whole
    # mHz.
    raw, counted = rate["hz_raw"], sources["clock-raw"]
    if None in (raw, counted["hz"]):
        return
    if abs(raw - counted["hz"]) > counted["hz"] * 1e-6:
        yield f"rate.hz_raw: {raw}, but clock-raw has {counted['hz']}"
    if rate["hz_raw_lo"] < counted["hz_lo"] - 0.002 or \
            rate["hz_raw_hi"] > counted["hz_hi"] + 0.002:
        yield (f"rate.hz_raw: {rate['hz_raw_lo']} to {rate['hz_raw_hi']} Hz, "
               f"but clock-raw has {counted['hz_lo']} to {counted['hz_hi']}")


def wrong(text, report, code, words=()):
    """What of a report, made with these options, is not as the text of
    NAME.owed states."""
    values, sources = parse(text)
    ppm = values.pop("tolerance")
    now = summary(report, code, words)
    for key in KEYS[1:]:
        owed, have = values.get(key, "none"), now.get(key, "none")
        if not near(key, owed, have, ppm):
            yield f"{key}: owed {owed}, now {have}"
    yield from contradictions(report)
    yield from cut(report)
    yield from misleading(report)
    have = {s["name"]: s for s in report["sources"]}
    for name, owed in sources.items():
        if name not in have:
            yield f"{name}: no such source"
            continue
        for what in wrong_source(owed, have[name], ppm):
            yield f"{name}: {what}"
    for name, s in have.items():
        if name not in sources and (s["status"] not in UNLISTED or
                                    s["hz"] is not None):
            yield f"{name}: not listed, but now {s['status']} {s['hz']} Hz"
