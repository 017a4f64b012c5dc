#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# place.sh VERSION: script/run builds where TSCAL_BUILD_DIR says, also from a
# checkout that its user cannot write and through a symbolic link.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp" && rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
mkdir "$tmp/checkout" "$tmp/bin"
cp -r "$root"/{CMakeLists.txt,CMakePresets.json,cmake,docs,include,script,src} \
	"$tmp/checkout"
chmod -R a+rX,a-w "$tmp/checkout"
ln -s "$tmp/checkout/script/run" "$tmp/bin/tscal-run"
printf '#!/bin/sh\necho "apt-get $*" >&2\nexit 1\n' >"$tmp/apt-get"
mkdir "$tmp/own"
export PATH=$tmp:$PATH HOME=$tmp/own CCACHE_DISABLE=1
unset TSCAL_BUILD_DIR

as=()
if [ "$(id -u)" -eq 0 ]; then
	# Root writes anywhere.
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chown 65534:65534 "$tmp/own"
fi
cd "$tmp/own"

# refused PATTERN: one sentence, and nothing else.
refused() {
	local rc=0
	"${as[@]}" "$tmp/bin/tscal-run" --version >out 2>err || rc=$?
	if [ $rc -ne 1 ] || [ -s out ] || [ "$(wc -l <err)" -ne 1 ] ||
		! grep -q "$1" err; then
		echo "exit status $rc, not a sentence with $1:" >&2
		cat out err >&2
		exit 1
	fi
}
refused "^script/run: cannot write $tmp/checkout/build: .*TSCAL_BUILD_DIR"
TSCAL_BUILD_DIR=$tmp/no refused "cannot write $tmp/no: .*TSCAL_BUILD_DIR"
TSCAL_BUILD_DIR=$tmp/checkout refused "cannot write $tmp/checkout: "
touch file
TSCAL_BUILD_DIR="file" refused "cannot write $tmp/own/file: "

# CMake cannot build there, and would say so in thousands of lines.
cp -r "$tmp/checkout" "$tmp/a \"quoted\" one"
ln -sfn "$tmp/a \"quoted\" one/script/run" "$tmp/bin/tscal-run"
refused "^script/run: the path of the checkout has a double quote"
ln -sfn "$tmp/checkout/script/run" "$tmp/bin/tscal-run"

# A relative directory that is not there yet.
export TSCAL_BUILD_DIR="new/of mine"
out=$("${as[@]}" "$tmp/bin/tscal-run" --version)
[ "$out" = "tscal $1" ]
[ -x "$tmp/own/new/of mine/release/src/cli/tscal" ]
[ -e "$tmp/own/new/of mine/.lock" ]
[ ! -e "$tmp/checkout/build" ]
