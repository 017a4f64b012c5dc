#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# pkgconfig.sh DIR: ten lines of C, built with pkg-config's flags, as C and as
# C++, shared and all static.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/package/rate.sh
. "$here/rate.sh"
export PKG_CONFIG_PATH=$1
unset PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
shared=() static=()
# pkg-config quotes for the shell: the path may hold a space.
eval "shared=($(pkg-config --cflags --libs tscal))"
eval "static=(-static $(pkg-config --static --cflags --libs tscal))"
warn=(-Wall -Wextra -Wpedantic -Werror)

for cc in "gcc -std=c11 -xc" "clang -std=c11 -xc" "g++ -std=c++17 -xc++"; do
	# shellcheck disable=SC2086 # a command line
	$cc "${warn[@]}" "$here/consumer/rate.c" -xnone -o "$out/shared" \
		"${shared[@]}"
	LD_LIBRARY_PATH=$PKG_CONFIG_PATH/.. rate "$out/shared"
	# shellcheck disable=SC2086
	$cc "${warn[@]}" "$here/consumer/rate.c" -xnone -o "$out/static" \
		"${static[@]}"
	rate "$out/static"
done
if ldd "$out/static"; then
	echo "not static" >&2
	exit 1
fi
