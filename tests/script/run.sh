#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# run.sh VERSION: script/run works from anywhere; its standard output and exit
# status are tscal's alone.  All is installed already: apt must not be asked.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
printf '#!/bin/sh\necho "apt-get $*" >&2\nexit 1\n' >"$fake/apt-get"
chmod +x "$fake/apt-get"
export PATH=$fake:$PATH

cd /
out=$("$root/script/run" --version)
[ "$out" = "tscal $1" ]
# Once built, it prints nothing.
[ -z "$("$root/script/run" --version 2>&1 >/dev/null)" ]

rc=0
"$root/script/run" --no-such-option >"$fake/out" 2>/dev/null || rc=$?
[ $rc -eq 1 ]
[ ! -s "$fake/out" ]
