#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The tscal authors
# level2-initramfs.sh FILE KERNEL-DIR BASE.cpio INJECT_CPUID.so: what a guest
# that has guests itself needs on top of BASE.cpio: KVM's modules, QEMU, and what
# its guests boot: the kernel and BASE.cpio.
set -euo pipefail
umask 022
file=$1 kernel=$2 base=$3 inject=$4
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/vm/archive.sh
. "$here/archive.sh"

qemu=$(command -v qemu-system-x86_64)
root=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf "$root" "$root.cpio"' EXIT
chmod 755 "$root"
mkdir -p "$root"/{bin,lib/lab,lab/{guests,kvm,level2,qemu}}
cp "$here/level2.sh" "$root/bin/level2"
chmod 755 "$root/bin/level2"
cp "$kernel"/kvm/*.ko "$root/lab/kvm"
cp "$kernel/vmlinuz" "$base" "$root/lab/level2"
add "$root" "$qemu"
cp "$inject" "$root/lib/lab/inject_cpuid.so"

# Firmware, from the directories where this QEMU looks for it.
mapfile -t dirs < <("$qemu" -L help)
for rom in bios-256k.bin kvmvapic.bin linuxboot_dma.bin; do
	for dir in "${dirs[@]}"; do
		[ -e "$dir/$rom" ] || continue
		cp -L "$dir/$rom" "$root/lab/qemu"
		break
	done
	[ -e "$root/lab/qemu/$rom" ] || { echo "QEMU has no $rom"; exit 1; }
done
pack "$root" "$file"
