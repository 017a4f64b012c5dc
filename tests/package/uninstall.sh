#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# uninstall.sh BUILD TREE: what is installed like TREE is removed, and what others
# put beside it is left.
set -euo pipefail
build=$1 tree=$2
script=$(cd "$(dirname "$0")/../.." && pwd)/cmake/uninstall.cmake

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# alone.sh runs the target itself, in a build of its own: here it would remove
# what the last `cmake --install` of this build wrote, wherever that was.
cmake --build "$build" --target help >"$out/help"
grep -q '^uninstall\b' "$out/help"

# As `cmake --install --prefix` and DESTDIR write it.
for DESTDIR in "" "$out/stage"; do
	export DESTDIR
	prefix="$out/a prefix"
	files=$DESTDIR$prefix
	mkdir -p "$files"
	cp -a "$tree/." "$files"
	(cd "$files" && find . ! -type d) | sed "s|^\.|$prefix|" >"$out/manifest"
	touch "$files/lib/other"
	cmake -D MANIFEST="$out/manifest" -P "$script" >"$out/said" 2>&1
	grep -q "Removed $(wc -l <"$out/manifest") files" "$out/said"
	[ "$(cd "$files" && find . ! -type d)" = ./lib/other ]
	[ ! -e "$files/include/tscal" ]
	[ -z "$(find "$files" -path '*/cmake/tscal')" ]
	# Again: nothing is there.
	cmake -D MANIFEST="$out/manifest" -P "$script" >"$out/said" 2>&1
	grep -q "Removed 0 files" "$out/said"
done

# A directory that holds a file of another's stays.
mkdir -p "$out/include/tscal"
touch "$out/include/tscal/"{ours,theirs}
unset DESTDIR
echo "$out/include/tscal/ours" >"$out/manifest"
cmake -D MANIFEST="$out/manifest" -P "$script"
[ "$(ls "$out/include/tscal")" = theirs ]

if cmake -D MANIFEST="$out/none" -P "$script" 2>"$out/why"; then
	exit 1
fi
grep -q "Nothing to uninstall" "$out/why"
