# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
"""Whether tscal finds the rate of the machine that boots the lab."""
import json

import cli
import truth

# Its bounds are given to it by the kernel's mult and by what it measured; this
# is for what the counting of tests/truth adds.
SLACK_PPM = 1
# A busy machine may disturb one of them.
TRIES = 3


def wrong_once():
    """What is wrong with tscal's rate, None if nothing."""
    lo, hi = truth.rate()
    r = cli.run("--json", "--only", "vdso,clock-raw", "--budget-ms", "100")
    try:
        rate = json.loads(r.stdout)["rate"]
        bounds = rate["hz_lo"], rate["hz_hi"]
    except (ValueError, KeyError, TypeError) as e:
        return f"tscal gives no report: {type(e).__name__}: {e}: {r.stderr}"
    if None in bounds:
        return ("tscal does not find this machine's own rate, which is "
                f"{lo:.0f} to {hi:.0f} Hz: {rate.get('sentence')}")
    off = max(bounds[0] - hi, lo - bounds[1], 0) / lo * 1e6
    if off > SLACK_PPM:
        return (f"tscal gives {bounds[0]:.0f} to {bounds[1]:.0f} Hz, {off:.3f} "
                f"ppm from this machine's {lo:.0f} to {hi:.0f} Hz")
    return None


def wrong():
    """The same, unless a fact of the machine says that there may be none."""
    if truth.why_no_tsc():
        return None
    for _ in range(TRIES):
        why = wrong_once()
        if not why:
            break
    return why
