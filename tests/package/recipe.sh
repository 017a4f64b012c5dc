#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# recipe.sh TREE README: the README's commands for CMake build its program where
# Ninja is installed and make is not, as script/run leaves a machine.
set -euo pipefail
tree=$1 readme=$2

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir "$out/bin"
ln -s /usr/bin/* "$out/bin"
rm -f "$out/bin/make" "$out/bin/gmake"
export PATH=$out/bin CMAKE_PREFIX_PATH=$tree
unset CMAKE_GENERATOR MAKE
if command -v make || command -v gmake; then
	exit 1
fi
command -v ninja >/dev/null

# quoted PATTERN: the one command of the README that matches.
quoted() {
	grep -m 1 -oE "$1" "$readme"
}
awk '/^```c$/ { on = 1; next } on && /^```$/ { exit } on' "$readme" >"$out/ten.c"
{
	echo "cmake_minimum_required(VERSION 3.25)"
	echo "project(ten LANGUAGES C)"
	quoted 'find_package\(tscal[^)]*\)'
	echo "add_executable(ten ten.c)"
	quoted 'target_link_libraries\(ten [^)]*\)'
} >"$out/CMakeLists.txt"
command=$(quoted '^cmake .*-B build.*')
cd "$out"
bash -e -c "$command"
build/ten
# Without them it would have failed: CMake's own choice is make.
if cmake -S . -B other >log 2>&1; then
	echo "CMake finds make: this test shows nothing" >&2
	exit 1
fi
