#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# need() of script/lib.sh asks apt for what is missing, and for nothing else.
set -euo pipefail
# shellcheck source=script/lib.sh
. "$(dirname "$0")/../../script/lib.sh"

fake=$(mktemp -d)
trap 'rm -rf "$fake"' EXIT
export FAKE_LOG=$fake/log
cat >"$fake/apt-get" <<'FAKE'
#!/bin/sh
[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 9
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
echo sudo >>"$FAKE_LOG"
exec "$@"
FAKE
chmod +x "$fake/apt-get" "$fake/sudo"
PATH=$fake:$PATH
user=0 sudo=yes

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
	[ "$2 $sudo" != "sudo no" ] && builtin command "$@"
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
grep -qx 'script/need.sh: installing: new gone' "$fake/err"
! grep "talks" "$fake/err" || exit 1

# Package lists that are old, or were never there.
FAKE_STALE=$fake/stale
touch "$FAKE_STALE"
expect $'apt-get install new\napt-get update\napt-get install new' 0 new

# Without root.
user=1000
expect $'sudo\napt-get install new' 0 new
sudo=no
expect "" 0 here1
expect "" 1 new
grep -q "root.*apt-get install new" "$fake/err"
