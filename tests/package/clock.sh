#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# clock.sh TREE LIBDIR: programs that take their time from an installed libtscal,
# in C and C++, shared and static, and by ctypes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) tree=$1 libdir=$2
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
warnings="-Wall -Wextra -Wpedantic -Werror"
cflags=() libs=()
# The tree has a blank in its name, which pkg-config quotes.
eval "cflags=($(pkg-config --cflags tscal)) libs=($(pkg-config --libs tscal))"

for optimise in -O0 -O2; do
	for as in "gcc -std=c11" "clang -std=c11"; do
		# shellcheck disable=SC2086 # command lines
		$as $warnings $optimise "${cflags[@]}" \
			"$here/consumer/clock.c" -o "$out/clock" "${libs[@]}"
		"$out/clock"
	done
	for as in "g++ -std=c++17" "clang++ -std=c++17"; do
		# shellcheck disable=SC2086
		$as $warnings $optimise "${cflags[@]}" \
			"$here/consumer/chrono.cc" -o "$out/chrono" "${libs[@]}"
		"$out/chrono"
	done
done
gcc -std=c11 "${cflags[@]}" "$here/consumer/clock.c" -o "$out/static" \
	"$libdir/libtscal.a"
[[ $(ldd "$out/static") != *libtscal* ]]
"$out/static"
gcc -static -std=c11 "${cflags[@]}" "$here/consumer/clock.c" -o "$out/all" \
	"$libdir/libtscal.a"
"$out/all"
# Where TSCAL_CLOCK requires it, it runs without the TSC.
grep -q "TSCAL_CLOCK" <<<"$(TSCAL_CLOCK=system "$out/static")"
python3 -B "$here/clock.py" "$libdir/libtscal.so" "$tree/include/tscal"
