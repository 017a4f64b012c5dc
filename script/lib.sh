# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# What script/run, script/test and script/bench share.  Standard output belongs
# to what they run in the end; messages go to standard error.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=script/${0##*/}

# Debian packages: to build, and to test.
# shellcheck disable=SC2034 # used by the scripts
build_packages=(gcc libc6-dev cmake ninja-build pkgconf
	libcpuid-dev libhwloc-dev libjansson-dev)
# shellcheck disable=SC2034
test_packages=(clang clang-format g++ libclang-rt-dev
	libbenchmark-dev libcriterion-dev libgmp-dev python3 python3-jsonschema
	chromium cpuid make mandoc shellcheck spin strace valgrind)
# What calls are measured with.
# shellcheck disable=SC2034
bench_packages=(g++ libbenchmark-dev python3)
# Other libraries, which ours is compared with.
# shellcheck disable=SC2034
peer_packages=(g++ libabsl-dev libdpdk-dev libucx-dev libcpuid-dev)
# And the virtual machines of tests/vm, whose kernel is not installed.
# shellcheck disable=SC2034
lab_packages=(qemu-system-x86 busybox-static cpio)

log() {
	echo "$me: $*" >&2
}

die() {
	log "$@"
	exit 1
}

# quiet COMMAND...: its output is shown only if it fails.
quiet() {
	local log rc=0
	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	[ $rc -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return $rc
}

# need PACKAGE...: install what is missing, with apt.
need() {
	local p missing=() as_root=()
	if ! command -v dpkg-query >/dev/null; then
		log "not a Debian system; taken to be installed: $*"
		return
	fi
	for p; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>&1)" = \
			installed ] || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || die "these packages are missing," \
			"and only root can install them (or sudo, which is" \
			"not here): apt-get install ${missing[*]}"
		as_root=(sudo)
	fi
	log "installing: ${missing[*]}"
	as_root+=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C)
	local apt=("${as_root[@]}" apt-get -y -q -o DPkg::Lock::Timeout=300)
	local get=("${apt[@]}" install --no-install-recommends "${missing[@]}")
	# A package list that is absent or old is fetched anew.
	"${get[@]}" >/dev/null 2>&1 </dev/null ||
		{ quiet "${apt[@]}" update && quiet "${get[@]}"; } ||
		die "apt-get could not install: ${missing[*]}"
}

# build PRESET: configure when that is due, and build.  One at a time.
build() {
	local dir=$root/build/$1 args=(-S "$root" --preset "$1")
	mkdir -p "$root/build"
	exec 9>"$root/build/.lock"
	flock 9
	# A checkout that was moved or copied has a cache for another place.
	if [ -e "$dir/CMakeCache.txt" ] && ! grep -qxF \
		"CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
		rm -f "$dir/build.ninja"
		args+=(--fresh)
	fi
	# Ninja sees to all other reasons to configure again.
	if [ "$root/CMakePresets.json" -nt "$dir/build.ninja" ]; then
		log "building build/$1"
		quiet cmake "${args[@]}" || die "could not configure build/$1"
	fi
	quiet cmake --build "$dir" || die "could not build build/$1"
	exec 9>&-
}
