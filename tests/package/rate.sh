# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# rate PROGRAM: it runs and prints the rate of a TSC.
rate() {
	local out
	out=$("$@")
	echo "$1: $out"
	[[ $out =~ ^([0-9]{8,11})\ Hz,\ (single|consistent|verified|conflict)$ ]]
}
