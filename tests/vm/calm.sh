#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# calm COMMAND...: in a guest, run it again, five times at most, for as long as
# its report in JSON shows how busy the host is: a source that was disturbed or
# that there was no time for, or a RDTSC that seems slow, which none is here.
for _ in 1 2 3 4 5; do
	rc=0
	out=$("$@") || rc=$?
	case $out in
	*'"status": "unstable"'* | *'"verdict": "slow"'*) ;;
	*'took twice the budget'*) ;;
	*) break ;;
	esac
done
printf '%s\n' "$out"
exit "$rc"
