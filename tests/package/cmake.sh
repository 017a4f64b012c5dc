#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# cmake.sh TREE TARGET...: ten lines of C, and as C++, in a project that finds
# tscal with CMake and links tscal::TARGET.
set -euo pipefail
here=$(dirname "$0") tree=$1
shift
# shellcheck source=tests/package/rate.sh
. "$here/rate.sh"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# configure TARGET VERSION [OPTION...]
configure() {
	local target=$1 version=$2
	shift 2
	cmake -G Ninja -S "$here/consumer" -B "$out/$target" \
		-DCMAKE_PREFIX_PATH="$tree" -DTARGET="tscal::$target" \
		-DVERSION="$version" "$@"
}

for target; do
	program=rate components=
	if [[ $target = probe* ]]; then
		program=probe components="COMPONENTS;probe"
	fi
	configure "$target" 0.1 -DPROGRAM=$program \
		-DCOMPONENTS="$components" >/dev/null
	cmake --build "$out/$target" >"$out/log" || {
		cat "$out/log"
		exit 1
	}
	rate "$out/$target/as_c"
	rate "$out/$target/as_cxx"
	# Static means that no libtscal is looked for when it runs.
	libs=$(ldd "$out/$target/as_c")
	case $target in
	*static) [[ $libs != *libtscal* ]] ;;
	*) [[ $libs = *"$tree"* ]] ;;
	esac
done

# Another minor version is another interface, until 1.0.
if configure other 0.0 >"$out/log" 2>&1 || ! grep -q "0\.0" "$out/log"; then
	echo "version 0.0 was found, but 0.1 is installed" >&2
	exit 1
fi
