#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# prepare.sh CACHE INJECT_CPUID.so PROGRAM...: what all machines boot:
# CACHE/kernel, fetched once, CACHE/base.cpio with these programs, and
# CACHE/level2.cpio for those that have guests of their own.  Exit 77: what is
# missing.
set -euo pipefail
here=$(dirname "$0")
cache=$1 inject=$2
shift 2

missing=()
need() {
	command -v "$1" >/dev/null || missing+=("$2")
}
need qemu-system-x86_64 qemu-system-x86
need busybox busybox-static
need cpio cpio
if [ ${#missing[@]} -gt 0 ]; then
	echo "skipped: apt-get install ${missing[*]}"
	exit 77
fi

mkdir -p "$cache"
"$here/kernel.sh" "$cache/kernel"
"$here/initramfs.sh" "$cache/base.cpio" "$cache/kernel" "$@"
"$here/level2-initramfs.sh" "$cache/level2.cpio" "$cache/kernel" \
	"$cache/base.cpio" "$inject"
