# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# What script/run, script/test and script/bench share.  Standard output belongs
# to what they run in the end; messages go to standard error.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
me=$(readlink -f "$0")
me=script/${me##*/}

# Builds are made in TSCAL_BUILD_DIR, or in build/ of the checkout.  The tests
# build too, from other directories: they are given an absolute path.
builds=$root/build
if [ -n "${TSCAL_BUILD_DIR-}" ]; then
	builds=$(realpath -m -- "$TSCAL_BUILD_DIR")
	export TSCAL_BUILD_DIR=$builds
fi

# Debian packages: to build, and to test.
# shellcheck disable=SC2034 # used by the scripts
build_packages=(gcc libc6-dev cmake ninja-build pkgconf
	libcpuid-dev libhwloc-dev libjansson-dev)
# shellcheck disable=SC2034
test_packages=(clang clang-format g++ libclang-rt-dev
	libbenchmark-dev libcriterion-dev libgmp-dev python3 python3-jsonschema
	chromium cpuid git make mandoc mmdebstrap qemu-user shellcheck spin strace
	valgrind)
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

# On other systems than Debian: the command that a package has, or the library
# (pc:NAME) as pkg-config knows it.  Others are taken to be installed.
declare -A found_by=([gcc]=gcc [cmake]=cmake [ninja-build]=ninja
	[pkgconf]=pkg-config [libcpuid-dev]=pc:libcpuid [libhwloc-dev]=pc:hwloc
	[libjansson-dev]=pc:jansson [clang]=clang [clang-format]=clang-format
	[g++]=g++ [libbenchmark-dev]=pc:benchmark
	[libcriterion-dev]=pc:criterion [python3]=python3 [make]=make
	[mandoc]=mandoc [shellcheck]=shellcheck [strace]=strace
	[valgrind]=valgrind [qemu-user]=qemu-x86_64
	[qemu-system-x86]=qemu-system-x86_64 [cpio]=cpio)

# found PACKAGE...: what they are found by is here, or that is said.
found() {
	local p by missing=()
	for p; do
		by=${found_by[$p]-}
		case $by in
		'') ;;
		pc:*)
			# Without pkg-config, that alone is missing.
			! command -v pkg-config >/dev/null ||
				pkg-config --exists "${by#pc:}" ||
				missing+=("${by#pc:} (library)")
			;;
		*) command -v "$by" >/dev/null || missing+=("$by") ;;
		esac
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	local list
	list=$(printf ', %s' "${missing[@]}")
	die "these are missing, and only on Debian can this script install" \
		"them: ${list#, }"
}

# need PACKAGE...: install what is missing, with apt.
need() {
	local p missing=() as_root=() how=apt-get
	if ! command -v dpkg-query >/dev/null; then
		found "$@"
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
		# Nobody may be there to type a password.
		sudo -n true >/dev/null 2>&1 </dev/null ||
			die "packages are missing, and sudo wants a password," \
				"so install them yourself: sudo apt-get" \
				"install ${missing[*]}"
		as_root=(sudo -n)
		how="sudo apt-get"
	fi
	log "installing with $how: ${missing[*]}"
	# No questions: not by debconf, about changed files of configuration, by
	# apt-listchanges, or by needrestart, which Ubuntu has (its
	# NEEDRESTART_SUSPEND also leaves running services alone).
	as_root+=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
		APT_LISTCHANGES_FRONTEND=none LC_ALL=C)
	local apt=("${as_root[@]}" apt-get -y -q -o DPkg::Lock::Timeout=300
		-o DPkg::Options::=--force-confdef
		-o DPkg::Options::=--force-confold)
	local get=("${apt[@]}" install --no-install-recommends "${missing[@]}")
	# A package list that is absent or old is fetched anew.
	"${get[@]}" >/dev/null 2>&1 </dev/null ||
		{ quiet "${apt[@]}" update && quiet "${get[@]}"; } ||
		die "apt-get could not install: ${missing[*]}"
}

# writable PRESET: its build can be made, or the reason is given.  To be asked
# before anything is installed.
writable() {
	local path
	# CMake does not quote it in what it writes for file(GLOB) with
	# CONFIGURE_DEPENDS, and would configure again and again.
	case $root in
	*\"*) die "the path of the checkout has a double quote, with which" \
		"CMake cannot build: move it" ;;
	esac
	mkdir -p "$builds" 2>/dev/null || true
	for path in "$builds" "$builds/.lock" "$builds/$1" \
		"$builds/$1/build.ninja"; do
		if [ "$path" = "$builds" ]; then
			[ -d "$path" ] && [ -w "$path" ] && continue
		else
			[ ! -e "$path" ] || [ -w "$path" ] && continue
		fi
		die "cannot write $path: set TSCAL_BUILD_DIR to a directory" \
			"where you can, and the build is made there"
	done
}

# build PRESET: configure when that is due, and build.  One at a time.
build() {
	local dir=$builds/$1 args=(-S "$root" --preset "$1" -B "$builds/$1")
	writable "$1"
	exec 9>"$builds/.lock"
	flock 9
	# A checkout that was moved or copied has a cache for another place; so
	# has a directory that another checkout built in.
	if [ -e "$dir/CMakeCache.txt" ] && ! grep -qxF \
		"CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then
		rm -f "$dir/build.ninja"
		args+=(--fresh)
	fi
	# Ninja sees to all other reasons to configure again.
	if [ "$root/CMakePresets.json" -nt "$dir/build.ninja" ]; then
		log "building ${dir#"$root/"}"
		quiet cmake "${args[@]}" || die "could not configure $dir"
	fi
	quiet cmake --build "$dir" || die "could not build $dir"
	exec 9>&-
}
