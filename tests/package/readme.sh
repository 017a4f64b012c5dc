#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# readme.sh README DIR: the C in the README builds as the README describes, and runs.
set -euo pipefail

export PKG_CONFIG_PATH=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Each block of C is a program.
awk -v out="$out" '/^```c$/ { n++; on = 1; next } /^```$/ { on = 0 }
	on { print > (out "/" n ".c") }' "$1"
flags=()
eval "flags=($(pkg-config --cflags --libs tscal))"
for program in "$out"/{1,2}.c; do
	grep -q main "$program"
	cc -Wall -Wextra -Werror "$program" "${flags[@]}" -o "$out/ten"
	LD_LIBRARY_PATH=$2/.. "$out/ten"
done
