#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# need() of script/lib.sh asks apt for what is missing, and for nothing else.
set -euo pipefail
# shellcheck source=script/lib.sh
. "$(dirname "$0")/../../script/lib.sh"

fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
export FAKE_LOG=$fake/log FAKE_PASSWORD=$fake/password
cat >"$fake/apt-get" <<'FAKE'
#!/bin/sh
[ "$DEBIAN_FRONTEND $NEEDRESTART_SUSPEND" = "noninteractive 1" ] || exit 9
[ "$(readlink /proc/self/fd/0)" = /dev/null ] || exit 9
call=apt-get
for word; do
	case $word in
	-* | *=*) ;;
	*) call="$call $word" ;;
	esac
done
echo "$call" >>"$FAKE_LOG"
echo "apt-get talks"
case "$FAKE_STALE $*" in
*update*) rm -f "$FAKE_STALE" ;;
/*install*) [ ! -e "$FAKE_STALE" ] ;;
esac
FAKE
cat >"$fake/sudo" <<'FAKE'
#!/bin/sh
[ "$1" = -n ] || exit 9
[ ! -e "$FAKE_PASSWORD" ] || exit 1
shift
[ "$1" = true ] || echo sudo >>"$FAKE_LOG"
exec "$@"
FAKE
chmod +x "$fake/apt-get" "$fake/sudo"
PATH=$fake:$PATH
user=0 absent=none

# Stand-ins, in the place of what need() calls.
# shellcheck disable=SC2317
id() {
	echo "$user"
}

# shellcheck disable=SC2317
dpkg-query() {
	case ${*: -1} in
	here*) echo installed ;;
	gone*) echo config-files ;;
	*) return 1 ;;
	esac
}

# shellcheck disable=SC2317
command() {
	[[ " $absent " != *" $2 "* ]] && builtin command "$@"
}

# expect TEXT RC PACKAGE...: apt-get and sudo are called so, need ends with RC.
expect() {
	local text=$1 rc=$2 got=0
	shift 2
	: >"$FAKE_LOG"
	(need "$@") >"$fake/out" 2>"$fake/err" || got=$?
	if [ "$got" -ne "$rc" ] || [ -s "$fake/out" ] ||
		[ "$(cat "$FAKE_LOG")" != "$text" ]; then
		echo "need $*: $got, not $rc, calling: $(cat "$FAKE_LOG")" >&2
		cat "$fake/out" "$fake/err" >&2
		exit 1
	fi
}

export FAKE_STALE=
expect "" 0 here1 here2
expect "apt-get install new gone" 0 here1 new here2 gone
grep -qx 'script/need.sh: installing with apt-get: new gone' "$fake/err"
! grep "talks" "$fake/err" || exit 1

# Package lists that are old, or were never there.
FAKE_STALE=$fake/stale
touch "$FAKE_STALE"
expect $'apt-get install new\napt-get update\napt-get install new' 0 new

# Without root.
user=1000
expect $'sudo\napt-get install new' 0 new
grep -qx 'script/need.sh: installing with sudo apt-get: new' "$fake/err"
# A password is not asked for.
touch "$FAKE_PASSWORD"
expect "" 1 new other
grep -q "password.*sudo apt-get install new other$" "$fake/err"
[ "$(wc -l <"$fake/err")" -eq 1 ]
absent=sudo
expect "" 0 here1
expect "" 1 new
grep -q "root.*apt-get install new" "$fake/err"

# Not on Debian: the commands and the libraries that are missing are named.
# shellcheck disable=SC2317
pkg-config() {
	[ "$2" != hwloc ]
}
absent="dpkg-query cmake ninja"
expect "" 1 "${build_packages[@]}"
grep -q ": cmake, ninja, hwloc (library)$" "$fake/err"
[ "$(wc -l <"$fake/err")" -eq 1 ]
absent="dpkg-query pkg-config"
expect "" 1 "${build_packages[@]}"
grep -q ": pkg-config$" "$fake/err"
absent=dpkg-query
expect "" 0 gcc libc6-dev cmake
