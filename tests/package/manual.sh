#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# manual.sh TREE LIBDIR: every function and struct of the headers has a page, in
# whose text it is named; the examples compile; the owner and the reader in
# tscal_attach(3) build as it describes, and run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

man=$1/share/man
{
	maps=("$here/../../src/tscal.map")
	[ ! -e "$1/include/tscal/probe.h" ] ||
		maps+=("$here/../../src/tscal-probe.map")
	# Names that end in _ are for the headers themselves.
	sed -n 's/^\t\(tscal_[a-z0-9_]*[a-z0-9]\);$/\1/p' "${maps[@]}"
	sed -n 's/^struct \(tscal_[a-z0-9_]*\) {.*/\1/p' "$1"/include/tscal/*.h
} | sort -u >"$1.names"
for name in tscal_calibrate tscal_conv_init tscal_rdtsc tscal_now tscal_info \
	tscal_conv tscal_clock tscal_opts; do
	grep -qx $name "$1.names"
done
missing=0
while read -r name; do
	page=$man/man3/$name.3
	if [ -e "$page" ]; then
		to=$(sed -n 's/^\.so //p' "$page")
		[ -z "$to" ] || page=$man/$to
	fi
	# What it leads to is a page, and not one more link.
	if ! grep -q '^\.Dt ' "$page"; then
		echo "$name(3): no page" >&2
		missing=1
	# A function with its prototype, a struct as one.
	elif ! grep -Eq "^\.Fn $name (void|\")|Vt struct $name( |\$)" \
		"$page"; then
		echo "$name(3): $page does not name it" >&2
		missing=1
	fi
	if command -v man >/dev/null &&
		! man -M "$man" -w 3 "$name" >/dev/null; then
		echo "$name(3): man does not find it" >&2
		missing=1
	fi
done <"$1.names"
# And no page of what is not there.
for page in "$man"/man3/*.3; do
	name=$(basename "$page" .3)
	if grep -q '^\.so ' "$page" && ! grep -qx "$name" "$1.names"; then
		echo "$page: nothing has this name" >&2
		missing=1
	fi
done
rm "$1.names"
[ $missing -eq 0 ]

export PKG_CONFIG_PATH=$2/pkgconfig
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

page=$(find "$1" -name tscal_attach.3)
awk -v out="$out" '/^\.Bd -literal$/ { n++; on = 1; next } /^\.Ed$/ { on = 0 }
	on { gsub(/\\e/, "\\"); print > (out "/" n ".c") }' "$page"
flags=()
eval "flags=($(pkg-config --cflags --libs tscal))"
# The examples without main().
headers=(stdio.h tscal/tscal.h)
[ ! -e "$1/include/tscal/sync.h" ] || headers+=(tscal/sync.h)
for page in "$man"/man3/*.3; do
	grep -q '^\.Bd -literal -offset indent$' "$page" || continue
	{
		printf '#include <%s>\n' "${headers[@]}"
		echo 'extern struct tscal_conv conv; extern struct tscal_clock clk;'
		echo 'void work(void); int example(void); int example(void) {'
		awk '/^\.Bd -literal -offset indent$/ { on = 1; next }
			/^\.Ed$/ { on = 0 } on { gsub(/\\e/, "\\"); print }' "$page"
		echo 'return 0; }'
	} >"$out/example.c"
	cc -Wall -Wextra -Werror -Wno-unused -c "$out/example.c" "${flags[@]}" \
		-o "$out/example.o"
done
for program in 1 2; do
	cc -Wall -Wextra -Werror "$out/$program.c" "${flags[@]}" -o "$out/$program"
done
export LD_LIBRARY_PATH=$2
for name in tscal tscal_clock; do
	awk '/^\.Bd -literal$/ { on = 1; next } /^\.Ed$/ { on = 0 }
		on { gsub(/\\e/, "\\"); print }' "$man/man3/$name.3" >"$out/$name.c"
	cc -Wall -Wextra -Werror "$out/$name.c" "${flags[@]}" -o "$out/$name"
	# 1: this machine's TSC is not a clock.
	"$out/$name" || [ $? -eq 1 ]
done
"$out/1" "$out/2" > "$out/times"
cat "$out/times"
[[ $(grep -Ec '^[0-9]+ ns' "$out/times") == 5 ]]
# A descriptor that is none.
if "$out/2" 99 2> "$out/why"; then
	exit 1
fi
grep -q . "$out/why"
