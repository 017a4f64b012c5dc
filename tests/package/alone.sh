#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# alone.sh SOURCE: as a distribution might build it: libtscal alone, without
# presets, Ninja, pkg-config or any other library, for /usr into a staging tree.
set -euo pipefail
here=$(dirname "$0")

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cmake -S "$1" -B "$out/build" -G "Unix Makefiles" \
	-DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib/x86_64-linux-gnu \
	-DTSCAL_PROBE=OFF -DTSCAL_COMMAND=OFF \
	-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON
cmake --build "$out/build" --parallel 2
DESTDIR=$out/stage cmake --install "$out/build"

libdir=$out/stage/usr/lib/x86_64-linux-gnu
"$here/needed.sh" "$libdir/libtscal.so"
if readelf -dW "$libdir/libtscal.so" | grep -E 'R(UN)?PATH'; then
	echo "a run path is wrong under /usr" >&2
	exit 1
fi
# Of what was not built nothing is installed.
"$here/files.sh" "$out/stage/usr" lib/x86_64-linux-gnu \
	'probe|sync|^bin/|/man1/|bash-completion'
"$here/pkgconfig.sh" "$libdir/pkgconfig"
"$here/cmake.sh" "$out/stage/usr" shared
# The target, with DESTDIR: no file is left, and no directory of its own.
DESTDIR=$out/stage cmake --build "$out/build" --target uninstall
[ -z "$(find "$out/stage" ! -type d -o -name tscal)" ]

# With sanitizers as any CMake project gets them, in the builder's flags.
cmake -S "$1" -B "$out/sanitized" -DCMAKE_C_COMPILER=clang \
	-DCMAKE_C_FLAGS=-fsanitize=address,undefined \
	-DTSCAL_PROBE=OFF -DTSCAL_COMMAND=OFF
cmake --build "$out/sanitized" --parallel 2
