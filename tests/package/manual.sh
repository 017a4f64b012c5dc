#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# manual.sh TREE LIBDIR: the owner and the reader in tscal_attach(3) build as it
# describes, and run.
set -euo pipefail

export PKG_CONFIG_PATH=$2/pkgconfig
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

page=$(find "$1" -name tscal_attach.3)
awk -v out="$out" '/^\.Bd -literal$/ { n++; on = 1; next } /^\.Ed$/ { on = 0 }
	on { gsub(/\\e/, "\\"); print > (out "/" n ".c") }' "$page"
flags=()
eval "flags=($(pkg-config --cflags --libs tscal))"
for program in 1 2; do
	cc -Wall -Wextra -Werror "$out/$program.c" "${flags[@]}" -o "$out/$program"
done
export LD_LIBRARY_PATH=$2
"$out/1" "$out/2" > "$out/times"
cat "$out/times"
[[ $(grep -Ec '^[0-9]+ ns' "$out/times") == 5 ]]
# A descriptor that is none.
if "$out/2" 99 2> "$out/why"; then
	exit 1
fi
grep -q . "$out/why"
