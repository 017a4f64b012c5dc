#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# needed.sh LIBRARY: it needs libc and nothing else; its stack and its code are
# like those of any other library.
set -euo pipefail
lib=$1
unset LD_PRELOAD

needed=$(readelf -dW "$lib" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
if [ "$needed" != libc.so.6 ]; then
	echo "NEEDED: $needed"
	exit 1
fi
loaded=$(ldd "$lib" | awk '{ sub(".*/", "", $1); print $1 }' | sort)
expected=$(printf '%s\n' ld-linux-x86-64.so.2 libc.so.6 linux-vdso.so.1)
if [ "$loaded" != "$expected" ]; then
	echo "ldd: $loaded"
	exit 1
fi
grep -q 'SONAME.*\[libtscal\.so\.[0-9]*\]' <<<"$(readelf -dW "$lib")"
grep -q 'GNU_STACK.* RW ' <<<"$(readelf -lW "$lib")"
if readelf -dW "$lib" | grep TEXTREL; then
	exit 1
fi
